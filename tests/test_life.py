"""The life of an article and of an address: corrections, kills, holds, moves and removals, to the second."""

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from publication import SETTINGS, START, Publication, reread
from werkzeug.test import TestResponse

import feedsvc.inbox.scan as scan_module
import feedsvc.inbox.walk as walk_module
from feedsvc.config import load_settings
from feedsvc.errors import SettingsError
from feedsvc.report import Report
from feedsvc.store.cleaning import SCRUB
from feedsvc.store.database import open_database
from feedsvc.store.ledger import Ledger
from feedsvc.unchanged import look
from feedsvc.web.app import create_app

BASE = "https://news.example.org"
SECOND = timedelta(seconds=1)


class Reader:
    """Everything that is served of a publication, at its clock."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        self.client: FlaskClient = create_app(
            publication.edition(), base=BASE, clock=lambda: publication.now
        ).test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def titles(self, name: str = "all") -> dict[str, list[str]]:
        """The titles of a feed in every format, and on its page."""
        atom, rss = (feedparser.parse(self.get(f"/feeds/{name}.{suffix}").data).entries for suffix in ("atom", "rss"))
        items = json.loads(self.get(f"/feeds/{name}.json").data)["items"]
        return {
            "atom": [each.title for each in atom],
            "rss": [each.title for each in rss],
            "json": [each["title"] for each in items],
        }

    def everywhere(self, words: str) -> set[str]:
        """Where in the publication ``words`` stand."""
        paths = ["/", "/feeds.opml"]
        paths += [f"/feeds/{name}{suffix}" for name in ("all", "trade") for suffix in ("", ".atom", ".rss", ".json")]
        return {path for path in paths if words in self.get(path).get_data(as_text=True)}


@pytest.fixture
def reader(publication: Publication) -> Reader:
    publication.article("first.md", "The first story", tags="[Trade]")
    publication.build_here()
    return Reader(publication)


def all_formats(*titles: str) -> dict[str, list[str]]:
    return {form: list(titles) for form in ("atom", "rss", "json")}


EVERYWHERE = {
    "/",
    *(f"/feeds/{name}{suffix}" for name in ("all", "trade") for suffix in ("", ".atom", ".rss", ".json")),
}


# Moments


def test_an_embargo_ends_at_its_second_without_a_build(publication: Publication, reader: Reader) -> None:
    end = START + timedelta(hours=2)
    publication.article("second.md", "Held words", tags="[Trade, Sealed]", embargo=end.isoformat())
    publication.later()
    publication.build_here()
    before = reader.get("/feeds/all.atom")
    publication.now = end - SECOND
    assert reader.everywhere("Held words") == set()
    assert "ealed" not in reader.get("/feeds.opml").get_data(as_text=True)
    assert (reader.get("/articles/held-words").status_code, reader.get("/feeds/sealed.atom").status_code) == (
        404,
        404,
    )
    assert "max-age=60," in reader.get("/feeds/all.atom").headers["Cache-Control"]
    publication.now = end
    assert reader.everywhere("Held words") == EVERYWHERE
    assert "/feeds/sealed.atom" in reader.get("/feeds.opml").get_data(as_text=True)
    assert (reader.get("/articles/held-words").status_code, reader.get("/feeds/sealed.atom").status_code) == (
        200,
        200,
    )
    after = reader.get("/feeds/all.atom")
    assert after.last_modified == end
    assert "max-age=300," in after.headers["Cache-Control"]
    assert reader.get("/feeds/all.atom", If_None_Match=before.headers["ETag"]).status_code == 200
    publication.later()
    publication.build_here()
    assert reader.get("/feeds/all.atom", If_None_Match=after.headers["ETag"]).status_code == 304
    assert reader.get("/feeds/all.atom").last_modified == end


def test_what_holds_is_known_without_a_query_until_a_build_or_a_moment_changes_it(publication: Publication) -> None:
    publication.article("first.md", "The first story")
    publication.build_here()
    edition = publication.edition()
    assert edition.known_revision() is None
    assert edition.revision() == edition.known_revision() == 1
    end = START + timedelta(hours=2)
    publication.article("held.md", "Held back", embargo=end.isoformat())
    publication.later()
    publication.build_here()
    assert edition.known_revision() is None
    held = edition.revision()
    assert held == edition.known_revision()
    publication.now = end
    assert edition.known_revision() is None
    assert edition.revision() > held


def test_who_asks_while_another_asks_for_the_first_edition_is_not_told_that_there_is_none(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.article("one.md", "First")
    publication.build_here()
    edition = publication.edition()
    edition._notice_after = 60.0
    answers: list[int | None] = []

    def mark() -> None:
        """What the first one asks the database: meanwhile the second one comes."""
        if not answers:
            answers.append(None)
            answers[:] = [edition.known_revision(), edition.revision()]

    monkeypatch.setattr(edition._database, "mark", mark)
    assert edition.revision() == 1
    assert answers == [None, 1]


def test_an_article_expires_at_its_second_without_a_build(publication: Publication, reader: Reader) -> None:
    end = START + timedelta(hours=2)
    publication.article("second.md", "Short lived", tags="[Trade]", expires=end.isoformat())
    publication.build_here()
    publication.now = end - SECOND
    assert reader.everywhere("Short lived") == EVERYWHERE
    publication.now = end
    assert reader.everywhere("Short lived") == set()
    assert reader.get("/articles/short-lived").status_code == 410
    assert b"deleted-entry" in reader.get("/feeds/trade.atom").data


def test_several_moments_come_in_their_order(publication: Publication, reader: Reader) -> None:
    for number in range(1, 6):
        end = START + timedelta(minutes=number)
        publication.article(f"{number}.md", f"Held {number}", date="2026-02-02", embargo=end.isoformat())
    publication.build_here()
    for number in range(6):
        assert len(reader.titles()["rss"]) == 1 + number
        publication.later(minutes=1)


@pytest.mark.parametrize("late", [0, 1, 7])
def test_when_builds_run_makes_no_difference(tmp_path: Path, late: int) -> None:
    """The bytes after a moment are the same, whether a build ran at its second, later, or twice."""
    editions = []
    for pauses in ((), (60,), (60, 60 * (1 + late))):
        publication = Publication(tmp_path / str(len(editions)))
        publication.article("a.md", "Open")
        publication.article("b.md", "Held", embargo=(START + timedelta(minutes=1)).isoformat(), tags="[New]")
        publication.article("c.md", "Ends", expires=(START + timedelta(minutes=2)).isoformat())
        publication.build_here()
        for seconds in pauses:
            publication.now = START + timedelta(seconds=seconds)
            publication.build_here()
        publication.now = START + timedelta(minutes=20)
        client = Reader(publication)
        answers = [
            client.get(path) for path in ("/feeds/all.atom", "/feeds/all.rss", "/feeds/new.json", "/feeds.opml")
        ]
        editions.append([(each.data, each.headers["ETag"], each.last_modified) for each in answers])
    assert editions[0] == editions[1] == editions[2]


# Corrections, kills, holds


def test_a_kill_is_told_for_a_day_before_the_article_leaves(publication: Publication, reader: Reader) -> None:
    before = json.loads(reader.get("/feeds/all.json").data)["items"][0]
    publication.later()
    publication.article(
        "first.md",
        "The first story",
        "Secret text.",
        status="canceled",
        tags="[Trade]",
        ednote="Wrong from the start.",
    )
    publication.build_here()
    assert reader.titles("trade") == all_formats("Canceled: The first story")
    item = json.loads(reader.get("/feeds/all.json").data)["items"][0]
    assert (item["id"], item["date_published"]) == (before["id"], before["date_published"])
    assert item["date_modified"] > before["date_modified"]
    assert "Wrong from the start." in item["content_html"]
    assert reader.everywhere("Secret text") == set()
    gone = reader.get("/articles/the-first-story")
    assert (gone.status_code, "Wrong from the start." in gone.get_data(as_text=True)) == (410, True)
    publication.later(hours=24)
    assert reader.titles("trade") == all_formats()
    assert b"deleted-entry" in reader.get("/feeds/all.atom").data


def test_a_kill_of_what_nobody_had_is_not_told(publication: Publication, reader: Reader) -> None:
    publication.article("second.md", "Never seen", status="canceled")
    publication.later()
    publication.build_here()
    assert reader.everywhere("Never seen") == set()
    publication.article("first.md", "The first story", status="withheld")
    publication.later()
    publication.build_here()
    publication.article("first.md", "The first story", status="canceled")
    publication.later()
    publication.build_here()
    assert reader.titles() == all_formats()


def test_an_article_comes_back_after_a_hold(publication: Publication, reader: Reader) -> None:
    before = json.loads(reader.get("/feeds/all.json").data)["items"][0]
    for status in ("withheld", "canceled", "usable"):
        publication.article("first.md", "The first story", status=status, tags="[Trade]")
        publication.later(days=2)
        publication.build_here()
    after = json.loads(reader.get("/feeds/all.json").data)
    assert (after["items"][0]["id"], after["items"][0]["date_published"]) == (before["id"], before["date_published"])
    assert "_tombstones" not in after


# Pages that move


def test_a_slug_of_its_own_moves_the_page_and_the_old_address_leads_there(
    publication: Publication, reader: Reader
) -> None:
    before = json.loads(reader.get("/feeds/all.json").data)["items"][0]
    for slug in ("Première Story", "third-name"):
        publication.later()
        publication.article("first.md", "The first story", tags="[Trade]", slug=slug)
        publication.build_here()
    after = json.loads(reader.get("/feeds/all.json").data)["items"][0]
    assert after["url"] == f"{BASE}/articles/third-name"
    assert (after["id"], after["date_modified"]) == (before["id"], before["date_modified"])
    for old in ("/articles/the-first-story", "/articles/première-story"):
        moved = reader.get(old)
        assert (moved.status_code, moved.headers["Location"]) == (301, "/articles/third-name")
    publication.later()
    publication.article("second.md", "The first story", "Another text.", date="2026-02-05")
    publication.build_here()
    assert reader.get("/articles/the-first-story").status_code == 301


def test_a_slug_that_is_taken_moves_nothing_and_is_said(publication: Publication, reader: Reader) -> None:
    publication.article("second.md", "Second", "Its text.", date="2026-02-05")
    publication.build_here()
    publication.article("second.md", "Second", "Its text.", date="2026-02-05", slug="the-first-story")
    publication.later()
    report = publication.build_here()
    assert ("second.md", "slug-taken") in [(name, finding.code) for name, finding in report.findings]
    assert (reader.get("/articles/second").status_code, reader.get("/articles/the-first-story").status_code) == (
        200,
        200,
    )


def test_the_operator_moves_a_page(publication: Publication, reader: Reader) -> None:
    publication.settings(SETTINGS + '[[moved]]\npath = "/articles/the-first-story"\nto = "/articles/better"\n')
    publication.later()
    publication.build_here()
    assert reader.get("/articles/better").status_code == 200
    moved = reader.get("/articles/the-first-story")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/articles/better")
    assert b"/articles/better" in reader.get("/feeds/all.atom").data
    publication.later()
    publication.build_here()
    assert reader.get("/articles/better").status_code == 200


# Feeds that move and close


@pytest.fixture
def renamed(publication: Publication) -> Reader:
    """A topic whose feed moved, another that closed, and addresses of another system."""
    publication.settings(SETTINGS + "[feeds]\nentries = 2\n")
    for number in range(1, 6):
        publication.article(f"{number}.md", f"Story {number}", tags="[Trade, Gossip]", date=f"2026-02-0{number}")
    publication.build_here()
    publication.settings(
        SETTINGS
        + "[feeds]\nentries = 2\n"
        + '[[topic]]\nslug = "commerce"\ntitle = "Commerce"\nmatch = "tag:Trade"\n'
        + '[[moved]]\npath = "/feeds/older"\nto = "/feeds/trade"\n'
        + '[[moved]]\npath = "/feeds/trade"\nto = "/feeds/commerce"\n'
        + '[[moved]]\npath = "/feeds/gossip"\n'
        + '[[moved]]\npath = "/blog/feed/"\nto = "/feeds/all.rss"\n'
        + '[[moved]]\npath = "/feeds/abroad"\nto = "https://elsewhere.example/feeds/abroad"\n'
    )
    publication.later()
    publication.build_here()
    return Reader(publication)


@pytest.mark.parametrize("ending", ["", ".atom", ".rss", ".json", "/archive/1.atom"])
def test_a_moved_feed_answers_301_in_one_hop_to_the_same_format(renamed: Reader, ending: str) -> None:
    for old in ("trade", "older"):
        answer = renamed.get(f"/feeds/{old}{ending}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/feeds/commerce{ending}")
        assert answer.content_type == "text/plain; charset=utf-8"
    assert renamed.get(f"/feeds/commerce{ending}").status_code == 200
    away = renamed.get(f"/feeds/abroad{ending}")
    assert (away.status_code, away.headers["Location"]) == (301, f"https://elsewhere.example/feeds/abroad{ending}")


@pytest.mark.parametrize("ending", ["", ".atom", ".rss", ".json", "/archive/1.atom"])
def test_a_closed_feed_answers_410(renamed: Reader, ending: str) -> None:
    answer = renamed.get(f"/feeds/gossip{ending}")
    assert answer.status_code == 410
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert answer.content_type == f"text/{'plain' if ending else 'html'}; charset=utf-8"


def test_a_renamed_feed_keeps_its_ids_and_its_archive(publication: Publication, renamed: Reader) -> None:
    feed = feedparser.parse(renamed.get("/feeds/commerce.atom").data)
    assert feed.feed.id == "tag:news.example.org,2026:?feed=trade"
    assert [each.title for each in feed.entries] == ["Story 5", "Story 4"]
    archive = feedparser.parse(renamed.get("/feeds/commerce/archive/1.atom").data)
    assert (archive.feed.id, [each.title for each in archive.entries]) == (feed.feed.id, ["Story 2", "Story 1"])
    publication.later()
    publication.build_here()
    assert feedparser.parse(renamed.get("/feeds/commerce.atom").data).feed.id == feed.feed.id


def test_what_moved_or_closed_is_named_nowhere(renamed: Reader) -> None:
    for path in ("/feeds.opml", "/", "/feeds/all.atom", "/feeds/all.json", "/articles/story-1"):
        text = renamed.get(path).get_data(as_text=True)
        assert "/feeds/gossip" not in text
        assert "/feeds/trade" not in text
    assert renamed.get("/blog/feed/").headers["Location"] == "/feeds/all.rss"
    assert renamed.get("/feeds/never.atom").status_code == 404


@pytest.mark.parametrize(
    ("rules", "key", "words"),
    [
        ('[[moved]]\npath = "feeds/x"\n', "moved[0].path", "without the base"),
        ('[[moved]]\npath = "/feeds/all"\nto = "/feeds/x"\n', "moved[0].path", "still published"),
        ('[[topic]]\nslug = "x"\ntitle = "X"\n[[moved]]\npath = "/feeds/x"\n', "moved[0].path", "still published"),
        ('[[moved]]\npath = "/a"\nto = "/b"\n[[moved]]\npath = "/a"\n', "moved[1].path", "the same path"),
        ('[[moved]]\npath = "/a"\nto = "/b"\n[[moved]]\npath = "/b"\nto = "/a"\n', "moved[0].to", "circle"),
        ('[[moved]]\npath = "/feeds/a"\nto = "/feeds/b"\n[[moved]]\npath = "/feeds/b"\nto = "/feeds/a"\n', "moved[0].to", "circle"),
        ('[[moved]]\npath = "/a"\nto = "ftp://x.example/"\n', "moved[0].to", "http"),
        ('[[moved]]\nto = "/a"\n', "moved[0].path", "must be given"),
        ('[[removed]]\npath = "/feeds/all"\n', "removed[0].path", "an article"),
        ('[moved]\npath = "/a"\n', "moved", "[[moved]]"),
    ],
)  # fmt: skip
def test_moves_that_cannot_be_are_refused(publication: Publication, rules: str, key: str, words: str) -> None:
    publication.settings(SETTINGS + rules)
    with pytest.raises(SettingsError) as refused:
        load_settings(publication.folder / "feedsvc.toml")
    assert [problem.key for problem in refused.value.problems] == [key]
    assert words in str(refused.value)


# Removal for good

REMOVED = SETTINGS + '[[removed]]\npath = "/articles/the-first-story"\nnotice = "By order of the court."\n'


def test_a_legal_removal_answers_451_and_erases_the_text(publication: Publication) -> None:
    path = publication.article("first.md", "The first story", "Libelous wordings stood here.", tags="[Trade]")
    publication.article("second.md", "The second story", tags="[Trade]")
    publication.build_here()
    publication.article("first.md", "The first story", "Libelous wordings, corrected.", tags="[Trade]")
    publication.later()
    publication.build_here()
    assert holds(publication, b"ibelous wordings")
    publication.settings(REMOVED)
    publication.later()
    assert publication.run("build", str(publication.folder), "--now", publication.now.isoformat()).code == 0
    reader = Reader(publication)
    check_removed(reader, 451)
    assert not holds(publication, b"ibelous wordings")
    path.write_bytes(path.read_bytes() + b"\nLibelous wordings again.\n")  # somebody edits what was removed
    publication.later()
    assert publication.run("build", str(publication.folder), "--now", publication.now.isoformat()).code == 0
    check_removed(reader, 451)
    assert not holds(publication, b"ibelous wordings")
    path.unlink()
    publication.later()
    publication.build_here()
    check_removed(reader, 451)


def test_an_erasure_that_was_interrupted_is_finished_by_the_next_build(publication: Publication) -> None:
    publication.article("first.md", "The first story", "Libelous wordings stood here.", tags="[Trade]")
    publication.build()
    publication.settings(REMOVED)
    publication.later()
    publication.build_here()  # the edition is there; what the command does afterwards is not done
    assert remembered(publication, SCRUB) == "due"
    publication.later()
    publication.build()
    assert remembered(publication, SCRUB) == ""
    assert not holds(publication, b"ibelous wordings")


def remembered(publication: Publication, key: str) -> str | None:
    settings = load_settings(publication.folder / "feedsvc.toml")
    with closing(open_database(settings)) as database, database.reading() as connection:
        return Ledger(connection).recall(key)


def check_removed(reader: Reader, status: int) -> None:
    gone = reader.get("/articles/the-first-story")
    assert (gone.status_code, "By order of the court." in gone.get_data(as_text=True)) == (status, True)
    assert reader.titles("trade") == all_formats("The second story")
    assert reader.everywhere("The first story") == set()


# Looks for words in files, as they are and in whatever packed frame begins anywhere in them.
LOOK = """
import sys, zstandard
from pathlib import Path
words, found = sys.argv[2].encode(), False
for path in Path(sys.argv[1]).rglob("*"):
    data = path.read_bytes() if path.is_file() else b""
    found |= words in data
    start = -1
    while (start := data.find(b"\\x28\\xb5\\x2f\\xfd", start + 1)) >= 0:
        try:
            found |= words in zstandard.ZstdDecompressor().decompressobj().decompress(data[start : start + 65536])
        except zstandard.ZstdError:
            pass  # a frame that goes on in another page, or none
sys.exit(not found)
"""


def holds(publication: Publication, words: bytes) -> bool:
    """Whether any file of the publication's state holds ``words``.

    Another process looks: SQLite loses its locks when its own process opens and closes the file.
    """
    looked = subprocess.run(
        [sys.executable, "-c", LOOK, str(publication.folder / "var"), words.decode()], check=False
    )
    assert looked.returncode in (0, 1)
    return looked.returncode == 0


def test_a_removal_without_a_court_answers_410(publication: Publication) -> None:
    publication.article("first.md", "The first story")
    publication.article("second.md", "The second story", tags="[Trade]")
    publication.build_here()
    publication.settings(REMOVED + "legal = false\n")
    publication.later()
    report = publication.build_here()
    check_removed(Reader(publication), 410)
    assert ("first.md", "removed") in [(name, finding.code) for name, finding in report.findings]


def test_a_removal_of_what_never_was_is_said(publication: Publication) -> None:
    publication.settings(REMOVED)
    report = publication.build_here()
    assert [finding.code for _, finding in report.findings] == ["removed-unknown"]


def test_a_removed_article_never_comes_back_from_a_rejected_version(publication: Publication) -> None:
    publication.article("first.md", "The first story", "Libelous wordings stood here.")
    publication.article("second.md", "The second story", tags="[Trade]")
    publication.build_here()
    publication.article("first.md", "The first story", "Libelous wordings, held.", embargo="whenever")
    publication.later()
    publication.build_here()
    publication.settings(REMOVED)
    publication.later()
    publication.run("build", str(publication.folder), "--now", publication.now.isoformat())
    check_removed(Reader(publication), 451)
    assert not holds(publication, b"ibelous wordings")


# The store fails


def test_what_is_in_memory_is_served_while_the_store_fails(publication: Publication, reader: Reader) -> None:
    before = reader.get("/feeds/all.atom")
    page = reader.get("/feeds/all")
    database = publication.folder / "var" / "feedsvc.db"
    for path in database.parent.glob("feedsvc.db*"):
        path.write_bytes(b"no database any more " * 1000)
    assert reader.get("/feeds/all.atom").data == before.data
    assert reader.get("/feeds/all.atom", If_None_Match=before.headers["ETag"]).status_code == 304
    assert reader.get("/feeds/all").data == page.data
    other = reader.get("/feeds/trade.json")
    assert (other.status_code, other.headers["Retry-After"]) == (503, "60")


# What lies in folders of which the others did not change


def test_what_is_gone_from_a_folder_is_noticed_whatever_else_lies_there(publication: Publication) -> None:
    for name in ("top.md", "a/one.md", "a/two.md", "a/b/three.md", "c/four.md", "c/five.md"):
        publication.article(name, f"Story of {name}")
    (publication.inbox / "c" / "link.md").symlink_to(publication.inbox / "top.md")
    publication.build(code=1)
    (publication.inbox / "c" / "link.md").unlink()
    assert publication.build()["documents"]["seen"] == 6
    (publication.inbox / "a" / "b" / "three.md").unlink()
    (publication.inbox / "a" / "b").rmdir()
    (publication.inbox / "top.md").unlink()
    publication.later()
    assert publication.build()["documents"]["withdrawn"] == 2
    publication.article("a/two.md", "Another story of two")
    (publication.inbox / "c" / "four.md").rename(publication.inbox / "a" / "four.md")
    publication.later()
    counts = publication.build()["documents"]
    assert (counts["changed"], counts["moved"], counts["new"], counts["withdrawn"]) == (1, 1, 0, 0)
    assert sorted(publication.titles()) == [
        "Another story of two",
        "Story of a/one.md",
        "Story of c/five.md",
        "Story of c/four.md",
    ]


def test_a_folder_that_could_not_be_listed_is_looked_at_when_it_is_gone(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.article("top.md", "Top")
    publication.article("a/one.md", "One")
    publication.build_here()
    listed = walk_module._listed

    def refuse(descriptor: int) -> list[str]:
        if os.path.samestat(os.fstat(descriptor), (publication.inbox / "a").stat()):
            raise PermissionError(13, "Permission denied")
        return listed(descriptor)

    publication.article("top.md", "Top of today")
    with monkeypatch.context() as patched:
        patched.setattr(walk_module, "_listed", refuse)
        publication.later()
        publication.build_here()
    assert sorted(publication.titles()) == ["One", "Top of today"]
    (publication.inbox / "a" / "one.md").unlink()
    (publication.inbox / "a").rmdir()
    publication.later()
    publication.build_here()
    assert publication.titles() == ["Top of today"]


def test_a_link_that_becomes_a_pipe_is_said_to_be_one(publication: Publication) -> None:
    publication.article("a.md", "A story")
    (publication.inbox / "l.md").symlink_to("a.md")
    publication.build(code=1)
    (publication.inbox / "l.md").unlink()
    os.mkfifo(publication.inbox / "l.md")
    report = publication.build(code=1)
    assert [each["code"] for each in report["findings"] if each["document"] == "l.md"] == ["not-a-file"]


def test_a_folder_may_be_named_like_a_picture_or_a_copy(publication: Publication) -> None:
    for name in ("site.js/a.md", "2025.bak/b.md", "cover.jpg/c.md", "old~/d.md"):
        publication.article(name, f"Story of {name}")
    assert publication.build()["documents"]["seen"] == 4


# Who gets the id and the slug that several want


def standing_at(publication: Publication) -> dict[str, str]:
    """The slug of each usable article, by document."""
    rows = map(json.loads, publication.run("explain", "--all", "--json").out.splitlines())
    return {row["document"]: row["url"].rpartition("/")[2] for row in rows if row["status"] == "usable"}


@pytest.mark.parametrize("at_once", [True, False])
def test_a_story_that_is_superseded_leaves_no_slug_behind(publication: Publication, at_once: bool) -> None:
    publication.article("a.md", "Same")
    publication.article("b.md", "Same", id="urn:x:1", version="9")
    if not at_once:
        publication.build()
        publication.later()
    publication.article("c.md", "Other", id="urn:x:1", version="1")
    publication.build()
    slugs = standing_at(publication)
    assert slugs.keys() == {"a.md", "b.md"}
    assert slugs["a.md"] == "same"
    assert slugs["b.md"].startswith("same-")


def test_the_story_that_is_read_first_gets_the_slug(publication: Publication) -> None:
    publication.article("k.md", "Another")
    publication.build()
    publication.article("k.md", "Shared", date="2026-02-20T10:00:00Z")
    publication.article("z.md", "Shared")
    publication.later()
    publication.build()
    slugs = standing_at(publication)
    assert slugs["k.md"] == "shared"
    assert slugs["z.md"].startswith("shared-")


# Written over in the instant in which it was read

TICK, WHOLE, HOUR = 5_000_000, 1_000_000_000, 3600 * 1_000_000_000
WRITTEN = 1_772_366_400 * WHOLE + 123_456_789
"""In nanoseconds since 1970, as file systems stamp that know more than whole seconds."""


def stamped(publication: Publication, title: str, when: int) -> None:
    """Write a.md over in place, with as many bytes and the same stamp whatever the title."""
    path = publication.inbox / "a.md"
    with path.open("r+b" if path.exists() else "xb") as file:
        file.write(f"---\ntitle: {title}\ndate: 2026-02-01T09:00:00Z\n---\n\nText.\n".encode())
    os.utime(path, ns=(when, when))


@pytest.mark.parametrize(
    ("written", "read", "is_met"),
    [
        (WRITTEN, WRITTEN + TICK, True),
        (WRITTEN, WRITTEN + WHOLE, False),
        (WRITTEN - WRITTEN % WHOLE, WRITTEN + WHOLE, True),  # a clock of whole seconds
        (WRITTEN - WRITTEN % WHOLE, WRITTEN + 2 * WHOLE, False),
        (WRITTEN + TICK, WRITTEN, True),  # while the walk was under way
        (WRITTEN + HOUR, WRITTEN, False),  # no clock said that: it would be read by every build
    ],
)
def test_what_is_written_over_in_the_instant_in_which_it_was_read_is_met_by_the_next_build(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, written: int, read: int, is_met: bool
) -> None:
    copies = publication.folder / "var" / "media"
    publication.article("b.md", "Beside")
    stamped(publication, "First", written)
    monkeypatch.setattr(scan_module, "time_ns", lambda: read)
    publication.build_here(copies=copies)
    publication.build_here(copies=copies)  # at the same instant: what is known of it does not change
    stamped(publication, "Other", written)
    publication.later()
    assert publication.build()["documents"]["changed"] == is_met
    assert sorted(publication.titles()) == ["Beside", "Other" if is_met else "First"]
    assert isinstance(look(load_settings(publication.folder / "feedsvc.toml"), publication.now), Report)


# Several articles that had one name, several documents that have one id


def reread_bytes(publication: Publication) -> dict[str, bytes]:
    """The edition after a build that reads every document again, for its bytes alone."""
    settings = load_settings(publication.folder / "feedsvc.toml")
    with closing(open_database(settings)) as database, database.writing() as connection:
        Ledger(connection).remember("settings", "others")
    publication.build_here()
    return publication.bytes()


def test_of_all_that_had_a_name_the_one_that_stands_there_goes_on(publication: Publication) -> None:
    publication.article("today.md", "Monday's news", date="2026-02-02")
    publication.build_here()
    publication.later()
    publication.article("today.md", "Tuesday's news", date="2026-02-03", expires=(START + 5 * SECOND).isoformat())
    publication.build_here()
    publication.later()
    publication.build_here()
    before = publication.explain("today.md")
    assert (before["status"], before["id"]) == ("withheld", "tag:news.example.org,2026:today.md?story=2")
    reread_bytes(publication)
    assert publication.explain("today.md")["id"] == before["id"]


def test_what_stood_under_a_name_unseen_by_readers_leaves_it_to_another_story(publication: Publication) -> None:
    publication.article("a.md", "Held", date="2026-03-09T00:00:00Z")
    publication.build_here()
    publication.later()
    publication.article("a.md", "Another story", date="2026-02-01")
    publication.build_here()
    (publication.inbox / "a.md").unlink()
    publication.later()
    publication.build_here()
    publication.article("a.md", "Another story", date="2026-02-01")
    publication.later()
    publication.build_here()
    assert [item["id"] for item in publication.json_feed()["items"]] == ["tag:news.example.org,2026:a.md?story=2"]


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("b", "a")])
def test_of_two_documents_with_one_id_the_one_with_the_newer_date_stands_however_often_they_are_read(
    publication: Publication, old: str, new: str
) -> None:
    publication.article(f"{old}.md", "Old", id="urn:x:1", date="2026-02-01")
    publication.article(f"{new}.md", "New", id="urn:x:1", date="2026-02-03")
    publication.build_here()
    assert publication.titles() == ["New"]
    before = publication.bytes()
    assert reread_bytes(publication) == before


def test_what_runs_out_before_it_opens_waits_until_then_and_is_told_to_have_run_out(publication: Publication) -> None:
    publication.article(
        "a.md", "Never", embargo=(START + 20 * SECOND).isoformat(), expires=(START + 10 * SECOND).isoformat()
    )
    publication.build_here()
    publication.later(seconds=15)
    publication.build_here()
    assert publication.explain("a.md")["status"] == "embargoed"
    publication.later(seconds=15)
    publication.build_here()
    assert publication.explain("a.md")["status"] == "withheld"
    assert publication.titles() == []


def test_a_page_does_not_move_by_being_read_again(publication: Publication) -> None:
    publication.article("a.md", "First", id="urn:x:1", date="2026-02-03")
    publication.article("b.md", "Second", id="urn:x:1", date="2026-02-01", slug="other")
    publication.build_here()
    (publication.inbox / "a.md").unlink()
    publication.later()
    publication.build_here()
    before = publication.bytes()
    publication.later()
    assert publication.titles() == ["Second"]
    assert reread_bytes(publication) == before


def test_a_document_that_names_an_id_no_more_leaves_it_to_the_one_that_does(publication: Publication) -> None:
    publication.article("a.md", "First", id="urn:x:1", version="2")
    publication.article("b.md", "Second", id="urn:x:1")
    publication.build_here()
    assert publication.titles() == ["First"]
    publication.later()
    publication.article("a.md", "First")
    publication.build_here()
    ids = {item["title"]: item["id"] for item in publication.json_feed()["items"]}
    assert ids == {"First": "tag:news.example.org,2026:a.md", "Second": "urn:x:1"}
    before = publication.bytes()
    publication.later()
    assert reread_bytes(publication) == before


def test_a_document_keeps_the_id_that_readers_know_when_another_comes_with_the_id_that_it_names(
    publication: Publication,
) -> None:
    publication.article("first.md", "First", date="2026-02-01")
    publication.build_here()
    publication.later()
    publication.article("first.md", "First", date="2026-02-01", id="urn:x:1")
    publication.build_here()
    publication.later()
    publication.article("second.md", "Second", date="2026-02-02", id="urn:x:1")
    publication.build_here()
    publication.later()
    ids = {name: publication.explain(name)["id"] for name in ("first.md", "second.md")}
    assert ids == {"first.md": "tag:news.example.org,2026:first.md", "second.md": "urn:x:1"}
    before = publication.bytes()
    assert reread_bytes(publication) == before
    assert {name: publication.explain(name)["id"] for name in ids} == ids


# What a build makes of the ledger, whatever it touches


@pytest.mark.parametrize("first", ["New", "Old"])
def test_the_title_of_a_topic_that_moved_does_not_hang_on_what_is_touched(
    publication: Publication, first: str
) -> None:
    publication.settings(SETTINGS + '[[moved]]\npath = "/feeds/old"\nto = "/feeds/new"\n')
    publication.article("new.md", "One", tags="[New]")
    publication.article("old.md", "Two", tags="[Old]")
    publication.build_here()
    again = "One" if first == "New" else "Two"
    publication.later()
    publication.article(f"{first.lower()}.md", again, "Corrected.", tags=f"[{first}]")
    publication.build_here()
    assert publication.json_feed("new")["title"] == "The Test Wire: New"
    assert publication.bytes() == reread(publication)


def test_a_topic_that_moved_keeps_its_title_until_an_article_names_the_new_one(publication: Publication) -> None:
    publication.settings(
        SETTINGS + "".join(f'[[moved]]\npath = "/feeds/{each}"\nto = "/feeds/new"\n' for each in ("a", "b"))
    )
    titles = []
    for tag in ("A", "B", "NEW"):
        publication.article(f"{tag}.md", f"Of {tag}", tags=f"[{tag}]")
        publication.build_here()
        titles.append(publication.json_feed("new")["title"])
        assert publication.bytes() == reread(publication)
        publication.later()
    assert titles == ["The Test Wire: A", "The Test Wire: A", "The Test Wire: NEW"]


def test_links_within_an_article_that_gets_an_address_of_its_own_lead_there(publication: Publication) -> None:
    text = "[Below](#below), [there](#there).\n\n## There\n"
    publication.article("a.md", "First", text, id="urn:x:1", date="2026-02-05")
    publication.article("b.md", "Second", "Other words.", id="urn:x:1", date="2026-02-01")
    publication.build_here()
    publication.later()
    publication.article("a.md", "First", text, date="2026-02-05")
    publication.build_here()
    found = {item["title"]: item for item in publication.json_feed()["items"]}
    assert found["First"]["url"] != f"{BASE}/articles/first"
    assert f'href="{found["First"]["url"]}#below"' in found["First"]["content_html"]
    assert publication.bytes() == reread(publication)


def test_links_within_an_article_follow_its_page_when_the_settings_move_it(publication: Publication) -> None:
    publication.article("a.md", "First", "[Below](#below).")
    publication.build_here()
    publication.settings(SETTINGS + '[[moved]]\npath = "/articles/first"\nto = "/articles/moved"\n')
    publication.later()
    publication.build_here()
    assert f'href="{BASE}/articles/moved#below"' in publication.json_feed()["items"][0]["content_html"]
    assert publication.bytes() == reread(publication)


@pytest.mark.parametrize("everything", [False, True])
def test_a_document_that_takes_a_place_brings_its_slug(publication: Publication, everything: bool) -> None:
    publication.article("a.md", "First", id="urn:x:1", date="2026-02-05")
    publication.article("b.md", "Second", "Other words.", id="urn:x:1", date="2026-02-01", slug="other")
    publication.build_here()
    publication.later()
    (publication.inbox / "a.md").unlink()
    if everything:
        publication.settings(SETTINGS + 'rights = "Ours"\n')
    publication.build_here(accept_withdrawals=True)
    assert [item["url"] for item in publication.json_feed()["items"]] == [f"{BASE}/articles/other"]
    moved = Reader(publication).get("/articles/first")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/articles/other")
    assert publication.bytes() == reread(publication)


def test_a_document_that_takes_a_place_ahead_stays_on_its_page_and_says_so(publication: Publication) -> None:
    end = START + timedelta(hours=2)
    publication.article("a.md", "First", id="urn:x:1")
    held = {"embargo": end.isoformat(), "version": "2", "slug": "other"}
    publication.article("b.md", "Second", "Other words.", id="urn:x:1", **held)
    publication.build_here()
    publication.now = end
    assert publication.json_feed()["items"][0]["url"] == f"{BASE}/articles/first"
    assert Reader(publication).get("/articles/first").status_code == 200
    publication.later()
    publication.build_here()
    assert "slug-later" in [each["code"] for each in publication.explain("b.md")["findings"]]
    assert publication.bytes() == reread(publication)
