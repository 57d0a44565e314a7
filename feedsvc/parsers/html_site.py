"""The site that a page belongs to: its names, and whether a link leads to the page itself."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree

from feedsvc.parsers.html_stated import Stated, string, types_of
from feedsvc.text import fold

Element = etree._Element

_WORD = re.compile(r"\w+")
_ORGANISATIONS = frozenset("organization newsmediaorganization website corporation blog periodical".split())
_FEED_WORDS = re.compile(r"\s*[|:–»\-(]*\s*(?:rss|atom|feed|newsfeed|news)[\s\d.)]*$", re.IGNORECASE)
# A name that is part of another one counts from this length.
_TELLING = 4
_LONGEST = 400  # of a title


def site_names(root: Element, facts: Stated, address: str | None) -> frozenset[str]:
    """The names of the site and its host, folded."""
    names = [
        *facts.every("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")
    ]
    names += [string(node.get("publisher")) or "" for node in facts.articles]
    names += [string(node.get("name")) or "" for node in facts.nodes if types_of(node) & _ORGANISATIONS]
    names += _feed_names(root)
    host = _host(address)
    names += [host, host.removeprefix("www."), host.removeprefix("www.").partition(".")[0]]
    return frozenset(filter(None, map(fold, names)))


def names_site(text: str, sites: frozenset[str]) -> bool:
    """Whether ``text`` is one of the site's names, written alike or run together."""
    run = "".join(_WORD.findall(fold(text)))
    if not run:
        return True
    for site in sites:
        other = "".join(_WORD.findall(site))
        if run == other:
            return True
        if len(other) >= _TELLING and len(run) >= _TELLING and (run.startswith(other) or other.startswith(run)):
            return True
    return False


def same_page(href: str, address: str) -> bool:
    """Whether a link leads to ``address``, whatever its scheme, fragment and closing slash."""
    try:
        target, own = urlsplit(urljoin(address, href)), urlsplit(address)
    except ValueError:
        return False
    return (target.netloc.removeprefix("www."), target.path.rstrip("/"), target.query) == (
        own.netloc.removeprefix("www."),
        own.path.rstrip("/"),
        own.query,
    )


def _feed_names(root: Element) -> Iterator[str]:
    """What the titles of the site's feeds call it: the first of two that agree, or all before the mark."""
    for link in root.iter("link"):
        if "rss" in (link.get("type") or "") or "atom" in (link.get("type") or ""):
            title = (link.get("title") or "")[:_LONGEST]
            name, mark, _ = title.partition("»")
            name = name if mark else _FEED_WORDS.sub("", name)
            if name.strip() and (mark or name != title):
                yield name.strip()


def _host(address: str | None) -> str:
    try:
        return urlsplit(address or "").hostname or ""
    except ValueError:
        return ""
