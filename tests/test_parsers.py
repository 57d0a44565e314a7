"""Every file under ``cases/`` is read by its parser and held against the expectation beside it.

``cases/FORMAT/NAME.EXT`` is the document, ``NAME.EXT.json`` what must come of it:

    {"name": its path in the inbox (the case's file name when missing), "modified": its file time,
     "neighbours": {"furniture": […], "year": …, "bulk_copy": …}, "hints": {"date_order": …},
     "drafts": [{field: value, …}], "findings": [code, …]}

Of a draft the fields named are compared. Dates are written as ``2017-01-29``, ``--01-29`` (no year) or
``2017-01-29T10:00:00+09:00``; authors as names or as objects; ``text`` is the body as plain text.
``findings`` are the codes of all findings, in order of the alphabet.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import asdict

from feedsvc.articles.plain import plain_text
from feedsvc.model import Document, Draft, Hints, Neighbours, Person, SourceDate
from feedsvc.parsers import parse

CASES = Path(__file__).parent / "cases"
DOCUMENTS = sorted(path for path in CASES.glob("*/*") if path.suffix != ".json" or not path.with_suffix("").exists())


def test_there_are_cases_and_each_has_an_expectation() -> None:
    assert DOCUMENTS
    missing = [str(path) for path in DOCUMENTS if not path.with_name(path.name + ".json").exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(path: Path) -> None:
    want = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))
    around = want.get("neighbours", {})
    document = Document(
        want.get("name", path.name),
        path.read_bytes(),
        datetime.fromisoformat(want.get("modified", "2026-01-01T00:00:00+00:00")),
    )
    neighbours = Neighbours(**{**around, "furniture": frozenset(around.get("furniture", ()))})
    parsed = parse(document, neighbours, Hints(**want.get("hints", {})))
    found = [*parsed.findings, *(finding for draft in parsed.drafts for finding in draft.findings)]
    assert sorted(finding.code for finding in found) == want["findings"], found
    assert len(parsed.drafts) == len(want["drafts"])
    for draft, expected in zip(parsed.drafts, want["drafts"], strict=True):
        assert {name: shown(draft, name) for name in expected} == expected


def shown(draft: Draft, name: str) -> Any:
    """A field of a draft as an expectation writes it."""
    if name == "text":
        return plain_text(draft.html)
    value = getattr(draft, name)
    match value:
        case SourceDate():
            return date_text(value)
        case tuple() if value and all(isinstance(each, Person) for each in value):
            return [each.name if each == Person(each.name) else present(each) for each in value]
        case tuple():
            return [present(each) if isinstance(each, Struct) else each for each in value]
        case _ if isinstance(value, Struct):
            return present(value)
        case _:
            return value


def present(value: Any) -> dict[str, Any]:
    return {name: each for name, each in asdict(value).items() if each is not None}


def date_text(date: SourceDate) -> str:
    day = f"{date.year or '-'}-{date.month:02}-{date.day:02}"
    if date.time is None:
        return day
    zone = ""
    if date.offset is not None:
        minutes = int(date.offset.total_seconds() // 60)
        zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return f"{day}T{date.time.isoformat()}{zone}"
