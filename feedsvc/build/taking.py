"""Taking documents: each is read, parsed and settled, alone or among its neighbours.

This brings in the parsers and all that they need; a build that finds nothing new does without (see ``reading``).
"""

from collections.abc import Iterable
from dataclasses import replace

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.files import file_name, references
from feedsvc.articles.settle import settle
from feedsvc.articles.standing import is_rejected
from feedsvc.build.newcomers import newcomers
from feedsvc.build.reading import Desk, Due, Glance, Outcome, Suspect, Told
from feedsvc.errors import StoreError, fault
from feedsvc.inbox.read import Unread, digest, read
from feedsvc.model import Document, Draft, Finding, Hints, Neighbours
from feedsvc.parsers import parse, parser_for

# A document that speaks for itself.
_ALONE = Neighbours()


def glance(desk: Desk, task: Suspect) -> Glance:
    """Look at one document."""
    name, known, is_new = task
    document = _read(desk, name)
    if isinstance(document, Unread):
        return Glance(name, "", unread=document)
    its = digest(document.data)
    if parser_for(document, desk.folders.of(name).format, desk.formats.parsers).format == "text":
        from feedsvc.parsers.neighbours import (
            clues,
        )  # with all that wire stories need, which most inboxes have none of

        return Glance(name, its, clues(document.data))
    return Glance(name, its, outcome=None if its == known else _outcome(desk, document, its, _ALONE, is_new))


def take(desk: Desk, task: Due) -> Outcome:
    """Read, parse and settle one document that stands among neighbours."""
    name, neighbours, is_new = task
    document = _read(desk, name)
    if isinstance(document, Unread):
        return Outcome(name, "", findings=(document.finding,), unread=document)
    return _outcome(desk, document, digest(document.data), neighbours, is_new)


def _outcome(desk: Desk, document: Document, its: str, neighbours: Neighbours, is_new: bool) -> Outcome:
    defaults = desk.folders.of(document.name)
    hints = Hints(defaults.date_order or desk.settings.inbox.date_order, defaults.format)
    try:
        parsed = parse(document, neighbours, hints, desk.formats.parsers)
        found = desk.media.find(_names_in(parsed.drafts, document.name))
        around = Surroundings(document.name, document.modified, neighbours, defaults, found)
        stories = tuple(settle(draft, around, desk.settings) for draft in parsed.drafts)
        outcome = Outcome(document.name, its, tuple(map(Told, stories)), findings=parsed.findings, media=found)
        return _with_newcomers(outcome, desk) if is_new and not any(map(is_rejected, stories)) else outcome
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a fault of a parser is one rejected document, never a lost build)
        return Outcome(document.name, its, findings=(_failed(error),))


def _with_newcomers(outcome: Outcome, desk: Desk) -> Outcome:
    """The outcome of a document of which the ledger knows nothing."""
    base = desk.settings.article_base
    made = newcomers(outcome.stories, outcome.content, desk.authority, base, desk.now, desk.rules)
    return replace(outcome, told=(), newcomers=made)


def _read(desk: Desk, name: str) -> Document | Unread:
    return read(desk.media.folder, name, desk.settings.inbox.max_bytes)


def _names_in(drafts: Iterable[Draft], document: str) -> set[str]:
    """The names of the files that drafts refer to."""
    named = {file_name(reference, document) for draft in drafts for reference in references(draft)}
    return {name for name in named if name is not None}


def _failed(error: Exception) -> Finding:
    message = f"The parser failed ({fault(error)}), which is its own fault; report it with the document."
    return Finding("parser-failed", "error", message)
