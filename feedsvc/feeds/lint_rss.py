"""The lint of RSS 2.0: the specification, the Best Practices Profile, and what readers stumble over."""

import re
from collections.abc import Iterator

from lxml.etree import _Element

from feedsvc.feeds.checks import (
    Place,
    check_address,
    check_html,
    check_id,
    check_newest_first,
    check_rfc822,
    check_rfc3339,
    check_title,
    check_unique,
    moment_of_rfc822,
)
from feedsvc.feeds.extension import ATOM
from feedsvc.feeds.lint_xml import check_counts, check_root, check_self_link, children, place_of, text_of
from feedsvc.model import Finding

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_REQUIRED = ("title", "link", "description")
_SINGLE_IN_CHANNEL = tuple(
    "copyright docs generator image language lastBuildDate managingEditor pubDate rating ttl webMaster".split()
)
_SINGLE_IN_ITEM = ("author", "comments", "description", "enclosure", "guid", "link", "pubDate", "source", "title")
_BARE_BRACKET = re.compile(r"<(?![A-Za-z/!])")


def lint_rss(root: _Element, address: str | None) -> Iterator[Finding]:
    """The findings of an RSS 2.0 document."""
    yield from check_root(root, "rss")
    if root.get("version") != "2.0":
        yield place_of(root, "rss").finding("version", "error", 'the version is not "2.0"; write it so')
    channel = root.find("channel")
    if channel is None:
        yield place_of(root, "rss").finding("element-missing", "error", "the element channel is missing; add it")
        return
    yield from _check_channel(channel, place_of(channel, "channel"), address)
    items = [(item, place_of(item, f"item {number}")) for number, item in enumerate(channel.iterfind("item"), 1)]
    for item, place in items:
        yield from _check_item(item, place)
    guids = ((text_of(item, "guid"), place) for item, place in items)
    yield from check_unique(((guid, place) for guid, place in guids if guid), "guid")
    moments = ((moment_of_rfc822(text_of(item, "pubDate")), place) for item, place in items)
    yield from check_newest_first((moment, place) for moment, place in moments if moment)


def _check_channel(channel: _Element, place: Place, address: str | None) -> Iterator[Finding]:
    yield from check_counts(channel, place, one=_REQUIRED, at_most_one=_SINGLE_IN_CHANNEL)
    for title, where in children(channel, "title", place):
        yield from check_title(title.text, where)
    for link, where in children(channel, "link", place):
        yield from check_address(link.text, where)
    for tag in ("lastBuildDate", "pubDate"):
        for date, where in children(channel, tag, place):
            yield from check_rfc822(date.text, where)
    for ttl, where in children(channel, "ttl", place):
        if not re.fullmatch(r"[1-9]\d*", ttl.text or ""):
            yield where.finding("ttl", "error", f"{ttl.text!r} is no number of minutes; write one, such as 60")
    yield from check_self_link(channel, address, place)


def _check_item(item: _Element, place: Place) -> Iterator[Finding]:
    yield from check_counts(item, place, at_most_one=_SINGLE_IN_ITEM)
    if item.find("title") is None and item.find("description") is None:
        yield place.finding("nothing-to-read", "error", "there is neither title nor description; add one")
    for title, where in children(item, "title", place):
        yield from check_title(title.text, where)
    for link, where in children(item, "link", place):
        yield from check_address(link.text, where)
    for date, where in children(item, "pubDate", place):
        yield from check_rfc822(date.text, where)
    for date, where in children(item, f"{{{ATOM}}}updated", place):
        yield from check_rfc3339(date.text, where)
    yield from _check_guid(item, place)
    yield from _check_texts(item, place)
    for author, where in children(item, "author", place):
        if "@" not in (author.text or ""):
            message = "the author is no e-mail address; put the name into dc:creator"
            yield where.finding("author-not-email", "error", message)
    for file, where in children(item, "enclosure", place):
        yield from _check_enclosure(file, where)


def _check_guid(item: _Element, place: Place) -> Iterator[Finding]:
    if item.find("guid") is None:
        yield from check_id(None, place, uri=False)
    for guid, where in children(item, "guid", place):
        yield from check_id(guid.text, where, uri=False)
        if guid.text and guid.get("isPermaLink", "true") == "true":
            yield from check_address(guid.text, where)


def _check_texts(item: _Element, place: Place) -> Iterator[Finding]:
    """Both texts are HTML, and the short one comes first: some readers take the last they meet."""
    for tag in ("description", _CONTENT):
        for text, where in children(item, tag, place):
            yield from check_html(text.text or "", where)
    description, content = item.find("description"), item.find(_CONTENT)
    if description is not None and _BARE_BRACKET.search(description.text or ""):
        message = "the description holds a bare <, which readers take for markup; escape it as HTML first"
        yield (place / "description").finding("description-not-html", "warning", message)
    if description is not None and content is not None and item.index(content) < item.index(description):
        message = "the description stands after content:encoded; put it before"
        yield (place / "description").finding("description-after-content", "warning", message)


def _check_enclosure(file: _Element, place: Place) -> Iterator[Finding]:
    yield from check_address(file.get("url"), place)
    if not file.get("type") or not (file.get("length") or "").isdecimal():
        message = "the enclosure lacks its type or its length in bytes; give both"
        yield place.finding("enclosure-incomplete", "error", message)
