"""What is answered again from memory is what the app would answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_edition import BASE, PUBLISHED, MemoryEdition, representation

from feedsvc.server.heads import environ_of, plain
from feedsvc.web.app import create_app, ready_answers
from feedsvc.web.express import Express

NOW = PUBLISHED + timedelta(hours=1)
TEXT = "<feed>" + "words of a feed " * 99 + "</feed>"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def set_up() -> tuple[MemoryEdition, Clock, FlaskClient]:
    edition, clock = MemoryEdition(), Clock()
    for path in ("/feeds/all.atom", "/feeds/sea.rss"):
        edition.documents[path] = representation(path, TEXT)
    return edition, clock, create_app(edition, base=BASE, clock=clock).test_client()


TAG = representation("/feeds/all.atom", TEXT).digest
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept-Encoding": st.sampled_from(["gzip", "br, gzip", "zstd;q=0, *", "identity;q=0", ""]),
        "If-None-Match": st.sampled_from([f'"{TAG}"', f'W/"{TAG}-gz"', '"other"', "*"]),
        "If-Modified-Since": st.sampled_from(["Sun, 01 Mar 2026 08:30:00 GMT", "Sat, 01 Jan 2000 00:00:00 GMT", "x"]),
        "If-Match": st.sampled_from([f'"{TAG}"', '"other"']),
        "A-IM": st.just("feed"),
        "Sec-Fetch-Dest": st.sampled_from(["document", "empty"]),
        "Range": st.just("bytes=0-9"),
        "User-Agent": st.sampled_from(["a", "b"]),
    },
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["GET", "HEAD"]),
            st.sampled_from(["/feeds/all.atom", "/feeds/sea.rss", "/feeds/none.atom", "/feeds/all.atom?x=1"]),
            HEADERS,
        ),
        max_size=12,
    )
)
def test_an_answer_given_again_is_the_answer_of_a_new_app(asked: list[tuple[str, str, dict[str, str]]]) -> None:
    _, _, warm = set_up()
    for method, path, headers in asked:
        _, _, fresh = set_up()
        got, wanted = (client.open(path, method=method, headers=headers) for client in (warm, fresh))
        assert got.status == wanted.status
        assert sorted(got.headers) == sorted(wanted.headers)
        assert got.data == wanted.data


def test_a_new_edition_takes_the_place_of_what_was_said() -> None:
    edition, _, client = set_up()
    before = client.get("/feeds/all.atom")
    assert client.get("/feeds/all.atom").data == before.data
    edition.documents["/feeds/all.atom"] = representation("/feeds/all.atom", "<feed/>", last_modified=NOW)
    edition.number += 1
    after = client.get("/feeds/all.atom")
    assert after.data == b"<feed/>"
    assert after.headers["ETag"] != before.headers["ETag"]


def test_the_date_is_that_of_each_answer() -> None:
    _, clock, client = set_up()
    first = client.get("/feeds/all.atom")
    clock.now += timedelta(seconds=61)
    second = client.get("/feeds/all.atom")
    assert (first.headers["Date"], second.headers["Date"]) == (
        "Sun, 01 Mar 2026 09:30:00 GMT",
        "Sun, 01 Mar 2026 09:31:01 GMT",
    )


def test_a_last_modified_that_is_held_back_moves_with_the_clock() -> None:
    edition, clock, client = set_up()
    ahead = NOW + timedelta(seconds=30)
    edition.documents["/feeds/all.atom"] = representation("/feeds/all.atom", TEXT, last_modified=ahead)
    edition.number += 1
    for _ in range(3):
        answer = client.get("/feeds/all.atom")
        assert answer.headers["Last-Modified"] == answer.headers["Date"]
        clock.now += timedelta(seconds=10)


# What the server is given


def ask(client: FlaskClient, path: str, *fields: str) -> tuple[bytes, dict[str, str]]:
    """A head as it comes over the wire, and what it says."""
    head = "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *fields, "", ""]).encode()
    target, named, _ = plain(head) or (b"", [], False)
    return head, environ_of(b"GET", target, named, "203.0.113.9", ("x", "80"))


@cache
def app_at(base: str) -> tuple[MemoryEdition, Flask]:
    edition, clock, _ = set_up()
    return edition, create_app(edition, base=base, clock=clock)


@pytest.mark.parametrize("base", [BASE, f"{BASE}/deep/wire"])
@settings(max_examples=30)
@given(headers=HEADERS)
def test_the_server_says_what_the_app_says(base: str, headers: dict[str, str]) -> None:
    edition, app = app_at(base)
    client, ready = app.test_client(), ready_answers(app)
    edition.number += 1  # nothing was answered in this one
    ready._until = float("-inf")
    path = f"{urlsplit(base).path}/feeds/all.atom"
    head, environ = ask(client, path, *(f"{name}: {value}" for name, value in headers.items()))
    assert ready.again(head, "") is None
    assert ready.known(head, environ, "") is None
    wanted = client.get(path, headers=headers)
    if wanted.status_code not in (200, 304):
        assert ready.known(head, environ, "") is None
        return
    said = ready.known(head, environ, "")
    assert said is not None
    assert ready.again(head, "") == said
    top, _, body = said.partition(b"\r\n\r\n")
    status, *lines = top.decode().split("\r\n")
    assert (status, body) == (f"HTTP/1.1 {wanted.status}", wanted.data)
    assert sorted(lines) == sorted(f"{name}: {value}" for name, value in wanted.headers)


def test_the_server_says_nothing_of_an_older_edition_and_dates_each_answer() -> None:
    edition, clock, client = set_up()
    ready = Express(client.application.wsgi_app, edition, clock, None, moment=0)
    head, environ = ask(client, "/feeds/all.atom")
    list(ready(environ, lambda *_: print))
    first = ready.known(head, environ, "")
    clock.now += timedelta(seconds=61)
    second = ready.again(head, "")
    assert first is not None
    assert second == first.replace(b"09:30:00", b"09:31:01")
    edition.number += 1
    assert ready.again(head, "") is None
    assert ready.known(head, environ, "") is None


def test_one_request_asks_for_the_edition_and_those_on_its_heels_are_answered() -> None:
    edition, clock, client = set_up()
    ready = Express(client.application.wsgi_app, edition, clock, None, moment=0.2)
    head, environ = ask(client, "/feeds/all.atom")
    list(ready(environ, lambda *_: print))
    said = ready.known(head, environ, "")
    edition.is_known = False
    ready._until = monotonic()
    assert ready.again(head, "") is None
    assert ready.again(head, "") == said
    # Nobody asked for long: nothing is answered before it is known what is published now.
    ready._until = monotonic() - 60
    assert ready.again(head, "") is None
    assert ready.again(head, "") is None


def test_a_reader_that_polls_without_a_pause_meets_the_next_edition() -> None:
    edition, clock, client = set_up()
    ready = Express(client.application.wsgi_app, edition, clock, None, moment=0.001)
    head, environ = ask(client, "/feeds/all.atom")

    def poll() -> bytes:
        said = ready.again(head, "") or ready.known(head, environ, "")
        if said is None:
            edition.is_known = True  # the app asks for it
            said = b"".join(ready(environ, lambda *_: print))
        return said

    while ready.again(head, "") is None:
        poll()
    edition.documents["/feeds/all.atom"] = representation("/feeds/all.atom", TEXT.replace("words", "other"))
    edition.number += 1
    edition.is_known = False
    until = monotonic() + 10
    while b"other of a feed" not in poll():
        assert monotonic() < until, "the old edition is answered for ever"


def test_memory_is_bounded_whatever_is_asked() -> None:
    def app(environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Date", "Sun, 01 Mar 2026 09:30:00 GMT")])
        return [b"x" * 100]

    edition, clock, client = set_up()
    ready = Express(app, edition, clock, None)
    for number in range(6_000):
        head, environ = ask(
            client, "/feeds/all.atom", f"User-Agent: reader {number}", f'If-None-Match: "{number % 40}"'
        )
        if ready.known(head, environ, "") is None:
            list(ready(environ, lambda *_: print))
            assert ready.known(head, environ, "") is not None
    memory = ready._memory
    assert len(memory.said) == 40
    assert len(memory.heard) == sum(len(said.heads) for said in memory.said.values()) == 4_096
    for number in range(5_000):
        list(ready(ask(client, "/feeds/all.atom", f'If-None-Match: "new {number}"')[1], lambda *_: print))
    assert len(memory.said) == 4_096
    assert memory.heard == {}
    assert memory.weight == sum(len(said.wire) for said in memory.said.values()) <= 24 * 1024 * 1024
