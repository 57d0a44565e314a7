"""Addresses of the publication: made from the one configured base, never from a request (RFC 9110, 7.2)."""

import re
from urllib.parse import quote, unquote, urlsplit

from feedsvc.model import Representation

FORMATS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}

# Addresses that people and programs try by habit, and the document that they mean.
HABITUAL = {
    "/feed": "/feeds/all.rss",
    "/feed/": "/feeds/all.rss",
    "/feed.xml": "/feeds/all.rss",
    "/rss.xml": "/feeds/all.rss",
    "/index.xml": "/feeds/all.rss",
    "/atom.xml": "/feeds/all.atom",
    "/feed.json": "/feeds/all.json",
}

# Below /feeds/ also what only nearly is a document's address: all.ATOM, all.atom/, all.atom.gz.
_FOR_PROGRAMS = re.compile(r"\.(?:atom|rss|json|opml|xml)$|^/feeds/[^/]*(?:\.|/.)")
_FEED = re.compile(r"/feeds/([^/.]+)(?:/|\.)")


def is_for_programs(path: str) -> bool:
    """Whether a program asks at this address: it gets no HTML, not even for an error."""
    return _FOR_PROGRAMS.search(path) is not None


def page_of(path: str) -> str:
    """The page for people that belongs to a document: ``/feeds/all`` for ``/feeds/all.atom``."""
    found = _FEED.match(path)
    return f"/feeds/{found[1]}" if found else "/"


class Addresses:
    """Turns unencoded paths of the publication into addresses below its base.

    ``prefix`` is the path of the base, below which all routes live: empty or ``/news``.
    """

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.prefix = unquote(urlsplit(self.base).path)

    def path(self, path: str) -> str:
        """The address as a path, for links within the publication."""
        return quote(f"{self.prefix}{path}")

    def absolute(self, path: str) -> str:
        """The whole address, for what leaves the publication."""
        return f"{self.base}{quote(path)}"

    def link_header(self, representation: Representation) -> str:
        """The ``Link`` of a document: itself first, then its page. Real parsers split at "; " and ", "."""
        page = self.absolute(page_of(representation.path))
        return f'<{self.absolute(representation.path)}>; rel="self", <{page}>; rel="alternate"; type="text/html"'
