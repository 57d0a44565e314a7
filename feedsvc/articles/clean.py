"""Clean: untrusted HTML becomes a safe body with absolute addresses.

nh3 (ammonia on html5ever) decides last what stays: tags, attributes and schemes are listed here, all else
goes. The result is a fixed point: cleaning it again changes nothing.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from urllib.parse import unquote

import nh3
from msgspec import Struct

from feedsvc.articles.addresses import LINKS, WEB, absolute, absolute_srcset
from feedsvc.articles.embeds import unwrap_embeds
from feedsvc.articles.fragments import fragments
from feedsvc.articles.plain import plain_text
from feedsvc.articles.tidy import Find, tidied
from feedsvc.model import Finding
from feedsvc.patterns import pattern
from feedsvc.text import xml_clean

TAGS = frozenset(
    "a abbr article aside audio b bdi bdo blockquote br caption center cite code col colgroup data dd del details "
    "dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s "
    "samp section small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul "
    "var video wbr".split()
)
# Their text is no text of the article, so it goes with them.
DROPPED = frozenset(
    "applet audio-fallback button canvas datalist dialog embed frameset iframe math-annotation noembed noframes "
    "noscript object script select style svg template textarea title".split()
)
ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "audio": {"src"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "source": {"src", "srcset", "sizes", "media", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"src", "poster", "width", "height"},
}
_CONTROLS = {"audio": {"controls": ""}, "video": {"controls": ""}}

_TOP_HEADING = pattern(r"<(/?)h1(?=[\s/>])", re.IGNORECASE)
_PASSES = 8
_NEWLINE_IN_PRE = pattern(r"(<pre(?: [^<>]*)?>)\n+")
_SOURCELESS = pattern(r"""<(?:img|source)(?: (?!src=|srcset=)[a-z]+="[^"]*")*>""")
_ADDRESSES = (" href", " src", " poster")
_LANGUAGE_CLASS = pattern(r"(?:^|\s)(language-[A-Za-z0-9+#._-]+)(?=\s|$)")

_ANY_TAG = pattern(r"<(/?)([A-Za-z][^\s/<>]*)[^<>]*>?")
_DEEPEST = 250
# Tags that end by themselves, or where the next one begins.
_NOT_NESTING = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th option".split()
)

# What is named in a finding: the literal is a fast first look, the pattern decides.
_UNSAFE = (
    ("a script", "<script", pattern(r"<script[\s/>]")),
    ("an event handler", " on", pattern(r"""<[a-z][^<>]*[\s"'/]on[a-z]+\s*=""")),
    (
        "an unsafe link",
        "script:",
        pattern(r"""\b(?:href|src|action|data|poster)\s*=\s*["']?\s*(?:java|vb)script:"""),
    ),
    ("a form", "<form", pattern(r"<form[\s/>]")),
)


class Cleaned(Struct, frozen=True):
    """A safe body, its plain text, and what was removed or changed on the way."""

    html: str
    text: str
    findings: tuple[Finding, ...] = ()


def clean_body(html: str, base: str, find: Find | None = None) -> Cleaned:
    """``html`` made safe for feeds and pages, with every address absolute against ``base``.

    ``find`` tells where a file that an address means is published: nowhere when empty, None when it means no file.

    Links to a place in the same body stay ``#place``; so do those whose place is missing, which
    ``resolve_fragments`` completes once the article's address is known.
    """
    tidy = tidied(html, base, find)
    return sanitised(html, base, find) if tidy is None else Cleaned(tidy.html, tidy.text)


def sanitised(html: str, base: str, find: Find | None = None) -> Cleaned:
    """As ``clean_body``, whatever ``html`` is."""
    html = flattened(xml_clean(html))
    findings = _unsafe_markup(html)
    opened = unwrap_embeds(html, base)
    raw = _TOP_HEADING.sub(r"<\1h2", opened.html).strip()
    clean = _settled(raw, base, find)
    return Cleaned(clean, plain_text(clean), (*findings, *opened.findings))


def flattened(html: str) -> str:
    """``html`` without the tags that stand deeper than any article needs: parsers take the square of the depth."""
    if html.count("<") < _DEEPEST:
        return html
    depth = 0

    def kept(tag: re.Match[str]) -> str:
        nonlocal depth
        if tag[2].lower() in _NOT_NESTING:
            return tag[0]
        if tag[1]:
            depth = max(0, depth - 1)
            return tag[0] if depth < _DEEPEST else ""
        depth += 1
        return tag[0] if depth <= _DEEPEST else ""

    return _ANY_TAG.sub(kept, html)


def _settled(raw: str, base: str, find: Find | None) -> str:
    """``raw`` sanitised until that changes nothing more.

    Where tags were dropped or moved, what is left may nest in a way that HTML reads differently the next time.
    """
    for attempt in range(1 + _PASSES):
        clean = _sanitised(raw, base, find if attempt == 0 else None)
        # Addresses that were made absolute change nothing of the nesting.
        if clean == raw or _but_addresses(clean) == _but_addresses(raw):
            return clean
        raw = clean
    return "\n".join(f"<p>{escape(each, quote=False)}</p>" for each in plain_text(raw).split("\n\n"))


def _but_addresses(html: str) -> list[str]:
    """``html`` in pieces that tell it from others but for the addresses in it.

    Attributes are serialised as `name="value"`, with quotes and angle brackets in values escaped.
    """
    pieces = html.split('="')
    for at in range(1, len(pieces)):
        address, mark, rest = pieces[at].partition('"')
        if mark and pieces[at - 1].endswith(_ADDRESSES) and "<" not in address and ">" not in address:
            pieces[at] = rest
    return pieces


def _sanitised(raw: str, base: str, find: Find | None) -> str:
    clean = _cleaner(base, frozenset(), find).clean(raw)
    if 'href="#' in clean:
        clean = _cleaner(base, _targets(clean), find).clean(raw)
    if "<pre" in clean:
        clean = _NEWLINE_IN_PRE.sub(r"\1", clean)
    if "<img" in clean or "<source" in clean:
        clean = _SOURCELESS.sub("", clean)
    # Characters that XML does not allow may have been written as references (&#1;).
    return xml_clean(clean).strip()


def _targets(clean: str) -> frozenset[str]:
    places = fragments(clean)
    return frozenset(places | {unquote(place) for place in places})


def _cleaner(base: str, targets: frozenset[str], find: Find | None) -> nh3.Cleaner:
    return _lasting_cleaner(base, targets) if find is None else _make_cleaner(base, targets, find)


@lru_cache(maxsize=64)
def _lasting_cleaner(base: str, targets: frozenset[str]) -> nh3.Cleaner:
    return _make_cleaner(base, targets, None)


def _make_cleaner(base: str, targets: frozenset[str], find: Find | None) -> nh3.Cleaner:
    """A sanitiser that keeps those ids that are in ``targets``."""
    attributes = ATTRIBUTES
    if targets:
        attributes = {**ATTRIBUTES, "*": ATTRIBUTES["*"] | {"id"}, "a": ATTRIBUTES["a"] | {"name"}}
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes=attributes,
        attribute_filter=_attribute_filter(base, targets, find),
        set_tag_attribute_values=_CONTROLS,
        url_schemes=set(LINKS),
        link_rel=None,
    )


def _attribute_filter(base: str, targets: frozenset[str], find: Find | None) -> Callable[[str, str, str], str | None]:
    def keep(_tag: str, name: str, value: str) -> str | None:
        match name:
            case "href" | "src" | "poster" if (published := find(value) if find else None) is not None:
                return published or None
            case "href":
                return value if value.startswith("#") and len(value) > 1 else absolute(value, base)
            case "src" | "poster":
                return absolute(value, base, WEB) if value.strip() else None
            case "srcset":
                return absolute_srcset(value, base, find)
            case "id" | "name":
                return value if value in targets else None
            case "class":
                language = _LANGUAGE_CLASS.search(value)
                return language[1] if language else None
            case _:
                return value

    return keep


def _unsafe_markup(html: str) -> tuple[Finding, ...]:
    """A finding that names what the sanitiser is about to remove, as far as a look at the text shows it."""
    lowered = html.lower()
    found = [what for what, literal, pattern in _UNSAFE if literal in lowered and pattern.search(lowered)]
    if not found:
        return ()
    message = (
        f"Removed from the body: {', '.join(found)}; feeds carry no active content, so take it out of the source."
    )
    return (Finding("unsafe-markup-removed", "warning", message, "text"),)
