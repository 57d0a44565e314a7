"""The solar calendar of Iran, as the news there is dated: its days as those of the Gregorian calendar."""

from datetime import date

from feedsvc.patterns import pattern

_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"
)  # fmt: skip
_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}
# 1991 to 2046: later numbers are years of the lunar calendar.
_YEARS = r"13[789]\d|14[012]\d"
_WORDED = pattern(rf"(?<!\d)(\d{{1,2}})\s+({'|'.join(_MONTHS)})\s+(?:ماه\s+)?({_YEARS})(?!\d)")
_NUMERIC = pattern(rf"(?<!\d)({_YEARS})([/-])(\d{{1,2}})\2(\d{{1,2}})(?!\d)")
# Arabic keyboards write yeh and kaf with letters of their own.
_KEYBOARD = str.maketrans("يك", "یک")
# The first day of 1399, 20 March 2020.
_YEAR, _DAY = 1399, date(2020, 3, 20).toordinal()


def western(text: str) -> str:
    """``text`` (with Western digits) with the days of the Iranian calendar as 2020-03-20."""
    persian = text.translate(_KEYBOARD)
    if _WORDED.search(persian):
        return _WORDED.sub(lambda day: _iso(int(day[3]), _NUMBERS[day[2]], int(day[1])) or day[0], persian)
    return _NUMERIC.sub(lambda day: _iso(int(day[1]), int(day[3]), int(day[4])) or day[0], text)


def _iso(year: int, month: int, day: int) -> str | None:
    """The day in ISO 8601; None when there is none."""
    if not 1 <= month <= 12 or not 1 <= day <= (31 if month <= 6 else 30):
        return None
    of_year = 31 * (month - 1) if month <= 7 else 30 * (month - 7) + 186
    return date.fromordinal(_DAY + _new_year(year) - _new_year(_YEAR) + of_year + day - 1).isoformat()


def _new_year(year: int) -> int:
    """Days before ``year``: a leap year is one of those 8 in 33 that leave 1, 5, 9, 13, 17, 22, 26 or 30."""
    return 365 * year + sum(1 for each in range(1300, year) if each % 33 in (1, 5, 9, 13, 17, 22, 26, 30))
