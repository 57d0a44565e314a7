"""The database of one publication: opened, migrated, written in one transaction, and locked against two builds."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from feedsvc.config import Settings
from feedsvc.errors import Problem, SettingsError, StoreError
from feedsvc.store.schema import migrate

_PAGE_SIZE = "PRAGMA page_size = 8192"  # of a new file: three packed articles of usual length fill a page
_PRAGMAS = (
    "PRAGMA busy_timeout = 30000",
    _PAGE_SIZE,
    "PRAGMA journal_mode = WAL",  # readers go on reading the old edition while the new one is written
    "PRAGMA synchronous = NORMAL",
)
# Of a file that nobody knows until it is whole.
_PRAGMAS_ASIDE = (_PAGE_SIZE, "PRAGMA journal_mode = MEMORY", "PRAGMA synchronous = OFF")
# What a build writes fits, so that no page goes to the disk more often than it must. Readers keep SQLite's 2 MB.
_WRITING_CACHE = "PRAGMA cache_size = -32768"


class Database:
    """Where a publication keeps its ledger and its edition."""

    def __init__(
        self,
        engine: Engine,
        place: str,
        *,
        is_kept: bool = True,
        migrate: Callable[[Connection], None] = migrate,
        file: Path | None = None,
    ) -> None:
        self.engine = engine
        self._migrate = migrate
        self.place = place
        self.is_kept = is_kept
        self.file = file
        self._marking = Lock()
        self._look: sqlite3.Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that takes effect whole, or not at all when the block raises."""
        with self._translated(), self.engine.begin() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql(_WRITING_CACHE)
            self._migrate(connection)
            yield connection

    @contextmanager
    def founding(self) -> Iterator[Connection]:
        """Like ``writing``; where there is no file yet, one is written aside, and stands in its place when it is whole.

        A log would have every page of a first build written, summed and copied once more. Only the holder of the
        publication's lock may do this.
        """
        aside = None if self.file is None else self.file.with_name(f"{self.file.name}.first")
        if self.file is None or aside is None or self.file.exists():
            with self.writing() as connection:
                yield connection
            return
        aside.unlink(missing_ok=True)
        first = Database(_sqlite_engine(f"sqlite:///{aside}", _PRAGMAS_ASIDE), str(aside), migrate=self._migrate)
        try:
            with first.writing() as connection:
                yield connection
            first.close()
            _put_in_place(aside, self.file)
        finally:
            first.close()
            aside.unlink(missing_ok=True)

    @contextmanager
    def rehearsing(self) -> Iterator[Connection]:
        """A transaction in which everything may be tried and nothing takes effect."""
        with self._translated(), self.engine.connect() as connection:
            try:
                self._migrate(connection)
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the published edition."""
        with self._translated(), self.engine.connect().execution_options(feedsvc_reading=True) as connection:
            yield connection

    def mark(self) -> int | None:
        """A number that stays the same until something is written here by others; it costs no more than a look.

        None where the database has none to tell, or cannot tell it at once.
        """
        with self._marking:
            try:
                if self._look is None and self.file is not None:
                    self._look = sqlite3.connect(self.file, timeout=0, isolation_level=None, check_same_thread=False)
                return None if self._look is None else int(self._look.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error:
                return None

    def scrub(self) -> bool:
        """Overwrite what was deleted, in the file and beside it; whether that could be done to the end."""
        if self.engine.dialect.name != "sqlite":
            return True
        with self._translated(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("VACUUM")  # not possible within a transaction
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            told = cursor.fetchone()
            return told is not None and not told[0]  # else a reader still needs what lies beside the file

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()
        with self._marking:
            if self._look is not None:
                self._look.close()
                self._look = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # a fault of feedsvc, not of the store
        except DBAPIError as error:
            raise StoreError(f"{self.place}: {error.orig}; check the disk and the permissions") from error


def open_database(settings: Settings, *, create: bool = True) -> Database:
    """The database that ``[store] url`` names.

    With ``create`` false and nothing there yet, an empty one in memory stands in.
    Raises SettingsError when the address cannot be used.
    """
    url = _store_url(settings)
    if url.get_backend_name() != "sqlite":
        return _on_server(settings, url, migrate)
    if not url.database:
        raise _wrong_url(settings, "it names no file")
    return _in_file(settings.folder / url.database, migrate, create=create)


def open_beside(
    settings: Settings, name: str, migrate: Callable[[Connection], None], *, create: bool = True
) -> Database:
    """A database beside the ledger: the file ``name`` in ``var/``, or tables of its own in the same PostgreSQL.

    ``migrate`` makes its tables. Like ``open_database`` otherwise.
    """
    url = _store_url(settings)
    if url.get_backend_name() != "sqlite":
        return _on_server(settings, url, migrate)
    return _in_file(settings.folder / "var" / name, migrate, create=create)


def _store_url(settings: Settings) -> URL:
    try:
        return make_url(settings.store.url)
    except ArgumentError as error:
        raise _wrong_url(settings, "it is no database address") from error


def _on_server(settings: Settings, url: URL, migrate: Callable[[Connection], None]) -> Database:
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ImportError) as error:
        raise _wrong_url(settings, f"its driver is not installed ({error})") from error
    return Database(engine, url.render_as_string(), migrate=migrate)


def _in_file(file: Path, migrate: Callable[[Connection], None], *, create: bool) -> Database:
    if not create and not file.exists():
        return _in_memory(migrate)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{file.parent}: cannot be made ({error.strerror}); check the permissions") from error
    return Database(_sqlite_engine(f"sqlite:///{file}"), str(file), migrate=migrate, file=file)


def _in_memory(migrate: Callable[[Connection], None]) -> Database:
    return Database(_sqlite_engine("sqlite://", poolclass=StaticPool), "memory", is_kept=False, migrate=migrate)


def _put_in_place(aside: Path, file: Path) -> None:
    """Let the database ``aside`` stand at ``file``, even when a server has opened an empty one there meanwhile."""
    try:
        with aside.open("rb+") as written:
            os.fsync(written.fileno())
        try:
            os.link(aside, file)
        except OSError:  # there is one now, or the file system knows no links
            _copy(aside, file)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{file}: cannot be put in place ({error}); check the disk and the permissions") from error


def _copy(source: Path, target: Path) -> None:
    """Let one database hold what the other holds, in one transaction."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        for pragma in _PRAGMAS:
            written.execute(pragma)
        read.backup(written)


def _sqlite_engine(url: str, pragmas: Sequence[str] = _PRAGMAS, **options: Any) -> Engine:
    """An engine that takes over the transactions from the driver, which would commit before a change of the schema."""
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def connect(dbapi_connection: object, _record: object) -> None:
        dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
        for pragma in pragmas:
            dbapi_connection.execute(pragma)  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("feedsvc_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _wrong_url(settings: Settings, why: str) -> SettingsError:
    allowed = "sqlite:///var/feedsvc.db or postgresql+psycopg://user@host/database"
    return SettingsError((Problem(str(settings.file), None, "store.url", f"{why}; allowed is {allowed}"),))
