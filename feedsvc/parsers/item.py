"""A news item of the industry's formats on its way to a Draft: each value with its place, each doubt a Finding."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar

from msgspec.structs import replace

from feedsvc.model import Draft, Finding, Person, Severity, Status
from feedsvc.parsers.dates import DateError, parse_date
from feedsvc.parsers.limits import MOST_ENTRIES, MOST_STATED, few
from feedsvc.parsers.names import split_authors
from feedsvc.text import fold, one_line

# IPTC ``pubstatus`` (NewsCodes "pubstatusg2"), NITF ``management-status``, and what agencies write instead.
_STATUSES = {
    "usable": Status.USABLE,
    "published": Status.USABLE,
    "withheld": Status.WITHHELD,
    "withhold": Status.WITHHELD,
    "draft": Status.WITHHELD,
    "embargoed": Status.WITHHELD,
    "canceled": Status.CANCELED,
    "cancelled": Status.CANCELED,
    "killed": Status.CANCELED,
    "kill": Status.CANCELED,
}
# A field that was left as its own pattern: "YYYYMMDD000000-HHMM".
_PATTERN = re.compile(r"Y{2,4}|D{2}M{2}|M{2}D{2}")
_INITIALS = re.compile(r"[a-z]{1,4}(?:\s?/\s?[a-z]{1,4})*")
_LONGEST_NOTE = 600
_Each = TypeVar("_Each")


class Item:
    """The fields of one item as they are found; the first value of a field counts."""

    def __init__(self, format: str) -> None:
        self._fields: dict[str, Any] = {}
        self._tags: list[str] = []
        self._sections: list[str] = []
        self._rights: dict[str, None] = {}
        self.evidence: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.format = format
        self._is_embargoed = False

    @property
    def headline(self) -> str | None:
        """The headline so far."""
        found = self._fields.get("headline")
        return found if isinstance(found, str) else None

    def __contains__(self, field: str) -> bool:
        return field in self._fields

    def text(self, field: str, value: object, place: str) -> None:
        """A line of text for ``field``, unless it is empty or the field has one."""
        if field in self._fields:
            return
        line = one_line(value) if isinstance(value, str) else ""
        if line:
            self._fields[field] = line
            self.evidence[field] = place

    def value(self, field: str, value: object, place: str) -> None:
        """A value of another kind for ``field``, unless it is empty or the field has one."""
        if value and field not in self._fields:
            self._fields[field] = value
            self.evidence[field] = place

    def note(self, value: object, place: str) -> None:
        """A note to editors, when it is short enough to be one."""
        if isinstance(value, str) and len(value) <= _LONGEST_NOTE:
            self.text("ednote", value, place)

    def version(self, value: object) -> None:
        """The version of the item, when it is a number."""
        digits = one_line(str(value)) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
        if digits.isascii() and digits.isdecimal() and len(digits) < 19:
            self.value("version", int(digits), "the item's version")

    def date(self, field: str, value: object, place: str) -> None:
        """A date for ``field``. One that cannot be read is an error where it may hold the article back."""
        text = one_line(value) if isinstance(value, str) and field not in self._fields else ""
        if not text or _PATTERN.search(text):
            return
        try:
            date = parse_date(text)
            message = f'{place}: "{text[:40]}" is no date that can be read; write it like 2026-01-29T10:00:00+09:00.'
        except DateError as error:
            date, message = None, f"{place}: {error}"
        if date is None:
            # What was meant to be held must not go out early.
            severity: Severity = "error" if field == "embargo" else "warning"
            if all(each.message != message for each in self.findings):
                self.findings.append(Finding("date-unreadable", severity, message, field))
            return
        self._fields[field] = date
        self.evidence[field] = place

    def status(self, value: object, place: str) -> None:
        """The status of the item; an unknown one holds it back."""
        word = one_line(value).lower().rpartition(":")[2] if isinstance(value, str) else ""
        if not word or "status" in self._fields:
            return
        status = _STATUSES.get(word)
        if status is None:
            message = f'{place}: the status "{word[:40]}" is unknown; usable, withheld or canceled is wanted.'
            self.findings.append(Finding("unknown-status", "error", message, "status"))
            return
        self._fields["status"] = status
        self.evidence["status"] = place

    def byline(self, value: object, place: str) -> None:
        """The people of a byline; the initials of editors are no names."""
        line = one_line(value) if isinstance(value, str) and "authors" not in self._fields else ""
        if line and not _INITIALS.fullmatch(line):
            self.people(split_authors(line), place)

    def people(self, people: Iterable[Person], place: str) -> None:
        """Authors, unless there are some."""
        if "authors" not in self._fields:
            self.value("authors", tuple(few(people, "authors", self.findings)), place)

    def tags(self, names: Iterable[object]) -> None:
        """Subjects and keywords."""
        self._tags += _lines(few(names, "tags", self.findings))

    def sections(self, names: Iterable[object]) -> None:
        """Services, departments and categories."""
        self._sections += _lines(few(names, "sections", self.findings))

    def rights(self, *texts: object) -> None:
        """The copyright notice and the terms of use, each once."""
        lines = (one_line(text) for text in few(texts, "rights", self.findings) if isinstance(text, str))
        self._rights.update((line, None) for line in lines if line)

    def kept(self, name: str, values: Iterable[object]) -> None:
        """Something that has no field of its own and stands in ``explain``: genre, urgency."""
        lines = [
            one_line(str(value))
            for value in islice(values, MOST_STATED)
            if isinstance(value, (str, int, float)) and str(value).strip()
        ]
        if lines:
            self.evidence[name] = f"the item states {', '.join(dict.fromkeys(lines))}"[:200]

    def draft(self) -> Draft:
        """The draft. An embargo without a date holds the article back, and says so."""
        fields = dict(self._fields)
        if fields.get("status") is Status.WITHHELD and "embargo" in fields and self._is_embargoed:
            del fields["status"]
        tags = {fold(tag): tag for tag in reversed(self._tags)}
        return Draft(
            format=self.format,
            tags=tuple(reversed(tags.values())),
            sections=tuple(dict.fromkeys(self._sections)),
            rights=" ".join(self._rights) or None,
            evidence=self.evidence,
            findings=tuple(self.findings),
            **fields,
        )

    def embargoed(self, place: str) -> None:
        """The item is stated to be under embargo: it is held until the date that goes with it, or for good."""
        self._is_embargoed = True
        self.value("status", Status.WITHHELD, place)
        if "embargo" not in self._fields:
            message = "The item is under embargo and names no time; it is held until a version that is usable."
            self.findings.append(Finding("embargo-without-time", "warning", message, "embargo"))


def _lines(names: list[object]) -> list[str]:
    """The names that say something."""
    return [line for name in names if isinstance(name, str) and len(line := one_line(name)) > 1]


def first_items(items: Iterable[_Each], findings: tuple[Finding, ...]) -> tuple[list[_Each], tuple[Finding, ...]]:
    """As many of the items of one document as are read, and ``findings`` with one where there are more."""
    read = list(islice(items, MOST_ENTRIES + 1))
    if len(read) <= MOST_ENTRIES:
        return read, findings
    message = f"The document has more than {MOST_ENTRIES} items; the rest was not read. Split it."
    return read[:-1], (*findings, Finding("too-many-entries", "warning", message))


def numbered(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Drafts of one document: the only one stands for it, of several each has its number."""
    found = tuple(drafts)
    return found if len(found) == 1 else tuple(replace(draft, part=part) for part, draft in enumerate(found, 1))
