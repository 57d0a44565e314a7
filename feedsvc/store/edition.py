"""The edition as a build writes it: feeds, tombstones and representations, swapped whole with the transaction.

What an edition brings carries its revision. Editions may be made ahead: they hold from a moment to come, when
the server takes them up without a build.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, case, delete, func, insert, select, update

from feedsvc.codings import unpack
from feedsvc.config import FILE_NAME, Feeds, Publication, Settings
from feedsvc.languages import feed_language
from feedsvc.model import Tombstone
from feedsvc.store.ledger import Ledger
from feedsvc.store.records import moment, seconds
from feedsvc.store.rows import delete_rows, insert_rows, rows_where_in
from feedsvc.store.schema import editions, feeds, generations, meta, representations, tombstones

ALL = "all"
_DIGEST = (representations.c.digest, representations.c.last_modified)
# While anything is embargoed, caches must not outlive its end; one constant, so that no countdown tells of it.
EMBARGO_MAX_AGE = 60
# How many older documents of each feed a reader may hold to be given a delta.
_GENERATIONS = 48


class FeedRecord(Struct, frozen=True):
    """A feed as the edition knows it.

    ``entries`` counts all its articles; ``updated`` never goes back, and is None before its first edition.
    """

    name: str
    title: str
    description: str | None
    automatic: bool
    entries: int
    updated: datetime | None


class PackedDocument(Struct, frozen=True):
    """A representation as the store keeps it, one document of ``feed`` (empty: of the publication)."""

    path: str
    feed: str
    media_type: str
    digest: str
    last_modified: datetime
    max_age: int
    packed: bytes


class Edition:
    """The edition inside one transaction: what stands in the edition ``writing``, and what is written for it.

    With ``ahead``, what older editions hold stays beside it.
    """

    def __init__(self, connection: Connection, writing: int | None = None, *, ahead: bool = False) -> None:
        self.connection = connection
        self.ahead = ahead
        self.writing = writing if writing is not None else self.revision()

    def revision(self) -> int:
        """The number of the last edition that a build published; 0 before the first."""
        query = select(func.max(editions.c.revision)).where(editions.c.prepared.is_(False))
        return self.connection.execute(query).scalar() or 0

    def published(self) -> datetime | None:
        """When that edition was published."""
        query = select(editions.c.published).where(editions.c.revision == self.revision())
        found = self.connection.execute(query).scalar()
        return None if found is None else moment(found)

    def swap(self, published: datetime, *, embargoed: bool) -> None:
        """Make what was written an edition that holds from ``published``."""
        values = {"published": seconds(published), "prepared": self.ahead, "embargoed": embargoed}
        self.connection.execute(delete(editions).where(editions.c.revision == self.writing))
        self.connection.execute(insert(editions).values(revision=self.writing, **values))

    def set_embargoed(self, *, embargoed: bool) -> None:
        """Say of the current edition whether anything is embargoed.

        When that is new it takes the next number, because answers kept under the old one may be kept for too long.
        """
        current = self.revision()
        here = (editions.c.revision == current) & (editions.c.embargoed != embargoed)
        self.connection.execute(update(editions).where(here).values(embargoed=embargoed, revision=current + 1))

    def stands(self, table: Table) -> ColumnElement[bool]:
        """Whether a row of ``table`` belongs to this edition or an older one."""
        return table.c.revision <= self.writing

    def _clear(self, column: Column[str], values: Collection[str]) -> None:
        """Take out what stands where something new is written."""
        older = "=" if self.ahead else "<="
        delete_rows(self.connection, column, values, f"revision {older} {self.writing}")

    # Feeds

    def feeds(self) -> dict[str, FeedRecord]:
        """Every feed by name."""
        return feeds_at(self.connection, self.writing)

    def save_feeds(self, records: Iterable[FeedRecord]) -> None:
        """Write feeds, each in place of what stood under its name."""
        rows = [
            (
                each.name,
                self.writing,
                each.title,
                each.description,
                each.automatic,
                each.entries,
                None if each.updated is None else each.updated.isoformat(),
            )
            for each in records
        ]
        self._clear(feeds.c.name, [row[0] for row in rows])
        insert_rows(self.connection, feeds, rows)

    def rename_feed(self, old: str, new: str) -> None:
        """Let a feed stand under a new name; its documents under the old one are taken out."""
        self.connection.execute(update(feeds).where(feeds.c.name == old).values(name=new))
        self.connection.execute(update(tombstones).where(tombstones.c.feed == old).values(feed=new))
        self.connection.execute(delete(representations).where(representations.c.feed == old))

    def drop_feed(self, name: str) -> None:
        """Take a feed and its representations out of the edition."""
        self._clear(feeds.c.name, [name])
        self._clear(representations.c.feed, [name])
        self.connection.execute(delete(tombstones).where(tombstones.c.feed == name))

    # Tombstones

    def tombstones(self) -> dict[str, tuple[Tombstone, ...]]:
        """What feeds show of their withdrawn articles, last withdrawn first, by feed."""
        found: dict[str, list[Tombstone]] = defaultdict(list)
        for row in self.connection.execute(select(tombstones)):
            found[row.feed].append(Tombstone(row.id, row.uri, datetime.fromisoformat(row.withdrawn)))
        return {
            feed: tuple(sorted(each, key=lambda tombstone: (-tombstone.when.timestamp(), tombstone.id)))
            for feed, each in found.items()
        }

    def oldest_tombstone(self) -> datetime | None:
        """When that article was withdrawn whose tombstone has stood longest."""
        oldest = self.connection.execute(select(tombstones.c.withdrawn).distinct())
        return min((datetime.fromisoformat(row.withdrawn) for row in oldest), default=None)

    def bury(self, name: str, tombstone: Tombstone) -> None:
        """Leave a tombstone in a feed, unless one stands there."""
        here = (tombstones.c.feed == name) & (tombstones.c.id == tombstone.id)
        if self.connection.execute(select(tombstones.c.id).where(here)).first() is None:
            values = {
                "feed": name,
                "id": tombstone.id,
                "uri": tombstone.uri,
                "withdrawn": tombstone.when.isoformat(),
            }
            self.connection.execute(insert(tombstones).values(values))

    def clear_tombstones(self, before: datetime) -> set[str]:
        """Take away tombstones that stood long enough; the feeds they stood in."""
        query = select(tombstones.c.feed, tombstones.c.id, tombstones.c.withdrawn)
        old = [row for row in self.connection.execute(query) if datetime.fromisoformat(row.withdrawn) < before]
        for row in old:
            here = (tombstones.c.feed == row.feed) & (tombstones.c.id == row.id)
            self.connection.execute(delete(tombstones).where(here))
        return {row.feed for row in old}

    # Representations

    def standing(self, paths: Collection[str]) -> dict[str, tuple[str, datetime]]:
        """Digest and Last-Modified of the representations at ``paths``, where any stand."""
        columns = (representations.c.revision, representations.c.path, *_DIGEST)
        rows = rows_where_in(self.connection, columns, representations.c.path, paths, f"revision <= {self.writing}")
        # Of several the newest: rows are sorted by revision, and later ones take the place of earlier ones.
        return {path: (digest, moment(modified)) for _, path, digest, modified in sorted(rows)}

    def packed(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The representations at ``paths``, packed, where any stand."""
        found = {
            path: self.connection.execute(representation_at(path, self.writing, representations.c.body)).scalar()
            for path in paths
        }
        return {path: body for path, body in found.items() if body is not None}

    def save_documents(self, documents: Iterable[PackedDocument]) -> None:
        """Write documents, each in place of what stood at its path."""
        rows = [
            (
                each.path,
                self.writing,
                each.feed,
                each.media_type,
                each.digest,
                seconds(each.last_modified),
                each.max_age,
                each.packed,
            )
            for each in documents
        ]
        self._clear(representations.c.path, [row[0] for row in rows])
        insert_rows(self.connection, representations, rows)

    def note_generation(self, path: str, digest: str, entries: bytes, *, shrunk: bool) -> None:
        """Keep what readers of the document written at ``path`` have; ``shrunk``: something was taken out of it."""
        newest = select(generations).where(generations.c.path == path, self.stands(generations))
        last = self.connection.execute(newest.order_by(generations.c.revision.desc()).limit(1)).first()
        if last is not None and last.digest == digest:
            return
        here = (generations.c.path == path) & (generations.c.revision == self.writing)
        self.connection.execute(delete(generations).where(here))
        values = {"path": path, "revision": self.writing, "digest": digest, "shrunk": shrunk, "entries": entries}
        self.connection.execute(insert(generations).values(values))
        kept = newest.order_by(generations.c.revision.desc()).offset(_GENERATIONS).limit(1)
        if not self.ahead and (oldest := self.connection.execute(kept).first()) is not None:
            past = (generations.c.path == path) & (generations.c.revision <= oldest.revision)
            self.connection.execute(delete(generations).where(past))

    def date_representations(self, paths: Sequence[str], published: datetime) -> None:
        """Let what was written at ``paths`` be modified at ``published``, or later where it had to be."""
        lasting = representations.c.last_modified
        latest = case((lasting < seconds(published), seconds(published)), else_=lasting)
        for start in range(0, len(paths), 500):
            chosen = representations.c.path.in_(paths[start : start + 500])
            here = chosen & (representations.c.revision == self.writing)
            self.connection.execute(update(representations).where(here).values(last_modified=latest))

    def bodies(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Feed, path, media type and identity bytes of every representation, by path."""
        query = select(representations).where(self.stands(representations)).order_by(representations.c.path)
        for row in self.connection.execute(query):
            yield row.feed, row.path, row.media_type, unpack(row.body)

    # What archive documents are made with

    def remember_frame(self, settings: Settings, authority: str) -> None:
        """Keep what the documents of this edition say besides their articles."""
        frame = _Frame(settings.publication, settings.feeds, authority)
        encoded = msgspec.json.encode(frame, enc_hook=str).decode()
        if Ledger(self.connection).recall("frame") != encoded:
            Ledger(self.connection).remember("frame", encoded)


_ORIGIN = "origin of "


def origins(connection: Connection) -> dict[str, str]:
    """The first names of the feeds that were renamed, of which their ids are made."""
    query = select(meta.c.key, meta.c.value).where(meta.c.key.startswith(_ORIGIN))
    return {row.key.removeprefix(_ORIGIN): row.value for row in connection.execute(query)}


def origin_key(name: str) -> str:
    """Under which key the ledger remembers the first name of a feed that was renamed."""
    return f"{_ORIGIN}{name}"


class _Frame(Struct, frozen=True):
    publication: Publication
    feeds: Feeds
    authority: str


def frame(connection: Connection) -> tuple[Settings, str] | None:
    """The settings that decide what a feed says, as the last build had them, and the authority of minted ids."""
    kept = Ledger(connection).recall("frame")
    if kept is None:
        return None
    # The one type that JSON has no word for is a time zone.
    found = msgspec.json.decode(kept, type=_Frame, dec_hook=lambda kind, value: kind(value))
    return Settings(file=Path(FILE_NAME), publication=found.publication, feeds=found.feeds), found.authority


def feeds_at(connection: Connection, revision: int) -> dict[str, FeedRecord]:
    """Every feed of an edition by name."""
    query = select(feeds).where(feeds.c.revision <= revision).order_by(feeds.c.revision)
    return {
        row.name: FeedRecord(
            row.name,
            row.title,
            row.description,
            row.automatic,
            row.entries,
            None if row.updated is None else datetime.fromisoformat(row.updated),
        )
        for row in connection.execute(query)
    }


def representation_at(path: str, revision: int, *columns: ColumnElement[Any]) -> Select[Any]:
    """A query for the document at ``path`` in an edition."""
    here = (representations.c.path == path) & (representations.c.revision <= revision)
    return select(*(columns or representations.c)).where(here).order_by(representations.c.revision.desc()).limit(1)


def generation_at(connection: Connection, path: str, digest: str, revision: int) -> bytes | None:
    """What readers have who hold the document ``digest``; None when that is not known, or when they have too much."""
    stands = (generations.c.path == path) & (generations.c.revision <= revision)
    held = select(generations).where(stands, generations.c.digest == digest)
    row = connection.execute(held.order_by(generations.c.revision.desc()).limit(1)).first()
    if row is None:
        return None
    since = select(generations.c.revision).where(stands, generations.c.revision > row.revision, generations.c.shrunk)
    found: bytes | None = row.entries if connection.execute(since.limit(1)).first() is None else None
    return found


def all_first(record: FeedRecord) -> tuple[bool, bool, str, str]:
    """The order in which feeds are listed: the whole publication, its languages, then the topics by title."""
    return (record.name != ALL, feed_language(record.name) is None, record.title.casefold(), record.name)
