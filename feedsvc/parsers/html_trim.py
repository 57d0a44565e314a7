"""What stands inside the main content and is no part of the story."""

from dataclasses import dataclass

from lxml import etree

from feedsvc.parsers.html_blocks import HEADINGS, Block, weigh
from feedsvc.parsers.html_furniture import drop, holds, inside, words_of
from feedsvc.parsers.html_lines import is_line_above, part_lines
from feedsvc.parsers.html_phrases import is_appeal, is_snippet, leads_away, opens_furniture
from feedsvc.parsers.html_tree import tag_of
from feedsvc.text import fold

Element = etree._Element

_REPEATABLE = frozenset(("p", "li", "td", "th", "dd", "pre"))
_KEPT_EMPTY = ("img", "picture", "video", "audio", "iframe", "source", "table")
_CAPTIONS = frozenset("caption figcaption bildunterschrift bildtext legende leyenda didascalia imagecaption".split())
_PICTURES = ("img", "picture", "video", "iframe")
_FIGURES = frozenset(("figure", "figcaption", "table"))
_BOXES = frozenset(("div", "span", "dl", "p"))
_LONGEST_CAPTION = 800
_LONG = 60
_ABOVE = 0.4
_MOSTLY = 0.6
_LISTED = 0.2
_LAST = 8
_SHOUTED = 20


@dataclass(frozen=True, slots=True)
class Clues:
    """What the metadata tell about the content: the headline and its element, the authors, the whole text."""

    headline: str | None = None
    heading: Element | None = None
    names: tuple[str, ...] = ()
    text: str | None = None
    summary: str | None = None
    language: str | None = None


def trim(chosen: Element, clues: Clues) -> None:
    """Take out of ``chosen`` what the reader of a feed gets elsewhere or does not want."""
    _caption_figures(chosen)
    part_lines(chosen)
    blocks = sorted_blocks(chosen)
    if clues.heading is not None and clues.heading is not chosen and holds(chosen, clues.heading):
        if _is_on_top(blocks, clues.heading):
            _drop_before(chosen, clues.heading)
        drop(clues.heading)
    _drop_blocks(chosen, [block for block in blocks if block.length and holds(chosen, block.element)], clues)
    _drop_empty(chosen)


def _is_on_top(blocks: list[Block], heading: Element) -> bool:
    """Whether most of the text stands below ``heading``: else it is the heading of a part."""
    before = whole = 0.0
    below = False
    for block in blocks:
        below = below or block.element is heading or holds(block.element, heading)
        weight = max(block.weight, 0.0)
        whole += weight
        before += 0.0 if below else weight
    return before <= _ABOVE * whole


def _drop_blocks(chosen: Element, blocks: list[Block], clues: Clues) -> None:
    names = frozenset((fold(clues.headline or ""), *map(fold, clues.names)))
    seen: set[str] = set()
    prose = False
    for at, block in enumerate(blocks):
        if block.element is chosen or not holds(chosen, block.element):
            continue
        text = block.text
        line = fold(text)
        if (
            _is_no_text(block, text, line, names, prose)
            or _repeats(block, line, seen)
            or _ends(block, text, len(blocks) - at)
        ):
            _drop_block(block)
        elif (tag_of(block.element) in HEADINGS or block.length < 60) and opens_furniture(text):
            _drop_section(chosen, block, blocks[at + 1 :])
        elif (block.linked > _MOSTLY * block.length and leads_away(text)) or (prose and _is_shouted_link(block)):
            _drop_block(block)
        seen.add(line)
        prose = prose or block.weight > 60


def _is_shouted_link(block: Block) -> bool:
    """Whether a paragraph is nothing but a link in capitals: the headline of another story between those of this one."""
    return (
        tag_of(block.element) == "p"
        and block.linked == block.length >= _SHOUTED
        and block.text.isupper()
        and " " in block.text
    )


def _is_no_text(block: Block, text: str, line: str, names: frozenset[str], prose: bool) -> bool:
    """Whether a block is a control or a credit, or repeats above the text what has fields of its own."""
    if is_snippet(text):
        return True
    if tag_of(block.element) in HEADINGS:
        return line in names
    return not prose and (line in names or is_line_above(block, names))


def _repeats(block: Block, line: str, seen: set[str]) -> bool:
    """Whether the text stood there before, as captions do; instructions and refrains may say a thing twice."""
    return line in seen and len(line) > (_LONG if tag_of(block.element) not in _REPEATABLE else 4 * _LONG)


def _ends(block: Block, text: str, left: int) -> bool:
    """Whether one of the last blocks asks readers to subscribe or to follow."""
    return left <= _LAST and block.linked > 0 and tag_of(block.element) not in HEADINGS and is_appeal(text)


def sorted_blocks(chosen: Element) -> list[Block]:
    """The blocks of ``chosen`` in the order of their starts."""
    found = weigh(chosen).blocks
    return [found[element] for element in chosen.iter() if element in found]


def _drop_section(chosen: Element, opening: Block, following: list[Block]) -> None:
    """Drop ``opening`` and what it introduces: the links right behind it."""
    doomed = [opening]
    for block in following:
        # Lists of stories have a word or two beside each link.
        if block.linked < (_LISTED if tag_of(block.element) == "li" else _MOSTLY) * block.length:
            break
        doomed.append(block)
    # Without links behind it, the line is furniture only when it ends the text or is itself a link.
    if (
        len(doomed) > 1
        or opening.linked > 0.3 * opening.length
        or not following
        or tag_of(opening.element) in HEADINGS
        or opening.text.endswith(":")
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
    """Mark up as captions what a class calls so, and as a figure what holds one beside its picture."""
    for element in list(chosen.iter("p", "div", "span", "dd", "small", "h2", "h3", "h4")):
        if _CAPTIONS.isdisjoint(words_of(element)) or any(True for _ in element.iter(*_PICTURES)):
            continue
        if len("".join(map(str, element.itertext()))) > _LONGEST_CAPTION or inside(element, _FIGURES):
            continue
        element.tag = "figcaption"
        for around, _ in zip(element.iterancestors(), range(3), strict=False):
            if around is chosen or tag_of(around) not in _BOXES:
                break
            if any(True for _ in around.iter(*_PICTURES)):
                around.tag = "figure"
                break


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
