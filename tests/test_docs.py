"""The documentation tells what is so: settings, commands, links, and the examples."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reference import DOCS, commands_page, settings_page

from feedsvc.cli import command_line
from feedsvc.config import parse_settings
from feedsvc.manual import PAGES
from feedsvc.starter import write_publication

ROOT = DOCS.parent
TEXTS = [ROOT / "README.md", ROOT / "feeds" / "README.md", *sorted(DOCS.rglob("*.md"))]
HINT = "docs/ is behind the code: run `make docs`"


def test_the_settings_reference_is_that_of_the_code() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    assert settings_page(text) == text, HINT


def test_the_commands_are_those_of_the_code() -> None:
    assert (DOCS / "commands.md").read_text("utf-8") == commands_page(), HINT


def links() -> Iterator[tuple[Path, str]]:
    for file in TEXTS:
        text = re.sub(r"(?ms)^\s*```.*?^\s*```|`[^`\n]*`", "", file.read_text("utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if not target.startswith(("http://", "https://")):
                yield file, target


@pytest.mark.parametrize(("file", "target"), list(links()), ids=str)
def test_links_lead_somewhere(file: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    goal = (file.parent / path).resolve() if path else file
    assert goal.exists(), target
    if anchor:
        headings = re.findall(r"(?m)^#+ (.+)$", goal.read_text("utf-8"))
        assert anchor in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


EXAMPLES = [command for page in PAGES.values() for command, _ in page.examples if command.startswith("feedsvc ")]


@pytest.mark.parametrize("command", EXAMPLES)
def test_examples_of_the_help_are_right(command: str) -> None:
    for part in re.split(r" (?:\||&&) ", command):
        if part.startswith("feedsvc "):
            command_line().parse_args(shlex.split(part.partition(" > ")[0])[1:])


def test_the_settings_that_init_writes_hold_with_every_line_switched_on(tmp_path: Path) -> None:
    write_publication(tmp_path, datetime(2026, 3, 1, tzinfo=UTC))
    text = (tmp_path / "feedsvc.toml").read_text("utf-8")
    switched = re.sub(r"(?m)^# (?=\[\[|[a-z_]+ += )", "", text)
    assert switched.count("\n#") < text.count("\n#")
    (topic,) = parse_settings(switched, tmp_path / "feedsvc.toml").topics
    assert topic.slug == "coffee"


@pytest.mark.parametrize("command", ["", *PAGES])
def test_help_is_a_page(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        command_line().parse_args([*command.split(), "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "examples:\n" in told
    assert "exit codes:\n" in told
    assert [each for each in told.splitlines() if len(each) > 80] == []
