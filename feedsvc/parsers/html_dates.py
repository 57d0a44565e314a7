"""When a page was published and updated: what it states, what its address says, what it shows near its headline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import islice

from lxml import etree

from feedsvc.model import Finding, SourceDate
from feedsvc.parsers.dates import DateError, date_in_name, parse_date
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_shown_dates import (
    LATEST,
    LIKELY,
    POSSIBLE,
    ShownDate,
    called_published,
    date_within,
    earliest_date,
    order_shown,
    shortened_dates,
    shown_dates,
)
from feedsvc.parsers.html_stated import Stated, string
from feedsvc.parsers.html_tree import text_of

Element = etree._Element
_Day = tuple[int | None, int, int]
Found = tuple[SourceDate | None, str, tuple[Finding, ...]]

_PUBLISHED = (
    "article:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "sailthru.date", "parsely-pub-date",
    "og:article:published_time", "rnews:datepublished", "cxenseparse:recs:publishtime", "og:published_time",
    "citation_online_date", "citation_publication_date", "shareaholic:article_published_time", "originalpublicationdate",
)  # fmt: skip
# Content systems also write the day of the last change, or of the template, into these.
_VAGUE = (
    "date", "dc.date", "dcterms.date", "dcterms.created", "dcterms:created", "dc.date.created", "dc:date.created", "date.created",
    "datecreated", "createdate", "last-modified-date", "dc:date", "revision_date",
)  # fmt: skip
# Other names for the day of publication, as letters only: vr:published-time, publish_date, content_publisheddate.
_TELLING = re.compile(
    r"publi(?:shed|cation|sh)?(?:date|time|at|on)$|date(?:published|issued|available)$|pub_?date$|releasedate$|published$"
)
_LETTERS = re.compile(r"[^a-z]+")
_UPDATED = (
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "revised",
)
_MARKING = ("time", "span", "div", "p", "abbr", "a", "td", "li", "dd", "small", "em")
# Content systems write the years 1 and 1970 where they know none.
_EARLIEST = 1971
# An archive's address holds the day of the copy before the address of the page.
_ARCHIVED = re.compile(r"^https?://[^/]+/web/\d{4,14}[a-z_]*/(?=https?:/)", re.IGNORECASE)
_UPLOADED = re.compile(r"/uploads/(?:[^/]+/){0,2}?((?:19|20)\d\d)/(0[1-9]|1[0-2])/")
# "published_at":"2019-03-02T06:22:28", and the same with its quotes escaped.
_SCRIPTED = re.compile(
    r"""\\{0,3}["'](?:date_?published|published(?:_?(?:at|on|date|time))?|publish_?(?:date|time)|publication_?(?:date|time)|pub_?date)"""
    r"""\\{0,3}["']\s{0,4}:\s{0,4}\\{0,3}["']((?:19|20)\d\d-\d\d-\d\d[^"'\\]{0,40})""",
    re.IGNORECASE,
)
_MOST_SCRIPTED = 5
_CALLED = "a date that the page calls that of publication"
_NEAR = "a date near the headline"
# The one day that a page shows as surely as this is the one that its readers know, whatever it states.
_PLAIN = 3.1
# Farther from the headline than so many elements, a date is hardly that of the story; so near, it is.
_FAR, _NEXT = 60, 15
# Another date that is nearly as likely leaves doubt.
_DOUBT = 0.5
# What is shown as surely as this counts for more than a vague meta element.
_SURE = 4.0
# From this hour of UTC on, it is the next day in Europe; until that one, it is the day before in the Americas.
_LATE, _EARLY = 21, 9
_FARTHEST = 26
# The languages of the Americas.
_AMERICAN = frozenset(("en", "es", "pt", "fr"))
# Those of Central European time alone, and its midnights in UTC, of summer and winter.
_CENTRAL_EUROPEAN = frozenset("de it nl pl cs sk sl hr hu sv da no nb nn".split())
_MIDNIGHTS = (clock_time(22), clock_time(23))
# Offsets are whole hours, but for a few countries; in steps of half an hour.
_STEP = timedelta(minutes=30)
_HALVES = frozenset((-7, -5, 7, 9, 11, 13, 19, 21))
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=[T ]\d\d:)")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")


def find_published(
    root: Element, facts: Stated, where: Layout, address: str | None, order: str | None, language: str | None
) -> Found:
    """The date, where it was found, and what was guessed about it."""
    findings: list[Finding] = []
    shown = shown_dates(where, order)
    named = date_in_name(_ARCHIVED.sub("", address)) if address is not None else None
    named = named if named is not None and named.year else None
    local = _Local(root, order, named, shown, (language or "en")[:2].lower())
    for text, evidence in _published(root, facts):
        if (found := read_date(text, order, findings)) is not None:
            found = local.zoned(found)
            if (other := local.confirmed(found, facts)) is not None:
                return other, _NEAR, (_guess("The page states two days and shows the one near its headline"),)
            if (other := local.other_day(found)) is not None:
                return other, _NEAR, (_guess("The page states another day than the one it shows near its headline"),)
            return found, evidence, ()
    if (facts.meta("og:type") or "").startswith("video"):
        found = read_date(string(facts.node("uploadDate")), order, findings)
        if found is not None:
            return local.zoned(found), "uploadDate of the JSON-LD", ()
    sure = shown[0] if shown and shown[0].value >= _SURE else None
    for text, evidence in _vague(facts):
        if (found := read_date(text, order, findings)) is not None and (sure is None or local.is_day(found)):
            if (called := called_published(map(str, root.itertext()), order)) is not None:
                return called, _CALLED, (_guess("The page calls a day that of publication and states another"),)
            if (changed := local.changed_before(found)) is not None:
                return changed, _NEAR, (_guess("The page was changed before the day that it states"),)
            return local.zoned(found), evidence, ()
    if local.named is not None:
        agreeing = (each.date for each in shown if _day(each.date) == _day(local.named) and each.date.time)
        return (
            next(agreeing, local.named),
            "the page's address",
            (_guess("The day was taken from the page's address"),),
        )
    if shown and shown[0].value >= LIKELY:
        found = local.zoned(shown[0].date)
        return found, _NEAR, (_guess("The day was found near the headline of the page"),)
    if short := shortened_dates(where, order):
        return short[0].date, _NEAR, (_guess("The year of the day near the headline has two digits"),)
    for last, source, what in _last_resorts(root, facts, where, shown, order):
        if last is not None:
            return last, source, (_guess(what),) if what else ()
    return None, "", tuple(findings)


def date_order(root: Element, language: str | None) -> str | None:
    """How the page means 01/02/2017: by its own other dates, else by its language. English alone does not say."""
    proven = order_shown(root)
    if proven is not None or not language:
        return proven
    first, _, rest = language.lower().partition("-")
    if first == "en":
        return "month-first" if rest in ("us", "ph") else "day-first" if rest else None
    return "day-first"


def _last_resorts(
    root: Element, facts: Stated, where: Layout, shown: list[ShownDate], order: str | None
) -> Iterator[tuple[SourceDate | None, str, str]]:
    """Dates that bound the story's, where from, and what to say of them."""
    stated = string(facts.page("datePublished")) or string(facts.node("uploadDate"))
    yield read_date(stated, order, []), "a date of the JSON-LD", ""
    called = called_published(map(str, root.itertext()), order)
    yield called, _CALLED, "The day was found in the text of the page"
    if shown:
        yield shown[0].date, "a date in the page's text", "The day was found in the text of the page"
    described = earliest_date(facts.every("description", "og:description"), order)
    yield described, "a date in the page's description", "The day was found in the description of the page"
    scripted = _in_scripts(root, order)
    yield scripted, "a date in the page's scripts", "The day was found in the data of the page's scripts"
    # A story is at least as old as its first comment.
    earliest = earliest_date(map(str, root.itertext()), order)
    yield earliest, "the earliest date on the page", "The day is the earliest one on the page and may be too late"
    what = "Only the month is known, from the address of a picture, and its first day stands for it"
    yield _month_of_pictures(root), "the month in the address of a picture", what
    short = next((each.date for each in shortened_dates(where, order, POSSIBLE)), None)
    yield short, "a date in the page's text", "The year of the day has two digits"
    yield find_updated(facts, order), "the day of the last change", "Only the day of the last change is known"


def _in_scripts(root: Element, order: str | None) -> SourceDate | None:
    """The first day that the data in the page's scripts call that of publication."""
    scripts = (str(each.text) for each in root.iter("script") if each.text)
    texts = (found[1] for script in scripts for found in islice(_SCRIPTED.finditer(script), _MOST_SCRIPTED))
    return next((found for text in texts if (found := read_date(text, order, [])) is not None), None)


def _month_of_pictures(root: Element) -> SourceDate | None:
    """The month into whose folder the page's latest picture was uploaded, as its first day."""
    found = [match for each in root.iter("img") if (match := _UPLOADED.search(each.get("src") or ""))]
    months = [(int(match[1]), int(match[2])) for match in found]
    return SourceDate(*max(months), 1) if months else None


@dataclass(frozen=True, slots=True)
class _Local:
    """What tells the page's own day: the one that its address names, and those that it shows."""

    root: Element
    order: str | None
    named: SourceDate | None
    shown: list[ShownDate]
    language: str

    def is_named(self, stated: SourceDate) -> bool:
        """Whether the page's address names the day of ``stated``."""
        return self.named is not None and _day(self.named) == _day(stated)

    def is_day(self, stated: SourceDate) -> bool:
        """Whether the page shows the day of ``stated`` for sure, or its address names it."""
        if self.is_named(stated):
            return True
        return any(each.value >= _SURE and _day(each.date) == _day(stated) for each in self.shown)

    def other_day(self, stated: SourceDate) -> SourceDate | None:
        """The one day that the page shows for sure, where nothing in the address or near the headline says ``stated``.

        Many a page states when its record was made, or goes on stating that of a story it brings again. What is
        shown later than what is stated counts only where the page calls it the day of publication.
        """
        if not self.shown or self.shown[0].value < _PLAIN or self.shown[0].is_change:
            return None
        first = self.shown[0]
        if abs(first.place) > _FAR and not first.is_published:
            return None
        apart = _apart(first.date, stated)
        # A moment that is shown in another zone may fall on the neighbour of its day.
        if abs(apart) <= timedelta(days=1) and stated.time is not None and stated.offset is not None:
            return None
        # A later day may be that of what the story announces.
        if apart > timedelta() and not first.is_published and not self._calls_published(first.date):
            return None
        rivals = {_day(each.date) for each in self.shown if each.value >= first.value - _DOUBT}
        agreeing = {_day(each.date) for each in self.shown if each.value >= LIKELY}
        if self.named is not None:
            agreeing.add(_day(self.named))
        return first.date if len(rivals) == 1 and _day(stated) not in agreeing else None

    def confirmed(self, stated: SourceDate, facts: Stated) -> SourceDate | None:
        """The day that the page shows near its headline, where it is stated as often as the day of ``stated``, which is not shown."""
        if (
            not self.shown
            or self.shown[0].value < LIKELY
            or self.shown[0].is_change
            or abs(self.shown[0].place) > _NEXT
        ):
            return None
        first = _day(self.shown[0].date)
        if (
            first == _day(stated)
            or self.is_named(stated)
            or any(_day(each.date) == _day(stated) for each in self.shown)
        ):
            return None
        days = list(self._days_of_kinds(facts))
        return self.shown[0].date if 0 < days.count(first) >= days.count(_day(stated)) else None

    def _days_of_kinds(self, facts: Stated) -> Iterator[_Day]:
        """The day that each kind of statement names; one that names several tells of other stories, too."""
        kinds: dict[str, set[_Day]] = {}
        for text, evidence in _published(self.root, facts):
            if (found := read_date(text, self.order, [])) is not None:
                kinds.setdefault(evidence, set()).add(_day(self.zoned(found)))
        for days in kinds.values():
            if len(days) == 1:
                yield from days

    def changed_before(self, stated: SourceDate) -> SourceDate | None:
        """The day of the last change that the page shows near its headline, where it lies before ``stated``."""
        changes = (each.date for each in self.shown if each.is_change and abs(each.place) <= _NEXT)
        return next((each for each in changes if _apart(each, stated) < timedelta()), None)

    def _calls_published(self, shown: SourceDate) -> bool:
        """Whether words right before ``shown``, in its line or in a label of their own, call it that of publication."""
        called = called_published(map(str, self.root.itertext()), self.order)
        return called is not None and _day(called) == _day(shown)

    def zoned(self, stated: SourceDate) -> SourceDate:
        """``stated``, in the zone of the page where that is known only as an instant (RFC 9557, section 2.2).

        Late in the evening of UTC the day differs in the east, early in the morning in the west: then the time that
        the page shows names the offset, else its day the smallest one that fits.
        """
        # Midnight stands for the day alone; a day that the address names, too, is the page's own.
        if stated.offset != timedelta() or not stated.year or stated.time in (None, clock_time()):
            return stated
        if self.is_named(stated):
            return stated
        moment = datetime.combine(date(stated.year, stated.month, stated.day), stated.time or clock_time())
        for each in self._days():
            offset = _offset_from(moment, each)
            if offset is not None and (self.language in _AMERICAN or offset > timedelta()):
                local = moment + offset
                return SourceDate(local.year, local.month, local.day, local.time(), offset)
        return self._midnight(stated, moment)

    def _midnight(self, stated: SourceDate, moment: datetime) -> SourceDate:
        """``stated``, in Central Europe where it is a midnight there: a day that somebody stored as an instant."""
        if self.language not in _CENTRAL_EUROPEAN or moment.time() not in _MIDNIGHTS:
            return stated
        offset = timedelta(hours=24 - moment.hour)
        local = moment + offset
        return SourceDate(local.year, local.month, local.day, local.time(), offset)

    def _days(self) -> Iterator[SourceDate]:
        likely = [each.date for each in self.shown if each.value >= LIKELY]
        yield from sorted(likely[:3], key=lambda each: each.time is None)
        if self.named is not None:
            yield self.named


def _apart(later: SourceDate, earlier: SourceDate) -> timedelta:
    days = (date(each.year or 1, each.month, each.day) for each in (later, earlier))
    return next(days) - next(days)


def _offset_from(moment: datetime, local: SourceDate) -> timedelta | None:
    """The offset from UTC with which ``moment`` falls on the day before or after its own, the one of ``local``."""
    apart = _apart(local, SourceDate(moment.year, moment.month, moment.day))
    if abs(apart) != timedelta(days=1):
        return None
    if local.time is not None:
        offset = datetime.combine(moment.date() + apart, local.time) - moment
        steps = round(offset / _STEP)
        if (
            abs(offset - steps * _STEP) <= timedelta(minutes=2)
            and (steps % 2 == 0 or steps in _HALVES)
            and abs(steps) <= _FARTHEST
        ):
            return steps * _STEP
    if apart > timedelta() and moment.hour >= _LATE:
        return timedelta(hours=24 - moment.hour)
    if apart < timedelta() and moment.hour < _EARLY:
        return timedelta(hours=-moment.hour - 1)
    return None


def find_updated(facts: Stated, order: str | None) -> SourceDate | None:
    """When the page says that it was last changed."""
    for text in (string(facts.article("dateModified")), *facts.every(*_UPDATED)):
        found = read_date(text, order, [])
        if found is not None:
            return found
    return None


def _published(root: Element, facts: Stated) -> Iterator[tuple[str | None, str]]:
    """What states the day of publication, best first."""
    yield string(facts.article("datePublished")), "datePublished of the JSON-LD"
    for name in _PUBLISHED:
        for value in facts.every(name):
            yield value, f"meta {name}"
    for element in root.iter(*_MARKING):
        mark = element.get("itemprop") or element.get("property")
        if mark and mark.rpartition(":")[2] in ("datePublished", "dateCreated"):
            yield element.get("datetime") or element.get("content") or text_of(element), f"the property {mark}"
    yield string(facts.article("dateCreated")), "dateCreated of the JSON-LD"


def _vague(facts: Stated) -> Iterator[tuple[str, str]]:
    """What may state the day of publication, or of something else."""
    for name in (*_VAGUE, *(each for each in facts.metas if _TELLING.search(_LETTERS.sub("", each)))):
        for value in facts.every(name):
            yield value, f"meta {name}"


def _guess(what: str) -> Finding:
    message = f"{what}; state it in a meta element article:published_time."
    return Finding("date-guessed", "warning", message, "published")


def _day(stated: SourceDate) -> _Day:
    return stated.year, stated.month, stated.day


def read_date(text: str | None, order: str | None, findings: list[Finding]) -> SourceDate | None:
    """The date in ``text``: the whole of it, else the first one in it; of a broken time the day remains."""
    if not text:
        return None
    try:
        found = _epoch(text) or parse_date(text, order=order)
        if found is None and (day := _ISO_DAY.match(text)):
            found = parse_date(day[0])
    except DateError as error:
        findings.append(Finding("date-unreadable", "warning", str(error), "published"))
        return None
    found = found or date_within(text, order)
    return found if found is not None and _EARLIEST <= (found.year or 0) < LATEST else None


def _epoch(text: str) -> SourceDate | None:
    """Seconds or milliseconds since 1970, as programs write a date."""
    if not _EPOCH.fullmatch(text):
        return None
    moment = datetime.fromtimestamp(int(text[:10]), UTC)
    return SourceDate(moment.year, moment.month, moment.day, moment.time(), timedelta())
