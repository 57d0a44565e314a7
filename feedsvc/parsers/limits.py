"""How long an article can be. What is longer is no article, and would take the time of thousands."""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from feedsvc.model import TOO_LONG, Draft, Finding, Parsed
from feedsvc.parsers.html_attributes import with_few_attributes

_Value = TypeVar("_Value")

MOST_CHARACTERS = 1_000_000
MOST_LINES = 20_000
MOST_ENTRIES = 20_000  # of one document: a feed of more is an archive, and comes in parts
LONGEST_TEXT = 1_100_000  # of an article, and what marks it up
# The sanitiser takes a second for 250,000; the largest real pages have 20,000.
MOST_TAGS = 100_000
# Tags, sections, authors and files of one article that are looked at; the first 200 that differ count.
MOST_STATED = 1_000
MOST_ITEMS = 100_000  # of which the first 20,000 are read: there is no room for more that say something
MOST_ATTRIBUTES = 350_000  # "=" in the tags of a document of XML; 400,000 namespaces take 0.85 s and 190 MB
MOST_OBJECTS = 250_000  # brackets in JSON, outside of strings; a million objects take 300 MB and two seconds
MOST_VALUES = 500_000  # commas in one, too; a million values take two seconds
MOST_MARKS = 1_000_000  # "<" or "&" in a document of XML
MOST_ELEMENTS = 500_000  # of these that close nothing: a million elements that are empty take 1.3 s and 230 MB
# For each "&" and each character from U+0080 to U+00BF in a text without a tag, or in a tag, the sanitiser moves the rest
# of it: so many bytes take it a fifth of a second.
MOST_MOVED = 10**10
# In a body up to this length nothing can be too much.
_HARMLESS = 100_000


def few(values: Iterable[_Value], about: str, findings: list[Finding], most: int = MOST_STATED) -> list[_Value]:
    """The first of an article's ``values`` as far as they are looked at; a finding where there are more.

    They are cut before they are cleaned, and taken no further than that: of a million, a thousand cost time.
    """
    read = list(islice(values, most + 1))
    if len(read) <= most:
        return read
    message = (
        f"There are more than {most:,} {about}, of which the first were looked at; leave those that say something."
    )
    finding = Finding("too-many-values", "warning", message, about)
    if finding not in findings:
        findings.append(finding)
    return read[:-1]


def too_long(text: str) -> Finding | None:
    """What is wrong with ``text`` when it is longer than an article."""
    if len(text) <= MOST_LINES or (len(text) <= MOST_CHARACTERS and text.count("\n") <= MOST_LINES):
        return None
    message = (
        f"The file has {len(text):,} characters on {text.count(chr(10)) + 1:,} lines; an article has at most "
        f"{MOST_CHARACTERS:,} on {MOST_LINES:,}: part it into several files."
    )
    return Finding(TOO_LONG, "error", message)


def bounded(parsed: Parsed) -> Parsed:
    """``parsed``, where articles that hold a text longer than any article have none: they are rejected, each by its name."""
    if all(len(draft.html) <= _HARMLESS for draft in parsed.drafts):
        return parsed
    return replace(parsed, drafts=tuple(map(_bounded, parsed.drafts)))


def _bounded(draft: Draft) -> Draft:
    if len(draft.html) <= _HARMLESS:
        return draft
    if not _is_article(draft.html):
        return unread(draft)
    lighter = with_few_attributes(draft.html)
    return draft if lighter is draft.html else replace(draft, html=lighter)


def unread(draft: Draft) -> Draft:
    """``draft`` without its text, which is too long to be read: it is rejected, and says so."""
    message = (
        f"A paragraph has more than {MOST_CHARACTERS:,} characters or tens of thousands of ampersands or signs, or the text "
        f"more than {MOST_TAGS:,} tags; part it with blank lines, or take the story out."
    )
    return replace(draft, html="", findings=(*draft.findings, Finding(TOO_LONG, "error", message, "html")))


def _is_article(html: str) -> bool:
    if html.count("<") > MOST_TAGS:
        return False
    if len(html) <= LONGEST_TEXT and _moved(html) <= MOST_MOVED:
        return True
    texts = html.split("<")
    return max(map(len, texts)) <= LONGEST_TEXT and max(map(_moved, texts)) <= MOST_MOVED


def _moved(text: str) -> int:
    """How many bytes are moved at most; the sanitiser writes ``&nbsp;`` for a no-break space, and may read it again."""
    data = text.encode("utf-8", "surrogatepass")
    # The first byte of the characters from U+0080 to U+00BF, and of no others.
    return (len(data) + 4 * text.count("\xa0")) * (data.count(b"&") + data.count(b"\xc2"))
