"""Who reads: what is counted of the requests for feeds, and what comes of it. No address is kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from feedsvc.readers import OTHER, Reader

WINDOW = 7  # days over which clients are told apart; then their salt is erased
_DAY = 86400

# Names of programs that are kept apart in a feed; what says yet another name is counted with the others.
MOST_NAMES = 100


def day_of(moment: float) -> int:
    """The day of a moment (seconds since 1970, UTC), in days since 1970."""
    return int(moment // _DAY)


def date_of(day: int) -> str:
    """A day since 1970 as ISO 8601 writes it."""
    return datetime.fromtimestamp(day * _DAY, UTC).date().isoformat()


def window_of(day: int) -> int:
    """The counting window that a day is in."""
    return day // WINDOW


@dataclass(slots=True)
class Traffic:
    """Polls of a feed: how many, those answered with 304, bytes sent, and bytes that compression and 304 saved."""

    polls: int = 0
    not_modified: int = 0
    sent: int = 0
    saved: int = 0

    def add(self, other: "Traffic") -> None:
        """Count ``other`` in."""
        self.polls += other.polls
        self.not_modified += other.not_modified
        self.sent += other.sent
        self.saved += other.saved


@dataclass(slots=True)
class Tally:
    """What one process counted since it last wrote.

    ``traffic`` is by (day, feed); ``stated`` has the last number that a hosted reader gave, by (path, reader) of
    the document it fetches, with the day; ``clients`` are (window, feed, reader, hash of the client).
    """

    traffic: dict[tuple[int, str], Traffic] = field(default_factory=dict)
    stated: dict[tuple[str, str, str], tuple[int, Reader]] = field(default_factory=dict)
    clients: dict[tuple[int, str, str, bytes], Reader] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.traffic)

    @property
    def size(self) -> int:
        """How many things are kept."""
        return len(self.traffic) + len(self.stated) + len(self.clients)

    def merge(self, newer: "Tally") -> None:
        """Count ``newer`` in, which was counted after this."""
        for at, traffic in newer.traffic.items():
            self.traffic.setdefault(at, Traffic()).add(traffic)
        self.stated |= newer.stated
        self.clients |= newer.clients


@dataclass(frozen=True, slots=True)
class ReaderCount:
    """The subscribers of a feed through one reader.

    ``is_stated``: the reader says so itself. ``is_verified`` is false where the name is of no known reader, or the
    number was more than is believed.
    """

    name: str
    subscribers: int
    is_stated: bool
    is_verified: bool

    def as_json(self) -> dict[str, object]:
        """The form of ``stats --json``."""
        marks = {"stated": self.is_stated, "unverified": not self.is_verified}
        return {"name": self.name, "subscribers": self.subscribers} | {
            each: True for each, is_so in marks.items() if is_so
        }


@dataclass(frozen=True, slots=True)
class FeedAudience:
    """Who reads a feed: its traffic over the last seven days and since counting began, its readers, most first."""

    feed: str
    week: Traffic
    ever: Traffic
    readers: tuple[ReaderCount, ...]

    @property
    def subscribers(self) -> int:
        """Those of all its readers."""
        return sum(each.subscribers for each in self.readers)

    def as_json(self) -> dict[str, object]:
        """The form of ``stats --json``."""
        return {
            "feed": self.feed,
            "subscribers": self.subscribers,
            "polls": self.week.polls,
            "not_modified": self.week.not_modified,
            "bytes_sent": self.week.sent,
            "bytes_saved": self.week.saved,
            "readers": [each.as_json() for each in self.readers],
        }


def readers_of(
    stated: Iterable[tuple[str, int, bool]], clients: Iterable[tuple[str, int, bool]]
) -> tuple[ReaderCount, ...]:
    """The readers of one feed, most subscribers first, from rows of (reader, number, verified).

    A reader that states numbers has them added up over the documents it fetches; it is not counted as a client too.
    """
    numbers, verified = Counter[tuple[str, bool]](), dict[tuple[str, bool], bool]()
    hosted = set()
    for is_stated, rows in ((True, stated), (False, clients)):
        for name, number, is_verified in rows:
            if is_stated:
                hosted.add(name)
            elif name in hosted:
                continue
            numbers[name, is_stated] += number
            verified[name, is_stated] = verified.get((name, is_stated), True) and is_verified
    found = [
        ReaderCount(name, number, is_stated, verified[name, is_stated])
        for (name, is_stated), number in numbers.items()
    ]
    return tuple(sorted(_folded(found), key=lambda each: (-each.subscribers, each.name)))


def _folded(found: list[ReaderCount]) -> list[ReaderCount]:
    """The readers, those beyond the number that is kept apart as one."""
    found = sorted(found, key=lambda each: (not each.is_verified, -each.subscribers, each.name))
    rest = found[MOST_NAMES:]
    if not rest:
        return found
    return [*found[:MOST_NAMES], ReaderCount(OTHER, sum(each.subscribers for each in rest), False, False)]
