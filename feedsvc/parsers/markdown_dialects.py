"""Markup of Markdown's dialects that CommonMark prints as it stands: links of wikis, directives, callouts, imports of MDX."""

import re

from feedsvc.media import MEDIA_TYPES, suffix_of
from feedsvc.patterns import pattern

_MODULES = ("import ", "export ")
_RAIL = pattern(r" {0,3}(`{3,}|~{3,})")
# :::note, ::: {.callout-tip title="Nets"}, ::::
_DIRECTIVE = pattern(r" {0,3}:{3,}[ \t]*(?:\{?\.?[\w-]{1,40}[^\n]{0,200})?")
_CALLOUT = pattern(r"( {0,3}>\s?)\[!([A-Za-z]{3,20})\][+-]?[ \t]*([^\n]*)")
_WIKI = pattern(r"(!?)\[\[([^\s\[\]|#`][^\[\]|`\n]{0,200})(?:\|([^\[\]|`\n]{1,200}))?\]\](?![(\[:])")
_MODULE = pattern(
    r"(?:import\s[^\n]{0,300}?['\"][^'\"\n]{1,200}['\"]|export\s+(?:const|default|let)\s[^\n]{1,300});?\s*"
)


def as_common(body: str) -> str:
    """``body`` in the words of CommonMark, line by line; what stands in code stays."""
    if not ("[[" in body or "[!" in body or ":::" in body or body.lstrip().startswith(_MODULES)):
        return body
    lines = body.split("\n")
    fence: str | None = None
    opening = True
    for number, line in enumerate(lines):
        rail = _RAIL.match(line)
        if fence is not None:
            fence = None if rail is not None and rail[1].startswith(fence) else fence
        elif rail is not None:
            fence = rail[1]
        elif line.strip() and not line.startswith(("    ", "\t")):
            lines[number] = _line(line, opening)
            opening = opening and not lines[number]
    return "\n".join(lines)


def _line(line: str, opening: bool) -> str:
    if opening and line.startswith(_MODULES) and _MODULE.fullmatch(line):
        return ""
    if ":::" in line and _DIRECTIVE.fullmatch(line):
        return ""
    if "[!" in line and (callout := _CALLOUT.fullmatch(line)):
        return f"{callout[1]}**{callout[3].strip() or callout[2].capitalize()}**  "
    return _WIKI.sub(_linked, line) if "[[" in line and "`" not in line else line


def _linked(link: re.Match[str]) -> str:
    """The words of a link, which leads nowhere outside its wiki; of a file that it shows, the picture."""
    name = link[2].strip()
    if link[1]:
        return f"![]({name.replace(' ', '%20')})" if suffix_of(name) in MEDIA_TYPES else ""
    return link[3].strip() if link[3] else name.partition("#")[0]
