"""Many rows at once: statements that the driver gets as they are, with a tuple of values for each row.

What SQLAlchemy does for a single row (names, types, expanding lists) takes longer than the database takes to
write it. The statements are made here from the tables and nothing else, and are the same on SQLite and PostgreSQL.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Table

from feedsvc.store.records import Values

# SQLite takes 32,766 variables in a statement; lists of one length keep the statement cache small.
_LIST = 500


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Write ``rows``, whose values stand in the order of the table's columns and which are not there yet."""
    if rows:
        connection.exec_driver_sql(_insert(table, _mark(connection)), rows)


def replace_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Write ``rows``, each in place of the one that has its primary key."""
    if rows:
        connection.exec_driver_sql(_upsert(table, _mark(connection)), rows)


def delete_rows(connection: Connection, column: Column[Any], values: Collection[Any], also: str = "") -> None:
    """Take out the rows whose ``column`` is among ``values``; ``also`` is a further condition in SQL."""
    if values:
        condition = f"{_quoted(column)} = {_mark(connection)}" + (f" AND {also}" if also else "")
        statement = f"DELETE FROM {column.table.name} WHERE {condition}"  # noqa: S608
        connection.exec_driver_sql(statement, [(value,) for value in values])


def rows_where_in(
    connection: Connection,
    columns: Sequence[Column[Any]],
    column: Column[Any],
    values: Collection[Any],
    also: str = "",
) -> Iterator[Values]:
    """``columns`` of the rows whose ``column`` is among ``values``, in no order; ``also`` is a further condition in SQL."""
    chosen = ", ".join(map(_quoted, columns))
    for part in parts(values):
        marks = ", ".join([_mark(connection)] * len(part))
        condition = f"{_quoted(column)} IN ({marks})" + (f" AND {also}" if also else "")
        statement = f"SELECT {chosen} FROM {column.table.name} WHERE {condition}"  # noqa: S608
        yield from connection.exec_driver_sql(statement, tuple(part)).cursor.fetchall()


def parts(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """``values`` in lists that one statement takes."""
    ordered = list(values)
    for start in range(0, len(ordered), _LIST):
        yield ordered[start : start + _LIST]


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@lru_cache
def _insert(table: Table, mark: str) -> str:
    names = ", ".join(map(_quoted, table.columns))
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([mark] * len(table.columns))})"  # noqa: S608


@lru_cache
def _upsert(table: Table, mark: str) -> str:
    keys = [_quoted(column) for column in table.primary_key]
    others = [name for column in table.columns if (name := _quoted(column)) not in keys]
    renewed = ", ".join(f"{name} = excluded.{name}" for name in others)
    then = f"UPDATE SET {renewed}" if renewed else "NOTHING"
    return f"{_insert(table, mark)} ON CONFLICT ({', '.join(keys)}) DO {then}"


def _quoted(column: Column[Any]) -> str:
    return f'"{column.name}"'
