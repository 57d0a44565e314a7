"""What a page states about itself in machine-readable form: meta elements, links, JSON-LD.

JSON-LD as sites write it: several scripts, lists, ``@graph``, comments around it, raw line ends and commas too many.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import product
from typing import Any

from lxml import etree

from feedsvc.model import Finding
from feedsvc.parsers.limits import few
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
_LARGEST_SCRIPT = 2_000_000
_MOST_NODES = 400
MOST_LISTED = 200  # of the members of a list that are read
_LISTS = {"author": "authors", "creator": "authors", "keywords": "tags", "articleSection": "sections"}
_LONGEST_BROKEN = 200_000
_COMMA_TOO_MANY = re.compile(r",(\s*[\]}])")
_COMMENTED_OUT = re.compile(r"^[ \t]*//.*$", re.MULTILINE)
_TYPE = re.compile(r"\"@type\"\s*:\s*\"(?:https?://schema\.org/)?(\w{4,40})\"")
_FIELD = re.compile(
    r'"(datePublished|dateModified|headline|articleSection|keywords|url)"\s*:\s*"((?:[^"\\\n]|\\.){1,400})"\s*[,}\n]'
)
_AUTHORS = re.compile(r'"author"\s*:\s*(\[[^\]]{0,1000}\]|\{[^{}]{0,1000}\}|"[^"\n]{1,200}")')
_NAMES = re.compile(r'(?:"name"\s*:\s*|^)"((?:[^"\\\n]|\\.){1,200})"')
_GAP = re.compile(r"[\s;,]*")
_DECODER = json.JSONDecoder(strict=False)
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
    findings: tuple[Finding, ...]

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

    def node(self, key: str) -> Any:
        """The first value that any JSON-LD of the page has for ``key``."""
        return next((node[key] for node in self.nodes if node.get(key)), None)

    def follow(self, value: Any) -> Any:
        """The node that ``{"@id": …}`` refers to, else ``value``."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and not value.get("name"):
            return self.by_id.get(value["@id"], value)
        return value


def stated(root: Element) -> Stated:
    """All that the page states."""
    nodes = tuple(_nodes(root))
    findings: list[Finding] = []
    metas = _metas(root, findings)
    own = _own_addresses(root, metas)
    articles = [node for node in nodes if types_of(node) & _ARTICLE_TYPES]
    pages = tuple(node for node in nodes if types_of(node) & _PAGE_TYPES)
    for node, key in product((*articles, *pages), _LISTS):
        few(node[key] if isinstance(node.get(key), list) else (), _LISTS[key], findings, MOST_LISTED)
    # Teasers of other stories are articles too; the page's own bears its address, has a text or a date, or stands alone.
    articles.sort(
        key=lambda node: (not _is_at(node, own), node.get("datePublished") is None, "mainEntityOfPage" not in node)
    )
    return Stated(
        metas,
        tuple(articles[:1] if len(articles) < 3 or _is_at(articles[0], own) else _own(articles)),
        pages,
        nodes,
        {node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 1},
        tuple(findings),
    )


def _own_addresses(root: Element, metas: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The addresses that the page gives as its own, without their scheme and closing slash."""
    links = (each.get("href") or "" for each in root.iter("link") if (each.get("rel") or "").lower() == "canonical")
    return frozenset(filter(None, map(_bare, (*links, *metas.get("og:url", ())))))


def _bare(address: str) -> str:
    return address.partition("://")[2].partition("#")[0].removeprefix("www.").rstrip("/")


def _is_at(node: Node, own: frozenset[str]) -> bool:
    """Whether a node says that it stands at one of the addresses ``own``."""
    page = node.get("mainEntityOfPage")
    places = (node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page)
    return any(isinstance(place, str) and _bare(place) in own for place in places)


def types_of(node: Node) -> set[str]:
    """The schema.org types of a node, in lower case and without their address."""
    value = node.get("@type", ())
    kinds = value if isinstance(value, list) else [value]
    return {re.split("[/:#]", kind)[-1].lower() for kind in kinds if isinstance(kind, str)}


def strings(value: Any) -> Iterator[str]:
    """The texts of a JSON-LD value: a text, a list, or what has a name."""
    if isinstance(value, str):
        line = one_line(unescape(value))
        if line:
            yield line
    elif isinstance(value, list):
        for each in value[:MOST_LISTED]:
            yield from strings(each)
    elif isinstance(value, dict):
        whole = " ".join(part for key in ("givenName", "familyName") if isinstance(part := value.get(key), str))
        yield from strings(
            value.get("name") or value.get("@value") or value.get("@list") or whole or value.get("url")
        )
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


def string(value: Any) -> str | None:
    """The first text of a JSON-LD value."""
    return next(strings(value), None)


def _own(articles: list[Node]) -> list[Node]:
    whole = [node for node in articles if node.get("articleBody") or node.get("mainEntityOfPage")]
    return (whole or articles)[:1]


def _metas(root: Element, findings: list[Finding]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for meta in root.iter("meta"):
        # Some pages call the content of a meta element its value.
        content = one_line(unescape(meta.get("content") or meta.get("value") or ""))
        if not content:
            continue
        for key in ("property", "name", "itemprop", "http-equiv"):
            for name in (meta.get(key) or "").lower().split():
                if (key, name) in _FOR_CACHES:
                    continue
                found.setdefault(name, {})[content] = None
    return {name: tuple(few(values, "meta elements of one name", findings)) for name, values in found.items()}


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
    """The value of ``source``: what is left of it where no repair makes it JSON; None when that is nothing."""
    source = xml_clean(source[:_LARGEST_SCRIPT])
    for repaired in (source, _COMMA_TOO_MANY.sub(r"\1", _COMMENTED_OUT.sub("", _WRAPPING.sub("", source)))):
        try:
            return list(_values(repaired))
        except (ValueError, RecursionError):
            continue
    return _salvaged(source)


def _values(source: str) -> Iterator[Any]:
    """The values that stand one behind another in ``source``. Raises ValueError for what is none."""
    at = 0
    while gap := _GAP.match(source, at):
        if gap.end() == len(source):
            return
        value, at = _DECODER.raw_decode(source, gap.end())
        yield value


def _salvaged(source: str) -> Node | None:
    """The plain fields of a broken article: quotes that nobody escaped end most of those that cannot be read."""
    source = source[:_LONGEST_BROKEN]
    kind = next((found[1] for found in _TYPE.finditer(source) if found[1].lower() in _ARTICLE_TYPES), None)
    if kind is None:
        return None
    fields: dict[str, Any] = {"@type": kind}
    for key, value in _FIELD.findall(source):
        fields.setdefault(key, _unescaped(value))
    if authors := _AUTHORS.search(source):
        fields["author"] = [_unescaped(name) for name in _NAMES.findall(authors[1])]
    return fields


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


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
