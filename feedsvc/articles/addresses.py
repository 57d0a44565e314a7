"""Addresses inside a body: made absolute, and refused unless they are safe to follow."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

SRCSET_LENGTH = 16384
WEB = frozenset(("http", "https"))
LINKS = WEB | {"mailto"}

_READY = re.compile(r"""https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:[/?#][^\s"<>\\^`{|}]*)?""")
# Without dot segments: the usual links inside a site, from its root or from beside the page.
_FOLDERS = r"(?:(?!\.)[A-Za-z0-9._~%=+-]+/)*"
_SEGMENT = r"(?!\.)[A-Za-z0-9._~%=+-]+"
_QUERY = r"(?:[?#][A-Za-z0-9._~%&=+/-]+)?"
_ROOTED = re.compile(rf"/{_FOLDERS}(?:{_SEGMENT})?{_QUERY}")
_BESIDE = re.compile(rf"{_FOLDERS}{_SEGMENT}/?{_QUERY}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.:-]*(?=[/?#]|$)")
_FOLDER = re.compile(rf"https?://[A-Za-z0-9][A-Za-z0-9.:-]*/{_FOLDERS}(?=[^/?#]*(?:[?#]|$))")
# Browsers drop these inside an address, and all of C0 and the blank around it (WHATWG URL, 4.4).
_DROPPED = re.compile(r"[\t\n\r]+")
_EDGES = "".join(map(chr, range(0x21)))
_ESCAPES = {ord(each): f"%{ord(each):02X}" for each in ' "<>\\^`{|}'}
_BAD_HOST = re.compile(r"""[\s"<>\\^`{|}%]""")
_DESCRIPTOR = re.compile(r"\d+(?:\.\d+)?[xwh]")


def absolute(value: str, base: str, schemes: frozenset[str] = LINKS) -> str | None:
    """``value`` as an absolute address against ``base``; None when it is none, or of another scheme."""
    if _READY.fullmatch(value):
        return value
    if _ROOTED.fullmatch(value) and (origin := _ORIGIN.match(base)):
        return origin[0] + value
    if _BESIDE.fullmatch(value) and (folder := _FOLDER.match(base)):
        return folder[0] + value
    value = _DROPPED.sub("", value.strip(_EDGES))
    if "\\" in value:
        path = re.match(r"[^?#]*", value)
        value = path[0].replace("\\", "/") + value[path.end() :] if path else value
    try:
        address = urljoin(base, value)
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises for a port that is no number
    except ValueError:
        return None
    if parts.scheme not in schemes:
        return None
    if parts.scheme in WEB and (not parts.hostname or _BAD_HOST.search(parts.netloc)):
        return None
    return address.translate(_ESCAPES)


def absolute_srcset(value: str, base: str, find: Callable[[str], str | None] | None = None) -> str | None:
    """The candidates of a ``srcset`` (HTML, 4.8.4.2.1) that are web addresses, or None when none is.

    ``find`` tells where a file that a candidate means is published, as in ``clean_body``. A list beyond ``SRCSET_LENGTH`` is dropped: nobody's picture has hundreds of sizes.
    """
    if len(value) > SRCSET_LENGTH:
        return None
    candidates = []
    rest = value.lstrip(_EDGES + ",")
    while rest:
        url, _, rest = _split_blank(rest)
        descriptor = ""
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            descriptor, _, rest = rest.partition(",")
        published = find(url) if find and url else None
        address = published or None if published is not None else absolute(url, base, WEB) if url else None
        words = [word for word in descriptor.split() if _DESCRIPTOR.fullmatch(word)]
        if address is not None:
            candidates.append(" ".join((address.rstrip(","), *words)))
        rest = rest.lstrip(_EDGES + ",")
    return ", ".join(candidates) or None


def _split_blank(text: str) -> tuple[str, str, str]:
    found = re.search(r"\s+", text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")
