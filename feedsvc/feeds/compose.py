"""Compose: Articles become Entries, and Entries a Feed. Nothing here knows a format.

A subscription document takes at most 512 KiB in every format, so that a poll costs every reader little
and stays under the limits of hubs and hosted readers. The room that an entry takes is known before it is
rendered: an upper bound of what escaping makes of it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import accumulate
from urllib.parse import quote

from msgspec.structs import replace

from feedsvc.config import Settings
from feedsvc.feeds.content import content_html, summary_text, topic_page
from feedsvc.feeds.podcast import is_playable, medium_of
from feedsvc.languages import feed_language
from feedsvc.model import Article, Enclosure, Entry, Feed, Finding, Person, Show, Status, Tombstone, Topic

DOCUMENT_LIMIT = 512 * 1024
# One entry always fits, with its feed's head.
ENTRY_LIMIT = DOCUMENT_LIMIT - 16 * 1024
# Tombstones beyond this, the oldest, are left out: a bulk withdrawal must not crowd out the entries.
TOMBSTONES_LIMIT = 64 * 1024

# Element names, attribute names, dates and namespaces: more than any format needs for one of each.
_HEAD_MARKUP = 2500
_ENTRY_MARKUP = 1700
_PART_MARKUP = 250

# The rhythm of a topic is that of its newest articles, once it has a few; a quiet one is asked for once an hour.
_RECENT = 10
_FEW = 3
_QUIET = 3600

_KILLED = "This article was canceled by its source and must not be used."


def compose_entry(article: Article, topics: Sequence[Topic], settings: Settings) -> tuple[Entry, tuple[Finding, ...]]:
    """``article`` as it stands in the feeds; a finding when it is too large to stand there whole."""
    entry, _, findings = measured_entry(article, topics, settings)
    return entry, findings


def measured_entry(
    article: Article, topics: Sequence[Topic], settings: Settings
) -> tuple[Entry, int, tuple[Finding, ...]]:
    """``article`` as it stands in the feeds, the most bytes that it takes there, and what is to be said of it."""
    if article.status is Status.CANCELED:
        article = _killed(article)
    entry = Entry(
        id=article.id,
        uri=article.uri,
        url=article.url,
        title=article.headline,
        authors=article.authors,
        published=article.published,
        updated=article.updated,
        language=article.language,
        summary=article.summary,
        html=article.html or None if settings.feeds.content == "full" else None,
        topics=tuple(topics),
        via=article.via,
        source=article.source,
        origin=article.origin,
        dateline=article.dateline,
        ednote=article.ednote,
        rights=article.rights,
        license=article.license,
        picture=article.picture,
        enclosures=_playable_first(article.enclosures),
        episode=article.episode,
    )
    home = f"{settings.publication.url}/"
    size = _entry_size(entry, home)
    if entry.html is None or size <= ENTRY_LIMIT:
        return entry, size, ()
    message = (
        f"The article takes {size // 1024} KiB in a feed and {ENTRY_LIMIT // 1024} are allowed, "
        "so its entry carries summary and link; split the article to publish it whole."
    )
    finding = Finding("entry-too-large", "warning", message, field="text")
    cut = replace(entry, html=None)
    return cut, _entry_size(cut, home), (finding,)


def _playable_first(enclosures: Sequence[Enclosure]) -> tuple[Enclosure, ...]:
    """Sound and video before the rest: an RSS item has one enclosure, and players take the first."""
    return tuple(sorted(enclosures, key=lambda each: not is_playable(each)))


def _killed(article: Article) -> Article:
    """What readers who have ``article`` are told when its source cancels it; none of its text is repeated."""
    return replace(
        article,
        headline=f"Canceled: {article.headline}",
        html=f'<p lang="en" dir="ltr">{_KILLED}</p>',
        summary=_KILLED,
        dateline=None,
        picture=None,
        enclosures=(),
        episode=None,
    )


def compose_feed(
    settings: Settings,
    *,
    name: str,
    title: str,
    description: str,
    entries: Sequence[Entry],
    floor: datetime,
    authority: str,
    tombstones: Sequence[Tombstone] = (),
    previous: int | None = None,
    following: int | None = None,
    origin: str | None = None,
    sizes: Sequence[int] = (),
) -> Feed:
    """The feed ``name`` of ``entries``, which the caller gives newest release first, with their ``sizes`` if known.

    ``floor`` is the feed's previous ``updated``, or when it was first made: the feed's date never goes
    back. ``authority`` is that of minted ids (RFC 4151). Entries that do not fit into a document are left
    out from the end, down to one. ``previous`` is the newest archive document's number, ``origin`` the name
    that a renamed feed had at first: its id stays. Raises ValueError for two entries with one id.
    """
    _refuse_duplicates(entries)
    publication = settings.publication
    home = f"{publication.url}/"
    feed = Feed(
        name=name,
        id=f"tag:{authority}:?feed={quote(origin or name, safe='')}",
        title=title,
        description=description or title,
        page=topic_page(home, name),
        home=home,
        language=feed_language(name) or publication.language,
        updated=floor,
        author=Person(publication.author or publication.title),
        refresh=settings.feeds.refresh,
        entries=(),
        tombstones=_newest_tombstones(tombstones),
        rights=publication.rights,
        license=publication.license,
        previous=previous,
        following=following,
    )
    taken = sizes or (_entry_size(entry, home) for entry in entries)
    fitting = entries[: max(1, _count_fitting(taken, DOCUMENT_LIMIT - _head_size(feed)))]
    return replace(
        feed,
        entries=_newest_first(fitting),
        refresh=feed.refresh if name == "all" else _rhythm(fitting, feed.refresh),
        updated=max([floor, *(entry.updated for entry in fitting)]).astimezone(UTC),
        show=_show(settings) if any(map(medium_of, fitting)) else None,
    )


def _show(settings: Settings) -> Show:
    stated = settings.podcast
    return Show(stated.image, stated.category, stated.email, stated.explicit)


def compose_archive(
    subscription: Feed, number: int, entries: Sequence[Entry], tombstones: Sequence[Tombstone]
) -> Feed:
    """Archive document ``number`` of the feed that ``subscription`` is made of, with all that it is given."""
    _refuse_duplicates(entries)
    changed = (*(entry.updated for entry in entries), *(each.when for each in tombstones))
    return replace(
        subscription,
        number=number,
        show=None,
        entries=_newest_first(entries),
        tombstones=tuple(sorted(tombstones, key=lambda each: (each.when, each.id), reverse=True)),
        updated=max(changed, default=subscription.updated).astimezone(UTC),
    )


def _rhythm(entries: Sequence[Entry], least: int) -> int:
    """Seconds for which a topic may be kept: a twelfth of the time that passes between its articles, up to an hour."""
    newest = sorted((entry.published for entry in entries), reverse=True)[:_RECENT]
    if len(newest) < _FEW:
        return least
    pause = (newest[0] - newest[-1]).total_seconds() / (len(newest) - 1)
    return max(least, min(_QUIET, int(pause / 12) // 60 * 60))


def feed_title(publication: str, name: str, title: str) -> str:
    """The title of a feed: the publication's, and the topic's."""
    return publication if name == "all" else f"{publication}: {title}"


def archive_address(page: str, number: int) -> str:
    """The address of an archive document of the feed whose page stands at ``page``."""
    return f"{page}/archive/{number}.atom"


def _refuse_duplicates(entries: Sequence[Entry]) -> None:
    for what in ("id", "uri"):
        values = [getattr(entry, what) for entry in entries]
        if len(set(values)) < len(values):
            twice = [value for value, count in Counter(values).items() if count > 1]
            raise ValueError(f"entries with the same {what}: {', '.join(map(repr, twice))}")


def _newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    by_id = sorted(entries, key=lambda entry: entry.id)
    return tuple(sorted(by_id, key=lambda entry: entry.published, reverse=True))


def _newest_tombstones(tombstones: Iterable[Tombstone]) -> tuple[Tombstone, ...]:
    newest = sorted(tombstones, key=lambda each: (each.when, each.id), reverse=True)
    return tuple(newest[: _count_fitting(map(_tombstone_size, newest), TOMBSTONES_LIMIT)])


def _count_fitting(sizes: Iterable[int], room: int) -> int:
    return sum(1 for taken in accumulate(sizes) if taken <= room)


def _head_size(feed: Feed) -> int:
    texts = (feed.title, feed.description, feed.author.name, feed.rights or "", feed.license or "")
    head = _HEAD_MARKUP + 2 * _size(*texts) + 4 * _size(feed.page, feed.home)
    return head + sum(map(_tombstone_size, feed.tombstones))


def _tombstone_size(tombstone: Tombstone) -> int:
    return _PART_MARKUP + _size(tombstone.id, tombstone.uri)


def _entry_size(entry: Entry, home: str) -> int:
    """The most bytes that ``entry`` takes in any of the formats."""
    summary = summary_text(entry)
    once = [content_html(entry) or "", escape(summary), entry.summary]
    once += [entry.id, entry.uri, entry.title, entry.ednote or "", entry.rights or "", entry.source or ""]
    twice = [entry.url, entry.via or "", entry.license or ""]
    for person in entry.authors:
        once += [person.name, person.email or "", person.uri or ""]
    for topic in entry.topics:
        twice += [topic.title, topic.slug, topic_page(home, topic.slug)]
    for each in entry.enclosures:
        once += [each.url, each.type, each.title or ""]
    if entry.picture:
        once += [entry.picture.url, entry.picture.alt or "", entry.picture.credit or ""]
    if entry.origin:
        twice += [entry.origin.title, entry.origin.id or "", entry.origin.url or "", entry.origin.page or ""]
    parts = (
        (entry.origin is not None)
        + len(entry.authors)
        + len(entry.topics)
        + len(entry.enclosures)
        + (entry.picture is not None)
    )
    return _ENTRY_MARKUP + parts * _PART_MARKUP + _size(*once) + 2 * _size(*twice)


# All bytes but those that are escaped.
_PLAIN = bytes(set(range(256)) - set(b'&<>"\n\t\\'))


def _size(*texts: str) -> int:
    """The bytes of ``texts`` in UTF-8, escaped for XML text, an XML attribute or a JSON string."""
    data = "".join(texts).encode()
    marks = data.translate(None, _PLAIN)
    escapes = 5 * marks.count(b"&") + 4 * (marks.count(b"<") + marks.count(b">")) + 6 * marks.count(b'"')
    return len(data) + escapes + 5 * (marks.count(b"\n") + marks.count(b"\t")) + marks.count(b"\\")
