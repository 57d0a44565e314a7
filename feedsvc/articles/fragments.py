"""Links within a body, to a place that it has or does not have."""

import re
from html import escape, unescape
from urllib.parse import unquote

# Attributes are serialised as `name="value"`, with quotes and angle brackets in values escaped.
_FRAGMENT_LINK = re.compile(r"""(<a(?: [a-z]+="[^"]*")*? href=")(#[^"]+)(")""")
_ANCHOR = re.compile(r"""<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")*? (?:id|name)="([^"]*)\"""")


def fragments(html: str) -> set[str]:
    """The places within itself to which clean ``html`` links."""
    return {unescape(link[2][1:]) for link in _FRAGMENT_LINK.finditer(html)}


def resolve_fragments(html: str, url: str) -> str:
    """Clean ``html`` whose links to a place that it does not have lead to that place at ``url``."""
    if 'href="#' not in html:
        return html
    places = {unescape(each) for each in _ANCHOR.findall(html)}

    def resolved(link: re.Match[str]) -> str:
        place = unescape(link[2][1:])
        if place in places or unquote(place) in places:
            return link[0]
        return f"{link[1]}{escape(url)}{link[2]}{link[3]}"

    return _FRAGMENT_LINK.sub(resolved, html)
