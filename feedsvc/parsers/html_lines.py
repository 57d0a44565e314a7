"""The lines between a headline and its story that say who wrote it and when: what has fields of its own is no text."""

from collections.abc import Iterable

from lxml import etree

from feedsvc.parsers.html_blocks import BLOCKS, Block
from feedsvc.parsers.html_bylines import names_behind_by
from feedsvc.parsers.html_shown_dates import is_dated_line
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.text import fold

Element = etree._Element

_LONGEST = 160
# What may stand beside the names: an office, a place, a newspaper.
_BESIDE_NAMES = 40
_MOST_RUNS = 12


def part_lines(chosen: Element) -> None:
    """Put what stands bare in ``chosen``, between its first blocks, into paragraphs: each is a block to be judged."""
    runs = 0
    run: list[Element] = []
    for child in list(chosen):
        if tag_of(child) not in BLOCKS and tag_of(child) != "br":
            run.append(child)
            continue
        if run:
            _into_paragraph(chosen, run)
            run = []
        runs += 1
        if runs > _MOST_RUNS or len(text_of(child)) > _LONGEST:
            return


def _into_paragraph(chosen: Element, run: list[Element]) -> None:
    """Let the elements of ``run``, with the text behind them, be a paragraph; not where there is much of it."""
    text = "".join("".join(map(str, each.itertext())) + (each.tail or "") for each in run).strip()
    if not 0 < len(text) <= _LONGEST or any(True for each in run for _ in each.iter(*BLOCKS)):
        return
    paragraph = etree.Element("p")
    chosen.insert(chosen.index(run[0]), paragraph)
    paragraph.extend(run)


def is_line_above(block: Block, names: Iterable[str]) -> bool:
    """Whether a block above the text is the line of a day or of ``names`` (folded) and little else."""
    return is_dated_line(block.text) or _is_time(block) or _is_byline(block.text, names)


def _is_time(block: Block) -> bool:
    """Whether a block is what a ``time`` element shows: "Wednesday, 10.00", "2 hours ago"."""
    time = next(block.element.iter("time"), None)
    return time is not None and text_of(time) == block.text


def _is_byline(text: str, names: Iterable[str]) -> bool:
    """Whether a line is names behind "By", perhaps with an office: "By Ann Mason, political editor"."""
    if len(text) > _LONGEST or text.endswith((".", "!", "?")):
        return False
    behind = fold(names_behind_by(text))
    known = sorted(filter(None, names), key=len, reverse=True)
    if not any(map(behind.startswith, known)):
        return False
    for name in known:
        behind = behind.replace(name, "")
    return len(behind) <= _BESIDE_NAMES
