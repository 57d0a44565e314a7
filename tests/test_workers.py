"""Workers read and enter for a build what it would read and enter itself."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from publication import SETTINGS, Publication

RULE = '[[topic]]\nslug = "{}"\ntitle = "{}"\nmatch = {!r}\n'
RULED = RULE.format("fours", "Fours", 'text:4* OR headline:"an id"') + RULE.format("t7", "Seven", "headline:story")
ASKING = RULED + RULE.format("both", "Both", "topic:fours AND tag:t5")
MANY = 420  # so many that processes are started for them
TABLES = ("articles", "bodies", "bylines", "classifications", "identities", "memberships", "topics")


def rows(publication: Publication) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(publication.folder / "var" / "feedsvc.db")) as ledger:
        return {table: sorted(ledger.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def fill(publication: Publication, version: str) -> None:
    for number in range(MANY):
        publication.article(
            f"{number % 3}/{number}.md",
            f"Story {number // 2}",  # two of a name
            f"Text {number}, {version}, [further down](#below).",
            date=f"2026-02-01T09:{number % 60:02}:00+05:30",
            tags=f"[T{number % 50}]",
        )
    publication.article("9/own.md", "With an id", version, id="urn:x:1", slug="story-7")
    publication.article("9/other.md", "With the same id", version, id="urn:x:1", embargo="2027-01-01T00:00:00-08:00")
    publication.article("9/undated.md", "Without a day", version, date="someday")
    publication.write(
        "9/wire.txt", f"The Wire\n\nA story of {version}\n\nOSLO, Jan. 29, 2026 (AP) - Something happened.\n"
    )


@pytest.mark.parametrize("rules", ["", RULED, ASKING])
def test_workers_make_what_one_process_makes(tmp_path: Path, rules: str) -> None:
    alone, helped = (Publication(tmp_path / each, SETTINGS + rules) for each in ("alone", "helped"))
    for version in ("at first", "changed"):
        for publication, jobs in ((alone, "1"), (helped, "2")):
            fill(publication, version)
            publication.build("--jobs", jobs, code=1)
            publication.later()
        assert rows(helped) == rows(alone)
        assert helped.bytes() == alone.bytes()
    made = rows(helped)
    assert "+05:30" in repr(made["identities"])
    assert ("rule of fours" in repr(made["classifications"])) == bool(rules)
    assert ("rule of both" in repr(made["classifications"])) == (rules == ASKING)


def test_withdrawn_articles_come_back_among_newcomers(tmp_path: Path) -> None:
    alone, helped = (Publication(tmp_path / each) for each in ("alone", "helped"))
    for publication, jobs in ((alone, "1"), (helped, "2")):
        for number in range(30):
            publication.article(f"{number}.md", f"Story {number}", f"Text {number}.")
        publication.build("--jobs", jobs)
        gone = {number: (publication.inbox / f"{number}.md").read_text("utf-8") for number in range(4)}
        for number in gone:
            (publication.inbox / f"{number}.md").unlink()
        publication.later()
        publication.build("--jobs", jobs)
        for number in range(MANY):
            publication.article(f"new/{number}.md", f"Other story {number}", f"Other text {number}.")
        publication.write("back/same.md", gone[0])  # the same bytes
        publication.write("back/first.md", gone[1] + "\n")  # the same text
        publication.article("back/again.md", "Story 2", "Another text.")  # the same slug
        publication.article("3.md", "Story 3", "Text 3, a second time.")  # the same name
        publication.later()
        publication.build("--jobs", jobs)
    assert rows(helped) == rows(alone)
    with closing(sqlite3.connect(helped.folder / "var" / "feedsvc.db")) as ledger:
        places = dict(ledger.execute("SELECT id, name FROM identities WHERE name LIKE 'back/%' OR name = '3.md'"))
    assert [places[f"tag:news.example.org,2026:{number}.md"] for number in (0, 1, 3)] == [
        "back/same.md",
        "back/first.md",
        "3.md",
    ]
    assert places["tag:news.example.org,2026:back/again.md"] == "back/again.md"


def in_session(leader: int) -> int:
    """How many processes are in the session of a process."""
    count = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            count += int(stat.read_text().rpartition(")")[2].split()[3]) == leader
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    return count


def test_workers_end_with_a_build_that_is_killed(publication: Publication) -> None:
    for number in range(3 * MANY):
        publication.article(f"{number}.md", f"Story {number}", "Words. " * 500)
    command = [sys.executable, "-m", "feedsvc", "build", str(publication.folder), "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    while in_session(process.pid) < 5:  # itself, the tracker, the server of forks, two workers
        assert process.poll() is None
    process.kill()
    # Whoever is left holds the pipe open.
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGKILL
