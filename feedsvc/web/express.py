"""Polls of feeds, answered before Flask: what was answered to the same question in the same edition is said again.

An answer to a poll depends on the edition, the address, and the headers in ``_ASKED`` alone, but for ``Date``.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
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
_MOST, _BUDGET = 4_096, 64 * 1024 * 1024  # answers, and bytes of their bodies
WHOLE = "feedsvc.whole"  # where the app leaves the length of the whole document


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer: its headers (``Date`` is written anew), its body, and the length of the whole document."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    whole: int


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
        self._lock = Lock()
        self._revision = 0
        self._said: OrderedDict[tuple[str, ...], _Said] = OrderedDict()
        self._weight = 0
        self._second: tuple[int, str] = (0, "")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.startswith("/feeds/") or not path.endswith(_SUFFIXES):
            return self._inner(environ, start_response)
        question = (path, *(environ.get(each, "") for each in _ASKED))
        if sum(map(len, question)) > _LONGEST_QUESTION:
            return self._inner(environ, start_response)
        revision = self._edition.revision()
        said = self._recall(question, revision)
        if said is None:
            return self._ask(question, revision, environ, start_response)
        if self._counter is not None:
            status = int(said.status[:3])
            self._counter.note(path, environ, status, len(said.body), said.whole)
        date = self._date()
        start_response(said.status, [(name, date if name == "Date" else value) for name, value in said.headers])
        return [said.body]

    def _recall(self, question: tuple[str, ...], revision: int) -> _Said | None:
        with self._lock:
            if revision != self._revision:
                self._said.clear()
                self._revision, self._weight = revision, 0
            if question in self._said:
                self._said.move_to_end(question)
            return self._said.get(question)

    def _ask(
        self,
        question: tuple[str, ...],
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
        if status in _KEPT and is_settled and self._edition.revision() == revision:
            self._keep(question, revision, _Said(status, headers, body, environ.get(WHOLE, 0)))
        return [body]

    def _keep(self, question: tuple[str, ...], revision: int, said: _Said) -> None:
        with self._lock:
            if revision != self._revision or question in self._said:
                return
            self._said[question] = said
            self._weight += len(said.body)
            while len(self._said) > _MOST or self._weight > _BUDGET:
                self._weight -= len(self._said.popitem(last=False)[1].body)

    def _date(self) -> str:
        """``Date``, written once a second."""
        now = self._clock()
        second = int(now.timestamp())
        if self._second[0] != second:
            self._second = (second, http_date(now))
        return self._second[1]
