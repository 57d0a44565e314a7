"""What a page is about, by its own account: tags and sections, as it states them and as it links them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from lxml import etree

from feedsvc.model import Person
from feedsvc.parsers.html_furniture import words_of
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_site import names_site
from feedsvc.parsers.html_stated import Stated, string, strings, types_of
from feedsvc.parsers.html_terms import linked_terms
from feedsvc.parsers.html_tree import tag_of, text_of
from feedsvc.parsers.limits import MOST_STATED
from feedsvc.text import fold, one_line

Element = etree._Element

MOST = 40
_FEW = 9
# So many names are a list for search engines, unless the page uses them.
_MANY = 5
# No story stands in so many sections: that is the menu of the site.
_MENU = 14
_WORDS_FOR_NEWS = ("news_keywords", "sailthru.tags", "parsely-tags", "citation_keywords", "dc.subject")
_WORD = re.compile(r"\w+")
_UNSEEN = frozenset(("script", "style", "noscript", "template", "option"))
_LONGEST = 100
_LONGEST_LINK = 60
_SPLIT = re.compile(r"[,;|]")
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


@dataclass(slots=True)
class _Linked:
    """The names that the story's part of the page links: marked by ``rel``, or listed by the name of what is around."""

    marked_tags: list[str] = field(default_factory=list)
    listed_tags: list[str] = field(default_factory=list)
    marked_sections: list[str] = field(default_factory=list)
    listed_sections: list[str] = field(default_factory=list)


def find_topics(
    root: Element, facts: Stated, sites: frozenset[str], where: Layout, known: tuple[str, tuple[Person, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags and sections, each once. ``known`` are the headline and the authors: they are no topics.

    What readers see as the tags of the story counts before what the page states for machines.
    """
    headline, authors = known
    others = frozenset((fold(headline), *(fold(each.name) for each in authors)))

    def names(values: Iterable[str]) -> list[str]:
        return _names(values, sites, others)

    linked = _linked(root, where)
    of_terms, in_terms = linked_terms(root, where.heading_element(), _TAG_PATH, _SECTION_PATH)
    shown = _Shown(root)
    tags = names(linked.marked_tags) or names(linked.listed_tags) or names(of_terms)
    tags = tags or _stated_tags(facts, names, shown)
    tags = tags or shown.among(names(_listed(facts.every(*_WORDS_FOR_NEWS))))
    tags = tags or _keywords(names(_listed(facts.every("keywords"))), shown)
    sections = _few(names([*linked.marked_sections, *linked.listed_sections])) or _few(names(linked.marked_sections))
    sections = sections or names(in_terms) or shown.linked_among(names(_stated_sections(facts)))
    sections = sections or names(_crumbs(root, facts))[-1:]
    taken = {fold(each) for each in sections}
    return tuple(each for each in tags if fold(each) not in taken), tuple(sections)


def _few(sections: list[str]) -> list[str]:
    return sections if len(sections) <= _MENU else []


def _stated_tags(facts: Stated, names: Callable[[Iterable[str]], list[str]], shown: "_Shown") -> list[str]:
    """The keywords of the JSON-LD, which are often written for search engines, and the tags of Open Graph."""
    keywords = names(_listed(strings(facts.article("keywords"))))
    tags = names((*keywords, *facts.every("article:tag", "og:article:tag")))
    linked = shown.linked_among(tags)
    return linked if len(linked) < len(tags) else names((*shown.among(keywords), *tags[len(keywords) :]))


def _stated_sections(facts: Stated) -> Iterator[str]:
    yield from _listed(strings(facts.article("articleSection")))
    yield from _listed(facts.every("article:section", "og:article:section"))


class _Shown:
    """What the page links and says; of names that it states for machines, those that it shows are the story's."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._links: frozenset[str] | None = None

    def linked_among(self, names: list[str]) -> list[str]:
        """Those of ``names`` that are the text of a link; all of them when none is."""
        if len(names) < 2:
            return names
        if self._links is None:
            self._links = frozenset(fold(text_of(link)) for link in self._root.iter("a"))
        links = self._links
        return [name for name in names if fold(name) in links] or names

    def among(self, names: list[str]) -> list[str]:
        """Those of ``names`` that are linked, else, of many, those that the text uses, else all."""
        linked = self.linked_among(names)
        if len(linked) < len(names) or len(names) < _MANY:
            return linked
        text = _words(_visible(self._root))
        return [name for name in names if _words(name) in text] or names


def _words(text: str) -> str:
    """The words of ``text`` without case, a blank around each."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _visible(root: Element) -> str:
    body = root.find("body")
    pieces: list[str] = []
    for element in () if body is None else body.iter():
        if element.text and tag_of(element) not in _UNSEEN:
            pieces.append(element.text)
        if element.tail:
            pieces.append(element.tail)
    return " ".join(pieces)


def _linked(root: Element, where: Layout) -> _Linked:
    """The tags and sections that the story's part of the page links."""
    found = _Linked()
    for link in root.iter("a"):
        if not where.is_near(link):
            continue
        rel, href = (link.get("rel") or "").split(), link.get("href") or ""
        marked = "tag" in rel or "category" in rel
        listed = "" if marked else _list_around(link)
        name = _COUNT.sub("", text_of(link)) if marked or listed else ""
        if not name or len(name) > _LONGEST_LINK:
            continue
        if "category" in rel or _SECTION_PATH.search(href):
            (found.marked_sections if marked else found.listed_sections).append(name)
        elif marked:
            found.marked_tags.append(name)
        elif _TAG_PATH.search(href) or listed == "tags":
            found.listed_tags.append(name)
        elif listed == "sections":
            found.listed_sections.append(name)
    return found


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


def _keywords(names: list[str], shown: _Shown) -> list[str]:
    """The words of ``meta name=keywords``, where they are few: a long list is about the site, not the page."""
    return shown.among(names) if len(names) <= _FEW else []


def _listed(values: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(_SPLIT.split(value) for value in values)


def _names(values: Iterable[str], sites: frozenset[str], others: frozenset[str]) -> list[str]:
    kept: dict[str, str] = {}
    for value in islice(values, MOST_STATED):
        name = one_line(value).strip("#, ")
        folded = fold(name)
        if not name or len(name) > _LONGEST or folded in others or folded in _NO_TOPIC:
            continue
        if name.startswith(("http", "{{", "{%")):
            continue
        if not names_site(name, sites):
            kept.setdefault(folded, name)
    return list(kept.values())[:MOST]
