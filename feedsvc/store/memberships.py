"""Which article stands in which feed, in the order in which they came into it, and what is sealed in archives.

A membership that is not yet sealed goes with its article, and a new one is made at the end when the article
comes back. One that is sealed stays for ever: an archive document never changes its set of articles.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from feedsvc.model import Article
from feedsvc.store.ledger import decode_article, is_public, moment, parts, seconds
from feedsvc.store.schema import archives, articles, memberships


class Pending(NamedTuple):
    """A member of a feed that no archive document holds yet; ``size`` is that of its article, in bytes."""

    place: int
    id: str
    size: int


class Memberships:
    """The memberships inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def feeds_of(self, ids: Collection[str]) -> dict[str, frozenset[str]]:
        """The feeds in which each article stands, where it stands in any."""
        found: dict[str, set[str]] = defaultdict(set)
        query = select(memberships.c.id, memberships.c.feed).where(memberships.c.left.is_(None))
        for part in parts(ids):
            for row in self.connection.execute(query.where(memberships.c.id.in_(part))):
                found[row.id].add(row.feed)
        return {id_: frozenset(names) for id_, names in found.items()}

    def leave(self, feed: str, ids: Collection[str], when: datetime) -> None:
        """Let articles leave a feed."""
        sealed = set(self._sealed(feed, ids))
        self._set_left(feed, sealed, when)
        for part in parts([id_ for id_ in ids if id_ not in sealed]):
            here = (memberships.c.feed == feed) & memberships.c.id.in_(part)
            self.connection.execute(delete(memberships).where(here))

    def rename(self, old: str, new: str) -> None:
        """Let a feed go on under a new name, with its members and its archive."""
        for table in (memberships, archives):
            if self.connection.execute(select(table.c.feed).where(table.c.feed == new).limit(1)).first() is None:
                self.connection.execute(update(table).where(table.c.feed == old).values(feed=new))

    def window(self, feed: str, limit: int, now: datetime) -> list[tuple[int, str, bytes]]:
        """The articles that came into a feed last, the last one first: place, name, and the article encoded."""
        query = (
            select(memberships.c.place, articles.c.name, articles.c.payload)
            .join(articles, articles.c.id == memberships.c.id)
            .where(memberships.c.feed == feed, memberships.c.left.is_(None), is_public(now))
            .order_by(memberships.c.place.desc())
            .limit(limit)
        )
        return [(place, name, payload) for place, name, payload in self.connection.execute(query)]

    def count(self, feed: str) -> int:
        """How many articles stand in a feed."""
        here = (memberships.c.feed == feed) & memberships.c.left.is_(None)
        return self.connection.execute(select(func.count()).select_from(memberships).where(here)).scalar_one()

    # Archives

    def pending(self, feed: str, now: datetime) -> list[Pending]:
        """What no archive document holds yet, in the order of the places."""
        query = (
            select(memberships.c.place, memberships.c.id, func.length(articles.c.payload).label("size"))
            .join(articles, articles.c.id == memberships.c.id)
            .where(memberships.c.feed == feed, memberships.c.archive.is_(None), is_public(now))
            .order_by(memberships.c.place)
        )
        return [Pending(*row) for row in self.connection.execute(query)]

    def seal(self, feed: str, pages: Sequence[Sequence[Pending]], revision: int, when: datetime) -> None:
        """Make an archive document of each page, after those that there are."""
        if not pages:
            return
        last = self.last_archive(feed) or 0
        moments = {"sealed": seconds(when), "changed": seconds(when)}
        rows = [
            {
                "feed": feed,
                "number": number,
                "revision": revision,
                **moments,
                "members": msgspec.json.encode([each.id for each in page]),
            }
            for number, page in enumerate(pages, last + 1)
        ]
        self.connection.execute(insert(archives), rows)
        bounds = [
            {"first": page[0].place, "last": page[-1].place, "number": number}
            for number, page in enumerate(pages, last + 1)
        ]
        within = memberships.c.place.between(bindparam("first"), bindparam("last"))
        here = (memberships.c.feed == feed) & within & memberships.c.archive.is_(None)
        self.connection.execute(update(memberships).where(here).values(archive=bindparam("number")), bounds)

    def last_archive(self, feed: str) -> int | None:
        """The number of a feed's newest archive document; None when there is none."""
        return self.connection.execute(select(func.max(archives.c.number)).where(archives.c.feed == feed)).scalar()

    def date_archives(self, keys: Iterable[tuple[str, int]] | None, revision: int, published: datetime) -> None:
        """Let archive documents (None: all), and those sealed in ``revision``, be changed at ``published``."""
        at = seconds(published)
        later = case((archives.c.changed < at, at), else_=archives.c.changed)
        sealed = update(archives).where(archives.c.revision == revision)
        self.connection.execute(sealed.values(sealed=at, changed=later))
        if keys is None:
            self.connection.execute(update(archives).values(changed=later))
            return
        for feed, number in sorted(keys):
            here = (archives.c.feed == feed) & (archives.c.number == number)
            self.connection.execute(update(archives).where(here).values(changed=later))

    # Rows

    def _sealed(self, feed: str, ids: Collection[str]) -> list[str]:
        query = select(memberships.c.id).where(memberships.c.feed == feed, memberships.c.archive.is_not(None))
        return [
            row.id for part in parts(ids) for row in self.connection.execute(query.where(memberships.c.id.in_(part)))
        ]

    def _set_left(self, feed: str, ids: Collection[str], when: datetime | None) -> None:
        for part in parts(ids):
            here = (memberships.c.feed == feed) & memberships.c.id.in_(part)
            self.connection.execute(update(memberships).where(here).values(left=seconds(when)))


@dataclass(frozen=True, slots=True)
class SealedPage:
    """An archive document as the store knows it: its articles that are public, and when the others left."""

    articles: tuple[Article, ...]
    left: Mapping[str, datetime]
    changed: datetime
    previous: int | None
    following: int | None


def sealed_page(connection: Connection, feed: str, number: int, revision: int, now: datetime) -> SealedPage | None:
    """Archive document ``number`` of a feed in the edition ``revision``; None when it is not sealed in it."""
    query = select(archives).where(archives.c.feed == feed, archives.c.revision <= revision)
    rows = {row.number: row for row in connection.execute(query.where(archives.c.number.in_((number, number + 1))))}
    if number not in rows:
        return None
    page, following = rows[number], rows.get(number + 1)
    ids: list[str] = msgspec.json.decode(page.members)
    terms = _opened(connection, ids, now)
    standing = {id_: each.article for id_, each in terms.items() if each.article is not None}
    closed = {id_: each.since for id_, each in terms.items() if each.article is None}
    # What has changed since the last build without one: articles that opened or closed, the link to the next.
    moments = [moment(page.changed), *(each.since for each in terms.values())]
    moments += [moment(following.sealed)] if following else []
    return SealedPage(
        articles=tuple(standing[id_] for id_ in ids if id_ in standing),
        left=_left(connection, feed, [id_ for id_ in ids if id_ not in standing]) | closed,
        changed=max(moments),
        previous=number - 1 if number > 1 else None,
        following=number + 1 if following else None,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """An article that has opened at ``since``, or closed since; closed, it is None."""

    article: Article | None
    since: datetime


def _opened(connection: Connection, ids: Collection[str], now: datetime) -> dict[str, _Opened]:
    found: dict[str, _Opened] = {}
    at: Any = seconds(now)
    query = select(articles.c.id, articles.c.opens, articles.c.closes, articles.c.payload)
    for part in parts(ids):
        for row in connection.execute(query.where(articles.c.id.in_(part), articles.c.opens <= at)):
            if row.closes is None or row.closes > at:
                found[row.id] = _Opened(decode_article(row.payload), moment(row.opens))
            else:
                found.setdefault(row.id, _Opened(None, moment(row.closes)))
    return found


def _left(connection: Connection, feed: str, ids: Collection[str]) -> dict[str, datetime]:
    query = select(memberships.c.id, memberships.c.left).where(
        memberships.c.feed == feed, memberships.c.left.is_not(None)
    )
    return {
        row.id: moment(row.left)
        for part in parts(ids)
        for row in connection.execute(query.where(memberships.c.id.in_(part)))
    }
