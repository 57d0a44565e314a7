"""The tables of the ledger and of the edition, and the steps that brought them from each version to the next.

Moments that readers see are kept as ISO 8601 text, since their offset matters; moments that are only compared
are whole seconds since 1970, UTC. Values without columns of their own are JSON.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
    insert,
    inspect,
    select,
    text,
)

from feedsvc.codings import pack
from feedsvc.errors import StoreError
from feedsvc.store.version import SCHEMA

metadata = MetaData()
_AT_ONCE = 500


def _only(condition: ColumnElement[bool]) -> dict[str, Any]:
    """What makes an index one of the rows that meet ``condition``, on SQLite (naming PostgreSQL here would load its dialect)."""
    return {"sqlite_where": condition}


meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),  # nanoseconds, as the file system has it
    Column("inode", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("clues", LargeBinary),  # what it tells its neighbours; plain text only
    Column("around", Text, nullable=False),  # hash of what its neighbours told it
    Column("findings", LargeBinary, nullable=False),
    Column("rejected", Boolean, nullable=False),
    Column("kept", Boolean, nullable=False),  # gone from the inbox, its articles kept by the settings
    sqlite_with_rowid=False,
)
# Every build tells of those that are rejected, which are few.
is_rejected = documents.c.rejected.is_(True)
Index("documents_rejected", documents.c.name, **_only(is_rejected))

articles = Table(
    "articles",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False, index=True),
    Column("id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("release", BigInteger),
    Column("tongue", Text),  # the feed of its language
    Column("opens", BigInteger),  # from when it is public; never, when not set
    Column("closes", BigInteger),  # from when it is public no more
    Column("changes", BigInteger),  # when its status next changes by itself
    Column("size", BigInteger, nullable=False, server_default="0"),  # of the article as JSON, in bytes
    Index("articles_by_id", "id", "opens", "closes", "size"),
    Index("articles_by_tongue", "tongue", "opens", "closes"),
    Index("articles_by_time", "published", "opens", "closes", "status"),
)
# Few articles change by themselves, and few identities are withdrawn: the others cost no place and no time.
Index("articles_by_change", articles.c.changes, **_only(articles.c.changes.is_not(None)))
# Perhaps very many wait for their time; those that have come to it are found at once.
Index("articles_waiting", articles.c.opens, **_only(articles.c.release.is_(None)))
Index("articles_by_release", articles.c.release, **_only(articles.c.release.is_not(None)))

# The articles themselves, packed. They lie apart, so that a change of a date or a status moves no text.
bodies = Table(
    "bodies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

rejects = Table(
    "rejects",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, index=True),
    Column("minted", Boolean, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("published", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("release", BigInteger),
    Column("withdrawn", Text),
    Column("canceled", Text),
)
Index("identities_by_release", identities.c.release, **_only(identities.c.release.is_not(None)))
Index("withdrawn_by_fingerprint", identities.c.fingerprint, **_only(identities.c.withdrawn.is_not(None)))
Index("withdrawn_by_digest", identities.c.digest, **_only(identities.c.withdrawn.is_not(None)))

# What was found under the names of the files that a document refers to, when it was last read.
attachments = Table(
    "attachments",
    metadata,
    Column("document", Text, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

# The files of articles, by the address at which they are served while the article is public.
media = Table(
    "media",
    metadata,
    Column("path", Text, primary_key=True),
    Column("article", Text, primary_key=True, index=True),
    Column("digest", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
)

# Who wrote each article, by the slug of the name.
bylines = Table(
    "bylines",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("article", Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# Slugs under which articles were public before their page moved.
former_slugs = Table(
    "former_slugs", metadata, Column("slug", Text, primary_key=True), Column("id", Text, nullable=False)
)

topics = Table(
    "topics",
    metadata,
    Column("key", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
)

classifications = Table(
    "classifications",
    metadata,
    Column("name", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("classifications_by_slug", "slug"),
    sqlite_with_rowid=False,
)

# What readers see carries the revision of the edition that brought it; the newest one that holds is served.

editions = Table(
    "editions",
    metadata,
    Column("revision", Integer, primary_key=True),
    Column("published", BigInteger, nullable=False),
    Column("prepared", Boolean, nullable=False),  # made ahead: it holds from ``published``, without a build
    Column("embargoed", Boolean, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("automatic", Boolean, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("updated", Text),
)

representations = Table(
    "representations",
    metadata,
    Column("path", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("feed", Text, nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("last_modified", BigInteger, nullable=False),
    Column("max_age", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # packed
)

# What readers of older documents have of them, where deltas are offered; ``shrunk``: an entry was taken out.
generations = Table(
    "generations",
    metadata,
    Column("path", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("shrunk", Boolean, nullable=False),
    Column("entries", LargeBinary, nullable=False),
)

# Which article stands in which feed, in the order in which they came into it. Once its place is sealed in an
# archive document, a membership stays for ever.
memberships = Table(
    "memberships",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("left", BigInteger),
    Index("memberships_by_id", "id", "feed", unique=True),
    sqlite_with_rowid=False,
)

# An archive document holds the places from ``first`` to ``last`` of its feed.
archives = Table(
    "archives",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("revision", Integer, nullable=False, index=True),
    Column("sealed", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("members", LargeBinary, nullable=False),  # ids in the order of their places
    Index("archives_by_place", "feed", "first"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("withdrawn", Text, nullable=False),
)

# The numbers of the articles that the search index does not have yet, or not as they are now.
unindexed = Table("unindexed", metadata, Column("number", Integer, primary_key=True))

# The columns of the search index: words by field, and all values that are compared whole. SQLAlchemy has no words
# for such a table; other databases have none of it.
SEARCHED = ("headline", "text", "tag", "author", "source", "value")
_make_search = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5({', '.join(SEARCHED)}, tokenize = 'ascii', columnsize = 0)"
)
event.listen(metadata, "after_create", DDL(_make_search).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


def _apart(connection: Connection) -> None:
    """Texts lie apart from what decides when they are public; archive documents know their places."""
    old = [_set_aside(connection, table) for table in (articles, memberships, archives)]
    _drop_indexes(connection, identities)
    metadata.create_all(connection)
    for index in identities.indexes:
        index.create(connection, checkfirst=True)
    _copy_articles(connection)
    copy = 'INSERT INTO memberships (feed, place, id, "left") SELECT feed, place, id, "left" FROM old_memberships'
    connection.execute(text(copy))
    connection.execute(text(_WITH_PLACES))
    for name in old:
        connection.execute(text(f"DROP TABLE {name}"))


_WITH_PLACES = """
    INSERT INTO archives (feed, number, first, last, revision, sealed, changed, members)
    SELECT a.feed, number, min(place), max(place), revision, sealed, changed, members
    FROM old_archives a JOIN old_memberships m ON m.feed = a.feed AND m.archive = a.number
    GROUP BY a.feed, number, revision, sealed, changed, members
"""


def _set_aside(connection: Connection, table: Table) -> str:
    """Give the table that stands in the database another name, without its indexes; that name."""
    _drop_indexes(connection, table)
    connection.execute(text(f"ALTER TABLE {table.name} RENAME TO old_{table.name}"))
    return f"old_{table.name}"


def _drop_indexes(connection: Connection, table: Table) -> None:
    for index in inspect(connection).get_indexes(table.name):
        connection.execute(text(f"DROP INDEX IF EXISTS {index['name']}"))


def _copy_articles(connection: Connection) -> None:
    columns = [column.name for column in articles.columns if column.name != "size"]
    rows = connection.execute(text(f"SELECT {', '.join(columns)}, payload FROM old_articles ORDER BY name"))  # noqa: S608
    for batch in rows.mappings().partitions(_AT_ONCE):
        known = [{name: row[name] for name in columns} | {"size": len(row["payload"])} for row in batch]
        connection.execute(insert(articles), known)
        connection.execute(insert(bodies), [{"name": row["name"], "payload": pack(row["payload"])} for row in batch])


def _by_release(connection: Connection) -> None:
    """Those that wait for their time are found apart from those that were released, and none by status alone."""
    for name in ("ix_articles_status", "ix_articles_release", "ix_identities_release"):
        connection.execute(text(f"DROP INDEX IF EXISTS {name}"))
    for index in articles.indexes | identities.indexes:
        index.create(connection, checkfirst=True)


def _by_rejection(connection: Connection) -> None:
    """Rejected documents are found without a look at all others."""
    for index in documents.indexes:
        index.create(connection, checkfirst=True)


# The step at position N brings a database from version FIRST + N to the next; a published step is never changed.
# Ledgers of before version FIRST were never released.
FIRST = 10
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_apart, _by_release, _by_rejection)


def migrate(connection: Connection) -> None:
    """Bring the database to this version of the schema.

    Raises StoreError when it was written by a newer feedsvc.
    """
    version = schema_version(connection)
    if version == SCHEMA:
        return
    if version > SCHEMA:
        raise StoreError(f"the ledger has schema {version}, this feedsvc knows {SCHEMA}; upgrade feedsvc")
    if version == 0:
        metadata.create_all(connection)
    elif version < FIRST:
        raise StoreError(f"the ledger has schema {version} of a version before the first; delete var/ and build")
    else:
        for step in MIGRATIONS[version - FIRST :]:
            step(connection)
    connection.execute(meta.delete().where(meta.c.key == "schema"))
    connection.execute(meta.insert().values(key="schema", value=str(SCHEMA)))


def schema_version(connection: Connection) -> int:
    """The version of the schema that the database has; 0 when it is empty."""
    return stated_version(connection) if inspect(connection).has_table("meta") else 0


def stated_version(connection: Connection) -> int:
    """The version of the schema of a database that is not empty."""
    return int(connection.execute(_STATED).scalar_one())


_STATED = select(meta.c.value).where(meta.c.key == "schema")
