"""Dates as sources write them: one grammar for every parser.

Tables hold the words, a handful of anchored patterns the shapes. A part that the source does not state is
never filled in. Every pattern works on at most ``LONGEST`` characters, so the time is linear.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import lru_cache
from typing import NamedTuple

from feedsvc.model import SourceDate
from feedsvc.parsers.months import MONTHS, WEEKDAYS, folded
from feedsvc.patterns import pattern
from feedsvc.text import ascii_words

LONGEST = 80
has_digit = pattern(r"\d").search
_YEARS = range(1900, 2101)


class DateError(ValueError):
    """The text is a date, but one that does not exist or that has two readings. The message says what to do."""


_LEADING = frozenset(("am", "den", "der", "le", "la", "el", "il", "lo", "on", "the", "a"))

# RFC 5322, section 4.3, then the abbreviations that mean one offset everywhere. IST and the like mean several.
_HOURS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "bst": 1,
    "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "eet": 2, "cat": 2, "sast": 2, "eest": 3, "msk": 3,
    "eat": 3, "мск": 3, "trt": 3, "pkt": 5, "wib": 7, "hkt": 8, "sgt": 8, "myt": 8, "awst": 8, "jst": 9, "kst": 9,
    "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3,
}  # fmt: skip
# What American newsrooms write; which offset that is depends on the day.
_AMERICAN = {"et": -5, "ct": -6, "mt": -7, "pt": -8}
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "m": 1867, "t": 1911, "s": 1925,
         "h": 1988, "r": 2018}  # fmt: skip

_ISO = pattern(
    r"(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d)|-?W(\d\d)-?([1-7])|-(\d{3}))(?:(?:[t_]|\s+|,\s*)(?=\d)(.+))?",
    re.IGNORECASE,
)
_NUMERIC = pattern(r"(\d{1,4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{1,2})?\.?(?!\d)(?:[\s,|]+(.*))?")
# A word of any script; only those of the table are months.
_MONTH = r"[^\W\d_][^\s\d.,:;/()'’\"-]{1,14}"
_DAY_FIRST = pattern(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|de|o|a|\.|º|ª|°)?(?:[\s-]+|(?<=\.)|\b)(?:of\s+|de\s+|d['’])?({_MONTH})\.?"
    r"(?:(?:\s*,\s*|[\s-]+)(?:de\s+|del\s+|of\s+)?([12]\d{3}(?!\d|:\d\d|\s(?:gmt|utc|[ecmp]t|[a-z][sd]t)\b)|'\d\d(?!\d)|\d\d(?![\d:.]|\s*[ap]\.?m|\s*(?:h|uhr)))|)"
)
_MONTH_FIRST = pattern(
    rf"({_MONTH})\.?[\s-]*(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:/])"
    r"(?:(?:\s*,\s*|[\s-]+)([12]\d{3}(?!\d|:\d\d|\s(?:gmt|utc|[ecmp]t|[a-z][sd]t)\b)|'\d\d(?!\d))|)"
)
_YEAR_FIRST = pattern(rf"(\d{{4}})\.?[\s,-]+(?:m\.\s+)?({_MONTH})\.?[\s-]+(\d{{1,2}})(?:st|nd|rd|th|\.| d\.)?(?!\d)")
# What may stand behind a year: "2017 г.", "2017 r.", "2017 року".
_YEAR_WORD = pattern(r"\s*(?:г\.?|года|р\.?|року|r\.?|god(?:ine|ina)?\.?|roku|yili?|년)(?=[\s,.]|$)")
_VIETNAMESE = pattern(r"(?:ngay\s+)?(\d{1,2})\s+thang\s+(\d{1,2})(?:,?\s+nam\s+(\d{4}))?(?!\d)")
_CTIME = pattern(r"([a-z]{3,9})\s+(\d{1,2})\s+(\d\d?:\d\d(?::\d\d)?(?:\s+[a-z]{1,5}|\s+[+-]\d{4})?)\s+(\d{4})")
_JAPANESE = pattern(
    r"(?:(?:(\d{4})|(明治|大正|昭和|平成|令和)\s*(\d{1,2}|元))\s*年\s*(?:\([^()]{1,8}\)\s*)?)?(\d{1,2})\s*月\s*(\d{1,2})\s*日"
    r"\s*(?:\(?[月火水木金土日](?:曜日?)?(?:[・·]?祝)?\)?)?"
    r"[\s,、]*(?:(午前|午後|上午|下午|am|pm)?\s*(\d{1,2})\s*(?:時|点|:)\s*(?:(\d{1,2})\s*分?)?(?:\s*:?(\d{1,2})\s*秒?)?"
    r"(?:\s*\(?(jst|日本時間)\)?)?)?(?:\s*(?:付け?|配信|更新|公開|掲載|発))?"
)
# What East Asia writes around figures: a weekday, half of the day before the time. A day with a weekday of one
# character and no year has the month first there.
_EASTERN_WEEKDAY = pattern(
    r"\s*\((?:[月火水木金土日화수목금토](?:曜日?|요日)?(?:[・·]?[祝休])?|(?:星期|周|週)[一二三四五六日天])\)\s*|"
    r"(?<=[\d日])\s*(?:(?:星期|周|週)[一二三四五六日天]|[月日화수목금토]요日)\s*"
)
_EASTERN_DAY = pattern(r"(?<![\d./-])(\d{1,2})/(\d{1,2})(?=\s*\([月火水木金土日])")
_EASTERN_CLOCK = pattern(r"(午前|午後|上午|下午|오전|오후)\s*(\d{1,2}:\d\d(?::\d\d)?)")
_MORNINGS = frozenset(("午前", "上午", "오전"))
# 二〇一七年一月二十九日. The numbers of an hour may be meant otherwise.
_IDEOGRAPHS = pattern(r"[〇零一二三四五六七八九十]{1,4}(?=年|月|日)")
_DIGITS = {digit: number for number, digit in enumerate("〇一二三四五六七八九")} | {"零": 0}
_TIME = pattern(
    r"(\d{1,2})(?:(?::|\.|\s?h\s?)(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?)?(?:\s*(?:h(?:rs|ours)?\b\.?|uhr\b|heures\b|horas\b|ore\b))?"
    r"\s*([ap]\.?\s?m\b\.?)?"
)
_BARE_TIME = pattern(r"([01]\d|2[0-4])([0-5]\d)([0-5]\d)?(?:[.,]\d{1,9})?(?![\d:])")
# What stands behind a time of day, also in Hindi and Thai.
_HOUR_WORD = pattern(r"^(?:uhr|hs?|hrs|hours|बजे|น)(?=[\s.,(]|$)\.?")
_OFFSET = pattern(r"(?:utc|gmt|ut)?\s?([+-])(\d{1,2}):?(\d\d)?")
_BETWEEN = pattern(
    r"(?:[\s,;|@/·•–—-]|\b(?:at|um|a las|a la|alle|a|as|ore|klo|om|kl|kello|godz|r|o|v|u|в|г|р|року|года|στις|בשעה|الساعة|saat|pukul|เวลา)(?!\w)\.?)*"
)
_INTRODUCTION = pattern(r"\(?([^\W\d_]+)(?:-feira)?\)?\s*[.,]*\s*(?=\S)")
_INTRODUCING = WEEKDAYS | _LEADING
_LETTERS = pattern(r"[^\W\d_]*")
# A date that begins with a letter begins with one of these.
_FIRST_WORDS = MONTHS.keys() | {"ngay"}


class _Clock(NamedTuple):
    """A time of day, with the zone as it was written: an offset, a name, or nothing."""

    time: clock_time
    offset: timedelta | None
    american: str | None


class _Day(NamedTuple):
    year: int | None
    month: int
    day: int
    rest: str = ""


# The words one of which stands in every date with a word, and the figures in every other, of those in ASCII.
_WORDS = {word for word in MONTHS if word.isascii()} | {"thang"}
_FIGURES = pattern(r"\d\s?[./-]\s?\d|\d{8}|\d-?[Ww]")


# A line of a head is looked at from several sides.
@lru_cache(maxsize=1024)
def may_date(text: str) -> bool:
    """Whether ``text`` may hold a date: a fast first look at a line, which most headlines with a number do not pass."""
    if has_digit(text) is None:
        return False
    if not text.isascii():
        return True
    return not _WORDS.isdisjoint(ascii_words(text)) or _FIGURES.search(text) is not None


def parse_date(text: str, *, order: str | None = None, line: int | None = None) -> SourceDate | None:
    """The date that the whole of ``text`` states; None when it is no date.

    ``order`` (``day-first``, ``month-first``) decides 01/02/2017. Raises DateError for a date that does not
    exist and for one that has two readings.
    """
    if len(text) > LONGEST or not (has_digit(text) or "月" in text):
        return None
    if (plain := _plain_iso(text, line)) is not None:
        return plain
    found = _stated(text, order)
    if found is None or line is None:
        return found
    return SourceDate(found.year, found.month, found.day, found.time, found.offset, line)


# What programs write. It is read in a tenth of the time that the whole grammar takes.
_PLAIN_ISO = pattern(
    r"[12]\d{3}-[01]\d-[0-3]\d(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z| ?[+-](?:0\d|1[0-3]):?[0-5]\d)?)?",
    re.ASCII,
)


def _plain_iso(text: str, line: int | None = None) -> SourceDate | None:
    match = _PLAIN_ISO.fullmatch(text)
    if match is None:
        return None
    has_time = match[1] is not None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "") if has_time else text)
    except ValueError:
        return None
    time = moment.time() if has_time else None
    return SourceDate(moment.year, moment.month, moment.day, time, moment.utcoffset(), line)


# A line is looked at more than once, and the stories of a day state the same date.
@lru_cache(maxsize=1024)
def _stated(text: str, order: str | None) -> SourceDate | None:
    words = folded(text)
    if not words.isascii():
        words = _without_eastern(words)
    if "月" in words:
        return _japanese(words, text)
    if not has_digit(words):
        return None
    words = _without_weekday(words)
    if words[0].isdigit():
        found = _iso(words, text) or _numeric(words, text, order) or _worded(words, text)
    else:
        found = _worded(words, text)
    if found is None:
        return None
    day, clock = found
    _check(day, text)
    return _source_date(day, clock)


def _without_eastern(words: str) -> str:
    """``words`` with 9:15 am for 午前9:15, and figures without the weekday behind them: 3/14(火), 2023.03.14.(화)."""
    words = _EASTERN_WEEKDAY.sub(" ", _EASTERN_DAY.sub(r"\1月\2日", words)).strip()
    if "月" in words:
        return words.replace("오전", "午前").replace("오후", "午後")
    return _EASTERN_CLOCK.sub(lambda half: f"{half[2]} {'am' if half[1] in _MORNINGS else 'pm'}", words)


def _source_date(day: _Day, clock: _Clock | None) -> SourceDate:
    if clock is None:
        return SourceDate(day.year, day.month, day.day)
    if clock.american is None:
        return SourceDate(day.year, day.month, day.day, clock.time, clock.offset)
    offset = _american_offset(day, clock)
    # A time whose zone cannot be known would be read in the publication's zone: worse than no time.
    return SourceDate(day.year, day.month, day.day, clock.time if offset is not None else None, offset)


def _american_offset(day: _Day, clock: _Clock) -> timedelta | None:
    """The offset of "ET" and its kin: daylight time from March's second Sunday to November's first, since 2007."""
    hours = _AMERICAN.get(clock.american or "")
    if hours is None or day.year is None or day.year < 2007:
        return None
    march, november = date(day.year, 3, 8), date(day.year, 11, 1)
    start = march + timedelta((6 - march.weekday()) % 7)
    end = november + timedelta((6 - november.weekday()) % 7)
    return timedelta(hours=hours + (start <= date(day.year, day.month, day.day) < end))


def _check(day: _Day, text: str) -> None:
    """Raise DateError when the day does not exist (a missing year counts as a leap year)."""
    try:
        date(day.year if day.year is not None else 2000, day.month, day.day)
    except ValueError:
        raise DateError(f'There is no such day as "{text.strip()}"; correct the date.') from None


def _iso(plain: str, text: str) -> tuple[_Day, _Clock | None] | None:
    """ISO 8601: calendar, week and ordinal dates, basic and extended."""
    match = _ISO.fullmatch(plain)
    if match is None:
        return None
    year = int(match[1])
    clock = None
    if match[9] is not None:
        clock = _clock(match[9], text)
        if clock is None:
            return None
    if match[6]:
        return _from_week(year, int(match[6]), int(match[7]), text), clock
    if match[8]:
        return _from_ordinal(year, int(match[8]), text), clock
    return _Day(year, int(match[2] or match[4]), int(match[3] or match[5])), clock


def _from_week(year: int, week: int, weekday: int, text: str) -> _Day:
    try:
        found = date.fromisocalendar(year, week, weekday)
    except ValueError:
        raise DateError(f'There is no such week as "{text.strip()}"; correct the date.') from None
    return _Day(found.year, found.month, found.day)


def _from_ordinal(year: int, ordinal: int, text: str) -> _Day:
    try:
        found = date(year, 1, 1) + timedelta(ordinal - 1)
    except (ValueError, OverflowError):
        found = date.min
    if found.year != year:
        raise DateError(f'There is no such day as "{text.strip()}"; correct the date.')
    return _Day(found.year, found.month, found.day)


def _numeric(plain: str, text: str, order: str | None) -> tuple[_Day, _Clock | None] | None:
    """2017/1/29, 29.1.2017, 29.1., 01/29/2017."""
    match = _NUMERIC.fullmatch(plain)
    if match is None:
        return None
    first, mark, second, third, rest = match.groups()
    clock = None
    if rest:
        clock = _clock(_BETWEEN.sub("", rest, count=1), text)
        if clock is None:
            return None
    if len(first) == 4 and third is not None and len(third) <= 2:
        return _Day(int(first), int(second), int(third)), clock
    if len(first) > 2:
        return None
    if third is None:
        # Without a year only the German form with two points is surely a date.
        german = mark == "." and re.fullmatch(r"\d\d?\.\s?\d\d?\..*", plain)
        return (_Day(None, int(second), int(first)), clock) if german else None
    if len(third) == 1:
        return None
    if len(third) == 2:
        raise DateError(f'The year of "{text.strip()}" has two digits; write it with four.')
    month, day = _ordered(int(first), int(second), "day-first" if mark == "." and order is None else order, text)
    return _Day(int(third), month, day), clock


def _ordered(first: int, second: int, order: str | None, text: str) -> tuple[int, int]:
    """Month and day of two numbers, by what is possible, then by ``order``."""
    if first > 12 or first == second:
        return second, first
    if second > 12:
        return first, second
    if order is None:
        raise DateError(
            f'"{text.strip()}" has two readings; set [inbox] date_order to "day-first" or "month-first",'
            " or write 2017-01-29."
        )
    return (second, first) if order == "day-first" else (first, second)


def _worded(plain: str, text: str) -> tuple[_Day, _Clock | None] | None:
    """A day with its month's name, a time before or after it: RFC 5322, newspapers, ``date``."""
    if plain[0].isalpha() and _LETTERS.match(plain)[0] not in _FIRST_WORDS:  # type: ignore[index]
        return None
    if match := _CTIME.fullmatch(plain):
        month = MONTHS.get(match[1])
        clock = _clock(match[3], text)
        return (_Day(int(match[4]), month, int(match[2])), clock) if month and clock else None
    if day := _day_of(plain):
        rest = _BETWEEN.sub("", day.rest, count=1).strip(" .()")
        first, _, behind = rest.partition(" ")
        if first.rstrip(",.") in WEEKDAYS:
            rest = _BETWEEN.sub("", behind, count=1)
        if not rest:
            return day, None
        clock = _clock(rest, text)
        return (day, clock) if clock else None
    return _time_then_day(plain, text)


def _time_then_day(plain: str, text: str) -> tuple[_Day, _Clock | None] | None:
    """10:30 a.m. JST, Sunday, January 29, 2017; 0600 GMT 5 March 2026."""
    bare = _BARE_TIME.match(plain)
    match = bare or _TIME.match(plain)
    if match is None or (bare is None and match[2] is None and match[4] is None):
        return None
    for cut in (each.end() for each in re.finditer(r"[\s,|]+(?:on\s+)?", plain[: LONGEST // 2])):
        if cut < match.end():
            continue
        day = _day_of(_without_weekday(plain[cut:]))
        if day is not None and not day.rest.strip(" .,"):
            clock = _clock(plain[:cut].rstrip(" ,|").removesuffix(" on"), text)
            # Four digits alone may be a year; with a zone behind them they are a time.
            sure = clock is not None and (bare is None or clock.offset is not None)
            return (day, clock) if clock is not None and sure else None
    return None


def _without_weekday(plain: str) -> str:
    """``plain`` without a leading weekday and the words that introduce a date."""
    for _ in range(3):
        match = _INTRODUCTION.match(plain)
        if match is None or match[1] not in _INTRODUCING:
            break
        plain = plain[match.end() :]
    return plain


def _day_of(plain: str) -> _Day | None:
    """The day at the start of ``plain`` and what follows it."""
    if match := _YEAR_FIRST.match(plain):
        month = MONTHS.get(match[2])
        return _Day(int(match[1]), month, int(match[3]), plain[match.end() :]) if month else None
    if (match := _DAY_FIRST.match(plain)) and (month := MONTHS.get(match[2])):
        rest = plain[match.end() :]
        if match[2] == "listopada" and "." in match[0]:
            month = 10  # Croatian, which writes a point behind the day; November in Polish
        word = _YEAR_WORD.match(rest) if match[3] else None
        return _Day(_year(match[3]), month, int(match[1]), rest[word.end() :] if word else rest)
    if match := _VIETNAMESE.match(plain):
        return _Day(_year(match[3]), int(match[2]), int(match[1]), plain[match.end() :])
    if (match := _MONTH_FIRST.match(plain)) and (month := MONTHS.get(match[1])):
        return _Day(_year(match[3]), month, int(match[2]), plain[match.end() :])
    return None


def _year(digits: str | None) -> int | None:
    return whole_year(digits.lstrip("'")) if digits is not None else None


def whole_year(digits: str) -> int:
    """The year that four or two ``digits`` mean: of two, those up to 49 this century (RFC 5322, section 4.3)."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 50 else 1900)


def _clock(plain: str, text: str) -> _Clock | None:
    """The time of day that the whole of ``plain`` states, with its zone; None when it is none.

    Raises DateError when the time does not exist.
    """
    plain = plain.strip(" .")
    if bare := _BARE_TIME.match(plain):
        hour, minute, second, rest = int(bare[1]), int(bare[2]), int(bare[3] or 0), plain[bare.end() :]
    else:
        match = _TIME.match(plain)
        if match is None:
            return None
        rest = plain[match.end() :]
        # A lone number is an hour only where something says so.
        if match[2] is None and match[4] is None and match.end() == match.end(1) and not _zone(rest):
            return None
        hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
        if match[4]:
            if not 1 <= hour <= 12 and hour < 13:
                raise DateError(f'There is no such time as in "{text.strip()}"; correct it.')
            hour = hour % 12 + (12 if match[4][0] == "p" else 0) if hour < 13 else hour
    zone = _zone(rest)
    if zone is None:
        return None
    try:
        time = clock_time(hour, minute, min(second, 59))
    except ValueError:
        raise DateError(f'There is no such time as in "{text.strip()}"; correct it.') from None
    return _Clock(time, *zone)


def _zone(rest: str) -> tuple[timedelta | None, str | None] | None:
    """Offset and unresolved name of the zone that ``rest`` consists of; None when it is something else."""
    rest = _HOUR_WORD.sub("", rest.strip(" .,"))
    rest = rest.strip(" .,()[]")
    if not rest:
        return None, None
    offset = _OFFSET.match(rest)
    if offset and not re.fullmatch(r"\s*(?:\(?[a-z ./_]{1,40}\)?)?", rest[offset.end() :]):
        return None
    if offset:
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        if hours > 14 or minutes > 59:
            return None
        return timedelta(hours=hours, minutes=minutes) * (-1 if offset[1] == "-" else 1), None
    name = rest.replace(".", "").split(" ")[0].strip("()[],")
    if name in _HOURS:
        return timedelta(hours=_HOURS[name]), None
    if re.fullmatch(r"[a-z]{2,5}", name) and len(rest) <= len(name) + 2:
        return None, name
    return _named_zone(rest)


def _named_zone(rest: str) -> tuple[timedelta | None, str | None] | None:
    """ "Japan time", "Ortszeit", "(Asia/Tokyo)": a zone, but not which offset."""
    return (None, rest) if re.fullmatch(r"[a-z/_ ]{2,30}(?:time|zeit|/[a-z_]+)", rest) else None


def _counted(match: re.Match[str]) -> str:
    """The number that ideographs write, digit by digit or with 十 for ten."""
    tens, ten, units = match[0].partition("十")
    if not ten:
        return "".join(str(_DIGITS[each]) for each in tens)
    if len(tens) > 1 or len(units) > 1:
        return match[0]
    return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(units, 0))


def _japanese(plain: str, text: str) -> SourceDate | None:
    """2017年1月29日 午後10時30分, 平成29年1月29日, 1月29日(日); the same in Chinese and Korean."""
    match = _JAPANESE.fullmatch(_IDEOGRAPHS.sub(_counted, plain).removeprefix("西暦").strip("()"))
    if match is None:
        return None
    year = int(match[1]) if match[1] else None
    if match[2]:
        count = 1 if match[3] == "元" else int(match[3])
        if count == 0:
            raise DateError(f'There is no such year as in "{text.strip()}"; correct the date.')
        year = _ERAS[match[2]] + count
    day = _Day(year, int(match[4]), int(match[5]))
    _check(day, text)
    if match[7] is None:
        return SourceDate(*day[:3])
    hour = int(match[7])
    if match[6] in ("午後", "下午", "pm") and hour < 12:
        hour += 12
    if match[6] in ("午前", "上午", "am") and hour == 12:
        hour = 0
    try:
        time = clock_time(hour, int(match[8] or 0), int(match[9] or 0))
    except ValueError:
        raise DateError(f'There is no such time as in "{text.strip()}"; correct it.') from None
    offset = timedelta(hours=9) if match[10] else None
    return SourceDate(*day[:3], time, offset)


_Y, _M, _D = r"((?:19|20)\d\d|2100)", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_APART = pattern(rf"(?<!\d){_Y}([-_. ])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
_TOGETHER = pattern(rf"(?<!\d){_Y}{_M}{_D}(?:[t_-]?[0-2]\d[0-5]\d(?:[0-5]\d)?z?)?(?!\d)")
_BACKWARDS = pattern(rf"(?<!\d)(0?[1-9]|[12]\d|3[01])([-_.])(0?[1-9]|[12]\d|3[01])\2{_Y}(?!\d)")
# The shortest full date has six digits; most names have fewer.
_SIX_DIGITS = pattern(r"(?:\D*+\d){6}")
_WHOLE_YEAR = pattern(rf"{_Y}(?:[-_.]?{_M}(?:[-_.]?{_D})?)?")
_YEAR_AND_MONTH = pattern(rf"(?<![\da-z]){_Y}[-_.]?{_M}(?![\da-z])")
_YEAR_WITHIN = pattern(rf"(?<![\da-z]){_Y}(?![\da-z]|-\d\d(?!\d))")


def date_in_name(path: str) -> SourceDate | None:
    """The one full date that a file's path names: in the file's name, or as folders 2017/01/29."""
    if not _SIX_DIGITS.match(path) or not (parts := _parts_of(path)):
        return None
    stem = parts[-1].partition(".")[0]
    for part in (stem if stem.isdecimal() else parts[-1], *reversed(parts[:-1])):
        found = set(_dates_of(part)) if _SIX_DIGITS.match(part) else None
        if found:
            return SourceDate(*found.pop()) if len(found) == 1 else None
    names = [*parts[:-1], parts[-1].partition(".")[0]]
    for three in zip(names, names[1:], names[2:], strict=False):
        if re.fullmatch(r"\d{4}", three[0]) and all(re.fullmatch(r"\d\d", each) for each in three[1:]):
            day = _existing(*map(int, three))
            if day:
                return SourceDate(*day)
    return None


def _parts_of(path: str) -> list[str]:
    return [part[:255] for part in path.lower().split("/") if part not in ("", ".")]


def _dates_of(part: str) -> Iterator[tuple[int, int, int]]:
    triples = [(match[1], match[3], match[4]) for match in _APART.finditer(part)]
    triples += [(match[1], match[2], match[3]) for match in _TOGETHER.finditer(part)]
    # 29-01-2017 and 01-29-2017 say one day each, 01-02-2017 says two.
    for first, _, second, year in _BACKWARDS.findall(part):
        if (int(first) > 12) != (int(second) > 12):
            triples.append((year, second, first) if int(first) > 12 else (year, first, second))
    for triple in triples:
        day = _existing(*map(int, triple))
        if day:
            yield day


def _existing(year: int, month: int, day: int) -> tuple[int, int, int] | None:
    try:
        date(year, month, day)
    except ValueError:
        return None
    return (year, month, day) if year in _YEARS else None


def year_in_name(path: str) -> int | None:
    """The year that a file's folders, else its name, state without doubt.

    A folder that is a year or a month (1987, 201701, 2017-01) counts before one that only holds a year
    (reuters-1987); a number at the end of a file's name may be a counter and does not count.
    """
    folder, _, name = path.lower().rpartition("/")
    years = _years_of_folder(folder) or _years_of_stem(name[:255].rpartition(".")[0] or name[:255])
    return int(next(iter(years))) if len(years) == 1 else None


# A folder holds many files.
@lru_cache(maxsize=1024)
def _years_of_folder(path: str) -> frozenset[str]:
    folders = _parts_of(path)
    whole = frozenset(match[1] for each in folders if (match := _WHOLE_YEAR.fullmatch(each)))
    return whole or frozenset(year for each in folders for year in _YEAR_WITHIN.findall(each))


def _years_of_stem(stem: str) -> set[str]:
    dated = {
        match[1] for match in (*_APART.finditer(stem), *_TOGETHER.finditer(stem), *_YEAR_AND_MONTH.finditer(stem))
    }
    if dated:
        return dated
    years = _YEAR_WITHIN.findall(stem)
    if len(years) != 1 or stem == years[0]:
        return set(years)
    before, _, after = stem.partition(years[0])
    return set(years) if not before or has_digit(after) else set()
