"""The press: an entry is written once, and the documents are those of a press that writes everything anew."""

from collections.abc import Iterator

import msgspec
import pytest
from feeds_samples import ARTICLES, AUTHORITY, FLOOR, TOMBSTONES, TOPICS, settings
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from msgspec.structs import replace

from feedsvc.build.press import Press
from feedsvc.build.printing import FeedOrder, Placed, Printed
from feedsvc.codings import note_of, pack, unpack
from feedsvc.model import Article, Topic

CHOSEN = settings()
SUMMARIES = settings(content="summary")


def placed(place: int, article: Article, topics: tuple[Topic, ...] = ()) -> Placed:
    return Placed(place, pack(msgspec.json.encode(article)), topics)


def order(name: str = "all", **changed: object) -> FeedOrder:
    """An order of all sample articles."""
    window = [placed(place, each, TOPICS.get(slug, ())) for place, (slug, each) in enumerate(ARTICLES.items(), 1)]
    made = FeedOrder(
        name=name,
        title=name,
        description="",
        window=tuple(reversed(window)),
        entries=50,
        is_whole=True,
        floor=FLOOR,
        opened=FLOOR,
        authority=AUTHORITY,
        origin=None,
        tombstones=TOMBSTONES,
        archives=0,
        pages=(),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def standing(printed: Printed) -> dict[str, bytes]:
    return {name: each.packed for name, each in printed.documents.items()}


def orders() -> Iterator[FeedOrder]:
    """Feeds of several manners that share articles, some of them again."""
    everything = order()
    silent = tuple(each for each in everything.window if b"audio/" not in unpack(each.payload))
    yield from (everything, order("all-ja"), order("harbour"), order("quiet", window=silent), order("all-ar"))
    yield from (order("one", window=everything.window[:1]), order("none", window=()), everything)


@pytest.mark.parametrize("room", [10**6, 5000, 0])
def test_what_is_remembered_changes_no_byte_and_has_its_room(room: int) -> None:
    press = Press(CHOSEN, room)
    for each in orders():
        assert press.print_feed(each) == Press(CHOSEN).print_feed(each)
        assert press.taken <= room


def test_what_stands_changes_no_byte() -> None:
    before = Press(CHOSEN).print_feed(order())
    for each in orders():
        again = Press(CHOSEN).print_feed(replace(each, standing=standing(before)))
        assert again == Press(CHOSEN).print_feed(each)


def test_entries_are_taken_from_what_stands() -> None:
    """Only so is a mark of the test's own found in the new document, and in the entries that are written from the same."""
    before = Press(CHOSEN).print_feed(order())
    marked = {}
    for name, packed in standing(before).items():
        body = unpack(packed)
        assert b"Nobody wrote this" in body
        assert "新しい灯台が三日".encode() in body
        marked[name] = pack(
            body.replace(b"Nobody wrote this", b"MARKED").replace("新しい灯台が三日".encode(), b"MARKED"),
            note_of(packed),
        )

    def taken(changed: FeedOrder, press: Press) -> set[int]:
        found = press.print_feed(replace(changed, standing=marked)).documents.values()
        return {unpack(each.packed).count(b"MARKED") for each in found}

    whole = order()
    both = taken(whole, Press(CHOSEN))
    assert min(both) >= 2
    # Another article, other topics, another language, other settings: what stands was not written from the same.
    other = [structs.replace(ARTICLES[slug], updated=FLOOR) for slug in ("bare", "japanese")]
    assert taken(replace(whole, window=tuple(map(placed, (1, 2), other))), Press(CHOSEN)) == {0}
    sorted_anew = tuple(
        placed(at, ARTICLES[slug], (Topic("x", "X"),)) for at, slug in enumerate(("bare", "japanese"))
    )
    assert taken(replace(whole, window=sorted_anew), Press(CHOSEN)) == {0}
    assert taken(replace(whole, name="all-ja"), Press(CHOSEN)) == {0}
    assert taken(whole, Press(SUMMARIES)) == {0}


def test_documents_without_a_note_are_left_alone() -> None:
    before = Press(CHOSEN).print_feed(order())
    bare = {name: pack(unpack(packed)) for name, packed in standing(before).items()}
    assert Press(CHOSEN).print_feed(order(standing=bare)) == before
    short = {name: pack(unpack(packed), note_of(packed)[:16]) for name, packed in standing(before).items()}
    assert Press(CHOSEN).print_feed(order(standing=short)) == before


@given(st.binary(max_size=300), st.binary(max_size=80))
def test_a_note_is_no_part_of_what_was_packed(data: bytes, note: bytes) -> None:
    assert unpack(pack(data, note)) == data
    assert note_of(pack(data, note)) == note
