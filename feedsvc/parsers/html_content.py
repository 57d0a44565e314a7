"""The main content of a page: which element holds the story, and what in it is not the story.

1. Drop what is never text of a story (scripts, forms, navigation).
2. Weigh every block of text: sentences count for it, links and snippets against it.
3. Drop furniture that its class or role names, unless the story stands in it.
4. Choose: go down from the body while one child holds nearly all of the weight.
5. Trim: all up to the headline, the headline itself, bylines, lists of links, what leads elsewhere.
"""

from lxml import etree

from feedsvc.parsers.html_blocks import Scale, weigh
from feedsvc.parsers.html_furniture import (
    drop,
    holds,
    is_comments,
    is_furniture,
    is_hidden,
    names_body,
    strip_machinery,
)
from feedsvc.parsers.html_tree import tag_of
from feedsvc.parsers.html_trim import Clues, trim

Element = etree._Element

_ASIDES = frozenset(("aside", "footer"))
_MARKED = frozenset(("article", "main"))
# Elements of a story that are no containers of one.
_PARTS = frozenset("p pre blockquote ul ol dl table tbody tr h1 h2 h3 h4 h5 h6 figure".split())


def main_content(root: Element, clues: Clues) -> Element | None:
    """The element that holds the story, trimmed to the story; None when there is no text. Changes the tree."""
    body = root.find("body")
    if body is None:
        return None
    strip_machinery(body)
    scale = weigh(body)
    _drop_furniture(scale, clues)
    chosen = _choose(scale)
    trim(chosen, clues)
    return chosen


def _drop_furniture(scale: Scale, clues: Clues) -> None:
    """Drop named furniture. A name lies where the headline or most of the text stands under it."""
    positive = scale.positive or 1.0
    for element in list(scale.weights):
        if element is scale.root or element not in scale.weights:
            continue
        if not _looks_like_furniture(element, clues):
            continue
        share = scale.weights[element] / positive
        if element is clues.heading or (share > 0.2 and holds(element, clues.heading)):
            continue
        if share > 0.35 and not is_comments(element):
            continue
        if (
            element.find(".//blockquote") is not None
            and tag_of(element) == "div"
            and not is_comments(element)
            and share > 0
        ):
            continue
        scale.take_out(element)
        drop(element)


def _looks_like_furniture(element: Element, clues: Clues) -> bool:
    tag = tag_of(element)
    if tag in _ASIDES or is_furniture(element) or is_hidden(element):
        return True
    # An article that does not hold the headline is another one.
    return tag == "article" and clues.heading is not None and not holds(element, clues.heading)


def _choose(scale: Scale) -> Element:
    """The smallest container that holds nearly all of the text."""
    chosen = scale.root
    while True:
        heavy = max(chosen, key=lambda child: scale.weights.get(child, 0.0), default=None)
        if heavy is None or tag_of(heavy) in _PARTS or scale.weights.get(heavy, 0.0) <= 0.0:
            return chosen
        enough = 0.6 if tag_of(heavy) in _MARKED or names_body(heavy) else 0.85
        if scale.weights[heavy] < enough * scale.weights[chosen]:
            return chosen
        chosen = heavy
