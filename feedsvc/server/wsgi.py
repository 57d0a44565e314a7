"""Calling a WSGI app (PEP 3333): in a thread, as far as its answer is short; the pieces of a long one by and by."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# What is not longer is taken from the app at once, so that its client holds nothing but these bytes.
_SHORT = 1024 * 1024

_log = logging.getLogger("feedsvc")


@dataclass(frozen=True, slots=True)
class Reply:
    """An app's answer. After ``body`` come ``rest``, if there are; ``close`` lets go of them, read or not."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    rest: Iterator[bytes] | None = None
    close: Callable[[], None] = lambda: None


def call(app: "WSGIApplication", environ: dict[str, Any]) -> Reply:
    """The app's answer. What it raises is logged, and answered with 500."""
    try:
        return _called(app, environ)
    except Exception:  # noqa: BLE001 (whatever the app did)
        _log.exception("%s %r", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        return plain_reply(500, "Internal Server Error")


def plain_reply(status: int, reason: str) -> Reply:
    """An answer of one line of text."""
    body = f"{reason}.\n".encode()
    headers = [
        ("Date", formatdate(usegmt=True)),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Reply(status, reason, headers, body)


def _called(app: "WSGIApplication", environ: dict[str, Any]) -> Reply:
    told: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        told[:] = [(status, headers)]
        return written.append

    answer: Iterable[bytes] = app(environ, start_response)
    close: Callable[[], None] = getattr(answer, "close", lambda: None)
    is_long = False
    try:
        pieces = iter(answer)
        first = next(pieces, b"")  # by now the app has told its status
        status, headers = told[0]
        is_long = len(first) < _length(headers) > _SHORT
        body = b"".join([*written, first, *(() if is_long else pieces)])
    finally:
        if not is_long:
            close()
    code, _, reason = status.partition(" ")
    return Reply(int(code), reason, headers, body, pieces if is_long else None, close)


def _length(headers: list[tuple[str, str]]) -> int:
    return next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
