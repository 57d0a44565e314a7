"""The published edition as the doors read it: always whole, the current one, from memory where requests are many."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select

from feedsvc.codings import encode, unpack, weight
from feedsvc.errors import StoreError
from feedsvc.languages import feed_language
from feedsvc.model import Article, Representation, Status, Tombstone
from feedsvc.moves import lookup
from feedsvc.query import Query
from feedsvc.store.database import Database
from feedsvc.store.edition import (
    ALL,
    EMBARGO_MAX_AGE,
    FeedRecord,
    all_first,
    feeds_at,
    frame,
    generation_at,
    origin_key,
    representation_at,
)
from feedsvc.store.failure import FailureNote
from feedsvc.store.ledger import Ledger, is_public
from feedsvc.store.media import pieces
from feedsvc.store.memberships import Memberships, sealed_page
from feedsvc.store.records import decode_article, moment, seconds
from feedsvc.store.removed import decode_removed
from feedsvc.store.schema import (
    articles,
    bodies,
    bylines,
    classifications,
    editions,
    identities,
    media,
    schema_version,
    stated_version,
)
from feedsvc.store.search import SearchIndex
from feedsvc.store.searching import Search
from feedsvc.store.version import SCHEMA
from feedsvc.text import slugify
from feedsvc.views import (
    MOST_COUNTED,
    ArchiveView,
    ArticleView,
    AuthorView,
    Closed,
    FeedView,
    Gone,
    Health,
    MediaView,
    MonthView,
    Moved,
    PageView,
    PublicationView,
    SearchView,
)

T = TypeVar("T")

# How long an edition may be served after another took its place, in seconds.
_NOTICE = 0.1
# The order of release; what opened since the last build has no place in it yet, and comes last.
_RELEASED = (articles.c.release.is_(None), articles.c.release, articles.c.opens, articles.c.published, articles.c.id)
# Bytes of representations that are held in memory.
_BUDGET = 12 * 1024 * 1024
_QUARTER = 900  # seconds; since 1972 the offsets of all zones are multiples of it
_EPOCH = datetime.fromtimestamp(0, UTC)
_PAYLOADS = select(bodies.c.payload).join(articles, articles.c.name == bodies.c.name)
# What stands on the pages while nothing was built yet.
_NOBODY = PublicationView(title="feedsvc", url="", home="/", language="en")


@dataclass(frozen=True, slots=True)
class _Current:
    """The edition that holds at a moment."""

    revision: int
    published: datetime
    embargoed: bool


# The edition that holds "now". Made once, since it is asked for before all else.
_HOLDING = (
    select(editions)
    .where(editions.c.prepared.is_(False) | (editions.c.published <= bindparam("now")))
    .order_by(editions.c.revision.desc())
    .limit(1)
)
_TO_COME = select(func.min(editions.c.published)).where(editions.c.published > bindparam("now"))
_NOTHING = _Current(0, _EPOCH, embargoed=False)


class PublishedEdition:
    """The edition in a database, as ``web`` asks for it; it may be shared by threads.

    An edition that was made ahead is taken up at its moment by ``now``. ``copies`` is the folder of media files,
    ``note`` where builds leave word when the database takes none.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float] = monotonic,
        budget: int = _BUDGET,
        notice: float = _NOTICE,
        copies: Path | None = None,
        note: FailureNote | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._clock = clock
        self._budget = budget
        self._notice_after = notice
        self._copies = copies
        self._note = note
        self._lock = Lock()
        self._asked = float("-inf")
        self._revision = 0
        self._shelf: OrderedDict[str, Representation] = OrderedDict()
        self._weight = 0
        self._moves: dict[str, str | None] = {}
        self._moves_of = -1
        self._has_schema = False
        self._mark: int | None = None  # of the database as it was when the revision was asked for
        self._due: datetime | None = None

    def revision(self) -> int:
        """The number of the current edition; 0 when nothing was built yet. While the store fails, the last one known."""
        now = self._clock()
        # While none is known, another thread may just be asking for the first one: that is no answer yet.
        if not self._revision or now - self._asked >= self._notice_after:
            self._asked = now
            mark = self._database.mark()
            nothing: tuple[int, datetime | None] = (0, None)
            try:
                revision, due = self._ask(lambda view: (view.current.revision, view.due), nothing)
            except StoreError:
                self._mark = None
                if not self._revision:
                    raise
                return self._revision
            self._mark, self._due = mark, due
            self._notice(revision)
        return self._revision

    def known_revision(self) -> int | None:
        """The number of the current edition as it was asked for a moment ago; None when it must be asked for again."""
        now = self._clock()
        if now - self._asked < self._notice_after:
            return self._revision or None
        if self._mark is None or self._mark != self._database.mark() or self._is_due():
            return None
        self._asked = now
        return self._revision

    def _is_due(self) -> bool:
        """Whether the moment has come of an edition that was made ahead."""
        return self._due is not None and self._now() >= self._due

    def representation(self, path: str) -> Representation | None:
        """The document at an address without the base, unencoded."""
        self.revision()
        with self._lock:
            if path in self._shelf:
                self._shelf.move_to_end(path)
                return self._shelf[path]
        nothing: tuple[int, Representation | None] = (0, None)
        # Fetched with its revision: an edition that is met here first must not stand beside the one before.
        revision, representation = self._ask(lambda view: (view.current.revision, view.representation(path)), nothing)
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
                self._weight += weight(representation.bodies)
                while self._weight > self._budget:
                    self._weight -= weight(self._shelf.popitem(last=False)[1].bodies)

    def archive(self, name: str, number: int) -> ArchiveView | None:
        """Archive document ``number`` of a feed; None when it is not sealed."""
        nothing: ArchiveView | None = None
        return self._ask(lambda view: view.archive(name, number), nothing)

    def publication(self) -> PublicationView:
        """The publication as its pages name it."""
        return self._ask(lambda view: _publication(view.connection), _NOBODY)

    def feeds(self) -> tuple[FeedView, ...]:
        """Every feed: ``all`` first, then those of languages, then the topics by title."""
        none: dict[str, FeedRecord] = {}
        found = self._ask(lambda view: feeds_at(view.connection, view.current.revision), none)
        return tuple(_feed_view(record) for record in sorted(found.values(), key=all_first))

    def feed(self, name: str) -> FeedView | None:
        """One feed; None when there is no feed of that name."""
        return next((each for each in self.feeds() if each.name == name), None)

    def entries(self, name: str, limit: int) -> tuple[ArticleView, ...]:
        """The newest articles of a feed, newest first."""
        none: tuple[ArticleView, ...] = ()
        return self._ask(lambda view: view.entries(name, limit), none)

    def article(self, slug: str) -> ArticleView | Gone | Moved | None:
        """The article with that slug, or what became of it; None when it was never public."""
        nothing: ArticleView | Gone | Moved | None = None
        return self._ask(lambda view: view.article(slug), nothing)

    def search(self, query: Query, skip: int, limit: int | None) -> SearchView | None:
        """What a query finds; None where the store cannot search."""
        nothing: SearchView | None = None
        return self._ask(lambda view: view.search(query, skip, limit), nothing)

    def months(self) -> tuple[MonthView, ...]:
        """The months in which articles were published, newest first."""
        none: tuple[MonthView, ...] = ()
        return self._ask(lambda view: view.months(), none)

    def month(self, month: MonthView, skip: int, limit: int) -> tuple[ArticleView, ...]:
        """The articles published in a month, newest first, without the newest ``skip``."""
        none: tuple[ArticleView, ...] = ()
        return self._ask(lambda view: view.month(month, skip, limit), none)

    def author(self, slug: str, limit: int) -> AuthorView | None:
        """Who wrote under this slug; None when nobody did."""
        nothing: AuthorView | None = None
        return self._ask(lambda view: view.author(slug, limit), nothing)

    def article_pages(self, first: int, limit: int) -> tuple[PageView, ...]:
        """The pages of ``limit`` public articles from the ``first`` on, in the order of their release."""
        none: tuple[PageView, ...] = ()
        return self._ask(lambda view: view.article_pages(first, limit), none)

    def generation(self, path: str, digest: str) -> bytes | None:
        """What readers have who hold the document ``digest`` at ``path``; None when no delta may be made from it."""

        def kept(view: _View) -> bytes | None:
            made_with = frame(view.connection)
            offered = made_with is not None and made_with[0].feeds.delta
            return generation_at(view.connection, path, digest, view.current.revision) if offered else None

        nothing: bytes | None = None
        return self._ask(kept, nothing)

    def moved(self, path: str) -> Moved | Closed | None:
        """Where the operator moved an address without the base; None when it is where it was."""
        revision = self.revision()
        if self._moves_of != revision:
            kept = self._ask(lambda view: Ledger(view.connection).recall("moves"), None)
            self._moves = {} if kept is None else msgspec.json.decode(kept, type=dict[str, str | None])
            self._moves_of = revision
        found = lookup(self._moves, path) if self._moves else None
        if found is None:
            return None
        return Closed() if found.to is None else Moved(found.to)

    def media(self, path: str) -> MediaView | None:
        """The media file at ``path``; None unless an article that is public now refers to it."""
        nothing: Row[Any] | None = None
        row = self._ask(lambda view: view.media(path), nothing)
        if row is None or self._copies is None:
            return None
        return MediaView(
            row.type, row.digest, row.length, moment(row.modified), partial(pieces, self._copies, row.digest)
        )

    def last_modified(self) -> datetime:
        """When the current edition was published."""
        return self._current().published

    def max_age(self) -> int:
        """Seconds for which a page may be kept."""

        def kept(view: _View) -> int:
            made_with = frame(view.connection)
            return view.max_age(made_with[0].feeds.refresh) if made_with else 0

        return self._ask(kept, 0)

    def kept(self, wanted: int) -> int:
        """``wanted`` seconds, or fewer while anything is embargoed."""
        return self._ask(lambda view: view.max_age(wanted), wanted)

    def health(self) -> Health:
        """How the last build went."""
        noted = self._note.read() if self._note else ""
        failure = noted or self._ask(lambda view: Ledger(view.connection).recall("failure"), None)
        current = self._current()
        built = current.published if current.revision else None
        message = failure or ("the current edition is served" if current.revision else "nothing was built yet")
        return Health(
            ok=not failure and current.revision > 0, revision=current.revision, built=built, message=message
        )

    def _current(self) -> _Current:
        return self._ask(lambda view: view.current, _NOTHING)

    def _ask(self, question: Callable[["_View"], T], otherwise: T) -> T:
        """What ``question`` finds in one view of the database; ``otherwise`` while there is no schema."""
        now = self._now()
        with self._database.reading() as connection:
            return question(_View(connection, now)) if self._is_readable(connection) else otherwise

    def _is_readable(self, connection: Connection) -> bool:
        """Whether the database has our schema. That there is one is looked for until it was seen once."""
        if not self._has_schema:
            version = schema_version(connection)
            self._has_schema = version > 0
            return version == SCHEMA
        return stated_version(connection) == SCHEMA


@dataclass(frozen=True, slots=True)
class _View:
    """The edition that holds at ``now``, in one consistent view of the database."""

    connection: Connection
    now: datetime

    @property
    def current(self) -> _Current:
        row = self.connection.execute(_HOLDING, {"now": seconds(self.now)}).first()
        return _NOTHING if row is None else _Current(row.revision, moment(row.published), row.embargoed)

    @property
    def due(self) -> datetime | None:
        """When the next edition holds that was made ahead."""
        found = self.connection.execute(_TO_COME, {"now": seconds(self.now)}).scalar()
        return None if found is None else moment(found)

    @property
    def shown(self) -> ColumnElement[bool]:
        """Whether an article has a page and stands in lists."""
        return is_public(self.now) & (articles.c.status != Status.CANCELED)

    def max_age(self, otherwise: int) -> int:
        return min(otherwise, EMBARGO_MAX_AGE) if self.current.embargoed else otherwise

    def representation(self, path: str) -> Representation | None:
        row = self.connection.execute(representation_at(path, self.current.revision)).first()
        if row is None:
            return None
        return Representation(
            path=row.path,
            media_type=row.media_type,
            digest=row.digest,
            last_modified=moment(row.last_modified),
            max_age=self.max_age(row.max_age),
            bodies=encode(unpack(row.body)),
        )

    def archive(self, name: str, number: int) -> ArchiveView | None:
        revision = self.current.revision
        feed = feeds_at(self.connection, revision).get(name)
        made_with = frame(self.connection)
        page = sealed_page(self.connection, name, number, revision, self.now) if feed else None
        if feed is None or page is None or made_with is None:
            return None
        settings, authority = made_with
        return ArchiveView(
            settings=settings,
            authority=authority,
            feed=_feed_view(feed),
            origin=Ledger(self.connection).recall(origin_key(name)),
            number=number,
            previous=page.previous,
            following=page.following,
            articles=self._with_topics(page.articles),
            tombstones=self._tombstones(page.left),
            changed=page.changed,
        )

    def entries(self, name: str, limit: int) -> tuple[ArticleView, ...]:
        query = _PAYLOADS.where(self.shown)
        if feed_language(name):
            query = query.where(articles.c.tongue == name)
        elif name != ALL:
            query = query.join(classifications, classifications.c.name == articles.c.name)
            query = query.where(classifications.c.slug == name)
        newest = query.order_by(articles.c.published.desc(), articles.c.id).limit(limit)
        return self._with_topics(decode_article(row.payload) for row in self.connection.execute(newest))

    def search(self, query: Query, skip: int, limit: int | None) -> SearchView | None:
        index, made_with = SearchIndex(self.connection), frame(self.connection)
        if not index.is_offered or made_with is None:
            return None
        settings, authority = made_with
        asked = Search(self.connection, query, self.now, self.shown)
        return SearchView(
            query=str(query),
            settings=settings,
            authority=authority,
            articles=self._with_topics(asked.page(skip, settings.feeds.entries if limit is None else limit)),
            total=asked.total(MOST_COUNTED + 1),
            published=max(self.current.published, index.completed() or self.current.published),
            waiting=index.count_waiting(),
        )

    def months(self) -> tuple[MonthView, ...]:
        zone = ZoneInfo(_publication(self.connection).timezone)
        # Hours are few beside articles, and no zone's month begins within a quarter of one.
        quarter = articles.c.published // _QUARTER
        query = select(quarter.label("quarter"), func.count().label("articles")).where(self.shown)
        found: Counter[tuple[int, int]] = Counter()
        for row in self.connection.execute(query.group_by("quarter")):
            local = moment(int(row.quarter) * _QUARTER).astimezone(zone)
            found[local.year, local.month] += row.articles
        return tuple(MonthView(year, month, count) for (year, month), count in sorted(found.items(), reverse=True))

    def month(self, month: MonthView, skip: int, limit: int) -> tuple[ArticleView, ...]:
        zone = ZoneInfo(_publication(self.connection).timezone)
        start = datetime(month.year, month.month, 1, tzinfo=zone)
        end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=zone)
        within = articles.c.published.between(seconds(start), int(end.timestamp()) - 1)
        query = _PAYLOADS.where(self.shown, within)
        newest = query.order_by(articles.c.published.desc(), articles.c.id).offset(skip).limit(limit)
        return self._with_topics(decode_article(row.payload) for row in self.connection.execute(newest))

    def author(self, slug: str, limit: int) -> AuthorView | None:
        theirs = select(bylines.c.article).where(bylines.c.slug == slug)
        written = self.shown & articles.c.name.in_(theirs)
        newest = _PAYLOADS.where(written).order_by(articles.c.published.desc(), articles.c.id)
        rows = self.connection.execute(newest.limit(limit))
        views = self._with_topics(decode_article(row.payload) for row in rows)
        people = [each for view in views for each in view.article.authors if slugify(each.name) == slug]
        if not people:
            return None
        return AuthorView(
            slug=slug,
            name=people[0].name,
            uri=next((each.uri for each in people if each.uri), None),
            articles=self.connection.execute(select(func.count()).select_from(articles).where(written)).scalar_one(),
            newest=views,
        )

    def article_pages(self, first: int, limit: int) -> tuple[PageView, ...]:
        query = select(identities.c.slug, identities.c.updated).join(articles, articles.c.id == identities.c.id)
        shown = query.where(self.shown)
        rows = self.connection.execute(shown.order_by(*_RELEASED).offset(first).limit(limit))
        return tuple(PageView(f"/articles/{row.slug}", datetime.fromisoformat(row.updated)) for row in rows)

    def article(self, slug: str) -> ArticleView | Gone | Moved | None:
        identity = self.connection.execute(select(identities).where(identities.c.slug == slug)).first()
        if identity is None:
            return self._former(slug)
        here = articles.c.id == identity.id
        query = _PAYLOADS.add_columns(articles.c.status).where(here, is_public(self.now))
        found = self.connection.execute(query).first()
        if found is None:
            return self._gone(identity)
        article = decode_article(found.payload)
        if found.status == Status.CANCELED:
            return Gone(410, datetime.fromisoformat(identity.canceled), article.ednote)
        return self._with_topics([article])[0]

    def _former(self, slug: str) -> Gone | Moved | None:
        """What became of the article whose page stood under ``slug`` before."""
        owner = Ledger(self.connection).former_owner(slug)
        identity = self.connection.execute(select(identities).where(identities.c.id == owner)).first()
        if identity is None:
            return None
        found = self.article(identity.slug)
        return Moved(f"/articles/{identity.slug}") if isinstance(found, ArticleView) else found

    def _gone(self, identity: Row[Any]) -> Gone | None:
        """What became of an article that is not public; None when it never was."""
        removed = decode_removed(Ledger(self.connection).recall("removed")).get(identity.id)
        if removed is not None:
            return Gone(removed.status, removed.when, removed.notice)
        query = select(func.max(articles.c.closes)).where(articles.c.id == identity.id)
        closed = self.connection.execute(query.where(articles.c.closes <= seconds(self.now))).scalar()
        if identity.release is None and closed is None:
            return None
        if identity.withdrawn is None and closed is not None:
            return Gone(410, moment(closed))
        return Gone(410, datetime.fromisoformat(identity.withdrawn or identity.updated))

    def media(self, path: str) -> Row[Any] | None:
        query = select(media).join(articles, articles.c.name == media.c.article)
        return self.connection.execute(query.where(media.c.path == path, self.shown).limit(1)).first()

    def _with_topics(self, found: Iterable[Article]) -> tuple[ArticleView, ...]:
        each = list(found)
        topics = Ledger(self.connection).classifications([article.name for article in each])
        return tuple(ArticleView(article, topics[article.name]) for article in each)

    def _tombstones(self, left: Mapping[str, datetime]) -> tuple[Tombstone, ...]:
        known = Ledger(self.connection).identities_where_in(identities.c.id, left.keys())
        return tuple(Tombstone(each.id, each.uri, left[each.id]) for each in known)


def note_failure(connection: Connection, message: str | None) -> None:
    """Keep for ``health`` why the last build failed; None when it went well."""
    ledger = Ledger(connection)
    if (ledger.recall("failure") or None) != message:
        ledger.remember("failure", message or "")


def sealed_archives(connection: Connection, now: datetime) -> Iterator[ArchiveView]:
    """Every archive document of every feed, one after the other."""
    view = _View(connection, now)
    for name in sorted(feeds_at(connection, view.current.revision)):
        for number in range(1, (Memberships(connection).last_archive(name) or 0) + 1):
            found = view.archive(name, number)
            if found is not None:
                yield found


def _feed_view(record: FeedRecord) -> FeedView:
    return FeedView(
        name=record.name,
        title=record.title,
        description=record.description,
        entries=record.entries,
        updated=record.updated if record.entries else None,
        page=f"/feeds/{record.name}",
        automatic=record.automatic,
        language=feed_language(record.name),
    )


def _publication(connection: Connection) -> PublicationView:
    kept = Ledger(connection).recall("publication")
    return _NOBODY if kept is None else msgspec.json.decode(kept, type=PublicationView)
