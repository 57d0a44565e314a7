"""What a newsroom orders in meta elements: id, status, embargo, expires (the names of front matter, ruling 10).

``<meta name="feedsvc:embargo" content="…">`` and ``<meta name="embargo" content="…">`` mean the same.
"""

from dataclasses import dataclass

from feedsvc.model import Finding, SourceDate, Status
from feedsvc.parsers.dates import DateError, parse_date
from feedsvc.parsers.html_stated import Stated

_STATUSES = {
    **{status.value: status for status in (Status.USABLE, Status.WITHHELD, Status.CANCELED)},
    "published": Status.USABLE,
    "draft": Status.WITHHELD,
    "cancelled": Status.CANCELED,
}


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one page, and what could not be understood of them."""

    id: str | None
    status: Status | None
    embargo: SourceDate | None
    expires: SourceDate | None
    findings: tuple[Finding, ...]


def find_orders(facts: Stated, published: SourceDate | None, order: str | None) -> Orders:
    """What the page orders. What is not understood is an error, so that nothing is published too early."""
    findings: list[Finding] = []
    expires = _date(facts, "expires", order, findings)
    # Pages that no cache shall keep state a day long past; a story that expires before it appears is none of ours.
    is_early = expires is not None and published is not None and _day(expires) < _day(published)
    if is_early and facts.meta("feedsvc:expires") is None:
        message = (
            "The page expires before it was published, which orders caches only; write feedsvc:expires to mean us."
        )
        findings.append(Finding("expires-ignored", "info", message, "expires"))
        expires = None
    return Orders(
        facts.meta("feedsvc:id", "id"),
        _status(facts, findings),
        _date(facts, "embargo", order, findings),
        expires,
        tuple(findings),
    )


def _status(facts: Stated, findings: list[Finding]) -> Status | None:
    value = facts.meta("feedsvc:status", "status")
    if value is None:
        return None
    status = _STATUSES.get(value.lower())
    if status is None:
        message = f'The status "{value[:40]}" is unknown; write usable, withheld or canceled.'
        findings.append(Finding("unknown-status", "error", message, "status"))
    return status


def _day(date: SourceDate) -> tuple[int, int, int]:
    return date.year or 0, date.month, date.day


def _date(facts: Stated, field: str, order: str | None, findings: list[Finding]) -> SourceDate | None:
    value = facts.meta(f"feedsvc:{field}", field)
    # 0, -1 or "never" orders caches, nobody else.
    if value is None or (field == "expires" and value.lower() in ("0", "-1", "never", "now")):
        return None
    try:
        date = parse_date(value, order=order)
        message = f'The date "{value[:40]}" cannot be read; write it like 2026-01-29T10:00:00+09:00.'
    except DateError as error:
        date, message = None, str(error)
    if date is None:
        findings.append(Finding("date-unreadable", "error", message, field))
    return date
