"""What the documents of one folder tell about each other: furniture, the year, one copy of all."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from feedsvc.model import Clues, Neighbours
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.dates import DateError, has_digit, may_date
from feedsvc.parsers.limits import MOST_CHARACTERS, too_long
from feedsvc.parsers.wire_dateline import read_dateline
from feedsvc.parsers.wire_stamps import header_date
from feedsvc.parsers.wire_tail import read_tail
from feedsvc.text import fold

HEAD_LINES = 4
# A longer line is a paragraph; it would only fill the ledger.
_LONGEST = 100
# In any encoding, so many bytes are more than the characters that are read.
_MOST_BYTES = 5 * MOST_CHARACTERS
_COMMON = 3
_COPY = timedelta(minutes=1)


def clues(data: bytes) -> Clues:
    """The clues of a plain-text document; none when it cannot be decoded, or is refused for its length."""
    if len(data) > _MOST_BYTES:
        return Clues()
    try:
        text, _ = decode(data)
    except DecodeError:
        return Clues()
    if too_long(text) is not None:
        return Clues()
    lines = text.split("\n")
    top = list(islice((line.strip() for line in lines if not line.isspace() and line), HEAD_LINES))
    year = next((each for each in map(_year_of, top) if each is not None), None)
    return Clues(tuple(fold(line) for line in top if len(line) <= _LONGEST), year or _year_of_tail(lines))


def _year_of(line: str) -> int | None:
    if not has_digit(line, 0, _LONGEST) or not may_date(line[: 2 * _LONGEST]):
        return None
    try:
        dateline = read_dateline(line)
        date = dateline.date if dateline else header_date(line)
    except DateError:
        return None
    return date.year if date else None


def _year_of_tail(lines: list[str]) -> int | None:
    tail = read_tail(list(map(str.strip, lines[-8:])), None)
    return tail.date.year if tail.date else None


def survey(documents: Mapping[str, tuple[Clues, datetime]]) -> Mapping[str, Neighbours]:
    """What the documents of one folder (name to clues and file time) tell about each of them."""
    lines = Counter(line for each, _ in documents.values() for line in set(each.head))
    years = Counter(each.year for each, _ in documents.values() if each.year is not None)
    times = sorted(modified for _, modified in documents.values())
    return {
        name: Neighbours(
            frozenset(line for line in each.head if lines[line] >= _COMMON),
            _agreed(years, each.year),
            bisect_right(times, modified + _COPY) - bisect_left(times, modified - _COPY) >= _COMMON,
        )
        for name, (each, modified) in documents.items()
    }


def _agreed(years: Counter[int], own: int | None) -> int | None:
    """The one year of all dated documents but this one."""
    if len(years) > 2:
        return None
    others = [year for year, count in years.items() if count > (year == own)]
    return others[0] if len(others) == 1 else None
