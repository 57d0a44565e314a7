"""The public base under which a publication is served, and the builds of other processes beside it."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from publication import SETTINGS, Publication
from server import serving

from feedsvc.config import load_settings
from feedsvc.store.served import as_served, noted_base

LOCAL = SETTINGS.replace("https://news.example.org", "http://localhost:8000")
OWN = "http://localhost:8000"


def base_of(publication: Publication) -> str:
    return as_served(load_settings(publication.folder / "feedsvc.toml")).publication.url


@pytest.fixture
def local(tmp_path: Path) -> Publication:
    publication = Publication(tmp_path, LOCAL)
    publication.article("one.md", "First", tags="[Trade]")
    return publication


@pytest.mark.parametrize("options", [(), ("--url", "https://wire.example.com/news")], ids=["bound", "--url"])
def test_a_build_beside_a_server_builds_for_the_base_that_is_served(
    local: Publication, options: tuple[str, ...]
) -> None:
    with serving(local.folder, *options) as server:
        base = options[-1] if options else server.base
        local.article("two.md", "Second")
        told = local.run("build", "--verbose")
        assert f"for {base}, where it is being served" in told.err
        assert base in local.body().decode()
        assert OWN not in local.body().decode()
        assert local.explain("two.md")["url"] == f"{base}/articles/second"
        assert "0 of them errors" in local.run("check").out
    assert "served" not in local.run("build", "--verbose").err
    assert OWN in local.body().decode()


def test_the_note_of_a_server_that_was_killed_says_nothing(local: Publication) -> None:
    with serving(local.folder) as server:
        assert base_of(local) == server.base
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        assert base_of(local) == OWN


def test_a_server_at_the_base_of_the_settings_notes_nothing(publication: Publication) -> None:
    with serving(publication.folder):
        publication.settings(SETTINGS.replace("news.example", "wire.example"))
        assert base_of(publication) == "https://wire.example.org"


def test_of_two_servers_the_one_that_runs_longest_counts(local: Publication) -> None:
    with ExitStack() as stack:
        stack.enter_context(noted_base(local.folder, "http://first.example"))
        with noted_base(local.folder, "http://second.example"):
            assert base_of(local) == "http://first.example"
    assert base_of(local) == OWN


def test_what_is_half_written_counts_for_nothing(local: Publication) -> None:
    with noted_base(local.folder, "http://first.example"):
        (local.folder / "var" / "served").write_text("", "utf-8")
        assert base_of(local) == OWN


def test_an_export_is_of_one_base_and_says_which(local: Publication, tmp_path: Path) -> None:
    with serving(local.folder) as server:
        pass
    ran = local.run("export", str(tmp_path / "public"))
    assert ran.code == 0
    assert f"the addresses begin with {server.base}" in ran.err
    pages = [path for path in (tmp_path / "public").rglob("*") if path.suffix in (".html", ".atom", ".xml", ".json")]
    assert pages
    assert not [path for path in pages if OWN in path.read_text("utf-8")]
    local.build()
    again = local.run("export", str(tmp_path / "public"))
    assert again.err == ""
