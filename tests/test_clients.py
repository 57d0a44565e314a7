"""Real clients against a real server: feedparser, Newsboat, and what a program fetches."""

import json
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import feedparser
import pytest
from publication import Publication
from server import Server, serving, until
from tools import client, tool

import feedsvc.watch as watch_module
from feedsvc.config import load_settings
from feedsvc.store.lock import build_lock
from feedsvc.watch import Builds

LOCAL = """\
[publication]
title = "The Test Wire"
url = "http://127.0.0.1:8000"
id_authority = "news.example.org,2026"
timezone = "Asia/Tokyo"
"""
SHIPPED = Path(__file__).parent.parent / "feeds"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The publication that ships, served."""
    folder = tmp_path_factory.mktemp("shipped") / "feeds"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("var"))
    with serving(folder) as server:
        yield server


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Publication, Server]]:
    """A publication of one article, watched."""
    publication = Publication(tmp_path, LOCAL)
    publication.article("one.md", "First", tags="[Trade]")
    with serving(tmp_path, "--watch") as server:
        yield publication, server


# Fetching


def test_every_feed_of_the_list_is_there_in_every_format(shipped: Server) -> None:
    opml = shipped.get("/feeds.opml").body.decode()
    feeds = [line.split('"')[0] for line in opml.split('xmlUrl="')[1:]]
    assert len(feeds) > 10
    for address in feeds:
        path = address.removeprefix(shipped.base)
        assert path.startswith("/feeds/"), address
        atom = feedparser.parse(shipped.get(path).body)
        rss = feedparser.parse(shipped.get(path.replace(".atom", ".rss")).body)
        items = json.loads(shipped.get(path.replace(".atom", ".json")).body)["items"]
        assert not atom.bozo
        assert not rss.bozo
        assert [e.title for e in atom.entries] == [e.title for e in rss.entries] == [i["title"] for i in items]
        assert len({entry.id for entry in atom.entries}) == len(atom.entries)


def test_the_wire_story_is_read_as_it_was_meant(shipped: Server) -> None:
    feed = feedparser.parse(shipped.get("/feeds/all.atom").body)
    story = next(entry for entry in feed.entries if entry.title.startswith("Abe, Trump"))
    assert story.title == "Abe, Trump agree to hold summit on Feb. 10, affirm alliance importance"
    assert story.published == "2017-01-29T00:00:00+09:00"
    paragraphs = story.content[0].value.split("</p>")[:-1]
    assert len(paragraphs) == 18
    assert paragraphs[5].endswith("fulfill our role as your")


def test_nothing_that_is_sealed_or_active_is_published(shipped: Server) -> None:
    for path in ("/", "/feeds/all", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds.opml"):
        body = shipped.get(path).body.decode()
        assert "Sealed until 2099" not in body
        assert "<script>" not in body.replace("<script src", "")
        assert "javascript:" not in body.replace("javascript:</code>", "")


def test_a_poll_with_the_validators_is_a_304(shipped: Server) -> None:
    first = shipped.get("/feeds/all.atom", Accept_Encoding="gzip")
    again = shipped.get("/feeds/all.atom", Accept_Encoding="br", If_None_Match=str(first.headers["ETag"]))
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    dated = shipped.get("/feeds/all.atom", If_Modified_Since=str(first.headers["Last-Modified"]))
    assert dated.status == 304


# The watch


def test_a_file_dropped_into_the_inbox_is_in_its_feeds_and_the_server_goes_on(
    live: tuple[Publication, Server],
) -> None:
    publication, server = live
    before = server.get("/feeds/all.atom")
    publication.article("two.md", "Second", tags="[Trade, New]")
    until(lambda: server.get("/feeds/new.json").status == 200, "the new topic has a feed")
    titles = {entry.title for entry in feedparser.parse(server.get("/feeds/trade.rss").body).entries}
    assert titles == {"First", "Second"}
    after = server.get("/feeds/all.atom", If_None_Match=str(before.headers["ETag"]))
    assert after.status == 200
    assert after.headers["Last-Modified"] != before.headers["Last-Modified"]
    (publication.inbox / "two.md").unlink()
    until(lambda: b"deleted-entry" in server.get("/feeds/all.atom").body, "the article is withdrawn")


def test_wrong_settings_and_a_lost_inbox_leave_the_old_edition(live: tuple[Publication, Server]) -> None:
    publication, server = live
    before = server.get("/feeds/all.atom").body
    publication.settings(LOCAL + "[feeds]\nentrys = 3\n")
    until(lambda: b"feeds.entrys" in server.log.read_bytes(), "the wrong setting is said")
    until(lambda: b"feeds.entrys" in server.get("/healthz").body, "health says so")
    publication.settings(LOCAL + '[serve]\ntoken = "a short one"\n')
    until(lambda: b"serve.token: what is written does not do" in server.get("/healthz").body, "health says so")
    publication.settings(LOCAL + '[serve]\ntoken = "one-that-is-long-enough"\n')
    until(lambda: b"in force; those of [serve] from the next start on" in server.log.read_bytes(), "it is said")
    assert b"a short one" not in server.log.read_bytes()
    publication.settings(LOCAL)
    publication.inbox.rename(publication.folder / "unmounted")
    until(lambda: json.loads(server.get("/healthz").body)["status"] == "failing", "health says so")
    assert server.get("/feeds/all.atom").body == before
    (publication.folder / "unmounted").rename(publication.inbox)
    until(lambda: json.loads(server.get("/healthz").body)["status"] == "ok", "health says so")


def test_an_inbox_elsewhere_is_watched_whatever_is_put_in_its_place(tmp_path: Path) -> None:
    publication = Publication(tmp_path / "publication", LOCAL + '[inbox]\nfolder = "../elsewhere"\n')
    publication.inbox = tmp_path / "elsewhere"
    publication.article("one.md", "First")
    with serving(publication.folder, "--watch") as server:

        def is_published(title: str) -> bool:
            return title.encode() in server.get("/feeds/all.json").body

        publication.article("two.md", "Second")
        until(lambda: is_published("Second"), "a drop")
        publication.inbox.rename(tmp_path / "away")
        shutil.copytree(tmp_path / "away", publication.inbox)
        publication.article("three.md", "Third")
        until(lambda: is_published("Third"), "a drop into the folder that came in its place")
        with build_lock(load_settings(publication.folder / "feedsvc.toml")):
            publication.article("four.md", "Fourth")
            publication.settings(LOCAL + "[wrong]\n")
            until(lambda: b"wrong" in server.log.read_bytes(), "the watch has seen both")
            assert not is_published("Fourth")
        until(lambda: is_published("Fourth"), "what came while another build held the lock")


def test_a_store_that_cannot_be_written_is_said_and_does_not_end_the_watch(
    publication: Publication, capsys: pytest.CaptureFixture[str]
) -> None:
    publication.article("one.md", "First")
    (publication.folder / "var").mkdir()
    (publication.folder / "var" / "feedsvc.db").write_bytes(b"no database at all, but some text\n" * 100)
    builds = Builds(load_settings(publication.folder / "feedsvc.toml"))
    builds.build()
    builds.build()
    builds.close()
    assert capsys.readouterr().err.count("not a database") == 1


def test_a_fault_while_the_search_index_is_made_is_told_once_and_ends_nothing(
    publication: Publication, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.article("one.md", "First")
    builds = Builds(load_settings(publication.folder / "feedsvc.toml"))
    stop, steps = Event(), iter([ValueError("odd"), ValueError("odd"), None])

    def step(_: object) -> bool:
        fault = next(steps)
        if fault is None:
            stop.set()
            return False
        raise fault

    monkeypatch.setattr(watch_module, "_REST", 0)
    monkeypatch.setattr(watch_module.indexing, "is_behind", step)
    builds.build()
    builds.index(stop)
    builds.close()
    assert stop.is_set()
    assert capsys.readouterr().err.count("the search index waits: ValueError: odd") == 1


def test_health_tells_of_a_full_disk_and_that_it_has_room_again(live: tuple[Publication, Server]) -> None:
    """No file of the building process may grow, which the store meets like a disk without room."""
    publication, server = live
    before = server.get("/feeds/all.atom").body
    room = resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
    publication.article("two.md", "Second")
    until(lambda: json.loads(server.get("/healthz").body)["status"] == "failing", "health says so")
    assert server.get("/feeds/all.atom").body == before
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, room)
    publication.article("three.md", "Third")
    until(lambda: json.loads(server.get("/healthz").body)["status"] == "ok", "health says so")
    until(lambda: b"Second" in server.get("/feeds/all.atom").body, "the article that came meanwhile")


def test_a_port_that_is_taken_is_refused(shipped: Server, publication: Publication) -> None:
    port = shipped.base.rpartition(":")[2]
    ran = publication.run("serve", ".", "--port", port)
    assert ran.code == 2
    assert f"port {port}" in ran.err
    assert publication.run("serve", ".", "--host", "300.1.1.1").code == 2


def test_slow_clients_do_not_keep_others_out(shipped: Server) -> None:
    host, port = shipped.base.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(300)]
    try:
        for each in slow:
            each.sendall(b"GET /feeds/all.atom HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert shipped.get("/feeds/all.atom").status == 200
    finally:
        for each in slow:
            each.close()


# Newsboat


def test_newsboat_loses_and_doubles_nothing_across_an_edit_a_rollback_and_a_deletion(
    live: tuple[Publication, Server], tmp_path: Path
) -> None:
    publication, server = live
    newsboat = tool("newsboat")
    (tmp_path / "config").write_text("", "utf-8")
    # Newsboat holds one article for each id, whatever the feed, so each feed has a cache of its own.
    for suffix, path in (("atom", "/feeds/all.atom"), ("rss", "/feeds/trade.rss")):
        (tmp_path / f"urls.{suffix}").write_text(f"{server.base}{path}\n", "utf-8")

    def poll() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for suffix in ("atom", "rss"):
            cache = tmp_path / f"cache.{suffix}"
            files = ["-u", str(tmp_path / f"urls.{suffix}"), "-c", str(cache), "-C", str(tmp_path / "config")]
            environment = {**os.environ, "HOME": str(tmp_path)}
            subprocess.run([newsboat, *files, "-x", "reload"], check=True, env=environment, capture_output=True)
            with closing(sqlite3.connect(cache)) as connection:
                rows = connection.execute("SELECT title FROM rss_item WHERE deleted = 0 ORDER BY title")
                found[suffix] = [title for (title,) in rows]
        return found

    assert poll() == {"atom": ["First"], "rss": ["First"]}
    publication.article("two.md", "Second", "Old words.", tags="[Trade]")
    until(lambda: b"Second" in server.get("/feeds/trade.rss").body, "the second article")
    assert poll() == {"atom": ["First", "Second"], "rss": ["First", "Second"]}
    publication.article("two.md", "Second, corrected", "New words.", tags="[Trade]")
    until(lambda: b"corrected" in server.get("/feeds/trade.rss").body, "the correction")
    assert poll() == {"atom": ["First", "Second, corrected"], "rss": ["First", "Second, corrected"]}
    # Back to the version before: what Newsboat holds a tag and a date of comes again under the same tag or another.
    publication.article("two.md", "Second", "Old words.", tags="[Trade]")
    until(lambda: b"corrected" not in server.get("/feeds/trade.rss").body, "the rollback")
    assert poll() == {"atom": ["First", "Second"], "rss": ["First", "Second"]}
    publication.article("three.md", "Third", tags="[Trade]")
    (publication.inbox / "one.md").unlink()
    until(lambda: b"Third" in server.get("/feeds/trade.rss").body, "the third article")
    for _ in range(2):  # what left the feed, Newsboat keeps
        assert poll() == {"atom": ["First", "Second", "Third"], "rss": ["First", "Second", "Third"]}


# reader

READ = """
import json, sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for address in sys.argv[2:]:
    reader.add_feed(address, exist_ok=True)
reader.update_feeds(scheduled=False)
feeds = {each.url: str(each.last_exception) if each.last_exception else each.title for each in reader.get_feeds()}
entries = [(each.feed.url, each.id, each.title) for each in reader.get_entries()]
print(json.dumps({"feeds": feeds, "entries": entries}))
"""


def test_reader_reads_every_format_and_loses_and_doubles_nothing(
    live: tuple[Publication, Server], tmp_path: Path
) -> None:
    """https://reader.readthedocs.io: the one of the readers here that takes JSON Feed, and deltas wherever it may."""
    publication, server = live
    addresses = [f"{server.base}/feeds/all.{suffix}" for suffix in ("atom", "rss", "json")]

    def poll() -> list[list[str]]:
        command = [client("python"), "-c", READ, str(tmp_path / "reader.db"), *addresses]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert set(found["feeds"].values()) == {"The Test Wire"}
        ids = {(address, id_) for address, id_, _ in found["entries"]}
        assert len(ids) == len(found["entries"])
        return [sorted(title for at, _, title in found["entries"] if at == address) for address in addresses]

    def changed(words: bytes) -> bool:
        return all(words in server.get(address.removeprefix(server.base)).body for address in addresses)

    assert poll() == [["First"]] * 3
    publication.article("two.md", "Second", "Old words.")
    until(lambda: changed(b"Old words."), "the second article")
    assert poll() == [["First", "Second"]] * 3
    publication.article("two.md", "Second, corrected", "New words.")
    until(lambda: changed(b"New words."), "the correction")
    assert poll() == [["First", "Second, corrected"]] * 3
    publication.article("two.md", "Second", "Old words.")
    (publication.inbox / "one.md").unlink()
    until(lambda: changed(b"Old words."), "the rollback")
    assert poll() == [["First", "Second"]] * 3
