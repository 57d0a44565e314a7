"""From the ledger to the edition: release, tombstones, and the feeds that changed, composed and rendered."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from feedsvc.build.entering import Before
from feedsvc.config import Settings, TopicRule
from feedsvc.feeds.codings import encode
from feedsvc.feeds.compose import compose_entry, compose_feed
from feedsvc.feeds.formats import FORMATS, OPML_TYPE
from feedsvc.feeds.opml import Outline, render_opml
from feedsvc.model import Article, Entry, Finding, Identity, Representation, Status, Tombstone
from feedsvc.store.edition import ALL, EMBARGO_MAX_AGE, Edition, FeedRecord, all_first
from feedsvc.store.ledger import ArticleRecord, Ledger
from feedsvc.store.schema import articles, identities
from feedsvc.views import PublicationView

OPML_PATH = "/feeds.opml"
_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Publishing:
    """One build's way to a new edition."""

    settings: Settings
    ledger: Ledger
    edition: Edition
    authority: str
    now: datetime
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    rendered: int = 0
    _fresh: list[str] = field(default_factory=list)

    def release(self) -> None:
        """Give every article that becomes public for the first time its place in the order of release."""
        unreleased = self.ledger.articles(articles.c.status == Status.USABLE, articles.c.release.is_(None))
        waiting = sorted(unreleased, key=lambda record: (record.article.published, record.article.id))
        last = self.ledger.last_release()
        known = self._identities(record.article.id for record in waiting)
        places: dict[str, int] = {}
        for record in waiting:
            # An article that was public before, and was taken out meanwhile, comes back to its old place.
            held = known[record.article.id].release
            places[record.article.id] = held if held is not None else (last := last + 1)
        self.ledger.save_identities(replace(known[each], release=place) for each, place in places.items())
        self.ledger.save_articles(replace(record, release=places[record.article.id]) for record in waiting)

    def bury(self, before: Mapping[str, Before | None]) -> set[str]:
        """Leave tombstones of the articles that readers had and that are gone; the feeds that this build touched."""
        standing = self._standing(before.keys())
        shown = {each.id: each for each in before.values() if each is not None}
        public = {article.id for article, _ in standing.values()}
        touched = {ALL} if shown or public else set()
        for gone in sorted(shown.keys() - public):
            tombstone = Tombstone(gone, shown[gone].uri, self.now)
            for feed in (ALL, *sorted(shown[gone].feeds)):
                self.edition.bury(feed, tombstone)
        self._mark_withdrawn(shown.keys() - public)
        touched |= self.edition.unbury(public)
        touched |= self.edition.clear_tombstones(self.now - timedelta(days=self.settings.feeds.tombstone_days))
        for each in shown.values():
            touched |= each.feeds
        for _, feeds in standing.values():
            touched |= feeds
        return touched

    def feeds(self, touched: set[str] | None, progress: Callable[[int, int], None]) -> None:
        """Compose and render the feeds that were touched (None: all), and those that are new."""
        known = self.edition.feeds()
        wanted = self._wanted(known)
        for name in known.keys() - wanted.keys():
            self.edition.drop_feed(name)
        due = [each for each in wanted.values() if touched is None or each.name in touched or each.name not in known]
        for done, record in enumerate(due):
            progress(done, len(due))
            self._feed(record)
        if due or known.keys() != wanted.keys():
            self._opml()
        progress(len(due), len(due))

    def swap(self, stamp: Callable[[datetime | None], datetime], *, changed: bool) -> int:
        """Publish what was rendered, or ``changed`` on pages alone, as one edition; the number of the current one.

        ``stamp`` gives the moment of publication, when told that of the edition before.
        """
        embargoed = self.ledger.embargo_pending()
        max_age = min(EMBARGO_MAX_AGE, self.settings.feeds.refresh) if embargoed else self.settings.feeds.refresh
        if changed or self._fresh or not self.edition.revision():
            published = stamp(self.edition.published())
            self.edition.date_representations(self._fresh, published)
            self.edition.swap(published)
        self.edition.set_max_age(max_age)
        self.ledger.remember("publication", msgspec.json.encode(self._publication_view()).decode())
        return self.edition.revision()

    def _publication_view(self) -> PublicationView:
        publication = self.settings.publication
        return PublicationView(
            title=publication.title,
            url=publication.url,
            home=f"{publication.url}/",
            language=publication.language,
            description=publication.description,
            author=publication.author,
            rights=publication.rights,
        )

    # One feed

    def _feed(self, wanted: FeedRecord) -> None:
        entries = self._entries(wanted.name)
        feed = compose_feed(
            self.settings,
            name=wanted.name,
            title=self._title(wanted),
            description=wanted.description or "",
            entries=entries,
            floor=wanted.updated or max((entry.updated for entry in entries), default=self.now),
            authority=self.authority,
            tombstones=self.edition.tombstones(wanted.name),
        )
        self.edition.save_feed(replace(wanted, entries=self.edition.count(wanted.name), updated=feed.updated))
        for each in FORMATS.values():
            self._publish(wanted.name, f"/feeds/{wanted.name}{each.suffix}", each.media_type, each.render(feed))
        self.rendered += 1

    def _entries(self, name: str) -> list[Entry]:
        window = self.edition.window(name, self.settings.feeds.entries)
        topics = self.ledger.classifications([article.name for article in window])
        entries = []
        for article in window:
            entry, findings = compose_entry(article, [each.topic for each in topics[article.name]], self.settings)
            entries.append(entry)
            if findings:
                self.findings[article.name] = findings
        return entries

    def _title(self, record: FeedRecord) -> str:
        title = self.settings.publication.title
        return title if record.name == ALL else f"{title}: {record.title}"

    def _opml(self) -> None:
        base, language = self.settings.publication.url, self.settings.publication.language
        outlines = [
            Outline(
                title=self._title(record),
                xml_url=f"{base}/feeds/{quote(record.name)}.atom",
                html_url=f"{base}/feeds/{quote(record.name)}",
                description=record.description or "",
                language=language,
            )
            for record in sorted(self.edition.feeds().values(), key=all_first)
        ]
        self._publish("", OPML_PATH, OPML_TYPE, render_opml(self.settings.publication.title, f"{base}/", outlines))

    def _publish(self, feed: str, path: str, media_type: str, data: bytes) -> None:
        """Let ``data`` stand at ``path`` in the next edition, unless the same bytes stand there already."""
        digest = hashlib.sha256(data).hexdigest()[:32]
        standing = self.edition.standing(path)
        if standing is not None and standing[0] == digest:
            return
        # What stood here before bounds Last-Modified from below; ``swap`` moves it to the moment of publication.
        earliest = self.now if standing is None else standing[1] + _SECOND
        representation = Representation(path, media_type, digest, earliest, 0, encode(data))
        self.edition.save_representation(feed, representation)
        self._fresh.append(path)

    # Which feeds there are

    def _wanted(self, known: Mapping[str, FeedRecord]) -> dict[str, FeedRecord]:
        """Every feed of the next edition: all, the topics of the settings, those that articles brought with them."""
        publication = self.settings.publication
        made = [FeedRecord(ALL, publication.title, publication.description, False, 0, None)]
        made += [_of_rule(rule) for rule in self.settings.topics]
        ruled = {record.name for record in made}
        filled = self.edition.filled_topics()
        brought = {name: record.title for name, record in known.items() if record.automatic} | filled
        if self.settings.feeds.automatic_topics or self.settings.feeds.folder_topics:
            made += [FeedRecord(s, t, None, True, 0, None) for s, t in sorted(brought.items()) if s not in ruled]
        return {each.name: _as_known(each, known.get(each.name)) for each in made}

    # Lookups

    def _standing(self, names: Iterable[str]) -> dict[str, tuple[Article, frozenset[str]]]:
        """The public ones of the named articles, with the feeds they are in."""
        records: list[ArticleRecord] = self.ledger.articles_where_in(articles.c.name, set(names))
        public = {each.article.name: each.article for each in records if each.article.status is Status.USABLE}
        topics = self.ledger.classifications(public.keys())
        return {name: (a, frozenset(each.topic.slug for each in topics[name])) for name, a in public.items()}

    def _mark_withdrawn(self, ids: Iterable[str]) -> None:
        known = self._identities(ids)
        standing = [replace(each, withdrawn=self.now) for each in known.values() if each.withdrawn is None]
        self.ledger.save_identities(standing)

    def _identities(self, ids: Iterable[str]) -> dict[str, Identity]:
        return {each.id: each for each in self.ledger.identities_where_in(identities.c.id, set(ids))}


def _of_rule(rule: TopicRule) -> FeedRecord:
    return FeedRecord(rule.slug, rule.title, rule.description, False, 0, None)


def _as_known(wanted: FeedRecord, known: FeedRecord | None) -> FeedRecord:
    """``wanted`` with the date that the feed had: it never goes back."""
    return wanted if known is None else replace(wanted, updated=known.updated, entries=known.entries)
