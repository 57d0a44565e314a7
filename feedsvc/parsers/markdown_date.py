"""The date of a Markdown file that has no key for it.

It opens the text by itself, as ``*25 November 2026*`` below the heading that is the headline, or the address that the front
matter gives names it: ``path = "2026/11/25/the-ferry"``.
"""

from collections.abc import Mapping

from feedsvc.model import SourceDate
from feedsvc.parsers.dates import DateError, date_in_name, parse_date
from feedsvc.patterns import pattern

# Where generators write the address of a page, and those that it had.
_ADDRESSES = ("path", "permalink", "url", "slug", "aliases", "redirect_from")
_MOST = 20
# A paragraph of one line, in emphasis or not.
_FIRST_LINE = pattern(r"\s*+([*_]{0,3})([^\n*_#<>|]{6,60}?)\1[ \t]*+(?:\n[ \t]*(?:\n|\Z)|\Z)")
# The first letter of a paragraph that begins with text, and not with a picture, a list or a tag.
_FIRST_LETTER = pattern(r"\s*+[*_\"'(“‘«„]*+(\w)")


def date_line(name: str, body: str, order: str | None) -> tuple[SourceDate | None, str]:
    """The full date that is the first paragraph of ``body``, which stands below a headline, and the text below it.

    Not where the document's name has one, nor where the next paragraph begins in lower case: it goes on with the date.
    """
    found = _FIRST_LINE.match(body)
    if found is None or date_in_name(name) is not None:
        return None, body
    if (letter := _FIRST_LETTER.match(body, found.end())) and letter[1].islower():
        return None, body
    try:
        date = parse_date(found[2].strip(), order=order)
    except DateError:
        return None, body
    return (date, body[found.end() :]) if date is not None and date.year is not None else (None, body)


def day_in_address(fields: Mapping[str, object]) -> tuple[str, SourceDate | None]:
    """The key of the front matter whose address names a full date, and that date."""
    for key in _ADDRESSES:
        value = fields.get(key)
        for each in value[:_MOST] if isinstance(value, list) else [value]:
            if isinstance(each, str) and (date := date_in_name(each)) is not None and date.year is not None:
                return key, date
    return "", None
