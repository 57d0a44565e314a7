"""The export: what the app serves, as files that any web server can serve."""

import gzip
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import zstandard
from publication import SETTINGS, Publication
from test_media import png

from feedsvc.config import load_settings
from feedsvc.errors import FeedsvcError
from feedsvc.export import export
from feedsvc.feeds.lint import lint


@pytest.fixture
def exported(publication: Publication, tmp_path: Path) -> Path:
    publication.settings(SETTINGS + '[feeds]\nentries = 2\n[[moved]]\npath = "/feeds/old"\nto = "/feeds/sea"\n')
    for number in range(1, 8):
        publication.article(f"{number}.md", f"Story {number}", tags="[Sea]", date=f"2026-02-0{number}")
    publication.write("pier.png", png())
    publication.article("pier.md", "港町 The pier", "![Pier](pier.png)", date="2026-02-09")
    publication.article("later.md", "Not yet", embargo="2026-12-01T00:00:00Z")
    publication.build()
    return tmp_path / "site"


def run(publication: Publication, dest: Path) -> None:
    assert (
        publication.run("export", str(publication.folder), str(dest), "--now", publication.now.isoformat()).code == 0
    )


def files(dest: Path) -> dict[str, bytes]:
    return {each.relative_to(dest).as_posix(): each.read_bytes() for each in dest.rglob("*") if each.is_file()}


def test_everything_that_is_public_is_there(publication: Publication, exported: Path) -> None:
    run(publication, exported)
    found = files(exported)
    for path, body in publication.bytes().items():
        assert found[path.removeprefix("/")] == body
    assert {"index.html", "feeds/all.html", "feeds/sea.html", "articles/story-1.html"} <= found.keys()
    assert "articles/港町-the-pier.html" in found
    assert [name for name in found if name.startswith("media/") and name.endswith("/pier.png")]
    # A crawler that follows the archives of the export finds every article.
    archives = [body for name, body in found.items() if re.fullmatch(r"feeds/all/archive/\d+\.atom", name)]
    assert {f"Story {number}" for number in range(1, 7)} <= set(re.findall(r"Story \d", b"".join(archives).decode()))
    assert not [name for name, body in found.items() if b"Not yet" in body or "not-yet" in name]
    base = "https://news.example.org"
    assert not list(lint("atom", found["feeds/all.atom"], f"{base}/feeds/all.atom"))


def test_siblings_hold_the_same_bytes_and_the_same_time(publication: Publication, exported: Path) -> None:
    run(publication, exported)
    feed = exported / "feeds" / "all.atom"
    plain = feed.read_bytes()
    assert gzip.decompress(Path(f"{feed}.gz").read_bytes()) == plain
    assert brotli.decompress(Path(f"{feed}.br").read_bytes()) == plain
    assert zstandard.ZstdDecompressor().decompress(Path(f"{feed}.zst").read_bytes()) == plain
    stamps = {Path(f"{feed}{suffix}").stat().st_mtime for suffix in ("", ".gz", ".br", ".zst")}
    assert stamps == {publication.now.timestamp()}


def test_redirects_and_headers_are_told_to_the_host(publication: Publication, exported: Path) -> None:
    run(publication, exported)
    rules = (exported / "_redirects").read_text("utf-8").splitlines()
    assert "/feed.xml /feeds/all.rss 301" in rules
    assert "application/feed+json" in (exported / "_headers").read_text("utf-8")


def test_the_next_export_takes_its_place_in_one_step(publication: Publication, exported: Path) -> None:
    run(publication, exported)
    before = exported.resolve()
    publication.later()
    publication.article("8.md", "Story 8", date="2026-02-10")
    publication.build_here()
    run(publication, exported)
    assert exported.resolve() != before
    assert "articles/story-8.html" in files(exported)
    assert before.is_dir()  # for whoever is still reading it
    for _ in range(3):
        run(publication, exported)
    left = [each for each in exported.parent.iterdir() if each.name.startswith(f".{exported.name}-")]
    assert len(left) == 2
    assert not before.exists()


def test_a_withdrawn_article_is_in_no_export_after(publication: Publication, exported: Path) -> None:
    run(publication, exported)
    (publication.inbox / "3.md").unlink()
    publication.later()
    publication.build_here()
    run(publication, exported)
    assert "articles/story-3.html" not in files(exported)


def test_a_mounted_publication_lies_at_the_root_of_its_export(publication: Publication, tmp_path: Path) -> None:
    publication.settings(SETTINGS.replace('news.example.org"\nid', 'news.example.org/wire"\nid'))
    publication.article("a.md", "Story A")
    publication.build_here()
    run(publication, tmp_path / "site")
    assert {"index.html", "feeds/all.atom", "articles/story-a.html"} <= files(tmp_path / "site").keys()
    assert "/wire/feed.xml /wire/feeds/all.rss 301" in (tmp_path / "site" / "_redirects").read_text("utf-8")


@pytest.mark.parametrize("kind", ["full", "file", "link", "inbox"])
def test_nothing_else_is_written_over(publication: Publication, exported: Path, tmp_path: Path, kind: str) -> None:
    target = publication.inbox / "site" if kind == "inbox" else tmp_path / "site"
    if kind == "full":
        target.mkdir()
        (target / "mine.html").write_text("mine")
    elif kind == "file":
        target.write_text("mine")
    elif kind == "link":
        target.symlink_to(publication.folder, target_is_directory=True)
    ran = publication.run("export", str(publication.folder), str(target))
    assert ran.code == 2
    assert str(target) in ran.err
    assert ran.err.count("\n") == 1
    if kind == "full":
        assert (target / "mine.html").read_text() == "mine"


def test_before_the_first_build_there_is_nothing_to_export(publication: Publication, tmp_path: Path) -> None:
    ran = publication.run("export", str(publication.folder), str(tmp_path / "site"))
    assert (ran.code, "feedsvc build" in ran.err) == (2, True)


def test_a_fault_of_the_disk_leaves_the_export_before(
    publication: Publication, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(publication, exported)
    before = exported.resolve()
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "all.rss":
            raise OSError(28, os.strerror(28), str(self))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FeedsvcError, match="No space left"):
        export(load_settings(publication.folder / "feedsvc.toml"), exported, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert exported.resolve() == before
    assert [each.name for each in exported.parent.iterdir() if each.name.startswith(".site-")] == [before.name]
