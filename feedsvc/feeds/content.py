"""What an entry says, whatever the format: its editorial note comes first (a correction must be seen), then where it was written."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape
from urllib.parse import quote

from feedsvc.model import Entry
from feedsvc.patterns import pattern
from feedsvc.text import are_apart, direction, fold, folded

_OPENING = 1000  # characters
_TAG = pattern(r"<(/?(?:p|div|h[1-6]|[uod]l|li|d[dt]|blockquote|section|fig\w+|br)\b)?[^<>]*>")
_IDEOGRAPHS = 0x2E80
# Behind a place: its country, the date, the agency, and the dash before the first words.
_TOWN_END = pattern(r"[,(/]")
_OWN_WORDS = pattern(r"\s*(?:[,.(/][^.!?:–—―]{0,60}(?:\.\s[^.!?:–—―]{1,40})?)?(?:\s-+\s|--|[–—―]|(?<=\))\s|:\s)")


def content_html(entry: Entry) -> str | None:
    """The whole article as HTML; None when the entry carries a summary only."""
    if entry.html is None:
        return None
    note = f"<p><em>{escape(entry.ednote, quote=False)}</em></p>" if entry.ednote else ""
    # No feed format says which way a text runs, and few readers conclude it from the language.
    if direction(entry.language) == "rtl":
        return f'<div dir="rtl" lang="{entry.language}">{note}{_located(entry.html, entry.dateline)}</div>'
    return note + _located(entry.html, entry.dateline)


def _located(html: str, dateline: str | None) -> str:
    """``html`` with the dateline before its first words, as newsrooms print it, unless it begins with it."""
    if not dateline:
        return html
    opening = _TAG.sub(lambda tag: "\n" if tag[1] else "", folded(html[:_OPENING]))
    if is_located(unescape(opening).split("\n"), dateline):
        return html
    place = escape(dateline, quote=False)
    if not html.startswith("<p>"):
        return f"<p>{place}</p>{html}"
    # One in brackets or of ideographs ends by itself.
    return f"<p>{place}{' ' if ord(place[-1]) >= _IDEOGRAPHS else ' — '}{html[3:]}"


def is_located(lines: Iterable[str], dateline: str) -> bool:
    """Whether the text that opens with these lines begins with the dateline; below a deck, a dash or the like ends it.

    It may word the dateline in its own way: "OSLO (AP) —" for "OSLO, Jan. 29 (AP)".
    """
    place = fold(dateline)
    town = _TOWN_END.split(place, maxsplit=1)[0].strip()
    for number, line in enumerate(filter(None, map(fold, lines))):
        rest = _behind(line, place)
        if rest is not None and (not number or rest.strip()[:1] in "-–—―:(/"):
            return True
        rest = _behind(line, town) if town else None
        if rest is not None and _OWN_WORDS.match(rest):
            return True
    return False


def _behind(line: str, start: str) -> str | None:
    """What stands in ``line`` behind the words of ``start``, with which it begins; None when it does not."""
    rest = line.removeprefix(start)
    return rest if line.startswith(start) and are_apart(start[-1:], rest[:1]) else None


def summary_text(entry: Entry) -> str:
    """The summary as plain text. Without content it carries the note, and is never empty."""
    if entry.html is not None:
        return entry.summary
    parts = (entry.ednote, entry.summary)
    return " — ".join(part for part in parts if part) or entry.title


@lru_cache(4096)
def topic_page(home: str, slug: str) -> str:
    """The address of the page of a topic (or of any feed) for people, below ``home``, which ends in ``/``."""
    return f"{home}feeds/{quote(slug, safe='')}"
