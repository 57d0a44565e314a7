"""Taking documents: each is read, parsed and settled, alone or among its neighbours.

This brings in the parsers and all that they need; a build that finds nothing new does without (see ``reading``).
"""

from collections.abc import Iterable

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.files import file_name, references
from feedsvc.articles.settle import settle
from feedsvc.build.reading import Desk, Glance, Outcome
from feedsvc.errors import StoreError, fault
from feedsvc.inbox.read import Unread, digest, read
from feedsvc.model import Document, Draft, Finding, Hints, Neighbours
from feedsvc.parsers import parse, parser_for

# A document that speaks for itself.
_ALONE = Neighbours()


def glance(desk: Desk, task: tuple[str, str | None]) -> Glance:
    """Look at one document, of which the hash is given that is known of it."""
    name, known = task
    document = _read(desk, name)
    if isinstance(document, Unread):
        return Glance(name, "", unread=document)
    its = digest(document.data)
    if parser_for(document, desk.folders.of(name).format, desk.formats.parsers).format == "text":
        from feedsvc.parsers.neighbours import (
            clues,
        )  # with all that wire stories need, which most inboxes have none of

        return Glance(name, its, clues(document.data))
    return Glance(name, its, outcome=None if its == known else _outcome(desk, document, its, _ALONE))


def take(desk: Desk, task: tuple[str, Neighbours]) -> Outcome:
    """Read, parse and settle one document that stands among neighbours."""
    name, neighbours = task
    document = _read(desk, name)
    if isinstance(document, Unread):
        return Outcome(name, "", findings=(document.finding,), unread=document)
    return _outcome(desk, document, digest(document.data), neighbours)


def _outcome(desk: Desk, document: Document, its: str, neighbours: Neighbours) -> Outcome:
    defaults = desk.folders.of(document.name)
    hints = Hints(defaults.date_order or desk.settings.inbox.date_order, defaults.format)
    try:
        parsed = parse(document, neighbours, hints, desk.formats.parsers)
        found = desk.media.find(_names_in(parsed.drafts, document.name))
        around = Surroundings(document.name, document.modified, neighbours, defaults, found)
        stories = tuple(settle(draft, around, desk.settings) for draft in parsed.drafts)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a fault of a parser is one rejected document, never a lost build)
        return Outcome(document.name, its, findings=(_failed(error),))
    return Outcome(document.name, its, stories, parsed.findings, media=found)


def _read(desk: Desk, name: str) -> Document | Unread:
    return read(desk.media.folder, name, desk.settings.inbox.max_bytes)


def _names_in(drafts: Iterable[Draft], document: str) -> set[str]:
    """The names of the files that drafts refer to."""
    named = {file_name(reference, document) for draft in drafts for reference in references(draft)}
    return {name for name in named if name is not None}


def _failed(error: Exception) -> Finding:
    message = f"The parser failed ({fault(error)}), which is its own fault; report it with the document."
    return Finding("parser-failed", "error", message)
