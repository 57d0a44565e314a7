"""Partial dates become moments. Nothing is invented: each step that adds a part says on what evidence.

The order of evidence for a missing year: the document's name, the settings of its folder, what all
neighbours agree on, the file's time if it can be trusted. Never the weekday, never a year in the text, never today.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from datetime import time as clock_time
from functools import lru_cache

from msgspec import Struct, field

from feedsvc.config import FolderDefaults
from feedsvc.model import Finding, Lookup, Neighbours, SourceDate
from feedsvc.parsers.dates import date_in_name, year_in_name

# feedgen writes malformed years below 1000; above 9998 a change of zone overflows.
_YEARS = range(1000, 9999)
YEAR_UNKNOWN = "year-unknown"
_FILE_TIME_REACH = timedelta(days=45)


class Surroundings(Struct, frozen=True):
    """What stands around a document: its name, its file's time (UTC), its neighbours, its folder's defaults, and what
    there is under the names of files that it refers to."""

    name: str
    modified: datetime
    neighbours: Neighbours
    defaults: FolderDefaults
    media: Mapping[str, Lookup] = field(default_factory=dict)


class Dated(Struct, frozen=True):
    """A moment, on what evidence, with what there is to remark. No moment: an error among the findings."""

    moment: datetime | None
    evidence: str | None = None
    findings: tuple[Finding, ...] = ()


def publication_date(stated: SourceDate | None, around: Surroundings, zone: tzinfo) -> Dated:
    """When a story was published, from its own date or else from a full date in its name."""
    if stated is not None:
        return resolve(stated, "published", around, zone)
    named = date_in_name(around.name)
    if named is None:
        message = "No date is given; put one into the document, or a full one (2017-01-29) into the file's name."
        return Dated(None, None, (Finding("no-date", "error", message, "published"),))
    dated = resolve(named, "published", around, zone)
    message = f"The document gives no date; {named.year}-{named.month:02}-{named.day:02} was taken from its name."
    evidence = "a date in the name of the file or folder"
    return Dated(dated.moment, evidence, (Finding("date-from-name", "info", message, "published"), *dated.findings))


def resolve(stated: SourceDate, field: str, around: Surroundings, zone: tzinfo) -> Dated:
    """The moment that ``stated`` means; times without an offset, and days, are local to ``zone``."""
    year, evidence, findings = _year(stated, field, around)
    if year is None:
        return Dated(None, None, findings)
    try:
        day = date(year, stated.month, stated.day)
    except ValueError:
        message = f"{year}-{stated.month:02}-{stated.day:02} does not exist; correct the date."
        return Dated(None, None, (Finding("date-impossible", "error", message, field, stated.line),))
    if year not in _YEARS:
        message = f"The year {year} cannot stand in a feed; correct the date."
        return Dated(None, None, (Finding("date-out-of-range", "error", message, field, stated.line),))
    offset = timezone(stated.offset) if stated.offset is not None else zone
    moment = datetime.combine(day, (stated.time or clock_time()).replace(microsecond=0), offset)
    if stated.time is None:
        message = f"Only the day is given; the article stands at its start in {zone}."
        findings = (*findings, Finding("date-only", "info", message, field, stated.line))
    elif stated.offset is None:
        message = f"The time names no zone; it was read as {zone}."
        findings = (*findings, Finding("zone-assumed", "info", message, field, stated.line))
    return Dated(moment if stated.offset is not None else _whole_offset(moment), evidence, findings)


def _whole_offset(moment: datetime) -> datetime:
    """``moment`` in an offset of whole minutes: local mean times (+09:18:59) cannot be written in a feed."""
    offset = moment.utcoffset() or timedelta()
    return moment.astimezone(_whole_minutes(offset))


@lru_cache(maxsize=64)
def _whole_minutes(offset: timedelta) -> timezone:
    return timezone(timedelta(minutes=round(offset.total_seconds() / 60)))


def _year(stated: SourceDate, field: str, around: Surroundings) -> tuple[int | None, str | None, tuple[Finding, ...]]:
    """The year of ``stated``, the evidence for it, and the finding that says so."""
    if stated.year is not None:
        return stated.year, None, ()
    for year, evidence in _year_evidence(stated, around):
        if year is not None:
            message = f"The date names no year; {year} was taken from {evidence}. Write it out if it is another."
            return year, evidence, (Finding("year-inferred", "warning", message, field, stated.line),)
    silent = (
        "the files of its folder have one time, as a copy gives them"
        if around.neighbours.bulk_copy
        else "nothing near it does"
    )
    message = (
        f"The date names no year, and {silent}; write it out, put the document into a folder that is named after the year "
        f"(2017/{around.name.rpartition('/')[2]}), or set year in the inbox.toml of its folder."
    )
    return None, None, (Finding(YEAR_UNKNOWN, "error", message, field, stated.line),)


def _year_evidence(stated: SourceDate, around: Surroundings) -> Iterator[tuple[int | None, str]]:
    yield _nearest_year(stated, date_in_name(around.name)), "the date in the name of the file or folder"
    yield year_in_name(around.name), "the name of the file or folder"
    yield around.defaults.year, "the settings of its folder (inbox.toml)"
    yield around.neighbours.year, "the other documents of the folder, which agree on it"
    yield _year_before(stated, around), "the file's time"


def _nearest_year(stated: SourceDate, named: SourceDate | None) -> int | None:
    """The year that brings ``stated`` nearest to the full date in a name: a December story filed in January."""
    if named is None or named.year is None:
        return None
    middle = date(named.year, named.month, named.day)
    days = {year: _day(stated, year) for year in (named.year - 1, named.year, named.year + 1)}
    distances = {year: abs(day - middle) for year, day in days.items() if day is not None}
    return min(distances, key=lambda year: distances[year]) if distances else None


def _year_before(stated: SourceDate, around: Surroundings) -> int | None:
    """The year that puts ``stated`` at most 45 days before the file's time, unless that was set by a copy."""
    if around.neighbours.bulk_copy:
        return None
    written = around.modified.date() + timedelta(days=1)  # the file's day may be a day later east of Greenwich
    for year in (written.year, written.year - 1):
        day = _day(stated, year)
        if day is not None and timedelta() <= written - day <= _FILE_TIME_REACH + timedelta(days=1):
            return year
    return None


def _day(stated: SourceDate, year: int) -> date | None:
    try:
        return date(year, stated.month, stated.day)
    except ValueError:
        return None
