"""The language of a text, where its script or its commonest words leave no doubt."""

from collections.abc import Sequence
from itertools import repeat

from feedsvc.patterns import pattern
from feedsvc.text import ascii_words

# Letters that settle the question, the narrower scripts first: kana before Han, Persian letters before Arabic.
SCRIPTS = (
    ("ja", pattern("[\u3041-\u30ff]+")),
    ("ko", pattern("[\uac00-\ud7af]+")),
    ("zh", pattern("[\u4e00-\u9fff]+")),
    ("fa", pattern("[\u067e\u0686\u0698\u06af]+")),
    ("ar", pattern("[\u0621-\u064a]+")),
    ("he", pattern("[\u05d0-\u05ea]+")),
    ("th", pattern("[\u0e01-\u0e2e]+")),
    ("el", pattern("[\u03b1-\u03c9]+")),
)
# Of the languages in Cyrillic letters some have letters that those behind them here do without; so many of them settle it.
CYRILLIC = pattern("[\u0400-\u04ff]+")
_TELLING = (
    ("kk", "әғқңұүһ", 3),
    ("mk", "ѓќѕ", 2),
    ("sr", "ђћљњџј", 3),
    ("be", "ў", 2),
    ("uk", "їєґі", 3),
    ("ru", "ыэё", 3),
    ("bg", "ъ", 3),
)
WORD = pattern(r"[^\W\d_]+")
_FOREIGN = pattern(r"[^\x00-\x7f]+")
_NO_LETTERS = bytes(byte for byte in range(0x80) if not chr(byte).isalpha())
_SAMPLE = 2000
_SHARE = 0.2
# The share of Persian letters, which are few among the Arabic ones, that settles it.
_LEAST = 0.02

_COMMON_WORDS = {
    "en": "the of and to in a that for on with was said by is from at as it has",
    "de": "der die und das den von zu mit im für auf ist ein eine nicht dem des sich am",
    "fr": "le la les et des du une un dans pour que est au par sur qui ne pas aux",
    "es": "el los las y del una un que en por con para se su al es lo como",
    "it": "il che di della per una un con non sono del gli dei è nel alla le si",
    "pt": "o os as e do da dos das que em um uma para com não no na por se",
    "nl": "het een van de en dat op zijn voor met niet is aan te door ook bij",
}
# Each language votes with a letter of its own, so that the votes of a text are one string, in which letters are counted.
_LANGUAGES = tuple(_COMMON_WORDS)
_BALLOT = "ABCDEFG"
_VOTES = {
    word: "".join(
        letter for letter, words in zip(_BALLOT, _COMMON_WORDS.values(), strict=True) if word in words.split()
    )
    for word in " ".join(_COMMON_WORDS.values()).split()
}
_NO_VOTES = repeat("")
_WORDS_SAMPLE = 600
_FEWEST_VOTES = 4


def guess_language(text: str) -> str | None:
    """A BCP 47 tag: of the script that a fifth of the letters belong to, else of the commonest words; else None.

    Scripts that many languages share (Latin, Devanagari) tell nothing; of Cyrillic, the letters do that few of them have.
    """
    return _by_script(text[:_SAMPLE]) or _by_words(text[:_WORDS_SAMPLE])


def _by_script(sample: str) -> str | None:
    if sample.isascii():
        return None
    foreign = "".join(_FOREIGN.findall(sample))
    letters = len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if len(foreign) < _LEAST * letters:
        return None
    for language, script in SCRIPTS:
        if _has_share(script.findall(foreign), sample, _LEAST if language == "fa" else _SHARE):
            return language
    if _has_share(CYRILLIC.findall(foreign), sample, _SHARE):
        lowered = foreign.lower()
        return next((language for language, own, least in _TELLING if sum(map(lowered.count, own)) >= least), None)
    return None


def _has_share(found: Sequence[str], sample: str, least: float) -> bool:
    """Whether what was ``found`` is the ``least`` share of the letters of ``sample`` or more."""
    count = sum(map(len, found))
    # Of all characters so many are enough, too, and letters take as long to count as all else.
    return count > 0 and (count / len(sample) >= least or count / _letters(sample) >= least)


def _letters(sample: str) -> int:
    return max(1, sum(map(len, WORD.findall(sample))))


def _by_words(sample: str) -> str | None:
    words = ascii_words(sample) if sample.isascii() else WORD.findall(sample.lower())
    cast = "".join(map(_VOTES.get, words, _NO_VOTES))
    votes = list(map(cast.count, _BALLOT))
    *_, next_most, most = sorted(votes)
    return _LANGUAGES[votes.index(most)] if most >= max(_FEWEST_VOTES, 2 * next_most) else None
