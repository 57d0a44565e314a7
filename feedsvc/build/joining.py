"""From changed articles to feeds: which of them come into which feed, which leave it, and what they leave behind."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedsvc.languages import feed_language
from feedsvc.model import Tombstone
from feedsvc.store.edition import ALL, Edition
from feedsvc.store.ledger import Ledger
from feedsvc.store.memberships import Memberships
from feedsvc.store.schema import identities


@dataclass(frozen=True, slots=True)
class Joined:
    """The feeds that changed with the articles, by how many articles they grew, and those that articles left; the
    archive documents that changed; the topics (slug and title) that the articles are in. The feeds of languages are among the first."""

    feeds: dict[str, int]
    shrunk: frozenset[str]
    archives: set[tuple[str, int]]
    topics: dict[str, str]


@dataclass(slots=True)
class Joining:
    """Brings the feeds up to the ledger, as far as ``touched`` articles go."""

    ledger: Ledger
    edition: Edition
    memberships: Memberships
    now: datetime

    def join(self, touched: Collection[str], tombstone_days: int) -> Joined:
        """Let articles come into their feeds in the order of release, and those that are gone leave a tombstone."""
        tongues = self._tongues(touched)
        touched = {*touched, *tongues}
        public = self.ledger.names_by_id(touched, self.now)
        topics = self.ledger.classifications([name for name, _ in public.values()])
        after = {id_: {ALL, *(each.topic.slug for each in topics[name])} for id_, (name, _) in public.items()}
        for id_, tongue in tongues.items():
            after[id_].add(tongue)
        before = self.memberships.feeds_of(touched)
        growth: dict[str, int] = dict.fromkeys(
            {name for each in (*after.values(), *before.values()) for name in each}, 0
        )
        came, went = _moves(before, after)
        for feed, ids in came.items():
            self.memberships.join(feed, sorted(ids, key=lambda id_: (public[id_][1], id_)))
            growth[feed] += len(ids)
        for feed, ids in went.items():
            self.memberships.leave(feed, ids, self.now)
            growth[feed] -= len(ids)
        gone = {id_: feeds for id_, feeds in before.items() if id_ not in public}
        for feed in (*self._bury(gone), *self.edition.unbury(public.keys())):
            growth.setdefault(feed, 0)
        for feed in self.edition.clear_tombstones(self.now - timedelta(days=tombstone_days)):
            growth.setdefault(feed, 0)
        titles = {each.topic.slug: each.topic.title for found in topics.values() for each in found}
        return Joined(growth, frozenset(went), self.memberships.archives_of(touched), titles)

    def _tongues(self, touched: Collection[str]) -> dict[str, str]:
        """The feed of the language of each article that was touched; none while there is one language.

        With the second language all articles get theirs.
        """
        if not touched:
            return {}
        # Not those of the edition that is written: feeds that were made ahead may still stand under its number.
        if any(map(feed_language, Edition(self.edition.connection).feeds())):
            return self.ledger.tongues_by_id(self.now, touched)
        return self.ledger.tongues_by_id(self.now) if len(self.ledger.tongues(self.now)) > 1 else {}

    def _bury(self, gone: dict[str, frozenset[str]]) -> Iterable[str]:
        """Leave tombstones of the articles that readers had and that are gone; the feeds they stood in."""
        known = {each.id: each for each in self.ledger.identities_where_in(identities.c.id, gone.keys())}
        for id_, feeds in sorted(gone.items()):
            for feed in sorted(feeds):
                self.edition.bury(feed, Tombstone(id_, known[id_].uri, self.now))
        unmarked = [each for each in known.values() if each.withdrawn is None]
        self.ledger.save_identities(replace(each, withdrawn=self.now) for each in unmarked)
        return {feed for feeds in gone.values() for feed in feeds}


def _moves(
    before: dict[str, frozenset[str]], after: dict[str, set[str]]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """For each feed the articles that come into it, and those that leave it."""
    came: dict[str, list[str]] = defaultdict(list)
    went: dict[str, list[str]] = defaultdict(list)
    for id_ in sorted(before.keys() | after.keys()):
        old, new = before.get(id_, frozenset()), after.get(id_, set())
        for feed in new - old:
            came[feed].append(id_)
        for feed in old - new:
            went[feed].append(id_)
    return came, went
