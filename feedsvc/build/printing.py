"""Printing one feed: from the articles as the ledger holds them to the bytes of every format.

An order holds all that this takes, so that it may be done in another process than the one that has the ledger.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from feedsvc.codings import pack, unpack
from feedsvc.config import Settings
from feedsvc.feeds.compose import compose_feed, feed_title, measured_entry
from feedsvc.feeds.delta import DELTA_FORMATS, generation
from feedsvc.feeds.formats import pieces_of
from feedsvc.feeds.guard import held_back
from feedsvc.feeds.pieces import Manner, manner_of
from feedsvc.model import Article, Entry, Feed, Finding, Tombstone, Topic

# What a press remembers, in bytes: some thousand articles of usual length.
_ROOM = 64 * 1024 * 1024

_encode = msgspec.json.Encoder().encode
_decode_article = msgspec.json.Decoder(Article).decode


@dataclass(frozen=True, slots=True)
class Placed:
    """An article, encoded and packed as in the ledger, at its place in a feed, and its topics."""

    place: int
    payload: bytes
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOrder:
    """What a feed is printed from.

    ``window`` holds the articles that came into it last, the last one first, of which ``entries`` are shown;
    ``is_whole`` says that there are no more. ``floor`` is the feed's date before, ``opened`` the date of one
    that shows nothing yet. ``archives`` is the number of its newest archive document (0: none), ``pages`` the
    first place of each that may be sealed next; of them those are that begin before the oldest entry shown.
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


@dataclass(frozen=True, slots=True)
class PrintedDocument:
    """A feed in one format: its bytes packed, their hash, and what is kept of them for deltas, where those are offered."""

    packed: bytes
    digest: str
    generation: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
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


@dataclass(frozen=True, slots=True)
class _Composed:
    """An article as it stands in feeds.

    ``entry`` is None when it would make them invalid, ``size`` the most bytes that it takes. ``findings`` is
    all that is to be said of it, ``fresh`` what the ledger does not have yet. ``written`` holds the entry's
    bytes by format, for each manner in which a feed has needed them.
    """

    name: str
    entry: Entry | None
    size: int
    findings: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    written: dict[Manner, Mapping[str, bytes]] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        html = len(self.entry.html or "") if self.entry else 0
        return html + sum(len(data) for formats in self.written.values() for data in formats.values())


class Press:
    """Prints the feeds of a publication.

    What an article becomes is remembered, as far as there is room: most stand in several feeds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: OrderedDict[bytes, _Composed] = OrderedDict()
        self._taken = 0

    def print_feed(self, order: FeedOrder) -> Printed:
        """The feed that ``order`` describes, composed and rendered."""
        composed = [self._composed(placed) for placed in order.window]
        shown = [
            (placed.place, each, each.entry)
            for placed, each in zip(order.window, composed, strict=True)
            if each.entry is not None
        ]
        due = shown[: order.entries]
        feed = self._feed(order, [(entry, each.size) for _, each, entry in due])
        oldest = min((place for place, *_ in due[: len(feed.entries)]), default=0)
        pages = sum(first < oldest for first in order.pages)
        feed = replace(feed, previous=order.archives + pages or None)
        bodies = self._write(feed, {entry.id: each for _, each, entry in due})
        self._forget()
        return Printed(
            name=order.name,
            updated=feed.updated,
            refresh=feed.refresh,
            pages=pages,
            is_short=len(shown) < order.entries and not order.is_whole,
            documents={name: self._document(name, data) for name, data in bodies.items()},
            remarks={each.name: each.findings for each in composed if each.findings},
            fresh={each.name: each.fresh for each in composed if each.findings},
        )

    def _feed(self, order: FeedOrder, measured: Sequence[tuple[Entry, int]]) -> Feed:
        entries = [entry for entry, _ in measured]
        return compose_feed(
            self._settings,
            name=order.name,
            title=feed_title(self._settings.publication.title, order.name, order.title),
            description=order.description,
            entries=entries,
            floor=order.floor or max((entry.updated for entry in entries), default=order.opened),
            authority=order.authority,
            tombstones=order.tombstones,
            origin=order.origin,
            sizes=[size for _, size in measured],
        )

    def _document(self, name: str, data: bytes) -> PrintedDocument:
        kept = generation(data) if self._settings.feeds.delta and name in DELTA_FORMATS else None
        return PrintedDocument(pack(data), digest_of(data), kept)

    def _write(self, feed: Feed, composed: Mapping[str, _Composed]) -> dict[str, bytes]:
        """The bytes of ``feed`` by format; each entry is written when the first feed of its manner needs it."""
        manner = manner_of(feed)
        stand = [composed[entry.id] for entry in feed.entries]
        new = [each for each in stand if manner not in each.written]
        pieces = pieces_of(replace(feed, entries=tuple(each.entry for each in new if each.entry is not None)))
        for at, each in enumerate(new):
            each.written[manner] = {name: found.entries[at] for name, found in pieces.items()}
            self._taken += sum(map(len, each.written[manner].values()))
        return {name: found.around(each.written[manner][name] for each in stand) for name, found in pieces.items()}

    def _composed(self, placed: Placed) -> _Composed:
        """What the article at its place is in feeds."""
        key = hashlib.sha256(placed.payload + _encode(placed.topics)).digest()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _compose(
                _decode_article(unpack(placed.payload)), placed.topics, self._settings
            )
            self._taken += found.weight
        else:
            self._known.move_to_end(key)
        return found

    def _forget(self) -> None:
        """Make room, beginning with what was not asked for the longest."""
        while self._taken > _ROOM:
            _, oldest = self._known.popitem(last=False)
            self._taken -= oldest.weight


def _compose(article: Article, topics: Sequence[Topic], settings: Settings) -> _Composed:
    entry, size, findings = measured_entry(article, topics, settings)
    fault = held_back(entry)
    if fault is not None:
        findings = (*findings, fault)
    fresh = tuple(each for each in findings if each not in article.findings)
    return _Composed(article.name, None if fault else entry, size, findings, fresh)


def digest_of(data: bytes) -> str:
    """The hash that tells one document from another."""
    return hashlib.sha256(data).hexdigest()[:32]
