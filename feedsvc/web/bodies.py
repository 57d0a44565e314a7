"""An article's body as it is set on its page: what scrolls sideways is reached with the keyboard, no id is the page's."""

import re

from markupsafe import Markup

# Ids of the article page itself (templates/article.html, layout.html); those of a body give way to them.
_OF_THE_PAGE = frozenset({"content", "note-heading", "subscribe", "subscribe-heading"})

# A tag as the sanitiser writes it: attributes in double quotes, no sign of markup outside of them.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>')
_ANCHOR = re.compile(r'( id="| href="#)([^"]*)"')


def set_body(html: str) -> Markup:
    """``html``, which was made safe when the article was settled, as it stands on the article's page."""
    return Markup(_TAG.sub(_set, html))  # noqa: S704 - nothing but our own words is added


def _set(tag: re.Match[str]) -> str:
    closing, name, attributes = tag.groups()
    if name == "table":
        if closing:
            return "</table></div>"
        return f'<div class="wide" role="group" aria-label="Table" tabindex="0"><table{_anchors(attributes)}>'
    if name == "pre" and not closing:
        attributes += ' tabindex="0"'
    return f"<{closing}{name}{_anchors(attributes)}>"


def _anchors(attributes: str) -> str:
    return _ANCHOR.sub(_renamed, attributes) if "#" in attributes or " id=" in attributes else attributes


def _renamed(anchor: re.Match[str]) -> str:
    before, name = anchor.groups()
    return f'{before}{"in-" if name in _OF_THE_PAGE else ""}{name}"'
