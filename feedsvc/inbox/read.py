"""Reading one file: whole and unchanged, or not at all."""

import errno
import hashlib
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from feedsvc.model import Document, Finding


class Unread(Struct, frozen=True):
    """Why a file gave no document. ``passing``: it is being written or removed, which is no fault of its own."""

    finding: Finding
    passing: bool = False


def read(folder: Path, name: str, max_bytes: int) -> Document | Unread:
    """The document ``name`` of the inbox ``folder``.

    It is opened without following a link and without waiting for a pipe, and read between two looks at its
    size and time, so that a file that is still being written is left for the next build.
    """
    try:
        # O_NONBLOCK: a FIFO that took the file's place since the walk must not hold the build.
        handle = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Unread(_finding("unreadable", "The file vanished while the inbox was read."), passing=True)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Unread(_finding("not-a-file", "This is a link, which is not followed; put the file itself there."))
        return Unread(_finding("unreadable", f"It cannot be opened ({error.strerror}); check its permissions."))
    try:
        return _read(handle, name, max_bytes)
    finally:
        os.close(handle)


def digest(data: bytes) -> str:
    """The hash by which the ledger knows a document's bytes."""
    return hashlib.sha256(data).hexdigest()[:32]


def _read(handle: int, name: str, max_bytes: int) -> Document | Unread:
    before = os.fstat(handle)
    if not stat.S_ISREG(before.st_mode):
        return Unread(_finding("not-a-file", "This is no regular file; take it out of the inbox."))
    if before.st_size > max_bytes:
        message = f"It has {before.st_size:,} bytes, more than the {max_bytes:,} of inbox.max_bytes; shorten it or raise that."
        return Unread(_finding("too-large", message))
    try:
        data = _bytes(handle, before.st_size)
    except OSError as error:
        return Unread(_finding("unreadable", f"It cannot be read ({error.strerror}); check the disk."))
    after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        return Unread(
            _finding("still-written", "It was being written while it was read; the next build reads it again.")
        )
    return Document(name, data, datetime.fromtimestamp(after.st_mtime_ns // 1_000_000_000, UTC))


def _bytes(handle: int, size: int) -> bytes:
    """What ``handle`` holds, as far as a byte beyond ``size``. A disk may give it in pieces."""
    data = os.read(handle, size + 1)
    while len(data) < size and (more := os.read(handle, size + 1 - len(data))):
        data += more
    return data


def _finding(code: str, message: str) -> Finding:
    return Finding(code, "error", message)
