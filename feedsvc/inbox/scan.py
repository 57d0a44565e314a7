"""The walk through the inbox: which documents lie there, told by name, size and time alone."""

from collections.abc import Mapping
from pathlib import Path
from time import time_ns

import msgspec
from msgspec import Struct, field

from feedsvc.errors import InboxError
from feedsvc.inbox.helpers import Helpers
from feedsvc.inbox.listing import Documents
from feedsvc.inbox.walk import Met, Walk, hash_of
from feedsvc.model import Finding, Stamp

# Nanoseconds between two ticks of a file system's clock, at most: of most, and of those that know whole seconds only.
_TICK, _LONG_TICK, _SECOND = 20_000_000, 2_000_000_000, 1_000_000_000


class Scan(Struct, frozen=True):
    """The documents of an inbox and its media files by name, the settings of its folders, what was refused unread, what was not seen.

    ``folders`` holds a hash of the documents of each folder and of what was refused there, by the beginning of their
    names (``a/b/``, empty for the inbox itself). What has a bad name stands in ``refused`` as ``text.shown`` shows it; of such a folder
    nothing else is told.
    ``unreadable`` holds folders that could not be listed, with a closing slash, and files that vanished meanwhile. ``begun`` is when
    the walk began, in nanoseconds since 1970.
    """

    documents: Documents
    refused: Mapping[str, Finding] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    media: Mapping[str, Stamp] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    begun: int = 0

    def is_fresh(self, stamp: Stamp) -> bool:
        """Whether a file that was read since the walk may be written over without another stamp: within one tick of the clock
        that stamped it (as Git's entries that are "racily clean"). A time that is still to come is nobody's clock.
        """
        tick = _TICK if stamp.modified % _SECOND else _LONG_TICK
        return self.begun - stamp.modified < tick and stamp.modified - time_ns() < tick

    @property
    def digest(self) -> str:
        """A hash of all that the walk found."""
        folders, media = sorted(self.folders.items()), sorted(self.media.items())
        return hash_of(msgspec.msgpack.encode((folders, media, _codes(self.refused), self.settings, self.unreadable)))


def scan(folder: Path, helpers: Helpers | None = None) -> Scan:
    """Walk ``folder``, with ``helpers`` in their processes; symbolic links are not followed.

    Raises InboxError when the folder itself is missing or cannot be listed.
    """
    walk, begun = Walk(folder), time_ns()
    try:
        pending = walk.through("")
    except OSError as error:
        raise InboxError(f"{folder}: the inbox cannot be read ({error.strerror}); is the disk mounted?") from error
    if helpers is not None:
        pending = helpers.walk(walk, pending)
    while pending:
        pending += walk.visit(pending.pop())
    met = walk.met
    return Scan(
        Documents(met.listings),
        dict(sorted(met.refused.items())),
        tuple(sorted(met.unreadable)),
        tuple(sorted(met.settings)),
        met.media,
        met.folders | _refused_in(met),
        begun,
    )


def _refused_in(met: Met) -> dict[str, str]:
    """The hashes of the folders in which something was refused."""
    refused: dict[str, list[tuple[str, str]]] = {}
    for name, code in _codes(met.refused):
        refused.setdefault(folder_of(name), []).append((name, code))
    return {
        folder: hash_of(msgspec.msgpack.encode((met.folders.get(folder), each))) for folder, each in refused.items()
    }


def _codes(refused: Mapping[str, Finding]) -> list[tuple[str, str]]:
    """What was refused, and why."""
    return sorted((name, finding.code) for name, finding in refused.items())


def folder_of(name: str) -> str:
    """The folder in which a document or a folder (``a/b/c/``) lies, as ``Scan.folders`` has it."""
    return name[: name.rstrip("/").rfind("/") + 1]
