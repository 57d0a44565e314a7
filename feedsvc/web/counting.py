"""Counting who reads: each answer to a poll is noted in memory, and written in batches beside the requests."""

import atexit
import logging
from collections.abc import Callable, Iterable
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from feedsvc.audience import FeedAudience, Tally, Traffic, date_of, day_of, window_of
from feedsvc.errors import StoreError
from feedsvc.readers import identify

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FLUSH = 2.0  # seconds between two writes
_MANY = 10_000  # different polls after which those noted are taken into the tally
_FULL = 50_000  # things in a tally after which no client is added until they were written
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


class _Poll(NamedTuple):
    """What is noted of an answer to a poll, until it is taken into the tally within seconds."""

    day: int
    path: str
    agent: str
    address: str
    forwarded: str
    is_not_modified: bool
    sent: int
    whole: int


class Counter:
    """The counts of one serving process. Safe for its threads; nothing here raises into an answer.

    A request only notes that it was one more of its kind. What that tells of readers is worked out when it is written.
    """

    def __init__(self, statistics: Statistics, trusted: Iterable[Network], clock: Callable[[], float]) -> None:
        self._statistics = statistics
        self._trusted = tuple(trusted)
        self._clock = clock
        self._noted: dict[_Poll, int] = {}
        self._tally = Tally()
        self._salts: dict[int, bytes] = {}
        self._lock = Lock()
        self._writing = Lock()
        self._is_failing = False

    def start(self) -> None:
        """Write every now and then from here on, and at the end."""
        stop = Event()

        def work() -> None:
            while not stop.wait(FLUSH):
                self.flush()

        Thread(target=work, name="counting", daemon=True).start()
        atexit.register(self.flush)
        atexit.register(stop.set)

    def note(self, path: str, environ: "WSGIEnvironment", status: int, sent: int, whole: int) -> None:
        """Count the answer to a request for the document at ``path``, if it was a poll of a feed.

        ``sent`` and ``whole`` are the lengths of the body and of the whole document without a coding, in bytes.
        """
        asked = environ.get
        if status not in _COUNTED or environ["REQUEST_METHOD"] != "GET" or asked("HTTP_SEC_FETCH_DEST") == "document":
            return  # "document": a person opened it in a browser (Fetch Metadata); no reader says so
        poll = _Poll(
            day_of(self._clock()),
            path,
            asked("HTTP_USER_AGENT", ""),
            asked("REMOTE_ADDR") or "",
            asked("HTTP_X_FORWARDED_FOR", "") if self._trusted else "",
            status == 304,
            sent,
            whole,
        )
        with self._lock:
            self._noted[poll] = self._noted.get(poll, 0) + 1
            if len(self._noted) >= _MANY:
                self._take()

    def _take(self) -> None:
        """Take what was noted into the tally. The lock is held."""
        for poll, times in self._noted.items():
            name = poll.path.removeprefix("/feeds/")
            if "/" not in name:
                self._count(poll, name.rpartition(".")[0], times)
        self._noted = {}

    def _count(self, poll: _Poll, feed: str, times: int) -> None:
        reader = identify(poll.agent)
        saved = max(0, poll.whole - poll.sent)
        traffic = Traffic(times, times * poll.is_not_modified, times * poll.sent, times * saved)
        tally = self._tally
        tally.traffic.setdefault((poll.day, feed), Traffic()).add(traffic)
        if tally.size >= _FULL:
            return
        if reader.stated is not None:
            tally.stated[feed, poll.path, reader.name] = (poll.day, reader)
            return
        window = window_of(poll.day)
        client = self._client(poll, window)
        if client is not None:
            tally.clients[window, feed, reader.name, client] = reader

    def flush(self) -> None:
        """Write what was counted. When that fails it is said once, and tried again with what comes next."""
        with self._writing:
            with self._lock:
                self._take()
                tally, self._tally = self._tally, Tally()
            if not tally:
                return
            try:
                self._statistics.add(tally, day_of(self._clock()))
                self._is_failing = False
            except StoreError as error:
                self._complain(error)
                with self._lock:
                    tally.merge(self._tally)
                    self._tally = tally

    def audiences(self) -> tuple[FeedAudience, ...]:
        """Who reads each feed, with all that this process counted. Raises StoreError."""
        self.flush()
        return self._statistics.audiences(day_of(self._clock()))

    def days(self) -> list[tuple[str, int, int]]:
        """Polls, and those answered with 304, on each of the last days (ISO 8601). Raises StoreError."""
        self.flush()
        return [(date_of(day), each.polls, each.not_modified) for day, each in self._statistics.days()]

    def _client(self, poll: _Poll, window: int) -> bytes | None:
        """The hash by which a client is known in a window; None while there is no salt for it."""
        salt = self._salts.get(window)
        if salt is None:
            try:
                salt = self._statistics.salt(window)
            except StoreError as error:
                self._complain(error)
                return None
            self._salts = {window: salt}
        site = _site(client_address(poll.address, poll.forwarded, self._trusted))
        return blake2b(f"{site}\n{poll.agent}".encode("utf-8", "replace"), key=salt, digest_size=16).digest()

    def _complain(self, error: StoreError) -> None:
        if not self._is_failing:
            _log.warning("readers are not counted: %s", error)
        self._is_failing = True
