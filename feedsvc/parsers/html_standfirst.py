"""The opening paragraph that many pages keep outside of the text's element, right below the headline.

A line that is marked as a subtitle (a heading, a deck) is none: it belongs to the headline, and the summary has it.
"""

from collections.abc import Iterator

from lxml import etree

from feedsvc.parsers.html_blocks import Block, Scale
from feedsvc.parsers.html_furniture import holds, is_hidden, words_of
from feedsvc.parsers.html_tree import tag_of
from feedsvc.text import fold

Element = etree._Element

_SUBTITLES = frozenset(
    """subtitle subhead subheading subheadline subline sub dek deck des summary header heading headline quote kicker""".split()
)
_PARAGRAPHS = frozenset(("p", "div", "li", "section", "span"))
# How far behind the headline it may stand, in blocks of text; how short and how long it is.
_REACH = 20
_SHORTEST, _LONGEST = 30, 1200
_SAME = 40


def find_standfirst(scale: Scale, heading: Element | None, summary: str | None) -> list[Element]:
    """The paragraphs behind ``heading`` that say what the page states as its summary."""
    if heading is None:
        return []
    return [block.element for block in _following(scale, heading) if _is_standfirst(block, fold(summary or ""))]


def _following(scale: Scale, heading: Element) -> Iterator[Block]:
    """The blocks behind ``heading`` within its reach, in the order of the page."""
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


def _is_standfirst(block: Block, summary: str) -> bool:
    text = block.text
    if not _SHORTEST <= len(text) <= _LONGEST or block.linked > 0.5 * block.length or is_hidden(block.element):
        return False
    if tag_of(block.element) not in _PARAGRAPHS or not _SUBTITLES.isdisjoint(words_of(block.element)):
        return False
    return len(summary) >= _SAME and fold(text).startswith(summary[:_SAME])


def put_standfirst(chosen: Element, found: list[Element]) -> None:
    """Put what ``found`` says at the start of ``chosen``, where it does not stand there already."""
    missing = [each for each in found if not holds(chosen, each) and not holds(each, chosen)]
    if not missing:
        return
    there = fold(" ".join(map(str, chosen.itertext())))
    for each in reversed(missing):
        paragraph = etree.Element("p")
        text = fold(" ".join(map(str, each.itertext())))
        if not text or text in there:
            continue
        paragraph.text = each.text
        paragraph.extend(each)
        paragraph.tail, chosen.text = chosen.text, None
        chosen.insert(0, paragraph)
