"""The operator's desk: whether the publication is alive, correct and read. Off until a token is set."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter as Counted
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hmac import compare_digest
from itertools import groupby
from typing import Any, Protocol

from feedsvc.audience import FeedAudience, Traffic
from feedsvc.errors import QueryError
from feedsvc.query import Query
from feedsvc.views import BuildView, EmbargoView, FeedView, FindingView, Health, ReadView, TriedView
from feedsvc.web.charts import Chart, listed, stacked
from feedsvc.web.searching import around, topic_lines, understand

TRIED = 30  # articles that a tried rule shows
LISTED = 100  # articles on a page of the list of all
_READERS = 8  # that are told apart in a chart
_FEWEST_BUILDS, _BUILDS = 20, 60  # that a chart has room for, so that a few bars are no walls; that it shows
_WEEK = 7


class Operations(Protocol):
    """What the desk asks of the publication. Each method may raise StoreError."""

    def builds(self) -> Sequence[BuildView]:
        """The last builds, oldest first."""
        ...

    def articles_by_day(self) -> tuple[list[str], dict[str, list[int]]]:
        """Days, and how many articles of each topic were published on each."""
        ...

    def findings(self) -> list[FindingView]:
        """What is wrong with documents, errors first."""
        ...

    def embargoes(self) -> list[EmbargoView]:
        """The articles that wait for their time."""
        ...

    def articles(self, skip: int, limit: int) -> tuple[list[ReadView], int]:
        """Articles of any status, newest first, and how many there are in all."""
        ...

    def explain(self, name: str) -> list[dict[str, Any]]:
        """How a document was read."""
        ...

    def try_rule(self, query: Query, limit: int) -> TriedView | None:
        """What a topic rule would match."""
        ...


def is_operator(authorization: str, token: str) -> bool:
    """Whether a request carries the token: as Bearer (RFC 6750), or as the password of Basic (RFC 7617), which is
    what a browser can send. Compared in constant time.
    """
    scheme, _, given = authorization.partition(" ")
    secret = given.strip().encode("utf-8", "replace")
    if scheme.lower() == "basic":
        try:
            secret = b64decode(secret, validate=True).partition(b":")[2]
        except Base64Error:
            secret = b""
    elif scheme.lower() != "bearer":
        secret = b""
    return compare_digest(secret, token.encode())


@dataclass(frozen=True, slots=True)
class Figure:
    """One number at the top of the desk, and what stands below it; ``is_bad`` when it asks for work."""

    label: str
    value: str
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Remarks:
    """The findings about one document."""

    document: str
    findings: tuple[FindingView, ...]


class Desk:
    """What stands on the desk's pages."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def overview(
        self,
        health: Health,
        feeds: Sequence[FeedView],
        audiences: Sequence[FeedAudience],
        traffic: Sequence[tuple[str, int, int]],
    ) -> dict[str, Any]:
        """The values of the first page."""
        done, findings = self._operations.builds(), self._operations.findings()
        readers = _readers(audiences)
        grave = [each for each in findings if each.finding.severity != "info"]
        return {
            "health": health,
            "figures": [*_published(health, feeds, done, grave), *_read(audiences)],
            "builds": list(reversed(done[-20:])),
            "findings": _by_document(grave),
            "remarks": _by_document([each for each in findings if each.finding.severity == "info"]),
            "embargoes": self._operations.embargoes(),
            "readers": readers.most_common(),
            "charts": self._charts(done, readers, traffic),
        }

    def _charts(
        self, done: Sequence[BuildView], readers: Counted[str], traffic: Sequence[tuple[str, int, int]]
    ) -> list[Chart]:
        last, named = done[-_BUILDS:], readers.most_common(_READERS)
        days, by_topic = self._operations.articles_by_day()
        polled = {day: (polls, fresh) for day, polls, fresh in traffic}
        week = _days_until(max([*days[-1:], *polled]), _WEEK) if days or polled else []
        counts = [polled.get(day, (0, 0)) for day in week]
        answered = {
            "304, nothing new": [fresh for _, fresh in counts],
            "whole feeds": [all_ - fresh for all_, fresh in counts],
        }
        return [
            stacked(
                "Builds: seconds",
                [_short(each) for each in last],
                {"seconds": [each.seconds for each in last]},
                fewest=_FEWEST_BUILDS,
            ),
            stacked("Articles a day, by topic", [day[5:] for day in days], by_topic),
            listed("Subscribers by reader", [name for name, _ in named], "subscribers", [n for _, n in named]),
            stacked("Polls a day, by answer", [day[5:] for day in week], answered),
        ]

    def articles(self, page: int) -> dict[str, Any]:
        """A page of the list of all articles; what is beyond its end is empty."""
        found, total = self._operations.articles((page - 1) * LISTED, LISTED)
        return {"articles": found, "total": total, "page": page, "pages": max(1, -(-total // LISTED))}

    def document(self, name: str) -> list[dict[str, Any]]:
        """How a document was read."""
        return self._operations.explain(name)

    def rule(self, text: str) -> dict[str, Any]:
        """What a topic rule would match, or where it is wrong."""
        if not text:
            return {"text": "", "fault": None, "tried": None, "lines": ""}
        try:
            asked = understand(text)
        except QueryError as error:
            told = {"fault": error, "around": around(text, error)}
            return {"text": text[:1000], "tried": None, "lines": "", **told}
        tried = self._operations.try_rule(asked.query, TRIED)
        return {"text": text, "fault": None, "tried": tried, "lines": topic_lines(asked.canonical)}


def _readers(audiences: Iterable[FeedAudience]) -> Counted[str]:
    """Subscribers by reader, over all feeds."""
    found = Counted[str]()
    for audience in audiences:
        for each in audience.readers:
            found[each.name] += each.subscribers
    return found


def _published(
    health: Health, feeds: Sequence[FeedView], done: Sequence[BuildView], grave: Sequence[FindingView]
) -> list[Figure]:
    """How the publication is: the edition, its articles and feeds, what is wrong."""
    errors = {each.document for each in grave if each.finding.severity == "error"}
    warned = {each.document for each in grave} - errors
    whole = next((feed.entries for feed in feeds if feed.name == "all"), 0)
    rejected = f"{len(warned):,} more with warnings" if warned else "no warnings"
    return [
        Figure("Edition", f"{health.revision:,}", health.message, not health.ok),
        Figure("Articles", f"{whole:,}", f"in {len(feeds):,} feeds"),
        Figure("Last build", f"{done[-1].seconds:.1f} s" if done else "–", "that changed something or failed"),
        Figure("With errors", f"{len(errors):,}", rejected, bool(errors)),
    ]


def _read(audiences: Iterable[FeedAudience]) -> list[Figure]:
    """How the publication is read, over the last seven days."""
    week, subscribers = Traffic(), 0
    for each in audiences:
        week.add(each.week)
        subscribers += each.subscribers
    share = f"{week.not_modified / week.polls:.0%}" if week.polls else "–"
    whole = week.sent + week.saved
    saved = f"{week.saved / whole:.0%} of the bytes saved" if whole else "nothing sent yet"
    return [
        Figure("Subscribers", f"{subscribers:,}", "of all feeds, added up"),
        Figure("Polls", f"{week.polls:,}", "in seven days"),
        Figure("Answered with 304", share, saved),
    ]


def _by_document(findings: Iterable[FindingView]) -> list[Remarks]:
    """Findings under the document that they are about, in the order of the first of each."""
    found = list(findings)
    first = {each.document: at for at, each in reversed(list(enumerate(found)))}
    ordered = sorted(found, key=lambda each: first[each.document])
    return [Remarks(name, tuple(each)) for name, each in groupby(ordered, key=lambda each: each.document)]


def _days_until(last: str, number: int) -> list[str]:
    """The days (ISO 8601) up to ``last``."""
    end = date.fromisoformat(last)
    return [(end - timedelta(days=number - 1 - each)).isoformat() for each in range(number)]


def _short(build: BuildView) -> str:
    return f"{build.finished:%d %b %H:%M}"
