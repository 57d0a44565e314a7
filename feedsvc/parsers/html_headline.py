"""The headline of a page, without the name of the site.

What the page shows as its heading is what a reader calls the headline; what the page states (JSON-LD,
Open Graph, its title, the title of its comment feed) confirms which of several headings that is, or which
part of one, and stands in where none is shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from feedsvc.parsers.html_furniture import inside, is_furniture, is_hidden, words_of
from feedsvc.parsers.html_site import names_site, same_page
from feedsvc.parsers.html_stated import Stated, string
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.text import fold, one_line

Element = etree._Element

_LONGEST = 400
_TITLE = "the title element"
_PLAIN = 0.85
# By so much a whole heading goes before a part of it.
_OF_PART = 0.4
_SEPARATOR = re.compile(r"\s+[|–—\-»«·•:›~/l]+\s+|\s*[|»«•›]\s*|:\s+")
_TITLE_WORDS = frozenset("title headline heading titel ueberschrift titulo titre titolo".split())
_ARTICLE_WORDS = frozenset("article artikel entry post story page news single content".split())
_SHOWN = ("h1", "h2", "h3", "h4", "p", "div", "span", "header")
_WORD = re.compile(r"\w+")
# Parts of a heading that are no part of the headline: the line above it, the line below it, a date.
_KICKERS = frozenset(
    """kicker overline dachzeile spitzmarke topline roofline eyebrow pretitle antetitulo vorspann overhead
    subtitle subheadline subhead subheading subline untertitel unterzeile category section date datum time
    badge label flag sr offscreen visuallyhidden""".split()
)
_FEED_ENDING = re.compile(
    r"\s*(?:comments? feed|kommentar-?feed|kommentare|» feed der kommentare|flux des commentaires|comentarios|"
    r"feed de comentários|feed dei commenti|reactiesfeed|kommentarsflöde)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline, the element that shows it (if one does), and where it comes from."""

    text: str
    element: Element | None
    evidence: str


@dataclass(frozen=True, slots=True)
class _Statement:
    """What the page states as its headline: ``parts`` are the runs of words that it may be without the site's name."""

    text: str
    evidence: str
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A heading, the text of it that may be the headline, and how sure that is: 1 and more is enough."""

    element: Element
    text: str
    value: float


def find_headline(root: Element, facts: Stated, sites: frozenset[str], address: str | None) -> Headline | None:
    """The headline with the best evidence; None when the page shows and states none."""
    headings = list(_headings(root))
    texts = {fold(text) for heading in headings for text in _readings(heading)}
    statements = list(_statements(root, facts, sites, texts))
    best: _Shown | None = None
    for heading in headings:
        shown = _judged(heading, statements, sites, address)
        if best is None or shown.value > best.value:
            best = shown
    # A title element alone may name the site only, so that a plain heading of the first level is surer.
    enough = _PLAIN if all(each.evidence == _TITLE for each in statements) else 1.0
    if best is not None and best.value >= enough:
        return Headline(best.text, best.element, f"the page's {tag_of(best.element)}")
    if statements:
        return Headline(statements[0].text, None, statements[0].evidence)
    if best is not None:
        return Headline(best.text, best.element, f"the page's {tag_of(best.element)}")
    return None


def without_site(title: str, sites: frozenset[str], shown: set[str]) -> str:
    """``title`` without the parts that name the site; the longest part that the page shows as a heading, if one is."""
    parts, separators = _SEPARATOR.split(title), _SEPARATOR.findall(title)
    for size in range(len(parts), 0, -1):
        for start in range(len(parts) - size + 1):
            candidate = _joined(parts, separators, start, size)
            if fold(candidate) in shown and not names_site(candidate, sites):
                return candidate
    start, end = 0, len(parts)
    while end - start > 1 and names_site(parts[end - 1], sites):
        end -= 1
    while end - start > 1 and names_site(parts[start], sites):
        start += 1
    return _joined(parts, separators, start, end - start)


def _joined(parts: list[str], separators: list[str], start: int, size: int) -> str:
    text = parts[start]
    for at in range(start + 1, start + size):
        text += separators[at - 1] + parts[at]
    return one_line(text)


def _statements(root: Element, facts: Stated, sites: frozenset[str], shown: set[str]) -> Iterator[_Statement]:
    """What the page states as its headline, best first."""
    title = next((text_of(each) for each in root.iter("title") if not inside(each, frozenset(("svg",)))), "")
    sources = (
        (string(facts.article("headline")), "headline of the JSON-LD"),
        (facts.meta("og:title"), "og:title"),
        (facts.meta("headline", "dc.title", "dcterms.title", "parsely-title", "sailthru.title"), "a meta element"),
        (facts.meta("twitter:title"), "twitter:title"),
        (string(facts.article("name")), "name of the JSON-LD"),
        (title, _TITLE),
        (_feed_title(root), "the title of its comment feed"),
    )
    for value, evidence in sources:
        value = one_line(value or "")[:_LONGEST]
        text = without_site(value, sites, shown)
        if text and not (names_site(text, sites) and evidence != _TITLE):
            yield _Statement(text, evidence, frozenset((fold(value), *_parts(value))))


def _parts(title: str) -> Iterator[str]:
    parts, separators = _SEPARATOR.split(title)[:8], _SEPARATOR.findall(title)
    for start in range(len(parts)):
        for size in range(1, len(parts) - start + 1):
            yield fold(_joined(parts, separators, start, size))


def _feed_title(root: Element) -> str | None:
    """The headline in the title of the feed of the story's own comments, as blogs link it."""
    for link in root.iter("link"):
        title = (link.get("title") or "")[:_LONGEST]
        if "rss" in (link.get("type") or "") and (ending := _FEED_ENDING.search(title)):
            name = title[: ending.start()].partition("»")[2].strip()
            if name:
                return name
    return None


def _headings(root: Element) -> Iterator[Element]:
    """The elements that may show the headline."""
    for element in root.iter(*_SHOWN):
        tag = tag_of(element)
        if tag not in ("h1", "h2", "h3") and element.get("itemprop") != "headline":
            if element.get("class") is None and element.get("id") is None:
                continue
            words = words_of(element)
            if _TITLE_WORDS.isdisjoint(words) or (_ARTICLE_WORDS.isdisjoint(words) and "headline" not in words):
                continue
        if 0 < len(text_of(element)) <= _LONGEST:
            yield element


def _readings(heading: Element) -> list[str]:
    """The texts that a heading may mean: the whole, without the lines above and below it, its single parts."""
    whole = text_of(heading)
    if not len(heading):
        return [whole]
    named = [each for each in heading.iter(etree.Element) if each is not heading and _is_kicker(each)]
    kept = _without(heading, named).strip(" :|–-") if named else whole
    parts = [text_of(each) for each in heading if tag_of(each) not in ("br", "a", "em", "i", "wbr")]
    # What stands in no element of its own, between a line above and a line below.
    own = one_line(" ".join(each for each in (heading.text, *(child.tail for child in heading)) if each))
    return list(dict.fromkeys(text for text in (kept, whole, own, *parts) if text))


def _is_kicker(element: Element) -> bool:
    # What stands beside characters says how they are read.
    if tag_of(element) in ("time", "style", "script", "svg", "button", "rt", "rp"):
        return True
    return not _KICKERS.isdisjoint(words_of(element))


def _without(heading: Element, left_out: list[Element]) -> str:
    pieces: list[str] = []

    def visit(element: Element) -> None:
        pieces.append(element.text or "")
        for child in element:
            if child not in left_out:
                visit(child)
            pieces.append(child.tail or "")

    visit(heading)
    return one_line("".join(pieces))


def _judged(heading: Element, statements: list[_Statement], sites: frozenset[str], address: str | None) -> _Shown:
    """The reading of ``heading`` with the best evidence."""
    standing = _standing(heading, address)
    readings = _readings(heading)
    best: _Shown | None = None
    for at, text in enumerate(readings):
        # A part of a heading is the headline only where a statement is exactly that part.
        part = at > 0 and text != text_of(heading)
        agreement = _agreement(text, statements)
        value = (
            standing + agreement - 0.05 * at - (1.5 if names_site(text, sites) else 0.0) - (_OF_PART if part else 0.0)
        )
        if part and agreement < 2.0:
            continue
        if best is None or value > best.value:
            best = _Shown(heading, text, value)
    return best or _Shown(heading, text_of(heading), standing)


def _agreement(text: str, statements: list[_Statement]) -> float:
    """How far the statements say the same as ``text``: 2 and more when one says exactly that."""
    folded = fold(text)
    exact = sum(folded in stated.parts for stated in statements)
    if exact:
        return 2.0 + 0.2 * exact
    alike = max((_alike(folded, fold(stated.text)) for stated in statements), default=0.0)
    return 2.0 * alike if alike > 0.5 else alike


def _standing(heading: Element, address: str | None) -> float:
    """What the place and the markup of ``heading`` say."""
    tag = tag_of(heading)
    value = 0.9 if tag == "h1" else 0.0
    words = words_of(heading)
    is_named = heading.get("itemprop") == "headline" or not _TITLE_WORDS.isdisjoint(words)
    if is_named:
        value += 0.3
    if tag == "h3" or (tag not in ("h1", "h2") and heading.get("itemprop") != "headline"):
        value -= 0.3
    if "site" in words or "logo" in words:
        value -= 0.8
    if is_hidden(heading):
        value -= 0.8
    if inside(heading, frozenset(("nav", "aside", "footer"))):
        value -= 0.8
    if is_furniture(heading) or heading.find(".//img") is not None:
        value -= 0.2
    return value - _leads_elsewhere(heading, address)


def _leads_elsewhere(heading: Element, address: str | None) -> float:
    """What speaks against a heading that is nothing but a link: the site's name, or a teaser of another page."""
    link = heading.find(".//a[@href]")
    parent = heading.getparent()
    if link is None and parent is not None and tag_of(parent) == "a":
        link = parent
    if link is None or len(text_of(link)) < 0.8 * len(text_of(heading)):
        return 0.0
    href = (link.get("href") or "").strip()
    if href == "/" or (href.startswith("http") and urlsplit(href).path in ("", "/") and not urlsplit(href).query):
        return 1.5
    if address is None or same_page(href, address):
        return 0.0
    return 0.6


def _alike(left: str, right: str) -> float:
    """How many words two folded texts share: the F1 of their words."""
    a, b = _WORD.findall(left), _WORD.findall(right)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    shared = len(set(a) & set(b))
    return 2 * shared / (len(set(a)) + len(set(b)))
