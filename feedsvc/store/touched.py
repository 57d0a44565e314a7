"""The articles that one build touches, by id. They stand in a scratch table: however many they are, they take no memory."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Connection, MetaData, Select, Table, Text, delete, insert, select
from sqlalchemy.schema import CreateTable

from feedsvc.store.ledger import is_public
from feedsvc.store.rows import replace_rows
from feedsvc.store.schema import articles, identities

_AT_ONCE = 10_000  # ids that are written together
_touched = Table(
    "touched", MetaData(), Column("id", Text, primary_key=True), prefixes=["TEMPORARY"], sqlite_with_rowid=False
)


class Touched:
    """The ids of articles inside one transaction; of several on one connection, the one that was filled last."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._waiting: set[str] = set()
        self._is_any = False

    def __bool__(self) -> bool:
        return self._is_any or bool(self._waiting)

    def add(self, ids: Iterable[str]) -> None:
        """Take up these ids."""
        self._waiting.update(ids)
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def add_spoken(self, now: datetime) -> None:
        """Take up every article that is public at ``now`` and has a language."""
        public = select(articles.c.id).where(is_public(now), articles.c.tongue.is_not(None))
        fresh = public.where(articles.c.id.not_in(self.ids)).distinct()
        self.connection.execute(insert(_touched).from_select(["id"], fresh))

    @property
    def ids(self) -> Select[tuple[str]]:
        """All of them, as part of a statement."""
        self._write()
        return select(_touched.c.id)

    def releases(self) -> list[int]:
        """The places in the order of release of those that have one, the last one first."""
        if not self:
            return []
        placed = select(identities.c.release).where(identities.c.release.is_not(None), identities.c.id.in_(self.ids))
        return list(self.connection.scalars(placed.order_by(identities.c.release.desc())))

    def _write(self) -> None:
        """Bring those that wait into the table; the first of them into an empty one."""
        if not self._is_any:
            empty_table(self.connection, _touched)
            self._is_any = True
        replace_rows(self.connection, _touched, [(id_,) for id_ in sorted(self._waiting)])
        self._waiting.clear()


def empty_table(connection: Connection, table: Table) -> None:
    """Let a scratch table stand there with nothing in it."""
    connection.execute(CreateTable(table, if_not_exists=True))
    connection.execute(delete(table))
