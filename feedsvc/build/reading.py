"""Reading, parsing and settling documents, in one process or in several."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from feedsvc.build.folders import FolderSettings
from feedsvc.build.formats import Formats
from feedsvc.build.newcomers import Newcomer
from feedsvc.build.press import Press
from feedsvc.build.printing import FeedOrder, Printed
from feedsvc.config import Settings
from feedsvc.inbox.media import MediaReader
from feedsvc.inbox.read import Unread, digest
from feedsvc.model import Clues, Finding, Lookup, Neighbours, Story
from feedsvc.processes import collect_seldom, give_way
from feedsvc.topics.rules import Rules

if TYPE_CHECKING:
    from feedsvc.pool import Pool  # small builds do without

T = TypeVar("T")
S = TypeVar("S")

# Below this many documents the start of the worker processes costs more than they save.
_WORTH_WORKERS = 400
_WORTH_PRINTERS = 40
_CHUNK = 50
_MOST_ORDERS = 16  # of feeds that a worker prints before it tells
# Chunks that wait for each worker: enough that none idles while their outcomes are entered, few enough that memory stays flat.
# An order of a feed holds its articles.
_CHUNKS_AHEAD, _ORDERS_AHEAD = 8, 2


class Suspect(NamedTuple):
    """A document to be looked at, and the hash that is known of it; ``is_new``: the ledger knows nothing of it."""

    name: str
    digest: str | None
    is_new: bool


class Due(NamedTuple):
    """A document to be read among its neighbours; ``is_new``: the ledger knows no article of it."""

    name: str
    neighbours: Neighbours
    is_new: bool


class Told:
    """A story on its way from a worker. It travels as JSON: MessagePack would take every moment to UTC."""

    __slots__ = ("story",)

    def __init__(self, story: Story) -> None:
        self.story = story


class Outcome(Struct, frozen=True, array_like=True):
    """What came of a document: its stories, or the findings that say why there are none.

    The good stories of a new document are ``newcomers``; it has no others.
    """

    name: str
    digest: str
    told: tuple[Told, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: Unread | None = None
    media: Mapping[str, Lookup] = {}

    @property
    def stories(self) -> tuple[Story, ...]:
        """The stories."""
        return tuple([each.story for each in self.told]) if self.told else ()

    @property
    def content(self) -> str:
        """A hash of the document and of the files that it refers to."""
        return content_of(self.digest, self.media)


def content_of(its: str, media: Mapping[str, Lookup]) -> str:
    """A hash of a document and of the files that it refers to; ``its`` is that of the document."""
    files = sorted(each.file.digest for each in media.values() if each.file is not None)
    return digest("".join((its, *files)).encode()) if files else its


class Glance(Struct, frozen=True, array_like=True):
    """A first look at a document: the hash of its bytes, and what it tells its neighbours.

    ``outcome`` is what came of it, where the neighbours have no say and the bytes are not those that were known.
    """

    name: str
    digest: str
    clues: Clues | None = None
    unread: Unread | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What decides how documents are read and settled, but for themselves: the settings, the formats, the files
    beside; and how stories enter the ledger: the authority of ids, the moment, the rules of topics."""

    settings: Settings
    folders: FolderSettings
    formats: Formats
    media: MediaReader
    authority: str
    now: datetime
    rules: Rules


class Workers:
    """Runs the desk's functions over many tasks, results in the order of the tasks.

    Few tasks are run here and now; many in processes of their own, which start when they are first needed.
    """

    def __init__(self, desk: Desk, jobs: int) -> None:
        self.desk = desk
        self.jobs = jobs
        self._pool: Pool | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.close()

    def glances(self, tasks: Iterable[Suspect], count: int) -> Iterator[Glance]:
        """A first look at each document."""
        if self._is_small(count, _WORTH_WORKERS):
            return _here("glances", self.desk, tasks)
        return self._map(_glances, _decode_glances, _chunks(tasks, _CHUNK), _CHUNKS_AHEAD)

    def outcomes(self, tasks: Iterable[Due], count: int) -> Iterator[Outcome]:
        """What comes of each document."""
        if self._is_small(count, _WORTH_WORKERS):
            return _here("take", self.desk, tasks)
        return self._map(_outcomes, _decode_outcomes, _chunks(tasks, _CHUNK), _CHUNKS_AHEAD)

    def printed(self, orders: Iterable[FeedOrder], count: int) -> Iterator[Printed]:
        """Each feed in all its formats."""
        if self._is_small(count, _WORTH_PRINTERS):
            return map(Press(self.desk.settings).print_feed, orders)
        at_once = max(1, min(_MOST_ORDERS, count // (self.jobs * 16)))
        return self._map(_printed, _decode_printed, _chunks(map(_encode, orders), at_once), _ORDERS_AHEAD)

    def _is_small(self, count: int, worth: int) -> bool:
        return self.jobs == 1 or (count < worth and self._pool is None)

    def _map(
        self,
        function: Callable[[Sequence[T]], bytes],
        decode: Callable[[bytes], Iterable[S]],
        chunks: Iterable[Sequence[T]],
        ahead: int,
    ) -> Iterator[S]:
        if self._pool is None:
            from feedsvc.pool import Pool

            self._pool = Pool(self.jobs, f"{__package__}.taking", _sit_down, self.desk)
        for answer in self._pool.map(function, chunks, ahead):
            yield from decode(answer)


def _chunks(tasks: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(tasks)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _here(function: str, desk: Desk, tasks: Iterable[Any]) -> Iterator[Any]:
    """What a function of ``taking`` makes of ``tasks`` in this process; where there are none, it is not even loaded."""
    waiting = iter(tasks)
    for first in waiting:
        yield from getattr(_taking(), function)(desk, chain((first,), waiting))


def _taking() -> ModuleType:
    """What takes documents, loaded by the first of them: the parsers are most of the time in which a build starts."""
    from feedsvc.build import taking

    return taking


# In a worker. Values travel as MessagePack, which takes a quarter of the time that pickling takes.

_at: list[Desk] = []
_press: list[Press] = []
_encode_story = msgspec.json.Encoder().encode
_decode_story = msgspec.json.Decoder(Story).decode


def _sent(told: Told) -> bytes:
    return _encode_story(told.story)


def _received(_: type, sent: bytes) -> Told:
    return Told(_decode_story(sent))


_encode = msgspec.msgpack.Encoder(enc_hook=_sent).encode
_decode_glances = msgspec.msgpack.Decoder(list[Glance], dec_hook=_received).decode
_decode_outcomes = msgspec.msgpack.Decoder(list[Outcome], dec_hook=_received).decode
_decode_order = msgspec.msgpack.Decoder(FeedOrder).decode
_decode_printed = msgspec.msgpack.Decoder(list[Printed]).decode


def _sit_down(desk: Desk) -> None:
    give_way()
    collect_seldom()
    _at[:] = [desk]
    _press[:] = [Press(desk.settings)]


def _glances(tasks: Sequence[Suspect]) -> bytes:
    return _encode(list(_taking().glances(_at[0], tasks)))


def _outcomes(tasks: Sequence[Due]) -> bytes:
    return _encode(list(_taking().take(_at[0], tasks)))


def _printed(orders: Sequence[bytes]) -> bytes:
    return _encode([_press[0].print_feed(_decode_order(order)) for order in orders])
