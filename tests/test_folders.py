"""``inbox.toml``: defaults of a folder; formats of installed packages; a parser that fails."""

import re
from pathlib import Path
from typing import Any

import pytest
from publication import SETTINGS, Publication

import feedsvc.build as build_module
from feedsvc.build.folders import FolderSettings

STORY = """Harbour Reopens After Storm

By Dana Cole

LISBON, {date} -- The harbour reopened on Monday after four days of storm.

The first ship to leave was a ferry.
"""
DOCS = Path(__file__).parent.parent / "docs"


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    return Publication(tmp_path)


def codes(explained: Any) -> set[str]:
    return {each["code"] for each in explained["findings"]}


def test_a_folder_sets_what_its_documents_leave_open(publication: Publication) -> None:
    publication.write(
        "agency/inbox.toml",
        'source = "Harbour Agency"\nauthor = "Harbour Desk"\nlanguage = "pt"\ntimezone = "Europe/Lisbon"\nyear = 1998\n'
        'topics = ["Shipping"]\nrights = "© Harbour"\nlicense = "https://example.org/licence"\n',
    )
    publication.write("agency/deep/story.txt", STORY.format(date="March 3").replace("By Dana Cole\n\n", ""))
    publication.build()
    explained = publication.explain("agency/deep/story.txt")
    assert explained["source"] == "Harbour Agency"
    assert [each["name"] for each in explained["authors"]] == ["Harbour Desk"]
    assert explained["published"] == "1998-03-03T00:00:00+00:00"  # the start of that day in Lisbon
    assert explained["language"] == "pt"
    assert [each["title"] for each in explained["topics"]] == ["Shipping"]
    assert explained["evidence"]["source"] == "the settings of its folder (inbox.toml)"
    assert "year-inferred" in codes(explained)


def test_the_document_and_the_nearer_folder_count_for_more(publication: Publication) -> None:
    publication.write("inbox.toml", 'author = "Everyone"\nsource = "Outer"\ntopics = ["News"]\n')
    publication.write("near/inbox.toml", 'author = "Nearer"\ntopics = ["Local"]\n')
    publication.article("near/one.md", "One")
    publication.article("near/two.md", "Two", author="Ann Author")
    publication.article("far.md", "Three")
    publication.build()
    one, two, three = (publication.explain(name) for name in ("near/one.md", "near/two.md", "far.md"))
    assert [each["authors"][0]["name"] for each in (one, two, three)] == ["Nearer", "Ann Author", "Everyone"]
    assert one["source"] == "Outer"
    assert [[each["title"] for each in found["topics"]] for found in (one, three)] == [["News", "Local"], ["News"]]


def test_the_order_of_dates_is_a_folders_own(publication: Publication) -> None:
    publication.write("uk/inbox.toml", 'date_order = "day-first"\n')
    publication.write("us/inbox.toml", 'date_order = "month-first"\n')
    for folder in ("uk", "us", "other"):
        publication.write(f"{folder}/a.md", "---\ntitle: A\ndate: 02/03/2017\n---\n\nText.\n")
    publication.build(code=1)
    days = [publication.explain(f"{folder}/a.md")["published"] for folder in ("uk", "us", "other")]
    assert [day and day[:10] for day in days] == ["2017-03-02", "2017-02-03", None]


def test_a_folder_names_the_format(publication: Publication) -> None:
    publication.write("notes/inbox.toml", 'format = "markdown"\n')
    publication.write("notes/a.txt", "title: A *note*\ndate: 2020-02-02\n\nSome **bold** text.\n")
    publication.build()
    explained = publication.explain("notes/a.txt")
    assert explained["format"] == "markdown"
    assert "<strong>bold</strong>" in explained["html"]


def test_a_change_of_the_defaults_reads_the_documents_again(publication: Publication) -> None:
    publication.article("a/one.md", "One")
    publication.build()
    publication.write("a/inbox.toml", 'source = "Someone"\n')
    publication.build()
    assert publication.explain("a/one.md")["source"] == "Someone"
    (publication.inbox / "a/inbox.toml").unlink()
    report = publication.build()
    assert publication.explain("a/one.md")["source"] is None
    assert report["documents"]["withdrawn"] == 0


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ('sauce = "x"', "sauce", "unknown key; known are source, author"),
        ("\nyear = 17", "year", "a whole number from 1000 to 9998"),
        ('format = "papyrus"', "format", "html, .*markdown"),
        ("topics = []", "topics", "a list of texts"),
        ('timezone = "Mars/Olympus"', "timezone", "the name of a time zone"),
        ("source = ", None, "not TOML"),
        (b"source = '\xff'", None, "UTF-8"),
    ],
)
def test_wrong_defaults_are_told_and_those_before_hold(
    publication: Publication, wrong: str | bytes, field: str | None, said: str
) -> None:
    publication.write("a/inbox.toml", 'source = "Someone"\n')
    publication.article("a/one.md", "One")
    publication.build()
    publication.write("a/inbox.toml", wrong)
    report = publication.build(code=1)
    (finding,) = [each for each in report["findings"] if each["document"] == "a/inbox.toml"]
    assert (finding["code"], finding["severity"], finding["field"]) == ("wrong-setting", "error", field)
    assert re.search(said, finding["message"])
    assert publication.explain("a/one.md")["source"] == "Someone"
    assert publication.titles() == ["One"]
    publication.write("a/inbox.toml", 'source = "Someone else"\n')
    report = publication.build()
    assert (report["documents"]["rejected"], report["documents"]["withdrawn"]) == (0, 0)
    assert publication.explain("a/one.md")["source"] == "Someone else"


def test_settings_of_a_folder_that_are_a_link_or_too_long_are_told_with_what_helps(publication: Publication) -> None:
    publication.article("a/one.md", "One")
    elsewhere = publication.folder / "elsewhere.toml"
    elsewhere.write_text('source = "Someone"')
    (publication.inbox / "a" / "inbox.toml").symlink_to(elsewhere)
    publication.write("b/inbox.toml", "#" * 65_537)
    report = publication.build(code=1)
    told = {
        each["document"]: each["message"]
        for each in report["findings"]
        if each["code"] in ("not-a-file", "too-large")
    }
    assert told == {
        "a/inbox.toml": "This is a link, which is not followed; put the file itself there.",
        "b/inbox.toml": "It has more than 65,536 bytes, which no settings of a folder need; shorten it.",
    }


# Formats of installed packages


def package(folder: Path, module: str, entry: str = "gemtext = gemtext:FORMAT") -> Path:
    """A folder as an installer leaves it: a module, and the note of what it offers."""
    (folder / "gemtext.py").write_text(module, "utf-8")
    info = folder / "gemtext-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gemtext\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[feedsvc.parsers]\n{entry}\n")
    return folder


def worked_example() -> str:
    """The module that docs/own-formats.md shows."""
    found = re.search(r"```python\n(.*?)```", (DOCS / "own-formats.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    here = str(Path(__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{here}")
    return folder


def test_the_worked_example_of_a_format_of_ones_own(tmp_path: Path, installed: Path) -> None:
    package(installed, worked_example())
    publication = Publication(tmp_path / "wire")
    publication.write("2026-02-03 capsule.gmi", "# A capsule\n\nHello, <world>.\n\n=> gemini://example.org a link\n")
    publication.build()
    explained = publication.explain("2026-02-03 capsule.gmi")
    assert (explained["format"], explained["headline"]) == ("gemtext", "A capsule")
    assert "Hello, &lt;world&gt;." in explained["html"]


@pytest.mark.parametrize(
    ("module", "said"),
    [("raise ImportError('no such thing')", "no such thing"), ("FORMAT = 'gemtext'", "is no feedsvc.parsers.Parser")],
)
def test_a_package_that_cannot_be_loaded_changes_nothing(
    tmp_path: Path, installed: Path, module: str, said: str
) -> None:
    package(installed, module)
    publication = Publication(tmp_path / "wire")
    publication.article("one.md", "One")
    told = publication.build(code=2)
    assert "gemtext 1.0" in told
    assert said in told


def test_a_parser_that_fails_rejects_its_document_alone(tmp_path: Path, installed: Path) -> None:
    package(
        installed,
        "from feedsvc.parsers import Parser\n"
        "FORMAT = Parser('gemtext', 'gemtext', frozenset({'.gmi'}))\n"
        "def parse(document, neighbours, hints):\n    raise KeyError('oh')\n",
    )
    publication = Publication(tmp_path / "wire", SETTINGS)
    publication.write("a.gmi", "# A\n")
    publication.article("one.md", "One")
    report = publication.build(code=1)
    (finding,) = [each for each in report["findings"] if each["document"] == "a.gmi"]
    assert finding["code"] == "parser-failed"
    assert "KeyError: 'oh', at gemtext.py:4" in finding["message"]
    assert publication.titles() == ["One"]


def test_settings_that_change_while_they_are_read_are_met_by_the_next_build(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.write("a/inbox.toml", 'author = "Before"\n')
    publication.article("a/one.md", "One")
    read = build_module.read_folders

    def read_then_edited(*arguments: Any) -> FolderSettings:
        folders = read(*arguments)
        publication.write("a/inbox.toml", 'author = "Edited"\n')
        return folders

    copies = publication.folder / "var" / "media"
    with monkeypatch.context() as patched:
        patched.setattr(build_module, "read_folders", read_then_edited)
        publication.build_here(copies=copies)
    assert publication.explain("a/one.md")["authors"][0]["name"] == "Edited"  # rehearsed: a whole build
    publication.build()
    author = publication.json_feed()["items"][0]["authors"][0]["name"]
    assert author == "Edited"
