"""The day that a page shows: a date in a short line near its headline, where readers look for it.

Each date on the page is a candidate; its element, its words and its place say how likely it is the story's.
Nothing is invented: a date without a year is none, and one with two readings needs the page's language.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from lxml import etree

from feedsvc.model import SourceDate
from feedsvc.parsers.dates import DateError, parse_date, whole_year
from feedsvc.parsers.html_furniture import words_of
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_tree import tag_of
from feedsvc.parsers.months import MONTHS, folded
from feedsvc.text import one_line

Element = etree._Element

_DATE_WORDS = frozenset(
    """date dates datum fecha data dateline datetime published publish pubdate publication posted timestamp time created
    entrydate postdate submitted""".split()
)
# Those that say the date is that of publication.
_MARKS = frozenset("published publish pubdate publication posted entrydate postdate".split())
# Those that say it is the one of a change, also beside the others.
_CHANGED = frozenset("updated update modified lastmod lastupdated lastmodified".split())
_HEAD_WORDS = frozenset("meta info infos byline author details header head kicker subline entry post article".split())
# Words that stand before a date, without accents, as dates are compared.
_UPDATED = re.compile(
    r"updated?\b|aktuali[sz]|zuletzt|geandert|stand\b|modifi|mis(?:e)? a jour|actuali[zs]|aggiornat|atualizad|bearbeitet|edited|changed|"
    r"bijgewerkt|gewijzigd|uppdaterad|andrad|opdateret|oppdatert|endret|paivitetty|muokattu|uuendatud|zmieni|azurir|posodob|"
    r"frissit|modositva|guncelle|diperbarui|cap nhat|обновл|изменен|оновлен|ενημερωση|تحديث|עודכן|به روز|更新|修改|수정|แก้ไข"
)
_PUBLISHED = re.compile(
    r"publi|posted|veroffentlich|erstellt|created|erschienen|geschrieben|submitted|gepostet|released?\b|\bon\b|\bam\b|vom\b|datum|date|"
    r"geplaatst|gepubliceerd|pubblicat|data\b|fecha|creado|cree |mis en ligne|julkaistu|postat|lagt ut|opublikowa|utworzon|dodano|zverejnen|vydano|"
    r"objavlj|kozzetete|megjelen|yayin|eklenme|dipublikasikan|dang luc|опубликова|дата|δημοσι|نشر|תאריך|פורסם|公開|掲載|発表|发布|發布|등록|입력"
)
# The same right before the date, and nothing else.
_CALLED = re.compile(
    r"(?:first published|published|posted|date of publication|publication date|veroffentlicht|erschienen|erscheinungsdatum|erstellt|online seit|"
    r"publie|mis en ligne|paru|publicado|fecha de publicacion|pubblicato|data di pubblicazione|gepubliceerd|geplaatst|publicerad|"
    r"publisert|offentliggjort|julkaistu|opublikowano|zverejneno|опубликовано|опубліковано|δημοσιευση)"
    r"(?:\s(?:on|am|le|el|il|op|den))?\s?:?\s?$"
)
_NOT_OURS = re.compile(
    r"©|copyright|all rights|\(c\)|born|geboren|abgerufen|retrieved|accessed|since|seit\b|registri|registered|joined|beigetreten|anmeldedatum|mitglied|inscri"
)
_NAME = r"[^\W\d_][^\s\d.,/()|:–-]{1,14}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
_CLOCK = (
    r"(?:(?:\s*[,|–—@·•-]?\s*(?:at|um|a|a las|alle|ore|o|u|v|в|kl\.?|klo|kello|godz\.?|г\.?,?|г\. в|r\.,?)?\s*)\d{1,2}[:.h]\d{2}(?::\d{2})?"
    r"(?:\s*(?:[ap]\.?m\.?\b|uhr))?)?"
)
_DATE = re.compile(
    rf"(?<![\w./-])(?:"
    rf"{_YEAR}(?P<mark>[-/.])\s?(?:0?[1-9]|1[0-2])(?P=mark)\s?{_DAY}(?:\.|t\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?(?![\w/-])"
    rf"|{_DAY}(?P<other>[./-])\s?{_DAY}(?P=other)\s?{_YEAR}(?![\w/-])"
    rf"|{_DAY}(?:\.|st|nd|rd|th|er|o|de)?[\s/-]?(?:of\s|de\s|d['’])?(?P<month>{_NAME})[.,]{{0,2}}[\s/-]?(?:de\s|del\s|of\s)?{_YEAR}(?!\d)"
    rf"|(?P<first>{_NAME})\.?\s?{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)"
    rf"|{_YEAR}\s?年\s?\d{{1,2}}\s?月\s?\d{{1,2}}\s?日"
    rf"){_CLOCK}"
)
# No story has more lines with a year near its headline; a page of nothing else would take seconds.
_MOST_LINES = 5000
# 26 | 01 | 2022
_PIPED = re.compile(r"(?<![\d|] )\b(\d{1,2})\s?\|\s?(\d{1,2})\s?\|\s?((?:19|20)\d\d)(?![\w/-])")
# 23.09.22 and, where the order is known, 23/09/22
_SHORTENED = re.compile(r"(?<![\w./:,+-])([0-3]?\d)([./])\s?([01]?\d|[0-3]\d)\2\s?(\d\d)(?![\w/:%€$]|[.,-]\d)")
_SLASHED = re.compile(r"(?<![\w/])(\d{1,2})/(\d{1,2})/(?:19|20)\d\d(?![\w/])")
# A year in the digits and calendars of the sources.
_DIGITS = re.compile(r"(?:19|20|25)\d\d|1[34]\d\d|[٠-٩۰-۹०-९০-৯]{4}")
# Content systems write 2099 where they know no day.
LATEST = 2090
_LONGEST = 400
_SHORT = 90
_LEAF = 30
_DATED_LINE = 110
_BESIDE_DATE = 70
# What has this value stands where a date is expected.
LIKELY = 2.0
# Farther from the headline than so many elements, a date is rather that of another story.
_FAR = 150
# The same of dates in short lines of a page that has no other.
POSSIBLE = 1.0
# How many characters before a date may say what it is.
_TAIL = 40


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date on the page, how likely it is the story's, and whether the page calls it that of a change or publication."""

    date: SourceDate
    value: float
    place: int
    is_change: bool
    is_published: bool = False


def shown_dates(where: Layout, order: str | None) -> list[ShownDate]:
    """The dates of the story's part of the page, the likeliest first."""
    found: list[ShownDate] = []
    for element, line in islice(_lines(where), _MOST_LINES):
        place = where.after_heading(element)
        if tag_of(element) == "time" and (date := _parsed(element.get("datetime") or "", order)):
            is_change = _is_change(folded(line[:_TAIL]))
            is_published = not is_change and _is_published(element, "")
            found.append(ShownDate(date, _value(element, line, "", where), place, is_change, is_published))
            if date.offset != timedelta():
                continue
        words = folded(line)
        if "|" in words:
            words = _PIPED.sub(r"\1.\2.\3", words)
        for date, before in _dates_in(words, order):
            value = _value(element, words, before, where)
            found.append(ShownDate(date, value, place, _is_change(before), _is_published(element, before)))
    return sorted(found, key=_rank)


def shortened_dates(where: Layout, order: str | None, least: float = LIKELY) -> list[ShownDate]:
    """The dates whose year has two digits and whose value is ``least``, the likeliest first: for a page without any other.

    They count only where a date is expected, since 1.10.20 may be a version, a price or a paragraph.
    """
    found: list[ShownDate] = []
    for element in where.places:
        for piece in (element.text, *(each.tail for each in element)):
            if (
                not piece
                or len(piece) > _LONGEST
                or _SHORTENED.search(piece) is None
                or len(line := one_line(piece)) > _SHORT
            ):
                continue
            words = _SHORTENED.sub(_with_century, folded(line))
            place = where.after_heading(element)
            for date, before in _dates_in(words, order):
                value = _value(element, words, before, where)
                if value >= least:
                    found.append(ShownDate(date, value, place, _is_change(before)))
    return sorted(found, key=_rank)


def _with_century(match: re.Match[str]) -> str:
    first, mark, second, year = match.groups()
    return f"{first}{mark}{second}{mark}{whole_year(year)}"


def _rank(shown: ShownDate) -> tuple[float, int]:
    return -shown.value, abs(shown.place)


def earliest_date(texts: Iterable[str], order: str | None) -> SourceDate | None:
    """The earliest day in ``texts``, which stand anywhere on the page: comments, its description, its footer."""
    found = [
        date
        for text in texts
        if _DIGITS.search(text)
        if not _NOT_OURS.search(words := folded(one_line(text[:_LONGEST])))
        for date, _ in _dates_in(words, order)
    ]
    return min(found, key=lambda date: (date.year, date.month, date.day), default=None)


def called_published(texts: Iterable[str], order: str | None) -> SourceDate | None:
    """The earliest date in ``texts`` right behind words for publication: "Erschienen am", in one text or two."""
    found: list[SourceDate] = []
    label = ""
    looked_at = 0
    for text in texts:
        if text.isspace():
            continue
        if len(text) <= _LONGEST and _DIGITS.search(text) and looked_at < _MOST_LINES:
            looked_at += 1
            words = folded(one_line(text))
            found += (date for date, before in _dates_in(words, order) if _CALLED.search(before or label))
        label = folded(one_line(text)) if len(text) <= _SHORT else ""
    return min(found, key=lambda date: (date.year, date.month, date.day), default=None)


def is_dated_line(text: str) -> bool:
    """Whether ``text`` is a line with a date and little else: the line of day and author above a story."""
    if len(text) > _DATED_LINE or not _DIGITS.search(text):
        return False
    words = folded(text)
    found = next((match for match in _DATE.finditer(words) if _may_be_date(match)), None)
    return found is not None and len(words) - len(found[0]) <= _BESIDE_DATE and not words.endswith((".", "!", "?"))


def date_within(text: str, order: str | None) -> SourceDate | None:
    """The first date in ``text``, whatever stands around it."""
    return next((date for date, _ in _dates_in(folded(text[:_LONGEST]), order)), None)


def _dates_in(words: str, order: str | None) -> Iterator[tuple[SourceDate, str]]:
    """The dates in ``words``, as dates are compared, each with what stands before it."""
    for match in _DATE.finditer(words):
        if _may_be_date(match) and (date := _parsed(match[0].strip(), order)):
            yield date, words[: match.start()]


def _may_be_date(match: re.Match[str]) -> bool:
    """Whether the word in ``match`` names a month, or it has none: a quick look before the grammar reads it."""
    word = match["month"] or match["first"]
    return word is None or word in MONTHS


def order_shown(root: Element) -> str | None:
    """The order of day and month that the dates of the page prove: 13/01/2017 and the like, all alike."""
    orders = set()
    for text in root.itertext():
        if "/20" in text or "/19" in text:
            for first, second in _SLASHED.findall(str(text)):
                if int(first) > 12 >= int(second):
                    orders.add("day-first")
                elif int(second) > 12 >= int(first):
                    orders.add("month-first")
    return orders.pop() if len(orders) == 1 else None


def _parsed(text: str, order: str | None) -> SourceDate | None:
    try:
        date = parse_date(text, order=order)
    except DateError:
        return None
    return date if date is not None and date.year and date.year < LATEST else None


def _lines(where: Layout) -> Iterator[tuple[Element, str]]:
    """The texts that stand in one element and may hold a date."""
    for element in where.places:
        if tag_of(element) in ("script", "style", "option", "select", "button"):
            continue
        if tag_of(element) == "time" and element.get("datetime"):
            yield element, one_line("".join(map(str, element.itertext())))
            continue
        if len(element) > 1 and not _DATE_WORDS.isdisjoint(words_of(element)):
            # A leaf of a calendar: day, month and year in an element each.
            line = one_line(" ".join(map(str, element.itertext())))
            if len(line) <= _LEAF:
                yield element, line
                continue
        own = [each for each in (element.text, *(each.tail for each in element)) if each and not each.isspace()]
        if not any(_DIGITS.search(piece) for piece in own):
            continue
        line = one_line(" ".join(map(str, element.itertext())) if len(element) <= 6 else " ".join(own))
        if len(line) <= _LONGEST:
            yield element, line
        else:
            yield from (
                (element, one_line(piece)) for piece in own if _DIGITS.search(piece) and len(piece) <= _LONGEST
            )


def _is_change(before: str) -> bool:
    """Whether the words ``before`` a date say that it is the one of a change."""
    return _UPDATED.search(before[-_TAIL:]) is not None


def _is_published(element: Element, before: str) -> bool:
    """Whether the words ``before`` a date, or the marks of its element, say that it is the one of publication."""
    if _CALLED.search(before):
        return True
    near = (element, *islice(element.iterancestors(), 1))
    if any(not _CHANGED.isdisjoint(words_of(each)) or each.get("itemprop") == "dateModified" for each in near):
        return False
    return any(
        each.get("pubdate") is not None
        or (each.get("itemprop") or each.get("property") or "").rpartition(":")[2] == "datePublished"
        or not _MARKS.isdisjoint(words_of(each))
        for each in near
    )


def _value(element: Element, line: str, before: str, where: Layout) -> float:
    near = [element, *(each for _, each in zip(range(2), element.iterancestors(), strict=False))]
    words = {word for each in near if tag_of(each) not in ("body", "html", "main") for word in words_of(each)}
    value = 0.0
    if tag_of(element) == "time":
        value += 2.0
    if not _DATE_WORDS.isdisjoint(words):
        value += 2.0
    elif not _HEAD_WORDS.isdisjoint(words):
        value += 0.7
    value += 1.2 if len(line) <= 40 else 0.6 if len(line) <= _SHORT else -1.0
    place = where.after_heading(element)
    if where.heading:
        value += (
            1.6
            if 0 <= place <= 15
            else 1.0
            if -12 <= place < 0 or 15 < place <= 40
            else -0.5
            if abs(place) > _FAR
            else 0.0
        )
    if _is_change(before):
        value -= 1.5
    elif {"updated", "modified"} & words and not {"published", "publish"} & words:
        value -= 0.4  # hAtom asks for this class on a story's only date, too
    elif _PUBLISHED.search(before[-_TAIL:]):
        value += 1.0
    if _NOT_OURS.search(line):
        value -= 2.5
    if any(tag_of(each) in ("figcaption", "figure", "blockquote", "table") for each in near):
        value -= 1.5
    if tag_of(element) in ("a", "li") or any(tag_of(each) == "a" for each in near):
        value -= 0.4
    return value
