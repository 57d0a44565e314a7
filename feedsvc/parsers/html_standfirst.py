"""The opening paragraphs that many pages keep outside of the text's element, between the headline and the text.

What stands there is one when it says what the page states as its summary, when a class calls it so ("lead", "Vorspann",
"chapô"), or when it is plain prose. In English a short line below the headline is a subtitle, which the summary has.
"""

from collections.abc import Iterator

from lxml import etree

from feedsvc.parsers.html_blocks import HEADINGS, Block, Scale
from feedsvc.parsers.html_furniture import holds, is_hidden, words_of
from feedsvc.parsers.html_phrases import is_appeal, is_snippet
from feedsvc.parsers.html_shown_dates import is_dated_line
from feedsvc.parsers.html_tree import tag_of
from feedsvc.parsers.html_trim import Clues
from feedsvc.text import fold

Element = etree._Element

_LEADS = frozenset(
    """lead lede leader intro introtext introduction teaser teasertext vorspann standfirst dek deck subtitle subheadline subhead subheading
    subline untertitel unterzeile summary excerpt abstract chapo chapeau bajada copete entradilla ingress ingresso preamble manchet sommario sommaire
    sottotitolo subtitulo sumario zajawka perex anons anleser anriss kurztext""".split()
)
_PARAGRAPHS = frozenset(("p", "div", "section", "span", "li"))
_NO_LEADS = frozenset("caption credit credits copyright author autor bio byline meta date comment".split())
_NOT_IN = frozenset(("figure", "figcaption", "aside", "table", "form", "button", "nav", "footer", "ul", "ol", "dl"))
# How far behind the headline it may stand, in blocks of text; how short and how long it is.
_REACH = 20
_SHORTEST, _LONGEST = 80, 1200
# English newspapers, and pages of unknown language.
_SHORTEST_IN_ENGLISH, _SHORTEST_CALLED_SO = 150, 200
_SAME = 40
_PROSE = 80.0


def behind_headline(scale: Scale, heading: Element | None) -> list[Block]:
    """The blocks behind ``heading`` within its reach, in the order of the page."""
    return [] if heading is None else list(_following(scale, heading))


def _following(scale: Scale, heading: Element) -> Iterator[Block]:
    seen = reached = 0
    for element in scale.root.iter(etree.Element):
        if element is heading:
            seen = 1
        block = scale.blocks.get(element) if seen else None
        if block is None or not block.length or holds(heading, element):
            continue
        reached += 1
        if reached > _REACH:
            return
        yield block


def find_standfirst(behind: list[Block], chosen: Element, root: Element, clues: Clues) -> list[Element]:
    """Those of the blocks ``behind`` the headline that open the story, though they stand above ``chosen``."""
    folded = fold(clues.summary or "")
    english = (clues.language or "en").startswith("en")
    shortest = _SHORTEST_IN_ENGLISH if english else _SHORTEST
    found: list[Element] = []
    for block in behind:
        if holds(chosen, block.element):
            return found
        if shortest <= len(block.text) <= _LONGEST and (_says_summary(block, folded) or _opens(block, root, english)):
            found.append(block.element)
    # Nothing of the text stands behind the headline: the headline is not above it.
    return [element for element in found if fold(_text(element)).startswith(folded[:_SAME])] if folded else []


def _says_summary(block: Block, summary: str) -> bool:
    return len(summary) >= _SAME and _may_open(block) and fold(block.text).startswith(summary[:_SAME])


def _opens(block: Block, root: Element, english: bool) -> bool:
    """Whether markup or prose say that ``block`` opens the story."""
    element, text = block.element, block.text
    if not _may_open(block) or any(tag_of(each) in _NOT_IN for each in (element, *element.iterancestors())):
        return False
    if is_snippet(text) or is_dated_line(text) or is_appeal(text):
        return False
    near = (element, *(each for each, _ in zip(element.iterancestors(), range(2), strict=False)))
    words = {word for each in near if tag_of(each) not in ("body", "html") for word in words_of(each)}
    if words & _NO_LEADS:
        return False
    if words & _LEADS:
        return not english or len(text) >= _SHORTEST_CALLED_SO
    # What was dropped as furniture stands in the page no more.
    return tag_of(element) == "p" and block.weight > _PROSE and holds(root, element)


def _may_open(block: Block) -> bool:
    element = block.element
    if block.linked > 0.5 * block.length or is_hidden(element) or len(_text(element)) > 2 * len(block.text):
        return False
    return tag_of(element) in _PARAGRAPHS or tag_of(element) in HEADINGS


def put_standfirst(chosen: Element, found: list[Element]) -> None:
    """Put what ``found`` says at the start of ``chosen``, where it does not stand there already."""
    missing = [each for each in found if not holds(chosen, each) and not holds(each, chosen)]
    if not missing:
        return
    there = fold(_text(chosen))
    for each in reversed(missing):
        text = fold(_text(each))
        if not text or text in there:
            continue
        paragraph = etree.Element("p")
        paragraph.text = each.text
        paragraph.extend(each)
        paragraph.tail, chosen.text = chosen.text, None
        chosen.insert(0, paragraph)


def _text(element: Element) -> str:
    return " ".join(map(str, element.itertext()))
