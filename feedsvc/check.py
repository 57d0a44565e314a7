"""Checking: the findings of all documents, and a lint of all that would be published."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace
from sqlalchemy import Connection

from feedsvc.config import Settings
from feedsvc.feeds.archives import render_archive
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.lint import entry_ids, lint
from feedsvc.model import Finding
from feedsvc.report import finding_json
from feedsvc.store.edition import Edition
from feedsvc.store.ledger import Ledger
from feedsvc.store.reader import sealed_archives
from feedsvc.store.schema import identities
from feedsvc.web.theme import Theme

_MOST_ALIKE = 3  # infos that say the same and are told one by one


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """What the lint says of one document of the edition: ``feed`` is empty for the list of all feeds."""

    feed: str
    format: str
    path: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of all documents, and of the lint of every feed."""

    findings: tuple[tuple[str, Finding], ...]
    feeds: tuple[CheckedFeed, ...]

    @property
    def has_errors(self) -> bool:
        """Whether a document was rejected or a feed is not valid."""
        found = (*(each for _, each in self.findings), *(each for feed in self.feeds for each in feed.findings))
        return any(each.severity == "error" for each in found)

    def as_json(self) -> dict[str, Any]:
        """The object that ``check --json`` prints."""
        return {
            "findings": [finding_json(document, each) for document, each in self.findings],
            "feeds": [
                {
                    "feed": feed.feed,
                    "format": feed.format,
                    "errors": [finding_json(feed.path, each) for each in feed.findings if each.severity == "error"],
                    "warnings": [finding_json(feed.path, each) for each in feed.findings if each.severity != "error"],
                }
                for feed in self.feeds
            ],
        }


def check(settings: Settings, connection: Connection, now: datetime) -> Checked:
    """The findings of every document, and the lint of everything that would be published, archives too."""
    ledger = Ledger(connection)
    findings = [(name, each) for name, record in ledger.documents().items() for each in record.findings]
    findings += [(name, each) for name, story in ledger.rejected_stories().items() for each in story.findings]
    findings += [(record.article.name, each) for record in ledger.articles() for each in record.article.findings]
    findings += Theme(settings.folder).findings()
    feeds = []
    for feed, path, body in _published(connection, now):
        format_ = next((each.name for each in FORMATS.values() if path.endswith(each.suffix)), "opml")
        found = lint(format_, body, settings.publication.url + quote(path))
        feeds.append(CheckedFeed(feed, format_, path, tuple(_with_sources(found, format_, body, ledger))))
    return Checked(tuple(sorted(findings, key=lambda each: (each[0], each[1].line or 0))), tuple(feeds))


def _published(connection: Connection, now: datetime) -> Iterator[tuple[str, str, bytes]]:
    """Feed, path and bytes of every document, one after the other: there may be very many."""
    for feed, path, _, body in Edition(connection).bodies():
        yield feed, path, body
    for view in sealed_archives(connection, now):
        yield view.feed.name, f"/feeds/{view.feed.name}/archive/{view.number}.atom", render_archive(view)


_OF_ENTRY = re.compile(r"(?:entry|item) ([0-9]+)")


def _with_sources(findings: Iterable[Finding], format_: str, body: bytes, ledger: Ledger) -> Iterator[Finding]:
    """``findings``; those of an entry name the document in the inbox from which it came."""
    ids: tuple[str | None, ...] | None = None
    for each in findings:
        place = _OF_ENTRY.match(each.field or "")
        if place is None:
            yield each
            continue
        ids = entry_ids(format_, body) if ids is None else ids
        id_ = ids[int(place[1]) - 1] if int(place[1]) <= len(ids) else None
        known = ledger.identities_where_in(identities.c.uri if format_ == "atom" else identities.c.id, {id_ or ""})
        yield replace(each, message=f"{each.message} ({known[0].name})") if known else each


def check_text(checked: Checked, *, everything: bool = False) -> str:
    """The result of a check for people: a line for each finding, as ``file:line: severity: code: message``.

    Infos of one code that many documents have are told in one line at the end, unless ``everything`` is wanted.
    """
    placed = [*checked.findings, *((feed.path, each) for feed in checked.feeds for each in feed.findings)]
    alike = set() if everything else _frequent(each for _, each in placed)
    lines = [
        f"{_place(name, each)}: {each.severity}: {each.code}: {each.message}"
        for name, each in placed
        if not _is_one_of(each, alike)
    ]
    lines += [
        _gathered(code, [(name, each) for name, each in placed if _is_one_of(each, {code})]) for code in sorted(alike)
    ]
    errors = sum(each.severity == "error" for _, each in placed)
    remark = "; --verbose tells of each" if alike else ""
    lines.append(f"{len(checked.feeds)} feed files linted; {len(placed)} findings, {errors} of them errors{remark}")
    return "\n".join(lines)


def _place(name: str, finding: Finding) -> str:
    return f"{name}:{finding.line}" if finding.line else name


def _frequent(findings: Iterable[Finding]) -> set[str]:
    """The codes of infos that are found more often than they are told one by one."""
    counts = Counter(each.code for each in findings if each.severity == "info")
    return {code for code, count in counts.items() if count > _MOST_ALIKE}


def _is_one_of(finding: Finding, codes: Collection[str]) -> bool:
    return finding.severity == "info" and finding.code in codes


def _gathered(code: str, found: Sequence[tuple[str, Finding]]) -> str:
    """One line for many infos: how many, the remedy, the first places."""
    messages = dict.fromkeys(each.message for _, each in found)
    remedy = next(iter(messages)) if len(messages) == 1 else f"such as: {next(iter(messages))}"
    places = ", ".join(_place(name, each) for name, each in found[:_MOST_ALIKE])
    return f"info: {code}: {len(found)} times: {remedy} ({places} and {len(found) - _MOST_ALIKE} more)"
