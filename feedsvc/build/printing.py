"""Printing one feed: from the articles as the ledger holds them to the bytes of every format.

An order holds all that this takes, so that it may be done in another process than the one that has the ledger.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from feedsvc.codings import pack, unpack
from feedsvc.config import Settings
from feedsvc.feeds.compose import compose_entry, compose_feed, feed_title
from feedsvc.feeds.delta import DELTA_FORMATS, generation
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.guard import held_back
from feedsvc.model import Article, Entry, Finding, Tombstone, Topic

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


def print_feed(order: FeedOrder, settings: Settings) -> Printed:
    """The feed that ``order`` describes, composed and rendered."""
    remarks: dict[str, tuple[Finding, ...]] = {}
    fresh: dict[str, tuple[Finding, ...]] = {}
    shown: list[tuple[int, Entry]] = []
    for placed in order.window:
        article = _decode_article(unpack(placed.payload))
        entry, findings = _entry(article, placed.topics, settings)
        if entry is not None:
            shown.append((placed.place, entry))
        if findings:
            remarks[article.name] = findings
            fresh[article.name] = tuple(each for each in findings if each not in article.findings)
    is_short = len(shown) < order.entries and not order.is_whole
    entries = [entry for _, entry in shown[: order.entries]]
    feed = compose_feed(
        settings,
        name=order.name,
        title=feed_title(settings.publication.title, order.name, order.title),
        description=order.description,
        entries=entries,
        floor=order.floor or max((entry.updated for entry in entries), default=order.opened),
        authority=order.authority,
        tombstones=order.tombstones,
        origin=order.origin,
    )
    oldest = min((place for place, _ in shown[: len(feed.entries)]), default=0)
    pages = sum(first < oldest for first in order.pages)
    feed = replace(feed, previous=order.archives + pages or None)
    documents = {}
    for each in FORMATS.values():
        data = each.render(feed)
        kept = generation(data) if settings.feeds.delta and each.name in DELTA_FORMATS else None
        documents[each.name] = PrintedDocument(pack(data), digest_of(data), kept)
    return Printed(
        name=order.name,
        updated=feed.updated,
        refresh=feed.refresh,
        pages=pages,
        is_short=is_short,
        documents=documents,
        remarks=remarks,
        fresh=fresh,
    )


def digest_of(data: bytes) -> str:
    """The hash that tells one document from another."""
    return hashlib.sha256(data).hexdigest()[:32]


def _entry(article: Article, topics: Sequence[Topic], settings: Settings) -> tuple[Entry | None, tuple[Finding, ...]]:
    """``article`` as an entry, None when it would make the feed invalid, and what is to be said of it."""
    entry, findings = compose_entry(article, topics, settings)
    fault = held_back(entry)
    return (entry, findings) if fault is None else (None, (*findings, fault))
