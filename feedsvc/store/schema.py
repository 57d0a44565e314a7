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
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    event,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    union_all,
    update,
)

from feedsvc.errors import StoreError
from feedsvc.model import Status

metadata = MetaData()

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
)

articles = Table(
    "articles",
    metadata,
    Column("name", Text, primary_key=True),
    Column("document", Text, nullable=False, index=True),
    Column("id", Text, nullable=False, index=True),
    Column("status", Text, nullable=False, index=True),
    Column("published", BigInteger, nullable=False),
    Column("release", BigInteger, index=True),
    Column("tongue", Text),  # the feed of its language
    Column("opens", BigInteger),  # from when it is public; never, when not set
    Column("closes", BigInteger),  # from when it is public no more
    Column("changes", BigInteger, index=True),  # when its status next changes by itself
    Column("payload", LargeBinary, nullable=False),
    Index("articles_by_tongue", "tongue", "opens", "closes"),
    Index("articles_by_time", "published", "opens", "closes", "status"),
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
    Column("fingerprint", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False, index=True),
    Column("release", BigInteger, index=True),
    Column("withdrawn", Text),
    Column("canceled", Text),
)

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
    Column("id", Text, primary_key=True, index=True),
    Column("place", BigInteger, nullable=False),
    Column("archive", Integer),
    Column("left", BigInteger),
    Index("memberships_by_place", "feed", "place"),
    Index("memberships_by_archive", "feed", "archive", "place"),
)

archives = Table(
    "archives",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("revision", Integer, nullable=False, index=True),
    Column("sealed", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("members", LargeBinary, nullable=False),  # ids in the order of their places
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("withdrawn", Text, nullable=False),
)

# The columns of the search index: words by field, and all values that are compared whole. SQLAlchemy has no words
# for such a table; other databases have none of it.
SEARCHED = ("headline", "text", "tag", "author", "source", "value")
_make_search = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5({', '.join(SEARCHED)}, tokenize = 'ascii', columnsize = 0)"
)
event.listen(metadata, "after_create", DDL(_make_search).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


def _archives(connection: Connection) -> None:
    """Archives, and editions that are made ahead."""
    for column in (articles.c.opens, articles.c.closes, identities.c.canceled):
        _add_column(connection, column)
    connection.execute(
        update(articles)
        .where(articles.c.status == Status.USABLE)
        .values(opens=articles.c.published, closes=articles.c.changes)
    )
    _remake(connection, editions, prepared=False, embargoed=False)
    revision = connection.execute(select(func.max(editions.c.revision))).scalar() or 0
    _remake(connection, feeds, revision=revision)
    connection.execute(text("DROP TABLE representations"))  # the next build writes them all
    metadata.create_all(connection)
    public = select(articles.c.id, articles.c.release, literal("all").label("feed")).where(
        articles.c.opens.is_not(None)
    )
    sorted_in = (
        select(articles.c.id, articles.c.release, classifications.c.slug)
        .join(classifications, classifications.c.name == articles.c.name)
        .where(articles.c.opens.is_not(None))
    )
    found = union_all(public, sorted_in).subquery()
    place = func.row_number().over(partition_by=found.c.feed, order_by=found.c.release)
    connection.execute(
        insert(memberships).from_select(["id", "feed", "place"], select(found.c.id, found.c.feed, place))
    )
    connection.execute(delete(meta).where(meta.c.key == "settings"))  # so that the next build reads everything


def _former_slugs(connection: Connection) -> None:
    former_slugs.create(connection, checkfirst=True)


def _codings(connection: Connection) -> None:
    """Documents are kept uncompressed; the next build writes them all."""
    if "identity" in {each["name"] for each in inspect(connection).get_columns("representations")}:
        representations.drop(connection)
        representations.create(connection)
        connection.execute(delete(meta).where(meta.c.key == "settings"))


def _generations(connection: Connection) -> None:
    generations.create(connection, checkfirst=True)


def _tongues(connection: Connection) -> None:
    """The language of each article, which the next build fills in."""
    _add_column(connection, articles.c.tongue)
    metadata.create_all(connection)
    for index in articles.indexes:
        index.create(connection, checkfirst=True)
    connection.execute(delete(meta).where(meta.c.key == "settings"))


def _packed(connection: Connection) -> None:
    """Documents are kept packed; the next build writes them all."""
    connection.execute(delete(representations))
    connection.execute(delete(meta).where(meta.c.key == "settings"))
    for index in articles.indexes:
        index.create(connection, checkfirst=True)


def _media(connection: Connection) -> None:
    attachments.create(connection, checkfirst=True)
    media.create(connection, checkfirst=True)


def _search(connection: Connection) -> None:
    """The search index, which the next build fills."""
    metadata.create_all(connection)
    connection.execute(delete(meta).where(meta.c.key == "settings"))


def _bylines(connection: Connection) -> None:
    """Who wrote each article, which the next build fills in, and the index of the archive by month."""
    metadata.create_all(connection)
    for index in articles.indexes:
        index.create(connection, checkfirst=True)
    connection.execute(delete(meta).where(meta.c.key == "settings"))


# The step at position N brings a database from version N to N + 1; a published step is never changed. An empty
# database is made as the tables stand, so each step finds out what is there.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    metadata.create_all,
    _archives,
    _former_slugs,
    _codings,
    _generations,
    _tongues,
    _packed,
    _media,
    _search,
    _bylines,
)


def _add_column(connection: Connection, column: Column[Any]) -> None:
    if column.name not in {each["name"] for each in inspect(connection).get_columns(column.table.name)}:
        kind = column.type.compile(connection.dialect)
        connection.execute(text(f"ALTER TABLE {column.table.name} ADD COLUMN {column.name} {kind}"))


def _remake(connection: Connection, table: Table, **added: object) -> None:
    """Make ``table`` anew as it stands here, with the rows it had and what is ``added`` to each."""
    rows = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table.name}")).mappings()]  # noqa: S608
    table.drop(connection)
    table.create(connection)
    names = {column.name for column in table.columns}
    if rows:
        connection.execute(
            insert(table), [{name: v for name, v in (added | row).items() if name in names} for row in rows]
        )


def migrate(connection: Connection) -> None:
    """Bring the database to this version of the schema.

    Raises StoreError when it was written by a newer feedsvc.
    """
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        message = f"the ledger has schema {version}, this feedsvc knows {len(MIGRATIONS)}; upgrade feedsvc"
        raise StoreError(message)
    for step in MIGRATIONS[version:] if version else MIGRATIONS[:1]:
        step(connection)
    if version < len(MIGRATIONS):
        connection.execute(meta.delete().where(meta.c.key == "schema"))
        connection.execute(meta.insert().values(key="schema", value=str(len(MIGRATIONS))))


def schema_version(connection: Connection) -> int:
    """The version of the schema that the database has; 0 when it is empty."""
    if not inspect(connection).has_table("meta"):
        return 0
    return int(connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar_one())
