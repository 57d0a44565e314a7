"""The text of a message as a row of blocks (paragraphs, headings, lists …), each with its plain text."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of body that stands for itself: its markup, and what a reader sees of it."""

    html: str
    text: str
    tag: str = "p"

    @property
    def has_picture(self) -> bool:
        """Whether the block shows something besides text."""
        return "<img" in self.html


def paragraph(inner: str, text: str, tag: str = "p", attributes: str = "") -> Block:
    """A block of one element."""
    return Block(f"<{tag}{attributes}>{inner}</{tag}>", text, tag)


def enclosed(blocks: Iterable[Block], tag: str) -> Block:
    """Several blocks inside one element."""
    inside = tuple(blocks)
    return Block(f"<{tag}>{markup(inside)}</{tag}>", "\n".join(each.text for each in inside), tag)


def markup(blocks: Iterable[Block]) -> str:
    """The blocks as one body."""
    return "\n".join(each.html for each in blocks)


def length(blocks: Iterable[Block]) -> int:
    """How many characters a reader sees."""
    return sum(len(each.text) for each in blocks)
