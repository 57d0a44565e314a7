"""Bytes of a page become a tree, whatever they hold.

lxml reads what browsers read, in C and without recursion of ours. What would cost too much is cut off or
flattened, with a Finding: the limits stand below with their reasons.
"""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from feedsvc.model import Finding
from feedsvc.parsers.charset import decode
from feedsvc.parsers.html_attributes import with_few_attributes
from feedsvc.text import one_line

# The largest real pages have 1.5 million characters and 20,000 tags, of which 10,000 open an element.
MAX_CHARACTERS = 2_500_000
MAX_TAGS = 40_000
# It is elements that cost time; a page that closes its tags has half as many.
MAX_ELEMENTS = 20_000

# One zero byte in so many may be dirt; more of them mean UTF-16, or no text.
_RARE = 20

# Encodings are declared in the first 1024 bytes (HTML, section 13.2.3.2); real pages need more.
_SNIFFED = 4096
_META_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([a-zA-Z0-9_:.\-]{1,40})""", re.I)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}["']([a-zA-Z0-9_:.\-]{1,40})""", re.I)
_TOO_DEEP = Finding(
    "too-deep",
    "warning",
    "Elements stand in each other more than 250 levels deep; they were flattened. Close the open tags.",
)
# The same tags over and over with nothing in between.
_NESTED = re.compile(r"((?:</?[a-zA-Z][^<>]{0,60}>){1,4}?)\1{20,}")
# Some themes close the page behind its header; browsers go on reading.
_ENDS = re.compile(r"</(?:body|html)\s{0,9}>", re.I)
# The parts that React sends behind the page, each in a hidden division of its own.
_MOST_SENT, _MOST_LEVELS = 500, 250
_STREAMED = re.compile(r"S:[0-9a-f]+$")
_GROUPING = re.compile(
    r"</?(?:div|section|article|center|table|tbody|tr|td|ul|ol|dl|blockquote)\b[^<>]{0,900}>", re.I
)
_FORMATTING = re.compile(r"</?(?:span|font|b|i|u|em|strong|small|big|tt|a|label|o:p)\b[^<>]{0,900}>", re.I)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a tree. ``root`` is the html element; ``findings`` tell what was guessed or cut off."""

    root: etree._Element
    findings: tuple[Finding, ...] = ()


def read_page(data: bytes) -> Page | None:
    """The tree of a page, None when there is nothing in it. Raises DecodeError for what is no text."""
    data, nulls = _without_nulls(data)
    text, findings = decode(data, declared_charset(data))
    findings += nulls
    text, shortened = _bounded(_ENDS.sub("", text))
    root, deep = _tree(text)
    if deep:
        # Divisions become paragraph borders, so that the text stays in its blocks.
        root, _ = _tree(_FORMATTING.sub("", _GROUPING.sub("<p>", text)))
        findings += (_TOO_DEEP,)
    if root is not None and not _put_streamed(root):
        root, _ = _tree(text)
    if root is None:
        return None
    etree.strip_elements(root, "style", with_tail=False)
    return Page(root, findings + shortened)


def _put_streamed(root: etree._Element) -> bool:
    """Put what a page sent later into its place: scripts of React move ``<div hidden id="S:1">`` to ``<template id="B:1">``.

    False when the tree became too deep by it.
    """
    sent = [
        each for each in root.iter("div") if _STREAMED.match(each.get("id") or "") and each.get("hidden") is not None
    ]
    if not sent:
        return True
    places = {each.get("id"): each for each in root.iter("template")}
    for each in sent:
        del each.attrib["hidden"]
    for each in sent[:_MOST_SENT]:
        number = (each.get("id") or "").partition(":")[2]
        place = next((places[name] for kind in "BP" if (name := f"{kind}:{number}") in places), None)
        # lxml takes the tail along, which is white space there.
        if place is not None and each not in place.iterancestors():
            place.addprevious(each)
    levels: dict[etree._Element | None, int] = {None: 0}
    for each in root.iter(etree.Element):
        levels[each] = levels[each.getparent()] + 1
    return max(levels.values()) <= _MOST_LEVELS


def _without_nulls(data: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """``data`` without stray zero bytes, which browsers drop (HTML, section 13.2.5.1); UTF-16 has one beside each letter."""
    count = data.count(0)
    if not 0 < count * _RARE <= len(data):
        return data, ()
    message = f"{count} zero bytes were removed; take them out of the file."
    return data.replace(b"\0", b""), (Finding("illegal-characters", "info", message),)


def declared_charset(data: bytes) -> str | None:
    """The charset that the page names for itself in its first 4 KiB, if it does."""
    start = data[:_SNIFFED]
    found = _META_CHARSET.search(start) or _XML_ENCODING.match(start.lstrip())
    return found[1].decode("ascii").lower() if found else None


def text_of(element: etree._Element) -> str:
    """The text inside ``element`` as one line."""
    return one_line("".join(element.itertext()))  # type: ignore[arg-type]


def tag_of(element: etree._Element) -> str:
    """The element's name; empty for what is no element (entities that stayed unread)."""
    tag = element.tag
    return tag if isinstance(tag, str) else ""


def _bounded(text: str) -> tuple[str, tuple[Finding, ...]]:
    """``text`` without what would take too long to read."""
    whole = len(text)
    text = text[:MAX_CHARACTERS]
    findings: tuple[Finding, ...] = ()
    if _has_many_tags(text) and (fewer := _NESTED.sub(r"\1", text)) != text:
        text, findings = fewer, (_TOO_DEEP,)
    if _has_many_tags(text):
        text = _first_tags(text)
    elif whole <= MAX_CHARACTERS:
        return with_few_attributes(text), findings
    message = f"Only the first {len(text)} characters were read; split the page, or take the ballast out of it."
    return with_few_attributes(text), (*findings, Finding("page-too-long", "warning", message))


def _has_many_tags(text: str) -> bool:
    tags = text.count("<")
    return tags > MAX_TAGS or tags - text.count("</") > MAX_ELEMENTS


def _first_tags(text: str) -> str:
    """``text`` up to the last tag that is read."""
    pieces = text.split("<", MAX_TAGS)[:MAX_TAGS]
    opening = (at for at, piece in enumerate(pieces) if at and not piece.startswith("/"))
    return "<".join(pieces[: next(islice(opening, MAX_ELEMENTS, None), None)])


def _tree(text: str) -> tuple[etree._Element | None, bool]:
    """The tree, and whether libxml2 stopped because of its depth."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        return None, False
    deep = any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)
    return root, deep
