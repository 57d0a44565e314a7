"""Lines of text that hold a story back: "EMBARGOED UNTIL 0600 GMT, 5 MARCH 2026", "Sperrfrist: 5. März, 6 Uhr", "解禁日時：…"."""

import re
from dataclasses import dataclass

from feedsvc.model import SourceDate
from feedsvc.parsers.dates import LONGEST, DateError, parse_date

_LINE = re.compile(
    r"\W*(?:(?:strict(?:ly)?|under|sous|bajo|news|press|hold(?: for release)?)\s+)*"
    r"(?:(?P<word>embargo(?:ed)?(?:\W(?:date|time))?|sperrfrist|(?:報道)?解禁(?:日時?|時間|時刻)?|エンバーゴ)\b\W{0,3}"
    r"(?:(?:for release|for publication|not for publication|not for release|do not publish)\s*)?"
    r"(?P<mark>until|till|til|to|before|bis|jusqu'(?:au|à)|hasta|[:：】\]|]|-|–|—|$)"
    r"|(?:not for (?:release|publication|broadcast|use)|hold for release|nicht veröffentlichen)\s+(?:before|until|till|bis|vor)\b)"
    r"\s*(?:the\s+)?",
    re.IGNORECASE,
)
_HINTS = ("mbargo", "perrfrist", "ot for", "old for", "old until", "解禁", "エンバーゴ")
# What is said to the desk: "Editors: adds quotes, embargoed until Monday".
_TO_DESK = re.compile(
    r"\W*(?:eds?|editors?|notes? (?:to|for) editors?|editor'?s'? notes?|ed\. note|att(?:ention|n\.?)(?: editors?)?|achtung redaktion\w*)\s*[:.–—-]\s*",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"(?<=[,;.])\s+")
_HOLD = re.compile(r"hold\s+until\b", re.IGNORECASE)
_NONE = re.compile(r"[\W_]*+(?:none|no|nil|n/?a|keine|ohne|aucun|ninguno|sin|なし)?+[\W_]*+", re.IGNORECASE)
_TIME = re.compile(
    r"\d[:.h]\d\d|\d\s?(?:[ap]\.?m|h|uhr)\b|\b(?:noon|midnight|dawn|dusk|morning|afternoon|evening|mittags?|mitternacht|midi|minuit|mediodía|medianoche)\b"
    r"|\b\d{4}\s(?:gmt|utc|[ecmp]t|[a-z][sd]t)\b|時|正午",
    re.IGNORECASE,
)
_DASHES = frozenset("-–—")


@dataclass(frozen=True, slots=True)
class Embargo:
    """That a line holds the story back, and until when; ``problem`` says why that cannot be read."""

    until: SourceDate | None = None
    problem: str | None = None


def may_hold(text: str) -> bool:
    """Whether a line of ``text`` may hold it back: a fast first look."""
    lowered = text.lower()
    for hint in _HINTS:  # noqa: SIM110 - any() takes twice the time
        if hint in lowered:
            return True
    return False


def read_embargo(line: str, order: str | None = None, number: int | None = None) -> Embargo | None:
    """The order to hold that ``line`` opens with, or of what it says to the desk a clause; None for any other line.

    Without date and problem none is in force.
    """
    if (desk := _TO_DESK.match(line)) is None:
        return _read(line, order, number)
    clauses = (_HOLD.sub("hold for release until", each, 1) for each in _CLAUSES.split(line[desk.end() :]))
    return next((found for each in clauses if (found := _read(each, order, number)) is not None), None)


def _read(line: str, order: str | None, number: int | None) -> Embargo | None:
    found = _LINE.match(line)
    if found is None:
        return None
    stated = line[found.end() :]
    if found["mark"] and _NONE.fullmatch(stated) and stated.strip(" :："):
        return Embargo()
    try:
        until = _leading_date(stated, order, number)
    except DateError as error:
        return Embargo(problem=f"The embargo cannot be read: {error}")
    if until is not None:
        return Embargo(until)
    if found["mark"] in _DASHES and not found["word"].isupper():
        return None  # a headline: "Embargo – what now?"
    message = (
        f'The embargo "{line.strip()[:80]}" names no date that can be read; write it as 2026-03-05T06:00:00+00:00.'
    )
    return Embargo(problem=message)


def _leading_date(text: str, order: str | None, number: int | None) -> SourceDate | None:
    """The date with which ``text`` begins, in as many words as are a date. Raises DateError as parse_date does.

    None where a time is said but not understood: the start of that day would be too early.
    """
    words = text[:LONGEST].strip(" :：-–—】").split()
    for count in range(min(len(words), 10), 0, -1):
        date = parse_date(" ".join(words[:count]).strip(".,;:]()（）"), order=order, line=number)
        if date is not None:
            said = " ".join(words[count:] if date.time is not None else words)
            return None if _TIME.search(said) else date
    return None
