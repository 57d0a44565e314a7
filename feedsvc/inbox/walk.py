"""Going through the folders of an inbox: what lies in each, told by name, size and time alone."""

import hashlib
import os
import re
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path
from stat import S_IFMT, S_IFREG, S_ISDIR, S_ISLNK, S_ISREG
from typing import NamedTuple

from msgspec import Struct

from feedsvc.inbox.listing import Listing
from feedsvc.media import MEDIA_TYPES, suffix_of
from feedsvc.model import Finding, Stamp
from feedsvc.text import shown

# Files that editors, copy programs and version control leave half-done or for themselves.
_TRANSIENT_SUFFIXES = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".swo", ".swx", ".bak", "~")
# Styles and the like that belong to a page; they are no articles themselves, and no media.
_FURNITURE_SUFFIXES = (".ico", ".css", ".js", ".woff", ".woff2", ".ttf", ".gz")
_NO_ARTICLE = _TRANSIENT_SUFFIXES + _FURNITURE_SUFFIXES
# What desktops and disks keep for themselves beside documents. The suffixes of such files tell nothing of others.
_DESKTOP_FILES = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"))
_SHARED_SUFFIXES = frozenset((".db", ".ini"))
_SYSTEM_FOLDERS = frozenset(
    ("__macosx", "lost+found", "$recycle.bin", "#recycle", "@eadir", "system volume information")
)
# Office programs note who has a document open, Emacs what is not saved yet.
_OPENED = re.compile(r"~\$.*|#.+#")
# "#3" names the third story of a document.
_PART = re.compile(r"#\d+$")
SETTINGS_NAME = "inbox.toml"
_SETTINGS_SUFFIX = ".toml"
# A folder with these is a Maildir: messages lie in the first two, the third is for what is still being delivered.
_MAILDIR = frozenset(("cur", "new", "tmp"))
_BAD_NAME = Finding(
    "bad-name",
    "error",
    "The name has control characters, bytes that are no UTF-8, or ends like #3; rename it.",
)


class Met(NamedTuple):
    """What a walk has met, by the names of folders (``a/b/``, empty for the inbox itself) and of what lies there."""

    listings: dict[str, Listing]
    folders: dict[str, str]
    refused: dict[str, Finding]
    unreadable: list[str]
    settings: list[str]
    media: dict[str, Stamp]

    def add(self, other: "Met") -> None:
        """Add what another walk has met."""
        self.listings.update(other.listings)
        self.folders.update(other.folders)
        self.refused.update(other.refused)
        self.unreadable.extend(other.unreadable)
        self.settings.extend(other.settings)
        self.media.update(other.media)


class _Kind(Enum):
    """What a name tells of an entry."""

    DOCUMENT = auto()
    MEDIUM = auto()
    SETTINGS = auto()
    FURNITURE = auto()


class Walk:
    """A walk through ``inbox``. It is walked by every build, so what names tell is asked once for each suffix."""

    def __init__(self, inbox: Path) -> None:
        self.inbox = inbox
        self.met = Met({}, {}, {}, [], [], {})
        self._kinds: dict[str, _Kind] = {}

    def visit(self, name: str) -> list[str]:
        """Go through the folder ``name``; the names of its folders. One that cannot be listed is noted as such."""
        prefix = f"{name}/"
        try:
            return self.through(prefix)
        except OSError as error:
            self.met.unreadable.append(prefix)
            self.met.refused[prefix] = _unreadable(error)
            return []

    def through(self, prefix: str) -> list[str]:
        """Note what lies in the folder where all names begin with ``prefix``; the names of its folders.

        Raises OSError when it cannot be listed.
        """
        # A folder may have been replaced by a link since it was met; the inbox itself may be one.
        flags = os.O_RDONLY | os.O_DIRECTORY | (os.O_NOFOLLOW if prefix else 0)
        folder = os.open(self.inbox / prefix, flags)
        try:
            documents = _Found()
            folders = self._through(prefix, _Folder(folder, sorted(_listed(folder))), documents)
        finally:
            os.close(folder)
        if documents.names:
            listing = self.met.listings[prefix] = Listing(documents.names, documents.numbers)
            self.met.folders[prefix] = hash_of(listing.told)
        return folders

    def _through(self, prefix: str, folder: "_Folder", documents: "_Found") -> list[str]:
        document, kinds = _Kind.DOCUMENT, self._kinds
        names = "".join(folder.names)
        are_plain = names.isascii() and names.isprintable() and "#" not in names
        folders = []
        for own in folder.names:
            if own[0] == ".":
                continue
            if are_plain and own[0] != "~" and kinds.get(own[own.rfind(".") :]) is document:  # as nearly all are
                try:
                    found = os.stat(own, dir_fd=folder.descriptor, follow_symlinks=False)
                except OSError:
                    found = None
                if found is not None and S_IFMT(found.st_mode) == S_IFREG:
                    documents.add(own, found)
                    continue
            if self._look(prefix + own, own, folder, documents):
                folders.append(prefix + own)
        return folders

    def _look(self, name: str, own: str, folder: "_Folder", documents: "_Found") -> bool:
        """Note an entry of which its suffix alone does not tell what it is; whether it is a folder to walk through."""
        if _is_for_itself(own, folder):
            return False
        dot = own.rfind(".")
        kind = self._kinds.get(own[dot:]) if dot > 0 else None
        if kind is None:
            kind = self._kind(own, own[dot:] if dot > 0 else None)
        if kind is _Kind.FURNITURE and not folder.has_folder(own):
            return False
        if _is_bad_name(own):
            self.met.refused[shown(name)] = _BAD_NAME
        elif kind is _Kind.SETTINGS and own.lower() == SETTINGS_NAME:
            self.met.settings.append(name)
        elif kind is _Kind.MEDIUM and not folder.has_folder(own):
            _note_medium(name, own, folder, self.met.media)
        elif folder.has_folder(own):
            return True
        else:
            self._note(name, own, folder, documents)
        return False

    def _kind(self, own: str, suffix: str | None) -> _Kind:
        """What a name tells; remembered for its suffix, where it has one."""
        lowered = own.lower()
        if lowered.endswith(_NO_ARTICLE):
            kind = _Kind.FURNITURE  # half-done, or of the furniture of a page
        elif lowered.endswith(_SETTINGS_SUFFIX):
            kind = _Kind.SETTINGS
        else:
            kind = _Kind.MEDIUM if suffix_of(own) in MEDIA_TYPES else _Kind.DOCUMENT
        if suffix is not None and suffix.lower() not in _SHARED_SUFFIXES:
            self._kinds[suffix] = kind
        return kind

    def _note(self, name: str, own: str, folder: "_Folder", documents: "_Found") -> None:
        """Note how a document lies there."""
        try:
            found = folder.stat(own)
        except FileNotFoundError:
            # It went between the listing and the look at it, perhaps with the whole disk: the next build tells.
            self.met.unreadable.append(name)
            return
        except OSError as error:
            self.met.refused[name] = _unreadable(error)
            return
        if S_ISREG(found.st_mode):
            documents.add(own, found)
        else:
            self.met.refused[name] = _kind_trouble(found.st_mode)


class _Found:
    """The documents of the folder that is walked through: names, and the numbers of their stamps."""

    __slots__ = ("names", "numbers")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.numbers: list[int] = []

    def add(self, own: str, found: os.stat_result) -> None:
        """Note a document; they come sorted."""
        self.names.append(own)
        self.numbers += (found.st_size, found.st_mtime_ns, found.st_ino)


def hash_of(told: bytes) -> str:
    """A short hash of ``told``, in hexadecimal digits."""
    return hashlib.blake2b(told, digest_size=16).hexdigest()


class _Folder(Struct, frozen=True):
    """An open folder and the names in it. To look at names from an open folder takes less than to look at paths."""

    descriptor: int
    names: Sequence[str]

    def stat(self, own: str) -> os.stat_result:
        """How the entry lies there. Raises OSError."""
        return os.stat(own, dir_fd=self.descriptor, follow_symlinks=False)

    def has_folder(self, own: str) -> bool:
        """Whether the entry is a folder."""
        return _is_folder(own, self.descriptor)


def _is_folder(own: str, descriptor: int) -> bool:
    try:
        return S_ISDIR(os.stat(own, dir_fd=descriptor, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _listed(descriptor: int) -> list[str]:
    """The names in a folder; in a Maildir those of the messages only, not what the mail server keeps beside them."""
    names = os.listdir(descriptor)
    if not (_MAILDIR.issubset(names) and all(_is_folder(name, descriptor) for name in _MAILDIR)):
        return names
    return [name for name in names if name in ("cur", "new") or name.lower() == SETTINGS_NAME]


def _is_for_itself(own: str, folder: _Folder) -> bool:
    """Whether an entry is what a desktop, an editor or a disk keeps for itself, and no human's."""
    lowered = own.lower()
    if lowered in _SYSTEM_FOLDERS:
        return folder.has_folder(own)
    return (lowered in _DESKTOP_FILES or _OPENED.fullmatch(own) is not None) and not folder.has_folder(own)


def _note_medium(name: str, own: str, folder: _Folder, media: dict[str, Stamp]) -> None:
    """Note a media file. What is none, or cannot be looked at, is missed by the document that refers to it."""
    try:
        found = folder.stat(own)
    except OSError:
        return
    if S_ISREG(found.st_mode):
        media[name] = Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def _is_bad_name(name: str) -> bool:
    """Whether a name cannot stand in the ledger, an address or a message: control characters, bytes that are no
    UTF-8, or an ending that names a part of a document."""
    return shown(name) != name or ("#" in name and _PART.search(name) is not None)


def _kind_trouble(mode: int) -> Finding:
    if S_ISLNK(mode):
        message = "This is a symbolic link, and links are not followed; put the file itself into the inbox."
        return Finding("symbolic-link", "error", message)
    message = "This is no regular file (a pipe, a socket or a device); take it out of the inbox."
    return Finding("not-a-file", "error", message)


def _unreadable(error: OSError) -> Finding:
    return Finding(
        "unreadable", "error", f"It cannot be read ({error.strerror}); check its permissions and the disk."
    )
