"""Pictures and embeds that work on the source's page only, made to work anywhere.

Lazily loaded pictures get their real address, tracking pixels go, frames and plug-ins become links. The
result is as untrusted as the input; ``clean`` makes it safe.
"""

import re
from urllib.parse import parse_qs, urlsplit

from lxml import etree
from msgspec import Struct

from feedsvc.articles.addresses import WEB, absolute
from feedsvc.model import Finding
from feedsvc.patterns import pattern
from feedsvc.text import one_line

Element = etree._Element

_LAZY_SOURCE = ("data-src", "data-lazy-src", "data-original", "data-original-src", "data-full-src", "data-url")
_LAZY_SET = ("data-srcset", "data-lazy-srcset", "data-original-set")
# A quick look, so that most bodies are not parsed twice; clean HTML never matches.
_HINTS = ("<iframe", "<embed", "<object", "<noscript", "<img", "<source")
_ATTRIBUTES = r"""(?:[^<>"']|"[^"<]*"|'[^'<]*')*?"""
_NEEDED = pattern(
    rf"""<(?:iframe|embed|object|noscript)\b
    |<(?:img|source)\b{_ATTRIBUTES}[\s"'](?:data-[a-z-]+\s*=|src\s*=\s*["']?\s*data:
        |(?:width|height)\s*=\s*["']?\s*[01]\s*(?:px)?\s*["'\s/>]|style\s*=)""",
    re.VERBOSE,
)
_PLACEHOLDER_NAME = pattern(r"placeholder|blank|spacer|lazy|loading|transparent|1x1")
_LONGEST_SHOWN = 100
_TINY = pattern(r"\s*[01](?:\.0*)?\s*(?:px)?\s*")
_TINY_STYLE = pattern(r"(?i)(?:^|[;\s])(width|height)\s*:\s*[01](?:px)?\s*(?:$|[;!])")
_PLAYERS = (
    (
        pattern(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+)"),
        "https://www.youtube.com/watch?v={}",
    ),
    (pattern(r"https?://player\.vimeo\.com/video/(\d+)"), "https://vimeo.com/{}"),
)


class Unwrapped(Struct, frozen=True):
    """A body without frames and lazy pictures, and what was done to it."""

    html: str
    findings: tuple[Finding, ...] = ()


def unwrap_embeds(html: str, base: str) -> Unwrapped:
    """``html`` with lazy pictures filled in, tracking pixels dropped, and every embed as a link."""
    lowered = html.lower()
    if not any(hint in lowered for hint in _HINTS) or not _NEEDED.search(lowered):
        return Unwrapped(html)
    body = _body(html)
    if body is None:
        return Unwrapped(html)
    for element in list(body.iter("img", "source", "iframe")):
        _fill_lazy(element)
    for noscript in list(body.iter("noscript")):
        _open_noscript(noscript)
    for image in list(body.iter("img")):
        if _is_pixel(image):
            _drop(image)
    findings = [found for each in list(body.iter("iframe", "embed", "object")) if (found := _link(each, body, base))]
    return Unwrapped(_inner_html(body), tuple(dict.fromkeys(findings)))


def _body(html: str) -> Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root: Element | None = etree.fromstring(b"<html><body>" + html.encode("utf-8"), parser)
    return None if root is None else root.find("body")


def _inner_html(body: Element) -> str:
    markup: str = etree.tostring(body, method="html", encoding="unicode", with_tail=False)
    return markup.removeprefix("<body>").removesuffix("</body>")


def _fill_lazy(element: Element) -> None:
    """Give ``element`` the address that a script would have given it."""
    source = element.get("src")
    lazy = next((value for name in _LAZY_SOURCE if (value := (element.get(name) or "").strip())), None)
    if lazy and element.tag != "source" and _is_placeholder(source):
        element.set("src", lazy)
    candidates = next((value for name in _LAZY_SET if (value := (element.get(name) or "").strip())), None)
    if candidates and (not element.get("srcset") or "data:" in element.get("srcset", "")):
        element.set("srcset", candidates)


def _is_placeholder(source: str | None) -> bool:
    source = (source or "").strip().lower()
    stands_in = not source or source.startswith(("data:", "about:"))
    return stands_in or _PLACEHOLDER_NAME.search(source.rpartition("/")[2]) is not None


def _open_noscript(noscript: Element) -> None:
    """Keep the picture that stands in for a lazy one, unless that one was filled in; drop all else."""
    images = list(noscript.iter("img"))
    if not images and noscript.text and "<img" in noscript.text.lower():
        inner = _body(noscript.text)
        images = [] if inner is None else list(inner.iter("img"))
    before = noscript.getprevious()
    if before is not None and before.tag != "img":
        before = next(iter(before.iter("img")), None)
    if images and before is not None and _is_placeholder(before.get("src")):
        before.set("src", images[0].get("src") or "")
    elif images and before is None:
        for image in images:
            image.tail = None
            noscript.addprevious(image)
    _drop(noscript)


def _is_pixel(image: Element) -> bool:
    style = image.get("style") or ""
    tiny = {name for name in ("width", "height") if _TINY.fullmatch(image.get(name) or "")}
    tiny |= {found[1].lower() for found in _TINY_STYLE.finditer(style)}
    return len(tiny) == 2


def _link(embed: Element, body: Element, base: str) -> Finding | None:
    """Put a link in the place of ``embed``; nothing when it is hidden or leads nowhere."""
    if body not in embed.iterancestors():
        return None
    address = _address(embed, base)
    if address is None or _is_pixel(embed):
        _unwrap(embed) if embed.tag == "object" else _drop(embed)
        return None
    link = etree.Element("a", {"href": address})
    link.text = one_line(embed.get("title") or "") or _shown(address)
    inside = any(each.tag in ("p", "a", "h1", "h2", "h3", "h4", "h5", "h6", "span") for each in embed.iterancestors())
    place = link if inside else etree.Element("p")
    if place is not link:
        place.append(link)
    place.tail, embed.tail = embed.tail, None
    embed.getparent().replace(embed, place)  # type: ignore[union-attr]
    host = urlsplit(address).hostname
    return Finding("embed-linked", "info", f"An embed of {host} became a link; readers show no frames.", "text")


def _shown(address: str) -> str:
    """``address`` as the text of its link: of a long one, which holds the settings of a player, without its query."""
    return address if len(address) <= _LONGEST_SHOWN else address.partition("?")[0].partition("#")[0]


def _address(embed: Element, base: str) -> str | None:
    """Where ``embed`` leads: to the page of a video rather than to its bare player."""
    candidates = [embed.get("src"), embed.get("data"), *(each.get("src") for each in embed.iter("embed", "iframe"))]
    for value in candidates:
        address = absolute(value, base, WEB) if value and value.strip() else None
        if address is not None:
            return _watchable(address)
    return None


def _watchable(address: str) -> str:
    for player, page in _PLAYERS:
        if found := player.match(address):
            return page.format(found[1])
    if urlsplit(address).path == "/plugins/video.php" and (href := parse_qs(urlsplit(address).query).get("href")):
        return absolute(href[0], address, WEB) or address
    return address


def _drop(element: Element) -> None:
    """Remove ``element``, but not the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _unwrap(element: Element) -> None:
    """Put the children of ``element`` in its place; the sanitiser drops the tag itself."""
    element.tag = "span"
