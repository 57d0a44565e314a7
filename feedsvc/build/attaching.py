"""Which documents must be read again because a file that they refer to has changed, come or gone."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from feedsvc.inbox.scan import Scan
from feedsvc.model import Lookup
from feedsvc.store.ledger import Ledger
from feedsvc.unchanged import copied

_KEY = "media"


class Attached(Struct, frozen=True):
    """What is ``known`` of files by name, and the documents that are ``stale``: they were read with other files."""

    known: Mapping[str, Lookup] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()


def attached(ledger: Ledger, found: Scan, copies: Path | None) -> Attached:
    """What the ledger knows of the files that documents refer to, held against those that lie in the inbox now."""
    held = ledger.attachments()
    if not held:
        return Attached()
    known = {name: each for names in held.values() for name, each in names.items()}
    if ledger.recall(_KEY) == state(found, copies):
        return Attached(known)
    kept = {each.name for each in copies.iterdir()} if copies is not None and copies.is_dir() else set()

    def is_current(name: str, lookup: Lookup) -> bool:
        is_copied = lookup.file is None or copies is None or lookup.file.digest in kept
        is_seen = not name.startswith(found.unreadable)
        return not is_seen or (found.media.get(name) == lookup.stamp and is_copied)

    stale = {document for document, names in held.items() if not all(map(is_current, names, names.values()))}
    return Attached(known, frozenset(stale))


def remember(ledger: Ledger, found: Scan, copies: Path | None) -> None:
    """Keep how the files lie there, so that the next build need not look at each."""
    now = state(found, copies)
    if ledger.recall(_KEY) != now:
        ledger.remember(_KEY, now)


def state(found: Scan, copies: Path | None) -> str:
    """A hash of all media files as they lie there, and of the copies that there are."""
    lying = (sorted(found.media.items()), found.unreadable, None if copies is None else copied(copies))
    return hashlib.sha256(repr(lying).encode("utf-8", "surrogatepass")).hexdigest()[:32]
