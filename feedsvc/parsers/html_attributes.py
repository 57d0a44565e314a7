"""Tags with more attributes than any has: parsers take the square of their number, 20 seconds for 200,000 in one tag."""

import re
from itertools import islice

from feedsvc.patterns import pattern

# What holds the most on real pages has some dozens.
MOST = 200
# A tag that has more is at least so long: a blank and a letter for each.
_LONG = 2 * MOST
_BLANK = r"[ \t\n\f\r]"
# As HTML takes tags apart (section 13.2.5). Possessive, so that no input makes it slow.
_ATTRIBUTE = (
    rf"""(?:{_BLANK}|/)*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"""
    rf"""(?:{_BLANK}*+={_BLANK}*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)?)?+"""
)
_ONE = pattern(_ATTRIBUTE)
_TAG = pattern(rf"(<[a-zA-Z][^ \t\n\f\r/>]*+)((?:{_ATTRIBUTE})*+)")
# The only values that hide where a tag ends.
_HIDING = pattern(rf"""={_BLANK}*+(?:"[^"<>]*+[<>]|'[^'<>]*+[<>])""")


def with_few_attributes(html: str) -> str:
    """``html``, each tag with its first 200 attributes at most."""
    return _TAG.sub(_shortened, html) if _may_hold_many(html) else html


def _may_hold_many(html: str) -> bool:
    """Whether a tag may be as long as one of many attributes: a quick look, since nearly no text has one."""
    for piece in html.split(">"):
        if len(piece) > _LONG and 0 <= piece.find("<") < len(piece) - _LONG:
            return True
    return _HIDING.search(html) is not None


def _shortened(tag: re.Match[str]) -> str:
    begin, end = tag.span(2)
    if end - begin < _LONG:
        return tag[0]
    last = next(islice(_ONE.finditer(tag.string, begin, end), MOST - 1, None), None)
    return tag[0] if last is None else tag[1] + tag.string[begin : last.end()]
