"""The press: feeds from their orders, each entry written once for all feeds that it stands in.

The bytes of an entry depend on its article and topics, the settings, and the manner of the feed alone. So they are
remembered, and taken from the documents that stand: the note that is packed with each says what its entries
were written from.
"""

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from feedsvc import __version__
from feedsvc.build.printing import FeedOrder, Placed, Printed, PrintedDocument, digest_of
from feedsvc.codings import note_of, pack, unpack
from feedsvc.config import Settings
from feedsvc.feeds.compose import compose_feed, feed_title, measured_entry
from feedsvc.feeds.delta import DELTA_FORMATS, generation
from feedsvc.feeds.formats import FORMATS, entries_in, pieces_of
from feedsvc.feeds.guard import held_back
from feedsvc.feeds.pieces import Manner, manner_of
from feedsvc.model import Article, Entry, Feed, Finding, Topic

# What a press remembers, in bytes: some thousand articles of usual length.
_ROOM = 64 * 1024 * 1024
_MARK = 16  # bytes

_encode = msgspec.json.Encoder().encode
_decode_article = msgspec.json.Decoder(Article).decode


@dataclass(frozen=True, slots=True)
class _Composed:
    """An article as it stands in feeds.

    ``entry`` is None when it would make them invalid, ``size`` the most bytes that it takes. ``findings`` is
    all that is to be said of it, ``fresh`` what the ledger does not have yet. ``written`` holds the entry's
    bytes by format, for each manner in which a feed has needed them. ``key`` is a hash of all that the article
    and its topics say.
    """

    key: bytes
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

    def __init__(self, settings: Settings, room: int = _ROOM) -> None:
        self._settings = settings
        # What besides an article decides how its entry is written, but for the manner of the feed.
        self._basis = repr((__version__, settings.publication, settings.feeds)).encode()
        self._known: OrderedDict[bytes, _Composed] = OrderedDict()
        self._room = room
        self.taken = 0  # bytes, about

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
        by_id = {entry.id: each for _, each, entry in due}
        documents = self._write(feed, [by_id[entry.id] for entry in feed.entries], order.standing)
        self._forget()
        return Printed(
            name=order.name,
            updated=feed.updated,
            refresh=feed.refresh,
            pages=pages,
            is_short=len(shown) < order.entries and not order.is_whole,
            documents=documents,
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

    def _write(
        self, feed: Feed, stand: Sequence[_Composed], standing: Mapping[str, bytes]
    ) -> dict[str, PrintedDocument]:
        """``feed`` in all formats; each entry is written when the first feed of its manner needs it."""
        manner = manner_of(feed)
        marks = self._marks(stand, manner)
        held = _held(standing) if any(manner not in each.written for each in stand) else {}
        for each, mark in zip(stand, marks, strict=True):
            if manner not in each.written and mark in held:
                self._keep(each, manner, held[mark])
        new = [each for each in stand if manner not in each.written]
        pieces = pieces_of(replace(feed, entries=tuple(each.entry for each in new if each.entry is not None)))
        for at, each in enumerate(new):
            self._keep(each, manner, {name: found.entries[at] for name, found in pieces.items()})
        bodies = {name: found.around(each.written[manner][name] for each in stand) for name, found in pieces.items()}
        return {name: self._document(name, data, b"".join(marks)) for name, data in bodies.items()}

    def _marks(self, stand: Sequence[_Composed], manner: Manner) -> list[bytes]:
        """For each entry a hash of all that decides how it is written."""
        basis = hashlib.sha256(self._basis + repr(manner).encode()).digest()
        return [hashlib.sha256(basis + each.key).digest()[:_MARK] for each in stand]

    def _keep(self, composed: _Composed, manner: Manner, written: Mapping[str, bytes]) -> None:
        composed.written[manner] = written
        self.taken += sum(map(len, written.values()))

    def _document(self, name: str, data: bytes, note: bytes) -> PrintedDocument:
        kept = generation(data) if self._settings.feeds.delta and name in DELTA_FORMATS else None
        return PrintedDocument(pack(data, note), digest_of(data), kept)

    def _composed(self, placed: Placed) -> _Composed:
        """What the article at its place is in feeds."""
        key = hashlib.sha256(placed.payload + _encode(placed.topics)).digest()
        found = self._known.get(key)
        if found is None:
            article = _decode_article(unpack(placed.payload))
            found = self._known[key] = _compose(key, article, placed.topics, self._settings)
            self.taken += found.weight
        else:
            self._known.move_to_end(key)
        return found

    def _forget(self) -> None:
        """Make room, beginning with what was not asked for the longest."""
        while self.taken > self._room:
            _, oldest = self._known.popitem(last=False)
            self.taken -= oldest.weight


def _held(standing: Mapping[str, bytes]) -> dict[bytes, Mapping[str, bytes]]:
    """The entries that stand, by their marks and by format."""
    held: dict[bytes, dict[str, bytes]] = defaultdict(dict)
    for name, packed in standing.items():
        note = note_of(packed)
        marks = [note[at : at + _MARK] for at in range(0, len(note), _MARK)]
        entries = entries_in(name, unpack(packed)) if marks else ()
        if len(marks) == len(entries):
            for mark, entry in zip(marks, entries, strict=True):
                held[mark][name] = entry
    return {mark: written for mark, written in held.items() if written.keys() == FORMATS.keys()}


def _compose(key: bytes, article: Article, topics: Sequence[Topic], settings: Settings) -> _Composed:
    entry, size, findings = measured_entry(article, topics, settings)
    fault = held_back(entry)
    if fault is not None:
        findings = (*findings, fault)
    fresh = tuple(each for each in findings if each not in article.findings)
    return _Composed(key, article.name, None if fault else entry, size, findings, fresh)
