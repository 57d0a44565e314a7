"""Pages that are no article but a list of articles: a home page, a section, an archive, the results of a search.

A list has headings that are links, each with a few words or a date below it, and no text of its own. A page that states
itself to be an article is one, whatever it looks like.
"""

from dataclasses import dataclass
from itertools import islice

from lxml import etree

from feedsvc.parsers.html_stated import Element, Stated
from feedsvc.text import one_line

_FEWEST = 4
_TITLE = 15  # characters that a headline has at least
_PROSE = 40  # and a piece of running text
_LONGEST_OPENING = 400  # of prose above the first teaser: an introduction
_LONGEST_TEASER = 900
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5"))
_BESIDE = frozenset(("nav", "aside", "footer", "script", "style", "noscript", "template", "form", "figure", "head"))


@dataclass(slots=True)
class _Teaser:
    """A heading that is a link; how much running text stands below it, and whether a date does."""

    href: str
    prose: int = 0
    dated: bool = False

    @property
    def tells(self) -> bool:
        return self.dated or self.prose > 0


def count_teasers(root: Element, facts: Stated) -> int:
    """How many articles the page lists; 0 when it is an article itself, or may be one."""
    if _is_stated(root, facts):
        return 0
    opening, teasers = _walk(root)
    if opening > _LONGEST_OPENING or any(each.prose > _LONGEST_TEASER for each in teasers):
        return 0
    found = len({each.href for each in teasers})
    telling = sum(each.tells for each in teasers)
    return found if found >= _FEWEST and telling * 2 >= len(teasers) else 0


def _is_stated(root: Element, facts: Stated) -> bool:
    """Whether the page says that it is an article."""
    if facts.articles or facts.meta("article:published_time"):
        return True
    if (facts.meta("og:type") or "").lower().startswith(("article", "video", "news")):
        return True
    return len(list(islice(root.iterfind(".//*[@itemprop='articleBody']"), 2))) == 1


def _walk(root: Element) -> tuple[int, list[_Teaser]]:
    """How much running text stands above the first teaser, and the teasers, in the order of the page."""
    opening, teasers = _Teaser(""), list[_Teaser]()
    current = opening
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = element.tag
        if event == "end":
            current.prose += _prose(element.tail)
        elif name in _BESIDE:
            walk.skip_subtree()
        elif name in _HEADINGS and (href := _target(element)) is not None:
            current = _Teaser(href)
            teasers.append(current)
            walk.skip_subtree()
        elif name != "a":
            current.dated |= name == "time"
            current.prose += _prose(element.text)
    return opening.prose, teasers


def _prose(text: str | None) -> int:
    return len(text) if text is not None and len(text) >= _PROSE and len(text.strip()) >= _PROSE else 0


def _target(heading: Element) -> str | None:
    """Where a heading leads that is a link as a whole."""
    title = one_line("".join(map(str, heading.itertext())))
    if len(title) < _TITLE:
        return None
    above = heading.getparent()
    links = [above] if above is not None and above.tag == "a" else list(heading.iter("a"))
    if len(links) != 1 or len(one_line("".join(map(str, links[0].itertext())))) * 5 < len(title) * 4:
        return None
    href = (links[0].get("href") or "").partition("#")[0].strip()
    return href or None
