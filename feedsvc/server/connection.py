"""One client's connection: ready answers are said where its bytes come in, all others when a thread has made them.

A request that was answered from memory before is known by the very bytes of its head; ``ready`` then has all of the
answer. The grammar of HTTP/1.1 for all else is h11's.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from enum import IntEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import h11

from feedsvc.server.heads import environ_of, plain
from feedsvc.server.wsgi import Reply, call, plain_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from _typeshed.wsgi import WSGIApplication

T = TypeVar("T")

_LONGEST_HEAD = 32 * 1024
_LONGEST_BODY = 64 * 1024  # bytes of a request's body that are kept for the app
_MOST_READ = 16 * 1024 * 1024  # bytes of a longer one that are passed over, so that its client reads why
# Bytes that are handed to the system at once: what a slow client has not taken is held once for each connection.
_PIECE = 128 * 1024
_CLOSING = b"Connection: close\r\n"

_log = logging.getLogger("feedsvc")


class Ready(Protocol):
    """The answers that are ready. They are whole: status line, head and body. Asked by one thread."""

    def again(self, head: bytes, address: str) -> bytes | None:
        """The answer to a request whose head is known to the byte; None when it is not."""
        ...

    def known(self, head: bytes | None, environ: dict[str, Any], address: str) -> bytes | None:
        """The answer to ``environ``; None when there is none ready. A ``head`` that is given is known from now on."""
        ...


@dataclass
class House:
    """What the connections of a process share."""

    app: "WSGIApplication"
    ready: Ready
    threads: Executor
    here: tuple[str, str]
    connections: "set[Connection]" = field(default_factory=set)
    is_closing: bool = False


class _State(IntEnum):
    BETWEEN = 0  # nothing is under way, and nothing was read of the next request
    HEAD = 1
    BODY = 2
    ANSWERING = 3
    FULL = 4  # nothing is under way, but the client has not yet taken the last answer


_BETWEEN = _State.BETWEEN
# Seconds in each state after which a client is let go. A head must be there whole by then; of a body and an answer
# something must have moved. Proxies keep unused connections for a minute.
_PATIENCE = {_State.BETWEEN: 75, _State.HEAD: 10, _State.BODY: 30, _State.ANSWERING: 60, _State.FULL: 60}


class Connection(asyncio.Protocol):
    """A connection, from its beginning to its end."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._again = house.ready.again
        self._state = _State.BETWEEN
        self._seconds = 0  # since something moved
        self._http: h11.Connection | None = None
        self._request: h11.Request | None = None
        self._body, self._taken = bytearray(), 0
        self._is_last = self._is_paused = self._is_full = self._is_lost = False
        self._has_room: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if isinstance(peer, tuple) else ""
        self._house.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """It says something."""
        if self._state is _BETWEEN:
            self._seconds = 0
            answer = self._again(data, self._address) or self._known(data)
            if answer is not None:
                if len(answer) > _PIECE:
                    self._begin(self._say(answer))
                    return
                self._transport.write(answer)
                if self._is_last:
                    self._close()
                return
            data = data.lstrip(b"\r\n")  # empty lines before a request are passed over (RFC 9112, section 2.2)
            if not data:
                return
            self._state = _State.HEAD
        self._read(data)

    def eof_received(self) -> bool:
        """It will say no more; what was asked is still answered."""
        self._is_last = True
        return self._state == _State.ANSWERING

    def pause_writing(self) -> None:
        """It does not take what it is sent."""
        self._is_full = True
        if self._state == _State.BETWEEN:
            self._state = _State.FULL

    def resume_writing(self) -> None:
        """It has taken enough for more."""
        self._is_full, self._seconds = False, 0
        if self._state == _State.FULL:
            self._rest()
        if self._has_room is not None and not self._has_room.done():
            self._has_room.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """It is gone."""
        self._is_lost = True
        self._house.connections.discard(self)
        if self._has_room is not None and not self._has_room.done():
            self._has_room.set_result(None)

    # What the house asks

    def pass_second(self) -> None:
        """A second has passed: a client that does nothing is let go in time."""
        self._seconds += 1
        is_ours_to_move = self._state == _State.ANSWERING and not self._is_full
        if self._seconds > _PATIENCE[self._state] and not is_ours_to_move:
            self._transport.abort()

    def finish(self) -> None:
        """End when what is under way is answered."""
        self._is_last = True
        if self._state in (_State.BETWEEN, _State.FULL):
            self._close()

    def _close(self) -> None:
        """End when what was said is taken; a client that does not take it is let go in time."""
        self._is_last, self._state, self._seconds = True, _State.FULL, 0
        self._transport.close()

    # Ready answers

    def _known(self, data: bytes) -> bytes | None:
        found = plain(data)
        if found is None:
            return None
        target, fields, is_last = found
        environ = environ_of(b"GET", target, fields, self._address, self._house.here)
        answer = self._house.ready.known(None if is_last else data, environ, self._address)
        if answer is None or not is_last:
            return answer
        self._is_last = True
        line, _, rest = answer.partition(b"\r\n")
        return b"%b\r\n%b%b" % (line, _CLOSING, rest)

    async def _say(self, answer: bytes) -> None:
        await self._write(answer)
        self._rest()

    # Requests for the app

    def _read(self, data: bytes) -> None:
        if self._http is None:
            self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_HEAD)
        self._http.receive_data(data)
        if self._state in (_State.ANSWERING, _State.FULL):
            self._is_paused = True
            self._transport.pause_reading()  # one thing after the other
        else:
            self._advance(self._http)

    def _advance(self, http: h11.Connection) -> None:
        """Take in what was read, up to the end of a request."""
        try:
            while (event := http.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Request):
                    self._request, self._state = event, _State.BODY
                    self._body, self._taken = bytearray(), 0
                    if self._is_refused(http, event):
                        self._begin(self._answer(http, event))
                        return
                elif isinstance(event, h11.Data):
                    self._take(event.data)
                elif isinstance(event, h11.EndOfMessage) and self._request is not None:
                    self._begin(self._answer(http, self._request))
                    return
                else:
                    self._close()
                    return
            if http.they_are_waiting_for_100_continue:
                self._transport.write(_sent(http, h11.InformationalResponse(status_code=100, headers=[])))
        except h11.RemoteProtocolError as error:
            self._refuse(http, error)

    def _is_refused(self, http: h11.Connection, request: h11.Request) -> bool:
        """Whether a body is announced that is too long to be waited for, or that its client has yet to send."""
        announced = next((int(value) for name, value in request.headers if name == b"content-length"), 0)
        if announced <= (_LONGEST_BODY if http.they_are_waiting_for_100_continue else _MOST_READ):
            return False
        self._taken, self._is_last = announced, True
        return True

    def _take(self, data: bytes) -> None:
        """Take in a piece of a request's body."""
        self._seconds = 0
        self._taken += len(data)
        if self._taken <= _LONGEST_BODY:
            self._body += data
        elif self._taken > _MOST_READ:
            self._transport.abort()

    def _refuse(self, http: h11.Connection, error: h11.RemoteProtocolError) -> None:
        self._is_last = True
        if http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            reason = {431: "Request Header Fields Too Large"}.get(error.error_status_hint, "Bad Request")
            self._transport.write(self._opening(http, plain_reply(error.error_status_hint, reason)))
        self._close()

    async def _answer(self, http: h11.Connection, request: h11.Request) -> None:
        if self._taken > _LONGEST_BODY:
            reply = plain_reply(413, "Content Too Large")
        else:
            fields = ((bytes(name), bytes(value)) for name, value in request.headers)
            environ = environ_of(request.method, request.target, fields, self._address, self._house.here)
            environ["SERVER_PROTOCOL"] = f"HTTP/{request.http_version.decode()}"
            environ["wsgi.input"] = BytesIO(self._body)
            environ["wsgi.errors"] = sys.stderr
            reply = await self._in_thread(call, self._house.app, environ)
        try:
            await self._send(http, reply)
        except Exception:  # noqa: BLE001 (whatever the app did: its client must see that the answer is cut off)
            _log.exception("%s %r", request.method, request.target)
            self._transport.abort()
            return
        finally:
            if reply.rest is not None:
                await self._in_thread(reply.close)
        self._after(http)

    async def _send(self, http: h11.Connection, reply: Reply) -> None:
        await self._write(self._opening(http, reply))
        while reply.rest is not None and not self._is_lost:
            piece = await self._in_thread(next, reply.rest, None)
            if piece is None:
                break
            await self._write(_sent(http, h11.Data(data=piece)))
        if not self._is_lost:
            await self._write(_sent(http, h11.EndOfMessage()))

    def _opening(self, http: h11.Connection, reply: Reply) -> bytes:
        """The head of an answer, and the beginning of its body."""
        last = [("Connection", "close")] if self._is_last or self._house.is_closing else []
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in [*reply.headers, *last]]
        head = h11.Response(status_code=reply.status, reason=reply.reason.encode("latin-1"), headers=headers)
        is_bodiless = reply.status in (204, 304) or (self._request is not None and self._request.method == b"HEAD")
        return _sent(http, head) + (b"" if is_bodiless else _sent(http, h11.Data(data=reply.body)))

    def _after(self, http: h11.Connection) -> None:
        """Go on to the next request, if there may be one."""
        if self._is_lost:
            return
        if http.our_state is h11.MUST_CLOSE or http.their_state is h11.MUST_CLOSE:
            self._close()
            return
        http.start_next_cycle()
        self._rest()

    # The end of an answer

    def _rest(self) -> None:
        """Wait for the next request, or take it up when it was sent already."""
        if self._is_lost:
            return
        if self._is_last:
            self._close()
            return
        self._task, self._seconds = None, 0
        self._state = _State.FULL if self._is_full else _State.BETWEEN
        if self._is_full:
            return
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        if self._http is not None and self._http.trailing_data[0]:
            self._state = _State.HEAD
            self._advance(self._http)

    # Threads and bytes

    def _begin(self, work: "Coroutine[Any, Any, None]") -> None:
        self._state, self._seconds = _State.ANSWERING, 0
        self._task = asyncio.get_running_loop().create_task(work)

    def _in_thread(self, work: "Callable[..., T]", *arguments: Any) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._house.threads, work, *arguments)

    async def _write(self, data: bytes) -> None:
        """Send ``data`` as the client takes it."""
        for piece in _pieces(data):
            if self._is_lost:
                return
            self._transport.write(piece)
            if self._is_full:
                self._has_room = asyncio.get_running_loop().create_future()
                await self._has_room


def _pieces(data: bytes) -> Iterator[memoryview]:
    view = memoryview(data)
    return (view[start : start + _PIECE] for start in range(0, len(data), _PIECE))


def _sent(http: h11.Connection, event: h11.Event) -> bytes:
    return http.send(event) or b""
