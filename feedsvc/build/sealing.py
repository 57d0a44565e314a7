"""The archive documents of one build: what subscription documents can no longer show is sealed, feed by feed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from feedsvc.feeds.compose import DOCUMENT_LIMIT
from feedsvc.store.memberships import NO_ARCHIVE, Memberships, NewestArchive, Page


@dataclass(slots=True)
class Sealing:
    """Seals documents of at most so many ``entries`` in the edition ``revision``.

    ``newest`` holds the newest archive document of each feed that has any.
    """

    memberships: Memberships
    entries: int
    revision: int
    now: datetime
    newest: dict[str, NewestArchive]
    _open: dict[str, Sequence[Page]] = field(default_factory=dict)

    def number(self, feed: str) -> int:
        """The number of a feed's newest archive document; 0 when there is none."""
        return self.newest.get(feed, NO_ARCHIVE).number

    def seal_before(self, feed: str, place: int) -> Sequence[Page]:
        """Seal the documents that begin before ``place``, the oldest that may be shown; those that may be sealed next.

        These hold nothing older: they are few, however much came into the feed.
        """
        newest = self.newest.get(feed, NO_ARCHIVE)
        pending = self.memberships.pending(feed, newest.last, self.now)
        self._open[feed] = ()
        for is_past, pages in groupby(paged(pending, self.entries), lambda page: page.first < place):
            if is_past:
                self._seal(feed, pages)
            else:
                self._open[feed] = tuple(pages)
        return self._open[feed]

    def seal_next(self, feed: str, count: int) -> None:
        """Seal the next ``count`` documents of those that may be."""
        self._seal(feed, self._open.pop(feed, ())[:count])

    def _seal(self, feed: str, pages: Iterable[Page]) -> None:
        newest = self.newest.get(feed, NO_ARCHIVE)
        self.newest[feed] = self.memberships.seal(feed, newest, pages, self.revision, self.now)


def paged(pending: Iterable[tuple[int, str, int]], entries: int) -> Iterator[Page]:
    """``pending`` places, ids and sizes in archive documents of at most so many entries, and of about as many bytes as may be."""
    first = last = size = 0
    ids: list[str] = []
    for place, id_, bytes_ in pending:
        if ids and (len(ids) == entries or size + bytes_ > DOCUMENT_LIMIT):
            yield Page(first, last, ids)
            ids, size = [], 0
        if not ids:
            first = place
        last = place
        ids.append(id_)
        size += bytes_
    if ids:
        yield Page(first, last, ids)
