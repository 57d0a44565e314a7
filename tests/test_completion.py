"""Completion, in the shells themselves."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools import tool

from feedsvc.manual import PAGES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to complete in, with the script of each shell above it."""
    for shell in ("bash", "zsh", "fish"):
        command = [sys.executable, "-m", "feedsvc", "completion", shell]
        script = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        (tmp_path / f"feedsvc.{shell}").write_text(script, "utf-8")
    (tmp_path / "here" / "my wire").mkdir(parents=True)
    (tmp_path / "here" / "my story.md").touch()
    return tmp_path / "here"


def run(folder: Path, *command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


CASES = [
    ("", {*PAGES}),
    ("exp", {"explain", "export"}),
    ("completion ", {"bash", "zsh", "fish"}),
    ("build --j", {"--jobs", "--json"}),
    ("serve --w", {"--workers", "--watch"}),
    ("build --jobs ", set()),
]


@pytest.mark.parametrize(("typed", "offered"), [*CASES, ("build my", {"my wire"}), ("explain my", {"my wire", "my story.md"})])  # fmt: skip
def test_bash(folder: Path, typed: str, offered: set[str]) -> None:
    words = ["feedsvc", *typed.split(" ")]
    script = (
        'source ../feedsvc.bash; eval "$(complete -p feedsvc | sed "s/.*-F \\([^ ]*\\).*/run=\\1/")"; '
        'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); "$run"; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    found = {each for each in run(folder, "bash", "-euc", script, "bash", *words) if each}
    assert found - {"--help", "--version"} == offered


@pytest.mark.parametrize(("typed", "offered"), [*CASES, ("build my", {"my wire/"}), ("explain my", {"my wire/", "my story.md"})])  # fmt: skip
def test_fish(folder: Path, typed: str, offered: set[str]) -> None:
    line = f"source ../feedsvc.fish; complete --do-complete 'feedsvc {typed}'"
    found = run(folder, tool("fish"), "--no-config", "-c", line)
    assert {each.partition("\t")[0].replace("\\", "") for each in found} == offered


@pytest.mark.parametrize(("typed", "becomes"), [("feedsvc bui", "feedsvc build "), ("feedsvc serve --wa", "feedsvc serve --watch "),
                                                ("feedsvc build my", "feedsvc build my\\ wire/")])  # fmt: skip
def test_zsh(folder: Path, typed: str, becomes: str) -> None:
    # A terminal of its own, in which the Tab key is pressed.
    script = f"""
        zmodload zsh/zpty
        zpty shell "TERM=dumb {tool("zsh")} -f -i"
        zpty -w shell 'unsetopt zle_bracketed_paste PROMPT_SP; PS1=; autoload -U compinit; compinit -u -D; source ../feedsvc.zsh; bindkey "^I" complete-word; echo re""ady'
        zpty -r -m shell out '*ready*'
        zpty -w -n shell '{typed}'$'\\t'
        zpty -r -m shell out '*{becomes.replace(chr(92), chr(92) * 2).rstrip()}*'
        print -r -- found
    """
    assert run(folder, tool("zsh"), "-f", "-c", script) == ["found"]
