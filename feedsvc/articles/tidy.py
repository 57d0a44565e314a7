"""Tidy: bodies that the sanitiser would give back as they are, so that it need not run.

Parsers of Markdown, plain text and news items mostly write a few tags, well nested and nearly without attributes.
Each piece of a tidy body is one of those that stand here: tags by name, links and pictures by strict patterns, text
without angle brackets. Nothing else gets out of here; a body with any other piece is not tidy, and is sanitised.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple

from feedsvc.articles.addresses import LINKS, WEB, absolute
from feedsvc.articles.plain import BREAK, EDGES, paragraph_text
from feedsvc.patterns import pattern
from feedsvc.text import folded, xml_clean

Find = Callable[[str], str | None]


class Tidy(NamedTuple):
    """A tidy body, and its plain text as ``plain_text`` would give it."""

    html: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Element:
    """What may stand inside an element, by its tag; behind "<", which no tag holds, by the name of a tag with more.

    A block ends the paragraph before it; a void element has no end.
    """

    name: str
    inside: "dict[str, _Element]" = field(default_factory=dict)
    is_block: bool = False
    is_void: bool = False
    closing: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "closing", f"/{self.name}")


def _elements(names: str, inside: dict[str, _Element], *, is_block: bool = False) -> dict[str, _Element]:
    made = {name: _Element(name, inside, is_block) for name in names.split()}
    return made | {f"<{name}": made[name] for name in made.keys() & {"a", "code", "ol"}}


# Nesting that the tree builder of HTML (13.2.6) leaves as it is written: no block within a paragraph or a heading,
# items in lists only, no link within a link.
_MARKS = "em strong b i del s u sup sub small cite mark kbd q"
_BREAK = _Element("br", is_void=True)
_LINKED = {"br": _BREAK, "<br": _BREAK, "<img": _Element("img", is_void=True), **_elements("code", {})}
_LINKED |= _elements(_MARKS, _LINKED)
_INLINE = {**_LINKED, **_elements("a", _LINKED)}
_INLINE |= _elements(_MARKS, _INLINE)
_RULE = _Element("hr", is_block=True, is_void=True)
_FLOW = {**_INLINE, "hr": _RULE, "<hr": _RULE}
_FLOW |= _elements("p h2 h3 h4 h5 h6", _INLINE, is_block=True)
_FLOW |= _elements("blockquote div section", _FLOW, is_block=True)
_FLOW |= _elements("ul ol", _elements("li", _FLOW, is_block=True), is_block=True)
_FLOW |= _elements("pre", _elements("code", {}), is_block=True)
_BODY = _Element("<", _FLOW)
_DEEPEST = 40

_ENTITIES = ("&amp;", "&lt;", "&gt;")
# Addresses that mean the same to all who read addresses: with the name of a host, or a path.
_CHARACTERS = r"!#$%()*+,./;@_~A-Za-z0-9-"
_HOST = r"(?![^/]*xn--)(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}(?::[1-9][0-9]{0,3})?"
_WEB_ADDRESS = rf"https?://{_HOST}(?:[/?#](?:[{_CHARACTERS}:=?]++|&amp;)*+)?"
_PATH = rf"[./A-Za-z0-9_](?:[{_CHARACTERS}]++|&amp;)*+(?:\?(?:[{_CHARACTERS}=?]++|&amp;)*+)?"
_MAIL = r"mailto:[A-Za-z0-9_.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}"
_TITLE = r'(?: title="[^"<>&=]*")?'
_LINK = pattern(rf'a href="({_WEB_ADDRESS}|{_PATH}|{_MAIL})"({_TITLE})')
_PICTURE = pattern(rf'img src="({_WEB_ADDRESS}|{_PATH})"((?: alt="[^"<>&=]*")?{_TITLE}) ?/?')
_VOID = pattern(r"(br|hr) ?/")
_STATED = pattern(r'code class="language-[A-Za-z0-9+#._-]+"|ol start="[0-9]{1,9}"')
# What the search for unsafe markup would take for an event handler.
_HANDLER = pattern(r"(?:\A|/)on[a-z]+=", re.IGNORECASE)
_UNTIDY = "", ""


def tidied(html: str, base: str, find: Find | None) -> Tidy | None:
    """``html`` with absolute addresses, as ``clean_body`` would give it; None unless it is tidy."""
    html = html.strip()
    if not _may_be_tidy(html):
        return None
    if (paragraphs_only := _paragraphs(html)) is not None:
        return paragraphs_only
    pieces = html.split("<")
    if html.count(">") != len(pieces) - 1:
        return None
    paragraphs: list[str] = []
    line = ""
    element = _BODY
    outer: list[_Element] = []
    for at in range(1, len(pieces)):
        tag, end, text = pieces[at].partition(">")
        if not end:
            return None
        if tag == element.closing:
            met = element
            element = outer.pop()
        else:
            opened = element.inside.get(tag)
            if opened is None:
                if tag == "h1":
                    return tidied(html.replace("<h1>", "<h2>").replace("</h1>", "</h2>"), base, find)
                name, tag = _lasting(tag, base) if find is None else _written(tag, base, find)
                opened = element.inside.get(name)
                pieces[at] = f"{tag}>{text}"
            if opened is None or len(outer) > _DEEPEST:
                return None
            met = opened
            if not met.is_void:
                outer.append(element)
                element = met
            elif met is _BREAK:
                line += BREAK
        if met.is_block:
            # The first line feed in it goes.
            if tag == "pre" and text.startswith("\n"):
                return None
            if line and line != "\n":
                paragraphs.append(paragraph_text(line, verbatim=tag == "/pre"))
            line = ""
        line += text
    if element is not _BODY:
        return None
    paragraphs.append(paragraph_text(line))
    return Tidy("<".join(pieces).replace("\xa0", "&nbsp;"), "\n\n".join(filter(None, paragraphs)))


def _paragraphs(html: str) -> Tidy | None:
    """``html`` when it is nothing but paragraphs of text, as most stories are; else None."""
    if not html.startswith("<p>") or not html.endswith("</p>"):
        return None
    lines = html[len("<p>") : -len("</p>")].split("</p>\n<p>")
    within = "".join(lines)
    if "<" in within or ">" in within:
        return None
    if "  " in html or "\t" in html or "\n" in within:
        lines = list(map(folded, lines))
    text = unescape("\n\n".join([line.strip(EDGES) for line in lines if line.strip()]))
    return Tidy(html.replace("\xa0", "&nbsp;"), text)


def _may_be_tidy(html: str) -> bool:
    """A first look at ``html``: whether it is made of tags and of characters that stand for themselves."""
    return (
        html.startswith("<")
        and html.endswith(">")
        and ("&" not in html or html.count("&") == sum(map(html.count, _ENTITIES)))
        and (":" not in html or "script:" not in html.lower())
        and xml_clean(html) == html
    )


# The same links stand in many articles of a publication.
@lru_cache(maxsize=1024)
def _lasting(tag: str, base: str) -> tuple[str, str]:
    return _written(tag, base, None)


def _written(tag: str, base: str, find: Find | None) -> tuple[str, str]:
    """Under which name an element with this ``tag`` may stand (see ``_Element``), and the tag as the sanitiser writes it.

    Both are empty when it is none that may be tidy.
    """
    if (found := _LINK.fullmatch(tag)) is not None:
        address = _address(found[1], base, LINKS, find)
        return ("<a", f'a href="{address}"{found[2]}') if address else _UNTIDY
    if (found := _PICTURE.fullmatch(tag)) is not None:
        address = _address(found[1], base, WEB, find)
        return ("<img", f'img src="{address}"{found[2]}') if address else _UNTIDY
    if (found := _VOID.fullmatch(tag)) is not None:
        return f"<{found[1]}", found[1]
    return (f"<{tag.partition(' ')[0]}", tag) if _STATED.fullmatch(tag) is not None else _UNTIDY


def _address(written: str, base: str, schemes: frozenset[str], find: Find | None) -> str | None:
    if "=" in written and _HANDLER.search(written):
        return None
    if find is not None and (published := find(written.replace("&amp;", "&"))) is not None:
        return _escaped(published)
    address = absolute(written.replace("&amp;", "&"), base, schemes)
    return None if address is None else _escaped(address)


def _escaped(address: str) -> str:
    return escape(address, quote=False).replace('"', "&quot;")
