"""The ledger: the memory of documents, ids, dates and fingerprints across builds.

All methods work inside the transaction whose connection the Ledger was given, and decide nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Column, ColumnElement, Connection, Select, and_, delete, func, insert, select, update

from feedsvc.codings import pack
from feedsvc.model import Classification, Finding, Identity, Lookup, Stamp, Status, Story, Topic
from feedsvc.store.records import (
    ArticleRecord,
    DocumentRecord,
    FreshRows,
    KnownStamps,
    article_record,
    article_row,
    byline_rows,
    decode_lookups,
    decode_story,
    document_record,
    document_row,
    encode,
    identity_record,
    identity_row,
    media_rows,
    moment,
    seconds,
)
from feedsvc.store.rows import delete_rows, insert_rows, parts, replace_rows, rows_where_in
from feedsvc.store.schema import (
    articles,
    attachments,
    bodies,
    bylines,
    classifications,
    documents,
    former_slugs,
    identities,
    is_rejected,
    media,
    meta,
    rejects,
    topics,
)

# As Stamp(…) does, in a third of the time.
_new_stamp = tuple.__new__
_IDENTITY_COLUMNS = tuple(identities.columns)


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
        return {row.name: document_record(tuple(row)) for row in self.connection.execute(select(documents))}

    def stamps(self, folders: Iterable[str] | None = None) -> KnownStamps:
        """The stamps of the documents that lie in ``folders`` themselves (see ``Scan.folders``; None: of all)."""
        query = select(*(documents.c[name] for name in ("name", "size", "modified", "inode", "kept")))
        asked = [query] if folders is None else [query.where(_lies_in(folder)) for folder in folders]
        rows = [row for each in asked for row in self.connection.execute(each).cursor.fetchall()]  # perhaps very many
        stamps = {row[0]: _new_stamp(Stamp, row[1:4]) for row in rows}
        return KnownStamps(stamps, frozenset(row[0] for row in rows if row[4]))

    def count_documents(self) -> tuple[int, int]:
        """How many documents there are, and how many of them lie in the inbox no more but are kept."""
        total = self.connection.execute(select(func.count()).select_from(documents)).scalar_one()
        kept = select(func.count()).select_from(documents).where(documents.c.kept)
        return total, self.connection.execute(kept).scalar_one()

    def documents_where_in(self, names: Collection[str]) -> dict[str, DocumentRecord]:
        """The documents among ``names`` that are known."""
        rows = rows_where_in(self.connection, documents.columns.values(), documents.c.name, names)
        return {record.name: record for record in map(document_record, rows)}

    def rejected_documents(self) -> dict[str, DocumentRecord]:
        """Every document that is rejected."""
        query = select(documents).where(is_rejected).order_by(documents.c.name)
        return {row.name: document_record(tuple(row)) for row in self.connection.execute(query)}

    def texts_in(self, folder: str) -> list[DocumentRecord]:
        """The plain-text documents that lie in ``folder`` itself (empty: the inbox), by name."""
        query = select(documents).where(documents.c.clues.is_not(None), _lies_in(f"{folder}/" if folder else ""))
        return [document_record(tuple(row)) for row in self.connection.execute(query.order_by(documents.c.name))]

    def save_documents(self, records: Iterable[DocumentRecord]) -> None:
        """Write ``records``, each in place of what stood under its name."""
        replace_rows(self.connection, documents, [document_row(record) for record in records])

    def forget_documents(self, names: Collection[str]) -> None:
        """Take the documents out of the ledger; the identities of their articles stay."""
        for column in (documents.c.name, rejects.c.document, attachments.c.document):
            delete_rows(self.connection, column, names)

    def keep_documents(self, names: Collection[str]) -> None:
        """Mark documents that are gone from the inbox while their articles stay."""
        for part in parts(names):
            self.connection.execute(update(documents).where(documents.c.name.in_(part)).values(kept=True))

    def attachments(self) -> dict[str, dict[str, Lookup]]:
        """What was found of the files that each document refers to, by document and name."""
        return {row.document: decode_lookups(row.payload) for row in self.connection.execute(select(attachments))}

    def save_attachments(self, found: Mapping[str, Mapping[str, Lookup]]) -> None:
        """Write what was found of the files of documents, in place of what it was before."""
        delete_rows(self.connection, attachments.c.document, [name for name, each in found.items() if not each])
        replace_rows(self.connection, attachments, [(name, encode(each)) for name, each in found.items() if each])

    def document_digest(self, name: str) -> str:
        """The hash of a document's bytes when last read; empty while it is being entered."""
        return self.connection.execute(select(documents.c.digest).where(documents.c.name == name)).scalar() or ""

    # Articles

    def articles(self, *conditions: Any) -> Iterator[ArticleRecord]:
        """The articles that meet all ``conditions`` (on ``schema.articles``), by name."""
        yield from map(article_record, self.connection.execute(_whole(*conditions).order_by(articles.c.name)))

    def changing(self, until: datetime) -> list[ArticleRecord]:
        """The articles whose status changes by itself ``until`` then, by name."""
        # Sorted here: SQLite would walk through all articles in the order of their names to find those few.
        rows = self.connection.execute(_whole(articles.c.changes <= seconds(until)))
        return sorted(map(article_record, rows), key=lambda each: each.article.name)

    def articles_where_in(self, column: Any, values: Collection[str]) -> list[ArticleRecord]:
        """The articles whose ``column`` is among ``values``, by name."""
        return sorted(
            (record for part in parts(values) for record in self.articles(column.in_(part))),
            key=lambda record: record.article.name,
        )

    def save_articles(self, records: Iterable[ArticleRecord], *, are_new: bool = False) -> None:
        """Write ``records``, each in place of what stood under its name; ``are_new``: nothing did."""
        written = list(records)
        payloads = [encode(record.article) for record in written]
        replace_rows(self.connection, articles, list(map(article_row, written, map(len, payloads))))
        names = [record.article.name for record in written]
        replace_rows(self.connection, bodies, list(zip(names, map(pack, payloads), strict=True)))
        if not are_new:
            for column in (rejects.c.name, media.c.article, bylines.c.article):
                delete_rows(self.connection, column, names)
        insert_rows(self.connection, media, [row for each in written for row in media_rows(each.article)])
        insert_rows(self.connection, bylines, [row for each in written for row in byline_rows(each.article)])

    def insert_fresh(self, written: Sequence[FreshRows]) -> None:
        """Write articles of which nothing is there yet, not even their identities."""
        insert_rows(self.connection, identities, [each.identity for each in written])
        insert_rows(self.connection, articles, [each.article for each in written])
        insert_rows(self.connection, bodies, [each.body for each in written])
        insert_rows(self.connection, bylines, [row for each in written for row in each.bylines])
        insert_rows(self.connection, media, [row for each in written for row in each.media])

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
        columns = (articles.c.name, bodies.c.name, media.c.article, bylines.c.article, classifications.c.name)
        for column in columns:
            delete_rows(self.connection, column, names)

    def save_rejects(self, stories: Iterable[tuple[str, Story]]) -> None:
        """Keep what was understood of rejected stories, for ``explain``."""
        rows = [(story.name, document, encode(story)) for document, story in stories]
        replace_rows(self.connection, rejects, rows)

    def rejected_stories(self) -> dict[str, Story]:
        """Every rejected story by name."""
        return {row.name: decode_story(row.payload) for row in self.connection.execute(select(rejects))}

    def delete_rejects(self, document_names: Collection[str]) -> None:
        """Forget the rejected stories of documents."""
        delete_rows(self.connection, rejects.c.document, document_names)

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
        columns = (articles.c.document, articles.c.name)
        return [
            (document, name)
            for document, name in rows_where_in(self.connection, columns, articles.c.document, document_names)
        ]

    def ids_by_name(self, names: Collection[str]) -> dict[str, str]:
        """The id of each named article that the ledger has."""
        columns = (articles.c.name, articles.c.id)
        return dict(rows_where_in(self.connection, columns, articles.c.name, names))

    def is_standing(self, identity: Identity) -> bool:
        """Whether there is an article under this identity and its name, public or not."""
        return self.ids_by_name([identity.name]).get(identity.name) == identity.id

    def embargo_pending(self) -> bool:
        """Whether any article waits for its time."""
        query = select(articles.c.name).where(articles.c.status == Status.EMBARGOED, articles.c.changes.is_not(None))
        return self.connection.execute(query.limit(1)).first() is not None

    def rivals(self, among: Select[tuple[str]]) -> set[str]:
        """The ids ``among`` these under which stands one article while documents hold others, superseded or still embargoed."""
        others = articles.c.status.in_((Status.SUPERSEDED, Status.EMBARGOED)) & (identities.c.name != articles.c.name)
        query = select(articles.c.id).join(identities, identities.c.id == articles.c.id)
        return set(self.connection.scalars(query.where(others, articles.c.id.in_(among))))

    def next_change(self) -> datetime | None:
        """The next moment at which an article's status changes by itself (UTC)."""
        query = select(func.min(articles.c.changes)).where(articles.c.changes.is_not(None))
        at = self.connection.execute(query).scalar()
        return None if at is None else moment(at)

    def release(self, now: datetime) -> None:
        """Give every article that is public at ``now`` for the first time its place in the order of release.

        One that was public before, and was taken out meanwhile, comes back to its old place.
        """
        waiting = and_(is_public(now), articles.c.release.is_(None))
        held = select(identities.c.release).where(identities.c.id == articles.c.id).scalar_subquery()
        placed = select(func.max(identities.c.release)).where(identities.c.release.is_not(None))
        last = self.connection.execute(placed).scalar() or 0
        if last:  # else nobody was public before
            self.connection.execute(update(articles).where(waiting).values(release=held))
        place: Any = func.row_number().over(order_by=[articles.c.published, articles.c.id])
        order = select(articles.c.id, (place + last).label("place")).where(waiting).subquery("released")
        # The identities first: from them the articles take their places.
        self.connection.execute(update(identities).where(identities.c.id == order.c.id).values(release=order.c.place))
        self.connection.execute(update(articles).where(waiting).values(release=held))

    # Identities

    def identities_where_in(self, column: Column[Any], values: Collection[str]) -> list[Identity]:
        """The identities whose ``column`` is among ``values``."""
        return [identity_record(row) for row in rows_where_in(self.connection, _IDENTITY_COLUMNS, column, values)]

    def withdrawn_where_in(self, column: Column[Any], values: Collection[str]) -> list[Identity]:
        """The identities whose ``column`` is among ``values`` and whose articles are taken out."""
        also = "withdrawn IS NOT NULL"
        return [
            identity_record(row) for row in rows_where_in(self.connection, _IDENTITY_COLUMNS, column, values, also)
        ]

    def taken(self, column: Column[Any], values: Collection[str]) -> set[str]:
        """Those of ``values`` that stand in ``column``."""
        return {value for (value,) in rows_where_in(self.connection, (column,), column, values)}

    def has_withdrawn(self) -> bool:
        """Whether any article was ever taken out and did not come back."""
        query = select(identities.c.digest).where(identities.c.withdrawn.is_not(None))
        return self.connection.execute(query.limit(1)).first() is not None

    def save_identities(self, records: Iterable[Identity]) -> None:
        """Write ``records``, each in place of what stood under its id."""
        rows = [identity_row(record) for record in records]
        # Not one by one: two of them may have changed slugs, of which each may stand but once.
        delete_rows(self.connection, identities.c.id, [row[0] for row in rows])
        insert_rows(self.connection, identities, rows)

    def former_owner(self, slug: str) -> str | None:
        """The id of the article whose page stood under this slug before."""
        return self.connection.execute(select(former_slugs.c.id).where(former_slugs.c.slug == slug)).scalar()

    def former_owners(self, slugs: Collection[str]) -> dict[str, str | None]:
        """The ids of the articles whose pages stood under these slugs before, by slug."""
        columns = (former_slugs.c.slug, former_slugs.c.id)
        return dict(rows_where_in(self.connection, columns, former_slugs.c.slug, slugs))

    def save_former_slugs(self, owners: Mapping[str, str]) -> None:
        """Remember under which slugs pages stood before, by slug and id."""
        replace_rows(self.connection, former_slugs, list(owners.items()))

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
        delete_rows(self.connection, rejects.c.name, names)
        for part in parts(held):
            here = documents.c.name.in_(part)
            self.connection.execute(update(documents).where(here).values(clues=None, findings=encode((finding,))))
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
        insert_rows(self.connection, topics, [(key, topic.slug, topic.title) for key, topic in minted])

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
        columns = classifications.c
        rows = rows_where_in(
            self.connection, (columns.name, columns.position, columns.slug, columns.title), columns.name, names
        )
        found: dict[str, list[Topic]] = {name: [] for name in names}
        for name, _, slug, title in sorted(rows):
            found[name].append(Topic(slug, title))
        return {name: tuple(each) for name, each in found.items()}

    def save_classifications(
        self, found: Mapping[str, Sequence[Classification]], known: Collection[str] | None = None
    ) -> None:
        """Write the topics of articles, in place of those they had; ``known`` are those that had any (None: all)."""
        delete_rows(self.connection, classifications.c.name, found.keys() if known is None else known)
        rows = [
            (name, each.topic.slug, position, each.topic.title, each.reason)
            for name, topics in found.items()
            for position, each in enumerate(topics)
        ]
        insert_rows(self.connection, classifications, rows)


def _whole(*conditions: Any) -> Select[Any]:
    """The articles that meet all ``conditions``, with what they hold."""
    return select(articles, bodies.c.payload).join(bodies, bodies.c.name == articles.c.name).where(*conditions)


def _lies_in(folder: str) -> ColumnElement[bool]:
    """That a document lies in ``folder`` itself (``a/b/``, empty: the inbox), or is a folder in it (``a/b/c/``)."""
    name = documents.c.name
    own = func.rtrim(func.substr(name, len(folder) + 1), "/").not_like("%/%")
    return and_(name >= folder, name < f"{folder[:-1]}0", own) if folder else own  # "0" comes after "/"


def is_public(now: datetime) -> ColumnElement[bool]:
    """Whether an article (of ``schema.articles``) is public at ``now``; the same as ``Term.holds``."""
    moment_ = int(now.timestamp())
    return (articles.c.opens <= moment_) & (articles.c.closes.is_(None) | (articles.c.closes > moment_))
