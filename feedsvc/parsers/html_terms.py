"""The terms of a story in the classes of its element, as common blog software writes them: ``tag-ships category-news``.

The classes hold short forms only; the names are the texts of the links to the terms' pages, wherever on the page.
"""

import re
from urllib.parse import unquote

from lxml import etree

from feedsvc.parsers.html_tree import text_of

Element = etree._Element

_POST = re.compile(r"hentry|type-post|post-\d+")
_PREFIXES = ("tag-", "category-")
_LONGEST = 60
_COUNT = re.compile(r"\s*\(\d+(?:\s\w+)?\)$")


def linked_terms(
    root: Element, heading: Element | None, tag_path: re.Pattern[str], section_path: re.Pattern[str]
) -> tuple[list[str], list[str]]:
    """The names of the tags and of the categories in the classes of the story around ``heading``.

    ``tag_path`` and ``section_path`` are found in the addresses of the terms' pages.
    """
    terms = _terms(heading)
    tags: dict[str, str] = {}
    categories: dict[str, str] = {}
    for link in root.iter("a") if terms else ():
        href = (link.get("href") or "").partition("?")[0].partition("#")[0]
        term = unquote(href.rstrip("/").rpartition("/")[2]).lower()
        tag, category = f"tag-{term}", f"category-{term}"
        if (tag not in terms and category not in terms) or not 0 < len(text_of(link)) <= _LONGEST:
            continue
        if tag in terms and tag_path.search(href):
            tags.setdefault(term, _COUNT.sub("", text_of(link)))
        elif category in terms and (section_path.search(href) or "category" in (link.get("rel") or "")):
            categories.setdefault(term, _COUNT.sub("", text_of(link)))
    return list(tags.values()), list(categories.values())


def _terms(heading: Element | None) -> frozenset[str]:
    for element in (heading, *heading.iterancestors()) if heading is not None else ():
        classes = (element.get("class") or "").split()
        if any(_POST.fullmatch(each) for each in classes):
            found = frozenset(unquote(each).lower() for each in classes if each.startswith(_PREFIXES))
            if found:
                return found
    return frozenset()
