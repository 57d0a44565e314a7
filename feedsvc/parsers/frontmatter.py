"""Front matter: the settings on top of a Markdown file, in YAML, TOML, JSON or plain header lines.

Most YAML is read without a parser of YAML (``plain_yaml``), the rest by one, which takes a while to load (``yaml_block``).
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct, field

from feedsvc.model import Finding
from feedsvc.parsers.broken import BrokenError
from feedsvc.parsers.plain_yaml import read_plain
from feedsvc.patterns import pattern

Fields = Mapping[str, object]
# The fields of a block, and the line of each within it.
Reader = Callable[[str], tuple[dict[str, object], dict[str, int]]]

_KEY_LINE = pattern(r"""["']?([A-Za-z_][\w .-]{0,60}?)["']?[ \t]*(?::(?=\s|$)|=)[ \t]*""")
_TOML_PLACE = pattern(r"line (\d+)")
# Eleventy names the language behind the mark.
_LANGUAGE = pattern(r"---[ \t]*(yaml|toml|json)[ \t]*")
_LANGUAGE_MARKS = {"yaml": "---", "toml": "+++", "json": "{"}
_CLOSINGS = {
    "---": pattern(r"\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)"),
    "+++": pattern(r"\n\+\+\+[ \t]*(?=\n|\Z)"),
}
# A key of so many parts: tomllib takes the square of their number in time and memory.
_ENDLESS_KEY = pattern(r"""(?<![\w"'-])(?:[\w"'-]{1,60}+[ \t]{0,9}+\.[ \t]{0,9}+){100}""")
_ALIAS = pattern(r"\*[\w-]+")
_JSON_OPENING = pattern(r'\{\s*(?:"|\}|$)')
# Tables of Zola and Hugo whose keys count like those on top.
_NESTED = ("taxonomies", "extra", "params")


class FrontMatter(Struct, frozen=True):
    """The fields by lower-case key, the line on which each stands, the body and the body's first line.

    ``is_cut``: the text ends within the front matter, as that of a file does that is still being written.
    """

    fields: Fields
    body: str
    lines: Mapping[str, int] = field(default_factory=dict)
    body_line: int = 1
    findings: tuple[Finding, ...] = ()
    is_cut: bool = False


class _Block(Struct, frozen=True):
    """What the lines of a front matter mean."""

    fields: Fields
    lines: Mapping[str, int]
    findings: tuple[Finding, ...] = ()


def split(text: str) -> FrontMatter:
    """The front matter and the body of a Markdown file; no fields where there is no front matter."""
    text = text.removeprefix("\ufeff")
    opening = text.lstrip("\n\r \t")
    skipped = text.count("\n", 0, len(text) - len(opening))
    mark = opening.partition("\n")[0].rstrip()
    if mark in ("---", "+++"):
        found = _fenced(opening, mark, skipped)
    elif language := _LANGUAGE.fullmatch(mark):
        found = _fenced(opening, "---", skipped, _LANGUAGE_MARKS[language[1]])
    elif _JSON_OPENING.match(mark):
        found = _json(opening, skipped)
    else:
        found = _unfenced(opening, skipped)
    return found or FrontMatter({}, text)


def _fenced(text: str, mark: str, skipped: int, language: str | None = None) -> FrontMatter | None:
    """A block between two marks, in the ``language`` of another mark where one is named.

    None when the first mark is a thematic break above plain text.
    """
    findings: tuple[Finding, ...] = ()
    start = text.find("\n") + 1 or len(text)
    end = _CLOSINGS[mark].search(text, start - 1)
    stop, rest = (end.start() + 1, end.end() + 1) if end else (len(text), len(text))
    if end is None:
        message = f"The front matter opens with {mark} and is never closed; put {mark} on a line below its last key."
        findings = (Finding("front-matter-open", "error", message, None, skipped + 1),)
        if blank := re.compile(r"^[ \t]*$", re.MULTILINE).search(text, start):
            stop = rest = blank.start()
    source = text[start:stop]
    if language is None and source.strip() and not any(_KEY_LINE.match(line) for line in source.split("\n")):
        return None
    block = _json_block(source, skipped + 2)[0] if language == "{" else _read(source, language or mark, skipped + 2)
    body_line = skipped + text.count("\n", 0, rest) + 1
    body, is_cut = text[rest:], end is None and not text[rest:].strip()
    return FrontMatter(block.fields, body, block.lines, body_line, (*findings, *block.findings), is_cut)


def _unfenced(text: str, skipped: int) -> FrontMatter | None:
    """Keys on top without an opening mark: Pelican's own form, or a forgotten ``---``."""
    if not _KEY_LINE.match(text):
        return None
    head: list[str] = []
    closed = False
    for line in text.split("\n"):
        closed = line.rstrip() == "---"
        if closed or not line.strip():
            break
        if not _KEY_LINE.match(line) and not line.startswith((" ", "\t", "-")):
            return None
        head.append(line)
    keys = {found[1].lower() for line in head if (found := _KEY_LINE.match(line))}
    if "title" not in keys or (len(keys) < 2 and not closed):
        return None
    listed = any(line.lstrip().startswith("-") for line in head)
    block = _read("\n".join(head), "---", skipped + 1) if closed or listed else _header_lines(head, skipped + 1)
    lines = text.split("\n")
    end = len(head) + closed
    return FrontMatter(block.fields, "\n".join(lines[end:]), block.lines, skipped + end + 1, block.findings)


def _header_lines(head: list[str], first_line: int) -> _Block:
    """Header lines as in Pelican and MultiMarkdown: a value is what follows the colon, and what is indented."""
    fields: dict[str, object] = {}
    lines: dict[str, int] = {}
    key = ""
    findings = _repeated(head, first_line)
    for number, line in enumerate(head, first_line):
        if (found := _KEY_LINE.match(line)) is not None:
            key = found[1].strip().lower()
            fields[key], lines[key] = line[found.end() :].strip(), number
        else:
            fields[key] = f"{fields[key]} {line.strip()}"
    return _Block(fields, lines, findings)


def _repeated(rows: Sequence[str], first_line: int) -> tuple[Finding, ...]:
    """A finding for each key that stands twice: the last one counts."""
    places: dict[str, int] = {}
    findings: list[Finding] = []
    for number, row in enumerate(rows, first_line):
        if (found := _KEY_LINE.match(row)) is None:
            continue
        key = found[1].strip().lower()
        if key in places:
            message = f"{key} stands on line {places[key]} and here; this one counts: take one of them out."
            findings.append(Finding("front-matter-repeated", "warning", message, None, number))
        places[key] = number
    return tuple(findings)


def _json(text: str, skipped: int) -> FrontMatter:
    """A JSON object above the body."""
    block, end = _json_block(text, skipped + 1)
    return FrontMatter(block.fields, text[end:], block.lines, skipped + text.count("\n", 0, end) + 1, block.findings)


def _json_block(text: str, first_line: int) -> tuple[_Block, int]:
    """The object with which ``text`` opens, and where it ends; of a broken one what its lines give."""
    start = len(text) - len(text.lstrip())
    findings: tuple[Finding, ...] = ()
    try:
        fields, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        closing = re.search(r"^\}[ \t]*$", text, re.MULTILINE)
        end = closing.end() if closing else text.find("\n\n")
        if end < 0:
            end = len(text)
        fields = {key: _salvaged(value.rstrip(", ")) for key, value in _simple(text[:end])}
        findings = (_broken(first_line - 1 + line, str(error).partition(":")[0]),)
    lines = {key.lower(): first_line - 1 + number for number, key in _key_lines(text[:end])}
    return _Block(_flat(fields if isinstance(fields, dict) else {}), lines, findings), end


def _read(source: str, mark: str, first_line: int) -> _Block:
    """The fields of one block; of a broken one what each of its keys gives by itself, with a finding."""
    if mark == "---" and (plain := read_plain(source)) is not None:
        return _Block(plain[0], {key: first_line + line for key, line in plain[1].items()})
    read = _toml if mark == "+++" else _yaml()
    try:
        fields, lines = read(source)
        findings = _repeated(source.split("\n"), first_line) if mark == "---" else ()
    except BrokenError as error:
        fields, lines = _key_by_key(source, read)
        findings = (_broken(first_line + error.line, str(error)),)
    return _Block(_flat(fields), {key.lower(): first_line + line for key, line in lines.items()}, findings)


def _yaml() -> Reader:
    from feedsvc.parsers.yaml_block import read_yaml

    return read_yaml


def _broken(line: int, reason: str) -> Finding:
    message = f"The front matter does not parse ({reason}); correct it there: a value with a colon needs quotes."
    return Finding("front-matter-broken", "error", message, None, line)


def _toml(source: str) -> tuple[dict[str, object], dict[str, int]]:
    if (endless := _ENDLESS_KEY.search(source)) is not None:
        raise BrokenError(source.count("\n", 0, endless.start()), "a key has more than a hundred parts")
    try:
        fields = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        at = _TOML_PLACE.search(str(error))
        raise BrokenError(int(at[1]) - 1 if at else 0, str(error).partition("\n")[0]) from error
    return fields, {key: number - 1 for number, key in _key_lines(source)}


def _key_by_key(source: str, read: Reader) -> tuple[dict[str, object], dict[str, int]]:
    """Each key on top with the lines below it, read alone: one wrong value costs only itself its markup."""
    fields: dict[str, object] = {}
    lines: dict[str, int] = {}
    rows = source.split("\n")
    starts = [number for number, row in enumerate(rows) if _KEY_LINE.match(row)]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=False):
        found = _KEY_LINE.match(rows[start])
        key = found[1].strip() if found else ""
        try:
            value = next(iter(read("\n".join(rows[start:end]))[0].values()), None)
        except BrokenError:
            value = _salvaged(rows[start][found.end() :], source) if found else None
        fields[key] = value
        lines.setdefault(key, start)
    return fields, lines


def _salvaged(text: str, source: str = "") -> object:
    """What a value that does not parse seems to say: a text or a list of texts; of a reference what it stands for."""
    text = text.strip()
    if _ALIAS.fullmatch(text) and (anchor := re.search(rf"&{text[1:]}[ \t]+(\S.*)", source)):
        text = anchor[1].strip()
    if text.startswith("["):
        return [bare for each in text.strip("[]").split(",") if (bare := each.strip(" \"'"))]
    return text.strip("\"'")


def _key_lines(source: str) -> Iterator[tuple[int, str]]:
    """Keys with the number of their line, the last one first, so that the first place of a key wins."""
    for number, line in reversed(list(enumerate(source.split("\n"), 1))):
        if found := _KEY_LINE.match(line.lstrip()):
            yield number, found[1].strip()


def _simple(source: str) -> Iterator[tuple[str, str]]:
    for line in source.split("\n"):
        if (found := _KEY_LINE.match(line.strip())) and (value := line.strip()[found.end() :]) not in ("", "{", "["):
            yield found[1].strip(), value


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
