"""OPML: a list of feeds, in which no article stands."""

from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed
from feedsvc.parsers.xml import XmlError, parse_xml


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """No draft; a finding that says what the list names."""
    try:
        root, _ = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    feeds = sum(1 for each in root.iter("outline") if each.get("xmlUrl") or each.get("xmlurl"))
    message = (
        f"This is a list of {feeds} feeds (OPML) and holds no article; save the feeds themselves beside it, "
        "and take the list out of the inbox."
    )
    return Parsed((), (Finding("feed-list", "error", message),))
