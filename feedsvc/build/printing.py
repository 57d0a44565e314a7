"""What a feed is printed from, and what comes of it.

An order holds all that this takes, so that it may be done in another process than the one that has the ledger.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from feedsvc.model import Finding, Tombstone, Topic


class Placed(Struct, frozen=True):
    """An article, encoded and packed as in the ledger, at its place in a feed, and its topics."""

    place: int
    payload: bytes
    topics: tuple[Topic, ...]


class FeedOrder(Struct, frozen=True, kw_only=True):
    """What a feed is printed from.

    ``window`` holds the articles that came into it last, the last one first, of which ``entries`` are shown;
    ``is_whole`` says that there are no more. ``floor`` is the feed's date before, ``opened`` the date of one
    that shows nothing yet. ``archives`` is the number of its newest archive document (0: none), ``pages`` the
    first place of each that may be sealed next; of them those are that begin before the oldest entry shown.
    ``standing`` holds the packed documents that stand there now, by format, if entries may be taken from them.
    """

    name: str
    title: str
    description: str
    window: tuple[Placed, ...]
    entries: int
    is_whole: bool
    floor: datetime | None
    opened: datetime
    authority: str
    origin: str | None
    tombstones: tuple[Tombstone, ...]
    archives: int
    pages: tuple[int, ...]
    standing: Mapping[str, bytes] = field(default_factory=dict)


class PrintedDocument(Struct, frozen=True):
    """A feed in one format: its bytes packed, their hash, and what is kept of them for deltas, where those are offered."""

    packed: bytes
    digest: str
    generation: bytes | None


class Printed(Struct, frozen=True, kw_only=True):
    """A feed in all formats (by name).

    ``pages`` counts the archive documents that must be sealed with it. ``is_short`` says that entries were
    held back and that older ones would have filled their places. ``remarks`` are those on each article by
    name, ``fresh`` those that the ledger does not have yet.
    """

    name: str
    updated: datetime
    refresh: int
    pages: int
    is_short: bool
    documents: Mapping[str, PrintedDocument]
    remarks: Mapping[str, tuple[Finding, ...]]
    fresh: Mapping[str, tuple[Finding, ...]]


def digest_of(data: bytes) -> str:
    """The hash that tells one document from another."""
    return hashlib.sha256(data).hexdigest()[:32]
