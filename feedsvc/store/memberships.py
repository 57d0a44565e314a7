"""Which article stands in which feed, in the order in which they came into it, and what is sealed in archives.

A membership that is not yet sealed goes with its article, and a new one is made at the end when the article
comes back. One that is sealed stays for ever: an archive document never changes its set of articles.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from feedsvc.model import Article
from feedsvc.store.records import decode_article, moment, seconds
from feedsvc.store.rows import insert_rows, parts
from feedsvc.store.schema import archives, articles, bodies, memberships

_encode = msgspec.json.Encoder().encode


class Page(NamedTuple):
    """What stands in one archive document of a feed, or may come to: its first and last place, and the ids of its articles."""

    first: int
    last: int
    ids: Sequence[str]


class NewestArchive(NamedTuple):
    """The newest archive document of a feed: its number, and the last place that it holds."""

    number: int
    last: int


NO_ARCHIVE = NewestArchive(0, 0)

_AT_ONCE = 1000  # rows that are fetched together
_PAGES = 50  # archive documents that are sealed together
_FEW = 100  # feeds that are asked for one by one

# Asked once for each feed, and made ready once.
_is_public = (articles.c.opens <= bindparam("now")) & (
    articles.c.closes.is_(None) | (articles.c.closes > bindparam("now"))
)
_WINDOW = (
    select(memberships.c.place, articles.c.name, bodies.c.payload)
    .join(articles, articles.c.id == memberships.c.id)
    .join(bodies, bodies.c.name == articles.c.name)
    .where(memberships.c.feed == bindparam("feed"), memberships.c.left.is_(None), _is_public)
    .order_by(memberships.c.place.desc())
    .limit(bindparam("limit"))
)
_PENDING = (
    select(memberships.c.place, memberships.c.id, articles.c.size)
    .join(articles, articles.c.id == memberships.c.id)
    .where(memberships.c.feed == bindparam("feed"), memberships.c.place > bindparam("after"), _is_public)
    .order_by(memberships.c.place)
)
_NEWEST = (
    select(archives.c.feed, archives.c.number, archives.c.last)
    .where(archives.c.feed == bindparam("feed"))
    .order_by(archives.c.number.desc())
    .limit(1)
)


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
        asked = {"feed": feed, "limit": limit, "now": seconds(now)}
        return [(place, name, payload) for place, name, payload in self.connection.execute(_WINDOW, asked).all()]

    def counts(self) -> dict[str, int]:
        """How many articles stand in each feed that has any."""
        standing = select(memberships.c.feed, func.count().label("n")).where(memberships.c.left.is_(None))
        return {row.feed: row.n for row in self.connection.execute(standing.group_by(memberships.c.feed))}

    # Archives

    def pending(self, feed: str, after: int, now: datetime) -> Iterator[tuple[int, str, int]]:
        """The members of a feed that no archive document holds yet, from the one behind the place ``after`` on: place,
        id, and the size of the article in bytes."""
        asked = {"feed": feed, "after": after, "now": seconds(now)}
        cursor = self.connection.execute(_PENDING, asked).cursor
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows

    def seal(
        self, feed: str, newest: NewestArchive, pages: Iterable[Page], revision: int, when: datetime
    ) -> NewestArchive:
        """Make an archive document of each page, behind the ``newest`` one; the newest one then."""
        at = seconds(when)
        remaining = iter(pages)
        while some := list(islice(remaining, _PAGES)):
            rows = [
                (feed, number, page.first, page.last, revision, at, at, _encode(page.ids))
                for number, page in enumerate(some, newest.number + 1)
            ]
            insert_rows(self.connection, archives, rows)
            newest = NewestArchive(newest.number + len(some), some[-1].last)
        return newest

    def newest_archives(self, feeds: Collection[str]) -> dict[str, "NewestArchive"]:
        """The newest archive document of each of ``feeds`` that has any."""
        if len(feeds) > _FEW:  # a look at all takes less than so many questions
            columns = (archives.c.feed, func.max(archives.c.number), func.max(archives.c.last))
            rows = self.connection.execute(select(*columns).group_by(archives.c.feed)).all()
        else:
            asked = (self.connection.execute(_NEWEST, {"feed": feed}).first() for feed in feeds)
            rows = [row for row in asked if row is not None]
        return {feed: NewestArchive(number, last) for feed, number, last in rows}

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

    def _last_place(self, feed: str) -> int:
        """The last place of a feed that an archive document holds."""
        return self.connection.execute(select(func.max(archives.c.last)).where(archives.c.feed == feed)).scalar() or 0

    def _sealed(self, feed: str, ids: Collection[str]) -> list[str]:
        query = select(memberships.c.id).where(
            memberships.c.feed == feed, memberships.c.place <= self._last_place(feed)
        )
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
    query = select(articles.c.id, articles.c.opens, articles.c.closes, bodies.c.payload)
    query = query.join(bodies, bodies.c.name == articles.c.name)
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
