"""Lint: what is wrong with a feed's bytes, found independently of how they were made.

``feedsvc check`` prints it for every document of the edition, with lines.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lxml import etree

from feedsvc.feeds.checks import Place, check_characters
from feedsvc.feeds.compose import DOCUMENT_LIMIT
from feedsvc.feeds.extension import ATOM
from feedsvc.feeds.lint_atom import lint_atom
from feedsvc.feeds.lint_json import lint_json
from feedsvc.feeds.lint_opml import lint_opml
from feedsvc.feeds.lint_rss import lint_rss
from feedsvc.model import Finding

XmlLint = Callable[[etree._Element, str | None], Iterator[Finding]]
_XML: Mapping[str, XmlLint] = {"atom": lint_atom, "rss": lint_rss, "opml": lint_opml}


_ENTRIES = {"atom": (f"{{{ATOM}}}entry", f"{{{ATOM}}}id"), "rss": ("item", "guid")}


def lint(format: str, data: bytes, address: str | None = None) -> tuple[Finding, ...]:
    """The findings of a document in ``format`` (``atom``, ``rss``, ``json``, ``opml``), by line.

    ``address`` is where it stands; without it the self link is not compared. Raises KeyError for another
    format.
    """
    whole = Place("")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (Place("", line).finding("not-utf-8", "error", f"not UTF-8 ({error.reason}); encode it as UTF-8"),)
    findings = [*_by_format(format, text, address)]
    for number, line_text in enumerate(text.split("\n"), 1):
        findings += check_characters(line_text, Place("", number))
    if format != "opml" and len(data) > DOCUMENT_LIMIT:
        message = f"{len(data) // 1024} KiB are more than the {DOCUMENT_LIMIT // 1024} that hubs and readers take"
        findings.append(whole.finding("document-too-large", "warning", f"{message}; lower [feeds] entries"))
    return tuple(sorted(findings, key=lambda finding: finding.line or 0))


def entry_ids(format: str, data: bytes) -> tuple[str | None, ...]:
    """The ids of the entries of a document that parses, in their order; None for one without."""
    if format == "json":
        items = json.loads(data).get("items", [])
        return tuple(item.get("id") if isinstance(item, dict) else None for item in items)
    root = etree.fromstring(data, _parser())
    entry, id_ = _ENTRIES.get(format, ("outline", "id"))
    return tuple(each.findtext(id_) for each in root.iter(entry))


def _by_format(format: str, text: str, address: str | None) -> Iterator[Finding]:
    if format == "json":
        return lint_json(text, address)
    return _lint_xml(_XML[format], text, address)


def _lint_xml(rules: XmlLint, text: str, address: str | None) -> Iterator[Finding]:
    try:
        root = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        place = Place("", error.lineno)
        yield place.finding("not-well-formed", "error", f"not well-formed XML: {error.msg}; no reader shows the feed")
        return
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        line = text.count("\n", 0, text.find("<!DOCTYPE")) + 1
        yield Place("", line).finding("doctype", "error", "there is a document type declaration; remove it")
        return
    yield from rules(root, address)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
