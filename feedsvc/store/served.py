"""The public base under which ``serve`` publishes while it runs, where it is another than that of the settings.

It is noted in a file that ``serve`` holds locked. The system lets go of it however ``serve`` ends, so a note is believed
only as long as it is true.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.config import Settings, based
from feedsvc.config_values import parse_address

_SIZE = 4096  # bytes, more than an address has
# A command that looks whether the note is held holds it for a moment itself.
_TRIES, _PAUSE = 20, 0.01


@contextmanager
def noted_base(folder: Path, base: str) -> Iterator[None]:
    """Note ``base`` for the builds of other processes. Of several servers the one that runs longest has its base noted."""
    path = _path(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        yield  # a disk that takes nothing: the first build says so
        return
    try:
        if _hold(handle):
            _write(handle, base)
        yield
    finally:
        os.close(handle)


def as_served(settings: Settings) -> Settings:
    """The settings, with the base that a running ``serve`` has noted, if there is one."""
    base = _noted(settings.folder)
    return settings if base is None else based(settings, base)


def _noted(folder: Path) -> str | None:
    try:
        with _path(folder).open("rb") as file:
            if _is_held(file.fileno()):
                return parse_address(file.read(_SIZE).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return None  # there is no note, or it is being written
    return None


def _is_held(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _hold(handle: int) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def _write(handle: int, base: str) -> None:
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, base.encode(), 0)
    except OSError:
        return  # a disk that is full; what is half written is no address


def _path(folder: Path) -> Path:
    return folder / "var" / "served"
