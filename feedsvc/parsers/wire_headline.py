"""Which of the lines above a story's text is its headline.

Furniture is told from the headline by evidence, the strongest first: it stands at the head of other files
of the folder, its place above the last block, its marks, a small lexicon.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from feedsvc.parsers.wire_dateline import is_agency
from feedsvc.parsers.wire_lexicon import DANGLING, is_masthead, is_navigation, is_sections, items_of
from feedsvc.text import fold

_SENTENCE_END = re.compile(r"[.。।۔]['\"”’)）」』]*$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]\.)+|\b[ap]\.m\.|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|No|St|Cos|Bros|Mr|Mrs|Dr|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.|\.\.\.)$"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Hebrew, Arabic, the scripts of India and Thailand know no capitals; Thai parts no words.
_UNCASED = re.compile(r"[\u0590-\u08ff\u0900-\u0e7f]")
_LONGEST_UNCASED, _LONGEST_WORD = 25, 14
_TICKER = re.compile(r"<[^<>]{1,40}>")
_LINKED = re.compile(r"www\.|\w\.(?:com|org|net|co\.\w\w|de|fr|jp|info)\b|[»›→]$|^[«‹←]")
_FIGURE = re.compile(r"(?<![\d.,])\d")
_WORD_END = re.compile(r"[^\W\d_]+$")
_DECORATED = re.compile(r"([*=~|#_+:•■□◆★☆\[{<«»–—-]+)\s*([^\W_].*?)\s*([*=~|#_+:•■□◆★☆\]}>«»–—-]+)")


# With these a line in capitals goes on, and no headline begins.
_JOINING = frozenset("of to on by from with and or but nor than over into against under about amid near vs".split())

# A line that explains a short headline is not shorter.
_SHORTEST_DECK = 50


class Doubt(NamedTuple):
    """How much speaks against a line's being the headline, and what."""

    points: int
    reason: str


class Text(NamedTuple):
    """A line of the head that may be the headline. Blank lines, rules and the like part the blocks."""

    at: int
    text: str
    block: int
    doubt: Doubt


def doubt_of(text: str, furniture: frozenset[str] = frozenset()) -> Doubt:
    """What speaks against a line's being the headline."""
    if furniture and fold(text) in furniture:
        return Doubt(10, "the neighbours in its folder")
    return Doubt(0, "") if len(text) > 100 else _own_doubt(text)


# The same mastheads and navigation stand above thousands of stories.
@lru_cache(maxsize=1024)
def _own_doubt(text: str) -> Doubt:
    """What a line itself says against its being the headline."""
    plain = (_TICKER.sub("", text) if "<" in text else text).strip(" |»›>«<•·[]")
    items = items_of(plain)
    if len(items) > 1 and all(map(_is_short, items)) and _is_list(items, plain):
        return Doubt(6, "its separators")
    words = text.split()
    if is_navigation(text.strip(" »›>«<•·[]()→←")) or (len(words) < 6 and _is_linked(text)):
        return Doubt(6, "the words of navigation")
    if len(items) > 2 and all(map(_is_short, items)):
        return Doubt(3, "its separators")
    name = text.strip(" *=-~|[]:")
    if is_sections(name):
        return Doubt(4, "the name of a section")
    if is_agency(text) or (len(words) <= 5 and _is_masthead(name)):
        return Doubt(4, "the words of mastheads")
    if (marked := _DECORATED.fullmatch(text)) and not text.startswith("<"):
        return Doubt(4 if len(marked[2].split()) < 5 else 2, "the marks around it")
    if _is_wide(text):
        return Doubt(2 if len(text) < 4 else int(len(text) < 7), "its shortness")
    if len(words) == 1 and len(text) > _LONGEST_WORD and _UNCASED.match(text):
        return Doubt(0, "")
    if len(words) == 1:
        return Doubt(2, "its single word")
    return Doubt(1, "its shortness") if len(words) < 4 and len(text) < 25 else Doubt(0, "")


def _is_masthead(name: str) -> bool:
    """Whether ``name`` is like that of a newspaper, be it with a place behind it: "BBC News, Westhaven"."""
    if is_masthead(name):
        return True
    before, comma, place = name.partition(", ")
    return bool(comma) and " " in before and place.istitle() and is_masthead(before)


def _is_linked(text: str) -> bool:
    """Whether ``text`` has the name of a site or the arrow of a link."""
    return ("." in text or not text.isascii()) and _LINKED.search(text) is not None


def _is_wide(text: str) -> bool:
    """Whether ``text`` has characters of East Asia, of which a few say much."""
    return not text.isascii() and _WIDE.search(text) is not None


def _is_short(item: str) -> bool:
    return (len(item.split()) <= 3 and len(item) < (9 if _is_wide(item) else 30)) or is_navigation(item)


def _is_list(items: list[str], text: str) -> bool:
    """Items of navigation and not a headline with a dash: three of them, or a mark that headlines have not."""
    if any(mark in text for mark in "|｜»›>＞•→") or "] [" in text or "][" in text:
        return True
    known = sum(is_navigation(item) or is_sections(item) or is_masthead(item) for item in items)
    return known * 2 >= len(items) and known > 0 and (len(items) > 2 or known == len(items))


def choose(texts: Sequence[Text], doubts: Sequence[Doubt]) -> tuple[int, int]:
    """First and last position of the headline's lines among ``texts``, which all stand above the text."""
    if len(texts) == 1:
        return 0, 0
    if (marked := next((at for at, each in enumerate(texts) if _is_marked(each.text)), None)) is not None:
        return min(_with_wrapped(texts, doubts, best=marked)[0], marked), marked
    points = [doubt.points * 2 for doubt in doubts]
    likely = [position for position, doubt in enumerate(doubts) if doubt.points < 3] or list(range(len(texts)))
    inside = _headline_block(texts, likely)
    below = inside[-1] + 1
    # Furniture below a short line of the same block: that line is a masthead.
    if below == len(texts) or texts[below].block != texts[inside[0]].block or not doubts[inside[-1]].points:
        points[_above_deck(texts, inside, sure=inside[0] > 0)] -= 6
    return _with_wrapped(texts, doubts, best=points.index(min(points)))


def without_mark(text: str) -> str:
    """A line without the sign with which dpa ends a headline: "Kabinett beschließt Haushalt ="."""
    return text[:-1].rstrip() if _is_marked(text) else text


def _is_marked(text: str) -> bool:
    return text.endswith(" =") and text[0] != "="


def _headline_block(texts: Sequence[Text], likely: list[int]) -> list[int]:
    """The positions of the last block of likely lines, or of the first that is surely no masthead."""
    blocks: list[list[int]] = []
    for position in likely:
        if blocks and texts[blocks[-1][-1]].block == texts[position].block:
            blocks[-1].append(position)
        else:
            blocks.append([position])
    return next(
        (block for block, below in pairwise(blocks) if _is_deck(texts[block[-1]], texts[below[0]])), blocks[-1]
    )


def _is_deck(above: Text, below: Text) -> bool:
    """Whether ``above`` is a whole headline and ``below``, in the next block, the line that explains it."""
    if above.doubt.points:
        return _explains(below.text, above)
    if _CJK.search(above.text):
        return len(above.text) > 9
    words = above.text.split()
    if (
        (len(words) > 4 or _FIGURE.search(above.text))
        and len(_FIGURE.findall(below.text)) > 1
        and not below.text.isupper()
    ):
        return True
    if above.text.isupper() and not below.text.isupper():
        return len(words) > 3
    if below.text.isupper() and not above.text.isupper():
        return False
    return len(words) > 5 or (len(words) > 3 and is_sentence(words)) or _explains(below.text, above)


def _explains(below: str, above: Text) -> bool:
    """Whether ``below`` is a long line under a short one that is written like a sentence all the same."""
    if len(below) <= _SHORTEST_DECK or len(below) <= 2 * len(above.text) or above.doubt.points > 1:
        return False
    return is_sentence(above.text.split()) and is_sentence(below.split())


def _is_title(text: str) -> bool:
    """Whether ``text`` is a headline of many words that are all capitalised, but for those that join them."""
    words = text.split()
    small = [word for word in words if word[0].islower()]
    return len(words) > 5 and not text.isupper() and len(small) < 4 and all(len(word) < 5 for word in small)


def is_whole(line: Text) -> bool:
    """Whether a line is surely a headline and no name: below it, capitalised words are no part of it."""
    if line.doubt.points or _is_wide(line.text):
        return not line.doubt.points and len(line.text) > 7
    return is_sentence(line.text.split()) and line.text.rpartition(" ")[2].lower() not in DANGLING


def is_sentence(words: list[str]) -> bool:
    """Whether words are written as in a sentence, not as in a name."""
    if words and not words[0].isascii() and _UNCASED.match(words[0]):
        return len(words) > 3 or max(map(len, words)) > _LONGEST_UNCASED
    return sum(1 for word in words if word.islower() and len(word) > 3) > 1


def _above_deck(texts: Sequence[Text], inside: list[int], sure: bool) -> int:
    """The last line of the block, or the one above when that is written like a sentence and the last is a deck."""
    if len(inside) < 2:
        return inside[-1]
    above, below = texts[inside[-2]].text, texts[inside[-1]].text
    whole = texts[inside[-2]].doubt.points == 0
    is_headline = (
        (whole and is_sentence(above.split()) and (len(above.split()) > 4 or sure))
        or (whole and len(below) > len(above) and _is_title(above) and is_sentence(below.split()))
        or _explains(below, texts[inside[-2]])
    )
    return inside[-2] if is_headline and not _is_wrapped(above, below, sure) else inside[-1]


def _with_wrapped(texts: Sequence[Text], doubts: Sequence[Doubt], best: int) -> tuple[int, int]:
    first = best
    # Below lines that are surely furniture, all that is left of a block is the headline.
    sure = any(doubt.points > 3 for doubt in doubts[:best])
    while first > 0 and doubts[first - 1].points < 2 and texts[first - 1].at == texts[first].at - 1:
        above, below = texts[first - 1].text, texts[first].text
        if above.isupper() and not below.isupper() and len(above.split()) > 3:
            # Capitals above a line that is not: a headline and its deck.
            return _with_wrapped(texts, doubts, first - 1)[0], first - 1
        if not _is_wrapped(above, below, sure):
            break
        first -= 1
    last = best
    while (
        last + 1 < len(texts)
        and texts[last + 1].at == texts[last].at + 1
        and doubts[last + 1].points < 6
        and _is_wrapped(texts[last].text, texts[last + 1].text, sure and doubts[last + 1].points < 3)
    ):
        last += 1
    return first, last


def _is_wrapped(above: str, below: str, sure: bool) -> bool:
    """Whether a headline goes on from one line to the next; ``sure`` when nothing else can stand there."""
    if _CJK.search(above):
        return False
    end = _WORD_END.search(above[-20:])
    if above.isupper() and below.isupper() and below.partition(" ")[0].lower() in _JOINING:
        return True
    if below[0].islower() or above[-1] in ",-–—&;" or (end and end[0].lower() in DANGLING):
        return True
    same = above.isupper() == below.isupper()
    least = 12 if sure else 28 if above.isupper() else 36
    # A line that was filled would not have had room for the next word.
    filled = len(above) + 1 + len(below.split(" ", 1)[0]) > len(below)
    return same and filled and len(above) >= least and not ends_sentence(above) and above[-1] not in "!?"


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends with a full stop that is not an abbreviation's."""
    return bool(_SENTENCE_END.search(text[-8:])) and not _ABBREVIATION.search(text[-12:])
