"""From the ledger to the edition: release, tombstones, and the feeds that changed, composed and rendered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from feedsvc.build.joining import Joined, Joining
from feedsvc.build.press import Press
from feedsvc.build.printing import FeedOrder, Placed, Printed, digest_of
from feedsvc.build.sealing import Sealing
from feedsvc.codings import pack
from feedsvc.config import Settings, TopicRule
from feedsvc.feeds.compose import feed_title
from feedsvc.feeds.formats import FORMATS, OPML_TYPE
from feedsvc.feeds.opml import Outline, render_opml
from feedsvc.languages import feed_language
from feedsvc.model import Finding, Tombstone
from feedsvc.moves import feed_of
from feedsvc.store.edition import ALL, Edition, FeedRecord, PackedDocument, all_first, origin_key, origins
from feedsvc.store.ledger import Ledger
from feedsvc.store.memberships import Memberships
from feedsvc.store.touched import Touched
from feedsvc.views import PublicationView

Printer = Callable[[Iterable[FeedOrder], int], Iterator[Printed]]

OPML_PATH = "/feeds.opml"
_SECOND = timedelta(seconds=1)
_AT_ONCE = 100  # feeds that are written together


@dataclass(frozen=True, slots=True)
class _Before:
    """What stood before of the feeds that are printed: first names, tombstones and (where everything is printed) numbers
    of articles by feed; digest and Last-Modified of documents by path."""

    origins: Mapping[str, str] = field(default_factory=dict)
    tombstones: Mapping[str, tuple[Tombstone, ...]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    documents: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)


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
    _joined: Joined = field(default_factory=lambda: Joined({}, frozenset(), set(), {}, {}))
    _everything: bool = False
    _fresh: list[str] = field(default_factory=list)
    _before: "_Before" = field(default_factory=lambda: _Before())
    _sealing: Sealing = field(init=False)
    _unsaved: list[FeedRecord] = field(default_factory=list)
    _unsaved_documents: list[PackedDocument] = field(default_factory=list)

    def rename(self) -> None:
        """Let a feed that moved go on under its new name, with its id, its archive and its date."""
        known = self.edition.feeds()
        for path, to in self.settings.moves.items():
            old, new = feed_of(path), feed_of(to)
            if old in known and new is not None and new not in known:
                self.ledger.remember(origin_key(new), self.ledger.recall(origin_key(old)) or old)
                self.edition.rename_feed(old, new)
                self.memberships.rename(old, new)
                known[new] = known.pop(old)

    def release(self) -> None:
        """Give every article that becomes public for the first time its place in the order of release."""
        self.ledger.release(self.now)

    def join(self, touched: Touched) -> None:
        """Bring the feeds up to the articles that were touched."""
        joining = Joining(self.ledger, self.edition, self.memberships, self.now)
        self._joined = joining.join(touched, self.settings.feeds.tombstone_days)

    def feeds(
        self,
        *,
        everything: bool,
        printer: Printer | None = None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        """Compose and render the feeds that changed, or ``everything``."""
        self._everything = everything
        known = self.edition.feeds()
        wanted = self._wanted(known)
        for name in known.keys() - wanted.keys():
            self.edition.drop_feed(name)
        changed = self._joined.feeds.keys()
        due = [each for each in wanted.values() if everything or each.name in changed or each.name not in known]
        self._before = self._recall(due)
        self._sealing = self._new_sealing(due)
        orders = (self._order(record, self.settings.feeds.entries) for record in due)
        press = Press(self.settings)
        printed = printer(orders, len(due)) if printer else map(press.print_feed, orders)
        for done, (record, each) in enumerate(zip(due, printed, strict=True)):
            progress(done, len(due))
            self._publish_feed(record, each)
        self._save()
        if due or known.keys() != wanted.keys():
            self._opml()
            self._save()
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

    def _recall(self, due: Sequence[FeedRecord]) -> "_Before":
        """What stood of the feeds that are due, asked at once."""
        paths = [f"/feeds/{record.name}{each.suffix}" for record in due for each in FORMATS.values()]
        return _Before(
            origins=origins(self.edition.connection),
            tombstones=self.edition.tombstones(),
            counts=self.memberships.counts() if self._everything else {},
            documents=self.edition.standing([*paths, OPML_PATH]),
        )

    def _new_sealing(self, due: Sequence[FeedRecord]) -> Sealing:
        newest = self.memberships.newest_archives([record.name for record in due])
        return Sealing(self.memberships, self.settings.feeds.entries, self.edition.writing, self.now, newest)

    def _order(self, record: FeedRecord, limit: int) -> FeedOrder:
        """What a feed is printed from, of ``limit`` articles."""
        rows = self._window(record.name, limit)
        topics = self.ledger.topics_of([name for _, name, _ in rows]) if rows else {}
        pages = self._sealing.seal_before(record.name, rows[-1][0]) if rows else ()
        return FeedOrder(
            name=record.name,
            title=record.title,
            description=record.description or "",
            window=tuple(Placed(place, payload, topics[name]) for place, name, payload in rows),
            entries=self.settings.feeds.entries,
            is_whole=len(rows) < limit,
            floor=record.updated,
            opened=self.now,
            authority=self.authority,
            origin=self._before.origins.get(record.name),
            tombstones=self._before.tombstones.get(record.name, ()),
            archives=self._sealing.number(record.name),
            pages=tuple(page.first for page in pages),
            standing={} if self._everything else self._standing(record.name),
        )

    def _standing(self, name: str) -> dict[str, bytes]:
        """The documents of a feed as they stand, packed, by format."""
        packed = self.edition.packed(f"/feeds/{name}{each.suffix}" for each in FORMATS.values())
        return {
            each.name: packed[path] for each in FORMATS.values() if (path := f"/feeds/{name}{each.suffix}") in packed
        }

    def _window(self, name: str, limit: int) -> list[tuple[int, str, bytes]]:
        """The articles that came into a feed last; of one that has none in a large publication, without asking."""
        if self._everything and name not in self._before.counts:
            return []
        return self.memberships.window(name, limit, self.now)

    def _publish_feed(self, record: FeedRecord, printed: Printed) -> None:
        """Put a feed into the edition, and seal what no longer stands in its subscription document.

        An archive document is as full as can be: the subscription document may show again what it holds.
        """
        limit = self.settings.feeds.entries
        while printed.is_short:
            limit *= 2
            printed = Press(self.settings).print_feed(self._order(record, limit))
        self._remark(printed)
        self._sealing.seal_next(record.name, printed.pages)
        self._unsaved.append(replace(record, entries=self._count(record), updated=printed.updated))
        for each in FORMATS.values():
            document = printed.documents[each.name]
            path = f"/feeds/{record.name}{each.suffix}"
            self._renew(record.name, path, each.media_type, document.packed, document.digest, printed.refresh)
            if document.generation is not None:
                shrunk = record.name in self._joined.shrunk
                self.edition.note_generation(path, document.digest, document.generation, shrunk=shrunk)
        self.rendered += 1
        if len(self._unsaved) >= _AT_ONCE:
            self._save()

    def _save(self) -> None:
        """Write what was printed since it was last written."""
        self.edition.save_feeds(self._unsaved)
        self.edition.save_documents(self._unsaved_documents)
        self._unsaved.clear()
        self._unsaved_documents.clear()

    def _remark(self, printed: Printed) -> None:
        """Say of each article what came of it in the feeds, once."""
        fresh = {name: found for name, found in printed.fresh.items() if found and name not in self.findings}
        self.findings |= printed.remarks
        if fresh:
            self.ledger.add_findings(fresh)

    def _count(self, wanted: FeedRecord) -> int:
        """How many articles a feed has. Counting them takes the longer the more there are, so it is done rarely."""
        if self._everything:
            return self._before.counts.get(wanted.name, 0)
        return wanted.entries + self._joined.feeds.get(wanted.name, 0)

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
        self._renew("", OPML_PATH, OPML_TYPE, pack(data), digest_of(data), self.settings.feeds.refresh)

    def _renew(self, feed: str, path: str, media_type: str, packed: bytes, digest: str, max_age: int) -> None:
        """Let a document stand at ``path`` in the next edition, if the same bytes do not stand there already."""
        standing = self._before.documents.get(path)
        if standing is not None and standing[0] == digest:
            return
        # What stood here before bounds Last-Modified from below; ``swap`` moves it to the moment of publication.
        earliest = self.now if standing is None else standing[1] + _SECOND
        self._unsaved_documents.append(PackedDocument(path, feed, media_type, digest, earliest, max_age, packed))
        self._fresh.append(path)

    # Which feeds there are

    def _wanted(self, known: Mapping[str, FeedRecord]) -> dict[str, FeedRecord]:
        """Every feed of the next edition: all, the topics of the settings, those that articles brought with them."""
        publication = self.settings.publication
        made = [FeedRecord(ALL, publication.title, publication.description, False, 0, None)]
        made += [_of_rule(rule) for rule in self.settings.topics]
        ruled = {record.name for record in made}
        # A title that another name lent stays until an article has the feed's own: which articles were touched decides nothing.
        stand = {name: record.title for name, record in known.items() if record.automatic}
        brought = self._joined.lent | stand | self._joined.topics
        if self.settings.feeds.automatic_topics or self.settings.feeds.folder_topics:
            made += [FeedRecord(s, t, None, True, 0, None) for s, t in sorted(brought.items()) if s not in ruled]
        spoken = {name for name in (*known, *self._joined.feeds) if feed_language(name)}
        made += [
            known[name] if name in known and not self._everything else _of_language(name) for name in sorted(spoken)
        ]
        left = {feed_of(path) for path in self.settings.moves}
        return {each.name: _as_known(each, known.get(each.name)) for each in made if each.name not in left}


def _of_rule(rule: TopicRule) -> FeedRecord:
    return FeedRecord(rule.slug, rule.title, rule.description, False, 0, None)


def _of_language(name: str) -> FeedRecord:
    """The feed of a language, titled with the language's own name for itself where that is known."""
    from babel import Locale, UnknownLocaleError  # slow to load, and seldom needed

    language = feed_language(name) or ""
    try:
        own = Locale.parse(language, sep="-").get_display_name() or language
    except (UnknownLocaleError, ValueError):
        own = language
    return FeedRecord(name, own[:1].upper() + own[1:], None, False, 0, None)


def _as_known(wanted: FeedRecord, known: FeedRecord | None) -> FeedRecord:
    """``wanted`` with the date that the feed had: it never goes back."""
    return wanted if known is None else replace(wanted, updated=known.updated, entries=known.entries)
