"""Where on a page an element stands: before or after its headline, in the story's part or beside it.

Bylines, dates and tags are read from what is shown, and only where the story stands: a date in the sidebar is that
of another story, a name in the comments that of a reader.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from feedsvc.parsers.html_furniture import BUILDERS, names_body, words_of
from feedsvc.parsers.html_tree import tag_of

Element = etree._Element

_BESIDE = frozenset(("aside", "footer", "nav", "form", "noscript", "template", "svg"))
_BESIDE_WORDS = frozenset(
    """comment comments commentlist commentform disqus respond sidebar widget widgets related relatedposts recommended
    recommendations recirc popular trending teaser teasers carousel slider menu navigation navbar newsletter
    tagcloud blogroll mostread outbrain taboola cookie consent ticker""".split()
)
_BESIDE_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "tag cloud,most read,read more,more from,see also,up next,latest news,latest posts,recent posts,side bar,mehr zum"
    ).split(",")
)
# Words for what readers or other stories say, and for what is said about the story itself.
_OTHERS = frozenset("comment comments commentlist related recommended teaser teasers".split())
_ABOUT = frozenset("date meta postmeta entrymeta metadata byline tags".split())
# A page with fewer paragraphs does not tell where its story stands.
_FEW_PARAGRAPHS = 3
# Each look into what may stand beside the story takes the time of all that stands in it.
_MOST_LOOKS = 50
_TOPICS = frozenset(("categories", "tags", "topics", "keywords", "catlinks"))
_NUMBERED = re.compile(r"([a-z_-]+)\d+", re.IGNORECASE)
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

    def heading_element(self) -> Element | None:
        """The element of the headline, if the page shows one."""
        return next((each for each, place in self.places.items() if place == self.heading), None)


def layout(root: Element, heading: Element | None) -> Layout:
    """The layout of the page under ``root`` whose headline stands in ``heading``."""
    above = set(heading.iterancestors()) if heading is not None else set()
    places: dict[Element, int] = {}
    body = root.find("body")
    start = root if body is None else body
    others = set(other_stories(heading))
    skipped: Element | None = None
    paragraphs = sum(1 for _ in start.iter("p"))
    looks = iter(range(_MOST_LOOKS, 0, -1))
    for at, element in enumerate(start.iter(etree.Element), 1):
        parent = element.getparent()
        if skipped is not None:
            if parent in places or element is start:
                skipped = None
            else:
                continue
        if (
            element is not heading
            and element not in above
            and element is not start
            and (
                element in others
                or (_is_beside(element) and not (next(looks, 0) and _holds_story(element, paragraphs)))
            )
        ):
            skipped = element
            continue
        places[element] = at
    return Layout(places, places.get(heading, 0) if heading is not None else 0)


def _is_beside(element: Element) -> bool:
    tag, words = tag_of(element), words_of(element)
    if tag == "footer" or "footer" in words:
        return not _ends_story(element)
    if tag == "aside":
        # The line with day and author stands in an aside of its own on some pages.
        return not any(
            "meta" in words_of(each)
            for each, _ in zip(element.iter("aside", "ul", "div", "p"), range(5), strict=False)
        )
    if tag in _BESIDE:
        return tag != "nav" or _TOPICS.isdisjoint(words)
    if tag in _MARKED or not words:
        return False
    if _BESIDE_WORDS.isdisjoint(words) and not any(pair in _BESIDE_PAIRS for pair in pairwise(words)):
        return False
    if not BUILDERS.isdisjoint(words):
        return False
    if _is_linked(element):
        return True
    # "date-comments" and "postmeta-sidebar" are lines about the story, "article-content sticky-sidebar" is the story.
    if not _ABOUT.isdisjoint(words) or (_OTHERS.isdisjoint(words) and names_body(element)):
        return False
    # A teaser of another story leads to it; the line above a headline does not.
    return "teaser" not in words or element.find(".//a[@href]") is not None


def _is_linked(element: Element) -> bool:
    return any(tag_of(each) == "a" for each, _ in zip(element.iterancestors(), range(3), strict=False))


def _holds_story(element: Element, paragraphs: int) -> bool:
    """Whether more than half of the page's ``paragraphs`` stand in a grouping element, whatever its name says."""
    if paragraphs < _FEW_PARAGRAPHS or tag_of(element) in _BESIDE:
        return False
    return 2 * sum(1 for _ in element.iter("p")) > paragraphs


def _ends_story(footer: Element) -> bool:
    """Whether a footer belongs to an article: many blogs name author, day and tags there."""
    if not {"post", "entry", "article", "artikel"}.isdisjoint(words_of(footer)):
        return True
    return any(
        tag_of(each) == "article" or not {"post", "hentry"}.isdisjoint(words_of(each))
        for each in footer.iterancestors()
        if tag_of(each) not in ("body", "html")
    )


def other_stories(heading: Element | None) -> list[Element]:
    """The stories beside the one of ``heading``, where a page numbers them alike: ``post-7`` beside ``post-8``."""
    found: list[Element] = []
    for element in heading.iterancestors() if heading is not None else ():
        own = _NUMBERED.fullmatch(element.get("id") or "")
        parent = element.getparent()
        if own and parent is not None:
            for other in parent:
                number = _NUMBERED.fullmatch(other.get("id") or "") if other is not element else None
                if number and number[1] == own[1] and tag_of(other) == tag_of(element):
                    found.append(other)
    return found
