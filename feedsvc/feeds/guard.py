"""The guard: what in an entry would make a feed invalid, asked before it stands in one, by the rules of the lint."""

import re
from collections.abc import Iterator
from datetime import timedelta

from feedsvc.feeds.checks import Place, check_address, check_characters, check_id, check_rfc3339, check_title
from feedsvc.model import Entry, Finding

# RFC 4287, section 2: xml:lang is a language tag.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")

_MINUTE = timedelta(minutes=1)

_ID, _HEADLINE, _URL, _LICENSE = Place("id"), Place("headline"), Place("url"), Place("license")
_PUBLISHED, _UPDATED, _AUTHORS = Place("published"), Place("updated"), Place("authors")
_PICTURE, _ENCLOSURE = Place("picture"), Place("enclosure")


def held_back(entry: Entry) -> Finding | None:
    """Why ``entry`` must stand in no feed; None when it may."""
    fault = next((each for each in _faults(entry) if each.severity == "error"), None)
    if fault is None:
        return None
    message = f"The article would make every feed invalid ({fault.message}), so it is held back; mend the document."
    return Finding("entry-held-back", "error", message, fault.field)


def _faults(entry: Entry) -> Iterator[Finding]:
    yield from check_id(entry.id, _ID, uri=False)
    yield from check_id(entry.uri, _ID, uri=True)
    if not entry.title.strip():
        yield from check_title(entry.title, _HEADLINE)
    for moment, place in ((entry.published, _PUBLISHED), (entry.updated, _UPDATED)):
        offset = moment.utcoffset()
        # All else that Python writes is a date of RFC 3339.
        if offset is None or offset % _MINUTE:
            yield from check_rfc3339(moment.isoformat(), place)
    if not _LANGUAGE.fullmatch(entry.language):
        message = f"{entry.language[:40]!r} is no language tag; write one of BCP 47, such as pt-BR"
        yield Place("language").finding("language-malformed", "error", message)
    yield from _check_addresses(entry)
    yield from _check_people(entry)
    yield from _check_texts(entry)


def _check_addresses(entry: Entry) -> Iterator[Finding]:
    yield from check_address(entry.url, _URL)
    if entry.via is not None:
        yield from check_address(entry.via, _URL)
    if entry.license is not None:
        yield from check_address(entry.license, _LICENSE)
    if entry.picture is not None:
        yield from check_address(entry.picture.url, _PICTURE)
    for each in entry.enclosures:
        yield from check_address(each.url, _ENCLOSURE)
        if not _MEDIA_TYPE.fullmatch(each.type.partition(";")[0].strip()) or each.length < 0:
            message = f"{each.url!r} has no media type or no length in bytes; give both"
            yield _ENCLOSURE.finding("enclosure-incomplete", "error", message)


def _check_people(entry: Entry) -> Iterator[Finding]:
    for person in entry.authors:
        if not person.name.strip():
            yield _AUTHORS.finding("author-missing", "error", "an author has no name; write it")
        if person.email is not None and "@" not in person.email:
            message = f"{person.email!r} is no e-mail address; mend or drop it"
            yield _AUTHORS.finding("email-malformed", "error", message)
        if person.uri is not None:
            yield from check_address(person.uri, _AUTHORS)


def _check_texts(entry: Entry) -> Iterator[Finding]:
    for name, text in _texts(entry):
        if not text.replace("\n", "").isprintable():
            yield from check_characters(text, Place(name))


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "id", entry.id
    yield "headline", entry.title
    yield "summary", entry.summary
    yield "text", entry.html or ""
    for name in ("source", "dateline", "ednote", "rights"):
        yield name, getattr(entry, name) or ""
    for person in entry.authors:
        yield "authors", f"{person.name}{person.email or ''}"
    if entry.origin is not None:
        yield "source", entry.origin.title
    for topic in entry.topics:
        yield "topics", f"{topic.slug}{topic.title}"
    for each in entry.enclosures:
        yield "enclosure", each.title or ""
    if entry.picture is not None:
        yield "picture", f"{entry.picture.alt or ''}{entry.picture.credit or ''}"
