"""Reading, parsing and settling documents, in one process or in several."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.settle import settle
from feedsvc.build.folders import FolderSettings
from feedsvc.build.formats import Formats
from feedsvc.config import Settings
from feedsvc.errors import fault
from feedsvc.inbox.read import Unread, digest, read
from feedsvc.model import Document, Finding, Hints, Neighbours, Story
from feedsvc.parsers import parse, parser_for
from feedsvc.parsers.neighbours import Clues, clues

T = TypeVar("T")
R = TypeVar("R")

# Below this many documents the start of the worker processes costs more than they save.
_WORTH_WORKERS = 400
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Glance:
    """A first look at a document: the hash of its bytes and what it tells its neighbours."""

    name: str
    digest: str
    clues: Clues | None = None
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a document: its stories, or the findings that say why there are none."""

    name: str
    digest: str
    stories: tuple[Story, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where documents are read and settled: all the settings, and the functions that need nothing else."""

    settings: Settings
    folders: FolderSettings
    formats: Formats

    def glance(self, name: str) -> Glance:
        """Look at one document."""
        document = self._read(name)
        if isinstance(document, Unread):
            return Glance(name, "", unread=document)
        chosen = parser_for(document, self.folders.of(name).format, self.formats.parsers)
        tells = clues(document.data) if chosen.format == "text" else None
        return Glance(name, digest(document.data), tells)

    def take(self, task: tuple[str, Neighbours | None]) -> Outcome:
        """Read, parse and settle one document."""
        name, told = task
        neighbours = told or Neighbours()
        document = self._read(name)
        if isinstance(document, Unread):
            return Outcome(name, "", findings=(document.finding,), unread=document)
        defaults = self.folders.of(name)
        hints = Hints(defaults.date_order or self.settings.inbox.date_order, defaults.format)
        try:
            parsed = parse(document, neighbours, hints, self.formats.parsers)
            around = Surroundings(name, document.modified, neighbours, defaults)
            stories = tuple(settle(draft, around, self.settings) for draft in parsed.drafts)
        except Exception as error:  # noqa: BLE001 (a fault of a parser is one rejected document, never a lost build)
            return Outcome(name, digest(document.data), findings=(_failed(error),))
        return Outcome(name, digest(document.data), stories, parsed.findings)

    def _read(self, name: str) -> Document | Unread:
        return read(self.settings.inbox_folder, name, self.settings.inbox.max_bytes)


def _failed(error: Exception) -> Finding:
    message = f"The parser failed ({fault(error)}), which is its own fault; report it with the document."
    return Finding("parser-failed", "error", message)


class Workers:
    """Runs the desk's functions over many documents, results in the order of the tasks."""

    def __init__(self, desk: Desk, jobs: int) -> None:
        self.desk = desk
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def glances(self, names: list[str]) -> Iterator[Glance]:
        """A first look at each document."""
        return self._map(self.desk.glance, names)

    def outcomes(self, tasks: list[tuple[str, Neighbours | None]]) -> Iterator[Outcome]:
        """What comes of each document."""
        return self._map(self.desk.take, tasks)

    def _map(self, function: Callable[[T], R], tasks: list[T]) -> Iterator[R]:
        if self.jobs == 1 or len(tasks) < _WORTH_WORKERS:
            return map(function, tasks)
        if self._pool is None:
            # Not fork: the watching server builds in a thread.
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn"))
        return self._pool.map(function, tasks, chunksize=_CHUNK)
