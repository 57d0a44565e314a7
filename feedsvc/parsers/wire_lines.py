"""The lines of a story, as they are written and as they read."""

from collections.abc import Sequence
from typing import NamedTuple

# Thin spaces and their kin adjust figures in tables.
INDENTING = frozenset(" \u3000\xa0")


class Lines(NamedTuple):
    """Lines as they are ``written``, and their ``texts`` without the blanks around them."""

    written: Sequence[str]
    texts: Sequence[str]

    def part(self, start: int, end: int) -> "Lines":
        """The lines from ``start`` to before ``end``."""
        return Lines(self.written[start:end], self.texts[start:end])

    def depth(self, index: int) -> int:
        """The columns before the text at ``index``."""
        return depth_of(self.written[index])


def depth_of(line: str) -> int:
    """The columns before the text of ``line``; an ideographic space has two."""
    if line[:1] not in INDENTING:
        return 0
    blanks = line[: len(line) - len(line.lstrip())]
    return len(blanks) + blanks.count("\u3000")


def lines_of(written: Sequence[str]) -> Lines:
    """``written`` with the texts of its lines."""
    return Lines(written, list(map(str.strip, written)))
