"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). What it has no word for stands under ``_feedsvc``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from feedsvc.feeds.compose import archive_address
from feedsvc.feeds.content import content_html, summary_text, topic_page
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.pieces import Manner, Pieces, manner_of
from feedsvc.model import Enclosure, Entry, Feed, Person, Tombstone

VERSION = "https://jsonfeed.org/version/1.1"
# Extensions are objects; ``about`` tells people what one means (JSON Feed 1.1, "Extensions").
TOMBSTONES_ABOUT = "https://www.rfc-editor.org/rfc/rfc6721"


def render_json(feed: Feed) -> bytes:
    """``feed`` as JSON Feed 1.1, each item on a line of its own."""
    return pieces(feed).whole()


def pieces(feed: Feed) -> Pieces:
    """``feed`` as JSON Feed 1.1, in pieces."""
    manner = manner_of(feed)
    head = msgspec.json.encode(_head(feed)).removesuffix(b"}") + b',"items":[\n'
    items = tuple(msgspec.json.encode(_item(entry, manner)) for entry in feed.entries)
    return Pieces(head, items, b",\n", b"\n]}\n")


def _head(feed: Feed) -> dict[str, Any]:
    return _filled(
        version=VERSION,
        title=feed.title,
        home_page_url=feed.address(),
        feed_url=feed.address(FORMATS["json"].suffix),
        description=feed.description,
        language=feed.language,
        authors=[_author(feed.author)],
        _feedsvc=_filled(
            id=feed.id,
            updated=_date(feed.updated),
            refresh=feed.refresh,
            rights=feed.rights,
            license=feed.license,
            prev_archive=archive_address(feed.page, feed.previous) if feed.previous is not None else None,
        ),
        _tombstones=_tombstones(feed.tombstones),
    )


def _tombstones(tombstones: Sequence[Tombstone]) -> dict[str, Any]:
    items = [{"id": each.id, "date_deleted": _date(each.when)} for each in tombstones]
    return {"about": TOMBSTONES_ABOUT, "items": items} if items else {}


def _item(entry: Entry, manner: Manner) -> dict[str, Any]:
    html = content_html(entry)
    summary = summary_text(entry)
    return _filled(
        id=entry.id,
        url=entry.url,
        external_url=entry.via,
        title=entry.title,
        content_html=html,
        content_text=summary if html is None else None,
        summary=summary,
        image=entry.picture.url if entry.picture else None,
        date_published=_date(entry.published),
        date_modified=_date(entry.updated),
        authors=[_author(each) for each in entry.authors],
        tags=[each.title for each in entry.topics],
        language=entry.language if entry.language != manner.language else None,
        attachments=[_attachment(each) for each in entry.enclosures],
        _feedsvc=_extension(entry, manner),
    )


def _extension(entry: Entry, manner: Manner) -> dict[str, Any]:
    topics = [
        {"slug": each.slug, "title": each.title, "url": topic_page(manner.home, each.slug)} for each in entry.topics
    ]
    picture = entry.picture
    return _filled(
        source=entry.source,
        dateline=entry.dateline,
        ednote=entry.ednote,
        rights=entry.rights,
        license=entry.license,
        topics=topics,
        image_description=picture.alt if picture else None,
        image_credit=picture.credit if picture else None,
    )


def _author(person: Person) -> dict[str, Any]:
    return _filled(name=person.name, url=person.uri or (f"mailto:{person.email}" if person.email else None))


def _attachment(file: Enclosure) -> dict[str, Any]:
    return _filled(
        url=file.url,
        mime_type=file.type,
        title=file.title,
        size_in_bytes=file.length,
        duration_in_seconds=file.seconds,
    )


def _date(moment: datetime) -> str:
    return moment.isoformat()


def _filled(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
