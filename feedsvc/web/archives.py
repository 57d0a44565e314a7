"""Archive documents (RFC 5005): rendered when they are asked for, since few ever are, and there may be many."""

import re

from feedsvc.feeds.formats import FORMATS
from feedsvc.model import Representation
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
            from feedsvc.feeds.archives import render_archive  # brings lxml, which is not needed for most answers

            view = self._edition.archive(found[1], int(found[2]))
            if view is None:
                return None
            # Kept for a day, not for ever: a withdrawal must reach whoever keeps it.
            max_age = self._edition.kept(DAY)
            return represent_bytes(path, FORMATS["atom"].media_type, render_archive(view), view.changed, max_age)

        return self._shelf.document(path, make)
