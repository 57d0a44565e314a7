"""The headline of a page, without the name of the site.

What the page shows as its heading is what a reader calls the headline; what the page states (JSON-LD,
Open Graph, its title) confirms which of several headings that is, and stands in where none is shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from feedsvc.parsers.html_furniture import inside, is_furniture, words_of
from feedsvc.parsers.html_stated import Stated, string, types_of
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.text import fold, one_line

Element = etree._Element

_LONGEST = 400
_SEPARATOR = re.compile(r"\s+[|–—\-»«·•:›~/l]+\s+|\s*[|»«•›]\s*|:\s+")
_TITLE_WORDS = frozenset("title headline heading".split())
_WORD = re.compile(r"\w+")
_ORGANISATIONS = frozenset("organization newsmediaorganization website corporation blog periodical".split())


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline, the element that shows it (if one does), and where it comes from."""

    text: str
    element: Element | None
    evidence: str


def site_names(facts: Stated, address: str | None) -> frozenset[str]:
    """The names of the site and its host, folded."""
    names = [
        *facts.every("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")
    ]
    names += [string(node.get("publisher")) or "" for node in facts.articles]
    names += [string(node.get("name")) or "" for node in facts.nodes if types_of(node) & _ORGANISATIONS]
    host = urlsplit(address or "").hostname or ""
    names += [host, host.removeprefix("www."), host.removeprefix("www.").partition(".")[0]]
    return frozenset(fold(name) for name in names if name)


def find_headline(root: Element, facts: Stated, sites: frozenset[str]) -> Headline | None:
    """The headline with the best evidence; None when the page shows and states none."""
    statements = list(_statements(root, facts, sites))
    headings = list(_headings(root))
    best: tuple[float, int, Element] | None = None
    for place, heading in enumerate(headings):
        value = _standing(heading, statements, sites)
        if best is None or value > best[0]:
            best = (value, -place, heading)
    if best is not None and best[0] >= 1.0:
        return Headline(text_of(best[2]), best[2], f"the page's {best[2].tag}")
    if statements:
        return Headline(statements[0][0], None, statements[0][1])
    if headings:
        return Headline(text_of(headings[0]), headings[0], f"the page's {headings[0].tag}")
    return None


def without_site(title: str, sites: frozenset[str], headings: tuple[str, ...] = ()) -> str:
    """``title`` without the parts that name the site, its sections or nothing but itself."""
    parts, separators = _SEPARATOR.split(title), _SEPARATOR.findall(title)
    for size in range(len(parts), 0, -1):
        for start in range(len(parts) - size + 1):
            candidate = _joined(parts, separators, start, size)
            if fold(candidate) in headings:
                return candidate
    start, end = 0, len(parts)
    while end - start > 1 and names_site(parts[end - 1], sites):
        end -= 1
    while end - start > 1 and names_site(parts[start], sites):
        start += 1
    return _joined(parts, separators, start, end - start)


def names_site(text: str, sites: frozenset[str]) -> bool:
    """Whether ``text`` is one of the site's names, written alike or run together."""
    run = "".join(_WORD.findall(fold(text)))
    if not run:
        return True
    for site in sites:
        other = "".join(_WORD.findall(site))
        if run == other or (len(other) > 3 and len(run) > 3 and (run.startswith(other) or other.startswith(run))):
            return True
    return False


def _joined(parts: list[str], separators: list[str], start: int, size: int) -> str:
    text = parts[start]
    for at in range(start + 1, start + size):
        text += separators[at - 1] + parts[at]
    return one_line(text)


def _statements(root: Element, facts: Stated, sites: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What the page states as its headline, best first, with the evidence."""
    shown = tuple(fold(text_of(heading)) for heading in _headings(root))
    title = next((text_of(each) for each in root.iter("title") if not inside(each, frozenset(("svg",)))), "")
    sources = (
        (string(facts.article("headline")), "headline of the JSON-LD"),
        (facts.meta("og:title"), "og:title"),
        (facts.meta("headline", "dc.title", "dcterms.title", "parsely-title", "sailthru.title"), "a meta element"),
        (facts.meta("twitter:title"), "twitter:title"),
        (string(facts.article("name")), "name of the JSON-LD"),
        (title, "the title element"),
    )
    for value, evidence in sources:
        text = without_site(one_line(value or "")[:_LONGEST], sites, shown)
        if text and not (names_site(text, sites) and evidence != "the title element"):
            yield text, evidence


def _headings(root: Element) -> Iterator[Element]:
    """The elements that may show the headline."""
    for element in root.iter("h1", "h2", "h3", "p", "div", "span", "header"):
        named = element.get("itemprop") == "headline"
        if tag_of(element) not in ("h1", "h2") and not named:
            words = words_of(element)
            if tag_of(element) == "h3" or _TITLE_WORDS.isdisjoint(words):
                continue
            if not {"article", "entry", "post", "story", "page"} & set(words):
                continue
        if 0 < len(text_of(element)) <= _LONGEST:
            yield element


def _standing(heading: Element, statements: list[tuple[str, str]], sites: frozenset[str]) -> float:
    """How sure it is that ``heading`` is the headline: 1 and more is enough."""
    text = text_of(heading)
    agreement = max((_alike(text, stated) for stated, _ in statements), default=0.0)
    value = 2.0 * agreement if agreement > 0.5 else agreement
    if tag_of(heading) == "h1":
        value += 0.9
    elif tag_of(heading) != "h2" and heading.get("itemprop") != "headline":
        value -= 0.3
    if heading.get("itemprop") == "headline" or not _TITLE_WORDS.isdisjoint(words_of(heading)):
        value += 0.3
    if names_site(text, sites):
        value -= 1.5
    if inside(heading, frozenset(("nav", "aside", "footer"))):
        value -= 0.8
    if is_furniture(heading) or heading.find(".//img") is not None:
        value -= 0.2
    return value


def _alike(left: str, right: str) -> float:
    """How many words two texts share: the F1 of their words."""
    a, b = _WORD.findall(fold(left)), _WORD.findall(fold(right))
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    shared = len(set(a) & set(b))
    return 2 * shared / (len(set(a)) + len(set(b)))
