"""The search index: what queries ask of articles, in an FTS5 table beside the ledger (SQLite only).

A row is an article that is or was public; its number is the article's place in the order of release, so that the
newest answers are found without sorting. It holds the words as ``query.words`` makes them, which FTS5's ``ascii``
tokenizer takes as they are: a search finds what a topic rule with the same words finds. Values that are compared
whole (``tag:``, ``folder:`` …) are one token each, in hexadecimal digits, so that their beginnings stay beginnings.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.sql.elements import ColumnElement

from feedsvc.query import (
    BARE_FIELDS,
    VALUE_FIELDS,
    WORD_FIELDS,
    And,
    Leaf,
    Not,
    Or,
    Prefix,
    Query,
    needle,
    plain,
    words,
)
from feedsvc.store.ledger import Ledger
from feedsvc.store.records import moment, seconds
from feedsvc.store.rows import delete_rows, parts, replace_rows, rows_where_in
from feedsvc.store.schema import SEARCHED, unindexed

_INITIALS = {"tag": "t", "language": "l", "folder": "f", "format": "m", "topic": "c"}  # of the tokens of values
_COMPLETED = "indexed"  # the key of that moment in the ledger
_EVERY = "x"  # a token of every row
WORD_COLUMNS = SEARCHED[:-1]
_BETWEEN = " \ue000 "  # between two values: no word, since it is no letter, so that no phrase reaches across
_INSERT = f"INSERT INTO search (rowid, {', '.join(SEARCHED)}) VALUES ({', '.join('?' * (len(SEARCHED) + 1))})"  # noqa: S608

_search = Table(
    "search",
    MetaData(),
    Column("rowid", Integer, primary_key=True),
    *(Column(name, Text) for name in SEARCHED),
)


_LAST = select(_search.c.rowid).order_by(_search.c.rowid.desc()).limit(1)


class Indexed(Struct, frozen=True):
    """An article as it is searched: its number, the texts whose words are searched and its values, by field."""

    number: int
    texts: Mapping[str, Sequence[str]]
    values: Mapping[str, Collection[str]]


class SearchIndex:
    """The search index inside one transaction. Where the store has none, nothing is kept and nothing is found."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_offered = connection.dialect.name == "sqlite"

    def remove(self, numbers: Collection[int]) -> None:
        """Take articles out."""
        if not self.is_offered:
            return
        # Asked first, since FTS5 takes long to find that there is nothing to delete. What is new is behind the last.
        last = self._connection.execute(_LAST).scalar()
        known = [number for number in numbers if last is not None and number <= last]
        found = list(rows_where_in(self._connection, (_search.c.rowid,), _search.c.rowid, known))
        if found:
            self._connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", found)

    def wait(self, numbers: Collection[int]) -> None:
        """Remember that articles are to be put in."""
        if self.is_offered:
            for part in parts(numbers):  # perhaps very many
                replace_rows(self._connection, unindexed, [(number,) for number in part])

    def waiting(self, limit: int) -> list[int]:
        """The numbers of the articles that are to be put in, at most ``limit``, the newest first."""
        query = select(unindexed.c.number).order_by(unindexed.c.number.desc()).limit(limit)
        return list(self._connection.scalars(query))

    def indexed(self, numbers: Collection[int]) -> None:
        """Forget that articles are to be put in."""
        delete_rows(self._connection, unindexed.c.number, numbers)

    def count_waiting(self) -> int:
        """How many articles are to be put in."""
        return self._connection.execute(select(func.count()).select_from(unindexed)).scalar_one()

    def complete(self, when: datetime) -> None:
        """Remember that from ``when`` on no article is waiting any more."""
        Ledger(self._connection).remember(_COMPLETED, str(seconds(when)))

    def completed(self) -> datetime | None:
        """When the last articles were put in that a build had left for later."""
        kept = Ledger(self._connection).recall(_COMPLETED)
        return None if kept is None else moment(int(kept))

    def add(self, indexed: Iterable[Indexed]) -> None:
        """Put articles in that are not there."""
        rows = [_row(each) for each in indexed]
        if rows and self.is_offered:
            self._connection.exec_driver_sql(_INSERT, rows)

    def scrub(self) -> None:
        """Make the index anew from its rows, so that nothing is left of words that were taken out."""
        if self.is_offered:
            self._connection.execute(text("INSERT INTO search(search) VALUES ('rebuild')"))

    def matching(self, query: Query) -> "MatchingNumbers":
        """The numbers of the articles that ``query`` matches, as a condition and an order for a statement."""
        return MatchingNumbers(expression(query))


class MatchingNumbers(Struct, frozen=True):
    """A search in an SQL statement."""

    expression: str

    @property
    def table(self) -> Table:
        """The table to select from."""
        return _search

    @property
    def number(self) -> ColumnElement[int]:
        """The place in the order of release."""
        return _search.c.rowid

    @property
    def condition(self) -> ColumnElement[bool]:
        """That a row matches."""
        return text("search MATCH :expression").bindparams(expression=self.expression)  # type: ignore[return-value]


def expression(query: Query) -> str:
    """``query`` in the language of FTS5, where ``NOT`` stands between two expressions."""
    match query:
        case And(clauses):
            wanted = [each for each in clauses if not isinstance(each, Not)]
            unwanted = [each.clause for each in clauses if isinstance(each, Not)]
            found = " AND ".join(map(_inner, wanted)) or _everything()
            return f"({found})" + "".join(f" NOT {_inner(each)}" for each in unwanted) if unwanted else found
        case Or(clauses):
            return " OR ".join(map(_inner, clauses))
        case Not(clause):
            return f"{_everything()} NOT {_inner(clause)}"
        case leaf:
            return _leaf(leaf)


def _inner(query: Query) -> str:
    return f"({expression(query)})" if isinstance(query, And | Or | Not) else expression(query)


def _everything() -> str:
    return f'value : "{_EVERY}"'


def _leaf(leaf: Leaf) -> str:
    star = " *" if isinstance(leaf, Prefix) else ""
    if leaf.field in VALUE_FIELDS:
        return f'value : "{_token(leaf.field or "", needle(leaf))}"{star}'
    fields = (leaf.field,) if leaf.field in WORD_FIELDS else BARE_FIELDS
    return f'{{{" ".join(map(str, fields))}}} : "{" ".join(words(leaf.text))}"{star}'


def _token(field: str, value: str) -> str:
    return _INITIALS[field] + value.encode().hex()


def _row(indexed: Indexed) -> tuple[int | str, ...]:
    told = (_BETWEEN.join(map(_tokens_of, indexed.texts[field])) for field in WORD_COLUMNS)
    values = sorted(_token(field, value) for field, each in indexed.values.items() for value in each)
    return (indexed.number, *told, " ".join((_EVERY, *values)))


def _tokens_of(value: str) -> str:
    """``value`` as the tokenizer shall read it: of ASCII it makes the same words as we do, in less time."""
    value = plain(value)
    return value if value.isascii() else " ".join(words(value))
