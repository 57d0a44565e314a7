"""Fingerprint: what tells whether a story says something else than before."""

import hashlib
import json
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
    rest = (
        [(each.name, each.email, each.uri) for each in meaning.authors],
        meaning.ednote,
        meaning.language,
        [(each.url, each.type, each.length) for each in meaning.enclosures],
        str(meaning.status),
    )
    # One array of all, as ``json.dumps`` writes it; the body is most of it and has a faster way.
    headline, others = json.dumps(meaning.headline).encode("ascii"), json.dumps(rest).encode("ascii")
    written = b"[%b, %b, %b" % (headline, _body(meaning.html), others[1:])
    return hashlib.sha256(written).hexdigest()[:32]


def _body(html: str) -> bytes:
    """Clean ``html`` as JSON in ASCII, each run of white space as one blank."""
    if html.isascii():
        return msgspec.json.encode(folded(html).strip())
    return json.dumps(" ".join(html.split())).encode("ascii")
