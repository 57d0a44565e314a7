"""The plain text of a body: what is searched, summarised and shown where markup cannot be."""

import re
from html import unescape

from feedsvc.text import folded

# ``<`` and ``>`` stand in clean HTML for tags only, so a tag ends at the next one of either.
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<(/?[A-Za-z][A-Za-z0-9]*)[^<>]*>|<[!?/][^<>]*>", re.DOTALL)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody tfoot "
    "thead tr ul".split()
)
_BREAKING = _BLOCKS | {f"/{name}" for name in _BLOCKS}
_HIDDEN = frozenset(("script", "style", "template", "title", "svg", "textarea", "select"))
# A caption ends with its figure, if nobody closed it.
_CAPTIONS = frozenset(("figcaption", "/figcaption", "/figure"))
_READINGS = frozenset(("rp", "rt"))
# Only what HTML calls white space: a no-break space and U+3000 belong to the text.
EDGES = " \t\n\r\f"


# What stands for a line break, and for the end of a cell, while a paragraph is gathered.
BREAK = "\0"
_CELL = "\1"


def plain_text(html: str) -> str:
    """``html`` as text: paragraphs separated by a blank line, ``br`` as a line break, table cells by a tab.

    White space is folded outside ``pre``. The captions of pictures are the text only where there is no other. Made
    for the HTML of ``clean_body``; of any other HTML it is an approximation that never fails.
    """
    paragraphs: list[str] = []
    captions: list[str] = []
    into = paragraphs
    hidden: str | None = None
    verbatim = False
    parts = _MARKUP.split(html)
    line = parts[0]
    for at in range(1, len(parts), 2):
        name = (parts[at] or "").lower()
        if hidden is not None:
            if name != f"/{hidden}":
                continue
            hidden = None
        elif name in _BREAKING:
            into.append(paragraph_text(line, verbatim=verbatim))
            line = ""
            if name in _CAPTIONS:
                into = captions if name == "figcaption" else paragraphs
            verbatim = name == "pre" or (verbatim and name != "/pre")
        elif name == "br":
            line += "\n" if verbatim else BREAK
        elif name in ("/td", "/th"):
            line += "\t" if verbatim else _CELL
        elif name in _HIDDEN:
            hidden = name
            continue
        elif name in _READINGS:
            continue
        line += parts[at + 1]
    into.append(paragraph_text(line, verbatim=verbatim))
    return "\n\n".join(filter(None, paragraphs)) or "\n\n".join(filter(None, captions))


def paragraph_text(line: str, *, verbatim: bool = False) -> str:
    """The text of a paragraph between whose tags ``line`` stands; empty when that is white space only."""
    if verbatim:
        text = line.strip("\n").rstrip()
    else:
        text = folded(line)
        if BREAK in text or _CELL in text:
            text = _broken(text)
        text = text.strip(EDGES)
    if "&" in text:
        text = unescape(text)
    return "" if text.isspace() else text


def _broken(text: str) -> str:
    """Folded ``text`` with line breaks and tabs in their places, and no blanks around them."""
    for mark, meaning in ((BREAK, "\n"), (_CELL, "\t")):
        text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark).replace(mark, meaning)
    return re.sub("\n{3,}", "\n\n", text)
