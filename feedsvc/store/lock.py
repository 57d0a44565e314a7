"""The lock that keeps two builds of one publication apart."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from feedsvc.config import Settings
from feedsvc.errors import LockHeldError, StoreError


@contextmanager
def build_lock(settings: Settings) -> Iterator[None]:
    """Hold the publication's build lock; the system lets go of it when the process ends, however it ends.

    Raises LockHeldError when another build holds it.
    """
    path = settings.folder / "var" / "build.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened ({error.strerror}); check the permissions") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockHeldError(f"{path}: another build is under way; try again when it has ended") from error
        yield
    finally:
        os.close(handle)
