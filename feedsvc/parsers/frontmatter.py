"""Front matter: the settings on top of a Markdown file, in YAML, TOML or JSON.

YAML scalars are kept as the author wrote them and converted by the field's type: YAML 1.1 would read ``no``
as false and ``12:30`` as 750.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import yaml

from feedsvc.model import Finding

Fields = Mapping[str, object]

_LOADER: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_KEY_LINE = re.compile(r"""^["']?([A-Za-z_][\w .-]*?)["']?\s*[:=](?:\s|$)""")
_TOML_PLACE = re.compile(r"line (\d+)")
# Tables of Zola and Hugo whose keys count like those on top.
_NESTED = ("taxonomies", "extra", "params", "front_matter")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields by lower-case key, the line on which each stands, the body and the body's first line."""

    fields: Fields
    body: str
    lines: Mapping[str, int] = field(default_factory=dict)
    body_line: int = 1
    findings: tuple[Finding, ...] = ()


def split(text: str) -> FrontMatter:
    """The front matter and the body of a Markdown file; no fields where there is no front matter."""
    text = text.removeprefix("\ufeff")
    start = len(text) - len(text.lstrip("\n\r \t"))
    lines = text[start:].split("\n")
    skipped = text.count("\n", 0, start)
    mark = lines[0].rstrip()
    if mark in ("---", "+++"):
        return _fenced(lines, mark, skipped)
    if mark.startswith("{") and not mark.startswith(("{%", "{{", "{#")):
        return _json(text[start:], skipped)
    return _unfenced(lines, skipped) or FrontMatter({}, text)


def _fenced(lines: list[str], mark: str, skipped: int) -> FrontMatter:
    closing = (mark, "...") if mark == "---" else (mark,)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() in closing), None)
    if end is None:
        message = f"The front matter opens with {mark} and is never closed; put {mark} on a line below its last key."
        finding = Finding("front-matter-open", "error", message, None, skipped + 1)
        end = next((number for number, line in enumerate(lines[1:], 1) if not line.strip()), len(lines))
        found = _read("\n".join(lines[1:end]), mark, skipped + 2)
        return FrontMatter(found.fields, "\n".join(lines[end:]), found.lines, skipped + end + 1, (finding,))
    found = _read("\n".join(lines[1:end]), mark, skipped + 2)
    return FrontMatter(found.fields, "\n".join(lines[end + 1 :]), found.lines, skipped + end + 2, found.findings)


def _unfenced(lines: list[str], skipped: int) -> FrontMatter | None:
    """Keys on top without an opening mark: Pelican's own form, or a forgotten ``---``."""
    head: list[str] = []
    for line in lines:
        if not line.strip() or line.rstrip() == "---":
            break
        if not _KEY_LINE.match(line) and not line.startswith((" ", "\t", "-")):
            return None
        head.append(line)
    keys = {found[1].lower() for line in head if (found := _KEY_LINE.match(line))}
    if "title" not in keys or len(keys) < 2:
        return None
    block = _read("\n".join(head), "---", skipped + 1)
    end = len(head) + (1 if len(lines) > len(head) and lines[len(head)].rstrip() == "---" else 0)
    return FrontMatter(block.fields, "\n".join(lines[end:]), block.lines, skipped + end + 1, block.findings)


def _json(text: str, skipped: int) -> FrontMatter:
    try:
        fields, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return FrontMatter({}, text)
    if not isinstance(fields, dict):
        return FrontMatter({}, text)
    body_line = skipped + text.count("\n", 0, end) + 1
    return FrontMatter(_flat(fields), text[end:], {}, body_line)


def _read(source: str, mark: str, first_line: int) -> FrontMatter:
    """The fields of one block; of a broken one those that single lines give, with a finding."""
    lines = {
        found[1].strip().lower(): number
        for number, line in reversed(list(enumerate(source.split("\n"), first_line)))
        if (found := _KEY_LINE.match(line))
    }
    try:
        fields = tomllib.loads(source) if mark == "+++" else yaml.load(source, _LOADER)  # noqa: S506
    except (tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        line, reason = _place(error, first_line)
        message = f"The front matter does not parse ({reason}); correct it there."
        finding = Finding("front-matter-broken", "error", message, None, line)
        return FrontMatter(_by_line(source), "", lines, first_line, (finding,))
    if not isinstance(fields, dict):
        return FrontMatter({}, "", lines, first_line)
    return FrontMatter(_flat(fields), "", lines, first_line)


def _place(error: Exception, first_line: int) -> tuple[int, str]:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return first_line + error.problem_mark.line, str(error.problem or error.context)
    at = _TOML_PLACE.search(str(error))
    return first_line + int(at[1]) - 1 if at else first_line, str(error).split("\n")[0]


def _by_line(source: str) -> dict[str, object]:
    """The plain ``key: value`` lines of a block that does not parse."""
    fields: dict[str, object] = {}
    for line in source.split("\n"):
        found = _KEY_LINE.match(line)
        value = line[found.end() :].strip() if found else ""
        if found and value and value[0] not in "[{|>&*!":
            fields[found[1].strip().lower()] = value.strip("\"'")
    return fields


def _flat(fields: Mapping[Any, object]) -> dict[str, object]:
    """Keys in lower case; those of nested tables that are not on top as well; values as plain data."""
    flat = {str(name).strip().lower(): _plain(value) for name, value in fields.items()}
    for nested in _NESTED:
        inner = flat.get(nested)
        if isinstance(inner, dict):
            flat = {**{str(name).lower(): value for name, value in inner.items()}, **flat}
    return flat


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
