"""What the pages and feeds ask of the published edition."""

from datetime import datetime
from typing import Protocol

from feedsvc.model import Representation
from feedsvc.query import Query
from feedsvc.views import (
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


class Edition(Protocol):
    """The current edition, always whole: a new one replaces it between two calls, never within one.

    ``known_revision``, ``revision``, ``representation`` and ``moved`` are answered from memory; the other methods may query the store. An
    edition that was made ahead takes its place at its moment.
    """

    def revision(self) -> int:
        """The number of the current edition; 0 when nothing was built yet."""
        ...

    def known_revision(self) -> int | None:
        """The same without a query; None when that was too long ago to be known."""
        ...

    def representation(self, path: str) -> Representation | None:
        """The document at an address without the base, unencoded: ``/feeds/all.atom``, ``/feeds.opml``."""
        ...

    def archive(self, name: str, number: int) -> ArchiveView | None:
        """Archive document ``number`` of a feed; None when it is not sealed."""
        ...

    def publication(self) -> PublicationView:
        """The publication as its pages name it."""
        ...

    def feeds(self) -> tuple[FeedView, ...]:
        """Every feed: ``all`` first, then those of languages, then the topics by title."""
        ...

    def feed(self, name: str) -> FeedView | None:
        """One feed; None when there is no feed of that name."""
        ...

    def entries(self, name: str, limit: int) -> tuple[ArticleView, ...]:
        """The newest articles of a feed, newest first."""
        ...

    def article(self, slug: str) -> ArticleView | Gone | Moved | None:
        """The article with that slug, or what became of it; None when there never was one."""
        ...

    def search(self, query: Query, skip: int, limit: int | None) -> SearchView | None:
        """What a query finds, without the newest ``skip``, at most ``limit`` (None: as many as a feed has entries).

        None where the store cannot search.
        """
        ...

    def months(self) -> tuple[MonthView, ...]:
        """The months in which articles were published, newest first."""
        ...

    def month(self, month: MonthView, skip: int, limit: int) -> tuple[ArticleView, ...]:
        """The articles published in a month, newest first, without the newest ``skip``."""
        ...

    def author(self, slug: str, limit: int) -> AuthorView | None:
        """Who wrote under this slug, with the newest articles; None when nobody did."""
        ...

    def article_pages(self, first: int, limit: int) -> tuple[PageView, ...]:
        """The pages of ``limit`` public articles from the ``first`` on, in the order of their release."""
        ...

    def generation(self, path: str, digest: str) -> bytes | None:
        """What readers have who hold the document ``digest`` at ``path``; None when no delta may be made from it."""
        ...

    def moved(self, path: str) -> Moved | Closed | None:
        """Where the operator moved an address without the base; None when it is where it was."""
        ...

    def media(self, path: str) -> MediaView | None:
        """The media file at ``path``; None unless an article that is public now refers to it."""
        ...

    def last_modified(self) -> datetime:
        """When the current edition was published."""
        ...

    def kept(self, wanted: int) -> int:
        """``wanted`` seconds, or fewer while anything is embargoed: for so long may be kept what its end could change."""
        ...

    def max_age(self) -> int:
        """Seconds for which a page may be kept."""
        ...

    def health(self) -> Health:
        """How the last build went."""
        ...
