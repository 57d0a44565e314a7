"""From changed articles to feeds: which of them come into which feed, which leave it, and what they leave behind."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from feedsvc.languages import feed_language
from feedsvc.model import Tombstone
from feedsvc.store.edition import Edition
from feedsvc.store.joining import Belonging
from feedsvc.store.ledger import Ledger
from feedsvc.store.memberships import Memberships
from feedsvc.store.schema import identities
from feedsvc.store.touched import Touched


@dataclass(frozen=True, slots=True)
class Joined:
    """The feeds that changed with the articles, by how many articles they grew, and those that articles left; the
    archive documents that changed; the topics (slug and title) that the articles are in, ``lent`` those that they know by
    moved names alone. The feeds of languages are among the first."""

    feeds: dict[str, int]
    shrunk: frozenset[str]
    archives: set[tuple[str, int]]
    topics: dict[str, str]
    lent: dict[str, str]


@dataclass(slots=True)
class Joining:
    """Brings the feeds up to the ledger, as far as ``touched`` articles go."""

    ledger: Ledger
    edition: Edition
    memberships: Memberships
    now: datetime

    def join(self, touched: Touched, tombstone_days: int) -> Joined:
        """Let articles come into their feeds in the order of release, and those that are gone leave a tombstone."""
        growth: dict[str, int] = {}
        shrunk: frozenset[str] = frozenset()
        archives: set[tuple[str, int]] = set()
        topics: dict[str, str] = {}
        lent: dict[str, str] = {}
        if touched:
            belonging = Belonging(touched, self.now)
            # Asked first: articles that only get the feed of their language keep their archive documents as they are.
            archives = belonging.archives()
            belonging.sort(by_tongue=self._is_by_tongue(touched))
            growth = dict.fromkeys(belonging.feeds(), 0)
            went = belonging.left()
            growth |= belonging.join()
            for feed, left in went.items():
                self.memberships.leave(feed, left, self.now)
                growth[feed] -= len(left)
            gone = belonging.gone({id_ for left in went.values() for id_ in left})
            for feed in (*self._bury(went, gone), *belonging.unbury()):
                growth.setdefault(feed, 0)
            shrunk = frozenset(went)
            topics, lent = belonging.topics()
        for feed in self.edition.clear_tombstones(self.now - timedelta(days=tombstone_days)):
            growth.setdefault(feed, 0)
        return Joined(growth, shrunk, archives, topics, lent)

    def _is_by_tongue(self, touched: Touched) -> bool:
        """Whether there are feeds of languages. With the second language of a publication all articles get theirs."""
        # Not the feeds of the edition that is written: some that were made ahead may still stand under its number.
        if any(map(feed_language, Edition(self.edition.connection).feeds())):
            return True
        if len(self.ledger.tongues(self.now)) > 1:
            touched.add_spoken(self.now)
            return True
        return False

    def _bury(self, went: Mapping[str, Iterable[str]], gone: Collection[str]) -> Iterable[str]:
        """Leave tombstones of the articles that readers had and that are gone; the feeds they stood in."""
        known = {each.id: each for each in self.ledger.identities_where_in(identities.c.id, gone)}
        buried = {feed: [id_ for id_ in left if id_ in known] for feed, left in went.items()}
        for feed, left in buried.items():
            for id_ in left:
                self.edition.bury(feed, Tombstone(id_, known[id_].uri, self.now))
        unmarked = [each for each in known.values() if each.withdrawn is None]
        self.ledger.save_identities(replace(each, withdrawn=self.now) for each in unmarked)
        return {feed for feed, left in buried.items() if left}
