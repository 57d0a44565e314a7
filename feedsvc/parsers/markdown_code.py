"""Blocks of code in Markdown that no fence marks."""

import re

_PREFORMATTED = re.compile(r"<(pre|code)\b[^>]{0,200}>(?:(?!<(?:pre|code)\b).)*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_RAIL = re.compile(r" {0,3}(`{3,}|~{3,})")
_LIST_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)|\[\^[^\]]{1,40}\]:")


def code_blocks(text: str) -> list[tuple[int, int]]:
    """Where indented code (CommonMark 4.4) and ``<pre>`` or ``<code>`` of HTML stand in ``text``, in order."""
    found = [each.span() for each in _PREFORMATTED.finditer(text)]
    if "\n    " not in text and "\n\t" not in text and text[:1] not in (" ", "\t"):
        return found
    position, blank, listed, fence, start = 0, True, False, None, None
    for line in text.splitlines(keepends=True):
        rail = _RAIL.match(line)
        if fence is not None:
            fence = None if rail and rail[1].startswith(fence) else fence
        elif rail and start is None:
            fence = rail[1]
        elif not line.strip():
            blank = True
        elif line.startswith(("    ", "\t")) and not listed and (blank or start is not None):
            start = position if start is None else start
            blank = False
        else:
            if start is not None:
                found.append((start, position))
                start = None
            listed = bool(_LIST_ITEM.match(line)) or (listed and line[0] in " \t")
            blank = False
        position += len(line)
    if start is not None:
        found.append((start, position))
    return sorted(found)
