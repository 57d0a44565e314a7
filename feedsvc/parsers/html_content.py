"""The main content of a page: which element holds the story, and what in it is not the story.

1. Drop what is never text of a story (scripts, forms, navigation).
2. Weigh every block of text: sentences count for it, links and snippets against it.
3. Drop furniture that its class or role names, unless the story stands in it.
4. Choose: go down from the body while one child holds nearly all of the weight.
5. Trim: all up to the headline, the headline itself, bylines, lists of links, what leads elsewhere.
"""

from itertools import islice

from lxml import etree

from feedsvc.parsers.html_blocks import HEADINGS, Scale, weigh
from feedsvc.parsers.html_furniture import (
    drop,
    is_furniture,
    is_hidden,
    is_unmistakable,
    names_body,
    strip_machinery,
)
from feedsvc.parsers.html_standfirst import behind_headline, find_standfirst, put_standfirst
from feedsvc.parsers.html_tree import tag_of
from feedsvc.parsers.html_trim import Clues, trim
from feedsvc.text import fold

Element = etree._Element

_ASIDES = frozenset(("aside", "footer"))
_PLAIN = 0.75
_NAMED = 0.35
_WITH_HEADLINE = 0.35
_OWN_PARAGRAPHS = 0.05
_OWN_ARTICLE = 0.2
# Of an article that is marked as one, this weight of text is enough.
_ENOUGH = 300.0
# So much of the start of a text tells which one it is.
_START, _LONG_START = 60, 400
# Less text than this is no story.
_SHORT = 150.0
_ROW = 60.0
# What holds so much of the text is all of it.
_ALL = 0.8
_MARKED = frozenset(("article", "main"))
# Elements of a story that are no containers of one.
_PARTS = frozenset("p pre blockquote ul ol dl table tbody tr h1 h2 h3 h4 h5 h6 figure".split())


def main_content(root: Element, clues: Clues) -> Element | None:
    """The element that holds the story, trimmed to the story; None when there is no text. Changes the tree."""
    body = root.find("body")
    if body is None:
        return None
    strip_machinery(body, clues.heading)
    scale = weigh(body)
    behind = behind_headline(scale, clues.heading)
    above = list(clues.heading.iterancestors()) if clues.heading is not None else []
    _drop_furniture(scale, clues, frozenset(above))
    chosen = _choose(scale, above)
    standfirst = find_standfirst(behind, chosen, body, clues)
    trim(chosen, clues)
    put_standfirst(chosen, standfirst)
    return chosen


def _drop_furniture(scale: Scale, clues: Clues, above: frozenset[Element]) -> None:
    """Drop named furniture. A name lies where the headline, most of the text or what is stated as the text stands under it."""
    heading = clues.heading
    whole = fold(clues.text or "")
    positive = scale.positive or 1.0
    article = next((each for each in above if tag_of(each) == "article"), None)
    in_article = article is not None and scale.weights.get(article, 0.0) > _SHORT
    for element in list(scale.weights):
        if element is scale.root or element not in scale.weights:
            continue
        share = scale.weights[element] / positive
        if element is heading or tag_of(element) in HEADINGS or (share > 0.2 and element in above):
            continue
        if share > 0 and whole and is_hidden(element) and _is_stated(element, whole):
            continue
        if _is_furniture(element, share, positive) or (
            # An article that does not hold the headline is another one, of which a link leads to the rest.
            tag_of(element) == "article"
            and in_article
            and element not in above
            and share < 0.35
            and _has_link(element)
        ):
            scale.take_out(element)
            drop(element)


def _is_stated(element: Element, whole: str) -> bool:
    """Whether the text of ``element`` stands in ``whole``, which the page states as that of the story."""
    start = fold("".join(map(str, element.itertext()))[:_LONG_START]).strip()[:_START]
    return len(start) == _START and start in whole


def _has_link(article: Element) -> bool:
    return any(True for each in article.iter("a") if (each.get("href") or "#")[:1] != "#")


def _is_furniture(element: Element, share: float, positive: float) -> bool:
    if is_hidden(element):
        # Hidden text is shown later on some pages; then there is little else.
        return share < 0.35 or (1.0 - share) * positive > 400
    if tag_of(element) not in _ASIDES and not is_furniture(element):
        return False
    if is_unmistakable(element):
        # "comment-on-selection" around the whole text of an article is no comment.
        around = islice(element.iterancestors(), 2)
        return share < _ALL or not any(tag_of(each) != "body" and names_body(each) for each in around)
    if tag_of(element) == "aside" and (1.0 - share) * positive > _ENOUGH:
        return True
    return share < 0.35 and not (share > 0 and tag_of(element) == "div" and element.find(".//blockquote") is not None)


def _choose(scale: Scale, above: list[Element]) -> Element:
    """The smallest container that holds nearly all of the text."""
    chosen = next((each for each in above if _is_its_article(each, scale)), scale.root)
    while True:
        child = _heaviest(chosen, scale, above)
        if child is None or _has_paragraphs(chosen, scale) or _is_one_of_rows(child, scale):
            return chosen
        is_named = tag_of(child) in _MARKED or child in above or names_body(child)
        least = _NAMED if is_named and tag_of(child) != "header" else _PLAIN
        if scale.weights[child] < least * scale.weights[chosen]:
            return chosen
        chosen = child


def _is_its_article(element: Element, scale: Scale) -> bool:
    """Whether ``element`` is marked as an article and holds enough text to be the one of the headline in it."""
    weight = scale.weights.get(element, 0.0)
    return tag_of(element) == "article" and weight > max(_ENOUGH, _OWN_ARTICLE * scale.weights[scale.root])


def _is_one_of_rows(child: Element, scale: Scale) -> bool:
    """Whether a story goes on in the elements beside ``child`` that are marked alike."""
    if not child.get("class"):
        return False
    beside = (*child.itersiblings(), *child.itersiblings(preceding=True))
    alike = [each for each in beside if each.tag == child.tag and each.get("class") == child.get("class")]
    rows = [weight for each in alike if (weight := scale.weights.get(each, 0.0)) > _ROW]
    return len(rows) > 1 and sum(rows) > _ENOUGH


def _heaviest(chosen: Element, scale: Scale, above: list[Element]) -> Element | None:
    """The child with the most text; the one under which the headline stands where it has enough."""
    heavy = max(chosen, key=lambda child: scale.weights.get(child, 0.0), default=None)
    if heavy is None or scale.weights.get(heavy, 0.0) <= 0.0 or tag_of(heavy) in _PARTS:
        return None
    with_headline = next((child for child in chosen if child in above and tag_of(child) != "header"), heavy)
    if scale.weights.get(with_headline, 0.0) >= _WITH_HEADLINE * scale.weights[chosen]:
        return with_headline
    return heavy


def _has_paragraphs(chosen: Element, scale: Scale) -> bool:
    """Whether paragraphs of the story stand in ``chosen`` itself, so that going down would lose them."""
    own = sum(scale.weights.get(child, 0.0) for child in chosen if tag_of(child) in _PARTS)
    if (text := scale.blocks.get(chosen)) is not None:
        own += max(text.weight, 0.0)
    return own > _OWN_PARAGRAPHS * scale.weights[chosen]
