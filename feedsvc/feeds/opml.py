"""OPML 2.0 (http://opml.org/spec2.opml): every feed of the publication, for a reader to take in at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.etree import Element, SubElement, tostring


@dataclass(frozen=True, slots=True)
class Outline:
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
