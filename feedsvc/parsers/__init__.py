"""Parse: a Document becomes Drafts. A parser is a function, a format is a row of the table.

A new format is one new file, one row in ``PARSERS`` and one folder of cases under ``tests/cases``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from feedsvc.media import suffix_of
from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed
from feedsvc.parsers.limits import bounded
from feedsvc.parsers.xml import root_name

Parse = Callable[[Document, Neighbours, Hints], Parsed]


@dataclass(frozen=True, slots=True, eq=False)
class Parser:
    """A format: the module that reads it (imported when first used), and by what its documents are known.

    ``openings`` are first bytes in lower case, ``roots`` local names of an XML root element in lower case,
    ``opening`` is a pattern that the first bytes match, which begins with one of the bytes ``marks`` if there are any.
    Any of these counts for more than a suffix.
    """

    format: str
    module: str
    suffixes: frozenset[str] = frozenset()
    openings: tuple[bytes, ...] = ()
    roots: frozenset[str] = frozenset()
    opening: re.Pattern[bytes] | None = None
    marks: bytes = b""

    @property
    def parse(self) -> Parse:
        """The parser's function."""
        return _function(self.module)

    def may_open(self, first: bytes) -> bool:
        """Whether a document of this format may be known by its opening when that begins with the byte ``first``."""
        patterned = self.opening is not None and (not self.marks or first in self.marks)
        return patterned or any(each.startswith(first) for each in self.openings)

    def opens(self, start: bytes, lowered: bytes, root: str | None) -> bool:
        """Whether a document that begins with ``start``, with the XML root element ``root``, is of this format.

        ``lowered`` are the first of these bytes in lower case.
        """
        return (
            (root is not None and root in self.roots)
            or lowered.startswith(self.openings)
            or (self.opening is not None and self.opening.match(start) is not None)
        )


@cache
def _function(module: str) -> Parse:
    function: Parse = import_module(module).parse
    return function


# The header of a message: fields one below another, among them one that only carriers write, or sender, receiver
# and date. Keys of front matter and of wire stories have neither.
_FIELDS = rb"(?:[!-9;-~]{1,76}+[ \t]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*+){0,80}?"
_MAIL = re.compile(
    rb"(?:>?From (?!\s*:)[^\n]{1,200}\n)*+(?:\d{1,10}\s*\n)?+"
    rb"(?:"
    + _FIELDS
    + rb"(?:received|return-path|delivered-to|message-id|mime-version|x-mailer|list-unsubscribe)[ \t]*:"
    rb"|(?=" + _FIELDS + rb"from[ \t]*:[^\n]*@)(?=" + _FIELDS + rb"to[ \t]*:[^\n]*@)" + _FIELDS + rb"date[ \t]*:)",
    re.IGNORECASE,
)

# A message of a Maildir that was looked at: its name ends with what its reader made of it.
_MAILDIR_NAME = re.compile(r"(?:\A|/)(?:cur|new)/[^/]+:2,[A-Za-z]*\Z")

_NEWSML_G2 = frozenset(
    ("newsitem", "newsmessage", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem")
)
_JSON_FEED = re.compile(rb'\{.{0,4000}?"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\b', re.DOTALL)

# The first row whose opening stands at a document's start reads it, else the first one with its suffix.
PARSERS = (
    Parser(
        "html",
        "feedsvc.parsers.html",
        frozenset({".html", ".htm", ".xhtml"}),
        (b"<!doctype html", b"<html", b"<head", b"<body"),
        frozenset({"html"}),
    ),
    Parser(
        "markdown",
        "feedsvc.parsers.markdown",
        frozenset({".md", ".markdown", ".mdown", ".mkd"}),
        (b"---\n", b"---\r\n", b"+++\n", b"+++\r\n"),
    ),
    Parser(
        "mail",
        "feedsvc.parsers.mail",
        frozenset({".eml", ".emlx", ".mbox", ".mbx", ".mht", ".mhtml"}),
        opening=_MAIL,
    ),
    Parser("atom", "feedsvc.parsers.feed_atom", frozenset({".atom"}), roots=frozenset({"feed", "entry"})),
    Parser("rss", "feedsvc.parsers.feed_rss", frozenset({".rss", ".rdf", ".wxr"}), roots=frozenset({"rss", "rdf"})),
    Parser("jsonfeed", "feedsvc.parsers.feed_json", opening=_JSON_FEED, marks=b"{"),
    Parser("opml", "feedsvc.parsers.feed_opml", frozenset({".opml"}), roots=frozenset({"opml"})),
    Parser("newsml-g2", "feedsvc.parsers.newsml_g2", roots=_NEWSML_G2),
    Parser("newsml", "feedsvc.parsers.newsml", roots=frozenset({"newsml"})),
    Parser("nitf", "feedsvc.parsers.nitf", roots=frozenset({"nitf"})),
    Parser("iptc7901", "feedsvc.parsers.iptc7901", opening=re.compile(rb"\x01[^\x02]*\x02"), marks=b"\x01"),
    Parser(
        "anpa",
        "feedsvc.parsers.anpa",
        openings=(b"\x16\x16", b"\x16\x01"),
        opening=re.compile(rb"\^\S[^\n]{1,200}<\s*\n\^\S"),
        marks=b"^",
    ),
    Parser(
        "ninjs",
        "feedsvc.parsers.ninjs",
        frozenset({".json"}),
        opening=re.compile(rb"[\[{]\s*(?:\{\s*)?\""),
        marks=b"[{",
    ),
    Parser("rst", "feedsvc.parsers.rest", frozenset({".rst", ".rest"})),
    Parser(
        "unknown",
        "feedsvc.parsers.unknown",
        frozenset({".xml", ".adoc", ".asciidoc", ".org", ".textile"}),
        (b"<?xml",),
    ),
    Parser("text", "feedsvc.parsers.wire", frozenset({".txt", ".text", ""})),
)
# How many of a document's first bytes are looked at, and how many can be an opening.
_START = 4096
_OPENING = 64

# Signatures of files that are no text, whatever their suffix says.
_BINARY = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"%PDF", b"\x1f\x8b", b"ID3", b"OggS", b"RIFF", b"\x7fELF", b"\xd0\xcf\x11\xe0",
)  # fmt: skip


def parse(
    document: Document,
    neighbours: Neighbours | None = None,
    hints: Hints | None = None,
    parsers: tuple[Parser, ...] = PARSERS,
) -> Parsed:
    """Read ``document`` with the one of ``parsers`` for its format. Ours never raise for what the bytes hold."""
    refusal = _refusal(document.data)
    if refusal is not None:
        return Parsed((), (refusal,))
    told = hints or Hints()
    return bounded(parser_for(document, told.format, parsers).parse(document, neighbours or Neighbours(), told))


def parser_for(document: Document, format: str | None = None, parsers: tuple[Parser, ...] = PARSERS) -> Parser:
    """The parser of ``format``, else the one whose opening stands at the start, else by suffix, else plain text."""
    if format is not None:
        return next(each for each in parsers if each.format == format)
    by_suffix = _by_suffix(parsers, suffix_of(document.name))
    # A file of light markup may open with anything, HTML for one, so its suffix counts for more than its opening.
    if by_suffix is not None and by_suffix.format in ("markdown", "rst"):
        return by_suffix
    start = document.data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip()
    lowered = start[:_OPENING].lower()
    root = root_name(document.data) if start[:1] == b"<" or start[:2] in (b"\xff\xfe", b"\xfe\xff") else None
    likely = parsers if root is not None else _likely(parsers, lowered[:1])
    by_opening = next((each for each in likely if each.opens(start, lowered, root)), None)
    return by_opening or by_suffix or (_mail(parsers) if _MAILDIR_NAME.search(document.name) else None) or parsers[-1]


@lru_cache
def _mail(parsers: tuple[Parser, ...]) -> Parser | None:
    return next((each for each in parsers if each.format == "mail"), None)


@lru_cache(maxsize=256)
def _by_suffix(parsers: tuple[Parser, ...], suffix: str) -> Parser | None:
    return next((each for each in parsers if suffix in each.suffixes), None)


@lru_cache(maxsize=1024)
def _likely(parsers: tuple[Parser, ...], first: bytes) -> tuple[Parser, ...]:
    """Those by whose opening a document that begins with the byte ``first`` may be known: of text, few."""
    return tuple(each for each in parsers if each.may_open(first))


def _refusal(data: bytes) -> Finding | None:
    if not data.strip():
        return Finding("empty", "error", "The file is empty; write the article, or take the file out of the inbox.")
    if data.startswith(_BINARY):
        return Finding(
            "binary",
            "error",
            "This is no text but a binary file; save an office document as HTML or plain text, or take it out of the inbox.",
        )
    return None
