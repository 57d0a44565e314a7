"""What the lints of Atom, RSS and OPML share: places, texts and counts of XML elements."""

from collections.abc import Iterable, Iterator
from typing import Any

from lxml.etree import QName, _Element

from feedsvc.feeds.checks import Place, check_self
from feedsvc.feeds.extension import ATOM
from feedsvc.model import Finding


def place_of(element: _Element, field: str) -> Place:
    """Where ``element`` stands, called ``field``."""
    line: Any = element.sourceline
    return Place(field, line)


def children(parent: _Element, tag: str, place: Place) -> Iterator[tuple[_Element, Place]]:
    """The children ``tag`` of the element at ``place``, each with its own place."""
    for child in parent.iterfind(tag):
        yield child, place_of(child, f"{place.field} {QName(child).localname}")


def text_of(parent: _Element, tag: str) -> str | None:
    """The text of the child ``tag``, None when there is no such child."""
    child = parent.find(tag)
    return None if child is None else "".join(map(str, child.itertext())).strip()


def check_counts(
    parent: _Element, place: Place, *, one: Iterable[str] = (), at_most_one: Iterable[str] = ()
) -> Iterator[Finding]:
    """Children that must be there exactly once, and those that must not be there twice."""
    required = tuple(one)
    for tag in (*required, *at_most_one):
        count = len(parent.findall(tag))
        name = QName(tag).localname
        if count > 1:
            message = f"there are {count} elements {name}; keep one"
            yield (place / name).finding("element-repeated", "error", message)
        elif count == 0 and tag in required:
            yield (place / name).finding("element-missing", "error", f"the element {name} is missing; add it")


def check_root(element: _Element, tag: str) -> Iterator[Finding]:
    """The document is what it is said to be."""
    if element.tag != tag:
        message = f"the document is <{element.tag}> where <{tag}> is wanted; serve it under its own type"
        yield place_of(element, "").finding("wrong-document", "error", message)


def check_self_link(head: _Element, address: str | None, place: Place) -> Iterator[Finding]:
    """The ``atom:link`` with the relation ``self`` of a feed or channel at ``place``."""
    for link, where in children(head, f"{{{ATOM}}}link", place):
        if link.get("rel") == "self":
            yield from check_self(link.get("href"), address, where)
            return
    yield from check_self(None, address, place)
