"""Blocks of text and their weight: how much each speaks for a story and against furniture."""

import re
from dataclasses import dataclass, field

from lxml import etree

from feedsvc.parsers.html_tree import tag_of

Element = etree._Element

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section summary table tbody td tfoot th thead tr "
    "ul".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PROSE = frozenset(("p", "pre", "blockquote"))
_SENTENCE = re.compile(r"[.!?…।؟:;][\"'”’»)\]]*(?:\s|$)|[。！？、]")


@dataclass(slots=True)
class Block:
    """Text that no smaller block holds.

    ``length`` and ``linked`` count characters that are no white space, ``text`` is one line, ``weight`` is positive for
    sentences, negative for links and snippets, 0 for headings.
    """

    element: Element
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    linked: int = 0
    text: str = ""
    weight: float = 0.0

    def add(self, text: str, linked: bool) -> None:
        """One more piece of the text, in the order of the page."""
        self.pieces.append(text)
        if text.isspace():
            return
        length = len("".join(text.split()))
        self.length += length
        if linked:
            self.linked += length

    def close(self) -> None:
        """All pieces are there: the text and its weight are asked for several times."""
        self.text = " ".join("".join(self.pieces).split())
        self.weight = self._weight()

    def _weight(self) -> float:
        if not self.length or tag_of(self.element) in HEADINGS:
            return 0.0
        if self.linked > 0.5 * self.length:
            return -0.5 * min(self.length, 60)
        plain = self.length - self.linked
        if not _SENTENCE.search(self.text):
            return plain * 0.2 if plain > 40 else -5.0
        if plain < 20:
            return 0.0
        return plain * (1.0 if self.element.tag in _PROSE else 0.8)


@dataclass(slots=True)
class Scale:
    """The blocks under ``root`` in the order of their ends, and the weight of every element's text."""

    root: Element
    blocks: dict[Element, Block] = field(default_factory=dict)
    weights: dict[Element, float] = field(default_factory=dict)
    positive: float = 0.0

    def take_out(self, element: Element) -> None:
        """Forget ``element`` and what stands in it; its ancestors become lighter."""
        weight = self.weights[element]
        for ancestor in element.iterancestors():
            if ancestor not in self.weights:
                break
            self.weights[ancestor] -= weight
        for each in element.iter():
            self.weights.pop(each, None)
            self.blocks.pop(each, None)


def weigh(root: Element) -> Scale:
    """``root`` on the scale. Recursion is safe: the tree is at most 256 levels deep."""
    scale = Scale(root)
    scale.positive = _visit(root, Block(root), False, scale)
    scale.weights = dict(reversed(scale.weights.items()))
    return scale


def _visit(element: Element, block: Block, linked: bool, scale: Scale) -> float:
    tag = element.tag
    own = tag in BLOCKS or element is scale.root
    if own:
        block = Block(element)
    elif tag == "a":
        linked = True
    elif tag == "br":
        block.pieces.append(" ")
    if element.text:
        block.add(element.text, linked)
    weight = 0.0
    for child in element:
        weight += _visit(child, block, linked, scale)
        if child.tail:
            block.add(child.tail, linked)
    if own and block.length:
        block.close()
        scale.blocks[element] = block
        weight += max(block.weight, 0.0)
    scale.weights[element] = weight
    return weight
