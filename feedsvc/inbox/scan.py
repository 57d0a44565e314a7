"""The walk through the inbox: which documents lie there, told by name, size and time alone."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from feedsvc.errors import InboxError
from feedsvc.media import MEDIA_TYPES, suffix_of
from feedsvc.model import Finding, Stamp
from feedsvc.text import shown

# Files that editors, copy programs and version control leave half-done or for themselves.
_TRANSIENT_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".swp", ".swx", ".bak", "~")
# Styles and the like that belong to a page; they are no articles themselves, and no media.
_FURNITURE_SUFFIXES = (".ico", ".css", ".js", ".woff", ".woff2", ".ttf", ".gz")
_NO_ARTICLE = _TRANSIENT_SUFFIXES + _FURNITURE_SUFFIXES
# "#3" names the third story of a document.
_PART = re.compile(r"#\d+$")
SETTINGS_NAME = "inbox.toml"
# A folder with these is a Maildir: messages lie in the first two, the third is for what is still being delivered.
_MAILDIR = frozenset(("cur", "new", "tmp"))
_BAD_NAME = Finding(
    "bad-name",
    "error",
    "The name has control characters, bytes that are no UTF-8, or ends like #3; rename it.",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """The documents of an inbox and its media files by name, the settings of its folders, what was refused unread, what was not seen.

    What has a bad name stands in ``refused`` as ``text.shown`` shows it; of such a folder nothing else is told.
    ``unreadable`` holds folders that could not be listed, with a closing slash, and files that vanished meanwhile.
    """

    documents: Mapping[str, Stamp]
    refused: Mapping[str, Finding] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    media: Mapping[str, Stamp] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of all that the walk found."""
        found = (self.documents, sorted(self.media.items()), sorted(self.refused), self.settings, self.unreadable)
        return hashlib.blake2b(msgspec.msgpack.encode(found), digest_size=16).hexdigest()


def scan(folder: Path) -> Scan:
    """Walk ``folder``; symbolic links are not followed.

    Raises InboxError when the folder itself is missing or cannot be listed.
    """
    documents: dict[str, Stamp] = {}
    refused: dict[str, Finding] = {}
    unreadable: list[str] = []
    settings: list[str] = []
    media: dict[str, Stamp] = {}
    try:
        pending = [("", _entries(folder))]
    except OSError as error:
        raise InboxError(f"{folder}: the inbox cannot be read ({error.strerror}); is the disk mounted?") from error
    while pending:
        prefix, entries = pending.pop()
        for entry in entries:
            own = entry.name
            name = prefix + own
            if own.startswith(".") or own.lower().endswith(_NO_ARTICLE):
                continue  # hidden, half-done, or of the furniture of a page
            if _is_bad_name(own):
                refused[shown(name)] = _BAD_NAME
            elif own.lower() == SETTINGS_NAME:
                settings.append(name)
            elif suffix_of(own) in MEDIA_TYPES:
                _note_medium(name, entry, media)
            elif entry.is_dir(follow_symlinks=False):
                try:
                    pending.append((f"{name}/", _entries(entry.path)))
                except OSError as error:
                    unreadable.append(f"{name}/")
                    refused[f"{name}/"] = _unreadable(error)
            else:
                _note(name, entry, documents, refused, unreadable)
    return Scan(
        dict(sorted(documents.items())),
        dict(sorted(refused.items())),
        tuple(sorted(unreadable)),
        tuple(sorted(settings)),
        media,
    )


def _entries(folder: Path | str) -> list["os.DirEntry[str]"]:
    """What lies in ``folder``; in a Maildir the messages only, not what the mail server keeps beside them."""
    entries = list(os.scandir(folder))
    folders = {entry.name for entry in entries if entry.name in _MAILDIR and entry.is_dir(follow_symlinks=False)}
    if folders != _MAILDIR:
        return entries
    return [entry for entry in entries if entry.name in ("cur", "new") or entry.name.lower() == SETTINGS_NAME]


def _note(
    name: str,
    entry: "os.DirEntry[str]",
    documents: dict[str, Stamp],
    refused: dict[str, Finding],
    unreadable: list[str],
) -> None:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        # It went between the listing and the look at it, perhaps with the whole disk: the next build tells.
        unreadable.append(name)
        return
    except OSError as error:
        refused[name] = _unreadable(error)
        return
    finding = _kind_trouble(found.st_mode)
    if finding is None:
        documents[name] = Stamp(found.st_size, found.st_mtime_ns, found.st_ino)
    else:
        refused[name] = finding


def _note_medium(name: str, entry: "os.DirEntry[str]", media: dict[str, Stamp]) -> None:
    """Note a media file. What is none, or cannot be looked at, is missed by the document that refers to it."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return
    if stat.S_ISREG(found.st_mode):
        media[name] = Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def _is_bad_name(name: str) -> bool:
    """Whether a name cannot stand in the ledger, an address or a message: control characters, bytes that are no
    UTF-8, or an ending that names a part of a document."""
    return shown(name) != name or ("#" in name and _PART.search(name) is not None)


def _kind_trouble(mode: int) -> Finding | None:
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISLNK(mode):
        message = "This is a symbolic link, and links are not followed; put the file itself into the inbox."
        return Finding("symbolic-link", "error", message)
    message = "This is no regular file (a pipe, a socket or a device); take it out of the inbox."
    return Finding("not-a-file", "error", message)


def _unreadable(error: OSError) -> Finding:
    return Finding(
        "unreadable", "error", f"It cannot be read ({error.strerror}); check its permissions and the disk."
    )
