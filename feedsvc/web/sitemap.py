"""The sitemaps (sitemaps.org, protocol 0.9): every page for search engines, and the news of two days.

A publication of more than ``PART`` articles has a sitemap in parts, which ``/sitemap.xml`` then lists.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from feedsvc.model import Representation, Status
from feedsvc.views import ArticleView
from feedsvc.web.addresses import Addresses
from feedsvc.web.assets import represent_bytes
from feedsvc.web.edition import Edition

PART = 40_000  # addresses in a document; the protocol allows 50,000 and 50 MB
NEWS = 1_000  # articles in the news sitemap, and for how long: Google's rules for it
NEWS_AGE = timedelta(days=2)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


class Sitemaps:
    """Makes each sitemap from what the edition shows."""

    def __init__(self, edition: Edition, addresses: Addresses, part: int = PART) -> None:
        self._edition = edition
        self._addresses = addresses
        self._part = part

    def whole(self, path: str) -> Representation:
        """All pages, or where there are too many, the list of the parts."""
        parts = self._parts()
        if parts == 1:
            return self._document(path, _urlset([*self._own_pages(), *self._articles(1)]))
        named = [_entry("sitemap", self._addresses.absolute(f"/sitemap-{part}.xml")) for part in range(1, parts + 1)]
        return self._document(path, f'<sitemapindex xmlns="{_SITEMAP}">\n{"".join(named)}</sitemapindex>\n')

    def part(self, path: str, number: int) -> Representation | None:
        """One part; None where there is none of that number."""
        parts = self._parts()
        if parts == 1 or not 1 <= number <= parts:
            return None
        own = self._own_pages() if number == 1 else ()
        return self._document(path, _urlset([*own, *self._articles(number)]))

    def news(self, path: str) -> Representation:
        """The articles of the two days before the edition, with what Google News asks of each."""
        title = self._edition.publication().title
        since = self._edition.last_modified() - NEWS_AGE
        recent = [
            view
            for view in self._edition.entries("all", NEWS)
            if view.article.published >= since and view.article.status is not Status.CANCELED
        ]
        return self._document(path, _urlset((self._news(view, title) for view in recent), f' xmlns:news="{_NEWS}"'))

    def _parts(self) -> int:
        everything = self._edition.feed("all")
        return max(1, -(-(everything.entries if everything else 0) // self._part))

    def _own_pages(self) -> Iterator[str]:
        yield _entry("url", self._addresses.absolute("/"), self._edition.last_modified())
        for feed in self._edition.feeds():
            yield _entry("url", self._addresses.absolute(feed.page), feed.updated)

    def _articles(self, number: int) -> Iterator[str]:
        for page in self._edition.article_pages((number - 1) * self._part, self._part):
            yield _entry("url", self._addresses.absolute(page.path), page.updated)

    def _news(self, view: ArticleView, title: str) -> str:
        article = view.article
        told = (
            f"<news:news><news:publication><news:name>{escape(title)}</news:name>"
            f"<news:language>{escape(article.language)}</news:language></news:publication>"
            f"<news:publication_date>{article.published.isoformat()}</news:publication_date>"
            f"<news:title>{escape(article.headline)}</news:title></news:news>"
        )
        return _entry("url", self._addresses.absolute(f"/articles/{article.slug}"), article.updated, told)

    def _document(self, path: str, xml: str) -> Representation:
        modified, max_age = self._edition.last_modified(), self._edition.max_age()
        return represent_bytes(path, "application/xml", f"{_HEAD}{xml}".encode(), modified, max_age)


def _urlset(entries: Iterable[str], namespaces: str = "") -> str:
    return f'<urlset xmlns="{_SITEMAP}"{namespaces}>\n{"".join(entries)}</urlset>\n'


def _entry(kind: str, address: str, modified: datetime | None = None, more: str = "") -> str:
    changed = f"<lastmod>{modified.isoformat()}</lastmod>" if modified else ""
    return f"<{kind}><loc>{escape(address)}</loc>{changed}{more}</{kind}>\n"
