"""What was counted of the requests, in tables of its own.

On SQLite they lie in a file of their own, so that counting waits for no build; clients are kept as salted hashes
until their window has passed, and then as a number.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    case,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from feedsvc.audience import WINDOW, FeedAudience, Tally, Traffic, readers_of, window_of
from feedsvc.config import Settings
from feedsvc.readers import OTHER
from feedsvc.store.database import Database, open_beside

_SALT = 16  # bytes

# Clients of one feed that are told apart in a window, and documents with a number of an unknown reader: bounds
# against who makes them up. The first is far above what one server can answer.
_MOST_CLIENTS, _MOST_STATED = 1_000_000, 1_000

metadata = MetaData()

_traffic = Table(
    "audience_traffic",
    metadata,
    Column("day", Integer, primary_key=True),  # since 1970; 0 holds what is older than a window
    Column("feed", Text, primary_key=True),
    Column("polls", BigInteger, nullable=False),
    Column("not_modified", BigInteger, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("saved", BigInteger, nullable=False),
)

_stated = Table(
    "audience_stated",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("subscribers", Integer, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("day", Integer, nullable=False),  # when it was last said
)

_clients = Table(
    "audience_clients",
    metadata,
    Column("window", Integer, primary_key=True),
    Column("feed", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("client", LargeBinary, primary_key=True),
    Column("verified", Boolean, nullable=False),
)

# How many clients the window before had; nothing else is left of them.
_past_clients = Table(
    "audience_past_clients",
    metadata,
    Column("window", Integer, primary_key=True),
    Column("feed", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("clients", Integer, nullable=False),
    Column("verified", Boolean, nullable=False),
)

_salts = Table(
    "audience_salts",
    metadata,
    Column("window", Integer, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)


def open_statistics(settings: Settings, *, create: bool = True) -> "Statistics":
    """The statistics of a publication; without ``create``, empty ones when nothing was counted yet."""
    return Statistics(open_beside(settings, "stats.db", metadata.create_all, create=create))


class Statistics:
    """Counts of requests, written in batches by every serving process and read by everyone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def salt(self, window: int) -> bytes:
        """The salt of a counting window, the same for all processes. Raises StoreError."""
        with self._database.writing() as connection:
            _put(connection, _salts, [{"window": window, "salt": secrets.token_bytes(_SALT)}], {})
            return bytes(connection.scalars(select(_salts.c.salt).where(_salts.c.window == window)).one())

    def add(self, tally: Tally, day: int) -> None:
        """Count ``tally`` in, and forget what is too old on ``day``. Raises StoreError; then nothing was counted."""
        with self._database.writing() as connection:
            _add_traffic(connection, tally)
            _add_stated(connection, tally)
            _add_clients(connection, tally)
            _forget(connection, day)

    def audiences(self, day: int) -> tuple[FeedAudience, ...]:
        """Who reads each feed that was ever asked for, on ``day``, by its name. Raises StoreError."""
        with self._database.writing() as connection:
            _forget(connection, day)
            week: defaultdict[str, Traffic] = defaultdict(Traffic)
            ever: defaultdict[str, Traffic] = defaultdict(Traffic)
            for row in connection.execute(select(_traffic)):
                traffic = Traffic(row.polls, row.not_modified, row.sent, row.saved)
                ever[row.feed].add(traffic)
                if row.day > day - WINDOW:
                    week[row.feed].add(traffic)
            stated = _by_feed(
                connection.execute(
                    select(_stated.c.feed, _stated.c.reader, _stated.c.subscribers, _stated.c.verified)
                )
            )
            clients = _by_feed(connection.execute(_client_numbers()))
        return tuple(
            FeedAudience(feed, week[feed], ever[feed], readers_of(stated[feed], clients[feed]))
            for feed in sorted(ever)
        )

    def days(self) -> list[tuple[int, Traffic]]:
        """The traffic of all feeds on each day of the last window, the oldest first. Raises StoreError."""
        columns = (func.sum(_traffic.c[name]) for name in ("polls", "not_modified", "sent", "saved"))
        query = select(_traffic.c.day, *columns).where(_traffic.c.day > 0).group_by(_traffic.c.day)
        with self._database.writing() as connection:
            return [
                (row[0], Traffic(*map(int, row[1:]))) for row in connection.execute(query.order_by(_traffic.c.day))
            ]

    def close(self) -> None:
        """Give up all connections."""
        self._database.close()


def _by_feed(rows: Iterable[Any]) -> defaultdict[str, list[tuple[str, int, bool]]]:
    found: defaultdict[str, list[tuple[str, int, bool]]] = defaultdict(list)
    for feed, reader, number, verified in rows:
        found[feed].append((reader, number, bool(verified)))
    return found


def _client_numbers() -> Any:
    """Clients by feed and reader: of this window or the one before, whichever has more, as this one has just begun."""
    now = select(
        _clients.c.feed, _clients.c.reader, func.count().label("n"), func.min(_as_number()).label("verified")
    )
    before = select(
        _past_clients.c.feed,
        _past_clients.c.reader,
        _past_clients.c.clients,
        case((_past_clients.c.verified, 1), else_=0),
    )
    both: Any = now.group_by(_clients.c.window, _clients.c.feed, _clients.c.reader).union_all(before).subquery()
    return select(both.c.feed, both.c.reader, func.max(both.c.n), func.min(both.c.verified)).group_by(
        both.c.feed, both.c.reader
    )


def _as_number() -> Any:
    return case((_clients.c.verified, 1), else_=0)


def _add_traffic(connection: Connection, tally: Tally) -> None:
    rows = [
        {
            "day": day,
            "feed": feed,
            "polls": each.polls,
            "not_modified": each.not_modified,
            "sent": each.sent,
            "saved": each.saved,
        }
        for (day, feed), each in sorted(tally.traffic.items())
    ]
    _put(connection, _traffic, rows, {name: _traffic.c[name] for name in ("polls", "not_modified", "sent", "saved")})


def _add_stated(connection: Connection, tally: Tally) -> None:
    rows = [
        {
            "feed": feed,
            "path": path,
            "reader": reader,
            "subscribers": said.stated,
            "verified": said.is_known and not said.is_bounded,
            "day": day,
        }
        for (feed, path, reader), (day, said) in sorted(tally.stated.items())
    ]
    strangers = [row for row in rows if not row["verified"]]
    if strangers and _count(connection, _stated, ~_stated.c.verified) > _MOST_STATED:
        rows = [row for row in rows if row["verified"]]
    _put(connection, _stated, rows, dict.fromkeys(("subscribers", "verified", "day")))


def _add_clients(connection: Connection, tally: Tally) -> None:
    names = {
        feed: {
            name
            for (name,) in connection.execute(select(_clients.c.reader).where(_clients.c.feed == feed).distinct())
        }
        for feed in {feed for _, feed, _, _ in tally.clients}
    }
    full = {feed for feed in names if _count(connection, _clients, _clients.c.feed == feed) >= _MOST_CLIENTS}
    rows = {}
    for (window, feed, reader, client), said in sorted(tally.clients.items()):
        if feed in full:
            continue
        if not said.is_known and reader not in names[feed] and len(names[feed]) >= _MOST_STATED:
            reader = OTHER
        names[feed].add(reader)
        key = {"window": window, "feed": feed, "reader": reader, "client": client}
        rows[window, feed, reader, client] = key | {"verified": said.is_known}
    _put(connection, _clients, list(rows.values()), {})


def _forget(connection: Connection, day: int) -> None:
    """Fold what is older than a window: days into one, clients into their number; numbers nobody repeats go."""
    old = _traffic.c.day.between(1, day - WINDOW)
    sums = [func.sum(_traffic.c[name]).label(name) for name in ("polls", "not_modified", "sent", "saved")]
    gone = connection.execute(select(_traffic.c.feed, *sums).where(old).group_by(_traffic.c.feed)).all()
    if gone:
        rows = [
            {"day": 0} | {key: value if key == "feed" else int(value) for key, value in row._mapping.items()}
            for row in gone
        ]
        _put(
            connection,
            _traffic,
            rows,
            {name: _traffic.c[name] for name in ("polls", "not_modified", "sent", "saved")},
        )
        connection.execute(delete(_traffic).where(old))
    connection.execute(delete(_stated).where(_stated.c.day <= day - WINDOW))
    window = window_of(day)
    if _count(connection, _salts, _salts.c.window < window):
        passed = select(
            _clients.c.window, _clients.c.feed, _clients.c.reader, func.count(), func.min(_as_number()) == 1
        ).where(_clients.c.window == window - 1)
        grouped = passed.group_by(_clients.c.window, _clients.c.feed, _clients.c.reader)
        connection.execute(
            insert(_past_clients).from_select(["window", "feed", "reader", "clients", "verified"], grouped)
        )
        connection.execute(delete(_clients).where(_clients.c.window < window))
        connection.execute(delete(_salts).where(_salts.c.window < window))
    connection.execute(delete(_past_clients).where(_past_clients.c.window < window - 1))


def _count(connection: Connection, table: Table, where: Any) -> int:
    return int(connection.scalar(select(func.count()).select_from(table).where(where)) or 0)


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]], sums: dict[str, Any]) -> None:
    """Insert ``rows``; where a key is there already, each column of ``sums`` is added to it, or takes its place
    when no column stands beside it, and others are left as they are."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    taken = {
        name: statement.excluded[name] if column is None else column + statement.excluded[name]
        for name, column in sums.items()
    }
    keys = list(table.primary_key.columns)
    put = (
        statement.on_conflict_do_update(index_elements=keys, set_=taken)
        if taken
        else statement.on_conflict_do_nothing()
    )
    connection.execute(put, rows)
