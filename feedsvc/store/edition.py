"""The edition as a build writes it: feeds, tombstones and representations, swapped whole with the transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, select, update

from feedsvc.model import Article, Representation, Status, Tombstone
from feedsvc.store.ledger import decode_article, moment, seconds
from feedsvc.store.schema import articles, classifications, editions, feeds, representations, tombstones

ALL = "all"
# While anything is embargoed, caches must not outlive its end; one constant, so that no countdown tells of it.
EMBARGO_MAX_AGE = 60


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A feed as the edition knows it.

    ``entries`` counts all its articles; ``updated`` never goes back, and is None before its first edition.
    """

    name: str
    title: str
    description: str | None
    automatic: bool
    entries: int
    updated: datetime | None


class Edition:
    """The edition inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def revision(self) -> int:
        """The number of the current edition; 0 before the first."""
        return self.connection.execute(select(func.max(editions.c.revision))).scalar() or 0

    def published(self) -> datetime | None:
        """When the current edition was published."""
        last = self.connection.execute(select(editions.c.published).order_by(editions.c.revision.desc()).limit(1))
        found = last.scalar()
        return None if found is None else moment(found)

    def swap(self, published: datetime) -> int:
        """Make what was written the current edition; its number."""
        revision = self.revision() + 1
        self.connection.execute(insert(editions).values(revision=revision, published=seconds(published)))
        return revision

    # Feeds

    def feeds(self) -> dict[str, FeedRecord]:
        """Every feed by name."""
        return {
            row.name: FeedRecord(
                row.name,
                row.title,
                row.description,
                row.automatic,
                row.entries,
                None if row.updated is None else datetime.fromisoformat(row.updated),
            )
            for row in self.connection.execute(select(feeds))
        }

    def save_feed(self, record: FeedRecord) -> None:
        """Write a feed in place of what stood under its name."""
        self.connection.execute(delete(feeds).where(feeds.c.name == record.name))
        values = {
            "name": record.name,
            "title": record.title,
            "description": record.description,
            "automatic": record.automatic,
            "entries": record.entries,
            "updated": None if record.updated is None else record.updated.isoformat(),
        }
        self.connection.execute(insert(feeds).values(values))

    def drop_feed(self, name: str) -> None:
        """Take a feed and its representations out of the edition."""
        self.connection.execute(delete(feeds).where(feeds.c.name == name))
        self.connection.execute(delete(representations).where(representations.c.feed == name))
        self.connection.execute(delete(tombstones).where(tombstones.c.feed == name))

    def window(self, name: str, limit: int) -> list[Article]:
        """The articles of a feed that were released last, newest release first."""
        query = members(name, articles.c.payload).order_by(articles.c.release.desc()).limit(limit)
        return [decode_article(row.payload) for row in self.connection.execute(query)]

    def count(self, name: str) -> int:
        """How many articles a feed has in all."""
        return int(self.connection.execute(members(name, func.count())).scalar_one())

    def filled_topics(self) -> dict[str, str]:
        """Slug and title of each topic that a published article is in."""
        query = (
            select(classifications.c.slug, func.min(classifications.c.title).label("title"))
            .join(articles, articles.c.name == classifications.c.name)
            .where(articles.c.status == Status.USABLE)
            .group_by(classifications.c.slug)
        )
        return {row.slug: row.title for row in self.connection.execute(query)}

    # Tombstones

    def tombstones(self, name: str) -> tuple[Tombstone, ...]:
        """What a feed shows of its withdrawn articles, last withdrawn first."""
        query = select(tombstones).where(tombstones.c.feed == name)
        found = (
            Tombstone(row.id, row.uri, datetime.fromisoformat(row.withdrawn))
            for row in self.connection.execute(query)
        )
        return tuple(sorted(found, key=lambda each: (-each.when.timestamp(), each.id)))

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

    def unbury(self, ids: Collection[str]) -> set[str]:
        """Take away the tombstones of articles that are back; the feeds they stood in."""
        return self._remove_tombstones([each for each in self._tombstone_keys() if each[1] in set(ids)])

    def clear_tombstones(self, before: datetime) -> set[str]:
        """Take away tombstones that stood long enough; the feeds they stood in."""
        return self._remove_tombstones([each for each in self._tombstone_keys() if each[2] < before])

    def _tombstone_keys(self) -> list[tuple[str, str, datetime]]:
        query = select(tombstones.c.feed, tombstones.c.id, tombstones.c.withdrawn)
        return [(row.feed, row.id, datetime.fromisoformat(row.withdrawn)) for row in self.connection.execute(query)]

    def _remove_tombstones(self, keys: Iterable[tuple[str, str, datetime]]) -> set[str]:
        cleared = set()
        for feed, id_, _ in keys:
            here = (tombstones.c.feed == feed) & (tombstones.c.id == id_)
            self.connection.execute(delete(tombstones).where(here))
            cleared.add(feed)
        return cleared

    # Representations

    def standing(self, path: str) -> tuple[str, datetime] | None:
        """Digest and Last-Modified of the representation at ``path``."""
        query = select(representations.c.digest, representations.c.last_modified).where(
            representations.c.path == path
        )
        row = self.connection.execute(query).first()
        return None if row is None else (row.digest, moment(row.last_modified))

    def save_representation(self, feed: str, representation: Representation) -> None:
        """Write a representation in place of what stood at its path."""
        self.connection.execute(delete(representations).where(representations.c.path == representation.path))
        values: dict[str, Any] = {
            "path": representation.path,
            "feed": feed,
            "media_type": representation.media_type,
            "digest": representation.digest,
            "last_modified": seconds(representation.last_modified),
            "max_age": representation.max_age,
            **{coding: representation.bodies.get(coding) for coding in ("identity", "gzip", "br", "zstd")},
        }
        self.connection.execute(insert(representations).values(values))

    def date_representations(self, paths: Sequence[str], published: datetime) -> None:
        """Let the representations at ``paths`` be modified at ``published``, or later where they had to be."""
        lasting = representations.c.last_modified
        latest = case((lasting < seconds(published), seconds(published)), else_=lasting)
        for start in range(0, len(paths), 500):
            chosen = representations.c.path.in_(paths[start : start + 500])
            self.connection.execute(update(representations).where(chosen).values(last_modified=latest))

    def set_max_age(self, max_age: int) -> bool:
        """Let every representation be kept for ``max_age`` seconds; whether that changed any."""
        change = update(representations).where(representations.c.max_age != max_age).values(max_age=max_age)
        return self.connection.execute(change).rowcount > 0

    def max_age(self) -> int:
        """Seconds for which the edition's documents may be kept."""
        return self.connection.execute(select(func.max(representations.c.max_age))).scalar() or 0

    def bodies(self) -> list[tuple[str, str, str, bytes]]:
        """Feed, path, media type and identity bytes of every representation, by path."""
        query = select(representations).order_by(representations.c.path)
        return [(row.feed, row.path, row.media_type, row.identity) for row in self.connection.execute(query)]


def all_first(record: FeedRecord) -> tuple[bool, str, str]:
    """The order in which feeds are listed: the whole publication, then the topics by title."""
    return (record.name != ALL, record.title.casefold(), record.name)


def members(name: str, *columns: Any) -> Select[Any]:
    """A query over the published articles of a feed."""
    query = select(*columns).select_from(articles).where(articles.c.status == Status.USABLE)
    if name == ALL:
        return query
    joined = articles.join(classifications, classifications.c.name == articles.c.name)
    return (
        select(*columns).select_from(joined).where(articles.c.status == Status.USABLE, classifications.c.slug == name)
    )
