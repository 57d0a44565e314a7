"""The guard: what in an entry would make a feed invalid, asked before it stands in one, by the rules of the lint."""

import re
from collections.abc import Iterator

from feedsvc.feeds.checks import Place, check_address, check_characters, check_id, check_rfc3339, check_title
from feedsvc.model import Entry, Finding

# RFC 4287, section 2: xml:lang is a language tag.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")


def held_back(entry: Entry) -> Finding | None:
    """Why ``entry`` must stand in no feed; None when it may."""
    fault = next((each for each in _faults(entry) if each.severity == "error"), None)
    if fault is None:
        return None
    message = f"The article would make every feed invalid ({fault.message}), so it is held back; mend the document."
    return Finding("entry-held-back", "error", message, fault.field)


def _faults(entry: Entry) -> Iterator[Finding]:
    yield from check_id(entry.id, Place("id"), uri=False)
    yield from check_id(entry.uri, Place("id"), uri=True)
    yield from check_title(entry.title, Place("headline"))
    for name, moment in (("published", entry.published), ("updated", entry.updated)):
        yield from check_rfc3339(moment.isoformat(), Place(name))
    if not _LANGUAGE.fullmatch(entry.language):
        message = f"{entry.language[:40]!r} is no language tag; write one of BCP 47, such as pt-BR"
        yield Place("language").finding("language-malformed", "error", message)
    yield from _check_addresses(entry)
    yield from _check_people(entry)
    for name, text in _texts(entry):
        yield from check_characters(text, Place(name))


def _check_addresses(entry: Entry) -> Iterator[Finding]:
    yield from check_address(entry.url, Place("url"))
    for name, address in (("url", entry.via), ("license", entry.license)):
        if address is not None:
            yield from check_address(address, Place(name))
    if entry.picture is not None:
        yield from check_address(entry.picture.url, Place("picture"))
    for each in entry.enclosures:
        yield from check_address(each.url, Place("enclosure"))
        if not _MEDIA_TYPE.fullmatch(each.type.partition(";")[0].strip()) or each.length < 0:
            message = f"{each.url!r} has no media type or no length in bytes; give both"
            yield Place("enclosure").finding("enclosure-incomplete", "error", message)


def _check_people(entry: Entry) -> Iterator[Finding]:
    for person in entry.authors:
        if not person.name.strip():
            yield Place("authors").finding("author-missing", "error", "an author has no name; write it")
        if person.email is not None and "@" not in person.email:
            message = f"{person.email!r} is no e-mail address; mend or drop it"
            yield Place("authors").finding("email-malformed", "error", message)
        if person.uri is not None:
            yield from check_address(person.uri, Place("authors"))


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "id", entry.id
    yield "headline", entry.title
    yield "summary", entry.summary
    yield "text", entry.html or ""
    for name in ("source", "ednote", "rights"):
        yield name, getattr(entry, name) or ""
    for person in entry.authors:
        yield "authors", f"{person.name}{person.email or ''}"
    for topic in entry.topics:
        yield "topics", f"{topic.slug}{topic.title}"
    for each in entry.enclosures:
        yield "enclosure", each.title or ""
    if entry.picture is not None:
        yield "picture", f"{entry.picture.alt or ''}{entry.picture.credit or ''}"
