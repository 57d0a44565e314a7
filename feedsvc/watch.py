"""The builds of a serving process: when the inbox changes, when time has come, and again when one could not be done."""

import os
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock

from feedsvc import clock
from feedsvc.build import build, indexing
from feedsvc.config import Settings, based, load_settings
from feedsvc.console import complaints, summary
from feedsvc.errors import FeedsvcError, LockHeldError, SettingsError, StoreError, fault
from feedsvc.processes import collecting_seldom
from feedsvc.store.cleaning import clean_up
from feedsvc.store.database import open_database
from feedsvc.store.failure import FailureNote
from feedsvc.store.history import build_view, note_build
from feedsvc.store.ledger import Ledger
from feedsvc.store.lock import build_lock
from feedsvc.store.reader import note_failure
from feedsvc.views import BuildView

# A drop of many files is taken in at once: changes are gathered until none came for _QUIET, at most for _GATHER.
_QUIET = 50
_GATHER = 300
_LOOK = 500  # how often the watch looks at the time
# How long after a failure it is tried again: the disk may have room by then, or be mounted.
_RETRY = timedelta(seconds=10)
# Seconds between two steps of the search index, in which a build of another process finds the store free, and when
# there is nothing to do for it.
_BREATH, _REST = 0.15, 5.0
_POLL = 2000  # how often an inbox is looked through where the system tells of no changes


class Builds:
    """Builds of one publication: each tried, its failure kept for ``/healthz``, the old edition served on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._base = settings.publication.url
        self._database = open_database(settings)
        self._note = FailureNote(settings.folder)
        self._due: datetime | None = None  # when to build even if nothing changes
        self._wrong_settings: str | None = None
        self._said = ""
        self._polling = False
        self._turn = Lock()  # a build goes before the next step of the search index

    def close(self) -> None:
        """Give up the database."""
        self._database.close()

    def build(self) -> None:
        """Build once; a failure is said and leaves the old edition in place."""
        try:
            with self._turn:
                self._build()
        except LockHeldError:
            self._due = clock.now()  # the other build may have passed by what is new
        except FeedsvcError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 (a fault of feedsvc must not end the watch)
            self._fail(f"{fault(error)}; please report it")

    def watch(self, stop: Event) -> None:
        """Build whenever the inbox or the settings change and when a build is due, until ``stop``."""
        import feedsvc.build.taking  # noqa: F401 (loaded before there is news, which then need not wait for it)

        while not stop.is_set():
            try:
                if _folder_key(self._inbox) is None:
                    self._await_inbox(stop)
                else:
                    self._watch_inbox(stop)
            except FileNotFoundError:
                continue  # it went after we looked
            except OSError as error:
                self._poll_from_now_on(error)

    def index(self, stop: Event) -> None:
        """Bring into the search index, step by step, what a build left for later, until ``stop``."""
        said = ""
        while not stop.is_set():
            is_behind, trouble = False, ""
            try:
                is_behind = self._index_some()
            except StoreError as error:
                trouble = str(error)  # most often a long build that another process does
            except Exception as error:  # noqa: BLE001 (a fault of feedsvc must not end the indexing)
                trouble = f"{fault(error)}; please report it"
            if trouble and trouble != said:
                _say(f"feedsvc: the search index waits: {trouble}")
            said = trouble
            stop.wait(_BREATH if is_behind else _REST)

    def _index_some(self) -> bool:
        """A step of the search index, if there is one to do; whether there are more."""
        with self._database.reading() as connection:
            if not indexing.is_behind(Ledger(connection)):
                return False
        with self._turn, self._database.writing() as connection:
            return indexing.step(Ledger(connection), clock.live_stamp(None))

    @property
    def _inbox(self) -> Path:
        return self.settings.inbox_folder.resolve()

    def _await_inbox(self, stop: Event) -> None:
        """Wait for an inbox that is not there; builds say so."""
        self.build()
        while not stop.wait(_LOOK / 1000) and _folder_key(self._inbox) is None:
            if self._is_due():
                self.build()

    def _watch_inbox(self, stop: Event) -> None:
        """Watch the inbox, until its folder is another one or not there."""
        inbox, settings_file = self._inbox, self.settings.file.resolve()
        here = _folder_key(inbox)
        self._due = clock.now()  # for what came before the watch began
        for changed in _changes(inbox, settings_file, stop, polling=self._polling):
            if settings_file in changed:
                self._reload()
            if changed or self._is_due():
                self.build()
            if self._inbox != inbox or _folder_key(inbox) != here:
                return

    def _poll_from_now_on(self, error: OSError) -> None:
        """The system tells of no changes here, or of no more (fs.inotify.max_user_watches)."""
        _say(f"feedsvc: {self._inbox}: the system cannot watch it ({error}); it is looked through instead")
        self._polling = True

    def _is_due(self) -> bool:
        return self._due is not None and clock.now() >= self._due

    def _reload(self) -> None:
        try:
            fresh = load_settings(self.settings.file)
        except SettingsError as error:
            self._wrong_settings = str(error)
            _say(f"feedsvc: {error}\nfeedsvc: the settings from before stay in force")
            return
        fresh = based(fresh, self._base)
        if self._wrong_settings is not None or fresh != self.settings:
            later = "; those of [serve] from the next start on" if fresh.serve != self.settings.serve else ""
            _say(f"feedsvc: the settings that are written now are in force{later}")
        self._wrong_settings = None
        self.settings = fresh

    def _build(self) -> None:
        jobs = os.cpu_count() or 1
        with build_lock(self.settings), collecting_seldom():
            with self._database.writing() as connection:
                report = build(
                    self.settings,
                    connection,
                    now=clock.now(),
                    stamp=clock.live_stamp,
                    jobs=jobs,
                    copies=self.settings.media_folder,
                )
                note_failure(connection, self._wrong_settings)
                if report.touched:
                    note_build(connection, build_view(report, clock.now()))
                due = Ledger(connection).next_change()
            clean_up(self._database, self.settings.media_folder, touched=report.touched)
            self._note.prepare()
        self._due, self._said = due, ""
        if report.documents.seen != report.documents.unchanged or report.documents.withdrawn:
            _say(summary(report))
        for line in complaints(report):
            _say(line)

    def _fail(self, message: str) -> None:
        self._due = clock.now() + _RETRY
        if message == self._said:
            return
        self._said = message
        _say(f"feedsvc: {message}\nfeedsvc: what was published before is served on")
        try:
            with self._database.writing() as connection:
                note_failure(connection, message)
                note_build(connection, BuildView(finished=clock.now(), seconds=0, failure=message))
        except StoreError:
            self._note.write(message)  # a store that takes no edition takes no note of that either


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _changes(inbox: Path, settings_file: Path, stop: Event, *, polling: bool) -> Iterator[set[Path]]:
    """What changes in the inbox and of the settings, as it does; an empty set every ``_LOOK`` in between."""
    from watchfiles import watch

    def counts(_: object, path: str) -> bool:
        return Path(path) == settings_file or Path(path).is_relative_to(inbox)

    changes = watch(
        inbox,
        settings_file.parent,  # not the file: editors put a new one in its place
        watch_filter=counts,
        debounce=_GATHER,
        step=_QUIET,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        force_polling=polling,
        poll_delay_ms=_POLL,
        ignore_permission_denied=True,
    )
    return ({Path(path) for _, path in changed} for changed in changes)


def _folder_key(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one that takes its place; None when there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
