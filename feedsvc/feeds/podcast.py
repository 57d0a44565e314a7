"""Podcasts: what directories and players want of an RSS feed whose entries carry sound or video.

The vocabularies are Apple's (https://help.apple.com/itc/podcasts_connect/#/itcb54353390) and that of the podcast
namespace (https://github.com/Podcastindex-org/podcast-namespace).
"""

from collections.abc import Mapping
from uuid import UUID, uuid5

from lxml.etree import SubElement, _Element

from feedsvc.feeds.pieces import Manner
from feedsvc.model import Enclosure, Entry, Feed

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"

# The namespace of podcast:guid: a UUID of version 5 over the feed's address without its scheme.
_GUIDS = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")


def is_playable(file: Enclosure) -> bool:
    """Whether ``file`` is sound or video."""
    return file.type.startswith(("audio/", "video/"))


def medium_of(entry: Entry) -> Enclosure | None:
    """The sound or video of ``entry``; None when it is no episode."""
    return next(filter(is_playable, entry.enclosures), None)


def podcast_namespaces(feed: Feed) -> Mapping[str, str]:
    """The vocabularies that ``feed`` uses."""
    return {"itunes": ITUNES, "podcast": PODCAST} if feed.show is not None else {}


def extend_channel(channel: _Element, feed: Feed) -> None:
    """What a directory wants to know of the whole."""
    if feed.show is None:
        return
    _text(channel, ITUNES, "author", feed.author.name)
    _text(channel, ITUNES, "explicit", _flag(feed.show.explicit))
    _text(channel, ITUNES, "type", "episodic")
    if feed.show.image:
        SubElement(channel, f"{{{ITUNES}}}image", href=feed.show.image)
    if feed.show.category:
        category, _, inner = (part.strip() for part in feed.show.category.partition(">"))
        element = SubElement(channel, f"{{{ITUNES}}}category", text=category)
        if inner:
            SubElement(element, f"{{{ITUNES}}}category", text=inner)
    if feed.show.email:
        owner = SubElement(channel, f"{{{ITUNES}}}owner")
        _text(owner, ITUNES, "name", feed.author.name)
        _text(owner, ITUNES, "email", feed.show.email)
        _text(channel, PODCAST, "locked", "no").set("owner", feed.show.email)
    _text(channel, PODCAST, "guid", str(uuid5(_GUIDS, f"{feed.page}.rss".partition("://")[2])))
    _text(channel, PODCAST, "medium", "podcast")


def extend_item(item: _Element, manner: Manner, entry: Entry) -> None:
    """What a player shows of an episode."""
    medium = medium_of(entry)
    if not manner.is_podcast or medium is None:
        return
    if medium.seconds is not None:
        _text(item, ITUNES, "duration", str(medium.seconds))
    if entry.picture is not None:
        SubElement(item, f"{{{ITUNES}}}image", href=entry.picture.url)
    episode = entry.episode
    if episode is None:
        return
    if episode.season is not None:
        _text(item, ITUNES, "season", str(episode.season))
        _text(item, PODCAST, "season", str(episode.season))
    if episode.number is not None:
        _text(item, ITUNES, "episode", str(episode.number))
        _text(item, PODCAST, "episode", str(episode.number))
    if episode.kind is not None:
        _text(item, ITUNES, "episodeType", episode.kind)
    if episode.explicit is not None:
        _text(item, ITUNES, "explicit", _flag(episode.explicit))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _text(parent: _Element, namespace: str, name: str, text: str) -> _Element:
    element = SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element
