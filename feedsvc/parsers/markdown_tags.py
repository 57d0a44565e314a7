"""Template tags in Markdown (Liquid, Jinja, Hugo shortcodes): none may reach a reader, except inside code."""

import re
from html import escape

from feedsvc.model import Finding

# Code is content, whatever stands in it: fenced blocks, then code spans. Tags are looked for in the rest.
_CODE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)|(?P<tick>`+)(?!`)[^\n]*?(?<!`)(?P=tick)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_HIGHLIGHT = re.compile(
    r"\{%-?\s*highlight\s+(\w+)[^%]*%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}"
    r"|\{\{[<%]\s*highlight\s+(\w+)[^>%]*[>%]\}\}\n?(.*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}",
    re.DOTALL,
)
_RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
_ADDRESS = re.compile(r"""\{\{-?\s*["']([^"'{}\n]+)["']\s*\|[^{}\n]*\burl\b[^{}\n]*\}\}""")
_LINK = re.compile(r"""\{%-?\s*(?:link|post_url)\s+([^\s%]+)\s*-?%\}|\{\{<\s*(?:rel)?ref\s+"([^"\n]+)"\s*>\}\}""")
_BASE = re.compile(r"\{\{-?\s*(?:site|page)\.(?:base)?url\s*-?\}\}")
_TAG = re.compile(r"\{%[^\n]*?%\}|\{\{[^\n]*?\}\}|\{#[^\n]*?#\}|\{:[^}\n]*\}")


def without_tags(text: str, first_line: int) -> tuple[str, tuple[Finding, ...]]:
    """``text`` as a reader may see it, and a finding for what was removed; ``first_line`` is its place in the file."""
    if "{" not in text:
        return text, ()
    text = _HIGHLIGHT.sub(_fence, text)
    pieces: list[str] = []
    lines: list[int] = []
    position = 0
    for code in _CODE.finditer(text):
        pieces += [_cleared(text, position, code.start(), lines), code[0]]
        position = code.end()
    pieces.append(_cleared(text, position, len(text), lines))
    if not lines:
        return "".join(pieces), ()
    message = (
        f"{len(lines)} template tag(s) were removed, since no reader can run them; write out what they stand for."
    )
    return "".join(pieces), (Finding("template-tag-removed", "warning", message, "text", first_line + lines[0]),)


def has_tags(text: str) -> bool:
    """Whether a template tag stands in a short text, such as a title."""
    return bool(_TAG.search(text))


def _fence(found: re.Match[str]) -> str:
    return f"\n```{found[1] or found[3]}\n{(found[2] or found[4] or '').rstrip()}\n```\n"


def _cleared(text: str, start: int, end: int, lines: list[int]) -> str:
    piece = text[start:end]
    if "{" not in piece:
        return piece
    # Lines are counted before anything is taken out.
    kept = _BASE.sub(
        "", _LINK.sub(lambda found: escape(found[1] or found[2]), _ADDRESS.sub(r"\1", _RAW.sub("", piece)))
    )
    before = text.count("\n", 0, start)
    lines += [before + kept.count("\n", 0, found.start()) for found in _TAG.finditer(kept)]
    return _TAG.sub("", kept)
