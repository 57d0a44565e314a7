"""What stands inside the main content and is no part of the story."""

from dataclasses import dataclass

from lxml import etree

from feedsvc.parsers.html_blocks import HEADINGS, Block, weigh
from feedsvc.parsers.html_furniture import drop, holds, words_of
from feedsvc.parsers.html_phrases import is_snippet, opens_furniture
from feedsvc.parsers.html_tree import tag_of
from feedsvc.text import fold

Element = etree._Element

_LISTS = frozenset(("ul", "ol"))
_KEPT_EMPTY = ("img", "picture", "video", "audio", "iframe", "source", "table")
_LONG = 60


@dataclass(frozen=True, slots=True)
class Clues:
    """What the metadata tell about the content: the headline and its element, the authors, the whole text."""

    headline: str | None = None
    heading: Element | None = None
    names: tuple[str, ...] = ()
    text: str | None = None


def trim(chosen: Element, clues: Clues) -> None:
    """Take out of ``chosen`` what the reader of a feed gets elsewhere or does not want."""
    _caption_figures(chosen)
    if clues.heading is not None and clues.heading is not chosen and holds(chosen, clues.heading):
        _drop_before(chosen, clues.heading)
        drop(clues.heading)
    _drop_blocks(chosen, clues)
    _drop_empty(chosen)


def _drop_blocks(chosen: Element, clues: Clues) -> None:
    blocks = [block for block in sorted_blocks(chosen) if block.length]
    headline = fold(clues.headline or "")
    names = {fold(name) for name in clues.names}
    seen: set[str] = set()
    prose = False
    for at, block in enumerate(blocks):
        element = block.element
        if element is chosen or not holds(chosen, element):
            continue
        text = block.text
        line = fold(text)
        heading = tag_of(element) in HEADINGS
        if (
            (heading and line == headline)
            or (not prose and (line == headline or line in names))
            or is_snippet(text)
            or (len(line) > _LONG and line in seen and tag_of(element) != "p")
        ):
            _drop_block(block)
        elif (heading or block.length < 60) and opens_furniture(text):
            _drop_section(chosen, block, blocks[at + 1 :])
        seen.add(line)
        prose = prose or block.weight > 60


def sorted_blocks(chosen: Element) -> list[Block]:
    """The blocks of ``chosen`` in the order of their starts."""
    found = weigh(chosen).blocks
    return [found[element] for element in chosen.iter() if element in found]


def _drop_section(chosen: Element, opening: Block, following: list[Block]) -> None:
    """Drop ``opening`` and what it introduces: the links right behind it."""
    doomed = [opening]
    for block in following:
        if block.linked < 0.6 * block.length:
            break
        doomed.append(block)
    # Without links behind it, the line is furniture only when it ends the text or is itself a link.
    if (
        len(doomed) > 1
        or opening.linked > 0.3 * opening.length
        or not following
        or tag_of(opening.element) in HEADINGS
    ):
        for block in doomed:
            if holds(chosen, block.element):
                _drop_block(block)


def _drop_block(block: Block) -> None:
    """Drop the element of ``block``, or its text alone where other blocks stand in it."""
    element = block.element
    if any(
        tag_of(each) in ("p", "div", "ul", "table", "h2", "h3", "figure", "section")
        for each in element.iterdescendants()
    ):
        return
    drop(element)


def _caption_figures(chosen: Element) -> None:
    """Mark up as figures what a class calls a caption beside a picture."""
    for element in list(chosen.iter("p", "div", "span", "dd", "small")):
        words = words_of(element)
        if (
            not ("caption" in words or "figcaption" in words or "bildunterschrift" in words)
            or element.find(".//img") is not None
        ):
            continue
        parent = element.getparent()
        if (
            parent is not None
            and tag_of(parent) in ("div", "span", "dl", "p")
            and parent is not chosen
            and parent.find(".//img") is not None
        ):
            element.tag = "figcaption"
            parent.tag = "figure"


def _drop_empty(chosen: Element) -> None:
    for element in reversed(
        list(
            chosen.iter("ul", "ol", "li", "div", "section", "p", "h2", "h3", "h4", "h5", "h6", "figure", "blockquote")
        )
    ):
        if element is not chosen and not len(element) and not (element.text or "").strip():
            drop(element)


def _drop_before(chosen: Element, heading: Element) -> None:
    node = heading
    while node is not chosen:
        for before in list(node.itersiblings(preceding=True)):
            drop(before)
        parent = node.getparent()
        if parent is None:
            return
        parent.text = None
        node = parent
