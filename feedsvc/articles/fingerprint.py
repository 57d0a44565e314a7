"""Fingerprint: what tells whether a story says something else than before."""

import hashlib
import json
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _string
from typing import NamedTuple

import msgspec

from feedsvc.model import Enclosure, Person, Status
from feedsvc.text import folded


class Meaning(NamedTuple):
    """What a reader would call the story: a change of it is a significant change (RFC 4287, 4.2.15)."""

    headline: str
    html: str
    authors: tuple[Person, ...]
    ednote: str | None
    language: str
    enclosures: tuple[Enclosure, ...]
    status: Status


def fingerprint(meaning: Meaning) -> str:
    """A hash over ``meaning``, whatever white space its markup has. The ledger keeps it, so it never changes."""
    rest = _rest(meaning.authors, meaning.ednote, meaning.language, meaning.enclosures, meaning.status)
    # One array of all, as ``json.dumps`` writes it; the body is most of it and has a faster way.
    written = b"[%b, %b, %b" % (_string(meaning.headline).encode("ascii"), _body(meaning.html), rest)
    return hashlib.sha256(written).hexdigest()[:32]


# The same writers write many stories.
@lru_cache(maxsize=1024)
def _rest(
    authors: tuple[Person, ...], ednote: str | None, language: str, enclosures: tuple[Enclosure, ...], status: Status
) -> bytes:
    """What is left of the array behind the body."""
    rest = (
        [(each.name, each.email, each.uri) for each in authors],
        ednote,
        language,
        [(each.url, each.type, each.length) for each in enclosures],
        str(status),
    )
    return json.dumps(rest).encode("ascii")[1:]


def _body(html: str) -> bytes:
    """Clean ``html`` as JSON in ASCII, each run of white space as one blank."""
    if html.isascii():
        return msgspec.json.encode(folded(html).strip())
    return _string(" ".join(html.split())).encode("ascii")
