"""Ledgers of earlier versions: what readers have stays as it was."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from publication import Publication
from test_archives import ATOM, crawl

from feedsvc.web.app import create_app

CASES = Path(__file__).parent / "ledger"
SETTINGS = """\
[publication]
title = "Old"
url = "https://news.example.org"
id_authority = "example.org,2026"
[feeds]
entries = 2
"""


def held(publication: Publication) -> dict[str, object]:
    """What a crawler of the archives gets: the entries and tombstones of each document."""
    client = create_app(publication.edition(), base="https://news.example.org").test_client()
    return {
        page.path: {
            "entries": {
                id_: {
                    name: etree.fromstring(entry).findtext(f"{ATOM}{name}")
                    for name in ("title", "published", "updated")
                }
                for id_, entry in page.entries.items()
            },
            "tombstones": sorted(page.tombstones),
        }
        for name in ("all", "sea")
        for page in crawl(client, name)
    }


@pytest.mark.parametrize("script", sorted(CASES.glob("*.sql")), ids=lambda path: path.stem)
def test_a_ledger_of_an_earlier_version_goes_on(tmp_path: Path, script: Path) -> None:
    publication = Publication(tmp_path, SETTINGS)
    publication.now = datetime(2026, 2, 3, tzinfo=UTC)
    (tmp_path / "var").mkdir()
    with closing(sqlite3.connect(tmp_path / "var" / "feedsvc.db")) as database:
        database.executescript(script.read_text("utf-8"))
    for number in (1, 3, 4, 5, 6):
        mended = " mended" if number == 5 else ""
        head = f"title: Story {number}\ndate: 2026-01-0{number} 10:00\ntags: [Sea, Topic {number}]\nauthor: Ann Mason"
        publication.write(
            f"s{number}.md", f"---\n{head}\n---\n\nText of story {number} with word number{number}{mended}.\n"
        )
    report = publication.build()
    assert report["articles"] == 5
    assert report["documents"]["new"] == report["documents"]["withdrawn"] == 0
    assert held(publication) == json.loads(script.with_suffix(".json").read_text("utf-8"))
    publication.later()
    publication.article("s8.md", "Story 8", tags="[Sea]")
    publication.build()
    archived = {path: each for path, each in held(publication).items() if "/archive/" in path}
    before = json.loads(script.with_suffix(".json").read_text("utf-8"))
    assert {path: archived[path] for path in before if "/archive/" in path} == {
        path: each for path, each in before.items() if "/archive/" in path
    }


def test_a_ledger_of_before_the_first_version_is_refused(tmp_path: Path) -> None:
    publication = Publication(tmp_path, SETTINGS)
    (tmp_path / "var").mkdir()
    with closing(sqlite3.connect(tmp_path / "var" / "feedsvc.db")) as database:
        database.executescript(
            "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('schema', '4')"
        )
    assert "delete var/ and build" in publication.build(code=2)
