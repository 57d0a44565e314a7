"""What a page is about, by its own account: tags and sections, as it states them and as it links them."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from lxml import etree

from feedsvc.model import Person
from feedsvc.parsers.html_furniture import words_of
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_site import names_site
from feedsvc.parsers.html_stated import Stated, string, strings, types_of
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.text import fold, one_line

Element = etree._Element

MOST = 40
_FEW = 9
_LONGEST = 100
_LONGEST_LINK = 60
_SPLIT = re.compile(r"\s*[,;|]\s*")
_TAG_PATH = re.compile(
    r"(?:/|[?&/]_?)(?:tags?|tagged|keywords?|themen?|themenseite|topics?|etiquetas?|temas?|mots?-cles|schlagw(?:ort|oerter|orte)|stichwort|thema)[/=][^/?#&]",
    re.I,
)
_SECTION_PATH = re.compile(
    r"(?:/|[?&])(?:category|categories|cat|kategorien?|categorias?|categorie|section|rubrik|rubriken|ressort)[/=:][^/?#&]"
    r"|/(?:Kategorie|Category):",
    re.I,
)
_TAG_LISTS = frozenset(
    "tags tag taglist tagslinks keyword keywords schlagworte schlagwörter stichworte topics themen etiquetas temas posttags".split()
)
_SECTION_LISTS = frozenset("catlinks categories category kategorien kategorie postcategories rubrik".split())
# ``words_of`` leaves these out, because they may name the terms of a story (``category-sports``).
_TAG_LINK = re.compile(r"\btag[-_](?:links?|list|item)\b", re.I)
_SECTION_LINK = re.compile(r"\bcategory[-_](?:links?|list|item)\b", re.I)
# How many stories a tag has, behind its name.
_COUNT = re.compile(r"\s*\(\d+(?:\s\w+)?\)$")
_CRUMBS = frozenset(("breadcrumb", "breadcrumbs", "breadcrumblist", "crumbs", "crumb", "brotkrumen", "rootline"))
_HOME = frozenset(
    """home homepage start startseite accueil inicio início hem etusivu hjem you here sie sind hier back zurück
    página principal news nachrichten artikel article articles blog archive archiv""".split()
)
_NO_TOPIC = frozenset(
    (
        "categories",
        "category",
        "kategorien",
        "kategorie",
        "tags",
        "themen",
        "topics",
        "uncategorized",
        "unkategorisiert",
        "uncategorised",
        "non classé",
        "sin categoría",
        "none",
        "null",
        "article",
        "articles",
        "post",
        "posts",
        "news article",
    )
)


def find_topics(
    root: Element, facts: Stated, sites: frozenset[str], where: Layout, known: tuple[str, tuple[Person, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags and sections, each once. ``known`` are the headline and the authors: they are no topics."""
    headline, authors = known
    others = frozenset((fold(headline), *(fold(each.name) for each in authors)))
    linked_tags, linked_sections = _linked(root, where)
    tags = [
        *_listed(strings(facts.article("keywords"))),
        *facts.every("article:tag", "og:article:tag"),
        *_listed(facts.every("news_keywords", "sailthru.tags", "parsely-tags", "citation_keywords", "dc.subject")),
        *linked_tags,
    ]
    sections = _names(
        [
            *_listed(strings(facts.article("articleSection"))),
            *_listed(facts.every("article:section", "og:article:section")),
            *linked_sections,
        ],
        sites,
        others,
    )
    tags = _names(tags, sites, others) or _keywords(facts, sites, others)
    sections = sections or _names(_crumbs(root, facts), sites, others)[-1:]
    taken = {fold(each) for each in sections}
    return tuple(each for each in tags if fold(each) not in taken), tuple(sections)


def _linked(root: Element, where: Layout) -> tuple[list[str], list[str]]:
    """The tags and sections that the story's part of the page links."""
    tags: list[str] = []
    sections: list[str] = []
    for link in root.iter("a"):
        if not where.is_near(link):
            continue
        rel, href = (link.get("rel") or "").split(), link.get("href") or ""
        marked = "tag" in rel or "category" in rel
        listed = "" if marked else _list_around(link)
        name = _COUNT.sub("", text_of(link))
        if not (marked or listed) or not name or len(name) > _LONGEST_LINK:
            continue
        if "category" in rel or _SECTION_PATH.search(href):
            sections.append(name)
        elif marked or _TAG_PATH.search(href) or listed == "tags":
            tags.append(name)
        elif listed == "sections":
            sections.append(name)
    return tags, sections


def _list_around(link: Element) -> str:
    """Of what ``link`` stands in a list, by the class of what is around it: ``tags``, ``sections``, nothing."""
    around = (link, *(each for each, _ in zip(link.iterancestors(), range(3), strict=False)))
    for each in around:
        if tag_of(each) in ("body", "html", "article", "main") or len(each) > MOST:
            return ""
        words = words_of(each)
        classes = each.get("class") or ""
        if not _TAG_LISTS.isdisjoint(words) or _TAG_LINK.search(classes):
            return "tags"
        if not _SECTION_LISTS.isdisjoint(words) or _SECTION_LINK.search(classes):
            return "sections"
    return ""


def _crumbs(root: Element, facts: Stated) -> Iterator[str]:
    """The path from the site's first page to this one, without both ends."""
    path = list(_stated_crumbs(facts)) or list(_shown_crumbs(root))
    yield from (name for name in path if not set(fold(name).split()) <= _HOME)


def _stated_crumbs(facts: Stated) -> Iterator[str]:
    for node in facts.nodes:
        items = node.get("itemListElement")
        if "breadcrumblist" in types_of(node) and isinstance(items, list):
            for item in items[:-1][:10]:
                inner = item.get("item") if isinstance(item, dict) else None
                name = string(item.get("name") if isinstance(item, dict) else None)
                name = name or string(inner.get("name") if isinstance(inner, dict) else None)
                if name:
                    yield name
            return


def _shown_crumbs(root: Element) -> Iterator[str]:
    for element in root.iter("nav", "ol", "ul", "div", "p", "section", "span"):
        if element.get("class") is None and element.get("id") is None and element.get("itemtype") is None:
            continue
        if _CRUMBS.isdisjoint(words_of(element)) and "breadcrumb" not in (element.get("itemtype") or "").lower():
            continue
        links = [text_of(link) for link in element.iter("a") if link.get("href")]
        if links and len(links) <= 8:
            yield from (name for name in links if name)
            return


def _keywords(facts: Stated, sites: frozenset[str], others: frozenset[str]) -> list[str]:
    """The words of ``meta name=keywords``, where they are few: a long list is about the site, not the page."""
    names = _names(_listed(facts.every("keywords")), sites, others)
    return names if len(names) <= _FEW else []


def _listed(values: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(_SPLIT.split(value) for value in values)


def _names(values: Iterable[str], sites: frozenset[str], others: frozenset[str]) -> list[str]:
    kept: dict[str, str] = {}
    for value in values:
        name = one_line(value).strip("#, ")
        folded = fold(name)
        if not name or len(name) > _LONGEST or folded in others or folded in _NO_TOPIC:
            continue
        if name.startswith(("http", "{{", "{%")):
            continue
        if not names_site(name, sites):
            kept.setdefault(folded, name)
    return list(kept.values())[:MOST]
