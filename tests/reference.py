"""Writes what docs/ takes from the code: the tables of the settings, and the pages of the commands (``make docs``)."""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from feedsvc import manual
from feedsvc.cli import command_line
from feedsvc.config import SECTIONS, FolderDefaults

DOCS = Path(__file__).parent.parent / "docs"
_LISTS = {"topic", "moved", "removed"}
_HEAD = "| key | value | default | meaning |\n|---|---|---|---|\n"
_TABLE = re.compile(r"\| key \| value \|.*\n(?:\|.*\n)+")


def settings_page(text: str) -> str:
    """``text``, that of docs/settings.md, with the table below each heading as the code has it."""
    for name, kind in {**SECTIONS, "inbox.toml": FolderDefaults}.items():
        heading = f"## `[[{name}]]`" if name in _LISTS else f"## `{name}`" if "." in name else f"## `[{name}]`"
        before, found, after = text.partition(f"{heading}\n")
        assert found, f"docs/settings.md has no heading {heading}"
        own, *others = re.split(r"(?m)^(?=## )", after, maxsplit=1)
        assert _TABLE.search(own), f"docs/settings.md has no table below {heading}"
        own = _TABLE.sub(lambda _, kind=kind: _HEAD + "".join(_rows(kind)), own, count=1)
        text = before + found + own + "".join(others)
    return text


def _rows(kind: type) -> Iterator[str]:
    for each in fields(kind):
        yield f"| `{each.name}` | {_value(each)} | {_default(each.default)} | {each.metadata['help']} |\n"


def _value(each: Field[Any]) -> str:
    """The first sentence of what reads the value."""
    sentence = re.split(r"\.(?:\s|$)", each.metadata["read"].__doc__, maxsplit=1)[0]
    is_word = sentence[1:2].islower() or sentence[1:2] == " "
    return sentence[0].lower() + sentence[1:] if is_word else sentence


def _default(default: object) -> str:
    match default:
        case _ if default is MISSING:
            return "must be given"
        case bool():
            return f"`{str(default).lower()}`"
        case int():
            return f"`{default}`"
        case None:
            return "not set"
        case ():
            return "none"
    return f'`"{default}"`'


def commands_page() -> str:
    """docs/commands.md: what each command's ``--help`` says."""
    (commands,) = (each for each in command_line()._actions if isinstance(each.choices, dict))
    lines = ["# Commands", "What `feedsvc COMMAND --help` says. `make docs` writes this page.", ""]
    lines += [manual.DESCRIPTION.partition("\n\n")[2], "", "| command | does |", "|---|---|"]
    lines += [f"| [`{name}`](#feedsvc-{name}) | {page.summary} |" for name, page in manual.PAGES.items()]
    for name, page in manual.PAGES.items():
        actions = [each for each in commands.choices[name]._actions if each.dest != "help"]
        usage = " ".join([f"feedsvc {name}", *(f"[{_called(each)}]" for each in actions if each.option_strings)])
        places = [
            str(each.metavar) if each.nargs != "?" else f"[{each.metavar}]"
            for each in actions
            if not each.option_strings
        ]
        lines += ["", f"## feedsvc {name}", f"`{' '.join([usage, *places])}`", "", page.text, ""]
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| `{_called(each)}` | {(each.help or '') % {'default': each.default}} |" for each in actions]
        lines += ["", "```", page.epilog, "```"]
    return "\n".join(lines) + "\n"


def _called(action: argparse.Action) -> str:
    """How an argument is written: ``--jobs N``, ``DIR``."""
    value = action.metavar or action.dest.upper()
    if not action.option_strings:
        return str(value)
    return action.option_strings[-1] if action.nargs == 0 else f"{action.option_strings[-1]} {value}"


def main() -> int:
    """Write the pages."""
    settings = DOCS / "settings.md"
    settings.write_text(settings_page(settings.read_text("utf-8")), "utf-8")
    (DOCS / "commands.md").write_text(commands_page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
