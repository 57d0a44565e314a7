"""What a lint asks of one value, whatever the format it stands in: each check yields Findings.

Errors are what a standard forbids or what makes readers lose or endanger an entry; warnings are what
readers are known to stumble over.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from urllib.parse import urlsplit

from lxml import etree
from msgspec import Struct

from feedsvc.model import Finding, Severity
from feedsvc.patterns import pattern
from feedsvc.text import xml_clean

# RFC 3339, section 5.6, as RFC 4287, section 3.3, narrows it: "T" and "Z" in upper case.
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
# RFC 822, section 5, with years of four digits, as the RSS specification asks.
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT|[ECMP][SD]T)"
)
_URI = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
# What nearly every address is made of; asking this first is five times faster than taking it apart.
_USUAL_ADDRESS = pattern(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:[/?#][!#-;=?-~]*)?")
_TAG = pattern(r"</?[A-Za-z][^<>]*>")
_DOUBLE_ESCAPE = pattern(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9A-Fa-f]+);")
_CANDIDATE = pattern(r"(?:^|,\s)\s*([^\s,]\S*)")

_FORBIDDEN_TAGS = frozenset(
    "applet base button embed form frame frameset iframe input link meta object script select style svg math "
    "template textarea".split()
)
_ADDRESS_ATTRIBUTES = frozenset("action background cite data formaction href longdesc poster src".split())
_CONTENT_SCHEMES = frozenset(("http", "https", "mailto"))


class Place(Struct, frozen=True):
    """Where a value stands: ``field`` names it for people (``entry 3 title``), ``line`` counts from 1."""

    field: str
    line: int | None = None

    def __truediv__(self, name: str) -> "Place":
        return Place(f"{self.field} {name}".strip(), self.line)

    def finding(self, code: str, severity: Severity, message: str) -> Finding:
        return Finding(code, severity, message, self.field or None, self.line)


def check_address(value: str | None, place: Place) -> Iterator[Finding]:
    """A link: absolute, http or https, in ASCII."""
    if value and _USUAL_ADDRESS.fullmatch(value):
        return
    if not value:
        yield place.finding("link-missing", "error", "the address is empty; write an absolute http or https one")
        return
    if not _is_web_address(value):
        message = f"{value!r} is no absolute http or https address; write it whole"
        yield place.finding("link-not-absolute", "error", message)
    elif not value.isascii() or re.search(r"[\s<>\"]", value):
        message = f"{value!r} holds characters that addresses do not have; percent-encode them"
        yield place.finding("link-not-encoded", "error", message)


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def check_id(value: str | None, place: Place, *, uri: bool) -> Iterator[Finding]:
    """An id: there, and an absolute URI where the format asks for one (RFC 4287, section 4.2.6)."""
    if not value or not value.strip():
        yield place.finding("id-missing", "error", "there is no id; without one readers show the entry again")
    elif uri and not _URI.fullmatch(value):
        yield place.finding("id-not-uri", "error", f"the id {value!r} is no URI; make it a tag: URI (RFC 4151)")


def check_title(value: str | None, place: Place) -> Iterator[Finding]:
    """A title: there, plain text, escaped once."""
    if not value or not value.strip():
        yield place.finding("title-missing", "error", "the title is empty; give every feed and entry one")
    elif _TAG.search(value):
        message = f"the title {value!r} looks like markup, which readers show or drop; write plain text"
        yield place.finding("title-markup", "warning", message)
    elif _DOUBLE_ESCAPE.search(value):
        message = f"the title {value!r} is escaped twice; escape it once"
        yield place.finding("title-double-escape", "warning", message)


def check_rfc3339(value: str | None, place: Place) -> Iterator[Finding]:
    """A date of Atom or JSON Feed."""
    if moment_of_rfc3339(value) is None:
        message = f"{value!r} is no date of RFC 3339; write it like 2026-01-31T09:00:00+00:00"
        yield place.finding("date-malformed", "error", message)


def check_rfc822(value: str | None, place: Place) -> Iterator[Finding]:
    """A date of RSS."""
    if moment_of_rfc822(value) is None:
        message = f"{value!r} is no date of RFC 822; write it like Sat, 31 Jan 2026 09:00:00 +0000"
        yield place.finding("date-malformed", "error", message)


def moment_of_rfc3339(value: str | None) -> datetime | None:
    """The moment that ``value`` names; None when it is no date."""
    if not value or not _RFC_3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def moment_of_rfc822(value: str | None) -> datetime | None:
    """The moment that ``value`` names; None when it is no date, or its weekday is wrong."""
    if not value or not _RFC_822.fullmatch(value):
        return None
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    named = value[:3] if "," in value else None
    return moment if named is None or named == moment.strftime("%a") else None


def check_self(found: str | None, address: str | None, place: Place) -> Iterator[Finding]:
    """The feed's own address, against the one it stands at."""
    if not found:
        message = "the feed does not name its own address; add the self link"
        yield place.finding("self-missing", "warning", message)
    elif address is not None and found != address:
        message = f"the feed calls itself {found!r} and stands at {address}; set the publication's url"
        yield place.finding("self-differs", "warning", message)


def check_unique(values: Iterable[tuple[str, Place]], what: str) -> Iterator[Finding]:
    """Nothing is there twice."""
    first: dict[str, Place] = {}
    for value, place in values:
        if value in first:
            message = f"the {what} {value!r} is also that of {first[value].field}; readers show only one of the two"
            yield place.finding("id-duplicate", "error", message)
        first.setdefault(value, place)


def check_newest_first(moments: Iterable[tuple[datetime, Place]]) -> Iterator[Finding]:
    """Entries stand in the order in which they were published, newest first."""
    for (above, _), (below, place) in pairwise(moments):
        if below > above:
            message = "the entry is newer than the one above it; put the newest first"
            yield place.finding("not-newest-first", "warning", message)
            return


def check_characters(text: str, place: Place) -> Iterator[Finding]:
    """No control characters and no noncharacters."""
    cleaned = xml_clean(text.replace("\r", ""))
    if cleaned != text.replace("\r", ""):
        message = "the text holds control characters or noncharacters; remove them"
        yield place.finding("characters", "error", message)


def check_html(html: str, place: Place) -> Iterator[Finding]:
    """HTML that a reader will show: nothing that runs, no address that leads nowhere."""
    root = etree.fromstring(f"<div>{xml_clean(html)}</div>", etree.HTMLParser(no_network=True, huge_tree=False))
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if tag in _FORBIDDEN_TAGS:
            yield place.finding("unsafe-content", "error", f"the content holds <{tag}>; remove it")
        for name, value in element.attrib.items():
            yield from _check_attribute(str(name), str(value), place)


def _check_attribute(name: str, value: str, place: Place) -> Iterator[Finding]:
    if name.startswith("on") or name == "style":
        yield place.finding("unsafe-content", "error", f"the content holds the attribute {name}; remove it")
    elif name in _ADDRESS_ATTRIBUTES:
        yield from _check_content_address(value, place)
    elif name == "srcset":
        for candidate in _CANDIDATE.findall(value):
            yield from _check_content_address(candidate, place)


def _check_content_address(value: str, place: Place) -> Iterator[Finding]:
    # Browsers drop these before they look at the scheme (WHATWG URL, section 4.4).
    address = re.sub(r"[\t\n\r]|^[\x00-\x20]+", "", value)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", address)
    if scheme and scheme[1].lower() not in _CONTENT_SCHEMES:
        yield place.finding("unsafe-content", "error", f"the content links to {value[:80]!r}; remove the link")
    elif not scheme and not address.startswith("#"):
        message = f"the content links to {value[:80]!r}, which leads nowhere in a reader; make it absolute"
        yield place.finding("link-relative", "warning", message)
