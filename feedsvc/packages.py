"""The packages that are installed beside feedsvc, as far as their files tell of them.

To ask them (``importlib.metadata``) takes longer than to look at 10,000 files.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path


def installation() -> str:
    """A hash of what tells one set of installed packages, and of the formats that they offer, from another."""
    found = [_stamped(each) for each in _offers()]
    return hashlib.sha256(repr(sorted(found)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_offered(group: str) -> bool:
    """Whether an installed package may offer something at the entry point ``group``."""
    return any(f"[{group}]" in _text(each) for each in _offers())


def _offers() -> Iterator[Path]:
    """The files in which packages say what they offer."""
    for folder in sys.path:
        yield from Path(folder).glob("*-info/entry_points.txt")


def _stamped(offers: Path) -> tuple[str, int, int]:
    try:
        status = offers.stat()
    except FileNotFoundError:
        return str(offers), 0, 0  # the package is being changed
    return str(offers), status.st_size, status.st_mtime_ns


def _text(offers: Path) -> str:
    try:
        return offers.read_text("utf-8", "replace")
    except OSError:
        return ""  # what cannot be read offers nothing to ``importlib.metadata`` either
