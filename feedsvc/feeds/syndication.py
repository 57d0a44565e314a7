"""Atom 1.0 (RFC 4287) and RSS 2.0: the one file that imports feedgen, through its ``register_extension``.

feedgen writes the frame; what it lacks stands in ``extension.py``. Every date is set, because feedgen takes
the current time for a missing one. No feedgen type leaves this file.
"""

from collections.abc import Callable, Mapping
from email.utils import format_datetime
from functools import partial
from html import escape

import feedgen.entry
import feedgen.feed

from feedsvc.feeds import extension
from feedsvc.feeds.compose import archive_address
from feedsvc.feeds.content import content_html, summary_text, topic_page
from feedsvc.feeds.formats import FORMATS, Format
from feedsvc.model import Entry, Feed

# Below the publication's address; ``web`` serves it.
STYLESHEET = "static/feed.css"

# feedgen's own formatter switches the locale of the whole process for every date that it writes.
feedgen.feed.formatRFC2822 = feedgen.entry.formatRFC2822 = format_datetime


def render_atom(feed: Feed) -> bytes:
    """``feed`` as Atom 1.0."""
    generator = _generator(feed, FORMATS["atom"], extension.extend_atom_feed, extension.atom_namespaces(feed))
    for entry in feed.entries:
        item = _entry(generator, feed, entry, extension.extend_atom_entry)
        item.id(entry.uri)
        item.author([_filled(name=each.name, email=each.email, uri=each.uri) for each in entry.authors])
        if summary := summary_text(entry):
            item.summary(summary, type="text")
        if html := content_html(entry):
            item.content(html, type="html")
        if entry.rights:
            item.rights(entry.rights)
    return _styled(generator.atom_str(), feed)


def render_rss(feed: Feed) -> bytes:
    """``feed`` as RSS 2.0.

    Authors are ``dc:creator``: RSS's own ``author`` is an e-mail address, and only one.
    """
    generator = _generator(feed, FORMATS["rss"], extension.extend_rss_channel, extension.rss_namespaces(feed))
    generator.ttl(max(1, feed.refresh // 60))
    for entry in feed.entries:
        item = _entry(generator, feed, entry, extension.extend_rss_item)
        item.guid(entry.id, permalink=False)
        if summary := summary_text(entry):
            item.description(escape(summary, quote=False), isSummary=True)
        if html := content_html(entry):
            item.content(html)
        for each in entry.enclosures[:1]:
            item.enclosure(each.url, str(each.length), each.type)
    return _styled(generator.rss_str(), feed)


def _generator(
    feed: Feed, form: Format, extend: Callable[..., None], namespaces: Mapping[str, str]
) -> feedgen.feed.FeedGenerator:
    generator = feedgen.feed.FeedGenerator()
    generator.register_extension("feedsvc", extension.Extension, extension.Extension)
    generator.feedsvc.namespaces = namespaces
    generator.feedsvc.extend = partial(extend, feed=feed)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.subtitle(feed.description)
    generator.updated(feed.updated)
    generator.author(name=feed.author.name)
    # The channel's link is the last one that feedgen is given.
    address = feed.address(form.suffix) if feed.number is None else archive_address(feed.page, feed.number)
    generator.link(href=address, rel="self", type=form.bare_type)
    generator.link(href=feed.address(), rel="alternate", type="text/html")
    generator.language(feed.language)
    generator.generator("feedsvc")
    if feed.rights:
        generator.rights(feed.rights)
    return generator


def _entry(
    generator: feedgen.feed.FeedGenerator, feed: Feed, entry: Entry, extend: Callable[..., None]
) -> feedgen.entry.FeedEntry:
    item = generator.add_entry(order="append")
    item.feedsvc.extend = partial(extend, feed=feed, entry=entry)
    item.title(entry.title)
    item.link(href=entry.url)
    item.published(entry.published)
    item.updated(entry.updated)
    item.category(
        [
            {"term": each.slug, "scheme": topic_page(feed.home, each.slug), "label": each.title}
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
