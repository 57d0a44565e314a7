"""Who wrote a page: what it states, then what it shows as a byline."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from feedsvc.model import Person
from feedsvc.parsers.html_furniture import is_comments, words_of
from feedsvc.parsers.html_headline import names_site
from feedsvc.parsers.html_stated import Stated, strings
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.parsers.names import split_authors
from feedsvc.text import fold, one_line

Element = etree._Element

_LONGEST_BYLINE = 160
_NO_NAME = re.compile(r"https?:|www\.|@\S+\.\S+|[/<>{}|]|\d{3}|^\W*$", re.I)
_ANONYMOUS = frozenset(
    "admin administrator unknown editor redaktion redaction author autor auteur anonymous anonym root user webmaster "
    "guest staff none null default".split()
)
_BYLINE_WORDS = frozenset(
    "author authors byline autor autoren auteur auteurs autore autores writer fn verfasser contributor".split()
)
_NOT_BYLINE = frozenset("bio box image avatar img photo picture comment comments description social".split())


def find_authors(root: Element, facts: Stated, sites: frozenset[str]) -> tuple[tuple[Person, ...], str]:
    """The authors and where they were found; none when no source names a person that is not the site."""
    for evidence, people in _sources(root, facts):
        named = tuple(dict.fromkeys(person for person in people if _is_author(person, sites)))
        if named:
            return named, evidence
    return (), ""


def _sources(root: Element, facts: Stated) -> Iterator[tuple[str, list[Person]]]:
    yield "author of the JSON-LD", _stated_people(facts, facts.article("author", "creator"))
    names = (
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "sailthru.author",
        "parsely-author",
        "byl",
        "citation_author",
        "article:author_name",
        "cxenseparse:author",
    )
    for name in names:
        yield f"meta {name}", [person for value in facts.every(name) for person in _people(value)]
    yield "itemprop author", [p for e in _shown(root, _by_itemprop) for p in _people(text_of(e))]
    yield "a link with rel=author", [p for e in _shown(root, _by_rel) for p in _people(text_of(e))]
    yield "the byline", [p for e in _shown(root, _by_class) for p in _people(text_of(e))]


def _stated_people(facts: Stated, value: Any) -> list[Person]:
    people: list[Person] = []
    for each in value if isinstance(value, list) else [value]:
        node = facts.follow(each)
        for name in strings(node.get("name") if isinstance(node, dict) else node):
            people.extend(_people(name))
    return people


def _people(text: str) -> list[Person]:
    text = one_line(text)
    if not text or len(text) > _LONGEST_BYLINE or text.lower().startswith(("http:", "https:", "//", "@")):
        return []
    return list(split_authors(text))


def _is_author(person: Person, sites: frozenset[str]) -> bool:
    name = fold(person.name)
    return not (_NO_NAME.search(name) or name in _ANONYMOUS or names_site(name, sites) or len(name) > 80)


def _shown(root: Element, test: Any) -> list[Element]:
    """The outermost elements that pass ``test``, those in comments left out, at most the first ones."""
    found: list[Element] = []
    for element in root.iter("a", "span", "div", "p", "address", "li", "strong", "em", "b", "cite", "h3", "h4", "h5"):
        if not test(element):
            continue
        if any(is_comments(each) or tag_of(each) in ("aside", "footer") for each in element.iterancestors()):
            continue
        inner = next(
            (e for e in element.iter("a", "span") if e.get("itemprop") == "name" or e.get("rel") == "author"), None
        )
        target = inner if inner is not None else element
        if text_of(target) and len(text_of(target)) <= _LONGEST_BYLINE:
            found.append(target)
    return found[:1]


def _by_itemprop(element: Element) -> bool:
    return "author" in (element.get("itemprop") or "").split()


def _by_rel(element: Element) -> bool:
    return "author" in (element.get("rel") or "").split()


def _by_class(element: Element) -> bool:
    words = words_of(element)
    return not _BYLINE_WORDS.isdisjoint(words) and _NOT_BYLINE.isdisjoint(words)
