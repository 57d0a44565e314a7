"""The YAML that nearly all front matter is written in, read without a YAML parser, which takes longer than the article.

Each key on top stands on a line of its own, with a scalar or a list behind it, or with a list below it. What is read
here means the same to YAML; of a source that may mean anything else nothing is read.
"""

from feedsvc.patterns import pattern

_ROW = pattern(r"([A-Za-z_][A-Za-z0-9_-]{0,99}):(?: +(.*))?|( *)- +(.*)|(?:#.*)?")
_QUOTES = ("'", '"')
# What has a meaning of its own within a list of one line.
_LIST_MARKS = frozenset("[]{}:?#")


def read_plain(source: str) -> tuple[dict[str, object], dict[str, int]] | None:
    """The fields of ``source`` by lower-case key, and their lines in it, counted from 0; None where only YAML can tell.

    No key stands twice.
    """
    if not source.replace("\n", "").isprintable():
        return None
    fields: dict[str, object] = {}
    lines: dict[str, int] = {}
    # The list below a key that nothing stands behind, and how far it is indented.
    below: list[str] | None = None
    depth: str | None = None
    for number, row in enumerate(source.split("\n")):
        found = _ROW.fullmatch(row)
        if found is None:
            return None
        key, stated, indent, item = found.groups()
        if key is not None:
            key = key.lower()
            value = _value(stated or "")
            if value is None or key in fields:
                return None
            fields[key], lines[key] = value, number
            below, depth = ([], None) if not stated else (None, None)
        elif item is not None:
            scalar = _scalar(item)
            if scalar is None or below is None or depth not in (None, indent):
                return None
            below.append(scalar)
            fields[next(reversed(fields))], depth = below, indent
    return fields, lines


def _value(stated: str) -> object | None:
    if stated.startswith("["):
        return _list(stated.rstrip(" "))
    return _scalar(stated) if stated else ""


def _list(stated: str) -> list[str] | None:
    if not stated.endswith("]"):
        return None
    inner = stated[1:-1].strip(" ")
    items = [_listed(each.strip(" ")) for each in inner.split(",")] if inner else []
    return [each for each in items if each is not None] if None not in items else None


def _listed(item: str) -> str | None:
    return _scalar(item) if item.startswith(_QUOTES) or _LIST_MARKS.isdisjoint(item) else None


def _scalar(stated: str) -> str | None:
    """A scalar in quotes without escapes, or one that begins like a word and holds no mark of YAML."""
    text = stated.rstrip(" ")
    first, inner = text[:1], text[1:-1]
    if first in _QUOTES:
        return inner if len(text) > 1 and text[-1] == first and first not in inner and "\\" not in inner else None
    is_plain = (first.isalnum() or first in ("/", "(")) and ": " not in text and " #" not in text and text[-1] != ":"
    return text if is_plain else None
