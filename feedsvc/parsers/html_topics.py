"""What a page is about, by its own account: tags and sections."""

import re
from collections.abc import Iterable

from lxml import etree

from feedsvc.parsers.html_site import names_site
from feedsvc.parsers.html_stated import Stated, strings
from feedsvc.parsers.html_tree import text_of
from feedsvc.text import fold, one_line

Element = etree._Element

MOST = 40
_FEW = 8
_LONGEST = 100
_SPLIT = re.compile(r"\s*[,;|]\s*")
_TAG_PATH = re.compile(
    r"/(?:tags?|keywords?|themen?|topics?|etiquetas?|temas?|mots?-cles|schlagwort(?:e|er)?|stichwort)/", re.I
)
_SECTION_PATH = re.compile(r"/(?:category|categories|kategorien?|categorias?|section|rubrik|ressort)/", re.I)


def find_topics(root: Element, facts: Stated, sites: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags and sections, each once."""
    tags = [
        *_listed(strings(facts.article("keywords"))),
        *facts.every("article:tag", "og:article:tag"),
        *_listed(facts.every("news_keywords", "sailthru.tags", "parsely-tags")),
    ]
    sections = [*strings(facts.article("articleSection")), *facts.every("article:section", "og:article:section")]
    for link in root.iter("a"):
        rel = (link.get("rel") or "").split()
        if "tag" in rel:
            (sections if "category" in rel or _SECTION_PATH.search(link.get("href") or "") else tags).append(
                text_of(link)
            )
    tags = _names(tags, sites) or _keywords(facts, sites)
    sections = _names(sections, sites)
    known = {fold(each) for each in sections}
    return tuple(each for each in tags if fold(each) not in known), tuple(sections)


def _keywords(facts: Stated, sites: frozenset[str]) -> list[str]:
    """The words of ``meta name=keywords``, where they are few: a long list is about the site, not the page."""
    names = _names(_listed(facts.every("keywords")), sites)
    return names if len(names) <= _FEW else []


def _listed(values: Iterable[str]) -> list[str]:
    return [part for value in values for part in _SPLIT.split(value)]


def _names(values: Iterable[str], sites: frozenset[str]) -> list[str]:
    kept: dict[str, str] = {}
    for value in values:
        name = one_line(value).strip("#, ")
        if name and len(name) <= _LONGEST and not name.startswith("http") and not names_site(name, sites):
            kept.setdefault(fold(name), name)
    return list(kept.values())[:MOST]
