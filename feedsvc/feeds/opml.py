"""OPML 2.0 (http://opml.org/spec2.opml): every feed of the publication, for a reader to take in at once."""

from collections.abc import Container, Sequence

from lxml.etree import Element, SubElement, fromstring, tostring
from msgspec import Struct


class Outline(Struct, frozen=True):
    """One subscription: ``xml_url`` is the feed, ``html_url`` its page for people."""

    title: str
    xml_url: str
    html_url: str
    description: str = ""
    language: str | None = None


def render_opml(title: str, home: str, outlines: Sequence[Outline]) -> bytes:
    """A subscription list named ``title`` of the publication at ``home``.

    No date stands in it: an unchanged list keeps its bytes.
    """
    root = Element("opml", version="2.0")
    head = SubElement(root, "head")
    SubElement(head, "title").text = title
    SubElement(head, "ownerId").text = home
    body = SubElement(root, "body")
    for each in outlines:
        outline = SubElement(body, "outline", type="rss", text=each.title, title=each.title)
        if each.description:
            outline.set("description", each.description)
        if each.language:
            outline.set("language", each.language)
        outline.set("xmlUrl", each.xml_url)
        outline.set("htmlUrl", each.html_url)
    rendered: bytes = tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return rendered


def choose(opml: bytes, pages: Container[str]) -> bytes | None:
    """A list of our own with only the feeds whose pages are at ``pages``; None when none of them is."""
    root = fromstring(opml)
    body = root[1]
    for outline in list(body):
        if outline.get("htmlUrl") not in pages:
            body.remove(outline)
    if not len(body):
        return None
    body[-1].tail = body.tail
    chosen: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return chosen
