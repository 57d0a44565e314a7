"""Editions made ahead, in the tables of the editions: they stand there until their moment, or until a build."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, tuple_

from feedsvc.store.edition import Edition
from feedsvc.store.records import moment, seconds
from feedsvc.store.schema import archives, editions, feeds, generations, representations

Rows = Mapping[Table, Sequence[dict[str, Any]]]

_TABLES = (editions, feeds, representations, archives, generations)


class Prepared:
    """The editions made ahead, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def due(self, now: datetime) -> list[tuple[int, datetime]]:
        """Revision and moment of those that hold at ``now``, in their order."""
        query = select(editions).where(editions.c.prepared, editions.c.published <= seconds(now))
        return [(row.revision, moment(row.published)) for row in self.connection.execute(query.order_by("revision"))]

    def reopen(self, last: int) -> None:
        """Let go of what lies beyond the edition ``last``, and of what is made again exactly in those before.

        The documents of these stay, to be held against what is made.
        """
        current = Edition(self.connection).revision()
        for table in (feeds, archives, generations):
            self.connection.execute(delete(table).where(table.c.revision > current))
        for table in (editions, representations):
            self.connection.execute(delete(table).where(table.c.revision > last))

    def settle(self) -> None:
        """Take out what the editions taken up have replaced."""
        current = Edition(self.connection).revision()
        for table, key in ((feeds, feeds.c.name), (representations, representations.c.path)):
            newest = select(key, func.max(table.c.revision)).where(table.c.revision <= current).group_by(key)
            replaced = tuple_(key, table.c.revision).not_in(newest)
            self.connection.execute(delete(table).where(table.c.revision <= current, replaced))

    def forget(self) -> None:
        """Take out all that was made ahead."""
        current = Edition(self.connection).revision()
        # Asked first: the documents are many, and lie in the order of their addresses.
        if self.connection.execute(select(editions.c.revision).where(editions.c.revision > current)).first() is None:
            return
        for table in _TABLES:
            self.connection.execute(delete(table).where(table.c.revision > current))

    def take(self) -> Rows:
        """All that was made ahead."""
        current = Edition(self.connection).revision()
        return {
            table: [
                dict(row)
                for row in self.connection.execute(select(table).where(table.c.revision > current)).mappings()
            ]
            for table in _TABLES
        }

    def put(self, rows: Rows) -> None:
        """Let ``rows`` be what is made ahead."""
        for table, each in rows.items():
            if each:
                self.connection.execute(insert(table), each)

    def exist(self) -> bool:
        """Whether anything is made ahead."""
        return self.connection.execute(select(editions.c.revision).where(editions.c.prepared)).first() is not None
