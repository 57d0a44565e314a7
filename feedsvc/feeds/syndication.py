"""Atom 1.0 (RFC 4287) and RSS 2.0: the one file that imports feedgen, through its ``register_extension``.

feedgen writes the frame; what it lacks stands in ``extension.py``. Every date is set, because feedgen takes
the current time for a missing one. No feedgen type leaves this file.
"""

from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from functools import partial
from html import escape

import feedgen.entry
import feedgen.feed

from feedsvc.feeds import extension
from feedsvc.feeds.compose import archive_address
from feedsvc.feeds.content import content_html, summary_text, topic_page
from feedsvc.feeds.formats import FORMATS, Format
from feedsvc.feeds.pieces import Manner, Pieces, cut, manner_of
from feedsvc.model import Entry, Feed

# Below the publication's address; ``web`` serves it.
STYLESHEET = "static/feed.css"

# feedgen's own formatter switches the locale of the whole process for every date that it writes.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


def render_atom(feed: Feed) -> bytes:
    """``feed`` as Atom 1.0."""
    generator = _generator(feed)
    return _atom(generator, feed, _items(generator, feed))


def render_rss(feed: Feed) -> bytes:
    """``feed`` as RSS 2.0."""
    generator = _generator(feed)
    return _rss(generator, feed, _items(generator, feed))


def pieces(feed: Feed) -> tuple[Pieces, Pieces]:
    """``feed`` as Atom 1.0 and as RSS 2.0, for little more work than one of them takes."""
    generator = _generator(feed)
    items = _items(generator, feed)
    # In this order: feedgen takes the authors of Atom for those of RSS, and Atom overrides what RSS has said.
    rss = _rss(generator, feed, items)
    atom = _atom(generator, feed, items)
    return cut(atom, b"entry", b"feed"), cut(rss, b"item", b"channel")


def _atom(generator: feedgen.feed.FeedGenerator, feed: Feed, items: Sequence[feedgen.entry.FeedEntry]) -> bytes:
    _address(generator, feed, FORMATS["atom"], extension.atom_namespaces(feed))
    for item, entry in zip(items, feed.entries, strict=True):
        item.id(entry.uri)
        if entry.enclosures:  # of which the first was an RSS link
            item.link(href=entry.url, replace=True)
        item.author([_filled(name=each.name, email=each.email, uri=each.uri) for each in entry.authors])
        if summary := summary_text(entry):
            item.summary(summary, type="text")
        if entry.rights:
            item.rights(entry.rights)
    return _styled(generator.atom_str(), feed)


def _rss(generator: feedgen.feed.FeedGenerator, feed: Feed, items: Sequence[feedgen.entry.FeedEntry]) -> bytes:
    """Authors are ``dc:creator``: RSS's own ``author`` is an e-mail address, and only one."""
    _address(generator, feed, FORMATS["rss"], extension.rss_namespaces(feed))
    generator.ttl(max(1, feed.refresh // 60))
    for item, entry in zip(items, feed.entries, strict=True):
        item.guid(entry.id, permalink=False)
        if summary := summary_text(entry):
            item.description(escape(summary, quote=False), isSummary=True)
        for each in entry.enclosures[:1]:
            item.enclosure(each.url, str(each.length), each.type)
    return _styled(generator.rss_str(), feed)


def _generator(feed: Feed) -> feedgen.feed.FeedGenerator:
    """What both formats say of the feed."""
    generator = feedgen.feed.FeedGenerator()
    generator.register_extension("feedsvc", extension.Extension, extension.Extension)
    generator.feedsvc.atom = partial(extension.extend_atom_feed, feed=feed)
    generator.feedsvc.rss = partial(extension.extend_rss_channel, feed=feed)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.updated(feed.updated)
    generator.author(name=feed.author.name)
    generator.language(feed.language)
    generator.generator("feedsvc")
    if feed.rights:
        generator.rights(feed.rights)
    return generator


def _address(generator: feedgen.feed.FeedGenerator, feed: Feed, form: Format, namespaces: Mapping[str, str]) -> None:
    """Where the document of this format stands, and the page beside it."""
    generator.feedsvc.namespaces = namespaces
    # The channel's link is the last one that feedgen is given.
    address = feed.address(form.suffix) if feed.number is None else archive_address(feed.page, feed.number)
    generator.link(href=address, rel="self", type=form.bare_type, replace=True)
    generator.link(href=feed.address(), rel="alternate", type="text/html")


def _items(generator: feedgen.feed.FeedGenerator, feed: Feed) -> list[feedgen.entry.FeedEntry]:
    manner = manner_of(feed)
    return [_item(generator.add_entry(order="append"), manner, entry) for entry in feed.entries]


def _item(item: feedgen.entry.FeedEntry, manner: Manner, entry: Entry) -> feedgen.entry.FeedEntry:
    """What both formats say of an entry."""
    item.feedsvc.atom = partial(extension.extend_atom_entry, manner=manner, entry=entry)
    item.feedsvc.rss = partial(extension.extend_rss_item, manner=manner, entry=entry)
    item.title(entry.title)
    item.link(href=entry.url)
    item.published(entry.published)
    item.updated(entry.updated)
    if html := content_html(entry):
        item.content(html, type="html")
    item.category(
        [
            {"term": each.slug, "scheme": topic_page(manner.home, each.slug), "label": each.title}
            for each in entry.topics
        ]
    )
    return item


def _styled(rendered: bytes, feed: Feed) -> bytes:
    """``rendered`` with the stylesheet for people who open the feed in a browser; readers pass over it."""
    declaration, _, root = rendered.partition(b"\n")
    instruction = f'<?xml-stylesheet type="text/css" href="{feed.home}{STYLESHEET}"?>'
    return b"\n".join((declaration, instruction.encode(), root, b""))


def _filled(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
