"""Polls of feeds, answered from memory: what was answered to the same question in the same edition is said again.

An answer to a poll depends on the edition, the address, and the headers in ``_ASKED`` alone, but for ``Date``. The
server asks here before it calls the app (``again``, ``known``), with no lock and no query on the way; what is not here
goes through the app, which leaves it here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

from feedsvc.web.answers import http_date
from feedsvc.web.counting import Counter, Poll, poll_of
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
_MOST, _BUDGET = 4_096, 24 * 1024 * 1024  # answers, and their bytes
_MOST_HEADS, _LONGEST_HEAD = 4_096, 1_024  # heads of requests that are known to the byte, and bytes of each
_SECOND = timedelta(seconds=1)
_HEELS = 0.5  # seconds for which a moment may have passed
_MOMENT = 0.05  # seconds for which the clocks and the edition are not looked at again
_DATE = b"\r\nDate: "
WHOLE = "feedsvc.whole"  # where the app leaves the length of the whole document

Question: TypeAlias = tuple[str | None, ...]


class _Said:
    """An answer as it goes over the wire, written anew once a second with the ``Date`` it names."""

    __slots__ = ("code", "date", "heads", "start", "whole", "wire")

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes, whole: int) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.date = dict(headers)["Date"]
        self.code = int(status[:3])
        self.start = len(head)
        self.wire = head + body
        self.whole = whole
        self.heads: set[bytes] = set()  # that are known to ask for it

    @property
    def sent(self) -> int:
        """The length of the body."""
        return len(self.wire) - self.start

    def dated(self, date: str) -> bytes:
        """The answer with this ``Date``. What is on its way already stays as it is."""
        if self.date != date:
            at = self.wire.index(_DATE) + len(_DATE)
            self.wire = b"".join((self.wire[:at], date.encode(), self.wire[at + len(date) :]))
        self.date = date
        return self.wire

    def in_words(self, date: str) -> tuple[str, list[tuple[str, str]], bytes]:
        """The same as WSGI has it: status, headers and body."""
        wire = self.dated(date)
        status, *lines = wire[: self.start].decode("latin-1").split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines) if name]
        return status.removeprefix("HTTP/1.1 "), headers, wire[self.start :]


@dataclass(slots=True)
class _Heard:
    """A request that is known to the byte: its answer, and what it counts as."""

    said: _Said
    poll: Poll | None


@dataclass(slots=True)
class _Memory:
    """What was answered in one edition."""

    revision: int
    said: dict[Question, _Said] = field(default_factory=dict)
    heard: dict[bytes, _Heard] = field(default_factory=dict)
    weight: int = 0


class Express:
    """Ready answers for the server; for WSGI, the app inside with those answers before it.

    ``prefix`` is the path of the public base, below which all addresses lie.
    """

    def __init__(
        self,
        inner: "WSGIApplication",
        edition: Edition,
        clock: Callable[[], datetime],
        counter: Counter | None,
        prefix: str = "",
        moment: float = _MOMENT,
    ) -> None:
        self._inner = inner
        self._edition = edition
        self._clock = clock
        self._counter = counter
        self._moment = moment
        self._prefix = prefix.encode().decode("latin-1")
        self._lock = Lock()  # for what changes the answers; they are read without it
        self._memory = _Memory(0)
        self._second = (datetime.max.replace(tzinfo=UTC), "")
        self._until = float("-inf")  # what stands below holds until then
        self._goes = False  # whether the request that ``again`` did not answer shall reach the app
        self._date, self._day = "", 0

    # For the server

    def again(self, head: bytes, address: str) -> bytes | None:
        """The answer to a request whose head is known to the byte; None when it is not, or not in this edition."""
        heard = self._memory.heard.get(head)
        if heard is None:
            return None
        if monotonic() >= self._until and not self._look():
            self._goes = True
            return None
        if heard.poll is not None and self._counter is not None:
            self._counter.count(heard.poll, address, self._day)
        said = heard.said
        return said.wire if said.date is self._date else said.dated(self._date)

    def known(self, head: bytes | None, environ: dict[str, Any], address: str) -> bytes | None:
        """The answer to ``environ``; None when it must be made. A ``head`` that is given is known from then on."""
        goes, self._goes = self._goes, False
        if goes:
            return None  # it is the one that asks for the edition
        memory = self._memory
        question = self._question(environ)
        said = memory.said.get(question) if question else None
        if question is None or said is None or (monotonic() >= self._until and not self._look()):
            return None
        poll = poll_of(environ["PATH_INFO"].removeprefix(self._prefix), environ, said.code, said.sent, said.whole)
        if head is not None and len(head) <= _LONGEST_HEAD:
            self._learn(memory, question, head, _Heard(said, poll))
        if poll is not None and self._counter is not None:
            self._counter.count(poll, address, self._day)
        return said.dated(self._date)

    def _look(self) -> bool:
        """Look at the clocks, and whether the edition is still the one that is remembered; for a moment it is then.

        When that is not known any more, one request goes and asks. Those on its heels are answered as before.
        """
        revision, now = self._edition.known_revision(), monotonic()
        if revision is None:
            if now - self._until < _HEELS:
                self._until = now + self._moment
            return False
        if revision != self._memory.revision:
            self._forget(revision)
            return False
        self._until = now + self._moment
        self._date = self._now()
        self._day = 0 if self._counter is None else self._counter.today()
        return True

    def _forget(self, revision: int) -> None:
        """Let go of what was answered in an older edition than ``revision``."""
        with self._lock:
            if self._memory.revision < revision:
                self._memory = _Memory(revision)

    def _learn(self, memory: _Memory, question: Question, head: bytes, heard: _Heard) -> None:
        """Know ``head`` from now on, as long as its answer is here."""
        with self._lock:
            if memory.said.get(question) is not heard.said:
                return
            memory.heard[head] = heard
            heard.said.heads.add(head)
            if len(memory.heard) > _MOST_HEADS:
                first = next(iter(memory.heard))
                memory.heard.pop(first).said.heads.discard(first)

    # For WSGI

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        question = self._question(environ)
        if question is None:
            return self._inner(environ, start_response)
        revision = self._edition.revision()
        if revision != self._memory.revision:
            self._forget(revision)
        said = self._memory.said.get(question)
        if said is None:
            return self._ask(question, revision, environ, start_response)
        if self._counter is not None:
            path = environ["PATH_INFO"].removeprefix(self._prefix)
            self._counter.note(path, environ, said.code, said.sent, said.whole)
        status, headers, body = said.in_words(self._now())
        start_response(status, headers)
        return [body]

    def _question(self, environ: "WSGIEnvironment") -> Question | None:
        """All that decides the answer; None when it is no poll of a feed."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.endswith(_SUFFIXES):
            return None
        return (path, *map(environ.get, _ASKED)) if path.startswith(f"{self._prefix}/feeds/") else None

    def _ask(
        self,
        question: Question,
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
            self._keep(question, revision, _Said(status, headers, body, environ.get(WHOLE, 0)))
        return [body]

    def _keep(self, question: Question, revision: int, said: _Said) -> None:
        """Keep an answer that was made while ``revision`` was the edition, and let go of what came first."""
        with self._lock:
            memory = self._memory
            if memory.revision != revision or self._edition.revision() != revision or question in memory.said:
                return
            memory.said[question] = said
            memory.weight += len(said.wire)
            while len(memory.said) > _MOST or memory.weight > _BUDGET:
                gone = memory.said.pop(next(iter(memory.said)))
                memory.weight -= len(gone.wire)
                for head in gone.heads:
                    memory.heard.pop(head, None)

    def _now(self) -> str:
        """``Date``, written once a second."""
        now = self._clock()
        second, date = self._second
        if not timedelta() <= now - second < _SECOND:
            date = http_date(now)
            self._second = (now.replace(microsecond=0), date)
        return date
