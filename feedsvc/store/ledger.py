"""The ledger: the memory of documents, ids, dates and fingerprints across builds.

All methods work inside the transaction whose connection the Ledger was given, and decide nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, insert, select, update

from feedsvc.languages import language_feed
from feedsvc.model import Article, Classification, Clues, Finding, Identity, Lookup, Stamp, Status, Story, Term, Topic
from feedsvc.store.schema import (
    articles,
    attachments,
    bylines,
    classifications,
    documents,
    former_slugs,
    identities,
    media,
    meta,
    rejects,
    topics,
)
from feedsvc.text import slugify

# SQLite takes 32,766 variables in a statement; smaller lists keep the statement cache small.
_LIST = 500
_BATCH = 1000


# A stamp that no file has: the document is looked at again by every build.
NO_STAMP = Stamp(-1, 0, 0)


class KnownStamp(NamedTuple):
    """The stamp of a document when last read; ``kept``: it is gone from the inbox and its articles stay."""

    stamp: Stamp
    kept: bool


@dataclass(frozen=True, slots=True)
class DocumentRecord:
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
        return self.stamp == NO_STAMP


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article as the ledger holds it: its document, its place in the order of release, when it is public.

    ``changes`` is when its status changes next by itself.
    """

    document: str
    article: Article
    release: int | None
    term: Term
    changes: datetime | None


class Ledger:
    """The ledger inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # Settings that were fixed at the first build, and marks of the last one.

    def recall(self, key: str) -> str | None:
        """What was remembered under ``key``."""
        return self.connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()

    def remember(self, key: str, value: str) -> None:
        """Keep ``value`` under ``key``."""
        self.connection.execute(delete(meta).where(meta.c.key == key))
        self.connection.execute(insert(meta).values(key=key, value=value))

    # Documents

    def documents(self) -> dict[str, DocumentRecord]:
        """Every document by name."""
        return {row.name: _document(row) for row in self.connection.execute(select(documents))}

    def stamps(self) -> dict[str, KnownStamp]:
        """The stamp of every document by name: all that a build must know of what has not changed."""
        columns = documents.c
        query = select(columns.name, columns.size, columns.modified, columns.inode, columns.kept)
        return {
            name: KnownStamp(Stamp(size, modified, inode), kept)
            for name, size, modified, inode, kept in self.connection.execute(query)
        }

    def documents_where_in(self, names: Collection[str]) -> dict[str, DocumentRecord]:
        """The documents among ``names`` that are known."""
        return {
            row.name: _document(row)
            for part in parts(names)
            for row in self.connection.execute(select(documents).where(documents.c.name.in_(part)))
        }

    def rejected_documents(self) -> dict[str, DocumentRecord]:
        """Every document that is rejected."""
        query = select(documents).where(documents.c.rejected).order_by(documents.c.name)
        return {row.name: _document(row) for row in self.connection.execute(query)}

    def texts_in(self, folder: str) -> list[DocumentRecord]:
        """The plain-text documents that lie in ``folder`` itself (empty: the inbox), by name."""
        name = documents.c.name
        below = name.between(f"{folder}/", f"{folder}0") if folder else name.not_like("%/%")  # "0" comes after "/"
        query = select(documents).where(documents.c.clues.is_not(None), below).order_by(name)
        depth = len(folder) + 1 if folder else 0
        return [_document(row) for row in self.connection.execute(query) if "/" not in row.name[depth:]]

    def save_documents(self, records: Iterable[DocumentRecord]) -> None:
        """Write ``records``, each in place of what stood under its name."""
        rows = [_document_row(record) for record in records]
        self._replace(documents, documents.c.name, [row["name"] for row in rows], rows)

    def forget_documents(self, names: Collection[str]) -> None:
        """Take the documents out of the ledger; the identities of their articles stay."""
        self._delete(documents, documents.c.name, names)
        self._delete(rejects, rejects.c.document, names)
        self._delete(attachments, attachments.c.document, names)

    def keep_documents(self, names: Collection[str]) -> None:
        """Mark documents that are gone from the inbox while their articles stay."""
        for part in parts(names):
            self.connection.execute(update(documents).where(documents.c.name.in_(part)).values(kept=True))

    def attachments(self) -> dict[str, dict[str, Lookup]]:
        """What was found of the files that each document refers to, by document and name."""
        return {row.document: _decode_lookups(row.payload) for row in self.connection.execute(select(attachments))}

    def save_attachments(self, found: Mapping[str, Mapping[str, Lookup]]) -> None:
        """Write what was found of the files of documents, in place of what it was before."""
        rows = [{"document": name, "payload": _encode(each)} for name, each in found.items() if each]
        self._replace(attachments, attachments.c.document, found.keys(), rows)

    def document_digest(self, name: str) -> str:
        """The hash of a document's bytes when last read; empty while it is being entered."""
        return self.connection.execute(select(documents.c.digest).where(documents.c.name == name)).scalar() or ""

    # Articles

    def articles(self, *conditions: Any) -> Iterator[ArticleRecord]:
        """The articles that meet all ``conditions`` (on ``schema.articles``), by name."""
        yield from map(
            _article, self.connection.execute(select(articles).where(*conditions).order_by(articles.c.name))
        )

    def articles_where_in(self, column: Any, values: Collection[str]) -> list[ArticleRecord]:
        """The articles whose ``column`` is among ``values``, by name."""
        return sorted(
            (record for part in parts(values) for record in self.articles(column.in_(part))),
            key=lambda record: record.article.name,
        )

    def save_articles(self, records: Iterable[ArticleRecord]) -> None:
        """Write ``records``, each in place of what stood under its name."""
        written = list(records)
        rows = [_article_row(record) for record in written]
        names = [row["name"] for row in rows]
        self._replace(articles, articles.c.name, names, rows)
        self._delete(rejects, rejects.c.name, names)
        self._replace(media, media.c.article, names, [row for each in written for row in _media_rows(each.article)])
        credited = [row for each in written for row in _byline_rows(each.article)]
        self._replace(bylines, bylines.c.article, names, credited)

    def add_findings(self, remarks: Mapping[str, Sequence[Finding]]) -> None:
        """Add remarks to articles, by name."""
        self.save_articles(
            replace(
                record,
                article=replace(record.article, findings=(*record.article.findings, *remarks[record.article.name])),
            )
            for record in self.articles_where_in(articles.c.name, remarks.keys())
        )

    def delete_articles(self, names: Collection[str]) -> None:
        """Take articles out, with their classifications."""
        self._delete(articles, articles.c.name, names)
        self._delete(media, media.c.article, names)
        self._delete(bylines, bylines.c.article, names)
        self._delete(classifications, classifications.c.name, names)

    def save_rejects(self, stories: Iterable[tuple[str, Story]]) -> None:
        """Keep what was understood of rejected stories, for ``explain``."""
        rows: list[dict[str, Any]] = [
            {"name": story.name, "document": document, "payload": _encode(story)} for document, story in stories
        ]
        self._replace(rejects, rejects.c.name, [row["name"] for row in rows], rows)

    def rejected_stories(self) -> dict[str, Story]:
        """Every rejected story by name."""
        return {row.name: _story(row.payload) for row in self.connection.execute(select(rejects))}

    def delete_rejects(self, document_names: Collection[str]) -> None:
        """Forget the rejected stories of documents."""
        self._delete(rejects, rejects.c.document, document_names)

    def count_usable(self) -> int:
        """How many articles are published."""
        query = select(func.count()).select_from(articles).where(articles.c.status == Status.USABLE)
        return self.connection.execute(query).scalar_one()

    def tongues(self, now: datetime) -> set[str]:
        """The feeds of all languages in which articles are public at ``now``."""
        query = select(articles.c.tongue).where(is_public(now), articles.c.tongue.is_not(None)).distinct()
        return {row.tongue for row in self.connection.execute(query)}

    def names_in(self, document_names: Collection[str]) -> list[tuple[str, str]]:
        """Document and name of every article of these documents."""
        query = select(articles.c.document, articles.c.name)
        return [
            (document, name)
            for part in parts(document_names)
            for document, name in self.connection.execute(query.where(articles.c.document.in_(part)))
        ]

    def ids_by_name(self, names: Collection[str]) -> dict[str, str]:
        """The id of each named article that the ledger has."""
        query = select(articles.c.name, articles.c.id)
        return {
            row.name: row.id
            for part in parts(names)
            for row in self.connection.execute(query.where(articles.c.name.in_(part)))
        }

    def embargo_pending(self) -> bool:
        """Whether any article waits for its time."""
        query = select(articles.c.name).where(articles.c.status == Status.EMBARGOED, articles.c.changes.is_not(None))
        return self.connection.execute(query.limit(1)).first() is not None

    def next_change(self) -> datetime | None:
        """The next moment at which an article's status changes by itself (UTC)."""
        seconds = self.connection.execute(select(func.min(articles.c.changes))).scalar()
        return None if seconds is None else moment(seconds)

    def release(self, now: datetime) -> None:
        """Give every article that is public at ``now`` for the first time its place in the order of release.

        One that was public before, and was taken out meanwhile, comes back to its old place.
        """
        waiting = and_(is_public(now), articles.c.release.is_(None))
        held = select(identities.c.release).where(identities.c.id == articles.c.id).scalar_subquery()
        self.connection.execute(update(articles).where(waiting).values(release=held))
        last = self.connection.execute(select(func.max(identities.c.release))).scalar() or 0
        place: Any = func.row_number().over(order_by=[articles.c.published, articles.c.id])
        order = select(articles.c.id, (place + last).label("place")).where(waiting).subquery("released")
        # The identities first: from them the articles take their places.
        self.connection.execute(update(identities).where(identities.c.id == order.c.id).values(release=order.c.place))
        self.connection.execute(update(articles).where(waiting).values(release=held))

    # Identities

    def identities_where_in(self, column: Any, values: Collection[str]) -> list[Identity]:
        """The identities whose ``column`` is among ``values``."""
        chosen = select(identities)
        return [
            _identity(row)
            for part in parts(values)
            for row in self.connection.execute(chosen.where(column.in_(part)))
        ]

    def releases(self, ids: Collection[str]) -> list[int]:
        """The places in the order of release of those of the articles that have one."""
        query = select(identities.c.release).where(identities.c.release.is_not(None))
        return [
            number
            for part in parts(ids)
            for number in self.connection.scalars(query.where(identities.c.id.in_(part)))
        ]

    def save_identities(self, records: Iterable[Identity]) -> None:
        """Write ``records``, each in place of what stood under its id."""
        rows = [_identity_row(record) for record in records]
        self._replace(identities, identities.c.id, [row["id"] for row in rows], rows)

    def former_owner(self, slug: str) -> str | None:
        """The id of the article whose page stood under this slug before."""
        return self.connection.execute(select(former_slugs.c.id).where(former_slugs.c.slug == slug)).scalar()

    def former_owners(self, slugs: Collection[str]) -> dict[str, str | None]:
        """The ids of the articles whose pages stood under these slugs before, by slug."""
        query = select(former_slugs.c.slug, former_slugs.c.id)
        return {
            slug: id_
            for part in parts(slugs)
            for slug, id_ in self.connection.execute(query.where(former_slugs.c.slug.in_(part)))
        }

    def save_former_slugs(self, owners: Mapping[str, str]) -> None:
        """Remember under which slugs pages stood before, by slug and id."""
        self._replace(
            former_slugs, former_slugs.c.slug, owners.keys(), [{"slug": s, "id": i} for s, i in owners.items()]
        )

    def erase(self, ids: Collection[str], finding: Finding) -> bool:
        """Erase all that tells what articles said; their documents keep ``finding``. Whether there was anything."""
        rows = [
            row
            for part in parts(ids)
            for row in self.connection.execute(
                select(articles.c.name, articles.c.document).where(articles.c.id.in_(part))
            )
        ]
        names = {each.name for each in self.identities_where_in(identities.c.id, ids)}
        held = {row.document for row in rows}
        for part in parts(names):
            rejected = select(rejects.c.document).where(rejects.c.name.in_(part))
            held |= {row.document for row in self.connection.execute(rejected)}
        self.delete_articles([row.name for row in rows])
        self._delete(rejects, rejects.c.name, names)
        for part in parts(held):
            here = documents.c.name.in_(part)
            self.connection.execute(update(documents).where(here).values(clues=None, findings=_encode((finding,))))
        told = False
        for part in parts(ids):
            telling = update(identities).where(identities.c.id.in_(part), identities.c.headline != "")
            told |= self.connection.execute(telling.values(headline="")).rowcount > 0
        return told or bool(rows)

    # Topics

    def topics(self) -> list[tuple[str, Topic]]:
        """The topics that articles brought with them: folded name and topic."""
        return [(row.key, Topic(row.slug, row.title)) for row in self.connection.execute(select(topics))]

    def save_topics(self, minted: Iterable[tuple[str, Topic]]) -> None:
        """Remember newly minted topics."""
        rows = [{"key": key, "slug": topic.slug, "title": topic.title} for key, topic in minted]
        self._insert(topics, rows)

    def classifications(self, names: Collection[str]) -> dict[str, tuple[Classification, ...]]:
        """The topics of each named article."""
        found: dict[str, list[Classification]] = {name: [] for name in names}
        for part in parts(names):
            query = select(classifications).where(classifications.c.name.in_(part))
            for row in self.connection.execute(query.order_by(classifications.c.name, classifications.c.position)):
                found[row.name].append(Classification(Topic(row.slug, row.title), row.reason))
        return {name: tuple(each) for name, each in found.items()}

    def topics_of(self, names: Collection[str]) -> dict[str, tuple[Topic, ...]]:
        """The topics of each named article, without the reasons."""
        found: dict[str, list[Topic]] = {name: [] for name in names}
        columns = (classifications.c.name, classifications.c.slug, classifications.c.title)
        query = select(*columns).order_by(classifications.c.name, classifications.c.position)
        for part in parts(names):
            for name, slug, title in self.connection.execute(query.where(classifications.c.name.in_(part))):
                found[name].append(Topic(slug, title))
        return {name: tuple(each) for name, each in found.items()}

    def save_classifications(self, found: Mapping[str, Sequence[Classification]]) -> None:
        """Write the topics of articles, in place of those they had."""
        self._delete(classifications, classifications.c.name, found.keys())
        rows = [
            {"name": name, "slug": c.topic.slug, "position": position, "title": c.topic.title, "reason": c.reason}
            for name, each in found.items()
            for position, c in enumerate(each)
        ]
        self._insert(classifications, rows)

    # Rows

    def _replace(self, table: Table, column: Any, keys: Collection[str], rows: list[dict[str, Any]]) -> None:
        self._delete(table, column, keys)
        self._insert(table, rows)

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), _BATCH):
            self.connection.execute(insert(table), rows[start : start + _BATCH])

    def _delete(self, table: Table, column: Any, values: Collection[str]) -> None:
        for part in parts(values):
            self.connection.execute(delete(table).where(column.in_(part)))


def is_public(now: datetime) -> ColumnElement[bool]:
    """Whether an article (of ``schema.articles``) is public at ``now``; the same as ``Term.holds``."""
    moment_ = int(now.timestamp())
    return (articles.c.opens <= moment_) & (articles.c.closes.is_(None) | (articles.c.closes > moment_))


def seconds(when: datetime | None) -> int | None:
    """A moment as whole seconds since 1970."""
    return None if when is None else int(when.timestamp())


def moment(seconds_since_1970: int) -> datetime:
    """Whole seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(seconds_since_1970, UTC)


_encode = msgspec.json.Encoder().encode
decode_article = msgspec.json.Decoder(Article).decode
_decode_story = msgspec.json.Decoder(Story).decode
_decode_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode
_decode_lookups = msgspec.json.Decoder(dict[str, Lookup]).decode
_decode_clues = msgspec.json.Decoder(Clues).decode


def _story(payload: bytes) -> Story:
    return _decode_story(payload)


def parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    """``values`` in lists that one statement takes."""
    ordered = list(values)
    for start in range(0, len(ordered), _LIST):
        yield ordered[start : start + _LIST]


def _document(row: Row[Any]) -> DocumentRecord:
    return DocumentRecord(
        name=row.name,
        stamp=Stamp(row.size, row.modified, row.inode),
        digest=row.digest,
        clues=None if row.clues is None else _decode_clues(row.clues),
        around=row.around,
        findings=_decode_findings(row.findings),
        rejected=row.rejected,
        kept=row.kept,
    )


def _document_row(record: DocumentRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "size": record.stamp.size,
        "modified": record.stamp.modified,
        "inode": record.stamp.inode,
        "digest": record.digest,
        "clues": None if record.clues is None else _encode(record.clues),
        "around": record.around,
        "findings": _encode(record.findings),
        "rejected": record.rejected,
        "kept": record.kept,
    }


def _article(row: Row[Any]) -> ArticleRecord:
    opens, closes, changes = (None if each is None else moment(each) for each in (row.opens, row.closes, row.changes))
    return ArticleRecord(row.document, decode_article(row.payload), row.release, Term(opens, closes), changes)


def _article_row(record: ArticleRecord) -> dict[str, Any]:
    return {
        "name": record.article.name,
        "document": record.document,
        "id": record.article.id,
        "status": str(record.article.status),
        "published": seconds(record.article.published),
        "release": record.release,
        "tongue": language_feed(record.article.language),
        "opens": seconds(record.term.opens),
        "closes": seconds(record.term.closes),
        "changes": seconds(record.changes),
        "payload": _encode(record.article),
    }


def _media_rows(article: Article) -> Iterator[dict[str, Any]]:
    for file in {each.path: each for each in article.files}.values():
        yield {
            "path": file.path,
            "article": article.name,
            "digest": file.digest,
            "type": file.type,
            "length": file.length,
            "modified": seconds(file.modified),
        }


def _byline_rows(article: Article) -> Iterator[dict[str, Any]]:
    for slug in {slugify(each.name) for each in article.authors} - {""}:
        yield {"slug": slug, "article": article.name}


def _identity(row: Row[Any]) -> Identity:
    values = row._asdict()
    for name in _IDENTITY_MOMENTS:
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    return Identity(**values)


_IDENTITY_MOMENTS = ("first_seen", "published", "updated", "withdrawn", "canceled")
_IDENTITY_COLUMNS = tuple(column.name for column in identities.columns)


def _identity_row(record: Identity) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in _IDENTITY_COLUMNS}
    for name in _IDENTITY_MOMENTS:
        row[name] = None if row[name] is None else row[name].isoformat()
    return row
