"""From articles that were touched to the feeds that they come into and leave, as sets, inside the database.

A scratch table holds in which feeds those of them that are public belong; what stands in ``memberships`` is compared
with that at once, however many articles there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from feedsvc.store.edition import ALL
from feedsvc.store.ledger import is_public
from feedsvc.store.schema import archives, articles, classifications, memberships, tombstones, topics
from feedsvc.store.touched import Touched, empty_table

_scratch = MetaData()
_wanted = Table(
    "wanted",
    _scratch,
    Column("feed", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("release", BigInteger),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)

_standing = memberships.c.left.is_(None)
_is_member = and_(memberships.c.id == _wanted.c.id, memberships.c.feed == _wanted.c.feed)


class Belonging:
    """The feeds in which ``touched`` articles belong at ``now``, beside those in which they stand."""

    def __init__(self, touched: Touched, now: datetime) -> None:
        self.touched = touched
        self.now = now
        self.connection = touched.connection
        empty_table(self.connection, _wanted)

    def sort(self, *, by_tongue: bool) -> None:
        """Find out in which feeds they belong (of all that were touched by then): ``all``, those of their topics and, if wished, of their language."""
        here = and_(is_public(self.now), articles.c.id.in_(self.touched.ids))
        everywhere = select(articles.c.id, literal(ALL), articles.c.release).where(here)
        classified = select(articles.c.id, classifications.c.slug, articles.c.release).join(
            classifications, classifications.c.name == articles.c.name
        )
        found = [everywhere, classified.where(here, classifications.c.slug != ALL)]
        if by_tongue:
            spoken = select(articles.c.id, articles.c.tongue, articles.c.release)
            found.append(spoken.where(here, articles.c.tongue.is_not(None)))
        for each in found:
            self.connection.execute(insert(_wanted).from_select(["id", "feed", "release"], each))

    def topics(self) -> tuple[dict[str, str], dict[str, str]]:
        """The topics that they are in: slug and title, and the same of those that they know by moved names alone."""
        public = select(articles.c.name).where(is_public(self.now), articles.c.id.in_(self.touched.ids))
        within = classifications.c.name.in_(public)
        found = select(classifications.c.slug, classifications.c.title).where(within).distinct().subquery()
        is_own = and_(topics.c.slug == found.c.slug, topics.c.title == found.c.title)
        titles: dict[bool, dict[str, str]] = {True: {}, False: {}}
        query = select(found, topics.c.slug.is_not(None).label("own")).outerjoin(topics, is_own)
        for slug, title, own in self.connection.execute(query.order_by(found.c.title)):
            titles[bool(own)][slug] = title
        return titles[True], titles[False]

    def feeds(self) -> set[str]:
        """Every feed in which one of them belongs or stands."""
        belong = select(_wanted.c.feed).distinct()
        stand = select(memberships.c.feed).where(self._is_touched, _standing).distinct()
        return {row.feed for query in (belong, stand) for row in self.connection.execute(query)}

    def join(self) -> dict[str, int]:
        """Let them come into their feeds in the order of release; by how many each feed grew.

        One that is sealed in an archive document goes back to its place.
        """
        standing = exists(select(memberships.c.id).where(_is_member, _standing))
        grown = select(_wanted.c.feed, func.count().label("grown")).where(~standing).group_by(_wanted.c.feed)
        growth = {row.feed: row.grown for row in self.connection.execute(grown)}
        back = memberships.c.id.in_(select(_wanted.c.id)) & exists(select(_wanted.c.id).where(_is_member))
        self.connection.execute(update(memberships).where(memberships.c.left.is_not(None), back).values(left=None))
        place = self._last_place() + _wanted.c.release
        fresh = select(_wanted.c.feed, place, _wanted.c.id).where(~exists(select(memberships.c.id).where(_is_member)))
        in_order = fresh.order_by(_wanted.c.feed, _wanted.c.release)  # so that the table is filled from end to end
        self.connection.execute(insert(memberships).from_select(["feed", "place", "id"], in_order))
        return growth

    def _last_place(self) -> int:
        """The last place that is taken in any of their feeds."""
        feeds = select(_wanted.c.feed).distinct().subquery()
        last = select(func.max(memberships.c.place)).where(memberships.c.feed == feeds.c.feed).scalar_subquery()
        return self.connection.execute(select(func.max(last)).select_from(feeds)).scalar() or 0

    def left(self) -> Mapping[str, list[str]]:
        """By feed, those that stand in it and belong there no more."""
        belong = exists(select(_wanted.c.id).where(_is_member))
        query = select(memberships.c.feed, memberships.c.id).where(self._is_touched, _standing, ~belong)
        went: dict[str, list[str]] = defaultdict(list)
        for feed, id_ in self.connection.execute(query.order_by(memberships.c.feed, memberships.c.id)):
            went[feed].append(id_)
        return went

    def archives(self) -> set[tuple[str, int]]:
        """The archive documents that hold any of them, by feed and number."""
        holding = (archives.c.feed == memberships.c.feed) & (archives.c.first <= memberships.c.place)
        number = select(archives.c.number).where(holding, archives.c.last >= memberships.c.place)
        nearest = number.order_by(archives.c.first.desc()).limit(1).scalar_subquery()
        query = select(memberships.c.feed, nearest.label("number")).where(self._is_touched)
        found = {(row.feed, row.number) for row in self.connection.execute(query.distinct())}
        return {(feed, number) for feed, number in found if number is not None}

    def gone(self, ids: Collection[str]) -> set[str]:
        """Those of ``ids`` that are public no more."""
        public = {row.id for row in self.connection.execute(select(_wanted.c.id).distinct())} if ids else set()
        return set(ids) - public

    @property
    def _is_touched(self) -> ColumnElement[bool]:
        """That a membership is one of them."""
        return memberships.c.id.in_(self.touched.ids)

    def unbury(self) -> set[str]:
        """Take away the tombstones of those that are public; the feeds they stood in."""
        here = tombstones.c.id.in_(select(_wanted.c.id))
        cleared = {row.feed for row in self.connection.execute(select(tombstones.c.feed).where(here).distinct())}
        if cleared:
            self.connection.execute(delete(tombstones).where(here))
        return cleared
