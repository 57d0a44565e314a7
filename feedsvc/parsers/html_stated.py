"""What a page states about itself in machine-readable form: meta elements, links, JSON-LD.

JSON-LD as sites write it: several scripts, lists, ``@graph``, comments around it, raw line ends and commas too many.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from lxml import etree

from feedsvc.text import one_line, xml_clean

Element = etree._Element
Node = Mapping[str, Any]

_ARTICLE_TYPES = frozenset(
    "article newsarticle blogposting reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
    "reviewnewsarticle liveblogposting techarticle scholarlyarticle report advertisercontentarticle satiricalarticle "
    "socialmediaposting medicalscholarlyarticle review recipe podcastepisode howto claimreview interview".split()
)
_PAGE_TYPES = frozenset("webpage itempage medicalwebpage aboutpage faqpage creativework".split())
# What orders caches says nothing of the story.
_FOR_CACHES = frozenset((("http-equiv", "expires"),))
_LARGEST_SCRIPT = 500_000
_MOST_NODES = 400
_COMMA_TOO_MANY = re.compile(r",(\s*[\]}])")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """The statements: ``metas`` by name in lower case, the JSON-LD nodes that are the article, the page, all."""

    metas: Mapping[str, tuple[str, ...]]
    articles: tuple[Node, ...]
    pages: tuple[Node, ...]
    nodes: tuple[Node, ...]
    by_id: Mapping[str, Node]

    def meta(self, *names: str) -> str | None:
        """The first value that one of ``names`` has."""
        return next((value for name in names for value in self.metas.get(name, ())), None)

    def every(self, *names: str) -> tuple[str, ...]:
        """All values of ``names``, each once."""
        return tuple(dict.fromkeys(value for name in names for value in self.metas.get(name, ())))

    def article(self, *keys: str) -> Any:
        """The first value that the article's JSON-LD has for one of ``keys``; references are followed."""
        return next((node[key] for key in keys for node in self.articles if node.get(key)), None)

    def page(self, *keys: str) -> Any:
        """The same of the page's JSON-LD."""
        return next((node[key] for key in keys for node in self.pages if node.get(key)), None)

    def follow(self, value: Any) -> Any:
        """The node that ``{"@id": …}`` refers to, else ``value``."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and not value.get("name"):
            return self.by_id.get(value["@id"], value)
        return value


def stated(root: Element) -> Stated:
    """All that the page states."""
    nodes = tuple(_nodes(root))
    articles = [node for node in nodes if types_of(node) & _ARTICLE_TYPES]
    # Teasers of other stories are articles too; the page's own has a text, a date or stands alone.
    articles.sort(key=lambda node: (node.get("datePublished") is None, "mainEntityOfPage" not in node))
    return Stated(
        _metas(root),
        tuple(articles[:1] if len(articles) < 3 else _own(articles)),
        tuple(node for node in nodes if types_of(node) & _PAGE_TYPES),
        nodes,
        {node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 1},
    )


def types_of(node: Node) -> set[str]:
    """The schema.org types of a node, in lower case and without their address."""
    value = node.get("@type", ())
    kinds = value if isinstance(value, list) else [value]
    return {kind.rsplit("/", 1)[-1].lower() for kind in kinds if isinstance(kind, str)}


def strings(value: Any) -> Iterator[str]:
    """The texts of a JSON-LD value: a text, a list, or what has a name."""
    if isinstance(value, str):
        line = one_line(unescape(value))
        if line:
            yield line
    elif isinstance(value, list):
        for each in value[:200]:
            yield from strings(each)
    elif isinstance(value, dict):
        yield from strings(value.get("name") or value.get("@value") or value.get("url"))


def string(value: Any) -> str | None:
    """The first text of a JSON-LD value."""
    return next(strings(value), None)


def _own(articles: list[Node]) -> list[Node]:
    whole = [node for node in articles if node.get("articleBody") or node.get("mainEntityOfPage")]
    return (whole or articles)[:1]


def _metas(root: Element) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = one_line(unescape(meta.get("content") or ""))
        if not content:
            continue
        for key in ("property", "name", "itemprop", "http-equiv"):
            for name in (meta.get(key) or "").lower().split():
                if (key, name) in _FOR_CACHES:
                    continue
                values = found.setdefault(name, [])
                if content not in values:
                    values.append(content)
    return {name: tuple(values) for name, values in found.items()}


def _nodes(root: Element) -> Iterator[Node]:
    count = 0
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        for node in _flat(_json("".join(map(str, script.itertext())))):
            count += 1
            if count > _MOST_NODES:
                return
            yield node


def _json(source: str) -> Any:
    """The value of ``source``; None when no repair makes it JSON."""
    source = xml_clean(source[:_LARGEST_SCRIPT])
    for repaired in (source, _COMMA_TOO_MANY.sub(r"\1", _WRAPPING.sub("", source))):
        try:
            return json.loads(repaired, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flat(value: Any) -> Iterator[Node]:
    """The nodes at the top, in lists, ``@graph`` and ``mainEntity``; not those that other nodes only mention."""
    waiting = [value]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, list):
            waiting[:0] = each[:_MOST_NODES]
        elif isinstance(each, dict):
            if "@type" in each or "@id" in each:
                yield each
            waiting.extend(each[key] for key in ("@graph", "mainEntity") if isinstance(each.get(key), (list, dict)))
