"""The values that travel through feedsvc, in the order in which a document meets them.

Every value is frozen and complete: what is untrusted was coerced at the edge that made it. Words follow
the IPTC news standards and RFC 4287; the word list stands in ``docs/design.md``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from datetime import time as clock_time
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct, field

Severity = Literal["info", "warning", "error"]


class Finding(Struct, frozen=True):
    """A typed remark on imperfect input.

    ``code`` is kebab-case, ``line`` counts from 1, ``message`` is one sentence that ends with the remedy
    where there is one. Which document it concerns is known by whoever holds the finding.
    """

    code: str
    severity: Severity
    message: str
    field: str | None = None
    line: int | None = None


class Person(Struct, frozen=True):
    """An author (RFC 4287, section 3.2)."""

    name: str
    email: str | None = None
    uri: str | None = None


class Status(StrEnum):
    """Where an article stands (IPTC ``pubstatus``, and what feedsvc adds to it)."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"
    EMBARGOED = "embargoed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Document(Struct, frozen=True):
    """Raw bytes as they arrived.

    ``name`` is the path inside the inbox, with ``/``. ``modified`` is the file's time in UTC.
    """

    name: str
    data: bytes
    modified: datetime


def document_of(name: str) -> str:
    """The document of an article's name: ``a.xml`` of ``a.xml#3``."""
    document, mark, part = name.rpartition("#")
    return document if mark and part.isdecimal() else name


class Stamp(NamedTuple):
    """What the file system tells of a document without opening it: size in bytes, time in nanoseconds, inode."""

    size: int
    modified: int
    inode: int


class SourceDate(Struct, frozen=True):
    """A date as a source states it: the year, the time and the zone may be missing.

    ``offset`` is the offset from UTC that the source names. ``time`` without ``offset`` is local to the
    publication. The day exists (a missing year counts as a leap year).
    """

    year: int | None
    month: int
    day: int
    time: clock_time | None = None
    offset: timedelta | None = None
    line: int | None = None


class Enclosure(Struct, frozen=True):
    """A media file that belongs to an article: absolute URL, media type, length in bytes, playing time.

    In a Draft the URL may be relative, the type empty and the length 0: a file of the inbox tells its own.
    """

    url: str
    type: str
    length: int
    title: str | None = None
    seconds: int | None = None


class Episode(Struct, frozen=True):
    """What makes an article with audio or video an episode of a podcast. ``kind`` is full, trailer or bonus."""

    number: int | None = None
    season: int | None = None
    kind: str | None = None
    explicit: bool | None = None


class MediaFile(Struct, frozen=True):
    """A media file of the inbox: its name there, the hash of its bytes, its type, what else the file tells."""

    name: str
    digest: str
    type: str
    length: int
    modified: datetime
    seconds: int | None = None

    @property
    def path(self) -> str:
        """Its address without the base, unencoded: other bytes have another address."""
        return f"/media/{self.digest}/{self.name.rpartition('/')[2]}"


class Lookup(Struct, frozen=True):
    """What was found under a name in the inbox: how the file stands there, and the medium or what is wrong with it."""

    stamp: Stamp | None
    file: MediaFile | None = None
    finding: Finding | None = None


class Picture(Struct, frozen=True):
    """A lead image. ``url`` may be relative in a Draft and is absolute in an Article."""

    url: str
    alt: str | None = None
    credit: str | None = None


class Origin(Struct, frozen=True):
    """The feed from which an article was taken (RFC 4287, section 4.2.11): its title, id, own address, page for people."""

    title: str
    id: str | None = None
    url: str | None = None
    page: str | None = None


TOO_LONG = "too-long"
"""The code of the finding of a text that is longer than any article: it was not read, and its story is rejected."""


class Draft(Struct, frozen=True, kw_only=True):
    """What a parser understood of one article; None means that the source does not say.

    ``html`` is the body as untrusted HTML (parsers of plain text escape it), ``base`` the address against
    which its relative links stand, where the source names one; ``url`` is the source's canonical address.
    ``part`` is 0 for the only article of a document, else its position counted from 1. ``evidence`` says
    for each field, in a sentence, where its value comes from.
    """

    format: str
    part: int = 0
    id: str | None = None
    version: int | None = None
    status: Status | None = None
    headline: str | None = None
    authors: tuple[Person, ...] = ()
    dateline: str | None = None
    source: str | None = None
    origin: Origin | None = None
    slugline: str | None = None
    ednote: str | None = None
    language: str | None = None
    published: SourceDate | None = None
    updated: SourceDate | None = None
    embargo: SourceDate | None = None
    expires: SourceDate | None = None
    slug: str | None = None
    url: str | None = None
    base: str | None = None
    html: str = ""
    summary: str | None = None
    tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    rights: str | None = None
    license: str | None = None
    picture: Picture | None = None
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Parsed(Struct, frozen=True):
    """All that a parser made of one document. No drafts: the document is rejected, a finding says why."""

    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...] = ()


class Clues(Struct, frozen=True):
    """What one document offers its neighbours: its first lines, folded, and the year of a full date in it."""

    head: tuple[str, ...] = ()
    year: int | None = None


class Neighbours(Struct, frozen=True):
    """What the other documents of the same folder tell about one document.

    ``furniture`` holds those of its first lines (folded) that also open two or more other documents;
    ``year`` is the year on which all dated neighbours agree; ``bulk_copy`` is true when the folder's
    file times were set by one copy, so that they say nothing about when a story was written.
    """

    furniture: frozenset[str] = frozenset()
    year: int | None = None
    bulk_copy: bool = False


class Hints(Struct, frozen=True):
    """What the settings tell a parser. ``date_order`` is ``day-first``, ``month-first`` or unknown.

    ``format`` names the format of the document when its suffix and first bytes shall not decide.
    """

    date_order: str | None = None
    format: str | None = None


class Story(Struct, frozen=True, kw_only=True):
    """A settled draft: normalised and complete but for what only the ledger knows.

    ``name`` is the document's name, with ``#3`` for the third story of a document. ``html`` is safe, with
    absolute addresses (a link to a missing ``#fragment`` waits for the article's own address); ``text`` is
    its plain text, paragraphs separated by a blank line. ``stated`` fields are what the source says;
    ``date`` is its publication date, None when no rule gives one (the story is then rejected). Datetimes
    are aware, whole seconds. ``via`` is the source's own address; ``files`` are those of the inbox that
    it refers to.
    """

    name: str
    format: str
    headline: str
    authors: tuple[Person, ...]
    language: str
    html: str
    text: str
    summary: str
    own_id: str | None = None
    own_slug: str | None = None
    version: int | None = None
    stated_status: Status = Status.USABLE
    date: datetime | None = None
    stated_updated: datetime | None = None
    embargo: datetime | None = None
    expires: datetime | None = None
    source: str | None = None
    origin: Origin | None = None
    dateline: str | None = None
    slugline: str | None = None
    ednote: str | None = None
    via: str | None = None
    tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    rights: str | None = None
    license: str | None = None
    picture: Picture | None = None
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None
    files: tuple[MediaFile, ...] = ()
    fingerprint: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Article(Story, frozen=True, kw_only=True):
    """A complete, immutable story with the identity that the ledger gave it.

    ``id`` is the document's own id verbatim, or minted; ``uri`` is that id as Atom wants it. ``slug`` and
    ``url`` (its page here) change only when the source or the settings say so; ``published`` and ``updated`` are as RFC 4287 means them.
    """

    id: str
    uri: str
    slug: str
    url: str
    status: Status
    published: datetime
    updated: datetime


class Term(Struct, frozen=True):
    """When an article is public: from ``opens`` (never, when None) until ``closes`` (for ever, when None)."""

    opens: datetime | None = None
    closes: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the article is public at ``now``."""
        return self.opens is not None and self.opens <= now and (self.closes is None or now < self.closes)

    def until(self, end: datetime | None) -> "Term":
        """The same, but closed from ``end`` on at the latest."""
        return Term(self.opens, min((each for each in (self.closes, end) if each is not None), default=None))

    def next_change(self, now: datetime) -> datetime | None:
        """The next moment at which it opens or closes. One that closes before it opens waits until it would open."""
        if self.opens is None:
            return None
        closes = None if self.closes is None else max(self.opens, self.closes)
        return min((each for each in (self.opens, closes) if each is not None and each > now), default=None)


class Identity(Struct, frozen=True, kw_only=True):
    """What the ledger remembers of an article for ever, one for each id.

    ``name`` is the article's name when last seen; ``digest`` the hash of its document's bytes,
    ``fingerprint`` that of its meaning-bearing fields. ``release`` is its place in the order in which
    articles first became public, None before that; ``withdrawn`` is when it was taken out, ``canceled``
    when its source canceled what readers had.
    """

    id: str
    uri: str
    slug: str
    name: str
    minted: bool
    first_seen: datetime
    published: datetime
    updated: datetime
    headline: str
    fingerprint: str
    digest: str
    release: int | None = None
    withdrawn: datetime | None = None
    canceled: datetime | None = None


class Topic(Struct, frozen=True):
    """A subject with a feed of its own (an Atom category: ``slug`` is its term, ``title`` its label)."""

    slug: str
    title: str


class Classification(Struct, frozen=True):
    """That an article belongs to a topic, and why."""

    topic: Topic
    reason: str


class Entry(Struct, frozen=True, kw_only=True):
    """An article as it stands in one feed. ``html`` is None when the feed carries summaries only."""

    id: str
    uri: str
    url: str
    title: str
    authors: tuple[Person, ...]
    published: datetime
    updated: datetime
    language: str
    summary: str
    html: str | None
    topics: tuple[Topic, ...] = ()
    via: str | None = None
    source: str | None = None
    origin: Origin | None = None
    dateline: str | None = None
    ednote: str | None = None
    rights: str | None = None
    license: str | None = None
    picture: Picture | None = None
    enclosures: tuple[Enclosure, ...] = ()
    episode: Episode | None = None


class Tombstone(Struct, frozen=True):
    """What is left of a withdrawn article (RFC 6721): its id, its id as a URI, when it went."""

    id: str
    uri: str
    when: datetime


class Show(Struct, frozen=True):
    """What makes a feed with episodes a podcast: artwork, category ("Arts > Books"), the owner's address."""

    image: str | None = None
    category: str | None = None
    email: str | None = None
    explicit: bool = False


class Feed(Struct, frozen=True, kw_only=True):
    """Ordered entries with an identity.

    ``name`` is ``all`` or a topic's slug, ``page`` the absolute address of its page for people; the
    document in a format stands at ``page`` + ``.atom``, ``.rss`` or ``.json``; of a search, ``query`` follows
    (``?q=…``). ``refresh`` is in seconds.
    ``number`` is that of an archive document (RFC 5005), None for the subscription document; ``previous``
    and ``following`` are the numbers of the archive documents beside it. ``show`` is set when it has episodes.
    """

    name: str
    id: str
    title: str
    description: str
    page: str
    home: str
    language: str
    updated: datetime
    author: Person
    refresh: int
    entries: tuple[Entry, ...]
    tombstones: tuple[Tombstone, ...] = ()
    rights: str | None = None
    license: str | None = None
    number: int | None = None
    previous: int | None = None
    following: int | None = None
    show: Show | None = None
    query: str = ""

    def address(self, suffix: str = "") -> str:
        """The address of the document with this suffix; without one, of the page for people."""
        return f"{self.page}{suffix}{self.query}"


class Representation(Struct, frozen=True):
    """A document as it is served: one set of bytes for each content coding.

    ``path`` is the address without the base (``/feeds/all.atom``); ``digest`` is a hash of the identity
    bytes and the stem of every ETag; ``bodies`` maps ``identity``, ``gzip``, ``br``, ``zstd`` to bytes
    (a tiny document has ``identity`` only). ``last_modified`` moves forward at every change.
    """

    path: str
    media_type: str
    digest: str
    last_modified: datetime
    max_age: int
    bodies: Mapping[str, bytes]
