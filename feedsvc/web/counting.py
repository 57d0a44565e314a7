"""Counting who reads: each answer to a poll is noted in memory, and written in batches beside the requests."""

import atexit
import logging
from collections.abc import Callable, Iterable
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Protocol, TypeAlias

from feedsvc.audience import FeedAudience, Tally, Traffic, day_of, window_of
from feedsvc.errors import StoreError
from feedsvc.readers import identify

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FLUSH = 2.0  # seconds between two writes
_FULL = 50_000  # things noted after which no client is added until they were written
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


def client_address(environ: "WSGIEnvironment", trusted: Iterable[Network]) -> str:
    """The address of who asks: the nearest of the connection and X-Forwarded-For that is no trusted proxy.

    What stands left of that was written by somebody who is not trusted.
    """
    trusted = tuple(trusted)
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    address = environ.get("REMOTE_ADDR") or ""
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


class Counter:
    """The counts of one serving process. Safe for its threads; nothing here raises into an answer."""

    def __init__(self, statistics: Statistics, trusted: Iterable[Network], clock: Callable[[], float]) -> None:
        self._statistics = statistics
        self._trusted = tuple(trusted)
        self._clock = clock
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
        name = path.removeprefix("/feeds/")
        if environ["REQUEST_METHOD"] != "GET" or status not in _COUNTED or "/" in name or _is_navigation(environ):
            return
        feed = name.rpartition(".")[0]
        reader = identify(environ.get("HTTP_USER_AGENT"))
        day = day_of(self._clock())
        poll = Traffic(1, int(status == 304), sent, max(0, whole - sent))
        client = None if reader.stated is not None else self._client(environ, window_of(day))
        with self._lock:
            tally = self._tally
            tally.traffic.setdefault((day, feed), Traffic()).add(poll)
            if tally.size >= _FULL:
                return
            if reader.stated is not None:
                tally.stated[feed, path, reader.name] = (day, reader)
            elif client is not None:
                tally.clients[window_of(day), feed, reader.name, client] = reader

    def flush(self) -> None:
        """Write what was counted. When that fails it is said once, and tried again with what comes next."""
        with self._writing:
            with self._lock:
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

    def _client(self, environ: "WSGIEnvironment", window: int) -> bytes | None:
        """The hash by which a client is known in a window; None while there is no salt for it."""
        salt = self._salts.get(window)
        if salt is None:
            try:
                salt = self._statistics.salt(window)
            except StoreError as error:
                self._complain(error)
                return None
            self._salts = {window: salt}
        site = _site(client_address(environ, self._trusted))
        agent = environ.get("HTTP_USER_AGENT", "")
        return blake2b(f"{site}\n{agent}".encode("utf-8", "replace"), key=salt, digest_size=16).digest()

    def _complain(self, error: StoreError) -> None:
        if not self._is_failing:
            _log.warning("readers are not counted: %s", error)
        self._is_failing = True


def _is_navigation(environ: "WSGIEnvironment") -> bool:
    """Whether a person opened the address in a browser (Fetch Metadata); no reader says so."""
    return bool(environ.get("HTTP_SEC_FETCH_DEST") == "document")
