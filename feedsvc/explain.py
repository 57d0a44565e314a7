"""Explaining and checking: the inbox as it is now, tried out in a transaction that takes no effect."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from msgspec.structs import asdict, replace
from sqlalchemy import Connection

from feedsvc.build import build
from feedsvc.clock import fixed_stamp
from feedsvc.config import Settings
from feedsvc.errors import LockHeldError, UsageError
from feedsvc.feeds.archives import render_archive
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.lint import entry_ids, lint
from feedsvc.languages import feed_language
from feedsvc.model import Article, Classification, Finding, Status, Story, document_of
from feedsvc.report import finding_json
from feedsvc.store.database import open_database
from feedsvc.store.edition import ALL, Edition
from feedsvc.store.ledger import Ledger
from feedsvc.store.lock import build_lock
from feedsvc.store.memberships import Memberships
from feedsvc.store.reader import sealed_archives
from feedsvc.store.schema import articles, identities, schema_version
from feedsvc.web.theme import Theme

_UNKNOWN = dict.fromkeys(
    ("id", "url", "headline", "published", "updated", "language", "source", "summary", "text", "html")
)


@contextmanager
def rehearse(settings: Settings, now: datetime) -> Iterator[Connection]:
    """The ledger and the edition as a build at ``now`` would leave them; nothing is kept.

    While another build is under way, they are shown as the last one left them.
    """
    database = open_database(settings, create=False)
    with ExitStack() as stack:
        stack.callback(database.close)
        try:
            if database.is_kept:
                stack.enter_context(build_lock(settings))
        except LockHeldError:
            connection = stack.enter_context(database.reading())
            if not schema_version(connection):
                raise  # it is the first build
            yield connection
            return
        connection = stack.enter_context(database.rehearsing())
        build(settings, connection, now=now, stamp=fixed_stamp(now))
        yield connection


# Explain


def explain(connection: Connection, name: str | None) -> Iterator[dict[str, Any]]:
    """How each document was read, as the contract's JSON object; only ``name`` (a document or one of its articles).

    Raises UsageError when the inbox holds no document of that name.
    """
    found = _Understood(Ledger(connection), name)
    for each in sorted(found.names()):
        yield found.explanation(each)


class _Understood:
    """What the ledger holds about the documents to explain: articles, rejected stories, findings, topics."""

    def __init__(self, ledger: Ledger, name: str | None) -> None:
        self.name = name
        named = None if name is None else {name, document_of(name)}
        self.documents = ledger.documents() if named is None else ledger.documents_where_in(named)
        conditions = () if name is None else ((articles.c.name == name) | (articles.c.document == name),)
        self.articles = {record.article.name: record.article for record in ledger.articles(*conditions)}
        rejects = ledger.rejected_stories()
        self.rejects = {each: rejects[each] for each in rejects if name in (None, each, document_of(each))}
        self.topics = ledger.classifications(self.articles.keys())
        self.standing = Memberships(ledger.connection).feeds_of({each.id for each in self.articles.values()})

    def names(self) -> set[str]:
        """What is explained: each article, each rejected story, each document that gave neither."""
        told = self.articles.keys() | self.rejects.keys()
        silent = self.documents.keys() - {document_of(each) for each in told}
        chosen = told | {each for each in silent if self.name in (None, each)}
        if not chosen and self.name is not None:
            raise UsageError(f"{self.name}: the inbox has no such document; `explain --all` shows every one")
        return chosen

    def explanation(self, name: str) -> dict[str, Any]:
        """The contract's object for one article, rejected story or document."""
        article, document = self.articles.get(name), self.documents.get(document_of(name))
        story = self.rejects.get(name) or article
        findings = [*(document.findings if document else ()), *(story.findings if story else ())]
        shown: dict[str, Any] = {"document": name, "format": None, "status": None, **_UNKNOWN, "authors": []}
        if story is not None:
            shown |= _story_json(story)
        if article is not None:
            shown |= _identity_json(article)
        if article is None or self._is_rejected(name):
            shown["status"] = Status.REJECTED
            findings += [_LAST_GOOD] if article is not None else []
        topics = self.topics.get(name, ())
        shown["topics"] = [_topic_json(each) for each in topics]
        standing = self.standing.get(article.id, frozenset()) if article is not None else frozenset()
        is_public = article is not None and article.status not in (Status.SUPERSEDED, Status.EMBARGOED)
        is_public &= all(each.code != "entry-held-back" for each in findings)
        shown["feeds"] = [
            each
            for each in (ALL, *sorted(filter(feed_language, standing)), *(each.topic.slug for each in topics))
            if each in standing and is_public
        ]
        shown["evidence"] = dict(story.evidence) if story is not None else {}
        shown["findings"] = [finding_json(name, each) for each in findings]
        return shown

    def _is_rejected(self, name: str) -> bool:
        """Whether what lies in the inbox under ``name`` now was rejected, whatever version is published."""
        document = self.documents.get(document_of(name))
        if name in self.rejects or document is None or not document.rejected:
            return name in self.rejects
        return not any(document_of(each) == document.name for each in self.rejects)


_LAST_GOOD = Finding(
    "last-good-version",
    "warning",
    "The document was rejected; its last good version stays published until it is mended.",
)


def _story_json(story: Story) -> dict[str, Any]:
    return {
        "format": story.format,
        "id": story.own_id,
        "headline": story.headline or None,
        "published": _iso(story.date),
        "updated": _iso(story.stated_updated or story.date),
        "language": story.language,
        "authors": [asdict(person) for person in story.authors],
        "source": story.source,
        "summary": story.summary,
        "text": story.text,
        "html": story.html,
    }


def _identity_json(article: Article) -> dict[str, Any]:
    return {
        "status": article.status,
        "id": article.id,
        "url": article.url,
        "published": _iso(article.published),
        "updated": _iso(article.updated),
    }


def _topic_json(classification: Classification) -> dict[str, str]:
    topic = classification.topic
    return {"slug": topic.slug, "title": topic.title, "reason": classification.reason}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def explanation_text(explained: dict[str, Any]) -> str:
    """An explanation for people."""
    lines = [f"{explained['document']}: {explained['status']}"]
    for field in ("format", "headline", "id", "url", "published", "updated", "language", "source", "summary"):
        if explained[field]:
            reason = explained["evidence"].get(field)
            lines.append(f"  {field:<10} {explained[field]}" + (f"\n{'':13}({reason})" if reason else ""))
    if explained["authors"]:
        lines.append(f"  {'authors':<10} {', '.join(each['name'] for each in explained['authors'])}")
    lines += [f"  {'topic':<10} {each['slug']}: {each['reason']}" for each in explained["topics"]]
    lines.append(f"  {'feeds':<10} {', '.join(explained['feeds']) or _why_nowhere(explained['status'])}")
    for each in explained["findings"]:
        place = f" line {each['line']}:" if each["line"] else ""
        lines.append(f"  {each['severity']:<10} {each['code']}:{place} {each['message']}")
    return "\n".join(lines) + "\n"


def _why_nowhere(status: str) -> str:
    return f"none, because the article is {status}"


# Check


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """What the lint says of one document of the edition: ``feed`` is empty for the list of all feeds."""

    feed: str
    format: str
    path: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of all documents, and of the lint of every feed."""

    findings: tuple[tuple[str, Finding], ...]
    feeds: tuple[CheckedFeed, ...]

    @property
    def has_errors(self) -> bool:
        """Whether a document was rejected or a feed is not valid."""
        found = (*(each for _, each in self.findings), *(each for feed in self.feeds for each in feed.findings))
        return any(each.severity == "error" for each in found)

    def as_json(self) -> dict[str, Any]:
        """The object that ``check --json`` prints."""
        return {
            "findings": [finding_json(document, each) for document, each in self.findings],
            "feeds": [
                {
                    "feed": feed.feed,
                    "format": feed.format,
                    "errors": [finding_json(feed.path, each) for each in feed.findings if each.severity == "error"],
                    "warnings": [finding_json(feed.path, each) for each in feed.findings if each.severity != "error"],
                }
                for feed in self.feeds
            ],
        }


def check(settings: Settings, connection: Connection, now: datetime) -> Checked:
    """The findings of every document, and the lint of everything that would be published, archives too."""
    ledger = Ledger(connection)
    findings = [(name, each) for name, record in ledger.documents().items() for each in record.findings]
    findings += [(name, each) for name, story in ledger.rejected_stories().items() for each in story.findings]
    findings += [(record.article.name, each) for record in ledger.articles() for each in record.article.findings]
    findings += Theme(settings.folder).findings()
    feeds = []
    for feed, path, body in _published(connection, now):
        format_ = next((each.name for each in FORMATS.values() if path.endswith(each.suffix)), "opml")
        found = lint(format_, body, settings.publication.url + quote(path))
        feeds.append(CheckedFeed(feed, format_, path, tuple(_with_sources(found, format_, body, ledger))))
    return Checked(tuple(sorted(findings, key=lambda each: (each[0], each[1].line or 0))), tuple(feeds))


def _published(connection: Connection, now: datetime) -> Iterator[tuple[str, str, bytes]]:
    """Feed, path and bytes of every document, one after the other: there may be very many."""
    for feed, path, _, body in Edition(connection).bodies():
        yield feed, path, body
    for view in sealed_archives(connection, now):
        yield view.feed.name, f"/feeds/{view.feed.name}/archive/{view.number}.atom", render_archive(view)


_OF_ENTRY = re.compile(r"(?:entry|item) ([0-9]+)")


def _with_sources(findings: Iterable[Finding], format_: str, body: bytes, ledger: Ledger) -> Iterator[Finding]:
    """``findings``; those of an entry name the document in the inbox from which it came."""
    ids: tuple[str | None, ...] | None = None
    for each in findings:
        place = _OF_ENTRY.match(each.field or "")
        if place is None:
            yield each
            continue
        ids = entry_ids(format_, body) if ids is None else ids
        id_ = ids[int(place[1]) - 1] if int(place[1]) <= len(ids) else None
        known = ledger.identities_where_in(identities.c.uri if format_ == "atom" else identities.c.id, {id_ or ""})
        yield replace(each, message=f"{each.message} ({known[0].name})") if known else each


def check_text(checked: Checked) -> str:
    """The result of a check for people: a line for each finding, as ``file:line: severity: code: message``."""
    placed = [*checked.findings, *((feed.path, each) for feed in checked.feeds for each in feed.findings)]
    lines = [
        f"{name}{f':{each.line}' if each.line else ''}: {each.severity}: {each.code}: {each.message}"
        for name, each in placed
    ]
    errors = sum(each.severity == "error" for _, each in placed)
    lines.append(
        f"{len(checked.feeds)} documents of the edition linted; {len(placed)} findings, {errors} of them errors"
    )
    return "\n".join(lines)
