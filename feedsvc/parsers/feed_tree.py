"""What Atom, RSS and WordPress have in common as XML: names of elements, texts, bases, languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin

from lxml import etree

from feedsvc.parsers.limits import MOST_ITEMS, too_long
from feedsvc.parsers.xml import is_too_large
from feedsvc.text import one_line

Element = etree._Element
_NAME = re.compile(r"[A-Za-z_][\w.-]*")

_XML = "{http://www.w3.org/XML/1998/namespace}"
# Namespaces as they are written, in lower case and without their ends; RSS of any version has the empty name.
_NAMES = {
    "http://www.w3.org/2005/atom": "atom", "http://purl.org/atom/ns": "atom",
    "http://purl.org/rss/1.0": "", "http://my.netscape.com/rdf/simple/0.9": "", "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://backend.userland.com/rss2": "", "http://blogs.law.harvard.edu/tech/rss": "", "http://purl.org/net/rss1.1": "",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": "", "http://backend.userland.com/rss": "",
    "http://purl.org/rss/1.0/modules/content": "content", "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/elements/1.0": "dc", "http://purl.org/dc/terms": "dcterms",
    "http://search.yahoo.com/mrss": "media", "http://www.rssboard.org/media-rss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://www.w3.org/1999/xhtml": "xhtml",
    "http://backend.userland.com/creativecommonsrssmodule": "cc", "http://web.resource.org/cc": "cc",
    "http://creativecommons.org/ns": "cc", "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/2007/app": "app", "http://purl.org/atom/app": "app", "http://purl.org/syndication/thread/1.0": "thr",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf", "http://purl.org/atompub/tombstones/1.0": "at",
    "http://prismstandard.org/namespaces/basic/2.0": "prism", "http://prismstandard.org/namespaces/1.2/basic": "prism",
}  # fmt: skip
_WORDPRESS = re.compile(r"https?://(?:www\.)?wordpress\.org/export/[\d.]+(?P<excerpt>/excerpt)?")
# Words in angle brackets are words, unless HTML has such an element.
_ELEMENT = (
    r"<!--.{0,500}?-->|</?(?:a|abbr|acronym|audio|b|bdi|bdo|big|blockquote|br|center|cite|code|dd|del|dfn|div|dl|dt|em|embed|figcaption|"
    r"figure|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|object|ol|p|picture|pre|q|ruby|rp|rt|s|samp|script|section|small|source|"
    r"span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video|wbr)(?:[\s/][^<>]{0,5000})?>"
)
# A title or summary that is longer says nothing more.
_LONGEST_PLAIN = 20_000
_MARKUP = re.compile(_ELEMENT + r"|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,30});", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(_ELEMENT, re.DOTALL | re.IGNORECASE)
_BLOCK = re.compile(r"<(?:br|/?p|/?div|/?li|/?h[1-6])\b[^<>]*>", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Node:
    """An element whose children are asked for by name: ``title``, ``atom:link``, ``dc:creator``."""

    element: Element
    children: dict[str, list[Element]]

    def all(self, *names: str) -> Iterator[Element]:
        """The children of these names, name by name."""
        for name in names:
            yield from self.children.get(name, ())

    def first(self, *names: str) -> Element | None:
        """The first child of these names that is there."""
        return next(self.all(*names), None)

    def text(self, *names: str) -> str | None:
        """The text of the first child of these names that has one."""
        return next((text for each in self.all(*names) if (text := text_of(each))), None)


def node(element: Element) -> Node:
    """``element`` with its children by name, of each as many as a feed has entries at most."""
    children: dict[str, list[Element]] = {}
    for child in element:
        same = children.setdefault(name_of(child), [])
        if len(same) < MOST_ITEMS:
            same.append(child)
    return Node(element, children)


def name_of(element: Element) -> str:
    """``dc:creator`` whatever prefix the document uses; names in lower case, those of RSS bare."""
    return _name_of(str(element.tag))


@lru_cache(maxsize=1024)
def _name_of(tag: str) -> str:
    namespace, closed, local = tag.rpartition("}")
    if not closed:
        # Of a document that was mended, a prefix that nobody declared is a part of the name.
        return local.lower().removeprefix("rss:")
    prefix = prefix_of(namespace.removeprefix("{"))
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def prefix_of(namespace: str) -> str:
    """The usual prefix of a namespace; empty for that of RSS, ``?`` for an unknown one."""
    known = _NAMES.get(namespace.strip().lower().replace("https://", "http://").rstrip("/#"))
    if known is not None:
        return known
    wordpress = _WORDPRESS.match(namespace)
    if wordpress is not None:
        return "excerpt" if wordpress["excerpt"] else "wp"
    return "?"


def text_of(element: Element) -> str:
    """The text inside ``element``, without the blanks around it."""
    if len(element) == 0:
        return (element.text or "").strip()
    return "".join(map(str, element.itertext())).strip()


def plain(text: str) -> str:
    """A title or summary on one line: markup and its entities are read where there are some."""
    text = text[:_LONGEST_PLAIN]
    if not _MARKUP.search(text):
        return one_line(text)
    return one_line(unescape(_TAG.sub("", _BLOCK.sub(" ", text))))


def has_markup(text: str) -> bool:
    """Whether ``text`` is HTML."""
    return "<!--" in text or _MARKUP.search(text) is not None


def as_html(text: str) -> str:
    """Plain text as paragraphs; what is longer than an article stays as it stands, and is refused if it is by far."""
    if too_long(text) is not None:
        return f"<pre>{escape(text, quote=False)}</pre>"
    paragraphs = (escape(each.strip(), quote=False) for each in _PARAGRAPHS.split(text) if each.strip())
    return "\n".join(f"<p>{each}</p>".replace("\n", "<br>\n") for each in paragraphs)


def inner_markup(element: Element) -> str:
    """What stands inside ``element`` as HTML, whatever namespaces it is written in."""
    if is_too_large(element):  # it is refused, so it needs no care
        return etree.tostring(element, encoding="unicode", method="html")
    for each in element.iter():
        if isinstance(each.tag, str) and "}" in each.tag and each is not element:
            # What a mended document calls an element need not be a name.
            name = each.tag.rpartition("}")[2]
            each.tag = name if _NAME.fullmatch(name) else "span"
    etree.cleanup_namespaces(element)
    pieces = [escape(element.text or "", quote=False)]
    pieces += [etree.tostring(child, encoding="unicode", method="html") for child in element]
    return "".join(pieces).strip()


def base_of(element: Element, outermost: str | None) -> str | None:
    """The base of relative addresses at ``element`` (XML Base): every ``xml:base`` above it, from the outermost."""
    bases = [each.get(f"{_XML}base") for each in (element, *element.iterancestors())]
    base = outermost or ""
    for stated in reversed([each for each in bases if each]):
        base = joined(base, stated)
    return base or None


def joined(base: str, address: str) -> str:
    """``address`` against ``base``; as it is where the two do not fit."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address.strip()


def language_of(element: Element) -> str | None:
    """The language that ``element`` or what it stands in names."""
    stated = (each.get(f"{_XML}lang") for each in (element, *element.iterancestors()))
    return next((each.strip() for each in stated if each and each.strip()), None)
