"""Intake: of the documents that lie in the inbox, those are read that are new, changed, or stand in other surroundings.

The ledger holds the rest. What is in memory is the list of names, and the batch of documents under way.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from feedsvc.build.changes import (
    Changes,
    compare,
    disturbed,
    glanced,
    is_due,
    is_lost,
    read_well,
    refused,
    surroundings,
)
from feedsvc.build.entering import Entering
from feedsvc.build.folders import FolderSettings
from feedsvc.build.reading import Due, Glance, Outcome, Suspect, Workers
from feedsvc.errors import InboxLostError
from feedsvc.inbox.scan import Scan, folder_of
from feedsvc.model import Finding, Lookup, Neighbours
from feedsvc.report import Counts
from feedsvc.store.ledger import Ledger
from feedsvc.store.records import DocumentRecord, KnownStamps, fresh
from feedsvc.unchanged import WALKED

_BATCH = 500
# Folders whose stamps are asked for one by one; folders that are remembered.
_FEW, _MANY = 100, 5000


@dataclass(slots=True)
class Intake:
    """The inbox during one build. ``stale`` documents were read with other files beside them than lie there now.

    ``findings`` are those of the documents that were read, ``fresh_rejects`` the documents that were rejected
    in this build and not for the same bytes before.
    """

    ledger: Ledger
    found: Scan
    folders: FolderSettings
    stale: frozenset[str]
    everything: bool
    changes: Changes = field(init=False)
    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    fresh_rejects: list[str] = field(default_factory=list)
    _counts: Counts = field(default_factory=Counts)
    _known: KnownStamps = field(default_factory=KnownStamps)
    _rejected_before: dict[str, str] = field(default_factory=dict)
    _remembered: dict[str, str] = field(default_factory=dict)
    _held: tuple[int, int] = (0, 0)  # how many documents the ledger held, and how many of them only kept
    _restless: set[str] = field(default_factory=set)
    _arrived: set[str] = field(default_factory=set)
    _texts: int = 0
    _folders: set[str] = field(default_factory=set)
    _compared: dict[str, DocumentRecord | None] = field(default_factory=dict)
    _under_way: dict[str, tuple[DocumentRecord, Neighbours | None]] = field(default_factory=dict)
    _unsaved: list[DocumentRecord] = field(default_factory=list)
    _beside: dict[str, Mapping[str, Lookup]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rejected_before = {name: each.digest for name, each in self.ledger.rejected_documents().items()}
        self._remembered = json.loads(self.ledger.recall(WALKED) or "{}")
        folders = disturbed(self.found, self._remembered, self.stale)
        asked = None if self.everything or not self._remembered or len(folders) > _FEW else folders
        self._known = self.ledger.stamps(asked)
        self.changes = compare(self.found, self._known, asked, self.stale, self.everything)
        self._held = self.ledger.count_documents() if self.changes.missing else (0, 0)

    def knows(self, document: str) -> bool:
        """Whether the ledger held a document of this name before this build."""
        return document in self._known.of

    def look(self, workers: Workers, entering: Entering, progress: Callable[[int, int], None]) -> None:
        """Look at each document that may have changed; what comes of it alone, without neighbours, is entered."""
        suspects = self.changes.suspects
        glances = workers.glances(self._suspects(), len(suspects))
        outcomes = self._noted(_told(glances, progress, len(suspects)))
        for outcome in entering.enter_all(outcomes):
            self._take(outcome, entering)
        self._refuse()
        self._flush()

    def guard(self, inbox: object) -> None:
        """Refuse to withdraw most of a publication. Raises InboxLostError."""
        missing = self.changes.missing
        total, kept = self._held
        if not is_lost(total - kept, len(missing)):
            return
        records = self.ledger.documents_where_in(missing)
        lost = {name for name, record in records.items() if record.digest not in self._arrived}
        if is_lost(total - kept, len(lost)):
            raise InboxLostError(
                f"{inbox}: {len(lost)} of {total} documents are gone; "
                "is the disk mounted? Nothing was withdrawn. If they were deleted on purpose, build once with "
                "--accept-withdrawals."
            )

    def read(self, workers: Workers, entering: Entering, progress: Callable[[int, int], None]) -> None:
        """Read the documents that are due in the folders where neighbours have changed, and enter their stories."""
        self._disturb_missing()
        outcomes = workers.outcomes(self._due(), self._texts)
        for done, outcome in enumerate(entering.enter_all(outcomes), 1):
            self._take(outcome, entering)
            progress(min(done, self._texts), self._texts)
        self._flush()

    def close(self) -> None:
        """Remember the folders of the inbox as they were found; those that the next build must look at, with no hash."""
        unseen = self.found.unreadable
        doubtful = {folder for folder in self._remembered if folder.startswith(unseen)} | set(map(folder_of, unseen))
        folders = {**self.found.folders, **dict.fromkeys(doubtful | self._restless, "")}
        # Those that changed last come first: the next walk begins there.
        changed = [each for each in folders if folders[each] != self._remembered.get(each)]
        folders = {**{each: folders[each] for each in changed}, **folders}
        self.ledger.remember(WALKED, json.dumps(folders) if len(folders) <= _MANY else "")

    @property
    def is_restless(self) -> bool:
        """Whether a document must be looked at again by the next build."""
        return bool(self._restless)

    def counts(self, entering: Entering) -> Counts:
        """What became of the documents."""
        counts = self._counts
        counts.seen = len(self.found.documents) + len(self._refused())
        counts.moved = sum(name not in self._known.of for name in entering.moved_documents())
        counts.new -= counts.moved
        counts.unchanged = counts.seen - counts.new - counts.moved - counts.changed
        counts.rejected = len(self.ledger.rejected_documents())
        return counts

    # The first look

    def _suspects(self) -> Iterator[Suspect]:
        """Each suspect with the hash that is known of it, where nothing else is to be read anew."""
        for batch in _batches(self.changes.suspects):
            known = self.ledger.documents_where_in(list(filter(self.knows, batch)))
            for name in batch:
                record = self._compared[name] = known.get(name)
                is_renewed = self.everything or name in self.stale
                yield Suspect(name, None if is_renewed or record is None else record.digest, not self.knows(name))

    def _noted(self, glances: Iterable[Glance]) -> Iterator[Outcome]:
        """Note the first looks; yields what already came of them."""
        total, kept = self._held
        collects = is_lost(total - kept, len(self.changes.missing))
        for glance in glances:
            name = glance.name
            known = self._compared.pop(name)
            stamp = self.found.documents[name]
            record = glanced(known, glance, fresh(stamp) if self.found.is_fresh(stamp) else stamp, self.everything)
            self._count(known, record)
            if record.is_restless:  # also where that was known, and there is nothing to save
                self._restless.add(folder_of(name))
            if collects and known is None:
                self._arrived.add(record.digest)
            is_text = record.clues is not None or (known is not None and known.clues is not None)
            if is_text and (record != known or name in self.stale):
                self._folders.add(_folder(name))
                self._texts += 1
            if glance.outcome is not None:
                self._under_way[name] = (record, None)
                yield glance.outcome
            elif record != known:
                self._save(record)

    def _take(self, outcome: Outcome, entering: Entering) -> None:
        """Note what came of a document."""
        record, around = self._under_way.pop(outcome.name)
        record = read_well(record, outcome, around, outcome.name in entering.rejected)
        if outcome.unread is None and (outcome.media or self.knows(outcome.name)):
            self._beside[outcome.name] = outcome.media
        if record.findings:
            self.findings[outcome.name] = record.findings
        self._save(record)

    def _refused(self) -> dict[str, tuple[Finding, ...]]:
        """What in the inbox is no document: its findings by name."""
        return {name: (finding,) for name, finding in self.found.refused.items()} | dict(self.folders.findings)

    def _refuse(self) -> None:
        """Keep what is no document as what it is."""
        found = self._refused()
        known = self.ledger.documents_where_in(found.keys())
        for name, findings in found.items():
            record = refused(name, *findings)
            self._count(known.get(name), record)
            if record != known.get(name):
                self._save(record, is_document=False)
        self.ledger.forget_documents(set(self.found.settings) - self.folders.findings.keys())

    def _count(self, known: DocumentRecord | None, record: DocumentRecord) -> None:
        self._counts.new += known is None
        self._counts.changed += known is not None and known.digest != record.digest

    # Among neighbours

    def _disturb_missing(self) -> None:
        """A text that is gone tells its neighbours nothing any more."""
        for batch in _batches(sorted(self.changes.missing)):
            for record in self.ledger.documents_where_in(batch).values():
                if record.clues is not None:
                    self._folders.add(_folder(record.name))

    def _due(self) -> Iterator[Due]:
        """The texts that must be read, each with what its neighbours tell it."""
        for folder in sorted(self._folders):
            records = [each for each in self.ledger.texts_in(folder) if each.name in self.found.documents]
            around = surroundings(records)
            for record in records:
                if is_due(record, around[record.name], record.name in self.stale):
                    self._under_way[record.name] = (record, around[record.name])
                    yield Due(record.name, around[record.name], not self.knows(record.name))

    # Records

    def _save(self, record: DocumentRecord, *, is_document: bool = True) -> None:
        if is_document and record.is_restless:
            self._restless.add(folder_of(record.name))
        if record.rejected and self._rejected_before.get(record.name) != record.digest:
            self.fresh_rejects.append(record.name)
        self._unsaved.append(record)
        if len(self._unsaved) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self.ledger.save_documents(self._unsaved)
        self._unsaved.clear()
        self.ledger.save_attachments(self._beside)
        self._beside.clear()


def _told(glances: Iterable[Glance], progress: Callable[[int, int], None], total: int) -> Iterator[Glance]:
    for done, glance in enumerate(glances, 1):
        yield glance
        progress(done, total)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(names)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _folder(name: str) -> str:
    return name.rpartition("/")[0]
