"""From the ledger to the edition: release, tombstones, and the feeds that changed, composed and rendered."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from urllib.parse import quote

import msgspec
from babel import Locale, UnknownLocaleError

from feedsvc.build.joining import Joined, Joining
from feedsvc.codings import encode
from feedsvc.config import Settings, TopicRule
from feedsvc.feeds.compose import DOCUMENT_LIMIT, compose_entry, compose_feed, feed_title
from feedsvc.feeds.delta import DELTA_FORMATS, generation
from feedsvc.feeds.formats import FORMATS, OPML_TYPE
from feedsvc.feeds.guard import held_back
from feedsvc.feeds.opml import Outline, render_opml
from feedsvc.languages import feed_language
from feedsvc.model import Article, Entry, Finding, Identity, Representation
from feedsvc.moves import feed_of
from feedsvc.store.edition import ALL, Edition, FeedRecord, all_first, origin_key
from feedsvc.store.ledger import Ledger, is_public
from feedsvc.store.memberships import Memberships, Pending, Placed
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
    _joined: Joined = field(default_factory=lambda: Joined({}, frozenset(), set(), {}))
    _everything: bool = False
    _fresh: list[str] = field(default_factory=list)

    def rename(self) -> None:
        """Let a feed that moved go on under its new name, with its id, its archive and its date."""
        known = self.edition.feeds()
        for path, to in self.settings.moves.items():
            old, new = feed_of(path), feed_of(to)
            if old in known and new is not None and new not in known:
                self.ledger.remember(origin_key(new), self._origin(old) or old)
                self.edition.rename_feed(old, new)
                self.memberships.rename(old, new)
                known[new] = known.pop(old)

    def _origin(self, name: str) -> str | None:
        """The name that a feed had at first, of which its id is made; None when it still has it."""
        return self.ledger.recall(origin_key(name))

    def release(self) -> None:
        """Give every article that becomes public for the first time its place in the order of release."""
        waiting = sorted(
            self.ledger.articles(is_public(self.now), articles.c.release.is_(None)),
            key=lambda record: (record.article.published, record.article.id),
        )
        last = self.ledger.last_release()
        known = self._identities(record.article.id for record in waiting)
        places: dict[str, int] = {}
        for record in waiting:
            # An article that was public before, and was taken out meanwhile, comes back to its old place.
            held = known[record.article.id].release
            places[record.article.id] = held if held is not None else (last := last + 1)
        self.ledger.save_identities(replace(known[each], release=place) for each, place in places.items())
        self.ledger.save_articles(replace(record, release=places[record.article.id]) for record in waiting)

    def join(self, touched: Collection[str]) -> None:
        """Bring the feeds up to the articles that were touched."""
        joining = Joining(self.ledger, self.edition, self.memberships, self.now)
        self._joined = joining.join(touched, self.settings.feeds.tombstone_days)

    def feeds(self, *, everything: bool, progress: Callable[[int, int], None] = lambda _done, _total: None) -> None:
        """Compose and render the feeds that changed, or ``everything``."""
        self._everything = everything
        known = self.edition.feeds()
        wanted = self._wanted(known)
        for name in known.keys() - wanted.keys():
            self.edition.drop_feed(name)
        changed = self._joined.feeds.keys()
        due = [each for each in wanted.values() if everything or each.name in changed or each.name not in known]
        for done, record in enumerate(due):
            progress(done, len(due))
            self._feed(record)
        if due or known.keys() != wanted.keys():
            self._opml()
        progress(len(due), len(due))

    @property
    def changed(self) -> bool:
        """Whether readers see anything that they did not see before, on pages alone or in documents."""
        return bool(self._everything or self._joined.feeds or self._fresh)

    def swap(self, published: datetime) -> None:
        """Publish what was rendered as one edition."""
        self.edition.date_representations(self._fresh, published)
        dirty = None if self._everything else self._joined.archives
        self.memberships.date_archives(dirty, self.edition.writing, published)
        self.edition.swap(published, embargoed=self.ledger.embargo_pending())

    def sign(self) -> None:
        """Keep what the pages and the archive documents say besides their articles."""
        self.ledger.remember("publication", msgspec.json.encode(self._publication_view()).decode())
        self.edition.remember_frame(self.settings, self.authority)
        self.ledger.remember("moves", msgspec.json.encode(self.settings.moves).decode())

    @property
    def memberships(self) -> Memberships:
        """Who stands in which feed."""
        return Memberships(self.edition.connection)

    def _publication_view(self) -> PublicationView:
        publication = self.settings.publication
        return PublicationView(
            title=publication.title,
            url=publication.url,
            home=f"{publication.url}/",
            language=publication.language,
            timezone=publication.timezone.key,
            description=publication.description,
            author=publication.author,
            rights=publication.rights,
        )

    # One feed

    def _feed(self, wanted: FeedRecord) -> None:
        window = self._window(wanted.name)
        entries = [entry for _, entry in window]
        feed = compose_feed(
            self.settings,
            name=wanted.name,
            title=feed_title(self.settings.publication.title, wanted.name, wanted.title),
            description=wanted.description or "",
            entries=entries,
            floor=wanted.updated or max((entry.updated for entry in entries), default=self.now),
            authority=self.authority,
            tombstones=self.edition.tombstones(wanted.name),
            origin=self._origin(wanted.name),
        )
        self._seal(wanted.name, [placed for placed, _ in window[: len(feed.entries)]])
        feed = replace(feed, previous=self.memberships.last_archive(wanted.name))
        self.edition.save_feed(replace(wanted, entries=self._count(wanted), updated=feed.updated))
        for each in FORMATS.values():
            data = each.render(feed)
            path = f"/feeds/{wanted.name}{each.suffix}"
            self._publish(wanted.name, path, each.media_type, data, feed.refresh)
            if self.settings.feeds.delta and each.name in DELTA_FORMATS:
                shrunk = wanted.name in self._joined.shrunk
                self.edition.note_generation(path, _digest(data), generation(data), shrunk=shrunk)
        self.rendered += 1

    def _window(self, name: str) -> list[tuple[Placed, Entry]]:
        """What a feed shows: as many entries as the settings say, those that must be held back not counted."""
        wanted = limit = self.settings.feeds.entries
        while True:
            placed = self.memberships.window(name, limit, self.now)
            shown = [(each, entry) for each, entry in zip(placed, self._entries(placed), strict=True) if entry]
            if len(shown) >= wanted or len(placed) < limit:
                return shown[:wanted]
            limit += wanted - len(shown)

    def _entries(self, window: Sequence[Placed]) -> list[Entry | None]:
        """The articles as entries, None for those that would make the feed invalid."""
        topics = self.ledger.classifications([each.article.name for each in window])
        entries: list[Entry | None] = []
        for article in (each.article for each in window):
            entry, findings = compose_entry(article, [each.topic for each in topics[article.name]], self.settings)
            fault = held_back(entry)
            entries.append(None if fault else entry)
            self._remark(article, (*findings, fault) if fault else findings)
        return entries

    def _remark(self, article: Article, findings: Sequence[Finding]) -> None:
        """Say of an article what came of it in the feeds."""
        if findings:
            self.findings[article.name] = tuple(findings)
        if fresh := [each for each in findings if each not in article.findings]:
            self.ledger.add_findings({article.name: fresh})

    def _count(self, wanted: FeedRecord) -> int:
        """How many articles a feed has. Counting them takes the longer the more there are, so it is done rarely."""
        if self._everything:
            return self.memberships.count(wanted.name)
        return wanted.entries + self._joined.feeds.get(wanted.name, 0)

    def _seal(self, name: str, shown: Sequence[Placed]) -> None:
        """Seal what no longer stands in the subscription document, so that no article is lost between the two.

        An archive document is as full as can be: the subscription document may show again what it holds.
        """
        oldest = min((each.place for each in shown), default=0)
        pages = paged(self.memberships.pending(name, self.now), self.settings.feeds.entries)
        overdue = takewhile(lambda page: page[0].place < oldest, pages)
        self.memberships.seal(name, overdue, self.edition.writing, self.now)

    def _opml(self) -> None:
        base, language = self.settings.publication.url, self.settings.publication.language
        outlines = [
            Outline(
                title=feed_title(self.settings.publication.title, record.name, record.title),
                xml_url=f"{base}/feeds/{quote(record.name)}.atom",
                html_url=f"{base}/feeds/{quote(record.name)}",
                description=record.description or "",
                language=feed_language(record.name) or language,
            )
            for record in sorted(self.edition.feeds().values(), key=all_first)
        ]
        data = render_opml(self.settings.publication.title, f"{base}/", outlines)
        self._publish("", OPML_PATH, OPML_TYPE, data, self.settings.feeds.refresh)

    def _publish(self, feed: str, path: str, media_type: str, data: bytes, max_age: int) -> None:
        """Let ``data`` stand at ``path`` in the next edition, unless the same bytes stand there already."""
        digest = _digest(data)
        standing = self.edition.standing(path)
        if standing is not None and standing[0] == digest:
            return
        # What stood here before bounds Last-Modified from below; ``swap`` moves it to the moment of publication.
        earliest = self.now if standing is None else standing[1] + _SECOND
        representation = Representation(path, media_type, digest, earliest, max_age, encode(data))
        self.edition.save_representation(feed, representation)
        self._fresh.append(path)

    # Which feeds there are

    def _wanted(self, known: Mapping[str, FeedRecord]) -> dict[str, FeedRecord]:
        """Every feed of the next edition: all, the topics of the settings, those that articles brought with them."""
        publication = self.settings.publication
        made = [FeedRecord(ALL, publication.title, publication.description, False, 0, None)]
        made += [_of_rule(rule) for rule in self.settings.topics]
        ruled = {record.name for record in made}
        brought = {name: record.title for name, record in known.items() if record.automatic} | self._joined.topics
        if self.settings.feeds.automatic_topics or self.settings.feeds.folder_topics:
            made += [FeedRecord(s, t, None, True, 0, None) for s, t in sorted(brought.items()) if s not in ruled]
        spoken = {name for name in (*known, *self._joined.feeds) if feed_language(name)}
        made += [_of_language(name) for name in sorted(spoken)]
        left = {feed_of(path) for path in self.settings.moves}
        return {each.name: _as_known(each, known.get(each.name)) for each in made if each.name not in left}

    # Lookups

    def _identities(self, ids: Iterable[str]) -> dict[str, Identity]:
        return {each.id: each for each in self.ledger.identities_where_in(identities.c.id, set(ids))}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def paged(pending: Iterable[Pending], entries: int) -> Iterator[list[Pending]]:
    """``pending`` in archive documents of at most so many entries, and of about as many bytes as may be."""
    page: list[Pending] = []
    size = 0
    for each in pending:
        if page and (len(page) == entries or size + each.size > DOCUMENT_LIMIT):
            yield page
            page, size = [], 0
        page.append(each)
        size += each.size
    if page:
        yield page


def _of_rule(rule: TopicRule) -> FeedRecord:
    return FeedRecord(rule.slug, rule.title, rule.description, False, 0, None)


def _of_language(name: str) -> FeedRecord:
    """The feed of a language, titled with the language's own name for itself where that is known."""
    language = feed_language(name) or ""
    try:
        own = Locale.parse(language, sep="-").get_display_name() or language
    except (UnknownLocaleError, ValueError):
        own = language
    return FeedRecord(name, own[:1].upper() + own[1:], None, False, 0, None)


def _as_known(wanted: FeedRecord, known: FeedRecord | None) -> FeedRecord:
    """``wanted`` with the date that the feed had: it never goes back."""
    return wanted if known is None else replace(wanted, updated=known.updated, entries=known.entries)
