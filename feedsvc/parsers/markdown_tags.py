"""Template tags in Markdown (Liquid, Jinja, Nunjucks, Hugo shortcodes): none may reach a reader.

Code is content: inside fences and code spans tags stay, and so does what stands between ``raw`` and
``endraw``. What can be said without the template is: highlighted code, addresses, figures, videos.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from feedsvc.model import Finding
from feedsvc.parsers.markdown_code import code_blocks
from feedsvc.patterns import pattern

_TAG_OPENINGS = ("{%", "{{", "{#", "{:", "[TOC]")
# What may begin code or a tag; everything between two of these is copied as it stands.
_MARK = pattern(
    r"^(?P<fence>[ >]{0,12}(?P<rail>`{3,}|~{3,}))|(?P<ticks>`+)|\{(?=[%{#:])"
    r"|^(?P<contents>\[TOC\][ \t]*$|[*-] .*\n\{:[ \t]*toc[^}\n]*\}[ \t]*$)",
    re.MULTILINE,
)
_LONGEST_TAG = 4000
_CLOSINGS = {"%": "%}", "{": "}}", "#": "#}", ":": "}"}
_LONGEST_SPAN = 4000
# Blocks: what opens them, and what closes them.
_RAW = pattern(r"\{%-?\s*(?:raw|verbatim)\s*-?%\}")
_END_RAW = pattern(r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}")
_COMMENT = pattern(r"\{%-?\s*comment\b[^%\n]{0,200}%\}")
_END_COMMENT = pattern(r"\{%-?\s*endcomment\s*-?%\}")
_NOTE = pattern(r"\{#(?!\S{0,200}\})")
_END_NOTE = pattern(r"#\}")
_HIGHLIGHT = pattern(r"\{%-?\s*highlight\s+[\"']?([\w+#.-]+)[^%\n]{0,400}%\}\n?")
_END_HIGHLIGHT = pattern(r"\{%-?\s*endhighlight\s*-?%\}")
_SHORTCODE = pattern(r"\{\{[<%]\s*highlight\s+\"?([\w+#.-]+)[^>%\n]{0,400}[>%]\}\}\n?")
_END_SHORTCODE = pattern(r"\{\{[<%]\s*/\s*highlight\s*[>%]\}\}")
_ADDRESS = pattern(r"""\{\{-?\s*["']([^"'{}\n]+)["']\s*\|\s*(?:\w*url\b|prepend:\s*site\.\w*url\b)[^{}\n]*\}\}""")
_BASE = pattern(r"\{\{-?\s*(?:site|page|config)\.(?:base_?)?url\s*-?\}\}", re.IGNORECASE)
_FIGURE = pattern(r"\{\{[<%]\s*(?:figure|img|image)\s+([^{}]*?)\s*/?[>%]\}\}")
_VIDEO = pattern(r"""\{\{[<%]\s*(youtube|vimeo)\s+(?:id=)?["']?([\w-]+)["']?[^{}]*[>%]\}\}""")
_PARAMETER = pattern(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"']+))""")
_VIDEO_PAGES = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}
_ATTRIBUTES = pattern(r"[ \t]?\{:[^{}\n]*\}")
_TAG = pattern(r"\{%[^{}]*?%\}|\{%.*?%\}|\{\{\{?[^{}]*\}\}\}?|\{\{.*?\}\}", re.DOTALL)
_EMPTY_LINK = pattern(r"(!?)\[([^\[\]\n]*)\]\(\s*\)")


def without_tags(text: str, first_line: int = 1) -> tuple[str, tuple[Finding, ...]]:
    """``text`` as a reader may see it, and a finding on what was removed.

    ``first_line`` is the place of ``text`` in its file.
    """
    if "{" not in text and "[TOC]" not in text:
        return text, ()
    if not any(opening in text for opening in _TAG_OPENINGS):
        return text, ()
    reading = _Reading(text)
    reading.run()
    clean = "".join(reading.pieces)
    if not reading.removed:
        return clean, ()
    clean = _EMPTY_LINK.sub(lambda link: "" if link[1] else link[2], clean)
    line = first_line + text.count("\n", 0, reading.removed[0])
    counted = "1 template tag was" if len(reading.removed) == 1 else f"{len(reading.removed)} template tags were"
    message = f"{counted} removed, since no reader can run them; write out what they stand for."
    return clean, (Finding("template-tag-removed", "warning", message, "text", line),)


@dataclass(slots=True)
class _Reading:
    """One pass over a text: the pieces that stay, and the places of the tags that do not."""

    text: str
    pieces: list[str] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    closings: dict[re.Pattern[str], list[tuple[int, int]]] = field(default_factory=dict)
    nearest: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        position = 0
        code = code_blocks(self.text)
        while (mark := _MARK.search(self.text, position)) is not None:
            self.pieces.append(self.text[position : mark.start()])
            if (end := _end_of_block(code, mark.start())) is not None:
                position = self.copy_code(mark.start(), end)
            elif mark["rail"]:
                position = self.copy_code(mark.start(), self.end_of_fence(mark))
            elif mark["ticks"]:
                position = self.copy_code(mark.start(), self.end_of_span(mark))
            elif mark["contents"]:
                position = mark.end()
            else:
                position = self.tag(mark.start())
        self.pieces.append(self.text[position:])

    def copy_code(self, start: int, end: int) -> int:
        """Code stays; only marks that shielded it from the template engine go."""
        while (shield := _RAW.search(self.text, start, end)) is not None:
            closing = self.closing(_END_RAW, shield.end())
            if closing is None or closing[1] > end:
                break
            self.pieces += (self.text[start : shield.start()], self.text[shield.end() : closing[0]])
            start = closing[1]
        self.pieces.append(self.text[start:end])
        return end

    def closing(self, pattern: re.Pattern[str], position: int) -> tuple[int, int] | None:
        """Where the first match of ``pattern`` behind ``position`` stands."""
        if pattern not in self.closings:
            self.closings[pattern] = [found.span() for found in pattern.finditer(self.text)]
        spans = self.closings[pattern]
        index = bisect_left(spans, (position, position))
        return spans[index] if index < len(spans) else None

    def next_closing(self, closing: str, position: int) -> int:
        """Where the first ``closing`` behind ``position`` ends; looked for anew only when the last one is passed."""
        if self.nearest.get(closing, -1) < position:
            found = self.text.find(closing, position)
            self.nearest[closing] = found if found >= 0 else len(self.text) + _LONGEST_TAG
        return self.nearest[closing] + len(closing)

    def end_of_fence(self, mark: re.Match[str]) -> int:
        """Behind the closing fence (CommonMark 4.5), or the end of the text."""
        rail = mark["rail"]
        closing = re.compile(rf"^[ >]{{0,12}}{re.escape(rail[0])}{{{len(rail)},}}[ \t]*$", re.MULTILINE)
        line_end = self.text.find("\n", mark.end())
        closed = closing.search(self.text, line_end + 1) if line_end >= 0 else None
        return closed.end() if closed else len(self.text)

    def end_of_span(self, mark: re.Match[str]) -> int:
        """Behind the closing backticks (CommonMark 6.1), or behind the opening ones when nothing closes them."""
        ticks = mark["ticks"]
        limit = min(mark.end() + _LONGEST_SPAN, len(self.text))
        blank = self.text.find("\n\n", mark.end(), limit)
        closing = re.compile(rf"(?<!`){ticks}(?!`)").search(self.text, mark.end(), blank if blank >= 0 else limit)
        return closing.end() if closing else mark.end()

    def tag(self, start: int) -> int:
        """Replace the tag at ``start`` by what it stands for; the position behind it."""
        if self.next_closing(_CLOSINGS[self.text[start + 1]], start + 2) > start + _LONGEST_TAG:
            self.pieces.append(self.text[start])
            return start + 1
        for opening, ending, replace in _BLOCKS:
            if (found := opening.match(self.text, start)) and (closed := self.closing(ending, found.end())):
                self.pieces.append(replace(found, self.text[found.end() : closed[0]]))
                return closed[1]
        for tag, meaning in _MEANINGS:
            if (found := tag.match(self.text, start)) is not None:
                self.pieces.append(meaning(found))
                return found.end()
        found = _TAG.match(self.text, start, min(start + _LONGEST_TAG, len(self.text)))
        if found is None:
            self.pieces.append(self.text[start])
            return start + 1
        self.removed.append(start)
        return found.end()


def _end_of_block(code: list[tuple[int, int]], position: int) -> int | None:
    """The end of the block of code in which ``position`` lies."""
    index = bisect_right(code, (position, len(code) and code[-1][1])) - 1
    return code[index][1] if index >= 0 and position < code[index][1] else None


def _fence(found: re.Match[str], inner: str) -> str:
    code = _END_RAW.sub("", _RAW.sub("", inner)).strip("\n")
    rail = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"\n{rail}{found[1]}\n{code}\n{rail}\n"


def _nothing(_found: re.Match[str]) -> str:
    return ""


def _image(found: re.Match[str]) -> str:
    given = {each[1].lower(): next(filter(None, each.groups()[1:]), "") for each in _PARAMETER.finditer(found[1])}
    if not given.get("src"):
        return ""
    caption = given.get("caption") or given.get("title") or ""
    image = f'<img src="{escape(given["src"])}" alt="{escape(given.get("alt") or caption)}">'
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>" if caption else image


_BLOCKS: tuple[tuple[re.Pattern[str], re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (_RAW, _END_RAW, lambda _found, inner: inner),
    (_COMMENT, _END_COMMENT, lambda _found, _inner: ""),
    (_NOTE, _END_NOTE, lambda _found, _inner: ""),
    (_HIGHLIGHT, _END_HIGHLIGHT, _fence),
    (_SHORTCODE, _END_SHORTCODE, _fence),
)
_MEANINGS = (
    (_ADDRESS, lambda found: found[1]),
    (_BASE, _nothing),
    (_FIGURE, _image),
    (_VIDEO, lambda found: f"<{_VIDEO_PAGES[found[1]]}{found[2]}>"),
    (_ATTRIBUTES, _nothing),
)
