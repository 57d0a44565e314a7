"""An edition that holds its values in memory: what the web is tried against."""

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import brotli
import zstandard
from msgspec import structs

from feedsvc.config import Publication, Settings
from feedsvc.languages import feed_language, language_feed
from feedsvc.model import Article, Classification, Person, Representation, Status, Topic
from feedsvc.query import Query
from feedsvc.text import slugify
from feedsvc.topics.match import Subject, matches, subject_of
from feedsvc.views import (
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

PUBLISHED = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
BASE = "https://news.example.org"


@dataclass
class MemoryEdition:
    """Values that the test sets. An article is in the feed ``all`` and in those of its topics."""

    number: int = 1
    published: datetime = PUBLISHED
    age: int = 300
    shown: PublicationView = field(
        default_factory=lambda: PublicationView(
            title="The Harbour Wire",
            url=BASE,
            home=f"{BASE}/",
            language="en",
            description="News from a small town by the sea.",
            rights="© The Harbour Wire",
        )
    )
    documents: dict[str, Representation] = field(default_factory=dict)
    articles: dict[str, ArticleView | Gone | Moved] = field(default_factory=dict)
    topics: tuple[FeedView, ...] = ()
    files: dict[str, MediaView] = field(default_factory=dict)
    moves: dict[str, Moved | Closed] = field(default_factory=dict)
    condition: Health | None = None
    is_known: bool = True

    def revision(self) -> int:
        return self.number

    def known_revision(self) -> int | None:
        return self.number if self.is_known else None

    def representation(self, path: str) -> Representation | None:
        return self.documents.get(path)

    def generation(self, path: str, digest: str) -> bytes | None:
        return None

    def moved(self, path: str) -> Moved | Closed | None:
        return self.moves.get(path)

    def archive(self, name: str, number: int) -> None:
        return None

    def publication(self) -> PublicationView:
        return self.shown

    def feeds(self) -> tuple[FeedView, ...]:
        everything = feed_view("all", self.shown.title, entries=len(self._published()))
        return (everything, *self.topics)

    def feed(self, name: str) -> FeedView | None:
        return next((feed for feed in self.feeds() if feed.name == name), None)

    def entries(self, name: str, limit: int) -> tuple[ArticleView, ...]:
        views = [view for view in self._published() if name in _feeds_of(view)]
        return tuple(sorted(views, key=lambda view: view.article.published, reverse=True)[:limit])

    def article(self, slug: str) -> ArticleView | Gone | Moved | None:
        return self.articles.get(slug)

    def article_pages(self, first: int, limit: int) -> tuple[PageView, ...]:
        shown = [PageView(f"/articles/{view.article.slug}", view.article.updated) for view in self._published()]
        return tuple(shown[first : first + limit])

    def search(self, query: Query, skip: int, limit: int | None) -> SearchView | None:
        found = [view for view in self.entries("all", 1000) if matches(query, _subject(view)) is not None]
        return SearchView(
            query=str(query),
            settings=self.settings,
            authority="news.example.org,2026",
            articles=tuple(found[skip : None if limit is None else skip + limit]),
            total=len(found),
            published=self.published,
        )

    @property
    def settings(self) -> Settings:
        stated = Publication(title=self.shown.title, url=BASE, language=self.shown.language)
        return Settings(file=Path("feedsvc.toml"), publication=stated)

    def months(self) -> tuple[MonthView, ...]:
        found = Counter((view.article.published.year, view.article.published.month) for view in self._published())
        return tuple(MonthView(*month, count) for month, count in sorted(found.items(), reverse=True))

    def month(self, month: MonthView, skip: int, limit: int) -> tuple[ArticleView, ...]:
        wanted = (month.year, month.month)
        found = [
            view
            for view in self.entries("all", 10_000)
            if (view.article.published.year, view.article.published.month) == wanted
        ]
        return tuple(found[skip : skip + limit])

    def author(self, slug: str, limit: int) -> AuthorView | None:
        views = [
            view
            for view in self.entries("all", 10_000)
            if slug in {slugify(each.name) for each in view.article.authors}
        ]
        people = [each for view in views for each in view.article.authors if slugify(each.name) == slug]
        if not people:
            return None
        uri = next((each.uri for each in people if each.uri), None)
        return AuthorView(slug=slug, name=people[0].name, uri=uri, articles=len(views), newest=tuple(views[:limit]))

    def media(self, path: str) -> MediaView | None:
        return self.files.get(path)

    def last_modified(self) -> datetime:
        return self.published

    def kept(self, wanted: int) -> int:
        return wanted

    def max_age(self) -> int:
        return self.age

    def health(self) -> Health:
        built = self.published if self.number else None
        return self.condition or Health(bool(self.number), self.number, built, "")

    def _published(self) -> list[ArticleView]:
        return [view for view in self.articles.values() if isinstance(view, ArticleView)]

    def publish(self, *views: ArticleView) -> None:
        """Add articles; the next edition."""
        self.articles |= {view.article.slug: view for view in views}
        self.number += 1


def _subject(view: ArticleView) -> Subject:
    return subject_of(view.article, frozenset(each.topic.slug for each in view.topics))


def _feeds_of(view: ArticleView) -> tuple[str | None, ...]:
    return ("all", language_feed(view.article.language), *(each.topic.slug for each in view.topics))


def representation(
    path: str,
    text: str,
    media_type: str = "application/atom+xml",
    last_modified: datetime = PUBLISHED,
    max_age: int = 300,
) -> Representation:
    """``text`` as a document in all codings."""
    data = text.encode()
    bodies = {
        "identity": data,
        "gzip": gzip.compress(data, mtime=0),
        "br": brotli.compress(data),
        "zstd": zstandard.ZstdCompressor().compress(data),
    }
    return Representation(path, media_type, hashlib.sha256(data).hexdigest()[:32], last_modified, max_age, bodies)


def feed_view(name: str, title: str, *, entries: int = 1, automatic: bool = False) -> FeedView:
    """A feed in the list of feeds."""
    return FeedView(
        name=name,
        title=title,
        description=None,
        entries=entries,
        updated=PUBLISHED,
        page=f"/feeds/{name}",
        automatic=automatic,
        language=feed_language(name),
    )


_PLAIN = Article(
    name="inbox/a.md",
    format="markdown",
    id="tag:news.example.org,2026:a",
    uri="tag:news.example.org,2026:a",
    slug="a",
    url=f"{BASE}/articles/a",
    status=Status.USABLE,
    headline="A headline",
    authors=(Person("Ada Reed"),),
    language="en",
    published=PUBLISHED,
    updated=PUBLISHED,
    html="<p>The body of it.</p>",
    text="The body of it.",
    summary="The body of it.",
)


def article(slug: str, *, topics: Iterable[Topic] = (), **values: object) -> ArticleView:
    """A published article; ``values`` are fields of ``Article``."""
    values.setdefault("updated", values.get("published", PUBLISHED))
    for name in ("id", "uri"):
        values.setdefault(name, f"tag:news.example.org,2026:{slug}")
    made = structs.replace(_PLAIN, slug=slug, url=f"{BASE}/articles/{slug}", **values)
    return ArticleView(made, tuple(Classification(topic, "tagged so") for topic in topics))
