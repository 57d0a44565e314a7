"""The lint of Atom: RFC 4287, sections 3 and 4, and RFC 6721."""

from collections.abc import Iterator

from lxml.etree import _Element

from feedsvc.feeds.checks import (
    Place,
    check_address,
    check_html,
    check_id,
    check_newest_first,
    check_rfc3339,
    check_title,
    check_unique,
    moment_of_rfc3339,
)
from feedsvc.feeds.extension import ATOM, TOMBSTONES
from feedsvc.feeds.lint_xml import check_counts, check_root, check_self_link, children, place_of, text_of
from feedsvc.model import Finding

_A = f"{{{ATOM}}}"
_REQUIRED = (f"{_A}id", f"{_A}title", f"{_A}updated")
_SINGLE_IN_FEED = tuple(_A + name for name in ("generator", "icon", "logo", "rights", "subtitle"))
_SINGLE_IN_ENTRY = tuple(_A + name for name in ("content", "published", "rights", "source", "summary"))


def lint_atom(feed: _Element, address: str | None) -> Iterator[Finding]:
    """The findings of an Atom feed document."""
    if feed.tag != f"{_A}feed":
        yield from check_root(feed, f"{_A}feed")
        return
    place = place_of(feed, "feed")
    entries = [
        (entry, place_of(entry, f"entry {number}")) for number, entry in enumerate(feed.iterfind(f"{_A}entry"), 1)
    ]
    yield from check_counts(feed, place, one=_REQUIRED, at_most_one=_SINGLE_IN_FEED)
    yield from _check_meta(feed, place)
    yield from check_self_link(feed, address, place)
    for entry, where in entries:
        yield from _check_entry(entry, where, feed)
    ids = [(text_of(entry, f"{_A}id") or "", where) for entry, where in entries]
    yield from check_unique(((value, where) for value, where in ids if value), "id")
    moments = ((moment_of_rfc3339(text_of(entry, f"{_A}published")), where) for entry, where in entries)
    yield from check_newest_first((moment, where) for moment, where in moments if moment)
    yield from _check_tombstones(feed, frozenset(value for value, _ in ids))


def _check_entry(entry: _Element, place: Place, feed: _Element) -> Iterator[Finding]:
    yield from check_counts(entry, place, one=_REQUIRED, at_most_one=_SINGLE_IN_ENTRY)
    yield from _check_meta(entry, place)
    for published, where in children(entry, f"{_A}published", place):
        yield from check_rfc3339(published.text, where)
    content = entry.find(f"{_A}content")
    alternates = [link for link in entry.iterfind(f"{_A}link") if link.get("rel", "alternate") == "alternate"]
    if content is None and not alternates:
        message = "there is neither content nor an alternate link; add the article's address"
        yield place.finding("nothing-to-read", "error", message)
    if content is None and entry.find(f"{_A}summary") is None:
        yield place.finding("no-text", "warning", "there is neither content nor a summary; add a summary")
    for tag in (f"{_A}content", f"{_A}summary"):
        for text, where in children(entry, tag, place):
            if text.get("type") == "html":
                yield from check_html(text.text or "", where)
    if all(parent.find(f"{_A}author") is None for parent in (entry, feed)):
        yield place.finding("author-missing", "error", "neither the entry nor the feed has an author; name one")


def _check_meta(parent: _Element, place: Place) -> Iterator[Finding]:
    """What feeds and entries have in common."""
    for element, where in children(parent, f"{_A}*", place):
        match str(element.tag).removeprefix(_A):
            case "id":
                yield from check_id(element.text, where, uri=True)
            case "title" if element.get("type", "text") == "text":
                yield from check_title(element.text, where)
            case "updated":
                yield from check_rfc3339(element.text, where)
            case "author" | "contributor":
                yield from _check_person(element, where)
            case "link":
                yield from _check_link(element, where)
            case "category" if not element.get("term"):
                yield where.finding("category-empty", "error", "the category has no term; give it one or drop it")
    yield from _check_alternates(parent, place)


def _check_person(person: _Element, place: Place) -> Iterator[Finding]:
    single = (f"{_A}uri", f"{_A}email")
    yield from check_counts(person, place, one=(f"{_A}name",), at_most_one=single)
    if text_of(person, f"{_A}name") == "":
        yield place.finding("author-missing", "error", "the person's name is empty; write it or drop the person")
    email = text_of(person, f"{_A}email")
    if email is not None and "@" not in email:
        yield place.finding("email-malformed", "error", f"{email!r} is no e-mail address; mend or drop it")
    if (uri := text_of(person, f"{_A}uri")) is not None:
        yield from check_address(uri, place / "uri")


def _check_link(link: _Element, place: Place) -> Iterator[Finding]:
    yield from check_address(link.get("href"), place)
    if link.get("rel") == "enclosure" and not (link.get("type") and (link.get("length") or "").isdecimal()):
        message = "the enclosure lacks its type or its length in bytes; give both"
        yield place.finding("enclosure-incomplete", "warning", message)


def _check_alternates(parent: _Element, place: Place) -> Iterator[Finding]:
    """RFC 4287, section 4.1.1: no two alternates with the same type and language."""
    seen: set[tuple[str | None, str | None]] = set()
    for link, where in children(parent, f"{_A}link", place):
        if link.get("rel", "alternate") != "alternate":
            continue
        kind = (link.get("type"), link.get("hreflang"))
        if kind in seen:
            message = "there are two alternate links of one type and language; keep one"
            yield where.finding("alternate-duplicate", "error", message)
        seen.add(kind)


def _check_tombstones(feed: _Element, ids: frozenset[str]) -> Iterator[Finding]:
    for number, stone in enumerate(feed.iterfind(f"{{{TOMBSTONES}}}deleted-entry"), 1):
        place = place_of(stone, f"tombstone {number}")
        yield from check_id(stone.get("ref"), place, uri=True)
        yield from check_rfc3339(stone.get("when"), place)
        if stone.get("ref") in ids:
            message = f"{stone.get('ref')!r} is both an entry and withdrawn; keep one of the two"
            yield place.finding("tombstone-of-entry", "error", message)
