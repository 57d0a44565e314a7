"""Counting who reads: each answer to a poll is noted in memory, and written in batches beside the requests."""

import atexit
import logging
from collections import Counter as Counts
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Protocol, TypeAlias

from feedsvc.audience import FeedAudience, Tally, Traffic, date_of, day_of, window_of
from feedsvc.errors import StoreError
from feedsvc.readers import identify

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FLUSH = 2.0  # seconds between two writes
_MANY = 10_000  # polls after which equal ones are made one; different ones after which they are written at once
_FULL = 50_000  # different polls after which others count without their client until those were written; things in a tally after which no client is added until they were written
_COUNTED = (200, 226, 304)
_IPV6_SITE = 64  # bits that stay the same where machines change their addresses (RFC 8981)

_log = logging.getLogger("feedsvc")

Network: TypeAlias = IPv4Network | IPv6Network


class Statistics(Protocol):
    """Where counts are kept. Each method may raise StoreError."""

    def salt(self, window: int) -> bytes:
        """The salt of a counting window, the same for all processes."""
        ...

    def add(self, tally: Tally, day: int) -> None:
        """Count ``tally`` in, on ``day``."""
        ...

    def audiences(self, day: int) -> tuple[FeedAudience, ...]:
        """Who reads each feed."""
        ...

    def days(self) -> list[tuple[int, Traffic]]:
        """The traffic of all feeds on each day that is kept apart."""
        ...


def client_address(address: str, forwarded: str, trusted: Iterable[Network]) -> str:
    """The address of who asks: the nearest of the connection and X-Forwarded-For that is no trusted proxy.

    What stands left of that was written by somebody who is not trusted.
    """
    trusted = tuple(trusted)
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    while hops and _is_within(address, trusted):
        address = hops.pop()
    return address


def _is_within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed.version == network.version and parsed in network for network in networks)


def _site(address: str) -> str:
    """What stays of an address when one household's machines are one: all of IPv4, the network of IPv6."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or IPv6Network((parsed, _IPV6_SITE), strict=False))


@dataclass(frozen=True, slots=True, eq=False)
class Poll:
    """What an answer to a poll counts as, for whoever asks in the same words."""

    path: str
    agent: str
    forwarded: str
    is_not_modified: bool
    sent: int
    whole: int

    @property
    def feed(self) -> str:
        """The feed's name."""
        return self.path.removeprefix("/feeds/").rpartition(".")[0]


def poll_of(path: str, environ: "WSGIEnvironment", status: int, sent: int, whole: int) -> Poll | None:
    """What the answer to a request for the document at ``path`` counts as; None when it was no poll of a feed.

    ``sent`` and ``whole`` are the lengths of the body and of the whole document without a coding, in bytes.
    """
    asked = environ.get
    if status not in _COUNTED or environ["REQUEST_METHOD"] != "GET" or asked("HTTP_SEC_FETCH_DEST") == "document":
        return None  # "document": a person opened it in a browser (Fetch Metadata); no reader says so
    if "/" in path.removeprefix("/feeds/"):
        return None
    agent, forwarded = asked("HTTP_USER_AGENT", ""), asked("HTTP_X_FORWARDED_FOR", "")
    return Poll(path, agent, forwarded, status == 304, sent, whole)


class Counter:
    """The counts of one serving process. Safe for its threads; nothing here raises into an answer.

    A request only notes that it was one more of its kind. What that tells of readers is worked out when it is written.
    """

    def __init__(self, statistics: Statistics, trusted: Iterable[Network], clock: Callable[[], float]) -> None:
        self._statistics = statistics
        self._trusted = tuple(trusted)
        self._clock = clock
        self._fresh: deque[tuple[Poll, str, int]] = deque()  # the one thing that requests touch
        self._lock = Lock()  # for what is noted
        self._noted: Counts[tuple[Poll, str, int]] = Counts()
        self._beyond = Tally()
        self._writing = Lock()  # for what was worked out
        self._tally = Tally()
        self._salts: dict[int, bytes] = {}
        self._hurry = Event()
        self._is_failing = False

    def start(self) -> None:
        """Write every now and then from here on, and at the end."""
        stop = Event()

        def work() -> None:
            while not stop.is_set():
                self._hurry.wait(FLUSH)
                self._hurry.clear()
                self.flush()

        Thread(target=work, name="counting", daemon=True).start()
        atexit.register(self.flush)
        atexit.register(stop.set)

    def note(self, path: str, environ: "WSGIEnvironment", status: int, sent: int, whole: int) -> None:
        """Count the answer to a request for the document at ``path``, if it was a poll of a feed (see ``poll_of``)."""
        poll = poll_of(path, environ, status, sent, whole)
        if poll is not None:
            self.count(poll, environ.get("REMOTE_ADDR") or "", self.today())

    def today(self) -> int:
        """The day on which is counted."""
        return day_of(self._clock())

    def count(self, poll: Poll, address: str, day: int) -> None:
        """Count an answer to a poll that came from ``address``."""
        self._fresh.append((poll, address, day))
        if len(self._fresh) >= _MANY:
            self._fold()

    def _fold(self) -> None:
        """Make one of what was noted twice."""
        with self._lock:
            fresh = Counts(self._fresh.popleft() for _ in range(len(self._fresh)))
            for noted, times in fresh.items():
                if noted in self._noted or len(self._noted) < _FULL:
                    self._noted[noted] += times
                else:
                    poll, _, day = noted
                    _add_traffic(self._beyond, poll, day, times)
            if len(self._noted) >= _MANY:
                self._hurry.set()

    def flush(self) -> None:
        """Write what was counted. When that fails it is said once, and tried again with what comes next."""
        with self._writing:
            self._fold()
            with self._lock:
                noted, self._noted = self._noted, Counts()
                beyond, self._beyond = self._beyond, Tally()
            self._tally.merge(beyond)
            for (poll, address, day), times in noted.items():
                self._take(poll, address, day, times)
            if not self._tally:
                return
            try:
                self._statistics.add(self._tally, self.today())
                self._tally, self._is_failing = Tally(), False
            except StoreError as error:
                self._complain(error)

    def _take(self, poll: Poll, address: str, day: int, times: int) -> None:
        """Work out what polls of one kind tell."""
        reader, tally = identify(poll.agent), self._tally
        _add_traffic(tally, poll, day, times)
        if tally.size >= _FULL:
            return
        feed = poll.feed
        if reader.stated is not None:
            tally.stated[feed, poll.path, reader.name] = (day, reader)
            return
        window = window_of(day)
        client = self._client(poll, address, window)
        if client is not None:
            tally.clients[window, feed, reader.name, client] = reader

    def audiences(self) -> tuple[FeedAudience, ...]:
        """Who reads each feed, with all that this process counted. Raises StoreError."""
        self.flush()
        return self._statistics.audiences(day_of(self._clock()))

    def days(self) -> list[tuple[str, int, int]]:
        """Polls, and those answered with 304, on each of the last days (ISO 8601). Raises StoreError."""
        self.flush()
        return [(date_of(day), each.polls, each.not_modified) for day, each in self._statistics.days()]

    def _client(self, poll: Poll, address: str, window: int) -> bytes | None:
        """The hash by which a client is known in a window; None while there is no salt for it."""
        salt = self._salts.get(window)
        if salt is None:
            try:
                salt = self._statistics.salt(window)
            except StoreError as error:
                self._complain(error)
                return None
            self._salts = {window: salt}
        site = _site(client_address(address, poll.forwarded, self._trusted))
        return blake2b(f"{site}\n{poll.agent}".encode("utf-8", "replace"), key=salt, digest_size=16).digest()

    def _complain(self, error: StoreError) -> None:
        if not self._is_failing:
            _log.warning("readers are not counted: %s", error)
        self._is_failing = True


def _add_traffic(tally: Tally, poll: Poll, day: int, times: int) -> None:
    saved = max(0, poll.whole - poll.sent)
    traffic = Traffic(times, times * poll.is_not_modified, times * poll.sent, times * saved)
    tally.traffic.setdefault((day, poll.feed), Traffic()).add(traffic)
