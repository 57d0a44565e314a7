"""The build: real files in a real inbox, the real command, the real database."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from publication import SETTINGS, START, Publication, reread

from feedsvc.build.remarks import Remarks
from feedsvc.cli import main
from feedsvc.config import load_settings
from feedsvc.report import Report
from feedsvc.store.database import open_database
from feedsvc.store.lock import build_lock
from feedsvc.store.reader import note_failure
from feedsvc.unchanged import look


def ids(publication: Publication, name: str = "all") -> dict[str, str]:
    return {item["title"]: item["id"] for item in publication.json_feed(name)["items"]}


# The same inbox, the same bytes


def test_a_first_build_publishes_every_article_in_every_format(publication: Publication) -> None:
    publication.article("one.md", "First", tags="[Trade]")
    publication.article("two.md", "Second", date="2026-02-02")
    report = publication.build()
    assert report["documents"] == {
        "seen": 2, "new": 2, "changed": 0, "unchanged": 0, "moved": 0, "withdrawn": 0, "rejected": 0,
    }  # fmt: skip
    assert report["articles"] == 2
    assert report["feeds"] == {"total": 2, "rendered": 2}
    assert publication.titles() == ["Second", "First"]
    assert publication.titles("trade") == ["First"]
    for suffix in ("atom", "rss"):
        parsed = feedparser.parse(publication.body(f"/feeds/all.{suffix}"))
        assert not parsed.bozo
        assert [entry.title for entry in parsed.entries] == ["Second", "First"]
    assert b'xmlUrl="https://news.example.org/feeds/trade.atom"' in publication.body("/feeds.opml")


def test_a_second_build_changes_nothing(publication: Publication) -> None:
    publication.article("one.md", "First", tags="[Trade]")
    first, before = publication.build(), publication.bytes()
    publication.later(days=1)
    second = publication.build()
    assert second["documents"]["unchanged"] == 1
    assert second["feeds"]["rendered"] == 0
    assert second["revision"] == first["revision"]
    assert publication.bytes() == before


def test_the_order_in_which_files_arrived_changes_no_byte(tmp_path: Path) -> None:
    editions = []
    for seed in range(3):
        publication = Publication(tmp_path / str(seed))
        numbers = list(range(12))
        random.Random(seed).shuffle(numbers)
        for number in numbers:
            publication.article(
                f"{number % 3}/{number}.md", f"Story {number % 5}", f"Text {number}.", tags=f"[T{number % 4}]"
            )
        publication.build()
        editions.append(publication.bytes())
    assert editions[0] == editions[1] == editions[2]


def test_several_processes_give_the_bytes_that_one_gives(tmp_path: Path) -> None:
    editions = []
    for jobs in ("1", "2"):
        publication = Publication(tmp_path / jobs)
        for number in range(420):  # enough for processes of their own
            year = 2027 if number % 7 == 0 else 2026  # some are held
            date = f"{year}-01-{1 + number % 28:02} 10:00:00 {('-0400', '+0900', '+0000')[number % 3]}"
            text = ("Text.", "[Below](#below)", "Read {{ page.url }}")[number % 3]
            publication.article(f"{number}.md", f"Story {number % 400}", text, date=date)
        publication.build("--jobs", jobs)
        first = publication.bytes()
        publication.settings(SETTINGS + 'rights = "Ours"\n')  # all are read anew
        publication.later()
        publication.build("--jobs", jobs)
        editions.append((first, publication.bytes(), publication.run("explain", "--all", "--json").out))
    assert editions[0] == editions[1]


def test_a_lost_ledger_gives_the_same_ids_again(publication: Publication) -> None:
    publication.article("one.md", "First")
    publication.article("b/two.md", "Second")
    publication.build()
    before = ids(publication)
    for path in (publication.folder / "var").iterdir():
        path.unlink()
    publication.build()
    assert ids(publication) == before


def test_any_history_of_builds_gives_the_bytes_of_a_build_that_reads_everything_again(
    publication: Publication,
) -> None:
    rnd = random.Random(12)
    publication.settings(
        SETTINGS + "".join(f'[[moved]]\npath = "/feeds/{each}"\nto = "/feeds/new"\n' for each in ("a0", "a1"))
    )
    names = [
        f"{folder}{number}.{suffix}"
        for folder in ("", "2026/", "x/")
        for number in range(3)
        for suffix in ("md", "txt")
    ]
    for _ in range(12):
        publication.later(hours=7)
        for name in rnd.sample(names, 4):
            change(publication, name, rnd)
        publication.build("--accept-withdrawals", code=0)
        assert publication.bytes() == reread(publication)


def change(publication: Publication, name: str, rnd: random.Random) -> None:
    path = publication.inbox / name
    choice = rnd.choice(("write", "write", "delete", "rename"))
    if path.exists() and choice == "delete":
        path.unlink()
    elif path.exists() and choice == "rename":
        path.rename(path.with_name(f"moved-{rnd.randrange(99)}{path.suffix}"))
    elif name.endswith(".md"):
        embargo = rnd.choice(("2026-01-01T00:00:00Z", "2026-03-02T12:00:00Z", "2099-01-01T00:00:00Z"))
        title, text = f"Title {rnd.randrange(6)}", rnd.choice((f"Words {rnd.randrange(9)}.", "See [below](#below)."))
        more = rnd.choice(({}, {"id": "urn:x:1"}, {"id": "urn:x:2"}, {"expires": "2026-03-03T00:00:00Z"}))
        more |= rnd.choice(({}, {}, {"slug": f"slug-{rnd.randrange(3)}"}))
        tags = ", ".join(rnd.sample(("A0", "a0", "A1", "A2", "a2", "New", "NEW", "B"), 2))
        day = rnd.choice(("2026-02-01", "2026-02-05"))
        publication.article(name, title, text, tags=f"[{tags}]", embargo=embargo, date=day, **more)
    else:
        day = rnd.randrange(1, 28)
        text = f"The Masthead\nHome | World\nHeadline number {rnd.randrange(9)} stands here\n\nThe text, {day}. (Feb. {day})\n"
        publication.write(name, text, START + timedelta(seconds=rnd.randrange(10**6)))


# Identity


def test_a_correction_keeps_id_and_published_and_moves_updated(publication: Publication) -> None:
    publication.article("one.md", "First", "The bridge is 40 metres long.")
    publication.build()
    before = publication.json_feed()["items"][0]
    publication.later()
    publication.article("one.md", "First, corrected", "The bridge is 400 metres long.", ednote="Corrects the length.")
    publication.build()
    after = publication.json_feed()["items"][0]
    assert (after["id"], after["url"], after["date_published"]) == (
        before["id"],
        before["url"],
        before["date_published"],
    )
    assert after["date_modified"] > before["date_modified"]
    assert "400 metres" in after["content_html"]
    assert "Corrects the length." in after["content_html"]


def test_white_space_and_a_new_file_time_are_no_change(publication: Publication) -> None:
    publication.write("one.md", "---\ntitle: First\ndate: 2026-02-01\n---\n\nA  text.\n")
    publication.build()
    before = publication.json_feed()["items"][0]
    publication.later()
    publication.write(
        "one.md", "---\ntitle:   First\ndate: 2026-02-01\n---\n\n\nA text.\n\n", START + timedelta(days=1)
    )
    assert publication.build()["documents"]["changed"] == 1
    after = publication.json_feed()["items"][0]
    assert (after["id"], after["date_modified"]) == (before["id"], before["date_modified"])


@pytest.mark.parametrize("new_name", ["later.md", "deep/er/one.md"])
def test_a_renamed_document_stays_the_same_article(publication: Publication, new_name: str) -> None:
    publication.article("one.md", "First")
    publication.build()
    before = publication.bytes()
    (publication.inbox / new_name).parent.mkdir(parents=True, exist_ok=True)
    (publication.inbox / "one.md").rename(publication.inbox / new_name)
    publication.later()
    report = publication.build()
    assert (report["documents"]["moved"], report["documents"]["withdrawn"], report["documents"]["new"]) == (1, 0, 0)
    assert publication.bytes() == before


def test_a_document_saved_in_another_format_stays_the_same_article(publication: Publication) -> None:
    publication.article("one.md", "A story of bridges", "The bridge was opened. It is long.")
    publication.build()
    before = ids(publication)
    (publication.inbox / "one.md").unlink()
    page = (
        '<html lang="en"><head><title>A story of bridges</title><meta name="author" content="Test Desk">'
        '<meta name="date" content="2026-02-01T09:00:00+09:00"></head>'
        "<body><article><h1>A story of bridges</h1><p>The bridge was opened. It is long.</p></article></body></html>"
    )
    publication.write("one.html", page)
    publication.later()
    assert publication.build()["documents"]["moved"] == 1
    assert ids(publication) == before


def test_a_name_reused_by_another_story_is_a_new_article(publication: Publication) -> None:
    publication.article("today.md", "Monday's news", date="2026-02-02")
    publication.build()
    first = ids(publication)["Monday's news"]
    publication.later()
    publication.article("today.md", "Tuesday's news", "Something else.", date="2026-02-03")
    publication.build()
    feed = publication.json_feed()
    assert [item["title"] for item in feed["items"]] == ["Tuesday's news"]
    assert feed["items"][0]["id"] != first
    assert [stone["id"] for stone in feed["_tombstones"]["items"]] == [first]


def test_the_publications_address_changes_no_id(publication: Publication) -> None:
    publication.article("one.md", "First", "See [there](/there).")
    publication.build()
    before = publication.json_feed()["items"][0]
    publication.settings(
        SETTINGS.replace("news.example.org", "moved.example.net").replace(
            'id_authority = "moved.example.net', 'id_authority = "news.example.org'
        )
    )
    publication.later()
    publication.build()
    after = publication.json_feed()["items"][0]
    assert after["id"] == before["id"]
    assert after["date_modified"] == before["date_modified"]
    assert after["url"].startswith("https://moved.example.net/articles/")
    assert "https://moved.example.net/there" in after["content_html"]


def test_an_authority_that_is_not_set_is_fixed_by_the_first_build(publication: Publication) -> None:
    publication.settings("\n".join(line for line in SETTINGS.splitlines() if "authority" not in line))
    publication.article("one.md", "First")
    report = publication.build()
    assert [each["code"] for each in report["findings"] if "authority" in each["code"]] == ["authority-assumed"]
    assert ids(publication)["First"] == "tag:news.example.org,2026:one.md"


def test_of_two_documents_with_one_id_the_newer_stands(publication: Publication) -> None:
    publication.article("a.md", "Old version", id="urn:x:1", updated="2026-02-02T00:00:00Z")
    publication.article("b.md", "New version", id="urn:x:1", updated="2026-02-03T00:00:00Z")
    publication.article("c.md", "Oldest version", id="urn:x:1")
    publication.build()
    assert publication.titles() == ["New version"]
    assert publication.explain("a.md")["status"] == "superseded"
    assert publication.explain("a.md")["headline"] == "Old version"
    (publication.inbox / "b.md").unlink()
    publication.later()
    publication.build()
    assert publication.titles() == ["Old version"]
    assert ids(publication) == {"Old version": "urn:x:1"}
    assert "_tombstones" not in publication.json_feed()


def test_an_id_that_is_no_uri_is_kept_and_mapped_for_atom(publication: Publication) -> None:
    publication.article("a.md", "First", id="story 42/ä")
    publication.build()
    assert publication.explain("a.md")["id"] == "story 42/ä"
    assert b'<guid isPermaLink="false">story 42/\xc3\xa4</guid>' in publication.body("/feeds/all.rss")
    assert b"<id>tag:news.example.org,2026:?id=story%2042%2F%C3%A4</id>" in publication.body()


# Withdrawal, status, embargo


def test_a_deleted_document_leaves_a_tombstone_and_comes_back_without(publication: Publication) -> None:
    path = publication.article("one.md", "First", tags="[Trade]")
    publication.article("two.md", "Second")
    publication.build()
    before = ids(publication)
    text = path.read_bytes()
    path.unlink()
    publication.later()
    assert publication.build()["documents"]["withdrawn"] == 1
    assert publication.titles() == ["Second"]
    assert publication.titles("trade") == []
    assert b"deleted-entry" in publication.body("/feeds/trade.atom")
    publication.later()
    publication.write("one.md", text)
    publication.build()
    assert ids(publication) == before
    assert b"deleted-entry" not in publication.body()


def test_a_deleted_document_stays_published_when_the_settings_say_so(publication: Publication) -> None:
    publication.settings(SETTINGS + '[inbox]\ndeleted = "keep"\n')
    publication.article("one.md", "First")
    publication.build()
    (publication.inbox / "one.md").unlink()
    publication.later()
    assert publication.build()["documents"]["withdrawn"] == 0
    assert publication.titles() == ["First"]


@pytest.mark.parametrize(
    "bad", [b"", b"\x89PNG\r\n\x1a\n\0\0\0", b"---\ntitle: First\ndate: 2026-02-30\n---\n\nNew.\n"]
)
def test_a_document_that_turns_bad_keeps_its_last_good_version(publication: Publication, bad: bytes) -> None:
    publication.article("one.md", "First")
    publication.build()
    before = publication.bytes()
    publication.later()
    publication.write("one.md", bad, START + timedelta(days=1))
    report = publication.build(code=1)
    assert report["documents"]["rejected"] == 1
    assert any(each["document"] == "one.md" and each["severity"] == "error" for each in report["findings"])
    assert publication.bytes() == before
    explained = publication.explain("one.md")
    assert explained["status"] == "rejected"
    assert explained["feeds"] == ["all"]


def test_an_embargoed_article_is_nowhere_before_its_time(publication: Publication) -> None:
    publication.article("one.md", "Open", tags="[Trade]")
    publication.article("two.md", "Sealed words", tags="[Secret]", embargo="2026-03-02T00:00:00Z")
    publication.build()
    assert not any(b"Sealed" in body or b"ecret" in body for body in publication.bytes().values())
    assert publication.document("/feeds/all.atom").max_age == 60
    assert publication.explain("two.md")["status"] == "embargoed"
    publication.now = START.replace(month=3, day=2, hour=0)
    publication.build()
    assert publication.titles() == ["Open", "Sealed words"] or publication.titles() == ["Sealed words", "Open"]
    assert publication.titles("secret") == ["Sealed words"]
    assert publication.document("/feeds/all.atom").max_age == 300


def test_a_future_date_is_held_and_said(publication: Publication) -> None:
    publication.article("one.md", "Tomorrow", date="2026-03-02T12:00:00Z")
    report = publication.build()
    assert [each["code"] for each in report["findings"]] == ["future-date"]
    assert publication.titles() == []
    publication.later(days=1)
    publication.build()
    assert publication.titles() == ["Tomorrow"]
    assert publication.explain("one.md")["findings"] == []


@pytest.mark.parametrize(
    ("field", "value"), [("embargo", "when it is time"), ("embargo", "2026-02-30"), ("expires", "31/31/31")]
)
def test_a_hold_that_cannot_be_read_publishes_nothing(publication: Publication, field: str, value: str) -> None:
    publication.article("one.md", "Hold me", **{field: value})
    report = publication.build(code=1)
    assert [(each["field"], each["severity"], each["line"]) for each in report["findings"]] == [(field, "error", 4)]
    assert publication.titles() == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"status": "withheld"}, "withheld"), ({"draft": "true"}, "withheld"), ({"expires": "2026-02-20"}, "withheld")],
)
def test_status_is_honoured(publication: Publication, fields: dict[str, str], status: str) -> None:
    publication.article("one.md", "First")
    publication.build()
    publication.later()
    publication.article("one.md", "First", **fields)
    publication.build()
    assert publication.titles() == []
    assert publication.explain("one.md")["status"] == status
    assert publication.explain("one.md")["feeds"] == []
    assert len(publication.json_feed()["_tombstones"]["items"]) == 1


def test_the_feeds_date_never_goes_back(publication: Publication) -> None:
    publication.article("one.md", "First", date="2026-02-01")
    publication.article("two.md", "Second", date="2026-02-02")
    publication.build()
    updated = feedparser.parse(publication.body()).feed.updated
    for name in ("two.md", "one.md"):
        (publication.inbox / name).unlink()
        publication.later()
        publication.build()
        assert feedparser.parse(publication.body()).feed.updated == updated


def test_a_late_story_still_reaches_every_subscriber(publication: Publication) -> None:
    publication.settings(SETTINGS + "[feeds]\nentries = 2\n")
    for day in (1, 2, 3):
        publication.article(f"{day}.md", f"Story {day}", date=f"2026-02-0{day}")
    publication.build()
    assert publication.titles() == ["Story 3", "Story 2"]
    publication.later()
    publication.article("late.md", "Late story", date="2026-01-01")
    publication.build()
    assert publication.titles() == ["Story 3", "Late story"]


def test_last_modified_moves_at_every_change_rollback_included(publication: Publication) -> None:
    publication.article("one.md", "First", "One.")
    publication.build()
    seen = [publication.document("/feeds/all.atom")]
    for text in ("Two.", "One.", "Two."):
        publication.article("one.md", "First", text)
        publication.build()  # at the very same moment
        seen.append(publication.document("/feeds/all.atom"))
    moments = [each.last_modified for each in seen]
    assert moments == sorted(set(moments))


# Bad input


def test_every_kind_of_bad_file_is_a_finding_and_the_rest_goes_on(publication: Publication) -> None:
    publication.settings(SETTINGS + "[inbox]\nmax_bytes = 5000\n")
    publication.article("good.md", "Good")
    publication.write("empty.md", "")
    publication.write("binary.txt", b"\x00\x01\x02\xff" * 100)
    publication.write("picture.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    publication.write("huge.md", b"x" * 6000)
    publication.write("broken.md", '---\ntitle: "unclosed\ndate: [\n---\n')
    publication.write("undated.txt", "A headline without a date\n\nAnd a text, which is complete.\n")
    publication.write("control.md", '---\ntitle: "\\x01\\x02\\x1b"\ndate: 2026-02-01\n---\n\nSome words.\n')
    publication.write("latin.txt", "Überschrift für alle\n\nDas ist größer. (2026-02-01)\n".encode("latin-1"))
    os.mkfifo(publication.inbox / "pipe.md")
    (publication.inbox / "loop").symlink_to(publication.inbox)
    (publication.inbox / "link.md").symlink_to("/etc/hostname")
    (publication.inbox / "a\nERROR b.md").write_text("x", "utf-8")
    publication.write("evil\x1b[31m/c.md", "x")
    (publication.inbox / os.fsdecode(b"latin\xe9.md")).write_text("x", "utf-8")
    report = publication.build(code=1)
    errors = {each["document"] for each in report["findings"] if each["severity"] == "error"}
    assert {
        "empty.md",
        "binary.txt",
        "picture.txt",
        "huge.md",
        "undated.txt",
        "pipe.md",
        "loop",
        "link.md",
        "a\\nERROR b.md",
        "evil\\x1b[31m",
        "latin\\udce9.md",
    } <= errors
    assert "Good" in publication.titles()
    assert all(each["message"].endswith(".") for each in report["findings"])
    assert publication.explain("pipe.md")["status"] == "rejected"
    assert publication.explain("a\nERROR b.md")["status"] == "rejected"


@pytest.mark.parametrize("moment", ["yesterday", "0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_does_not_do_is_refused(publication: Publication, moment: str) -> None:
    ran = publication.run("build", ".", "--now", moment)
    assert (ran.code, ran.out) == (2, "")
    assert moment in ran.err
    assert "Traceback" not in ran.err


def test_a_fault_of_feedsvc_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], publication: Publication
) -> None:
    def burst(*_: object, **__: object) -> None:
        raise KeyError("what nobody thought of")

    monkeypatch.setattr("feedsvc.config.load_settings", burst)
    assert main(["build", str(publication.folder)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "what nobody thought of" in told


def test_a_terminal_that_lacks_a_character_gets_an_escape(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.article("one.md", "Größe")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    ran = publication.run("explain", ".", "one.md")
    assert ran.code == 0
    assert "Gr\\xf6\\xdfe" in ran.out


def test_explain_during_the_first_build_asks_for_patience(publication: Publication) -> None:
    publication.article("one.md", "First")
    open_database(load_settings(publication.folder / "feedsvc.toml")).engine.connect().close()
    with build_lock(load_settings(publication.folder / "feedsvc.toml")):
        ran = publication.run("explain", ".", "--all")
    assert ran.code == 75
    assert "another build" in ran.err


def test_explain_without_a_name_says_so(publication: Publication) -> None:
    ran = publication.run("explain", ".")
    assert ran.code == 2
    assert "[DIR] NAME" in ran.err


def test_explain_prints_the_moment_in_the_zone_that_the_source_states(publication: Publication) -> None:
    publication.article("one.md", "First", date="2026-02-01T23:30:00-05:00")
    publication.build()
    assert publication.explain("one.md")["published"] == "2026-02-01T23:30:00-05:00"


def test_a_topic_clash_is_reported_and_none_is_dropped(publication: Publication) -> None:
    publication.article("one.md", "First", tags='["Fish & Chips", "Fish Chips", "日本 語", "C++"]')
    report = publication.build()
    assert "topic-slug-clash" in {each["code"] for each in report["findings"]}
    explained = publication.explain("one.md")
    assert len({topic["slug"] for topic in explained["topics"]}) == 4
    assert {"fish-chips", "日本-語", "c"} <= {topic["slug"] for topic in explained["topics"]}
    for topic in explained["topics"]:
        assert publication.titles(topic["slug"]) == ["First"]


def test_an_inbox_that_lost_most_of_its_documents_withdraws_nothing(publication: Publication) -> None:
    for number in range(24):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.")
    publication.build()
    before = publication.bytes()
    for number in range(20):
        (publication.inbox / f"{number}.md").unlink()
    publication.later()
    assert "20 of 24" in publication.build(code=3)
    assert publication.bytes() == before
    assert publication.build("--accept-withdrawals")["documents"]["withdrawn"] == 20


def test_a_mass_rename_is_no_loss(publication: Publication) -> None:
    for number in range(24):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.")
    publication.build()
    before = publication.bytes()
    publication.inbox.rename(publication.folder / "old")
    publication.inbox.mkdir()
    (publication.folder / "old").rename(publication.inbox / "archive")
    publication.later()
    assert publication.build()["documents"]["moved"] == 24
    assert publication.bytes() == before


@pytest.mark.parametrize(("count", "code"), [(3, 2), (21, 3)])
def test_a_missing_inbox_withdraws_nothing(publication: Publication, count: int, code: int) -> None:
    for number in range(count):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.")
    publication.build()
    before = publication.bytes()
    publication.inbox.rename(publication.folder / "elsewhere")
    publication.later()
    assert "mounted" in publication.build(code=code)
    assert publication.bytes() == before


def test_a_wrong_setting_changes_nothing_and_says_where(publication: Publication) -> None:
    publication.article("one.md", "First")
    publication.build()
    before = publication.bytes()
    publication.settings(SETTINGS + "[feeds]\nentrys = 3\n")
    said = publication.build(code=2)
    publication.settings(SETTINGS)
    assert "feedsvc.toml:8: feeds.entrys" in said
    assert "Traceback" not in said
    assert publication.bytes() == before


# Faults


def test_a_second_build_at_the_same_time_is_refused(publication: Publication) -> None:
    publication.article("one.md", "First")
    with build_lock(load_settings(publication.folder / "feedsvc.toml")):
        assert "another build" in publication.build(code=75)
    publication.build()


def test_killed_at_any_moment_the_next_build_goes_on(publication: Publication) -> None:
    """Killed after 20, 40, … ms: the old edition is whole, or the new one; then a build completes."""
    for number in range(40):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.", tags=f"[T{number % 7}]")
    publication.build()
    command = [
        sys.executable,
        "-m",
        "feedsvc",
        "build",
        str(publication.folder),
        "--now",
        START.isoformat(),
        "--jobs",
        "1",
    ]
    for attempt in range(8):
        old = publication.bytes()
        for number in range(40):
            publication.article(
                f"{number}.md", f"Story {number}", f"Text {number}, version {attempt}.", tags=f"[T{number % 7}]"
            )
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=0.25 + attempt * 0.12)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        standing = publication.bytes()
        versions = {
            json.dumps(f"version {attempt}").encode()[1:-1] in body
            for path, body in standing.items()
            if path != "/feeds.opml"
        }
        assert len(versions) == 1, "a mixture of two editions"
        assert standing == old or versions == {True}
        publication.now += timedelta(minutes=1)
        publication.build()


def test_an_interrupted_build_says_that_nothing_changed(publication: Publication) -> None:
    for number in range(2000):
        publication.article(f"{number}.md", f"Story {number}")
    command = [sys.executable, "-m", "feedsvc", "build", str(publication.folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (publication.folder / "var" / "feedsvc.db.first").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "feedsvc: stopped; what stood before stands\n")
    assert not (publication.folder / "var" / "feedsvc.db.first").exists()


# A build that is none


def glance(publication: Publication) -> Report | None:
    found = look(load_settings(publication.folder / "feedsvc.toml"), publication.now)
    return found if isinstance(found, Report) else None


def told(report: Report) -> dict[str, object]:
    return {name: value for name, value in report.as_json().items() if name != "seconds"}


def test_what_is_told_without_a_build_is_what_a_build_would_tell(publication: Publication) -> None:
    publication.settings(SETTINGS.replace('id_authority = "news.example.org,2026"\n', ""))
    publication.article("good.md", "A story")
    publication.write("bad.md", "---\ntitle: No date\n---\n\nText.\n")
    publication.write("sub/inbox.toml", 'source = "Kyodo"\n')
    media = publication.folder / "var" / "media"
    assert glance(publication) is None
    publication.build_here(copies=media)
    publication.later()
    found = glance(publication)
    assert found is not None
    assert told(found) == told(publication.build_here(copies=media))
    assert found.documents.rejected == 1
    assert {finding.code for _, finding in found.findings} == {"authority-assumed", "no-date"}


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.article("new.md", "Another story"),
        lambda p: p.article("good.md", "A story", "Another text."),
        lambda p: (p.inbox / "good.md").unlink(),
        lambda p: p.write("sub/inbox.toml", 'source = "Reuters"\n'),
        lambda p: p.write("photo.jpg", b"\xff\xd8\xff"),
        lambda p: p.settings(SETTINGS + "rights = 'Ours'\n"),
        lambda p: p.later(hours=2),  # the end of the embargo
        lambda p: (p.folder / "var" / "feedsvc.db").unlink(),
        lambda p: (p.folder / "var" / "feedsvc.db").write_bytes(b"no database"),
    ],
)
def test_any_change_wants_a_build(publication: Publication, change: Callable[[Publication], object]) -> None:
    publication.article("good.md", "A story")
    publication.write("sub/inbox.toml", 'source = "Kyodo"\n')
    publication.article("held.md", "For later", embargo=(publication.now + timedelta(hours=1)).isoformat())
    publication.build_here(copies=publication.folder / "var" / "media")
    assert glance(publication) is not None
    change(publication)
    assert glance(publication) is None


def test_after_a_failure_there_is_a_build_to_do(publication: Publication) -> None:
    publication.article("good.md", "A story")
    publication.build()
    database = open_database(load_settings(publication.folder / "feedsvc.toml"))
    with closing(database), database.writing() as connection:
        note_failure(connection, "the disk was full")
    assert glance(publication) is None
    publication.build()
    assert glance(publication) is not None


def test_a_build_that_finds_nothing_new_loads_no_store_and_no_parser(publication: Publication) -> None:
    publication.article("good.md", "A story")
    publication.build()
    script = (
        "import sys; from feedsvc.cli import main; code = main(sys.argv[1:]);"
        "print(sorted({'sqlalchemy', 'lxml', 'feedsvc.build', 'nh3'} & sys.modules.keys())); sys.exit(code)"
    )
    command = [sys.executable, "-c", script, "build", str(publication.folder), "--now", publication.now.isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_whoever_pages_through_explanations_keeps_no_build_waiting(publication: Publication) -> None:
    for number in range(40):
        publication.article(f"{number}.md", f"Story {number}", "Words. " * 1000)
    command = [sys.executable, "-m", "feedsvc", "explain", str(publication.folder), "--all", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as paging:
        assert paging.stdout is not None
        assert paging.stdout.read(1)  # more is to come than a pipe takes
        assert publication.run("build", str(publication.folder)).code == 0
        assert paging.poll() is None
        paging.kill()


def test_a_report_of_very_many_findings_says_that_there_are_more(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Remarks, "MOST", 3)
    for number in range(5):
        publication.article(f"{number}.md", f"Story {number}", date="2027-01-01T09:00:00Z")
    publication.article("undated.md", "Without a day", date="someday")
    report = publication.build_here()
    told = [(name, finding.code) for name, finding in report.findings]
    assert told == [
        *((f"{number}.md", "future-date") for number in range(3)),
        ("feedsvc.toml", "findings-cut-off"),
        ("undated.md", "no-date"),
        ("undated.md", "date-unreadable"),
    ]


def test_a_folder_that_is_closed_to_who_builds_is_no_fault_of_feedsvc(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def closed(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", "/closed/a.md")

    monkeypatch.setattr("feedsvc.cli._build_anew", closed)
    assert main(["build", str(publication.folder)]) == 2
    assert capsys.readouterr().err == (
        "feedsvc: /closed/a.md: cannot be reached (Permission denied); check the permissions\n"
    )
