"""A search of the articles that are public at a moment: those of the index, and those that have opened since it was made.

The index is brought up by builds. An article whose embargo ended since the last one is not in it, and is asked
directly; there are few of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from feedsvc.model import Article
from feedsvc.query import Query
from feedsvc.store.ledger import Ledger
from feedsvc.store.records import decode_article, seconds
from feedsvc.store.schema import articles, bodies
from feedsvc.store.search import SearchIndex
from feedsvc.topics.match import matches, subject_of


@dataclass(frozen=True, slots=True)
class Search:
    """A query, asked at ``now`` of the articles for which ``shown`` holds."""

    connection: Connection
    query: Query
    now: datetime
    shown: ColumnElement[bool]

    def page(self, skip: int, limit: int) -> list[Article]:
        """The articles found without the first ``skip``, newest release first."""
        opened = self._opened()
        taken = list(opened[skip : skip + limit])
        return taken + self._indexed(max(0, skip - len(opened)), limit - len(taken))

    def total(self, most: int) -> int:
        """How many are found, counted up to ``most``."""
        matching = SearchIndex(self.connection).matching(self.query)
        here = matching.table.join(articles, articles.c.release == matching.number)
        few = select(matching.number).select_from(here).where(self.shown & matching.condition).limit(most).subquery()
        indexed = self.connection.execute(select(func.count()).select_from(few)).scalar_one()
        return min(most, indexed + len(self._opened()))

    def _indexed(self, skip: int, limit: int) -> list[Article]:
        matching = SearchIndex(self.connection).matching(self.query)
        here = matching.table.join(articles, articles.c.release == matching.number)
        found = here.join(bodies, bodies.c.name == articles.c.name)
        shown = select(bodies.c.payload).select_from(found).where(self.shown & matching.condition)
        newest = shown.order_by(matching.number.desc()).offset(skip).limit(limit)
        return [decode_article(row.payload) for row in self.connection.execute(newest)]

    def _opened(self) -> Sequence[Article]:
        """Those that opened since the last build, in the order in which the next one will release them, last first."""
        fresh = self.shown & articles.c.release.is_(None) & (articles.c.changes <= seconds(self.now))
        order = (articles.c.opens.desc(), articles.c.published.desc(), articles.c.id.desc())
        query = (
            select(bodies.c.payload).join(articles, articles.c.name == bodies.c.name).where(fresh).order_by(*order)
        )
        found = [decode_article(row.payload) for row in self.connection.execute(query)]
        topics = Ledger(self.connection).topics_of([article.name for article in found]) if found else {}
        slugs = {name: frozenset(topic.slug for topic in each) for name, each in topics.items()}
        return [each for each in found if matches(self.query, subject_of(each, slugs[each.name])) is not None]
