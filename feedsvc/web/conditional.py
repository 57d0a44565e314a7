"""Conditional requests (RFC 9110, section 13): what a client holds against what there is.

An ETag is the digest of the identity bytes and a suffix for the coding: ``"h"``, ``"h-gz"``, ``"h-br"``,
``"h-zstd"``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

_SUFFIXES = {"identity": "", "gzip": "-gz", "br": "-br", "zstd": "-zstd"}
_OWN_SUFFIX = re.compile("(?:-gz|-br|-zstd)$")

# Proxies that compress change the tag: `"h-gzip"` (Apache 2.4), `"h"-gzip` (older), `"h--gzip"` (Jetty).
_PROXY_SUFFIX = re.compile(r"(?:--?|;)(?:gzip|deflate|br|zstd)$")
_TAG = re.compile(r'(W/)?"([^"]*)"([^\s,"]*)|(W/)?([^\s,"]+)')


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The conditional headers of a request, as they came."""

    if_match: str | None = None
    if_unmodified_since: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status to answer, and the coding whose ETag the answer carries."""

    status: Literal[200, 304, 412]
    coding: str


def etag(digest: str, coding: str) -> str:
    """The strong ETag of the bytes in one coding."""
    return f'"{digest}{_SUFFIXES[coding]}"'


def evaluate(asked: Preconditions, digest: str, coding: str, last_modified: datetime, now: datetime) -> Verdict:
    """Decide a GET or HEAD in the order of RFC 9110, section 13.2.2.

    ``coding`` is what negotiation chose. A 304 carries the very tag that the client holds, whatever its
    coding: RFC 9111, section 4.3.4 lets a cache refresh only the response with that tag.
    """
    if not _may_proceed(asked, digest, last_modified, now):
        return Verdict(412, coding)
    if asked.if_none_match is not None:
        held = _held_coding(asked.if_none_match, digest, coding)
        return Verdict(304, held) if held else Verdict(200, coding)
    since = parse_http_date(asked.if_modified_since, now)
    return Verdict(304 if since is not None and since >= last_modified else 200, coding)


def held_digests(header: str | None) -> list[str]:
    """The digests of the documents that ``If-None-Match`` names, in any coding, each once."""
    stems = (_PROXY_SUFFIX.sub("", tag) for tag, _ in _tags(header or ""))
    return list(dict.fromkeys(_OWN_SUFFIX.sub("", stem) for stem in stems))


def _may_proceed(asked: Preconditions, digest: str, last_modified: datetime, now: datetime) -> bool:
    """Whether If-Match (strong comparison) and If-Unmodified-Since let the request through."""
    if asked.if_match is not None:
        current = {f"{digest}{suffix}" for suffix in _SUFFIXES.values()}
        strong = {tag for tag, weak in _tags(asked.if_match) if not weak}
        return asked.if_match.strip() == "*" or not strong.isdisjoint(current)
    since = parse_http_date(asked.if_unmodified_since, now)
    return since is None or since >= last_modified


def _held_coding(header: str, digest: str, coding: str) -> str | None:
    """The coding of which ``header`` names the current tag: ``coding`` itself when it is among them."""
    if header.strip() == "*":
        return coding
    codings = {f"{digest}{suffix}": each for each, suffix in _SUFFIXES.items()}
    held = [each for tag, _ in _tags(header) if (each := codings.get(tag) or codings.get(_PROXY_SUFFIX.sub("", tag)))]
    return coding if coding in held else next(iter(held), None)


def _tags(header: str) -> Iterator[tuple[str, bool]]:
    """Each entity tag without its quotes, and whether it is weak; unquoted tags are taken too."""
    for found in _TAG.finditer(header):
        quoted = found[2] is not None
        yield (found[2] + found[3], bool(found[1])) if quoted else (found[5], bool(found[4]))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_ZONE = r"(?:GMT|UTC?|Z|[+-]0000)"
_DATE_FORMS = (
    # IMF-fixdate, RFC 850, asctime (RFC 9110, section 5.6.7)
    re.compile(rf"[a-z]{{3}},? +(?P<day>\d\d?) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_CLOCK} {_ZONE}", re.I),
    re.compile(rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_CLOCK} {_ZONE}", re.I),
    re.compile(rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})", re.I),
)


def parse_http_date(text: str | None, now: datetime) -> datetime | None:
    """An HTTP date in any of its three forms; None for anything else.

    ``now`` places the two-digit years of RFC 850: none is more than 50 years ahead.
    """
    text = (text or "").strip()
    found = next((match for form in _DATE_FORMS if (match := form.fullmatch(text))), None)
    if found is None or found["month"].lower() not in _MONTHS:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += now.year // 100 * 100
        year -= 100 if year > now.year + 50 else 0
    month = _MONTHS.index(found["month"].lower()) + 1
    hour, minute, second = (int(found[part]) for part in ("hour", "minute", "second"))
    try:
        return datetime(year, month, int(found["day"]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
