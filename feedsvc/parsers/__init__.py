"""Parse: a Document becomes Drafts. A parser is a function, a format is a row of the table.

A new format is one new file, one row in ``PARSERS`` and one folder of cases under ``tests/cases``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePosixPath

from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed

Parse = Callable[[Document, Neighbours, Hints], Parsed]


@dataclass(frozen=True, slots=True)
class Parser:
    """A format: the module that reads it (imported when first used), its suffixes, its opening bytes."""

    format: str
    module: str
    suffixes: frozenset[str]
    openings: tuple[bytes, ...] = ()

    @property
    def parse(self) -> Parse:
        """The parser's function."""
        function: Parse = import_module(self.module).parse
        return function


PARSERS = (
    Parser(
        "html",
        "feedsvc.parsers.html",
        frozenset({".html", ".htm", ".xhtml"}),
        (b"<!doctype html", b"<html", b"<head", b"<body"),
    ),
    Parser(
        "markdown",
        "feedsvc.parsers.markdown",
        frozenset({".md", ".markdown", ".mdown", ".mkd"}),
        (b"---\n", b"---\r\n", b"+++\n", b"+++\r\n"),
    ),
    Parser("text", "feedsvc.parsers.wire", frozenset({".txt", ".text", ""})),
)

# Signatures of files that are no text, whatever their suffix says.
_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"ID3", b"OggS", b"RIFF", b"\x7fELF", b"\xd0\xcf\x11\xe0",
)  # fmt: skip


def parse(document: Document, neighbours: Neighbours | None = None, hints: Hints | None = None) -> Parsed:
    """Read ``document`` with the parser for its format. Never raises for what the bytes hold."""
    refusal = _refusal(document.data)
    if refusal is not None:
        return Parsed((), (refusal,))
    parser = parser_for(document)
    return parser.parse(document, neighbours or Neighbours(), hints or Hints())


def parser_for(document: Document) -> Parser:
    """The parser whose opening bytes stand at the document's start, else that of its suffix, else plain text."""
    start = document.data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    suffix = PurePosixPath(document.name).suffix.lower()
    by_opening = next((each for each in PARSERS if start.startswith(each.openings or (b"\0\0",))), None)
    by_suffix = next((each for each in PARSERS if suffix in each.suffixes), None)
    # A Markdown file may open with HTML, so its suffix counts for more than its opening.
    if by_suffix is not None and by_suffix.format == "markdown":
        return by_suffix
    return by_opening or by_suffix or PARSERS[-1]


def _refusal(data: bytes) -> Finding | None:
    if not data.strip():
        return Finding("empty", "error", "The file is empty; write the article, or take the file out of the inbox.")
    if data.startswith(_BINARY):
        return Finding("binary", "error", "This is no text but a binary file; take it out of the inbox.")
    return None
