"""A real server on loopback for tests: `feedsvc serve` as a process of its own."""

import http.client
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

# How long a test waits for something that should take a moment: long enough for a busy machine.
PATIENCE = 30


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Server:
    """A running server: its address, its standard error, and the number of its first process."""

    base: str
    folder: Path
    log: Path
    pid: int

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Got:
        request = urllib.request.Request(self.base + path, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
                return Got(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Got(error.code, error.headers, error.read())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE} s"
        time.sleep(0.02)


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Server]:
    """Serve the publication in ``folder`` until the block ends."""
    port = free_port()
    log = folder / "serve.log"
    command = [sys.executable, "-m", "feedsvc", "serve", str(folder), "--port", str(port), *options]
    with log.open("wb") as err, subprocess.Popen(command, stderr=err, stdout=err) as process:
        try:
            server = Server(f"http://127.0.0.1:{port}", folder, log, process.pid)
            until(lambda: process.poll() is not None or is_up(port), "the server starts")
            assert process.poll() is None, log.read_text()
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True
