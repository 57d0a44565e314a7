"""Archive documents (RFC 5005), composed and rendered from what the store holds of them."""

from feedsvc.feeds.compose import compose_archive, compose_entry, compose_feed, feed_title
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.guard import held_back
from feedsvc.views import ArchiveView


def render_archive(view: ArchiveView) -> bytes:
    """The bytes of an archive document, without the entries that would make it invalid."""
    subscription = compose_feed(
        view.settings,
        name=view.feed.name,
        title=feed_title(view.settings.publication.title, view.feed.name, view.feed.title),
        description=view.feed.description or "",
        entries=(),
        floor=view.changed,
        authority=view.authority,
        previous=view.previous,
        following=view.following,
        origin=view.origin,
    )
    composed = (
        compose_entry(each.article, [found.topic for found in each.topics], view.settings)[0]
        for each in view.articles
    )
    entries = [entry for entry in composed if held_back(entry) is None]
    return FORMATS["atom"].render(compose_archive(subscription, view.number, entries, view.tombstones))
