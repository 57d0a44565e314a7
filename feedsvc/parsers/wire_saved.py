"""Stories that were saved from an archive of news: a value for each, and what the archives have in common.

``nexis`` and ``factiva`` find them; their text is then read like that of any wire story. A document of an archive that is
laid out otherwise has no headline here, and is read like a wire story as a whole.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from feedsvc.model import SourceDate
from feedsvc.parsers.dates import DateError, parse_date
from feedsvc.patterns import pattern
from feedsvc.text import one_line

_RIGHTS = pattern(
    r"©|\(c\)|copyright,? (?:©|\(c\)|[^.]{0,60}?(?:19|20)\d\d)|alle rechte vorbehalten|all rights reserved",
    re.IGNORECASE,
)
_COUNT = pattern(r"\d[\d.,]{0,8} (?:words|wörter|mots|palabras|parole|woorden|palavras)", re.IGNORECASE)


class Saved(Struct):
    """A story of an archive. ``start`` and ``end`` are the lines of its text, counted from 0 in the file."""

    archive: str
    headline: str = ""
    byline: str = ""
    source: str = ""
    published: SourceDate | None = None
    guessed: SourceDate | None = None
    dateline: str = ""
    section: str = ""
    rights: str = ""
    summary: str = ""
    ednote: str = ""
    language: str = ""
    url: str = ""
    id: str = ""
    start: int = 0
    end: int = 0


def is_rights(text: str) -> bool:
    """Whether ``text`` begins like a notice of copyright."""
    return _RIGHTS.match(text) is not None


def is_word_count(text: str) -> bool:
    """Whether ``text`` counts the words of a story."""
    return _COUNT.fullmatch(text) is not None


def date_of(text: str, order: str | None, line: int) -> SourceDate | None:
    """The day that ``text`` states, with its year; None when it states none, or two."""
    try:
        date = parse_date(text, order=order, line=line)
    except DateError:
        return None
    return date if date is not None and date.year is not None else None


def blocks_of(texts: Sequence[str], start: int, end: int) -> Iterator[list[int]]:
    """The lines between ``start`` and ``end`` that have no blank one between them."""
    block: list[int] = []
    for at in range(start, end):
        if texts[at]:
            block.append(at)
        elif block:
            yield block
            block = []
    if block:
        yield block


def joined(texts: Sequence[str], lines: Iterable[int]) -> str:
    """Several lines as one."""
    return one_line(" ".join(texts[at] for at in lines))
