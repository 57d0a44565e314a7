"""Running a server in a process of its own, on a socket that listens already, until it is told to stop."""

import asyncio
import gc
import resource
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from socket import socket
from typing import TYPE_CHECKING

from feedsvc.server.connection import Connection, House, Ready

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Threads that make answers. More would not make them sooner, as one at a time runs Python.
_THREADS = 4
# Seconds until a thread that computes lets the one with the ready answers go on; Python's own 5 ms would be the time of
# most polls while a page is made.
_SWITCH = 0.0005
_FAREWELL = 10  # seconds for what is under way when the server stops
_BACKLOG = 1024


def run(app: "WSGIApplication", ready: Ready, listening: socket, parent: int) -> None:
    """Serve until a signal comes, or until the file descriptor ``parent`` tells that the parent process is gone."""
    sys.setswitchinterval(_SWITCH)
    _allow_many_files()
    gc.collect()
    gc.freeze()  # what is here stays to the end, and need not be looked at again and again
    with ThreadPoolExecutor(_THREADS, "answers") as threads:
        asyncio.run(_serve(app, ready, threads, listening, parent))


async def _serve(
    app: "WSGIApplication", ready: Ready, threads: ThreadPoolExecutor, listening: socket, parent: int
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(parent, stop.set)
    host, port = listening.getsockname()[:2]
    house = House(app, ready, threads, (str(host), str(port)))
    server = await loop.create_server(lambda: Connection(house), sock=listening, backlog=_BACKLOG)
    looking = loop.create_task(_look_after(house.connections))
    await stop.wait()
    loop.remove_reader(parent)
    server.close()
    house.is_closing = True
    for connection in tuple(house.connections):
        connection.finish()
    with suppress(TimeoutError):
        async with asyncio.timeout(_FAREWELL):
            while house.connections:
                await asyncio.sleep(0.05)
    looking.cancel()


async def _look_after(connections: set[Connection]) -> None:
    while True:
        await asyncio.sleep(1)
        for connection in tuple(connections):
            connection.pass_second()


def _allow_many_files() -> None:
    """Each connection takes a file descriptor, and what a shell allows is few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
