"""Why the last build failed, for when the store can take no note of it: its disk is full, or its file is damaged.

The note is a file of one size beside the store. It is made while there is room, and overwritten in place.
"""

from pathlib import Path

_SIZE = 4096


class FailureNote:
    """The note in the folder of a publication's state. Where it cannot be written, nothing is noted."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "var" / "failure.note"

    def prepare(self) -> None:
        """Take back what is noted, and see that there is room for a note."""
        if self.read() or not self._path.exists():
            self.write("")

    def write(self, message: str) -> None:
        """Note ``message``."""
        data = message.encode("utf-8", "replace")[:_SIZE].ljust(_SIZE)
        try:
            with self._path.open("r+b" if self._path.exists() else "xb") as file:
                file.write(data)
        except OSError:
            return  # it was said on stderr; there is no other place to say it

    def read(self) -> str:
        """What is noted; empty when nothing is."""
        try:
            with self._path.open("rb") as file:
                return file.read(_SIZE).decode("utf-8", "replace").strip()
        except OSError:
            return ""
