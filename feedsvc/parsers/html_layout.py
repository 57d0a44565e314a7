"""Where on a page an element stands: before or after its headline, in the story's part or beside it.

Bylines, dates and tags are read from what is shown, and only where the story stands: a date in the sidebar is that
of another story, a name in the comments that of a reader.
"""

from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from feedsvc.parsers.html_furniture import words_of
from feedsvc.parsers.html_tree import tag_of

Element = etree._Element

_BESIDE = frozenset(("aside", "footer", "nav", "form", "noscript", "template", "svg"))
_BESIDE_WORDS = frozenset(
    """comment comments commentlist commentform disqus respond sidebar widget widgets related relatedposts recommended
    recommendations recirc popular trending teaser teasers carousel slider menu navigation navbar newsletter
    tagcloud blogroll mostread outbrain taboola cookie consent archive archives ticker""".split()
)
_BESIDE_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "tag cloud,most read,read more,more from,see also,up next,latest news,latest posts,recent posts,side bar,mehr zum"
    ).split(",")
)
_MARKED = frozenset(("html", "body", "main", "article"))


@dataclass(frozen=True, slots=True)
class Layout:
    """The elements of a page in their order, each with its place; what stands beside the story is left out."""

    places: dict[Element, int]
    heading: int

    def is_near(self, element: Element) -> bool:
        """Whether ``element`` stands in the story's part of the page."""
        return element in self.places

    def after_heading(self, element: Element) -> int:
        """How many elements lie between the headline and ``element``: negative before it, 0 without a headline."""
        return self.places.get(element, 0) - self.heading if self.heading else 0


def layout(root: Element, heading: Element | None) -> Layout:
    """The layout of the page under ``root`` whose headline stands in ``heading``."""
    above = set(heading.iterancestors()) if heading is not None else set()
    places: dict[Element, int] = {}
    body = root.find("body")
    start = root if body is None else body
    skipped: Element | None = None
    for at, element in enumerate(start.iter(etree.Element), 1):
        parent = element.getparent()
        if skipped is not None:
            if parent in places or element is start:
                skipped = None
            else:
                continue
        if element is not heading and element not in above and element is not start and _is_beside(element):
            skipped = element
            continue
        places[element] = at
    return Layout(places, places.get(heading, 0) if heading is not None else 0)


def _is_beside(element: Element) -> bool:
    tag = tag_of(element)
    if tag == "footer" or "footer" in words_of(element):
        return not _ends_story(element)
    if tag == "aside":
        # The line with day and author stands in an aside of its own on some pages.
        return not any(
            "meta" in words_of(each)
            for each, _ in zip(element.iter("aside", "ul", "div", "p"), range(5), strict=False)
        )
    if tag in _BESIDE:
        return True
    if tag in _MARKED or (element.get("class") is None and element.get("id") is None):
        return False
    words = words_of(element)
    return not _BESIDE_WORDS.isdisjoint(words) or any(pair in _BESIDE_PAIRS for pair in pairwise(words))


def _ends_story(footer: Element) -> bool:
    """Whether a footer belongs to an article: many blogs name author, day and tags there."""
    if not {"post", "entry", "article", "artikel"}.isdisjoint(words_of(footer)):
        return True
    return any(tag_of(each) == "article" for each in footer.iterancestors())
