"""When a page was published and updated: what it states, what its address says, what it shows near its headline."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from lxml import etree

from feedsvc.model import Finding, SourceDate
from feedsvc.parsers.dates import DateError, date_in_name, parse_date
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_shown_dates import earliest_date, order_shown, shown_dates
from feedsvc.parsers.html_stated import Stated, string
from feedsvc.parsers.html_tree import text_of

Element = etree._Element
Found = tuple[SourceDate | None, str, tuple[Finding, ...]]

_PUBLISHED = (
    "article:published_time", "datepublished", "date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date",
    "dc.date.created", "dcterms.date", "sailthru.date", "parsely-pub-date", "pubdate", "publish-date", "publish_date",
    "publication_date", "publishdate", "og:article:published_time", "rnews:datepublished", "cxenseparse:recs:publishtime",
    "citation_publication_date", "article.published", "published-date", "og:pubdate", "datecreated", "last-modified-date",
    "shareaholic:article_published_time", "bt:pubdate", "article:published", "citation_online_date", "og:published_time",
)  # fmt: skip
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
# Content systems write the year 1 or 1970 where they know none.
_EARLIEST = 1971
# An archive's address holds the day of the copy before the address of the page.
_ARCHIVED = re.compile(r"^https?://[^/]+/web/\d{4,14}[a-z_]*/(?=https?:/)", re.IGNORECASE)
_UPLOADED = re.compile(r"/uploads/(?:[^/]+/){0,2}?((?:19|20)\d\d)/(0[1-9]|1[0-2])/")
_LIKELY = 2.0
# From this hour of UTC on, it is the next day somewhere in Europe.
_LATE = 21


def find_published(root: Element, facts: Stated, where: Layout, address: str | None, order: str | None) -> Found:
    """The date, where it was found, and what was guessed about it."""
    findings: list[Finding] = []
    for text, evidence in _published(root, facts):
        found = _read(text, order, findings)
        if found is not None:
            return _in_its_zone(found, where, order), evidence, ()
    shown = shown_dates(where, order)
    named = date_in_name(_ARCHIVED.sub("", address)) if address is not None else None
    if named is not None and named.year:
        agreeing = (each.date for each in shown if _day(each.date) == _day(named) and each.date.time)
        return next(agreeing, named), "the page's address", (_guess("The day was taken from the page's address"),)
    if shown and shown[0].value >= _LIKELY:
        return shown[0].date, "a date near the headline", (_guess("The day was found near the headline of the page"),)
    stated = _read(string(facts.page("datePublished")), order, findings)
    if stated is not None:
        return stated, "datePublished of the JSON-LD", ()
    if shown:
        return shown[0].date, "a date in the page's text", (_guess("The day was found in the text of the page"),)
    for last, source, what in _last_resorts(root, facts, order):
        if last is not None:
            return last, source, (_guess(what),)
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


def _last_resorts(root: Element, facts: Stated, order: str | None) -> Iterator[tuple[SourceDate | None, str, str]]:
    """Dates that bound the story's, where from, and what to say of them."""
    described = earliest_date(facts.every("description", "og:description"), order)
    yield described, "a date in the page's description", "The day was found in the description of the page"
    # A story is at least as old as its first comment.
    earliest = earliest_date(map(str, root.itertext()), order)
    yield earliest, "the earliest date on the page", "The day is the earliest one on the page and may be too late"
    what = "Only the month is known, from the address of a picture, and its first day stands for it"
    yield _month_of_pictures(root), "the month in the address of a picture", what


def _month_of_pictures(root: Element) -> SourceDate | None:
    """The month into whose folder the page's latest picture was uploaded, as its first day."""
    found = [match for each in root.iter("img") if (match := _UPLOADED.search(each.get("src") or ""))]
    months = [(int(match[1]), int(match[2])) for match in found]
    return SourceDate(*max(months), 1) if months else None


def _in_its_zone(stated: SourceDate, where: Layout, order: str | None) -> SourceDate:
    """``stated``, in the zone of the page where that is known only as an instant (RFC 9557, section 2.2).

    Late in the evening of UTC the day differs: then the day that the page shows names the smallest offset that fits.
    """
    if stated.offset != timedelta() or stated.time is None or stated.time.hour < _LATE or not stated.year:
        return stated
    moment = datetime.combine(date(stated.year, stated.month, stated.day), stated.time)
    hours = 24 - moment.hour
    local = moment + timedelta(hours=hours)
    likely = next((each for each in shown_dates(where, order) if each.value >= _LIKELY), None)
    if likely is None or _day(likely.date) != (local.year, local.month, local.day):
        return stated
    return replace(
        stated, year=local.year, month=local.month, day=local.day, time=local.time(), offset=timedelta(hours=hours)
    )


def find_updated(facts: Stated, order: str | None) -> SourceDate | None:
    """When the page says that it was last changed."""
    for text in (string(facts.article("dateModified")), *facts.every(*_UPDATED)):
        found = _read(text, order, [])
        if found is not None:
            return found
    return None


def _published(root: Element, facts: Stated) -> Iterator[tuple[str | None, str]]:
    yield string(facts.article("datePublished")), "datePublished of the JSON-LD"
    for name in _PUBLISHED:
        for value in facts.every(name):
            yield value, f"meta {name}"
    for element in root.iter(*_MARKING):
        mark = element.get("itemprop") or element.get("property")
        if mark and mark.rpartition(":")[2] in ("datePublished", "dateCreated"):
            yield element.get("datetime") or element.get("content") or text_of(element), f"the property {mark}"


def _guess(what: str) -> Finding:
    message = f"{what}; state it in a meta element article:published_time."
    return Finding("date-guessed", "warning", message, "published")


def _day(stated: SourceDate) -> tuple[int | None, int, int]:
    return stated.year, stated.month, stated.day


def _read(text: str | None, order: str | None, findings: list[Finding]) -> SourceDate | None:
    if not text:
        return None
    try:
        found = parse_date(text, order=order)
    except DateError as error:
        findings.append(Finding("date-unreadable", "warning", str(error), "published"))
        return None
    return found if found is not None and (found.year or 0) >= _EARLIEST else None
