"""Template tags in Markdown (Liquid, Jinja, Nunjucks, Hugo shortcodes): none may reach a reader.

Code is content: inside fences and code spans tags stay, and so does what stands between ``raw`` and
``endraw``. What can be said without the template is: highlighted code, addresses, figures, videos.
"""

import re
from dataclasses import dataclass, field
from html import escape

from feedsvc.model import Finding

_TAG_OPENINGS = ("{%", "{{", "{#", "{:", "[TOC]")
# What may begin code or a tag; everything between two of these is copied as it stands.
_MARK = re.compile(
    r"^(?P<fence>[ >]{0,12}(?P<rail>`{3,}|~{3,}))|(?P<ticks>`+)|\{(?=[%{#:])"
    r"|^(?P<contents>\[TOC\][ \t]*$|[*-] .*\n\{:[ \t]*toc[^}\n]*\}[ \t]*$)",
    re.MULTILINE,
)
_LONGEST_TAG = 4000
_CLOSINGS = {"%": "%}", "{": "}}", "#": "#}", ":": "}"}
_LONGEST_SPAN = 4000
_RAW = re.compile(r"\{%-?\s*(?:raw|verbatim)\s*-?%\}(.*?)\{%-?\s*end(?:raw|verbatim)\s*-?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|\{#(?!\S*\}).*?#\}", re.DOTALL)
_HIGHLIGHT = re.compile(
    r"\{%-?\s*highlight\s+([\w+#.-]+)[^%\n]*%\}\n?(.*?)\{%-?\s*endhighlight\s*-?%\}"
    r"|\{\{[<%]\s*highlight\s+\"?([\w+#.-]+)[^>%\n]*[>%]\}\}\n?(.*?)\{\{[<%]\s*/\s*highlight\s*[>%]\}\}",
    re.DOTALL,
)
_ADDRESS = re.compile(r"""\{\{-?\s*["']([^"'{}\n]+)["']\s*\|\s*(?:\w*url\b|prepend:\s*site\.\w*url\b)[^{}\n]*\}\}""")
_BASE = re.compile(r"\{\{-?\s*(?:site|page|config)\.(?:base_?)?url\s*-?\}\}", re.IGNORECASE)
_FIGURE = re.compile(r"\{\{[<%]\s*(?:figure|img|image)\s+([^{}]*?)\s*/?[>%]\}\}")
_VIDEO = re.compile(r"""\{\{[<%]\s*(youtube|vimeo)\s+(?:id=)?["']?([\w-]+)["']?[^{}]*[>%]\}\}""")
_PARAMETER = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"']+))""")
_VIDEO_PAGES = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}
_ATTRIBUTES = re.compile(r"[ \t]?\{:[^{}\n]*\}")
_TAG = re.compile(r"\{%[^{}]*?%\}|\{%.*?%\}|\{\{\{?[^{}]*\}\}\}?|\{\{.*?\}\}", re.DOTALL)
_EMPTY_LINK = re.compile(r"(!?)\[([^\[\]\n]*)\]\(\s*\)")


def without_tags(text: str, first_line: int = 1) -> tuple[str, tuple[Finding, ...]]:
    """``text`` as a reader may see it, and a finding on what was removed.

    ``first_line`` is the place of ``text`` in its file.
    """
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

    def run(self) -> None:
        position = 0
        while (mark := _MARK.search(self.text, position)) is not None:
            self.pieces.append(self.text[position : mark.start()])
            if mark["rail"]:
                position = self.copy_code(mark, self.end_of_fence(mark))
            elif mark["ticks"]:
                position = self.copy_code(mark, self.end_of_span(mark))
            elif mark["contents"]:
                position = mark.end()
            else:
                position = self.tag(mark.start())
        self.pieces.append(self.text[position:])

    def copy_code(self, mark: re.Match[str], end: int) -> int:
        """Code stays; only marks that shielded it from the template engine go."""
        code = self.text[mark.start() : end]
        self.pieces.append(_RAW.sub(r"\1", code) if "{%" in code else code)
        return end

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
        closing = _CLOSINGS[self.text[start + 1]]
        if self.text.find(closing, start + 2, start + _LONGEST_TAG) < 0:
            self.pieces.append(self.text[start])
            return start + 1
        for pattern, meaning in _MEANINGS:
            if (found := pattern.match(self.text, start)) is not None:
                self.pieces.append(meaning(found))
                return found.end()
        found = _TAG.match(self.text, start, min(start + _LONGEST_TAG, len(self.text)))
        if found is None:
            self.pieces.append(self.text[start])
            return start + 1
        self.removed.append(start)
        return found.end()


def _fence(found: re.Match[str]) -> str:
    code = (found[2] or found[4] or "").strip("\n")
    rail = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"\n{rail}{found[1] or found[3]}\n{code}\n{rail}\n"


def _nothing(_found: re.Match[str]) -> str:
    return ""


def _image(found: re.Match[str]) -> str:
    given = {each[1].lower(): next(filter(None, each.groups()[1:]), "") for each in _PARAMETER.finditer(found[1])}
    if not given.get("src"):
        return ""
    caption = given.get("caption") or given.get("title") or ""
    image = f'<img src="{escape(given["src"])}" alt="{escape(given.get("alt") or caption)}">'
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>" if caption else image


_MEANINGS = (
    (_RAW, lambda found: found[1]),
    (_COMMENT, _nothing),
    (_HIGHLIGHT, _fence),
    (_ADDRESS, lambda found: found[1]),
    (_BASE, _nothing),
    (_FIGURE, _image),
    (_VIDEO, lambda found: f"<{_VIDEO_PAGES[found[1]]}{found[2]}>"),
    (_ATTRIBUTES, _nothing),
)
