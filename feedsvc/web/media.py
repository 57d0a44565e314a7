"""Media files over HTTP: whole or in part, a little at a time, and never more of them than leave room for feeds."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from threading import BoundedSemaphore

from werkzeug.datastructures import Headers

from feedsvc.media import STREAMS
from feedsvc.views import MediaView
from feedsvc.web import answers
from feedsvc.web.answers import DAY, OPEN_HEADERS, Answer, http_date, kept
from feedsvc.web.conditional import Preconditions, etag, evaluate
from feedsvc.web.encoding import IDENTITY
from feedsvc.web.ranges import Part, part_of

# What is smaller is handed to the server whole, so that a slow client holds no thread.
_SMALL = 1024 * 1024
# Nothing of a file may run or ask for anything; a browser that opens one may show it. PDF viewers do not work in a sandbox.
_POLICY = "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'"
_FULL = "Too many large files are on their way; try again in a minute."


class MediaDesk:
    """Answers for media files. ``streams`` large ones may be on their way at a time."""

    def __init__(self, clock: Callable[[], datetime], streams: int = STREAMS) -> None:
        self._clock = clock
        self._free = BoundedSemaphore(streams)

    def answer(self, file: MediaView, headers: Headers, *, with_body: bool) -> Answer:
        """The answer to a GET or HEAD for ``file``: 200, 206, 304, 412 or 416."""
        now = self._clock().replace(microsecond=0)
        last_modified = min(file.modified, now)
        asked = Preconditions(
            headers.get("If-Match"),
            headers.get("If-Unmodified-Since"),
            headers.get("If-None-Match"),
            headers.get("If-Modified-Since"),
        )
        verdict = evaluate(asked, file.digest, IDENTITY, last_modified, now)
        tag = etag(file.digest, IDENTITY)
        shared = _headers(file, tag, last_modified)
        if verdict.status == 412:
            return answers.line(412, "The file has changed since.", now, answers.NO_STORE)
        if verdict.status == 304:
            return answers.stream(304, iter(()), shared, now, None)
        part = part_of(headers.get("Range"), headers.get("If-Range"), file.length, tag, last_modified, now)
        if part is not None and part.start >= part.stop:
            behind = {"Content-Range": f"bytes */{file.length}"}
            return answers.line(416, "The file ends before that.", now, answers.NO_STORE, behind)
        return self._send(file, part, shared, now, with_body=with_body)

    def _send(
        self, file: MediaView, part: Part | None, shared: Mapping[str, str], now: datetime, *, with_body: bool
    ) -> Answer:
        whole = part or Part(0, file.length)
        content = {"Content-Type": file.type}
        if part is not None:
            content["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.length}"
        length = whole.stop - whole.start
        body: Iterator[bytes] = iter(())
        if with_body and length <= _SMALL:
            body = iter((b"".join(file.read(whole.start, whole.stop)),))
        elif with_body:
            if not self._free.acquire(blocking=False):
                return answers.line(503, _FULL, now, answers.NO_STORE, {"Retry-After": "60"})
            body = _Taken(file.read(whole.start, whole.stop), self._free.release)
        status = 200 if part is None else 206
        return answers.stream(status, body, {**shared, **content}, now, length)


class _Taken:
    """Pieces of a file, and the place among the streams that is given back when they are sent or given up."""

    def __init__(self, pieces: Iterator[bytes], give_back: Callable[[], None]) -> None:
        self._pieces = pieces
        self._give_back = give_back
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Let go of the file and of the place; the server calls it whatever becomes of the client (PEP 3333)."""
        if not self._is_closed:
            self._is_closed = True
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()
            self._give_back()


def _headers(file: MediaView, tag: str, last_modified: datetime) -> dict[str, str]:
    # Other bytes have another address; yet not ``immutable``, since a withdrawal must reach caches too.
    sandbox = "" if file.type == "application/pdf" else "; sandbox"
    return {
        "ETag": tag,
        "Last-Modified": http_date(last_modified),
        "Cache-Control": kept(DAY),
        "Accept-Ranges": "bytes",
        **OPEN_HEADERS,
        "Content-Security-Policy": _POLICY + sandbox,
    }
