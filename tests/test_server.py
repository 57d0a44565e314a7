"""The server on its sockets: HTTP/1.1 to the byte, and clients that are slow, rude or gone."""

import asyncio
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.server.connection import Connection, House
from feedsvc.server.heads import environ_of, plain
from tests.server import until

READY = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready"
LONG = 3_000_000


class Answers:
    """What is ready: one address, known by its head once it was asked."""

    def __init__(self) -> None:
        self.heads: set[bytes] = set()
        self.again_asked = 0

    def again(self, head: bytes, address: str) -> bytes | None:
        self.again_asked += head in self.heads
        return READY if head in self.heads else None

    def known(self, head: bytes | None, environ: dict[str, Any], address: str) -> bytes | None:
        if environ["PATH_INFO"] == "/big":
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LONG + b"x" * LONG
        if environ["PATH_INFO"] != "/ready":
            return None
        if head is not None:
            self.heads.add(head)
        return READY


class Pieces:
    """A long body, that says when it was let go."""

    def __init__(self) -> None:
        self.left = 12
        self.is_closed = Event()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self.left:
            raise StopIteration
        self.left -= 1
        return b"p" * (LONG // 12)

    def close(self) -> None:
        self.is_closed.set()


class Site:
    """A server with a small app, in a thread."""

    def __init__(self) -> None:
        self.ready = Answers()
        self.environ: dict[str, Any] = {}
        self.body = b""
        self.pieces = Pieces()
        self.loop = asyncio.new_event_loop()
        self.threads = ThreadPoolExecutor(2)
        self.house = House(self.app, self.ready, self.threads, ("127.0.0.1", "80"))
        made = self.loop.create_server(lambda: Connection(self.house), "127.0.0.1", 0)
        self.listening = self.loop.run_until_complete(made)
        self.address = self.listening.sockets[0].getsockname()
        self.thread = Thread(target=self.loop.run_forever)
        self.thread.start()

    def app(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        self.environ, self.body = environ, environ["wsgi.input"].read()
        path = environ["PATH_INFO"]
        if path == "/broken":
            raise ValueError("broken")
        if path == "/long":
            self.pieces = Pieces()
            start_response("200 OK", [("Content-Length", str(LONG))])
            return self.pieces
        if path == "/lying":
            start_response("200 OK", [("Content-Length", "10")])
            return [b"short"]
        if path == "/unknown-length":
            start_response("200 OK", [])
            return iter([b"a", b"b"])
        if path == "/same":
            start_response("304 NOT MODIFIED", [("ETag", '"x"')])
            return []
        body = f"{environ['REQUEST_METHOD']} {path}".encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def call(self, work: Callable[[], None]) -> None:
        """Do ``work`` where the connections live, and wait for it."""

        async def done() -> None:
            work()

        asyncio.run_coroutine_threadsafe(done(), self.loop).result(30)

    def close(self) -> None:
        self.call(self.listening.close)
        self.call(lambda: [each._transport.abort() for each in tuple(self.house.connections)] and None)
        self.threads.shutdown()
        self.call(lambda: None)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=30)

    def exchange(self, data: bytes) -> bytes:
        """All that is answered to ``data``, until the server ends the connection."""
        with self.connect() as client:
            client.sendall(data)
            return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def ended(client: socket.socket) -> bytes:
    """What still comes from a connection that the server ends, in whatever way."""
    received = b""
    with suppress(ConnectionResetError):
        while piece := client.recv(65536):
            received += piece
    return received


def head(path: str = "/", *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *lines, "", ""]).encode("latin-1")


LAST = "Connection: close"


def test_a_ready_answer_is_said_again_to_the_same_head(site: Site) -> None:
    asked = head("/ready", "User-Agent: again")
    before = site.ready.again_asked
    with site.connect() as client:
        for _ in range(3):
            client.sendall(asked)
            assert client.recv(4096) == READY
    assert site.ready.again_asked == before + 2


def test_a_ready_answer_closes_when_asked_to(site: Site) -> None:
    for _ in range(2):
        answer = site.exchange(head("/ready", LAST))
        assert answer == READY.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def test_requests_in_one_packet_are_answered_one_after_the_other(site: Site) -> None:
    answer = site.exchange(head("/a") + head("/ready") + head("/same") + head("/b", LAST))
    bodies = re.findall(rb"HTTP/1.1 (\d+) .*?\r\n\r\n([^H]*)", answer, re.DOTALL)
    assert bodies == [(b"200", b"GET /a"), (b"200", b"GET /ready"), (b"304", b""), (b"200", b"GET /b")]


@given(cuts=st.lists(st.integers(1, 150), max_size=8))
def test_it_makes_no_difference_where_packets_end(site: Site, cuts: list[int]) -> None:
    whole = head("/a", "X: 1") + head("/c", "Content-Length: 3", method="POST") + b"abc" + head("/b", LAST)
    with site.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(whole)], strict=True):
            client.sendall(whole[start:end])
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert re.findall(rb"(?:GET|POST) /\w", answer) == [b"GET /a", b"POST /c", b"GET /b"]


def test_head_and_304_have_no_body_and_the_connection_goes_on(site: Site) -> None:
    answer = site.exchange(head("/a", method="HEAD") + head("/same") + head("/b", LAST))
    assert b"GET /a" not in answer
    assert answer.count(b"HTTP/1.1 ") == 3
    assert answer.endswith(b"GET /b")


def test_http_1_0_is_answered_and_closed(site: Site) -> None:
    assert site.exchange(b"GET /a HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\nGET /a")
    assert site.environ["SERVER_PROTOCOL"] == "HTTP/1.0"


def test_a_body_of_unknown_length_is_chunked(site: Site) -> None:
    answer = site.exchange(head("/unknown-length", LAST))
    assert b"chunked" in answer
    assert answer.endswith(b"2\r\nab\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nBad : y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70_000, 431),
    ],
)
def test_what_is_no_http_is_refused(site: Site, data: bytes, status: int) -> None:
    answer = site.exchange(data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer.lower()


def test_a_body_reaches_the_app_whole(site: Site) -> None:
    chunked = head("/c", "Transfer-Encoding: chunked", LAST, method="POST") + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert site.exchange(chunked).endswith(b"POST /c")
    assert site.body == b"abcde"


@pytest.mark.parametrize(
    "fields", [["Content-Length: 10000000000"], ["Content-Length: 65537", "Expect: 100-continue"]]
)
def test_a_body_that_is_announced_too_long_is_refused_unsent(site: Site, fields: list[str]) -> None:
    answer = site.exchange(head("/c", *fields, method="POST"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert site.exchange(head("/a", LAST)).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_too_long_is_refused_when_it_was_sent(site: Site) -> None:
    long = head("/c", "Content-Length: 200000", LAST, method="POST") + b"x" * 200_000
    assert site.exchange(long).startswith(b"HTTP/1.1 413 ")


def test_who_waits_to_be_told_to_go_on_is_told(site: Site) -> None:
    with site.connect() as client:
        client.sendall(head("/c", "Content-Length: 2", "Expect: 100-continue", LAST, method="POST"))
        assert client.recv(4096).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"ab")
        assert b"POST /c" in b"".join(iter(lambda: client.recv(65536), b""))
    assert site.body == b"ab"


def test_who_offers_another_protocol_is_answered_in_this_one(site: Site) -> None:
    asked = head("/a", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    answer = site.exchange(asked + head("/b", LAST))
    assert re.findall(rb"GET /\w", answer) == [b"GET /a", b"GET /b"]


def test_a_fault_of_the_app_is_500_and_the_connection_goes_on(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    answer = site.exchange(head("/broken") + head("/b", LAST))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert answer.endswith(b"GET /b")
    assert "broken" in caplog.text


def test_an_app_that_sends_less_than_it_said_is_cut_off(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with site.connect() as client:
        client.sendall(head("/lying"))
        assert b"200" in ended(client)
    assert "/lying" in caplog.text


def test_a_field_that_would_pass_for_another_is_left_out(site: Site) -> None:
    site.exchange(head("/a", "X_Forwarded_For: 6.6.6.6", "X-Real: yes", "Cookie: a=1", "Cookie: b=2", LAST))
    assert "HTTP_X_FORWARDED_FOR" not in site.environ
    assert site.environ["HTTP_X_REAL"] == "yes"
    assert site.environ["HTTP_COOKIE"] == "a=1; b=2"
    assert site.environ["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a%20b?q=%20", "/a b", "q=%20"),
        ("/%E6%B5%B7", "\xe6\xb5\xb7", ""),
        ("/%zz", "/%zz", ""),
        ("http://evil.example/a?b", "/a", "b"),
        ("//evil.example/a", "//evil.example/a", ""),
    ],
)
def test_targets(site: Site, target: str, path: str, query: str) -> None:
    site.exchange(head(target, LAST))
    assert site.environ["PATH_INFO"] == (path if path.startswith("/") else f"/{path}")
    assert site.environ["QUERY_STRING"] == query


# Slow clients, and clients that are gone


@pytest.mark.parametrize("path", ["/long", "/big"])
def test_who_reads_slowly_gets_everything_and_keeps_nobody_waiting(site: Site, path: str) -> None:
    slow = [site.connect() for _ in range(20)]
    for each in slow:
        each.sendall(head(path, LAST))
    assert site.exchange(head("/b", LAST)).endswith(b"GET /b")
    for each in slow:
        answer = b"".join(iter(lambda each=each: each.recv(65536), b""))  # type: ignore[misc]
        assert len(answer.partition(b"\r\n\r\n")[2]) == LONG
        each.close()


def test_what_nobody_takes_any_more_is_let_go(site: Site) -> None:
    with site.connect() as client:
        client.sendall(head("/long"))
        client.recv(1000)
    assert site.pieces.is_closed.wait(30)


def pass_seconds(site: Site, seconds: int) -> None:
    site.call(lambda: [each.pass_second() for each in tuple(site.house.connections) for _ in range(seconds)] and None)


def test_a_head_must_come_in_time_however_slowly_its_bytes_drip(site: Site) -> None:
    with site.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        until(lambda: any(each._state == 1 for each in tuple(site.house.connections)), "the server reads it")
        for _ in range(4):
            pass_seconds(site, 3)
            client.send(b"X: y\r\n")
        assert ended(client) == b""


def test_a_connection_that_is_not_used_is_kept_for_a_minute(site: Site) -> None:
    with site.connect() as client:
        client.sendall(head("/ready"))
        assert client.recv(4096) == READY
        pass_seconds(site, 60)
        client.sendall(head("/ready"))
        assert client.recv(4096) == READY
        pass_seconds(site, 90)
        assert ended(client) == b""


def test_who_takes_nothing_is_let_go(site: Site) -> None:
    with site.connect() as client:
        client.sendall(head("/long") * 8)
        until(lambda: any(each._is_full for each in tuple(site.house.connections)), "the server has to wait")
        pass_seconds(site, 70)
        until(lambda: not site.house.connections, "the server lets go")


@pytest.mark.parametrize("last", [LAST, ""], ids=["asked to close", "HTTP/1.0"])
def test_who_does_not_take_the_last_answer_is_let_go(site: Site, last: str) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(site.address)
        client.sendall(head("/long", last) if last else b"GET /long HTTP/1.0\r\n\r\n")
        until(lambda: any(each._is_full for each in tuple(site.house.connections)), "the server has to wait")
        pass_seconds(site, 70)
        until(lambda: not site.house.connections, "the server lets go")


def test_empty_lines_before_a_request_are_passed_over(site: Site) -> None:
    assert site.exchange(b"\r\n\r\n" + head("/b", LAST)).endswith(b"GET /b")


def test_an_answer_of_the_server_itself_is_dated(site: Site) -> None:
    assert re.search(
        rb"\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n", site.exchange(b"nonsense\r\n\r\n"), re.IGNORECASE
    )


# Plain heads

TOKENS = st.from_regex(r"[A-Za-z][A-Za-z-]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=12)


@given(
    target=st.from_regex(r"/[!-~]{0,12}", fullmatch=True),
    fields=st.lists(
        st.tuples(st.sampled_from(["Connection", "Content-Length", "Accept", "Cookie", "HOST"]) | TOKENS, VALUES),
        max_size=4,
    ),
    spoiled=st.sampled_from(
        [(b"", b""), (b"\r\n\r\n", b"\r\n\r\n\r\n"), (b": ", b" : "), (b"HTTP/1.1", b"HTTP/1.0")]
    ),
)
def test_a_plain_head_says_what_the_grammar_says(
    target: str, fields: list[tuple[str, str]], spoiled: tuple[bytes, bytes]
) -> None:
    data = head(target, *(f"{name}: {value}" for name, value in fields)).replace(*spoiled)
    found = plain(data)
    if found is None:
        return
    http = h11.Connection(h11.SERVER)
    http.receive_data(data)
    request = http.next_event()
    assert isinstance(request, h11.Request)
    assert isinstance(http.next_event(), h11.EndOfMessage)
    assert http.next_event() is h11.NEED_DATA or found[2]
    got, wanted = (
        environ_of(b"GET", each, named, "", ("", ""))
        for each, named in ((found[0], found[1]), (request.target, request.headers))
    )
    assert got == wanted


@pytest.mark.parametrize(
    "line",
    ["Content-Length: 0", "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c", "Connection: upgrade", "Host: y",
     "Connection: close, x", "X: \xe9", "X : y", " folded"],
)  # fmt: skip
def test_what_is_not_plain(line: str) -> None:
    assert plain(head("/a", line)) is None
    assert plain(head("/a")) is not None
