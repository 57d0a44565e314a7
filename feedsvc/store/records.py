"""The records of the ledger, and the rows in which its tables hold them (``schema``).

Rows are tuples in the order of the tables' columns. No database is needed to make them, so that workers may.
"""

from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import fields

from feedsvc.codings import pack, unpack
from feedsvc.languages import language_feed
from feedsvc.model import Article, Clues, Finding, Identity, Lookup, Stamp, Story, Term
from feedsvc.text import slugify

Values = tuple[Any, ...]

# Stamps of sizes that no file has. The document is looked at again by every build; by the next one.
NO_STAMP = Stamp(-1, 0, 0)
_FRESH = -2


def fresh(stamp: Stamp) -> Stamp:
    """The stamp of a document that may have been written over since it was read, with nothing to tell of it."""
    return stamp._replace(size=_FRESH)


class KnownStamps(Struct, frozen=True):
    """The stamps of documents when last read, by name; those ``kept`` are gone from the inbox, and their articles stay."""

    of: Mapping[str, Stamp] = field(default_factory=dict)
    kept: Set[str] = frozenset()


class DocumentRecord(Struct, frozen=True):
    """What the ledger knows of a document: its stamp and bytes when last read, and what came of it."""

    name: str
    stamp: Stamp
    digest: str
    clues: Clues | None
    around: str
    findings: tuple[Finding, ...]
    rejected: bool
    kept: bool = False

    @property
    def is_restless(self) -> bool:
        """Whether the next build must look at it, even if nothing tells that it has changed."""
        return self.stamp.size < 0


class ArticleRecord(Struct, frozen=True):
    """An article as the ledger holds it: its document, its place in the order of release, when it is public.

    ``changes`` is when its status changes next by itself.
    """

    document: str
    article: Article
    release: int | None
    term: Term
    changes: datetime | None


def seconds(when: datetime | None) -> int | None:
    """A moment as whole seconds since 1970."""
    return None if when is None else int(when.timestamp())


def moment(seconds_since_1970: int) -> datetime:
    """Whole seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(seconds_since_1970, UTC)


encode = msgspec.json.Encoder().encode
decode_story = msgspec.json.Decoder(Story).decode
decode_lookups = msgspec.json.Decoder(dict[str, Lookup]).decode
_decode_article = msgspec.json.Decoder(Article).decode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode
_decode_clues = msgspec.json.Decoder(Clues).decode


def document_record(values: Values) -> DocumentRecord:
    """What a row of ``documents`` says."""
    name, size, modified, inode, digest, clues, around, findings, rejected, kept = values
    return DocumentRecord(
        name=name,
        stamp=Stamp(size, modified, inode),
        digest=digest,
        clues=None if clues is None else _decode_clues(clues),
        around=around,
        findings=_decode_findings(findings),
        rejected=bool(rejected),
        kept=bool(kept),
    )


def document_row(record: DocumentRecord) -> Values:
    """The row of a document in ``documents``."""
    return (
        record.name,
        *record.stamp,
        record.digest,
        None if record.clues is None else encode(record.clues),
        record.around,
        encode(record.findings),
        record.rejected,
        record.kept,
    )


def decode_article(payload: bytes) -> Article:
    """An article as ``bodies`` holds it."""
    return _decode_article(unpack(payload))


def article_record(row: Any) -> ArticleRecord:
    """What a row of ``articles`` joined with ``bodies`` says; its values are attributes."""
    opens, closes, changes = (None if each is None else moment(each) for each in (row.opens, row.closes, row.changes))
    return ArticleRecord(row.document, decode_article(row.payload), row.release, Term(opens, closes), changes)


def article_row(record: ArticleRecord, size: int) -> Values:
    """The row of an article in ``articles``; ``size`` is that of the article encoded, in bytes."""
    article = record.article
    return (
        article.name,
        record.document,
        article.id,
        article.status.value,
        seconds(article.published),
        record.release,
        _tongue(article.language),
        seconds(record.term.opens),
        seconds(record.term.closes),
        seconds(record.changes),
        size,
    )


_tongue = lru_cache(256)(language_feed)


def media_rows(article: Article) -> Iterator[Values]:
    """The rows of an article's files in ``media``."""
    for file in {each.path: each for each in article.files}.values():
        yield file.path, article.name, file.digest, file.type, file.length, seconds(file.modified)


def byline_rows(article: Article) -> Iterator[Values]:
    """The rows of an article's authors in ``bylines``."""
    for slug in {slugify(each.name) for each in article.authors} - {""}:
        yield slug, article.name


def identity_record(values: Values) -> Identity:
    """What a row of ``identities`` says."""
    known = dict(zip(_IDENTITY_FIELDS, values, strict=True))
    for name in _IDENTITY_MOMENTS:
        if (kept := known[name]) is not None:
            known[name] = datetime.fromisoformat(kept)
    known["minted"] = bool(known["minted"])
    return Identity(**known)


_IDENTITY_MOMENTS = ("first_seen", "published", "updated", "withdrawn", "canceled")
_IDENTITY_FIELDS = tuple(each.name for each in fields(Identity))
_DIGEST, _FINGERPRINT = map(_IDENTITY_FIELDS.index, ("digest", "fingerprint"))


def identity_row(record: Identity) -> Values:
    """The row of an identity in ``identities``."""
    return (
        record.id,
        record.uri,
        record.slug,
        record.name,
        record.minted,
        record.first_seen.isoformat(),
        record.published.isoformat(),
        record.updated.isoformat(),
        record.headline,
        record.fingerprint,
        record.digest,
        record.release,
        None if record.withdrawn is None else record.withdrawn.isoformat(),
        None if record.canceled is None else record.canceled.isoformat(),
    )


class FreshRows(Struct, frozen=True, array_like=True):
    """The rows of an article of which the ledger holds nothing yet, by table."""

    identity: Values
    article: Values
    body: Values
    bylines: tuple[Values, ...]
    media: tuple[Values, ...]

    @property
    def traces(self) -> tuple[str, str]:
        """The hashes by which a story is known again: that of its document and the files beside it, and its fingerprint."""
        return self.identity[_DIGEST], self.identity[_FINGERPRINT]


def fresh_rows(record: ArticleRecord, identity: Identity) -> FreshRows:
    """All rows of an article and its identity."""
    article, payload = record.article, encode(record.article)
    return FreshRows(
        identity=identity_row(identity),
        article=article_row(record, len(payload)),
        body=(article.name, pack(payload)),
        bylines=tuple(byline_rows(article)),
        media=tuple(media_rows(article)),
    )
