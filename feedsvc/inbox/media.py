"""Reading the media files that documents refer to: whole and unchanged, each copied once under the hash of its bytes.

The copy is what is served: it stays as it was published when the file in the inbox changes, until the next build.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tinytag import TinyTag

from feedsvc.errors import StoreError
from feedsvc.media import HEAD_LENGTH, media_type
from feedsvc.model import Finding, Lookup, MediaFile, Stamp

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MediaReader:
    """Looks up files by name.

    ``present`` are those that the walk found, ``known`` what is known of files from before. ``folder`` is the
    inbox, ``copies`` the folder of the copies; without it nothing is copied.
    """

    folder: Path
    present: Mapping[str, Stamp]
    known: Mapping[str, Lookup]
    max_bytes: int
    copies: Path | None = None

    def find(self, names: Iterable[str]) -> dict[str, Lookup]:
        """What there is under each name."""
        return {name: self._find(name) for name in sorted(set(names))}

    def _find(self, name: str) -> Lookup:
        stamp = self.present.get(name)
        if stamp is None:
            return Lookup(None)
        known = self.known.get(name)
        if known is not None and known.stamp == stamp and self._is_kept(known):
            return known
        if stamp.size > self.max_bytes:
            message = f"{name} has {stamp.size:,} bytes, more than the {self.max_bytes:,} of inbox.max_media_bytes; shorten it or raise that."
            return Lookup(stamp, finding=Finding("media-too-large", "warning", message, "text"))
        try:
            with _opened(self.folder, name) as file:
                return self._read(name, stamp, file)
        except OSError as error:
            message = f"{name} cannot be read ({error.strerror}); check its permissions."
            return Lookup(stamp, finding=Finding("media-unreadable", "warning", message, "text"))

    def _is_kept(self, known: Lookup) -> bool:
        return self.copies is None or known.file is None or (self.copies / known.file.digest).exists()

    def _read(self, name: str, stamp: Stamp, file: BinaryIO) -> Lookup:
        type_ = media_type(name, file.read(HEAD_LENGTH))
        if type_ is None:
            message = f"{name} is not what its suffix says, or no medium that is published; mend or convert it."
            return Lookup(stamp, finding=Finding("media-unrecognised", "warning", message, "text"))
        file.seek(0)
        digest = self._copied(file)
        if _stamp(os.fstat(file.fileno())) != stamp:
            message = f"{name} was being written while it was read; the next build reads it again."
            return Lookup(None, finding=Finding("media-still-written", "warning", message, "text"))
        modified = datetime.fromtimestamp(stamp.modified // 1_000_000_000, UTC)
        seconds = _playing_time(name, file) if type_.startswith(("audio/", "video/")) else None
        return Lookup(stamp, MediaFile(name, digest, type_, stamp.size, modified, seconds))

    def _copied(self, file: BinaryIO) -> str:
        """The hash of the bytes of ``file``, which are copied on the way."""
        if self.copies is None:
            return _hashed(file, None)
        try:
            self.copies.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.copies, prefix=".")
            try:
                with os.fdopen(handle, "wb") as copy:
                    digest = _hashed(file, copy)
                    copy.flush()
                    os.fchmod(copy.fileno(), 0o644)
                    os.fsync(copy.fileno())
                Path(temporary).replace(self.copies / digest)
            except BaseException:
                Path(temporary).unlink()
                raise
        except OSError as error:
            message = (
                f"{self.copies}: a media file cannot be kept ({error.strerror}); check the disk and the permissions"
            )
            raise StoreError(message) from error
        return digest


def _hashed(file: BinaryIO, copy: BinaryIO | None) -> str:
    hashed = hashlib.sha256()
    while piece := file.read(_PIECE):
        hashed.update(piece)
        if copy is not None:
            copy.write(piece)
    return hashed.hexdigest()[:32]


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[BinaryIO]:
    """The file ``name`` below ``folder``, reached without following a link anywhere on the way."""
    *folders, last = name.split("/")
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for each in folders:
            inner = os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
            os.close(at)
            at = inner
        handle = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    finally:
        os.close(at)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "it is no regular file")
        yield file


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def _playing_time(name: str, file: BinaryIO) -> int | None:
    """The playing time in whole seconds, where the file tells it."""
    file.seek(0)
    try:
        duration = TinyTag.get(filename=name, file_obj=file, tags=False).duration
    except Exception:  # noqa: BLE001 (whatever a damaged file does to its reader: it plays, its length is not known)
        return None
    return round(duration) if duration and duration > 0 else None
