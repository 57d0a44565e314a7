"""A walk through the inbox with helpers in processes of their own finds what one without them finds."""

import fcntl
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc import cli, unchanged
from feedsvc.inbox.helpers import Helpers
from feedsvc.inbox.scan import Scan, scan
from feedsvc.inbox.walk import Walk

# The command has no other threads when it forks; the tests have.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")

NAMES = st.sampled_from(
    ["a.md", "b.txt", "inbox.toml", "p.jpg", "s.css", "bad\x07.md", "part#3", "x.tmp", "link", "pipe"]
)
FOLDERS = st.lists(st.sampled_from(["a", "b", "c", "deep", "wrong\x07", "cur", "new", "tmp"]), max_size=4)


def as_told(found: Scan) -> tuple[object, ...]:
    return (
        dict(found.documents), found.refused, found.unreadable, found.settings, found.media, found.folders, found.digest,
    )  # fmt: skip


def put(inbox: Path, folders: list[str], name: str) -> None:
    folder = inbox.joinpath(*folders)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name
    if name == "link":
        place.unlink(missing_ok=True)
        place.symlink_to("elsewhere")
    elif name == "pipe":
        place.unlink(missing_ok=True)
        os.mkfifo(place)
    else:
        place.write_text(name)


@given(lies=st.lists(st.tuples(FOLDERS, NAMES), max_size=40), count=st.integers(1, 3))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_helpers_find_what_a_walk_alone_finds(
    tmp_path_factory: pytest.TempPathFactory, lies: list[tuple[list[str], str]], count: int
) -> None:
    inbox = tmp_path_factory.mktemp("inbox")
    for folders, name in lies:
        put(inbox, folders, name)
    alone = scan(inbox)
    calls: list[str] = []
    assert as_told(scan(inbox, Helpers(count, alone.folders, lambda: calls.append("differs")))) == as_told(alone)
    assert calls == []


FOR_THEMSELVES = [
    "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini", "Icon\r", ".DS_Store", "~$story.docx", "~$b.md", "#b.md#", "b.md~", ".b.md.swp",
    "b.md.swp", "b.md.part", "b.md.crdownload", "b.md.filepart", "lost+found/a.md", "__MACOSX/a.md", "$RECYCLE.BIN/a.md", "@eaDir/a.md",
    "System Volume Information/a.md",
]  # fmt: skip
OF_HUMANS = ["#1 in the port.md", "a.ini", "thumbs.md", "words.db", "~a.md"]


def test_what_desktops_editors_and_disks_keep_for_themselves_is_no_document(tmp_path: Path) -> None:
    for name in FOR_THEMSELVES + OF_HUMANS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Words.")
    found = scan(tmp_path)
    assert (sorted(found.documents), found.refused, found.media) == (OF_HUMANS, {}, {})


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    for number in range(40):
        put(tmp_path, [f"{number:02}", "below"], "a.md")
    return tmp_path


def test_a_difference_is_told_once(inbox: Path) -> None:
    before = scan(inbox).folders
    for number in (3, 17, 30):
        (inbox / f"{number:02}/below/a.md").write_text("It is longer now.")
    calls: list[str] = []
    scan(inbox, Helpers(2, before, lambda: calls.append("differs")))
    assert calls == ["differs"]


def end_early(self: Helpers, walk: Walk, pending: list[str], told: int) -> None:
    os.write(told, b"=")
    os.kill(os.getpid(), signal.SIGKILL)


def fail(self: Helpers, walk: Walk, pending: list[str], told: int) -> None:
    raise MemoryError


@pytest.mark.parametrize("fault", [end_early, fail])
def test_the_folders_of_a_helper_that_fails_are_walked_through_here(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[..., None]
) -> None:
    alone = scan(inbox)
    monkeypatch.setattr(Helpers, "_help", fault)
    assert as_told(scan(inbox, Helpers(2, alone.folders, lambda: None))) == as_told(alone)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_where_no_process_is_to_be_had_the_walk_is_done_here(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, fork, forks = scan(inbox), os.fork, []

    def refuse() -> int:
        forks.append(1)
        if len(forks) > 1:
            raise BlockingIOError
        return fork()

    monkeypatch.setattr(os, "fork", refuse)
    assert as_told(scan(inbox, Helpers(3, alone.folders, lambda: None))) == as_told(alone)
    assert len(forks) == 2


def test_a_helper_holds_no_file_of_its_parent(
    inbox: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = (tmp_path_factory.mktemp("lock") / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    told = tmp_path_factory.mktemp("told") / "held"

    def look(self: Helpers, walk: Walk, pending: list[str], pipe: int) -> None:
        told.write_text(" ".join(each.name for each in Path("/dev/fd").iterdir() if int(each.name) > 2))

    monkeypatch.setattr(Helpers, "_help", look)
    scan(inbox, Helpers(1, {}, lambda: None))
    lock.close()
    assert len(told.read_text().split()) == 2  # the pipe, and the folder that is listed


def test_an_inbox_of_one_folder_needs_no_helpers(tmp_path: Path) -> None:
    put(tmp_path, [], "a.md")
    assert list(scan(tmp_path, Helpers(2, {}, lambda: None)).documents) == ["a.md"]


def test_a_build_of_a_large_inbox_finds_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(unchanged, "_LARGE", 1)
    monkeypatch.setattr(unchanged, "_HELPERS", 2)
    loaded: list[str] = []
    monkeypatch.setattr(cli, "_load_build", lambda: loaded.append("build"))
    place = tmp_path / "publication"
    assert cli.main(["init", str(place)]) == 0
    for number in range(12):
        folder = place / f"inbox/{number:02}"
        folder.mkdir()
        (folder / "a.md").write_text(f"---\ntitle: Ferry {number}\ndate: 2026-01-02T10:00:00Z\n---\nIt sails.\n")

    def built() -> dict[str, int]:
        capsys.readouterr()
        assert cli.main(["build", str(place), "--json"]) == 0
        documents: dict[str, int] = json.loads(capsys.readouterr().out)["documents"]
        return {each: count for each, count in documents.items() if count and each != "seen"}

    assert built()["new"] == 13
    assert built() == {"unchanged": 13}
    assert loaded == []
    (place / "inbox/07/a.md").write_text(
        "---\ntitle: Ferry 7\ndate: 2026-01-02T10:00:00Z\n---\nIt sails no more today.\n"
    )
    assert built() == {"unchanged": 12, "changed": 1}
    assert loaded == ["build"]
    (place / "inbox/09/a.md").unlink()
    assert built() == {"unchanged": 12, "withdrawn": 1}
