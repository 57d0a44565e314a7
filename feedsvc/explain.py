"""Explaining: the inbox as it is now, tried out in a transaction that takes no effect."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection

from feedsvc.articles.standing import term
from feedsvc.build import build
from feedsvc.clock import fixed_stamp
from feedsvc.config import Settings
from feedsvc.errors import LockHeldError, UsageError
from feedsvc.languages import feed_language
from feedsvc.model import Article, Classification, Finding, Status, Story, document_of
from feedsvc.report import finding_json
from feedsvc.store.database import open_database
from feedsvc.store.edition import ALL
from feedsvc.store.ledger import Ledger
from feedsvc.store.lock import build_lock
from feedsvc.store.memberships import Memberships
from feedsvc.store.records import DocumentRecord
from feedsvc.store.schema import articles, schema_version

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


@dataclass(frozen=True, slots=True)
class Explained:
    """How one document, or one article of it, was read.

    ``told`` is the contract's JSON object; ``further`` holds what people are shown besides, by field.
    """

    told: dict[str, Any]
    further: Mapping[str, str] = field(default_factory=dict)


def explain(connection: Connection, name: str | None) -> Iterator[Explained]:
    """How each document was read; only ``name`` (a document or one of its articles).

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

    def explanation(self, name: str) -> Explained:
        """What is told of one article, rejected story or document."""
        story = self.rejects.get(name) or self.articles.get(name)
        told = self._told(name)
        return Explained(told, {} if story is None else _further(story, told["status"]))

    def _told(self, name: str) -> dict[str, Any]:
        """The contract's object."""
        article, document = self.articles.get(name), self._document(name)
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

    def _document(self, name: str) -> DocumentRecord | None:
        """The document of that name, which may itself end like a part (and is refused for it), else the one it is a part of."""
        return self.documents.get(name) or self.documents.get(document_of(name))

    def _is_rejected(self, name: str) -> bool:
        """Whether what lies in the inbox under ``name`` now was rejected, whatever version is published."""
        document = self._document(name)
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


def _further(story: Story, status: str) -> dict[str, str]:
    """What people are shown besides: when it opens and closes, and what stands beside the text."""
    picture = story.picture
    fields = {
        "embargo": _embargo(story, status),
        "expires": _iso(story.expires),
        "dateline": story.dateline,
        "slugline": story.slugline,
        "ednote": story.ednote,
        "picture": picture and ", ".join(filter(None, (picture.url, picture.alt, picture.credit))),
        "via": story.via,
    }
    return {name: text for name, text in fields.items() if text}


def _embargo(story: Story, status: str) -> str | None:
    """Until when readers do not get the article."""
    if status != Status.EMBARGOED:
        return f"ended {story.embargo.isoformat()}" if story.embargo is not None else None
    opens = term(story, None).opens
    return "until the document names a moment" if opens is None else f"until {opens.isoformat()}"


_FIELDS = ("format", "headline", "id", "url", "published", "updated", "language", "source", "summary")


def explanation_text(explained: Explained) -> str:
    """An explanation for people."""
    told = explained.told
    shown = [(name, told[name]) for name in _FIELDS] + list(explained.further.items())
    shown.append(("authors", ", ".join(each["name"] for each in told["authors"])))
    lines = [f"{told['document']}: {told['status']}"]
    for name, value in shown:
        reason = told["evidence"].get(name)
        if value:
            lines.append(f"  {name:<10} {value}" + (f"\n{'':13}({reason})" if reason else ""))
    lines += [f"  {'topic':<10} {each['slug']}: {each['reason']}" for each in told["topics"]]
    lines.append(f"  {'feeds':<10} {', '.join(told['feeds']) or _why_nowhere(explained)}")
    for each in told["findings"]:
        place = f" line {each['line']}:" if each["line"] else ""
        lines.append(f"  {each['severity']:<10} {each['code']}:{place} {each['message']}")
    return "\n".join(lines) + "\n"


def _why_nowhere(explained: Explained) -> str:
    status = explained.told["status"]
    until = f" {explained.further['embargo']}" if status == Status.EMBARGOED else ""
    return f"none, because the article is {status}{until}"
