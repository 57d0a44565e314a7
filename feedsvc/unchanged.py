"""Whether a build would find anything new, told by a walk through the inbox and what the last build left.

Most runs of a cron job find the inbox as it was. They are answered here, without what builds need: no parser, no
SQLAlchemy. The last build left a mark: a hash of all that decides what it made, the moment until which time
alone changes nothing, and the report of a build that finds nothing. Where the hash or the moment does not
hold, and wherever there is no mark, there is a build to do.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import perf_counter

from msgspec import Struct

from feedsvc import __version__
from feedsvc.config import Settings, decisive
from feedsvc.errors import InboxError
from feedsvc.inbox.helpers import Helpers
from feedsvc.inbox.read import read
from feedsvc.inbox.scan import Scan, scan
from feedsvc.model import Document, Finding
from feedsvc.packages import installation
from feedsvc.report import Counts, Report
from feedsvc.store.version import SCHEMA

MARK = "mark"
WALKED = "walk"  # "inbox" held something else before
_SQLITE = "sqlite:///"
_SETTINGS_BYTES = 64 * 1024
# Documents from which on a walk is worth the start of processes; how many of these.
_LARGE = 5_000
_HELPERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


class Mark(Struct, frozen=True):
    """What a build leaves for the next one. ``until`` is in seconds since 1970, None when nothing is to come.

    ``folders`` holds the hashes of the folders of its inbox (``Scan.folders``), where there are not too many.
    """

    key: str
    until: int | None
    report: Report
    folders: Mapping[str, str]


def look(settings: Settings, now: datetime, differs: Callable[[], None] = lambda: None) -> Report | Scan | None:
    """The report of the build that is to be done at ``now``, if it is one that finds nothing new.

    Else the inbox as it was found, where it was walked through. The caller must have no other threads: a large inbox is walked
    through by processes. ``differs`` is called, once at most, when they meet something new and still walk.
    """
    start = perf_counter()
    mark = _last_mark(settings)
    if mark is None or (mark.until is not None and mark.until <= now.timestamp()):
        return None
    is_large = mark.report.documents.seen >= _LARGE
    helpers = Helpers(_HELPERS, mark.folders, differs) if is_large and _HELPERS > 1 else None
    try:
        found = scan(settings.inbox_folder, helpers)
    except InboxError:
        return None
    if mark.key != f"{key_of(settings, found)} {copied(settings.media_folder)}":
        return found
    mark.report.seconds = {"scan": perf_counter() - start}
    return mark.report


def key_of(settings: Settings, found: Scan) -> str:
    """A hash of all that decides what a build makes, but for the ledger, the time and the copies of media."""
    folders = [_settings_bytes(settings.inbox_folder, name) for name in found.settings]
    parts = (__version__, str(SCHEMA), repr(decisive(settings)), installation(), repr(folders))
    decided = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass"))
    return f"{decided.hexdigest()} {found.digest}"


def copied(copies: Path) -> str:
    """A hash of the names of the copies of media files: of what they hold."""
    try:
        names = sorted(each.name for each in copies.iterdir())
    except OSError:
        return "none"
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _settings_bytes(inbox: Path, name: str) -> bytes:
    document = read(inbox, name, _SETTINGS_BYTES)
    return document.data if isinstance(document, Document) else repr(document).encode()


def encode_mark(key: str, until: int | None, report: Report) -> str:
    """The mark of a build whose ``report`` counts documents and findings as they are from now on."""
    return json.dumps({"key": key, "until": until, "report": report.as_json()})


def _last_mark(settings: Settings) -> Mark | None:
    """The mark that the last build left, unless it failed or the store is no SQLite file."""
    if not settings.store.url.startswith(_SQLITE):
        return None
    file = settings.folder / settings.store.url.removeprefix(_SQLITE)
    if not file.is_file():
        return None
    query = "SELECT key, value FROM meta WHERE key IN (?, ?, 'failure')"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            kept = dict(connection.execute(query, (MARK, WALKED)).fetchall())
    except sqlite3.Error:
        return None  # the build that follows tells what is wrong with the store
    if not kept.get(MARK) or kept.get("failure"):
        return None
    try:
        return _decode(kept[MARK], kept.get(WALKED))
    except (ValueError, TypeError, KeyError):
        return None  # that of another version: the build that follows writes one of this


def _decode(kept: str, walked: str | None) -> Mark:
    told = json.loads(kept)
    report = told["report"]
    counts = Counts(**report["documents"])
    findings = [(each.pop("document"), Finding(**each)) for each in report["findings"]]
    last = Report(report["revision"], counts, report["articles"], report["feeds"], findings)
    return Mark(told["key"], told["until"], last, json.loads(walked or "{}"))
