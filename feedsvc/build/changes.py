"""What differs between the inbox as it lies there and the inbox that the ledger remembers."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Set
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.build.reading import Glance, Outcome
from feedsvc.inbox.scan import Scan, folder_of
from feedsvc.model import Finding, Neighbours, Stamp
from feedsvc.store.records import NO_STAMP, DocumentRecord, KnownStamps

# From this many known documents on, the sudden loss of most of them is taken for a disk that is not mounted.
GUARD_FROM = 20

# Surroundings that no document has: it must be read.
_UNREAD = "unread"


class Changes(Struct, frozen=True):
    """Documents by name: those to be looked at, and those no longer there."""

    suspects: Collection[str]
    missing: frozenset[str]


def disturbed(found: Scan, remembered: Mapping[str, str], stale: Set[str]) -> frozenset[str]:
    """The folders in which something may have changed since their hashes were ``remembered`` (see ``Scan.folders``)."""
    either = found.folders.keys() | remembered.keys()
    changed = (folder for folder in either if found.folders.get(folder) != remembered.get(folder))
    return frozenset((*changed, *map(folder_of, stale)))


def compare(found: Scan, known: KnownStamps, folders: Set[str] | None, stale: Set[str], everything: bool) -> Changes:
    """Which documents must be looked at; with ``everything``, all: the settings or feedsvc itself have changed.

    ``known`` holds the stamps of those that lie in ``folders`` (None: of all); the others have not changed. What lies
    in a folder that could not be listed is not missing.
    """
    stamps, kept = known.of, known.kept
    gone = {name for name in stamps if name not in found.documents} - found.refused.keys() - set(found.settings)
    missing = frozenset(name for name in gone if not name.startswith(found.unreadable) and name not in kept)
    if everything or (folders is None and not stamps):
        return Changes(found.documents, missing)
    suspects = [
        name
        for folder in sorted(found.folders if folders is None else folders)
        for name, stamp in found.documents.in_folder(folder)
        if stamps.get(name) != stamp or name in kept or name in stale
    ]
    return Changes(suspects, missing)


def is_lost(counted: int, lost: int) -> bool:
    """Whether so many of the documents are gone that a fault is likelier than a wish."""
    return counted >= GUARD_FROM and lost * 2 > counted


def glanced(known: DocumentRecord | None, glance: Glance, stamp: Stamp, everything: bool) -> DocumentRecord:
    """The record of a document after a first look at it."""
    if glance.unread is not None:
        if known is not None and glance.unread.passing:
            return replace(known, stamp=NO_STAMP)
        digest = known.digest if known is not None else ""
        return DocumentRecord(glance.name, NO_STAMP, digest, None, "", (glance.unread.finding,), rejected=True)
    if known is not None and known.digest == glance.digest and not everything:
        return replace(known, stamp=stamp, clues=glance.clues, kept=False)
    return DocumentRecord(glance.name, stamp, glance.digest, glance.clues, _UNREAD, (), rejected=False)


def refused(name: str, *findings: Finding) -> DocumentRecord:
    """The record of something in the inbox that is no document."""
    return DocumentRecord(name, NO_STAMP, "", None, "", findings, rejected=True)


def read_well(record: DocumentRecord, outcome: Outcome, around: Neighbours | None, rejected: bool) -> DocumentRecord:
    """The record of a document after it was read."""
    if outcome.unread is not None:
        return replace(
            record, stamp=NO_STAMP, around="", findings=outcome.findings, rejected=not outcome.unread.passing
        )
    # All fields at once: ``replace`` takes several times as long, and all documents pass here.
    return DocumentRecord(
        record.name,
        record.stamp,
        outcome.digest,
        record.clues,
        around_hash(around),
        outcome.findings,
        rejected,
        record.kept,
    )


def surroundings(texts: Iterable[DocumentRecord]) -> Mapping[str, Neighbours]:
    """What the plain-text documents of one folder tell each other."""
    from feedsvc.parsers.neighbours import survey  # a build that finds nothing new does without the parsers

    return survey({each.name: (each.clues, _modified(each.stamp)) for each in texts if each.clues is not None})


def _modified(stamp: Stamp) -> datetime:
    return datetime.fromtimestamp(stamp.modified // 1_000_000_000, UTC)


def around_hash(neighbours: Neighbours | None) -> str:
    """A hash of what its neighbours tell a document: when it changes, the document is read again."""
    if neighbours is None:
        return ""
    told = (sorted(neighbours.furniture), neighbours.year, neighbours.bulk_copy)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_due(record: DocumentRecord, around: Neighbours, is_stale: bool) -> bool:
    """Whether a document must be read: its bytes or those of its files are new, or it stands in other surroundings."""
    return record.stamp != NO_STAMP and (is_stale or record.around != around_hash(around))
