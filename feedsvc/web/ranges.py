"""Ranges of bytes (RFC 9110, section 14): which part of a document a client asks for."""

import re
from dataclasses import dataclass
from datetime import datetime

from feedsvc.web.conditional import parse_http_date

# One range. Several in one answer are allowed to be answered whole (section 14.2), and no reader asks for them.
_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from ``start`` to before ``stop``; empty when what was asked for lies behind the end."""

    start: int
    stop: int


def part_of(
    asked: str | None, if_range: str | None, length: int, tag: str, last_modified: datetime, now: datetime
) -> Part | None:
    """The part that the headers ``Range`` and ``If-Range`` ask for; None for the whole."""
    found = _RANGE.fullmatch(asked or "")
    if found is None or not any(found.groups()) or not _is_current(if_range, tag, last_modified, now):
        return None
    first, last = found.groups()
    if not first:
        return Part(max(0, length - int(last)), length) if int(last) else Part(length, length)
    if last and int(last) < int(first):
        return None
    start = min(int(first), length)
    return Part(start, min(int(last) + 1, length) if last else length)


def _is_current(if_range: str | None, tag: str, last_modified: datetime, now: datetime) -> bool:
    """Whether the part belongs to what the client holds (section 13.1.5: strong comparison, or the exact date)."""
    if if_range is None:
        return True
    return if_range.strip() == tag or parse_http_date(if_range, now) == last_modified
