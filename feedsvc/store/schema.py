"""The tables of the ledger and of the edition, and the steps that brought them from each version to the next.

Moments that readers see are kept as ISO 8601 text, since their offset matters; moments that are only compared
are whole seconds since 1970, UTC. Values without columns of their own are JSON.
"""

from collections.abc import Callable

from sqlalchemy import (
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
    inspect,
    select,
)

from feedsvc.errors import StoreError

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
    Column("status", Text, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("release", BigInteger, index=True),
    Column("changes", BigInteger, index=True),  # when its status next changes by itself
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
    Column("fingerprint", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False, index=True),
    Column("release", BigInteger, index=True),
    Column("withdrawn", Text),
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

feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("automatic", Boolean, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("updated", Text),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("uri", Text, nullable=False),
    Column("withdrawn", Text, nullable=False),
)

representations = Table(
    "representations",
    metadata,
    Column("path", Text, primary_key=True),
    Column("feed", Text, nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("last_modified", BigInteger, nullable=False),
    Column("max_age", Integer, nullable=False),
    Column("identity", LargeBinary, nullable=False),
    Column("gzip", LargeBinary),
    Column("br", LargeBinary),
    Column("zstd", LargeBinary),
)

editions = Table(
    "editions",
    metadata,
    Column("revision", Integer, primary_key=True),
    Column("published", BigInteger, nullable=False),
)

# The step at position N brings a database from version N to N + 1; a published step is never changed.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (metadata.create_all,)


def migrate(connection: Connection) -> None:
    """Bring the database to this version of the schema.

    Raises StoreError when it was written by a newer feedsvc.
    """
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        message = f"the ledger has schema {version}, this feedsvc knows {len(MIGRATIONS)}; upgrade feedsvc"
        raise StoreError(message)
    for step in MIGRATIONS[version:]:
        step(connection)
    if version < len(MIGRATIONS):
        connection.execute(meta.delete().where(meta.c.key == "schema"))
        connection.execute(meta.insert().values(key="schema", value=str(len(MIGRATIONS))))


def schema_version(connection: Connection) -> int:
    """The version of the schema that the database has; 0 when it is empty."""
    if not inspect(connection).has_table("meta"):
        return 0
    return int(connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar_one())
