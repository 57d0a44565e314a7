"""Archive documents (RFC 5005): rendered when they are asked for, since few ever are, and there may be many."""

import re

from feedsvc.feeds.compose import compose_archive, compose_entry, compose_feed, feed_title
from feedsvc.feeds.formats import FORMATS
from feedsvc.model import Feed, Representation
from feedsvc.views import ArchiveView
from feedsvc.web.answers import DAY
from feedsvc.web.assets import represent_bytes
from feedsvc.web.edition import Edition
from feedsvc.web.shelf import Shelf

_ADDRESS = re.compile(r"/feeds/([^/.]+)/archive/([1-9][0-9]{0,8})\.atom")


class Archives:
    """The archive documents of an edition."""

    def __init__(self, edition: Edition, shelf: Shelf) -> None:
        self._edition = edition
        self._shelf = shelf

    def at(self, path: str) -> Representation | None:
        """The archive document at an address without the base; None when there is none."""
        found = _ADDRESS.fullmatch(path)
        if found is None:
            return None

        def make() -> Representation | None:
            view = self._edition.archive(found[1], int(found[2]))
            return None if view is None else represent_archive(path, view)

        return self._shelf.document(path, make)


def represent_archive(path: str, view: ArchiveView) -> Representation:
    """The bytes of an archive document. They may be kept for a day: a withdrawal must reach them."""
    atom = FORMATS["atom"]
    return represent_bytes(path, atom.media_type, atom.render(_feed(view)), view.changed, DAY)


def _feed(view: ArchiveView) -> Feed:
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
    entries = [
        compose_entry(each.article, [found.topic for found in each.topics], view.settings)[0]
        for each in view.articles
    ]
    return compose_archive(subscription, view.number, entries, view.tombstones)
