"""Links within a body, to a place that it has or does not have."""

import re
from html import escape, unescape
from urllib.parse import unquote

# Attributes are serialised as `name="value"`, with quotes and angle brackets in values escaped.
_LINK = r"""(<a(?: [a-z]+="[^"]*")*? href="){}(#[^"]+)(")"""
_FRAGMENT_LINK = re.compile(_LINK.format(""))
_ANCHOR = re.compile(r"""<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")*? (?:id|name)="([^"]*)\"""")


def fragments(html: str) -> set[str]:
    """The places within itself to which clean ``html`` links."""
    return {unescape(link[2][1:]) for link in _FRAGMENT_LINK.finditer(html)}


def resolve_fragments(html: str, url: str) -> str:
    """Clean ``html`` whose links to a place that it does not have lead to that place at ``url``."""
    return _led(html, "", url)


def move_fragments(html: str, before: str, url: str) -> str:
    """``html`` whose links were resolved to ``before``, with those to ``url`` in their place."""
    return html if before == url else _led(html, before, url)


def _led(html: str, before: str, url: str) -> str:
    """``html`` whose links to ``before`` and a place that it does not have lead to that place at ``url``."""
    beginning = f'href="{escape(before)}#'
    if beginning not in html:
        return html
    places = {unescape(each) for each in _ANCHOR.findall(html)}

    def led(link: re.Match[str]) -> str:
        place = unescape(link[2][1:])
        if place in places or unquote(place) in places:
            return link[0]
        return f"{link[1]}{escape(url)}{link[2]}{link[3]}"

    pattern = re.compile(_LINK.format(re.escape(escape(before)))) if before else _FRAGMENT_LINK
    return pattern.sub(led, html)
