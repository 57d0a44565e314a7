"""Serving for real: a first build, then granian with its workers, and the watch beside them."""

import os
import sys
import time
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from socket import AI_PASSIVE, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo, socket
from threading import Event, Thread
from urllib.parse import urlsplit

from flask import Flask

from feedsvc import clock
from feedsvc.config import Settings, load_settings
from feedsvc.config_values import parse_address
from feedsvc.errors import Problem, SettingsError, UsageError
from feedsvc.media import STREAMS
from feedsvc.store.database import open_database
from feedsvc.store.reader import PublishedEdition
from feedsvc.watch import Builds

# How the workers, which granian starts as processes of their own, learn what to serve.
_SETTINGS_VARIABLE = "FEEDSVC_SETTINGS"
_BASE_VARIABLE = "FEEDSVC_BASE"

# A client that is slower than this with its headers is let go, so that slow ones do not pile up (milliseconds).
_HEADER_TIMEOUT = 10_000
# A thread is taken for each answer under way: few for those that are ready, and one for each media file that a slow
# client takes its time over.
_THREADS = 4 + STREAMS


def serve(settings: Settings, host: str, port: int, workers: int, *, url: str | None, watch: bool) -> int:
    """Build, then serve until a signal ends it; with ``watch``, build again whenever there is a reason."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server import Server

    address = _free_address(host, port)
    settings = _with_base(settings, host, port, url)
    base = settings.publication.url
    builds = Builds(settings)
    builds.build()
    os.environ[_SETTINGS_VARIABLE] = str(settings.file.resolve())
    os.environ[_BASE_VARIABLE] = base
    # Each thread of a worker would have an arena of its own, and memory that one frees is of no use to the others.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    server = Server(
        "feedsvc.serve:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=_THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT),
        websockets=False,
        respawn_failed_workers=True,
    )
    stop = Event()
    watcher = Thread(target=builds.watch, args=(stop,), name="watch")
    if watch:
        watcher.start()
    print(f"{settings.publication.title} is served at {base}/", file=sys.stderr, flush=True)
    try:
        server.serve()
    finally:
        stop.set()
        if watch:
            watcher.join()
        builds.close()
    return 0


def application() -> Flask:
    """The app of one worker; what it serves stands in the environment."""
    from feedsvc.desk import Newsroom
    from feedsvc.store.statistics import open_statistics
    from feedsvc.web.app import create_app
    from feedsvc.web.counting import Counter
    from feedsvc.web.theme import Theme

    settings = load_settings(Path(os.environ[_SETTINGS_VARIABLE]))
    database = open_database(settings)
    edition = PublishedEdition(database, now=clock.now, copies=settings.media_folder)
    counter = Counter(open_statistics(settings), settings.serve.trusted_proxies, time.time)
    counter.start()
    base, theme = os.environ[_BASE_VARIABLE], Theme(settings.folder)
    newsroom = Newsroom(settings, database, edition, clock.now)
    return create_app(
        edition, base=base, counter=counter, token=settings.serve.token, theme=theme, operations=newsroom
    )


def _free_address(host: str, port: int) -> str:
    """The numeric address that ``host`` means. Raises UsageError when nothing can listen there.

    That is tried here, because granian would share the port with whatever server has it.
    """
    try:
        family, kind, protocol, _, address = getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE)[0]
        with socket(family, kind, protocol) as trial:
            trial.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        why = f"{host} port {port}: nothing can listen there ({error.strerror})"
        raise UsageError(f"{why}; choose another --host or --port, or end what listens there") from error
    return str(address[0])


def _with_base(settings: Settings, host: str, port: int, url: str | None) -> Settings:
    """The settings with the public base that is served: ``url``, or the bound address while the set one is local."""
    if url is not None:
        try:
            base = parse_address(url)
        except ValueError as error:
            raise SettingsError((Problem("--url", None, None, str(error)),)) from error
    elif _is_local(settings.publication.url):
        base = f"http://{f'[{host}]' if ':' in host else host}:{port}{urlsplit(settings.publication.url).path}"
    else:
        return settings
    return replace(settings, publication=replace(settings.publication, url=base))


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
