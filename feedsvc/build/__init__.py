"""The use case: the inbox as it is now becomes the next edition, in one transaction."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

from sqlalchemy import Connection

from feedsvc import __version__
from feedsvc.build.ahead import Ahead
from feedsvc.build.attaching import attached, remember
from feedsvc.build.changes import is_lost
from feedsvc.build.entering import Entering
from feedsvc.build.folders import FolderSettings, read_folders
from feedsvc.build.formats import Formats, installed_formats
from feedsvc.build.indexing import bring_up
from feedsvc.build.intake import Intake
from feedsvc.build.publishing import Printer, Publishing
from feedsvc.build.reading import Desk, Workers
from feedsvc.config import Settings, decisive
from feedsvc.errors import InboxError, InboxLostError
from feedsvc.inbox.media import MediaReader
from feedsvc.inbox.scan import Scan, scan
from feedsvc.model import Finding
from feedsvc.report import Counts, Progress, Report, quiet_progress
from feedsvc.store.cleaning import SCRUB
from feedsvc.store.edition import Edition
from feedsvc.store.ledger import Ledger
from feedsvc.store.prepared import Prepared
from feedsvc.store.records import seconds
from feedsvc.store.search import SearchIndex
from feedsvc.topics.classify import Classifier
from feedsvc.topics.registry import TopicRegistry
from feedsvc.unchanged import MARK, copied, encode_mark, key_of


def build(
    settings: Settings,
    connection: Connection,
    *,
    now: datetime,
    stamp: Callable[[datetime | None], datetime],
    jobs: int = 1,
    accept_withdrawals: bool = False,
    progress: Progress = quiet_progress,
    copies: Path | None = None,
    found: Scan | None = None,
) -> Report:
    """Bring ledger and edition up to the inbox, inside the transaction of ``connection``.

    ``now`` decides embargoes and dates changes; ``stamp`` gives the moment of publication when told that of
    the edition before. Media files are copied to ``copies``, if given; ``found`` is the inbox, if it was walked
    through already. Raises InboxError when the inbox cannot
    be read, InboxLostError when most of it is gone.
    """
    return _Build(settings, connection, now.astimezone(UTC), jobs, accept_withdrawals, progress, copies, found).run(
        stamp
    )


class _Build:
    """One build: its steps in order, and what they hand on."""

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        now: datetime,
        jobs: int,
        accept_withdrawals: bool,
        progress: Progress,
        copies: Path | None,
        found: Scan | None,
    ) -> None:
        self.settings = settings
        self.now = now
        self.jobs = jobs
        self.accept_withdrawals = accept_withdrawals
        self.progress = progress
        self.copies = copies
        self.found = found
        self.report = Report()
        self.ledger = Ledger(connection)
        self.lasting = Report()

    def run(self, stamp: Callable[[datetime | None], datetime]) -> Report:
        """The steps, in the order of the verbs."""
        authority = self.authority()
        formats = installed_formats()
        with self.timed("scan"):
            found = self.found or self.scan()
            # Before the folders' settings are read: those that change meanwhile are then met by the next build.
            key = key_of(self.settings, found)
            folders = self.folders(found, formats)
            decided = decisive_digest(self.settings, folders, formats)
            everything = self.ledger.recall("settings") != decided
            held = attached(self.ledger, found, self.copies)
            intake = Intake(self.ledger, found, folders, held.stale, everything)
        with self.timed("settle"):
            registry = TopicRegistry(self.settings.topics, self.ledger.topics())
            classifier = Classifier(self.settings, registry)
            ahead = Ahead(self.settings, self.ledger, classifier, authority)
            moved_on = ahead.catch_up(self.now)
        media = MediaReader(
            self.settings.inbox_folder, found.media, held.known, self.settings.inbox.max_media_bytes, self.copies
        )
        plain = replace(self.settings, topics=())  # the rules, perhaps very many, go to the workers once
        desk = Desk(plain, folders, formats, media, authority, self.now, classifier.rules)
        with Workers(desk, self.jobs) as workers:
            missing = intake.changes.missing
            entering = Entering(self.settings, self.ledger, classifier, authority, self.now, missing, intake.knows)
            with self.timed("read"):
                intake.look(workers, entering, partial(self.progress, "read"))
                if not self.accept_withdrawals and self.settings.inbox.deleted == "withdraw":
                    intake.guard(self.settings.inbox_folder)
            with self.timed("parse"):
                intake.read(workers, entering, partial(self.progress, "parse"))
                remember(self.ledger, found, self.copies)
            with self.timed("settle"):
                self.leave(entering, intake)
                self.ledger.save_topics(registry.minted)
            with self.timed("render"):
                publishing = self.publish(entering, authority, workers.printed, everything=everything)
        with self.timed("publish"):
            intake.close()
            self.ledger.remember("settings", decided)
            self.report.revision = self.swap(publishing, stamp)
            if moved_on or entering.touched or publishing.changed or not Prepared(self.ledger.connection).exist():
                ahead.prepare()
        self.sum_up(intake, entering, publishing)
        self.leave_mark(key, intake)
        return self.report

    # The steps

    def authority(self) -> str:
        """The authority of minted ids: the settings', else the one that the first build fixed."""
        stated = self.settings.publication.id_authority
        fixed = self.ledger.recall("authority")
        if fixed is None:
            host = urlsplit(self.settings.publication.url).hostname or "localhost"
            fixed = stated or f"{host},{self.now:%Y}"
            self.ledger.remember("authority", fixed)
        if stated is None:
            message = f'No id_authority is set; ids are minted under "{fixed}". Write id_authority = "{fixed}" there.'
            name = self.settings.file.name
            self.report.findings.append((name, Finding("authority-assumed", "warning", message, "id_authority")))
        elif stated != fixed:
            message = f'id_authority was "{fixed}" when ids were first minted, and that stays; write it back there.'
            name = self.settings.file.name
            self.report.findings.append((name, Finding("authority-kept", "warning", message, "id_authority")))
        return fixed

    def scan(self) -> Scan:
        """The inbox as it lies there."""
        try:
            return scan(self.settings.inbox_folder)
        except InboxError as error:
            total, kept = self.ledger.count_documents()
            if is_lost(total - kept, total):
                raise InboxLostError(f"{error} Nothing was withdrawn of {total} documents.") from error
            raise

    def folders(self, found: Scan, formats: Formats) -> FolderSettings:
        """The settings of the inbox's folders; the ledger keeps them, for the day when one of them is wrong."""
        remembered = self.ledger.recall("folders") or "{}"
        folders = read_folders(self.settings.inbox_folder, found.settings, json.loads(remembered), formats.names)
        texts = json.dumps(folders.texts, sort_keys=True)
        if texts != remembered:
            self.ledger.remember("folders", texts)
        return folders

    def leave(self, entering: Entering, intake: Intake) -> None:
        """Take out what is gone, settle who stands under an id, and change what time has changed."""
        missing = intake.changes.missing
        if self.settings.inbox.deleted == "withdraw":
            entering.withdraw_missing()
            self.ledger.forget_documents(missing)
            self.report.documents.withdrawn = len(missing - entering.vacated_documents())
        else:
            self.ledger.keep_documents(missing)
        entering.settle_contests()
        entering.move_pages()
        self.report.erased = entering.erase()
        entering.renew(self.ledger.changing(self.now))

    def publish(self, entering: Entering, authority: str, printer: Printer, *, everything: bool) -> Publishing:
        """Bring the feeds up to the ledger, and render those that changed."""
        connection = self.ledger.connection
        edition = Edition(connection, Edition(connection).revision() + 1)
        publishing = Publishing(self.settings, self.ledger, edition, authority, self.now)
        publishing.rename()
        publishing.release()
        with self.timed("index"):
            bring_up(self.ledger, entering.touched)
            if self.report.erased:
                SearchIndex(connection).scrub()
        publishing.join(entering.touched)
        if entering.touched or publishing.changed or everything:
            Prepared(connection).forget()
        publishing.feeds(everything=everything, printer=printer, progress=partial(self.progress, "render"))
        return publishing

    def swap(self, publishing: Publishing, stamp: Callable[[datetime | None], datetime]) -> int:
        """Publish what changed as one edition; the number of the current one."""
        current = Edition(self.ledger.connection)
        if publishing.changed or not current.revision():
            publishing.swap(stamp(current.published()))
        else:
            current.set_embargoed(embargoed=self.ledger.embargo_pending())
        publishing.sign()
        return Edition(self.ledger.connection).revision()

    def sum_up(self, intake: Intake, entering: Entering, publishing: Publishing) -> None:
        """Fill in the report."""
        withdrawn = self.report.documents.withdrawn
        self.report.documents = intake.counts(entering)
        self.report.documents.withdrawn = withdrawn
        rejected = {name: record.findings for name, record in self.ledger.rejected_documents().items()}
        told_before = {name: story.findings for name, story in self.ledger.rejected_stories().items()}
        lasting = _listed(rejected) + _listed(told_before)
        self.lasting = Report(findings=sorted([*self.report.findings, *lasting], key=_by_place))
        for remarks in (intake.findings | rejected, told_before, publishing.findings):
            self.report.findings += _listed(remarks)
        self.report.findings += entering.remarks.listed()
        if entering.remarks.are_cut_off:
            self.report.findings.append((self.settings.file.name, _CUT_OFF))
        self.report.findings.sort(key=_by_place)
        self.report.fresh_rejects = tuple(sorted(intake.fresh_rejects))
        self.report.touched = bool(entering.touched)
        self.report.articles = self.ledger.count_usable()
        total = len(Edition(self.ledger.connection).feeds())
        self.report.feeds = {"total": total, "rendered": publishing.rendered}

    def leave_mark(self, key: str, intake: Intake) -> None:
        """Let the next build know when it may be none (see ``unchanged``)."""
        if self.report.erased:
            self.ledger.remember(SCRUB, "due")
        if intake.is_restless or self.copies is None or self.ledger.recall(SCRUB):
            self.ledger.remember(MARK, "")
            return
        seen, rejected = self.report.documents.seen, self.report.documents.rejected
        again = replace(
            self.lasting,
            revision=self.report.revision,
            documents=Counts(seen=seen, unchanged=seen, rejected=rejected),
            articles=self.report.articles,
            feeds=self.report.feeds | {"rendered": 0},
        )
        buried = Edition(self.ledger.connection).oldest_tombstone()
        clearing = None if buried is None else buried + timedelta(days=self.settings.feeds.tombstone_days)
        until = min((each for each in (self.ledger.next_change(), clearing) if each is not None), default=None)
        self.ledger.remember(MARK, encode_mark(f"{key} {copied(self.copies)}", seconds(until), again))

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step."""
        start = perf_counter()
        yield
        self.report.seconds[step] = self.report.seconds.get(step, 0) + perf_counter() - start


_CUT_OFF = Finding(
    "findings-cut-off",
    "info",
    "More articles have findings than are listed here; `feedsvc explain --all` tells of each.",
)


def _listed(remarks: Mapping[str, Iterable[Finding]]) -> list[tuple[str, Finding]]:
    return [(name, each) for name, found in remarks.items() for each in found]


def _by_place(remark: tuple[str, Finding]) -> tuple[str, int, str]:
    name, finding = remark
    return name, finding.line or 0, finding.code


def decisive_digest(settings: Settings, folders: FolderSettings, formats: Formats) -> str:
    """A hash of all that decides how documents are read and feeds are written, but for the documents."""
    decided = (__version__, *decisive(settings), sorted(folders.texts.items()), formats.packages)
    return hashlib.sha256(repr(decided).encode()).hexdigest()
