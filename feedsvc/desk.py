"""What the operator's desk asks of a publication: its builds, what is wrong, what is to come, why something is where."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from feedsvc.config import Settings
from feedsvc.errors import UsageError
from feedsvc.explain import explain
from feedsvc.inbox.read import Unread, read
from feedsvc.model import Article, Finding, Status, document_of
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.query import Query
from feedsvc.store.database import Database
from feedsvc.store.history import builds
from feedsvc.store.ledger import Ledger, is_public
from feedsvc.store.reader import PublishedEdition
from feedsvc.store.schema import articles, classifications
from feedsvc.topics.match import matches, subject_of
from feedsvc.views import BuildView, EmbargoView, FindingView, ReadView, TriedView

DAYS = 30  # of articles that are counted
_TOPICS = 6  # that are told apart
_NEWEST = 200  # articles whose findings are shown
_MOST = 300  # findings, embargoes
_LONGEST_LINE = 300  # characters of a line that is shown
_DAY = 86400


@dataclass(frozen=True, slots=True)
class Newsroom:
    """One publication, as its operator sees it. Every method asks the store once and may raise StoreError."""

    settings: Settings
    database: Database
    edition: PublishedEdition
    now: Callable[[], datetime]

    def builds(self) -> Sequence[BuildView]:
        """The last builds that changed something or failed, oldest first."""
        with self.database.reading() as connection:
            return builds(connection)

    def articles_by_day(self) -> tuple[list[str], dict[str, list[int]]]:
        """The last days (ISO 8601), and how many articles of each of the largest topics were published on each."""
        zone = self.settings.publication.timezone
        offset = self._offset(zone)
        last = (int(self.now().timestamp()) + offset) // _DAY
        first = last - DAYS + 1
        day: Any = (articles.c.published + offset) // _DAY
        recent = is_public(self.now()) & (articles.c.published >= first * _DAY - offset)
        query = select(day.label("day"), classifications.c.title, func.count().label("n")).select_from(articles)
        sorted_in = query.outerjoin(classifications, classifications.c.name == articles.c.name).where(recent)
        found: dict[str, Counter[int]] = defaultdict(Counter)
        with self.database.reading() as connection:
            for row in connection.execute(sorted_in.group_by("day", classifications.c.title)):
                found[row.title or "in no topic"][int(row.day)] += row.n
        largest = sorted(found, key=lambda title: (-found[title].total(), title))
        shown = {title: found[title] for title in largest[:_TOPICS]}
        if largest[_TOPICS:]:
            shown["other topics"] = sum((found[title] for title in largest[_TOPICS:]), Counter[int]())
        days = range(first, last + 1)
        labels = [datetime.fromtimestamp(each * _DAY, UTC).date().isoformat() for each in days]
        return labels, {title: [counted[each] for each in days] for title, counted in shown.items()}

    def _offset(self, zone: ZoneInfo) -> int:
        return int((self.now().astimezone(zone).utcoffset() or timedelta()).total_seconds())

    def findings(self) -> list[FindingView]:
        """What is wrong with rejected documents and with the newest articles, errors first, with the line it is about."""
        with self.database.reading() as connection:
            ledger = Ledger(connection)
            found = [(name, each) for name, record in ledger.rejected_documents().items() for each in record.findings]
            found += [(name, each) for name, story in ledger.rejected_stories().items() for each in story.findings]
            newest = select(articles.c.name).where(articles.c.release.is_not(None))
            names = connection.scalars(newest.order_by(articles.c.release.desc()).limit(_NEWEST)).all()
            for record in ledger.articles_where_in(articles.c.name, names):
                found += [(record.article.name, each) for each in record.article.findings]
        worst = sorted(found, key=lambda each: (_SEVERITIES.index(each[1].severity), each[0], each[1].line or 0))
        lines = _Lines(self.settings)
        return [FindingView(name, each, lines.line(name, each)) for name, each in worst[:_MOST]]

    def embargoes(self) -> list[EmbargoView]:
        """The articles that wait for their time, the next one first."""
        waiting = (articles.c.status == Status.EMBARGOED) & articles.c.changes.is_not(None)
        with self.database.reading() as connection:
            records = [each for each in Ledger(connection).articles(waiting) if each.changes is not None]
        views = [
            EmbargoView(each.article.name, each.article.headline, each.changes) for each in records if each.changes
        ]
        return sorted(views, key=lambda each: (each.opens, each.document))[:_MOST]

    def articles(self, skip: int, limit: int) -> tuple[list[ReadView], int]:
        """Articles of any status, newest first, and how many there are in all."""
        newest = select(articles.c.name).order_by(articles.c.published.desc(), articles.c.name)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(articles)) or 0
            names = connection.scalars(newest.offset(skip).limit(limit)).all()
            found = {
                each.article.name: each.article
                for each in Ledger(connection).articles_where_in(articles.c.name, names)
            }
        return [_read_view(found[name]) for name in names], total

    def explain(self, name: str) -> list[dict[str, Any]]:
        """How a document was read, as ``explain --json`` tells it, and ``further`` fields; empty when there is none of that name."""
        with self.database.reading() as connection:
            try:
                return [{**each.told, "further": each.further} for each in explain(connection, name)]
            except UsageError:
                return []

    def try_rule(self, query: Query, limit: int) -> TriedView | None:
        """The public articles that a topic rule would match, with the evidence; None where the store cannot search."""
        found = self.edition.search(query, 0, limit)
        if found is None:
            return None
        told = [
            (view, matches(query, subject_of(view.article, frozenset(each.topic.slug for each in view.topics))) or ())
            for view in found.articles
        ]
        return TriedView(tuple(told), found.total)


def _read_view(article: Article) -> ReadView:
    severities = Counter(each.severity for each in article.findings)
    return ReadView(
        article.name,
        article.headline,
        article.status.value,
        article.published,
        severities["error"],
        severities["warning"],
    )


_SEVERITIES = ("error", "warning", "info")


class _Lines:
    """Lines of the documents in the inbox, each document read once."""

    def __init__(self, settings: Settings) -> None:
        self._folder: Path = settings.inbox_folder
        self._most = settings.inbox.max_bytes
        self._held: dict[str, list[str]] = {}

    def line(self, name: str, finding: Finding) -> str | None:
        """The line that a finding is about; None when it is about none, or the document is gone."""
        if finding.line is None:
            return None
        document = document_of(name)
        if document not in self._held:
            self._held[document] = self._read(document)
        lines = self._held[document]
        return lines[finding.line - 1][:_LONGEST_LINE] if finding.line <= len(lines) else None

    def _read(self, document: str) -> list[str]:
        found = read(self._folder, document, self._most)
        try:
            return [] if isinstance(found, Unread) else decode(found.data)[0].split("\n")
        except DecodeError:
            return []  # no text, so no line of it
