"""The lint of OPML 2.0 subscription lists."""

from collections.abc import Iterator

from lxml.etree import _Element

from feedsvc.feeds.checks import Place, check_address, check_unique
from feedsvc.feeds.lint_xml import check_counts, check_root, place_of
from feedsvc.model import Finding


def lint_opml(root: _Element, address: str | None) -> Iterator[Finding]:
    """The findings of a subscription list. ``address`` says nothing here: OPML has no self link."""
    del address
    yield from check_root(root, "opml")
    if root.get("version") != "2.0":
        yield place_of(root, "opml").finding("version", "error", 'the version is not "2.0"; write it so')
    yield from check_counts(root, place_of(root, "opml"), one=("head", "body"))
    outlines = [(each, place_of(each, f"outline {number}")) for number, each in enumerate(root.iter("outline"), 1)]
    for outline, place in outlines:
        yield from _check_outline(outline, place)
    addresses = ((outline.get("xmlUrl"), place) for outline, place in outlines)
    yield from check_unique(((value, place) for value, place in addresses if value), "address")


def _check_outline(outline: _Element, place: Place) -> Iterator[Finding]:
    if not outline.get("text"):
        yield place.finding("title-missing", "error", "the outline has no text; give it the feed's title")
    if outline.get("type") == "rss":
        yield from check_address(outline.get("xmlUrl"), place / "xmlUrl")
    if outline.get("htmlUrl") is not None:
        yield from check_address(outline.get("htmlUrl"), place / "htmlUrl")
