"""The grammar of dates: what it reads, and that it never adds what is not there."""

import contextlib
import re
from datetime import date
from datetime import time as clock_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_parsers import date_text

from feedsvc.parsers.dates import MONTHS, DateError, date_in_name, parse_date, year_in_name


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2017-01-29", "2017-01-29"),
        ("20170129", "2017-01-29"),
        ("2017/1/29", "2017-01-29"),
        ("2017-029", "2017-01-29"),
        ("2017-W04-7", "2017-01-29"),
        ("2017-01-29T10:30:00Z", "2017-01-29T10:30:00+00:00"),
        ("2017-01-29 10:30:00 +0900", "2017-01-29T10:30:00+09:00"),
        ("2017-01-29T10:30:00.123+09:00", "2017-01-29T10:30:00+09:00"),
        ("Sun, 29 Jan 2017 10:30:00 GMT", "2017-01-29T10:30:00+00:00"),
        ("Sun, 29 Jan 17 10:30:00 EST", "2017-01-29T10:30:00-05:00"),
        ("Sun Jan 29 10:30:00 2017", "2017-01-29T10:30:00"),
        ("January 29, 2017", "2017-01-29"),
        ("Jan. 29, 2017", "2017-01-29"),
        ("Jan. 29", "--01-29"),
        ("29 January", "--01-29"),
        ("29th of January 2017", "2017-01-29"),
        ("Sunday, January 29, 2017 at 10:30 p.m.", "2017-01-29T22:30:00"),
        ("10:30 a.m. JST, Sunday, January 29, 2017", "2017-01-29T10:30:00+09:00"),
        ("0600 GMT, 5 March 2026", "2026-03-05T06:00:00+00:00"),
        ("March 5, 0600 GMT", "--03-05T06:00:00+00:00"),
        ("July 29, 2017, 10:30 a.m. ET", "2017-07-29T10:30:00-04:00"),
        ("12:15 a.m. January 29, 2017", "2017-01-29T00:15:00"),
        ("29. Januar 2017, 10.30 Uhr", "2017-01-29T10:30:00"),
        ("29.1.2017", "2017-01-29"),
        ("29.01.", "--01-29"),
        ("5. März 2026", "2026-03-05"),
        ("le 29 janvier 2017 à 10 h 30", "2017-01-29T10:30:00"),
        ("1er février 2017", "2017-02-01"),
        ("29 de enero de 2017", "2017-01-29"),
        ("29 gennaio 2017", "2017-01-29"),
        ("2017年1月29日", "2017-01-29"),
        ("2017年1月29日 午後10時30分", "2017-01-29T22:30:00"),
        ("平成29年1月29日", "2017-01-29"),
        ("令和元年5月1日", "2019-05-01"),
        ("１月２９日（日）", "--01-29"),
        ("2017년 1월 29일", "2017-01-29"),
        ("二〇一七年一月二十九日", "2017-01-29"),
        ("平成二十九年十月十日", "2017-10-10"),
        ("29 января 2017 г.", "2017-01-29"),
        ("29 января 2017 года, 10:30", "2017-01-29T10:30:00"),
        ("29 січня 2017 року", "2017-01-29"),
        ("29 stycznia 2017 r.", "2017-01-29"),
        ("29 listopada 2017", "2017-11-29"),  # Polish
        ("29. listopada 2017.", "2017-10-29"),  # Croatian
        ("29. ledna 2017", "2017-01-29"),
        ("2017. január 29.", "2017-01-29"),
        ("2017 m. sausio 29 d.", "2017-01-29"),
        ("29. tammikuuta 2017", "2017-01-29"),
        ("29 Ocak 2017 Pazar", "2017-01-29"),
        ("29 Kasım 2017", "2017-11-29"),
        ("29 Ιανουαρίου 2017", "2017-01-29"),
        ("29 ianuarie 2017", "2017-01-29"),
        ("ngày 29 tháng 1, năm 2017", "2017-01-29"),
        ("٢٩ يناير ٢٠١٧", "2017-01-29"),
        ("29 בינואר 2017", "2017-01-29"),
        ("29 जनवरी 2017", "2017-01-29"),
        ("5. Januar 2017, 10:30 Uhr MEZ", "2017-01-05T10:30:00+01:00"),
        # the years of Thailand and the days of Iran are counted; other calendars are not taken for ours
        ("5 มกราคม 2560", "2017-01-05"),
        ("۱۰ بهمن ۱۳۹۵", "2017-01-29"),
        ("30 اسفند 1399", "2021-03-20"),
        ("5 Muharram 1440", None),
        ("Feb. 29", "--02-29"),
        # no dates, though other readers find one in each
        ("10", None),
        ("Saturday", None),
        ("January", None),
        ("2017", None),
        ("January 2017", None),
        ("may 5 people", None),
        ("section 1-2", None),
        ("10:30", None),
        ("today", None),
        ("1/2", None),
        ("1.5 million", None),
        ("3 dec a day", None),
        ("Mark 12", None),
    ],
)
def test_strings(text: str, read: str | None) -> None:
    found = parse_date(text)
    assert (date_text(found) if found else None) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2017-02-30", "no such day"),
        ("Feb. 30", "no such day"),
        ("31 April 2017", "no such day"),
        ("2017年13月1日", "no such day"),
        ("2017-01-29T25:00:00", "no such time"),
        ("January 29, 2017 13:61", "no such time"),
        ("01/02/2017", "two readings"),
        ("01/02/17", "two digits"),
        ("2017-W54-1", "no such week"),
        ("2017-366", "no such day"),
    ],
)
def test_dates_that_are_none_say_why(text: str, said: str) -> None:
    with pytest.raises(DateError, match=said):
        parse_date(text)


@pytest.mark.parametrize(("order", "read"), [("day-first", (2017, 2, 1)), ("month-first", (2017, 1, 2))])
def test_the_order_settles_two_readings(order: str, read: tuple[int, int, int]) -> None:
    found = parse_date("01/02/2017", order=order)
    assert found is not None
    assert (found.year, found.month, found.day) == read


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FORMS = st.sampled_from(
    [
        "{0:%Y-%m-%d}",
        "{0:%B} {0.day}, {0.year}",
        "{0.day} {0:%b} {0.year}",
        "{0:%A}, {0:%B} {0.day}, {0.year}",
        "{0.day}. {0:%B} {0.year}",
        "{0.year}年{0.month}月{0.day}日",
        "{0:%a}, {0:%d} {0:%b} {0.year} 10:30:00 +0900",
    ]
)


@given(DAYS, FORMS)
def test_every_day_is_read_back_in_every_form(day: date, form: str) -> None:
    found = parse_date(form.format(day))
    assert found is not None
    assert (found.year, found.month, found.day) == (day.year, day.month, day.day)


PIECES = st.sampled_from([*list(MONTHS)[:60], "29", "1", "2017", "17", ",", ".", "/", "-", ":", "10:30", "am", "GMT", "月", "日", "年", "of", "Sunday", "at"])  # fmt: skip


@given(st.lists(PIECES, max_size=8).map(" ".join) | st.text(max_size=40))
def test_no_part_is_invented(text: str) -> None:
    found = None
    with contextlib.suppress(DateError):
        found = parse_date(text)
    if found is None:
        return
    digits = [int(each) for each in re.findall(r"\d+", text)]
    assert digits, "a date without a number"
    date(2000 if found.year is None else found.year, found.month, found.day)
    if found.year is not None and "年" not in text:
        assert any(each % 100 == found.year % 100 or each > 9999 for each in digits), "a year from nowhere"


@given(
    st.dates(date(1000, 1, 1)),
    st.times(),
    st.sampled_from(["", "T%H:%M", " %H:%M:%S"]),
    st.sampled_from(["", "Z", "+09:00", "-0530", " +0900", " -00:00"]),
)
def test_what_programs_write_is_read_by_a_shorter_way_to_the_same_date(
    day: date, time: clock_time, form: str, zone: str
) -> None:
    text = f"{day}{time:{form}}{zone}" if form else f"{day}"
    # What a blank precedes goes through the whole grammar.
    assert parse_date(text) == parse_date(f" {text}")


@pytest.mark.parametrize(
    ("path", "day", "year"),
    [
        ("2017-01-29-storm.txt", (2017, 1, 29), 2017),
        ("wire/20170129T1030Z.txt", (2017, 1, 29), 2017),
        ("2017/01/29/storm.txt", (2017, 1, 29), 2017),
        ("2017/storm.txt", None, 2017),
        ("2017-01/storm.txt", None, 2017),
        ("reuters-1987/0042.txt", None, 1987),
        ("storm-2017.txt", None, None),
        ("2016/2017-01-29.txt", (2017, 1, 29), 2016),
        ("2017-02-30.txt", None, 2017),
        ("2016-01-01 to 2017-01-29.txt", None, None),
        ("12345678.txt", None, None),
        ("storm.txt", None, None),
        ("notices/29-01-2017.txt", (2017, 1, 29), None),
        ("notices/01-29-2017.txt", (2017, 1, 29), None),
        ("notices/01-02-2017.txt", None, None),
    ],
)
def test_dates_in_names(path: str, day: tuple[int, int, int] | None, year: int | None) -> None:
    found = date_in_name(path)
    assert (found and (found.year, found.month, found.day)) == day
    assert year_in_name(path) == year


@given(st.text(max_size=80))
def test_any_name(path: str) -> None:
    date_in_name(path)
    year_in_name(path)
