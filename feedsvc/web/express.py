"""Polls of feeds, answered before Flask: what was answered to the same question in the same edition is said again.

An answer to a poll depends on the edition, the address, and the headers in ``_ASKED`` alone, but for ``Date``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from feedsvc.web.answers import http_date
from feedsvc.web.counting import Counter
from feedsvc.web.edition import Edition

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# All that decides an answer to GET, besides the address and the edition.
_ASKED = (
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_A_IM",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_SEC_FETCH_DEST",
)
_SUFFIXES = (".atom", ".rss", ".json")
_KEPT = ("200 OK", "304 NOT MODIFIED")
_LONGEST_QUESTION = 1_000  # characters; a longer one is not kept
_MOST, _BUDGET = 4_096, 32 * 1024 * 1024  # answers, and bytes of their bodies
_SECOND = timedelta(seconds=1)
WHOLE = "feedsvc.whole"  # where the app leaves the length of the whole document


@dataclass(slots=True)
class _Said:
    """An answer: its body, the length of the whole document, and its headers as they are in the second they name."""

    status: str
    code: int
    headers: list[tuple[str, str]]
    date: str
    body: list[bytes]
    whole: int

    def dated(self, date: str) -> list[tuple[str, str]]:
        """The headers with this ``Date``. They are written anew once a second, as another list: one may be on its way."""
        if self.date != date:
            self.headers = [(name, date if name == "Date" else value) for name, value in self.headers]
            self.date = date
        return self.headers


class Express:
    """WSGI: polls from memory, all else from the app inside."""

    def __init__(
        self,
        inner: "WSGIApplication",
        edition: Edition,
        clock: Callable[[], datetime],
        counter: Counter | None,
    ) -> None:
        self._inner = inner
        self._edition = edition
        self._clock = clock
        self._counter = counter
        self._lock = Lock()  # for what changes the answers; they are read without it
        self._revision = 0
        self._said: dict[tuple[str | None, ...], _Said] = {}
        self._weight = 0
        self._second = (datetime.max.replace(tzinfo=UTC), "")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.startswith("/feeds/") or not path.endswith(_SUFFIXES):
            return self._inner(environ, start_response)
        question = (path, *map(environ.get, _ASKED))
        revision = self._edition.revision()
        said = self._said.get(question) if revision == self._revision else None
        if said is None:
            return self._ask(question, revision, environ, start_response)
        if self._counter is not None:
            self._counter.note(path, environ, said.code, len(said.body[0]), said.whole)
        start_response(said.status, said.dated(self._date()))
        return said.body

    def _ask(
        self,
        question: tuple[str | None, ...],
        revision: int,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        """The app's answer, kept when the edition did not change meanwhile."""
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def started(status: str, headers: list[tuple[str, str]], *rest: object) -> Callable[[bytes], object]:
            told[:] = [(status, headers)]
            return start_response(status, headers, *rest)  # type: ignore[arg-type]

        answer = self._inner(environ, started)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = told[0]
        named = dict(headers)
        # A Last-Modified that was held back to now moves with the clock.
        is_settled = named.get("Last-Modified") != named.get("Date")
        is_short = sum(len(each or "") for each in question) <= _LONGEST_QUESTION
        if status in _KEPT and is_settled and is_short:
            date, whole = named.get("Date", ""), environ.get(WHOLE, 0)
            self._keep(question, revision, _Said(status, int(status[:3]), headers, date, [body], whole))
        return [body]

    def _keep(self, question: tuple[str | None, ...], revision: int, said: _Said) -> None:
        """Keep an answer that was made while ``revision`` was the edition, and let go of what came first."""
        with self._lock:
            if self._edition.revision() != revision:
                return
            if revision != self._revision:
                self._said, self._revision, self._weight = {}, revision, 0
            if question in self._said:
                return
            self._said[question] = said
            self._weight += len(said.body[0])
            while len(self._said) > _MOST or self._weight > _BUDGET:
                self._weight -= len(self._said.pop(next(iter(self._said))).body[0])

    def _date(self) -> str:
        """``Date``, written once a second."""
        now = self._clock()
        second, date = self._second
        if not timedelta() <= now - second < _SECOND:
            date = http_date(now)
            self._second = (now.replace(microsecond=0), date)
        return date
