"""Bylines as a page shows them: marked by microdata, microformats, links or classes, or by their words alone."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from lxml import etree

from feedsvc.parsers.html_furniture import words_of
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.parsers.months import MONTHS, folded

Element = etree._Element
Test = Callable[[Element], bool]

LONGEST = 160
_BYLINE_WORDS = frozenset(
    """author authors authorname byline bylines autor autoren autorin auteur auteurs autore autores auteurs writer writers
    verfasser contributor contributors redakteur username journalist kirjoittaja forfatter skribent""".split()
)
_NOT_BYLINE = frozenset("bio box image avatar img photo picture comment comments description social count".split())
_AUTHOR_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es|in)?|auteurs?|autori?|writers?|contributors?|columnists?|by|"
    r"journalists?|journalist(?:en|in)?|redaktion|redakteure?|reporters?|staff)/[^/?#]+"
    r"|[?&](?:author|autor)=",
    re.IGNORECASE,
)
# Those of people of any kind: the author's only right beside the headline, or where there is one alone.
_PERSON_PATH = re.compile(
    r"/(?:profil[es]?|people|person(?:en)?|users?|team|nutzer|mitarbeiter)/[^/?#]+", re.IGNORECASE
)
_BESIDE_HEADLINE = 40
_NAMES = (
    "a",
    "span",
    "strong",
    "b",
    "cite",
    "em",
    "address",
    "p",
    "div",
    "li",
    "h3",
    "h4",
    "h5",
    "td",
    "dd",
    "small",
)
# Other elements that may be a byline as a whole.
_GROUPS = ("ul", "section", "header", "byline")
# Words that stand before a name. What is ambiguous (by, von, par, de) counts only with a name in capitals behind it.
_BY = re.compile(
    r"(?:^|(?<=[\s|•·–—(,;:/@-]))"
    r"(?:(?:posted|written|published|reported|words|story|review(?:ed)?|edited|submitted)\ by|by|author|"
    r"(?:geschrieben|verfasst|veröffentlicht|gespeichert|gepostet|erstellt|eingestellt|publiziert|interview|text|ein\ (?:artikel|beitrag|gastbeitrag|kommentar|interview))\ (?:von|vom)|von|vom|"
    r"autor(?:in|en|es|a|as)?|auteure?s?|autori?e?|författare|forfatter|kirjoittaja|text|texte|redaktion|par|écrit\ par|publié\ par|por|escrito\ por|publicado\ por|di|scritto\ da|"
    r"door|geschreven\ door|av|skrevet\ av|af|przez|autorka|автор|取材・文|文|著者|筆者|記者|執筆)"
    r"\s*[:：]?\s+",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = r"(?:(?-i:[^\W\d_a-zß-ÿ])[\w.'’-]{0,30}|(?:von|van|de|der|den|del|della|di|da|du|la|le|zu|bin|al|y|el|und|and|&)(?=\s))"
_NAME = re.compile(rf"{_WORD}(?:\s+{_WORD}){{0,5}}")
_AFTER = re.compile(
    r"\s*(?:$|[|•·–—,;(@/<\[]|[-]\s|\.\s*$|\d|(?:on|am|in|at|um|le|el|il|den|den|vom|for|für|updated|published|posted|"
    r"last|uhr|aktualisiert|veröffentlicht|fotos?|photos?|zuletzt|kategorie|category|under|unter|filed|comments?|kommentare?)\b)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"(?:\b([^\W\d_]{3,10})\.?,?\s)?(?<!\w)(\d+)(?!\w*[a-z]{3})")
# What may stand between a name and the day.
_INTRODUCING = re.compile(
    r"(?:[\s|•·–—,;/(@-]|:\s|\b(?:stand|datum|date|posted|published|updated|on|am|vom|le|el|il|veröffentlicht|erstellt|publié|publicado):?)+$",
    re.IGNORECASE,
)
_SEPARATING = "|•·–—(,;:/@-"
_CAPTIONS = frozenset("caption credit credits copyright source quelle image gallery slider".split())
_PLACED = 60
_MOST_COMPANIONS = 6  # of an author; more of them are a list of authors
_LONGEST_LINE = 120


def marked_bylines(root: Element, where: Layout) -> Iterator[tuple[str, list[str]]]:
    """The names that markup calls the author's, with the evidence, best first."""
    tests: tuple[tuple[str, Test], ...] = (
        ("itemprop author", _by_itemprop),
        ("a link with rel=author", _by_rel),
        ("a link to the author's page", _by_path),
        ("the byline", _by_class),
    )
    elements = [each for each in root.iter(*_NAMES, *_GROUPS) if where.is_near(each)]
    persons = [each for each in elements if _by_person(each)]
    beside = frozenset(
        each for each in persons if len(persons) == 1 or abs(where.after_heading(each)) <= _BESIDE_HEADLINE
    )
    for evidence, test in tests:
        found = [each for each in elements if test(each) or (test is _by_path and each in beside)]
        # A byline stands beside the headline; what comes first behind it goes before what stands above it.
        found.sort(key=lambda each: (where.after_heading(each) < 0, abs(where.after_heading(each))))
        for each in found[:4]:
            names = _names_in(each)
            if names:
                yield evidence, _with_companions(each, names, found)


def _with_companions(first: Element, names: list[str], found: list[Element]) -> list[str]:
    """``names`` and those of the elements right beside ``first``: several authors, one link each."""
    near = {first.getparent(), parent.getparent() if (parent := first.getparent()) is not None else None} - {None}
    beside = (
        each for each in found if each is not first and (each.getparent() in near or _grandparent(each) in near)
    )
    together = list(islice((name for each in beside for name in _names_in(each)), _MOST_COMPANIONS + 1))
    return list(dict.fromkeys((*names, *together))) if len(together) <= _MOST_COMPANIONS else names


def _grandparent(element: Element) -> Element | None:
    parent = element.getparent()
    return parent.getparent() if parent is not None else None


def worded_bylines(root: Element, where: Layout) -> Iterator[str]:
    """Names behind "by", "von", "Autor:" in short lines near the headline, the nearest first."""
    near: list[tuple[int, str]] = []
    heading = where.heading_element()
    # What holds the headline, too, is no caption, whatever its name says.
    captions: dict[Element, bool] = dict.fromkeys(heading.iterancestors() if heading is not None else (), False)
    for element in root.iter(*_NAMES, "h2", "h6", "header", "section"):
        distance = where.after_heading(element)
        if not where.is_near(element) or distance < -20 or (distance > _PLACED and len(near) > 3):
            continue
        line = _own_line(element)
        if not line or len(line) > _LONGEST_LINE or _is_caption(element, captions):
            continue
        for match in _BY.finditer(line):
            name = _NAME.match(line, match.end())
            if (
                name
                and _AFTER.match(line, name.end())
                and _stands_alone(line[: match.start()], match[0].strip(), name[0])
            ):
                near.append((abs(distance) if distance >= 0 else 30 - distance, name[0]))
                break
    near.sort(key=lambda each: each[0])
    yield from (name for _, name in near)


def names_behind_by(line: str) -> str:
    """What follows the word with which ``line`` opens as a byline; empty where it opens as none."""
    match = _BY.match(line)
    return line[match.end() :] if match is not None else ""


def _stands_alone(before: str, by: str, name: str) -> bool:
    """Whether ``by`` opens a byline: "Pictures of Ann Mason" names no author."""
    if " " in by or by.endswith((":", "：")):
        return True
    if not before.strip():
        return True
    return " " in name and (before.rstrip()[-1] in _SEPARATING or any(map(str.isdigit, before)))


def _is_caption(element: Element, known: dict[Element, bool]) -> bool:
    """Whether ``element`` tells about a picture: who took it wrote nothing. ``known`` grows by what stands around it."""
    if element not in known:
        parent, tag = element.getparent(), tag_of(element)
        named = tag not in ("body", "html") and not _CAPTIONS.isdisjoint(words_of(element))
        known[element] = (
            named or tag in ("figure", "figcaption") or (parent is not None and _is_caption(parent, known))
        )
    return known[element]


def _own_line(element: Element) -> str:
    """The text of ``element`` where it holds no other block."""
    if len(element) > 12 or any(tag_of(each) in ("p", "div", "ul", "li", "section", "h2", "h3") for each in element):
        return ""
    text = text_of(element)
    return text if len(text) <= _LONGEST_LINE else ""


def _names_in(element: Element) -> list[str]:
    """The single names that a byline marks, else its whole text."""
    for test in (_is_name, _by_rel, _by_path):
        inner = [text_of(each) for each in element.iter("a", "span", "strong", "b") if test(each)]
        inner = [text for text in dict.fromkeys(inner) if 0 < len(text) <= LONGEST]
        if inner:
            return inner
    text = text_of(element)
    return [_undated(text)] if 0 < len(text) <= LONGEST else []


def _undated(text: str) -> str:
    """The name in a byline that tells the day, too: "Posted on 5 March 2020 by Ann Mason", "Ann Mason, 5.3.2020"."""
    if _YEAR.search(text) is None:
        return text
    for match in _BY.finditer(text):
        if name := _NAME.match(text, match.end()):
            return name[0]
    return _INTRODUCING.sub("", text[: _day_in(text)])


def _day_in(text: str) -> int:
    """Where the day in ``text`` begins: the first number, or the month before it."""
    number = _NUMBER.search(text)
    if number is None:
        return len(text)
    month = number[1]
    return number.start() if month and folded(month) in MONTHS else number.start(2)


def _is_name(element: Element) -> bool:
    return "name" in (element.get("itemprop") or "").split() or "fn" in (element.get("class") or "").split()


def _by_itemprop(element: Element) -> bool:
    return "author" in (element.get("itemprop") or "").split()


def _by_rel(element: Element) -> bool:
    return "author" in (element.get("rel") or "").split()


def _by_person(element: Element) -> bool:
    return _leads_to(element, _PERSON_PATH)


def _by_path(element: Element) -> bool:
    return _leads_to(element, _AUTHOR_PATH)


def _leads_to(element: Element, path: re.Pattern[str]) -> bool:
    """Whether ``element`` is a link of a few words to a ``path``, and none of a licence."""
    if tag_of(element) != "a" or "tag" in (element.get("rel") or ""):
        return False
    href = element.get("href") or ""
    if not path.search(href) or any("license" in (each.get("rel") or "") for each in element.itersiblings()):
        return False
    return len(text_of(element).split()) <= 6


def _by_class(element: Element) -> bool:
    if tag_of(element) == "byline":
        return True
    if element.get("class") is None and element.get("id") is None:
        return False
    # ``words_of`` takes "type-author" for a kind of page.
    if "type-author" in (element.get("class") or ""):
        return True
    words = words_of(element)
    return not _BYLINE_WORDS.isdisjoint(words) and _NOT_BYLINE.isdisjoint(words)
