"""Reading, parsing and settling documents, in one process or in several."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

import msgspec

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.files import file_name, references
from feedsvc.articles.settle import settle
from feedsvc.build.folders import FolderSettings
from feedsvc.build.formats import Formats
from feedsvc.build.printing import FeedOrder, Printed, print_feed
from feedsvc.config import Settings
from feedsvc.errors import StoreError, fault
from feedsvc.inbox.media import MediaReader
from feedsvc.inbox.read import Unread, digest, read
from feedsvc.model import Document, Draft, Finding, Hints, Lookup, Neighbours, Story
from feedsvc.parsers import parse, parser_for
from feedsvc.parsers.neighbours import Clues, clues

T = TypeVar("T")
R = TypeVar("R")
S = TypeVar("S")

# Below this many documents the start of the worker processes costs more than they save.
_WORTH_WORKERS = 400
_WORTH_PRINTERS = 40
_CHUNK = 50
# Chunks that are under way for each worker: enough that none waits, few enough that memory stays flat.
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a document: its stories, or the findings that say why there are none."""

    name: str
    digest: str
    stories: tuple[Story, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: Unread | None = None
    media: Mapping[str, Lookup] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """A hash of the document and of the files that it refers to."""
        files = sorted(each.file.digest for each in self.media.values() if each.file is not None)
        return digest("".join((self.digest, *files)).encode()) if files else self.digest


@dataclass(frozen=True, slots=True)
class Glance:
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
    """Where documents are read and settled: all the settings, and the functions that need nothing else."""

    settings: Settings
    folders: FolderSettings
    formats: Formats
    media: MediaReader

    def glance(self, task: tuple[str, str | None]) -> Glance:
        """Look at one document, of which the hash is given that is known of it."""
        name, known = task
        document = self._read(name)
        if isinstance(document, Unread):
            return Glance(name, "", unread=document)
        its = digest(document.data)
        if parser_for(document, self.folders.of(name).format, self.formats.parsers).format == "text":
            return Glance(name, its, clues(document.data))
        return Glance(name, its, outcome=None if its == known else self._outcome(document, its, Neighbours()))

    def take(self, task: tuple[str, Neighbours]) -> Outcome:
        """Read, parse and settle one document that stands among neighbours."""
        name, neighbours = task
        document = self._read(name)
        if isinstance(document, Unread):
            return Outcome(name, "", findings=(document.finding,), unread=document)
        return self._outcome(document, digest(document.data), neighbours)

    def _outcome(self, document: Document, its: str, neighbours: Neighbours) -> Outcome:
        defaults = self.folders.of(document.name)
        hints = Hints(defaults.date_order or self.settings.inbox.date_order, defaults.format)
        try:
            parsed = parse(document, neighbours, hints, self.formats.parsers)
            found = self.media.find(_names_in(parsed.drafts, document.name))
            around = Surroundings(document.name, document.modified, neighbours, defaults, found)
            stories = tuple(settle(draft, around, self.settings) for draft in parsed.drafts)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 (a fault of a parser is one rejected document, never a lost build)
            return Outcome(document.name, its, findings=(_failed(error),))
        return Outcome(document.name, its, stories, parsed.findings, media=found)

    def _read(self, name: str) -> Document | Unread:
        return read(self.settings.inbox_folder, name, self.settings.inbox.max_bytes)


def _names_in(drafts: Iterable[Draft], document: str) -> set[str]:
    """The names of the files that drafts refer to."""
    named = {file_name(reference, document) for draft in drafts for reference in references(draft)}
    return {name for name in named if name is not None}


def _failed(error: Exception) -> Finding:
    message = f"The parser failed ({fault(error)}), which is its own fault; report it with the document."
    return Finding("parser-failed", "error", message)


class Workers:
    """Runs the desk's functions over many tasks, results in the order of the tasks.

    Few tasks are run here and now; many in processes of their own, which start when they are first needed.
    """

    def __init__(self, desk: Desk, jobs: int) -> None:
        self.desk = desk
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def glances(self, tasks: Iterable[tuple[str, str | None]], count: int) -> Iterator[Glance]:
        """A first look at each document."""
        if self._is_small(count, _WORTH_WORKERS):
            return map(self.desk.glance, tasks)
        return self._map(_glances, _decode_glances, tasks, _CHUNK)

    def outcomes(self, tasks: Iterable[tuple[str, Neighbours]], count: int) -> Iterator[Outcome]:
        """What comes of each document."""
        if self._is_small(count, _WORTH_WORKERS):
            return map(self.desk.take, tasks)
        return self._map(_outcomes, _decode_outcomes, tasks, _CHUNK)

    def printed(self, orders: Iterable[FeedOrder], count: int) -> Iterator[Printed]:
        """Each feed in all its formats."""
        if self._is_small(count, _WORTH_PRINTERS):
            return (print_feed(order, self.desk.settings) for order in orders)
        return self._map(_printed, list, orders, 1)

    def _is_small(self, count: int, worth: int) -> bool:
        return self.jobs == 1 or (count < worth and self._pool is None)

    def _map(
        self,
        function: Callable[[Sequence[T]], R],
        decode: Callable[[R], Iterable[S]],
        tasks: Iterable[T],
        size: int,
    ) -> Iterator[S]:
        pool = self._open()
        waiting: deque[Future[R]] = deque()
        iterator = iter(tasks)
        while True:
            while len(waiting) < self.jobs * _AHEAD and (chunk := list(islice(iterator, size))):
                waiting.append(pool.submit(function, chunk))
            if not waiting:
                return
            yield from decode(waiting.popleft().result())

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not fork: the watching server builds in a thread, and a database is open.
            context = get_context("forkserver")
            context.set_forkserver_preload([__name__])
            self._pool = ProcessPoolExecutor(self.jobs, context, _sit_down, (self.desk,))
        return self._pool


# In a worker. Values travel as MessagePack, which takes a quarter of the time that pickling takes.

_at: list[Desk] = []
_encode = msgspec.msgpack.Encoder().encode
_decode_glances = msgspec.msgpack.Decoder(list[Glance]).decode
_decode_outcomes = msgspec.msgpack.Decoder(list[Outcome]).decode


def _sit_down(desk: Desk) -> None:
    _at[:] = [desk]


def _glances(tasks: Sequence[tuple[str, str | None]]) -> bytes:
    return _encode([_at[0].glance(task) for task in tasks])


def _outcomes(tasks: Sequence[tuple[str, Neighbours]]) -> bytes:
    return _encode([_at[0].take(task) for task in tasks])


def _printed(orders: Sequence[FeedOrder]) -> list[Printed]:
    return [print_feed(order, _at[0].settings) for order in orders]
