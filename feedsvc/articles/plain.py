"""The plain text of a body: what is searched, summarised and shown where markup cannot be."""

import re
from html import unescape

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
_EDGES = " \t\n\r\f"


def plain_text(html: str) -> str:
    """``html`` as text: paragraphs separated by a blank line, ``br`` as a line break, table cells by a tab.

    White space is folded outside ``pre``. The captions of pictures are the text only where there is no other. Made for the HTML of ``clean_body``; of any other HTML it is an
    approximation that never fails.
    """
    paragraphs: list[str] = []
    captions: list[str] = []
    pieces: list[str] = []
    into = paragraphs
    hidden: str | None = None
    verbatim = False
    parts = _MARKUP.split(html)
    if parts[0]:
        pieces.append(_folded(parts[0]))
    for at in range(1, len(parts), 2):
        name = (parts[at] or "").lower()
        text = parts[at + 1]
        if hidden is not None:
            if name != f"/{hidden}":
                continue
            hidden = None
        elif name in _BREAKING:
            if pieces:
                _end_paragraph(pieces, into, verbatim)
                pieces = []
            if name in _CAPTIONS:
                into = captions if name == "figcaption" else paragraphs
            verbatim = name == "pre" or (verbatim and name != "/pre")
        elif name == "br":
            pieces.append("\n")
        elif name in ("/td", "/th"):
            pieces.append("\t")
        elif name in _HIDDEN:
            hidden = name
            continue
        elif name in _READINGS:
            continue
        if verbatim:
            pieces.append(text)
        elif text and (pieces or text.strip(_EDGES)):
            pieces.append(_folded(text))
    _end_paragraph(pieces, into, verbatim)
    return "\n\n".join(paragraphs or captions)


def _end_paragraph(pieces: list[str], paragraphs: list[str], verbatim: bool) -> None:
    text = "".join(pieces)
    if not text or text.isspace():
        return
    if verbatim:
        text = text.strip("\n").rstrip()
    else:
        if len(pieces) > 1:
            text = _joined(text)
        text = text.strip(_EDGES)
    if "&" in text:
        text = unescape(text)
    if text and not text.isspace():
        paragraphs.append(text)


def _folded(text: str) -> str:
    """``text`` with each run of white space as one blank (several times faster than a pattern)."""
    for space in "\n\t\r\f":
        if space in text:
            text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _joined(text: str) -> str:
    """Folded pieces after they were joined: no blanks that met, none around a line break or a tab."""
    while "  " in text:
        text = text.replace("  ", " ")
    for mark in "\n\t":
        if mark in text:
            text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    return re.sub("\n{3,}", "\n\n", text) if "\n\n\n" in text else text
