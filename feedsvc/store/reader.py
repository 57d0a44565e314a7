"""The published edition as the doors read it: always whole, the current one, from memory where requests are many."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, select

from feedsvc.model import Representation, Status
from feedsvc.store.database import Database
from feedsvc.store.edition import Edition, FeedRecord, all_first, members
from feedsvc.store.ledger import Ledger, decode_article, moment
from feedsvc.store.schema import articles, identities, representations, schema_version
from feedsvc.views import ArticleView, FeedView, Gone, Health, Moved, PublicationView

T = TypeVar("T")

# How long an edition may be served after another took its place, in seconds.
_NOTICE = 0.2
# Bytes of representations that are held in memory.
_BUDGET = 64 * 1024 * 1024
_EPOCH = datetime.fromtimestamp(0, UTC)
# What stands on the pages while nothing was built yet.
_NOBODY = PublicationView(title="feedsvc", url="", home="/", language="en")


class PublishedEdition:
    """The edition in a database, as ``web`` asks for it; it may be shared by threads."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = monotonic, budget: int = _BUDGET) -> None:
        self._database = database
        self._clock = clock
        self._budget = budget
        self._lock = Lock()
        self._asked = float("-inf")
        self._revision = 0
        self._shelf: OrderedDict[str, Representation] = OrderedDict()
        self._weight = 0

    def revision(self) -> int:
        """The number of the current edition; 0 when nothing was built yet."""
        now = self._clock()
        if now - self._asked >= _NOTICE:
            self._asked = now
            self._notice(self._ask(lambda connection: Edition(connection).revision(), 0))
        return self._revision

    def representation(self, path: str) -> Representation | None:
        """The document at an address without the base, unencoded."""
        self.revision()
        with self._lock:
            if path in self._shelf:
                self._shelf.move_to_end(path)
                return self._shelf[path]
        nothing: tuple[int, Representation | None] = (0, None)
        # Fetched with its revision: an edition that is met here first must not stand beside the one before.
        revision, representation = self._ask(
            lambda connection: (Edition(connection).revision(), _representation(connection, path)), nothing
        )
        self._notice(revision)
        if representation is not None:
            self._keep(revision, representation)
        return representation

    def _notice(self, revision: int) -> None:
        """Let go of what belongs to an older edition."""
        with self._lock:
            if revision > self._revision:
                self._shelf.clear()
                self._revision, self._weight = revision, 0

    def _keep(self, revision: int, representation: Representation) -> None:
        with self._lock:
            if revision == self._revision and representation.path not in self._shelf:
                self._shelf[representation.path] = representation
                self._weight += _weight(representation)
                while self._weight > self._budget:
                    self._weight -= _weight(self._shelf.popitem(last=False)[1])

    def publication(self) -> PublicationView:
        """The publication as its pages name it."""
        return self._ask(_publication, _NOBODY)

    def feeds(self) -> tuple[FeedView, ...]:
        """Every feed: ``all`` first, then the topics by title."""
        none: dict[str, FeedRecord] = {}
        found = self._ask(lambda connection: Edition(connection).feeds(), none)
        return tuple(_feed_view(record) for record in sorted(found.values(), key=all_first))

    def feed(self, name: str) -> FeedView | None:
        """One feed; None when there is no feed of that name."""
        return next((each for each in self.feeds() if each.name == name), None)

    def entries(self, name: str, limit: int) -> tuple[ArticleView, ...]:
        """The newest articles of a feed, newest first."""
        newest = members(name, articles.c.payload).order_by(articles.c.published.desc(), articles.c.id).limit(limit)
        none: tuple[ArticleView, ...] = ()
        return self._ask(lambda connection: _views(connection, newest), none)

    def article(self, slug: str) -> ArticleView | Gone | Moved | None:
        """The article with that slug, or what became of it; None when it was never public."""
        nothing: ArticleView | Gone | Moved | None = None
        return self._ask(lambda connection: _article(connection, slug), nothing)

    def last_modified(self) -> datetime:
        """When the current edition was published."""
        return self._ask(lambda connection: Edition(connection).published(), None) or _EPOCH

    def max_age(self) -> int:
        """Seconds for which a page may be kept."""
        return self._ask(lambda connection: Edition(connection).max_age(), 0)

    def health(self) -> Health:
        """How the last build went."""
        failure = self._ask(lambda connection: Ledger(connection).recall("failure"), None)
        revision = self._ask(lambda connection: Edition(connection).revision(), 0)
        built = self._ask(lambda connection: Edition(connection).published(), None)
        message = failure or ("the current edition is served" if revision else "nothing was built yet")
        return Health(ok=not failure and revision > 0, revision=revision, built=built, message=message)

    def _ask(self, question: Callable[[Connection], T], otherwise: T) -> T:
        """What ``question`` finds in one view of the database; ``otherwise`` while there is no schema."""
        with self._database.reading() as connection:
            return question(connection) if schema_version(connection) else otherwise


def record_failure(database: Database, message: str) -> None:
    """Keep for ``health`` why the last build failed."""
    with database.writing() as connection:
        Ledger(connection).remember("failure", message)


def clear_failure(connection: Connection) -> None:
    """Let ``health`` know that the build of this transaction went well."""
    if Ledger(connection).recall("failure"):
        Ledger(connection).remember("failure", "")


def _views(connection: Connection, query: Select[Any]) -> tuple[ArticleView, ...]:
    found = [decode_article(row.payload) for row in connection.execute(query)]
    topics = Ledger(connection).classifications([article.name for article in found])
    return tuple(ArticleView(article, topics[article.name]) for article in found)


def _article(connection: Connection, slug: str) -> ArticleView | Gone | None:
    identity = connection.execute(select(identities).where(identities.c.slug == slug)).first()
    if identity is None or identity.release is None:
        return None
    usable = select(articles.c.payload).where(articles.c.id == identity.id, articles.c.status == Status.USABLE)
    found = _views(connection, usable)
    if found:
        return found[0]
    when = identity.withdrawn or identity.updated
    return Gone(410, datetime.fromisoformat(when))


def _feed_view(record: FeedRecord) -> FeedView:
    return FeedView(
        name=record.name,
        title=record.title,
        description=record.description,
        entries=record.entries,
        updated=record.updated if record.entries else None,
        page=f"/feeds/{record.name}",
        automatic=record.automatic,
    )


def _publication(connection: Connection) -> PublicationView:
    kept = Ledger(connection).recall("publication")
    return _NOBODY if kept is None else msgspec.json.decode(kept, type=PublicationView)


def _representation(connection: Connection, path: str) -> Representation | None:
    row = connection.execute(select(representations).where(representations.c.path == path)).first()
    if row is None:
        return None
    codings = {coding: getattr(row, coding) for coding in ("identity", "gzip", "br", "zstd")}
    return Representation(
        path=row.path,
        media_type=row.media_type,
        digest=row.digest,
        last_modified=moment(row.last_modified),
        max_age=row.max_age,
        bodies=MappingProxyType({coding: body for coding, body in codings.items() if body is not None}),
    )


def _weight(representation: Representation) -> int:
    return sum(map(len, representation.bodies.values()))
