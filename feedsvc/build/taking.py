"""Taking documents: each is read, parsed and settled, alone or among its neighbours.

This brings in the parsers and all that they need; a build that finds nothing new does without (see ``reading``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.files import file_name, references
from feedsvc.articles.settle import settle
from feedsvc.articles.standing import is_rejected
from feedsvc.build.newcomers import newcomers
from feedsvc.build.reading import Desk, Due, Glance, Outcome, Suspect, Told, content_of
from feedsvc.errors import StoreError, fault
from feedsvc.inbox.read import Unread, digest, read
from feedsvc.model import Document, Draft, Finding, Hints, Lookup, Neighbours, Parsed, Story
from feedsvc.parsers import parse, parser_for

T = TypeVar("T", Suspect, Due)

# A document that speaks for itself.
_ALONE = Neighbours()
_NOTHING = Parsed(())
# Bytes of documents that are taken together.
_TOGETHER = 1024 * 1024


@dataclass(slots=True)
class _Job:
    """A document on its way to its outcome, with what the steps made of it so far."""

    document: Document
    digest: str
    neighbours: Neighbours
    is_new: bool
    parsed: Parsed = _NOTHING
    found: Mapping[str, Lookup] = field(default_factory=dict)
    stories: tuple[Story, ...] = ()
    outcome: Outcome | None = None


def glances(desk: Desk, tasks: Iterable[Suspect]) -> Iterator[Glance]:
    """Look at documents."""
    for group in _groups(desk, tasks):
        looks = [_look(desk, task, document) for task, document in group]
        outcomes = _outcomes(desk, [look for look in looks if isinstance(look, _Job)])
        for look in looks:
            yield Glance(look.document.name, look.digest, outcome=next(outcomes)) if isinstance(look, _Job) else look


def take(desk: Desk, tasks: Iterable[Due]) -> Iterator[Outcome]:
    """Read, parse and settle documents that stand among neighbours."""
    for group in _groups(desk, tasks):
        jobs = [_job(task, document) for task, document in group]
        outcomes = _outcomes(desk, [job for job in jobs if isinstance(job, _Job)])
        yield from (next(outcomes) if isinstance(job, _Job) else job for job in jobs)


def _groups(desk: Desk, tasks: Iterable[T]) -> Iterator[list[tuple[T, Document | Unread]]]:
    """The documents of ``tasks``, read, in groups of not too many bytes."""
    group: list[tuple[T, Document | Unread]] = []
    size = 0
    for task in tasks:
        document = _read(desk, task.name)
        group.append((task, document))
        size += 0 if isinstance(document, Unread) else len(document.data)
        if size >= _TOGETHER:
            yield group
            group, size = [], 0
    yield group


def _look(desk: Desk, task: Suspect, document: Document | Unread) -> Glance | _Job:
    """A first look at a document; where its neighbours have no say in what is to come of it, it goes on its way."""
    if isinstance(document, Unread):
        return Glance(task.name, "", unread=document)
    its = digest(document.data)
    if parser_for(document, desk.folders.of(task.name).format, desk.formats.parsers).format == "text":
        from feedsvc.parsers.neighbours import (
            clues,
        )  # with all that wire stories need, which most inboxes have none of

        return Glance(task.name, its, clues(document.data))
    return Glance(task.name, its) if its == task.digest else _Job(document, its, _ALONE, task.is_new)


def _job(task: Due, document: Document | Unread) -> Outcome | _Job:
    """What is to be done with a document that stands among neighbours."""
    if isinstance(document, Unread):
        return Outcome(task.name, "", findings=(document.finding,), unread=document)
    return _Job(document, digest(document.data), task.neighbours, task.is_new)


def _outcomes(desk: Desk, jobs: Sequence[_Job]) -> Iterator[Outcome]:
    """What comes of documents, one step after the other for all of them.

    So the code and the tables of a step stay in the processor's caches; document by document it takes a third as long again.
    """
    for step in (_parse, _settle, _conclude):
        for job in jobs:
            if job.outcome is None:
                try:
                    step(desk, job)
                except StoreError:
                    raise
                except Exception as error:  # noqa: BLE001 (a fault of a parser is one rejected document, never a lost build)
                    job.outcome = Outcome(job.document.name, job.digest, findings=(_failed(error),))
    return (job.outcome for job in jobs if job.outcome is not None)


def _parse(desk: Desk, job: _Job) -> None:
    name, defaults = job.document.name, desk.folders.of(job.document.name)
    hints = Hints(defaults.date_order or desk.settings.inbox.date_order, defaults.format)
    job.parsed = parse(job.document, job.neighbours, hints, desk.formats.parsers)
    job.found = desk.media.find(_names_in(job.parsed.drafts, name))


def _settle(desk: Desk, job: _Job) -> None:
    document = job.document
    around = Surroundings(document.name, document.modified, job.neighbours, desk.folders.of(document.name), job.found)
    job.stories = tuple(settle(draft, around, desk.settings) for draft in job.parsed.drafts)


def _conclude(desk: Desk, job: _Job) -> None:
    name, findings = job.document.name, job.parsed.findings
    if not job.is_new or any(map(is_rejected, job.stories)):
        told = tuple(map(Told, job.stories))
        job.outcome = Outcome(name, job.digest, told, findings=findings, media=job.found)
        return
    # The ledger knows nothing of it.
    base, content = desk.settings.article_base, content_of(job.digest, job.found)
    made = newcomers(job.stories, content, desk.authority, base, desk.now, desk.rules)
    job.outcome = Outcome(name, job.digest, newcomers=made, findings=findings, media=job.found)


def _read(desk: Desk, name: str) -> Document | Unread:
    return read(desk.media.folder, name, desk.settings.inbox.max_bytes)


def _names_in(drafts: Iterable[Draft], document: str) -> set[str]:
    """The names of the files that drafts refer to."""
    named = {file_name(reference, document) for draft in drafts for reference in references(draft)}
    return {name for name in named if name is not None}


def _failed(error: Exception) -> Finding:
    message = f"The parser failed ({fault(error)}), which is its own fault; report it with the document."
    return Finding("parser-failed", "error", message)
