"""Deltas of a feed (RFC 3229 with the instance manipulation ``feed``): the entries that a reader does not have.

They are cut from the ready bytes, in which each entry begins and ends with a line. Escaped text never holds
the beginning of an element, so no text is taken for one.
"""

import hashlib
import re
from collections.abc import Set

DELTA_FORMATS = frozenset({"atom", "rss"})

_ENTRY = re.compile(rb"^<(entry|item)[ >].*?</\1>\n", re.MULTILINE | re.DOTALL)
_SIZE = 8


def generation(document: bytes) -> bytes:
    """What must be kept of an Atom or RSS document, to tell later which entries a reader of it has."""
    return b"".join(_hash(found[0]) for found in _ENTRY.finditer(document))


def entries_of(kept: bytes) -> frozenset[bytes]:
    """The entries of a generation."""
    return frozenset(kept[at : at + _SIZE] for at in range(0, len(kept), _SIZE))


def cut(document: bytes, known: Set[bytes]) -> bytes:
    """``document`` without the entries that are ``known``."""
    return _ENTRY.sub(lambda found: b"" if _hash(found[0]) in known else found[0], document)


def _hash(entry: bytes) -> bytes:
    return hashlib.sha256(entry).digest()[:_SIZE]
