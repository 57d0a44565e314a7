"""A short summary from the opening of a text."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from feedsvc.patterns import pattern
from feedsvc.text import one_line

SUMMARY_LENGTH = 300

# Full stops of many scripts; the closing quotes and brackets that follow belong to the sentence. All stand in the
# first set, since a pattern that begins with one is looked for faster.
_SENTENCE_END = pattern(r"""[.!?…؟۔।。！？．](?:(?<=[.!?…؟۔।])["'”’»)\]]*(?=\s|$)|(?<=[。！？．])[」』）”’】]*)""")
_GAP = pattern(r"\n\s*\n")
_LAST_WORD = pattern(r"(\w+)\W*$")
_IDEOGRAPHIC = pattern(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_LOOSE_ENDS = " \t\n\u3000,;:、，；：—–-(（「『«“‘"


def summarise(text: str, length: int = SUMMARY_LENGTH) -> str:
    """The opening of ``text``, one line of at most ``length`` characters.

    Whole first paragraphs when they fit, else cut after a sentence, else after a word, with an ellipsis.
    """
    opening = _opening(text, length)
    if len(opening) <= length:
        return opening
    return _whole_sentences(opening, length) or _whole_words(opening, length - 1) + "…"


def _opening(text: str, length: int) -> str:
    """First paragraphs, more than one only where the first is but a few words; a heading is not the last of them."""
    opening = ""
    for paragraph in _first_paragraphs(text):
        line = one_line(paragraph[: 4 * length])
        if line:
            opening += f"{_glue(opening, line)}{line}" if opening else line
        is_heading = not _is_closed(line) and len(line) * 3 <= length
        if len(opening) * 3 > length and not is_heading:
            break
    return opening


def _glue(before: str, line: str) -> str:
    """What parts two paragraphs on one line. After a heading, which has no full stop, a blank alone would not."""
    is_closed = _is_closed(before)
    if _IDEOGRAPHIC.match(before[-1]) and _IDEOGRAPHIC.match(line):
        return "" if is_closed else " "
    return " " if is_closed else " – "


def _is_closed(line: str) -> bool:
    """Whether a line ends in a mark, as sentences do."""
    return unicodedata.category(line[-1:] or ".")[0] == "P"


def _first_paragraphs(text: str) -> Iterator[str]:
    start = 0
    for gap in islice(_GAP.finditer(text), 20):
        yield text[start : gap.start()]
        start = gap.end()
    yield text[start:]


def _whole_sentences(text: str, length: int) -> str:
    """The sentences that fit when they fill a good part of the room, else nothing."""
    cut = 0
    for end in _SENTENCE_END.finditer(text, 0, length + 1):
        if length // 3 <= end.end() <= length and not _is_abbreviation(text, end):
            cut = end.end()
    return text[:cut]


def _is_abbreviation(text: str, end: re.Match[str]) -> bool:
    """Whether the full stop follows a short capitalised word or an initial: ``Mr.``, ``Gov.``, ``U.S.``."""
    if end[0][0] != ".":
        return False
    word = _LAST_WORD.search(text, max(0, end.start() - 20), end.start())
    return word is not None and (len(word[1]) == 1 or (len(word[1]) <= 4 and word[1][0].isupper()))


def _whole_words(text: str, length: int) -> str:
    """At most ``length`` characters, up to the end of a word where the script sets blanks."""
    cut = length
    if not text[cut].isspace():
        blank = text.rfind(" ", 0, cut)
        if blank > length // 2:
            cut = blank
        while cut > 1 and (unicodedata.category(text[cut])[0] == "M" or "\u200d" in text[cut - 1 : cut + 1]):
            cut -= 1
    return text[:cut].rstrip(_LOOSE_ENDS)
