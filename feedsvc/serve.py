"""Serving for real: a first build, then the workers on one socket, and the watch beside them."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from ipaddress import ip_address
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from socket import AI_PASSIVE, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, getaddrinfo, socket, socketpair
from threading import Event, Thread
from time import monotonic
from urllib.parse import urlsplit

from feedsvc.config import Settings, based
from feedsvc.config_values import parse_address
from feedsvc.errors import Problem, SettingsError, UsageError
from feedsvc.store.served import noted_base
from feedsvc.watch import Builds
from feedsvc.worker import work

_BACKLOG = 1024  # connections that the system holds while no worker takes them
_BREATH = 1.0  # seconds until a worker that ended is started again
_FAREWELL = 15.0  # seconds that workers have to end

# How workers take memory from the system, where that is glibc's. One arena: what a thread frees is of use to the others. What
# compressors need for a moment goes back at once, and what a request needs does not.
_MEMORY = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(8 * 1024 * 1024),
}


def serve(settings: Settings, host: str, port: int, workers: int, *, url: str | None, watch: bool) -> int:
    """Build, then serve until a signal ends it; with ``watch``, build again whenever there is a reason."""
    listening = _bound(host, port)
    served = _with_base(settings, host, port, url)
    base = served.publication.url
    with nullcontext() if base == settings.publication.url else noted_base(settings.folder, base):
        _serve(served, listening, workers, watch=watch)
    return 0


def _serve(settings: Settings, listening: socket, workers: int, *, watch: bool) -> None:
    """Build and serve at the base that the settings have."""
    base = settings.publication.url
    builds = Builds(settings)
    builds.build()
    for name, value in _MEMORY.items():
        os.environ.setdefault(name, value)
    stop = Event()
    tasks = [Thread(target=builds.index, args=(stop,), name="index")]
    if watch:
        tasks.append(Thread(target=builds.watch, args=(stop,), name="watch"))
    _listen(listening)
    with _signals() as told:
        crew = _Crew(listening, settings.file.resolve(), base, workers)
        for task in tasks:
            task.start()
        print(f"{settings.publication.title} is served at {base}/", file=sys.stderr, flush=True)
        try:
            crew.keep(told)
        finally:
            stop.set()
            crew.dismiss()
            for task in tasks:
                task.join()
            builds.close()


class _Crew:
    """The workers: processes of their own on one socket, each started again when it ends."""

    def __init__(self, listening: socket, settings_file: Path, base: str, count: int) -> None:
        self._listening = listening
        self._arguments = (listening, settings_file, base)
        self._processes = [self._started() for _ in range(count)]

    def keep(self, told: socket) -> None:
        """Keep as many as there are, until a signal is ``told``."""
        while told not in wait([told, *(each.sentinel for each in self._processes)]):
            for place, process in enumerate(self._processes):
                if process.exitcode is None:
                    continue
                print(
                    f"feedsvc: a worker ended ({process.exitcode}); another is started", file=sys.stderr, flush=True
                )
                if wait([told], _BREATH):
                    return
                process.close()
                self._processes[place] = self._started()

    def dismiss(self) -> None:
        """Let them end what is under way, and then all."""
        self._listening.close()
        for process in self._processes:
            process.terminate()
        end = monotonic() + _FAREWELL
        for process in self._processes:
            process.join(max(0.0, end - monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()

    def _started(self) -> SpawnProcess:
        process = get_context("spawn").Process(target=work, args=self._arguments, name="worker")
        process.start()
        return process


@contextmanager
def _signals() -> Iterator[socket]:
    """A socket that becomes readable when the process is told to end."""
    told, tell = socketpair()
    with told, tell:

        def end(*_: object) -> None:
            tell.send(b"\0")

        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield told
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _bound(host: str, port: int) -> socket:
    """A socket at ``host`` and ``port``, which are taken from now on. Raises UsageError when they cannot be."""
    try:
        family, kind, protocol, _, address = getaddrinfo(host, port, type=SOCK_STREAM, flags=AI_PASSIVE)[0]
        bound = socket(family, kind, protocol)
        try:
            bound.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise _taken(host, port, error) from error
    return bound


def _listen(bound: socket) -> None:
    """Let clients connect, now that there is something for them. Raises UsageError when another server was quicker."""
    try:
        bound.listen(_BACKLOG)
    except OSError as error:
        host, port = bound.getsockname()[:2]
        raise _taken(host, port, error) from error


def _taken(host: str, port: int, error: OSError) -> UsageError:
    why = f"{host} port {port}: nothing can listen there ({error.strerror})"
    return UsageError(f"{why}; choose another --host or --port, or end what listens there")


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
    return based(settings, base)


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
