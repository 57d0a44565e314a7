"""How words, dates and sizes are set on a page: the form of a date, who wrote it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from feedsvc.model import Person
from feedsvc.views import MonthView

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY_FORMS = {"ja": "{year}年{month}月{day}日", "zh": "{year}年{month}月{day}日", "ko": "{year}년 {month}월 {day}일"}
_MONTH_FORMS = {"ja": "{year}年{month}月", "zh": "{year}年{month}月", "ko": "{year}년 {month}월"}
_JOINTS = {"ja": "、", "zh": "、", "ar": "، ", "fa": "، ", "ur": "، ", "ps": "، "}
_DAY_FORM = "{day} {name} {year}"


def day(moment: datetime, language: str = "en") -> str:
    """The day as readers of ``language`` write it: ``29 January 2017``, ``2017年1月29日``."""
    form = _DAY_FORMS.get(language.lower().partition("-")[0], _DAY_FORM)
    return form.format(year=moment.year, month=moment.month, day=moment.day, name=_MONTHS[moment.month - 1])


def month(of: MonthView, language: str = "en") -> str:
    """A month as readers of ``language`` write it: ``January 2017``, ``2017年1月``."""
    form = _MONTH_FORMS.get(language.lower().partition("-")[0], "{name} {year}")
    return form.format(year=of.year, month=of.month, name=_MONTHS[of.month - 1])


def day_language(language: str) -> str:
    """The language in which ``day`` writes for readers of ``language``: its own, or English."""
    return language if language.lower().partition("-")[0] in _DAY_FORMS else "en"


def moment(when: datetime, language: str = "en") -> str:
    """Day, time and zone. Midnight stands for a source that named no time: the day alone."""
    if when.hour == when.minute == when.second == 0:
        return day(when, language)
    comma = "," if day_language(language) == "en" else ""
    return f"{day(when, language)}{comma} {when:%H:%M} {_zone(when.utcoffset() or timedelta())}"


def _zone(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign = "−" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


def joint(language: str, last: bool) -> str:
    """What stands between two names of a byline; ``last`` before the last one."""
    first = language.lower().partition("-")[0]
    return " and " if last and first == "en" else _JOINTS.get(first, ", ")


def names(authors: Sequence[Person], language: str = "en") -> str:
    """The names of the authors as a byline lists them: ``A, B and C``."""
    each = [author.name for author in authors]
    listed = joint(language, last=False).join(each[:-1])
    return joint(language, last=True).join(filter(None, (listed, *each[-1:])))


def matches(total: int, most: int) -> str:
    """How many articles a search found; beyond ``most`` they were not counted."""
    if total > most:
        return f"More than {most:,} articles match."
    return "One article matches." if total == 1 else f"{total:,} articles match."


def size(length: int) -> str:
    """A file's size for people, in decimal units as shops and systems count."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if length >= factor:
            return f"{length / factor:.1f} {unit}"
    return f"{length} bytes"
