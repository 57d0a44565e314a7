"""The operator's desk: whether the publication is alive, correct and read. Off until a token is set."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter as Counted
from collections.abc import Iterable, Sequence
from hmac import compare_digest
from typing import Any, Protocol

from feedsvc.audience import FeedAudience
from feedsvc.errors import QueryError
from feedsvc.query import Query
from feedsvc.views import BuildView, EmbargoView, FindingView, TriedView
from feedsvc.web import charts
from feedsvc.web.searching import topic_lines, understand

TRIED = 30  # articles that a tried rule shows
_READERS = 12  # that are told apart


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


class Desk:
    """What stands on the desk's pages."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def overview(self, audiences: Iterable[FeedAudience], traffic: Sequence[tuple[str, int, int]]) -> dict[str, Any]:
        """The values of the first page."""
        done = self._operations.builds()
        days, by_topic = self._operations.articles_by_day()
        readers = Counted[str]()
        for audience in audiences:
            for each in audience.readers:
                readers[each.name] += each.subscribers
        named = readers.most_common(_READERS)
        seconds = {"seconds": [each.seconds for each in done]}
        subscribers = {"subscribers": [number for _, number in named]}
        polled = {"304": [n for _, _, n in traffic], "others": [polls - n for _, polls, n in traffic]}
        return {
            "builds": list(reversed(done[-20:])),
            "findings": self._operations.findings(),
            "embargoes": self._operations.embargoes(),
            "readers": named,
            "charts": [
                ("Builds: seconds", charts.bars([_short(each) for each in done], seconds, has_legend=False)),
                ("Articles a day, by topic", charts.bars([day[5:] for day in days], by_topic)),
                ("Subscribers by reader", charts.bars([name for name, _ in named], subscribers, has_legend=False)),
                ("Polls a day", charts.bars([day[5:] for day, _, _ in traffic], polled)),
            ],
        }

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
            return {"text": text[:1000], "fault": error, "tried": None, "lines": ""}
        tried = self._operations.try_rule(asked.query, TRIED)
        return {"text": text, "fault": None, "tried": tried, "lines": topic_lines(asked.canonical)}


def _short(build: BuildView) -> str:
    return f"{build.finished:%d %b %H:%M}"
