"""What the doors see of the published edition: values that the store makes and the pages show.

Nothing in here is embargoed, withheld or withdrawn: the store shows only what the edition shows. Datetimes
are aware, whole seconds. Paths are addresses without the base, unencoded (``/feeds/経済``).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from feedsvc.config import Settings
from feedsvc.model import Article, Classification, Finding, Tombstone

# Matches of a search that are counted; more are told as more than that.
MOST_COUNTED = 1000


class PublicationView(Struct, frozen=True, kw_only=True):
    """The publication as its pages name it.

    ``url`` is the public base, ``home`` the address of its home page; in ``timezone`` its own moments are told.
    """

    title: str
    url: str
    home: str
    language: str
    timezone: str = "UTC"
    description: str | None = None
    author: str | None = None
    rights: str | None = None


class FeedView(Struct, frozen=True, kw_only=True):
    """A feed in a list of feeds.

    ``entries`` counts all articles of the feed, not its window; ``updated`` is None while it never had one;
    ``page`` is the path of its page for people, to which ``.atom``, ``.rss`` and ``.json`` are added;
    ``automatic`` says that the topic came from the articles' own tags, not from the settings; ``language``
    is that of a feed of all articles in one language.
    """

    name: str
    title: str
    description: str | None
    entries: int
    updated: datetime | None
    page: str
    automatic: bool = False
    language: str | None = None


class ArticleView(Struct, frozen=True):
    """A published article and the topics it is in, each with the reason."""

    article: Article
    topics: tuple[Classification, ...] = ()


class PageView(Struct, frozen=True):
    """The page of a public article, as far as sitemaps name it."""

    path: str
    updated: datetime


class ArchiveView(Struct, frozen=True, kw_only=True):
    """An archive document of a feed (RFC 5005), from which it is rendered when it is asked for.

    ``settings`` and ``authority`` are those of the build; ``origin`` is the first
    name of a renamed feed; ``previous`` and ``following`` are the numbers of the
    documents beside it; ``tombstones`` stand for its articles that are public no more; ``changed`` is when
    its bytes may last have changed.
    """

    settings: Settings
    authority: str
    feed: FeedView
    origin: str | None
    number: int
    previous: int | None
    following: int | None
    articles: tuple[ArticleView, ...]
    tombstones: tuple[Tombstone, ...]
    changed: datetime


class SearchView(Struct, frozen=True, kw_only=True):
    """What a search found, newest release first.

    ``query`` is its canonical spelling; ``total`` counts all that matches, up to one more than ``MOST_COUNTED``. ``settings`` and ``authority`` are those of the build, ``published`` is when the edition was published, or when the last
    articles of a large import were indexed. ``waiting`` counts those that no search finds yet.
    """

    query: str
    settings: Settings
    authority: str
    articles: tuple[ArticleView, ...]
    total: int
    published: datetime
    waiting: int = 0


class MonthView(Struct, frozen=True):
    """A month in which articles were published, in the publication's zone, and how many that are public now."""

    year: int
    month: int
    articles: int

    @property
    def page(self) -> str:
        """The path of its page."""
        return f"/archive/{self.year:04}-{self.month:02}"


class AuthorView(Struct, frozen=True, kw_only=True):
    """Who wrote articles: the name on the newest of them, how many are public, and the newest."""

    slug: str
    name: str
    uri: str | None
    articles: int
    newest: tuple[ArticleView, ...]

    @property
    def page(self) -> str:
        """The path of the author's page."""
        return f"/authors/{self.slug}"


class MediaView(Struct, frozen=True):
    """A media file of a public article. ``read`` gives its bytes from a position to before another, by and by."""

    type: str
    digest: str
    length: int
    modified: datetime
    read: Callable[[int, int], Iterator[bytes]]


class Gone(Struct, frozen=True):
    """A withdrawn article: 410, or 451 for legal reasons (RFC 7725), when it went, and what may be said."""

    status: Literal[410, 451]
    when: datetime
    notice: str | None = None


class Moved(Struct, frozen=True):
    """What was here stands elsewhere now: at a path of the publication, or a whole address."""

    to: str


class Closed(Struct, frozen=True):
    """An address that the operator closed."""


class BuildView(Struct, frozen=True, kw_only=True):
    """A build that changed something (counts of documents, ``articles`` that are usable) or failed."""

    finished: datetime
    seconds: float
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    rejected: int = 0
    articles: int = 0
    failure: str | None = None


class FindingView(Struct, frozen=True):
    """A finding, the document that it is about, and the line there, as far as there is one."""

    document: str
    finding: Finding
    line: str | None


class ReadView(Struct, frozen=True):
    """An article in the list of all that were read, whatever its status; ``errors`` and ``warnings`` are findings."""

    name: str
    headline: str
    status: str
    published: datetime
    errors: int
    warnings: int


class EmbargoView(Struct, frozen=True):
    """An article that waits for its time."""

    document: str
    headline: str
    opens: datetime


class TriedView(Struct, frozen=True):
    """What a topic rule would match: the newest articles with the evidence, and how many there are in all."""

    articles: tuple[tuple[ArticleView, tuple[str, ...]], ...]
    total: int


class Health(Struct, frozen=True):
    """Whether the last build went well. ``revision`` 0 and ``built`` None: nothing was built yet."""

    ok: bool
    revision: int
    built: datetime | None
    message: str
