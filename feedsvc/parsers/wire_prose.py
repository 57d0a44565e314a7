"""Where running text begins below a head."""

import re
from collections.abc import Iterator
from itertools import takewhile

from feedsvc.parsers.dates import DateError, may_date
from feedsvc.parsers.wire_byline import is_byline
from feedsvc.parsers.wire_dateline import read_dateline
from feedsvc.parsers.wire_headline import doubt_of, ends_sentence
from feedsvc.parsers.wire_keys import read_key
from feedsvc.parsers.wire_kinds import kinds_of
from feedsvc.parsers.wire_lexicon import is_navigation
from feedsvc.parsers.wire_lines import Lines
from feedsvc.parsers.wire_stamps import header_date

_LONGEST_FURNITURE = 60
_FARTHEST = 16
_FURNITURE = frozenset(("rule", "desk", "byline"))
_THAI = re.compile(r"[\u0e01-\u0e2e]")
# A headline in Thai, which parts no words and ends no sentence with a mark, has fewer letters.
_LONGEST_UNPARTED = 70
# Nor are many sentences shorter.
_SHORTEST_UNPARTED = 30
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def is_indent(lines: Lines, index: int, above: int) -> bool:
    """Whether the line at ``index`` is indented as the first of a paragraph, deeper than the one ``above``."""
    deep = lines.depth(index)
    return deep >= 2 and lines.depth(above) < deep <= 10 and not is_navigation(lines.texts[index])


def is_prose(lines: Lines, index: int, headed: bool, below: bool) -> bool:
    """Whether running text begins here: a long line, a sentence, lines that flow into each other."""
    text = lines.texts[index]
    wide = not text.isascii() and bool(_CJK.search(text[:40]))
    if len(text) > (70 if wide else 150) and (headed or below or len(text) > 200 or ends_sentence(text)):
        return True
    if headed and ends_sentence(text) and (len(text.split()) > 5 or (wide and len(text) > 12)):
        return True
    if headed and len(text) > _LONGEST_UNPARTED and not text.isascii() and _THAI.search(text[:10]):
        return True
    near = list(takewhile(bool, lines.texts[index : index + _FARTHEST]))
    # Two lines without a full stop may be a headline's.
    least = 2 if headed else 3
    if len(near) < least:
        return False
    unit = list(_unit(lines, index, near))
    if len(unit) < least or (len(text) < _LONGEST_FURNITURE and _is_furniture(text)):
        return False
    closed = unit[-1][-1] in ":;" or any(ends_sentence(each) for each in unit)
    if headed:
        return len(unit) > 2 or closed
    return closed and not _hard_end(unit[0], unit[1], max(map(len, unit)))


def is_sentence_of_text(text: str) -> bool:
    """Whether ``text`` is a short sentence: below a headline and a date a story begins with it."""
    if ends_sentence(text):
        return text.count(" ") > 2 or (not text.isascii() and len(text) > 8)
    return not text.isascii() and len(text) > _SHORTEST_UNPARTED and _THAI.search(text[:10]) is not None


def _unit(lines: Lines, index: int, near: list[str]) -> Iterator[str]:
    """Of the lines ``near`` that of ``index``, those that flow on: to a short line, an indent, a change from capitals."""
    width = max(map(len, near))
    for position, (text, following) in enumerate(zip(near, [*near[1:], ""], strict=True)):
        yield text
        if not following or _hard_end(text, following, width) or (text.isupper() and not following.isupper()):
            return
        if lines.depth(index + position + 1) > lines.depth(index + position) + 1 or (
            _begins_anew(following) if position == 0 else position < 3 and _is_stamp(following)
        ):
            return
        # Furniture stands at the top; lines further down need no second look.
        if position < 3 and len(following) < _LONGEST_FURNITURE and _is_furniture(following):
            return


def _is_furniture(text: str) -> bool:
    """Whether a short line itself says that it belongs to no running text."""
    if doubt_of(text).points >= 3 or is_byline(text):
        return True
    kinds = kinds_of(text)
    return not _FURNITURE.isdisjoint(kinds) or ("key" in kinds and read_key(text) is not None)


def _begins_anew(text: str) -> bool:
    """Whether a line is a date or begins with a dateline: what stands above it ends there."""
    try:
        dateline = read_dateline(text)
        if dateline is not None:
            return bool(dateline.date or dateline.agency) or (dateline.place or "").isupper()
        return len(text) < _LONGEST_FURNITURE and may_date(text) and header_date(text) is not None
    except DateError:
        return True


def _is_stamp(text: str) -> bool:
    """Whether a line is a date, and not the end of a sentence."""
    return len(text) < _LONGEST_FURNITURE and text[-1] != "." and may_date(text) and _begins_anew(text)


def _hard_end(text: str, following: str, width: int) -> bool:
    """Whether the line ends though the next word would have fitted by far."""
    room = width - len(text) - 1 - len(following.split(" ", 1)[0])
    return room > 6 and not following[:1].islower()
