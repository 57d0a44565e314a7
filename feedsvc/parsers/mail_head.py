"""The header of a message or of one of its parts (RFC 5322, section 2.2), however broken.

Values stay as they stand in the file, unfolded, one character for each byte (Latin-1): what the bytes mean
is ``mail_words``' business.
"""

import re
from dataclasses import dataclass

# The longest headers of real mail, with all seals of its carriers, have 60 KB and 150 fields.
_LONGEST = 262_144
_MOST_FIELDS = 1000
# Dates, types and the like are a line or two long.
_LONGEST_STRUCTURED = 2000
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[ \t]*(.*)")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*+\)")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;]*))')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a header in their order, names in lower case."""

    fields: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str:
        """The first value of a field, empty when there is none."""
        return next((value for each, value in self.fields if each == name), "")

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for each, value in self.fields if each == name]

    def has(self, *names: str) -> bool:
        """Whether one of the fields is there."""
        return any(each in names for each, _ in self.fields)


def read_head(data: bytes, start: int, end: int) -> tuple[Head, int]:
    """The header that begins at ``start``, and where the body begins. ``data`` has lines that end with LF.

    A line that is no field and no continuation is passed over when the header goes on behind it; else the
    body begins with it, without the empty line that should part the two.
    """
    fields: list[list[str]] = []
    at = start
    limit = min(end, start + _LONGEST)
    while at < limit and len(fields) < _MOST_FIELDS:
        line, following = _line(data, at, limit)
        if not line:
            return _head(fields), following
        if line[:1] in b" \t" and fields:
            fields[-1].append(line.strip().decode("latin-1"))
        elif found := _FIELD.fullmatch(line):
            fields.append([found[1].decode("latin-1").lower(), found[2].strip().decode("latin-1")])
        elif not fields or not _goes_on(data, following, limit):
            return _head(fields), at
        at = following
    return _head(fields), at


def _line(data: bytes, at: int, limit: int) -> tuple[bytes, int]:
    newline = data.find(b"\n", at, limit)
    return (data[at:limit], limit) if newline < 0 else (data[at:newline], newline + 1)


def _goes_on(data: bytes, at: int, limit: int) -> bool:
    line, _ = _line(data, at, limit)
    return line[:1] in (b" ", b"\t") or _FIELD.fullmatch(line) is not None


def _head(fields: list[list[str]]) -> Head:
    return Head(tuple((name, " ".join(filter(None, lines))) for name, *lines in fields))


def without_comments(value: str) -> str:
    """A structured value without its comments (RFC 5322, section 3.2.2), which nest a few levels at most."""
    value = value[:_LONGEST_STRUCTURED]
    for _ in range(3):
        shorter = _COMMENT.sub(" ", value)
        if shorter == value:
            break
        value = shorter
    return value


def token_and_parameters(value: str) -> tuple[str, dict[str, str]]:
    """``text/html; charset="utf-8"`` in its parts (RFC 2045, section 5.1), names and token in lower case.

    Parameters that were split or encoded (RFC 2231: ``name*0*``) are put together; the text of those is
    percent-encoded still and led by ``charset'language'``, under the name with one ``*``.
    """
    token = without_comments(value.partition(";")[0]).strip().strip('"').lower()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(value[:10_000]):
        name = found[1].lower()
        text = _ESCAPED.sub(r"\1", found[2]) if found[2] is not None else (found[3] or "").strip()
        base, star, rest = name.partition("*")
        if not star:
            plain.setdefault(base, text)
            continue
        number = rest.rstrip("*")
        encoded = rest.endswith("*") or not rest
        pieces.setdefault(base, {})[int(number) if number.isdecimal() and len(number) < 4 else 0] = (text, encoded)
    for base, numbered in pieces.items():
        several = [numbered[number] for number in sorted(numbered)]
        if any(encoded for _, encoded in several):
            plain[f"{base}*"] = "".join(text if encoded else text.replace("%", "%25") for text, encoded in several)
        else:
            plain[base] = "".join(text for text, _ in several)
    return token, plain
