"""What is answered again from memory is what the app would answer."""

from datetime import datetime, timedelta

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from memory_edition import BASE, PUBLISHED, MemoryEdition, representation

from feedsvc.web.app import create_app

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
