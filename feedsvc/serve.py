"""Serving for real: a first build, granian with its workers, and the watch that builds when something changes."""

import os
import sys
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from flask import Flask

from feedsvc import clock
from feedsvc.build import build
from feedsvc.config import Settings, load_settings, parse_address
from feedsvc.console import complaints, summary
from feedsvc.errors import FeedsvcError, InboxError, LockHeldError, Problem, SettingsError
from feedsvc.store.database import Database, build_lock, open_database
from feedsvc.store.ledger import Ledger
from feedsvc.store.reader import PublishedEdition, clear_failure, record_failure

# How the workers, which granian starts as processes of their own, learn what to serve.
_SETTINGS_VARIABLE = "FEEDSVC_SETTINGS"
_BASE_VARIABLE = "FEEDSVC_BASE"

# A client that is slower than this with its headers is let go, so that slow ones do not pile up (milliseconds).
_HEADER_TIMEOUT = 10_000
_THREADS = 4
# A drop of many files is taken in at once: changes are gathered until none came for _QUIET, at most for _GATHER.
_QUIET = 50
_GATHER = 300
_LOOK = 500  # how often the watch looks at the time


def serve(settings: Settings, host: str, port: int, workers: int, *, url: str | None, watch: bool) -> int:
    """Build, then serve until a signal ends it; with ``watch``, build again whenever there is a reason."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server import Server

    settings = _with_base(settings, host, port, url)
    base = settings.publication.url
    with_builds = _Builds(settings)
    with_builds.build()
    os.environ[_SETTINGS_VARIABLE] = str(settings.file.resolve())
    os.environ[_BASE_VARIABLE] = base
    server = Server(
        "feedsvc.serve:application",
        address=host,
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
    watcher = Thread(target=with_builds.watch, args=(stop,), name="watch")
    if watch:
        watcher.start()
    print(f"{settings.publication.title} is served at {base}/", file=sys.stderr, flush=True)
    try:
        server.serve()
    finally:
        stop.set()
        if watch:
            watcher.join()
        with_builds.close()
    return 0


def application() -> Flask:
    """The app of one worker; what it serves stands in the environment."""
    from feedsvc.web.app import create_app

    settings = load_settings(Path(os.environ[_SETTINGS_VARIABLE]))
    return create_app(PublishedEdition(open_database(settings), now=clock.now), base=os.environ[_BASE_VARIABLE])


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


class _Builds:
    """The builds of a serving process: each tried, its failure kept for ``/healthz``, the old edition served on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._base = settings.publication.url
        self._database = open_database(settings)
        self._next: datetime | None = None

    def close(self) -> None:
        """Give up the database."""
        self._database.close()

    def build(self) -> None:
        """Build once; a failure is said and leaves the old edition in place."""
        try:
            self._build(self._database)
        except LockHeldError as error:
            print(f"feedsvc: {error}", file=sys.stderr, flush=True)
        except FeedsvcError as error:
            print(f"feedsvc: {error}\nfeedsvc: the last good edition is served on", file=sys.stderr, flush=True)
            record_failure(self._database, str(error))

    def watch(self, stop: Event) -> None:
        """Build whenever the inbox or the settings change and when an embargo ends, until ``stop``."""
        while not stop.is_set():
            try:
                self._watch(stop)
            except InboxError as error:
                record_failure(self._database, str(error))
                stop.wait(_LOOK / 1000)

    def _watch(self, stop: Event) -> None:
        from watchfiles import watch

        inbox, settings_file = self.settings.inbox_folder, self.settings.file.resolve()
        if not inbox.is_dir():
            raise InboxError(f"{inbox}: the inbox is not there; is the disk mounted?")
        # The folder of the settings is watched, not the file: editors put a new file in its place.
        changes = watch(
            inbox,
            settings_file.parent,
            watch_filter=lambda _, path: Path(path) == settings_file or Path(path).is_relative_to(inbox.resolve()),
            debounce=_GATHER,
            step=_QUIET,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            stop_event=stop,
            recursive=True,
            raise_interrupt=False,
        )
        for changed in changes:
            if any(Path(path) == settings_file for _, path in changed):
                self._reload()
                self.build()
                if self.settings.inbox_folder != inbox:
                    return
            elif changed or (self._next is not None and clock.now() >= self._next):
                self.build()

    def _reload(self) -> None:
        try:
            fresh = load_settings(self.settings.file)
        except SettingsError as error:
            print(f"feedsvc: {error}\nfeedsvc: the settings from before stay in force", file=sys.stderr, flush=True)
            return
        self.settings = replace(fresh, publication=replace(fresh.publication, url=self._base))

    def _build(self, database: Database) -> None:
        with build_lock(self.settings), database.writing() as connection:
            jobs = os.cpu_count() or 1
            report = build(self.settings, connection, now=clock.now(), stamp=clock.live_stamp, jobs=jobs)
            clear_failure(connection)
            self._next = Ledger(connection).next_change()
        if report.erased:
            database.scrub()
        if report.documents.seen != report.documents.unchanged or report.documents.withdrawn:
            print(summary(report), file=sys.stderr, flush=True)
        for line in complaints(report):
            print(line, file=sys.stderr, flush=True)
