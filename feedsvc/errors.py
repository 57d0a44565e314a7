"""The error tree. Every error says what it concerns and what to do about it.

FeedsvcError
├── UsageError          a wrong argument on the command line
├── SettingsError       one or more Problems in feedsvc.toml, all at once
├── QueryError          a topic rule that does not parse, with its column
├── InboxError          the inbox cannot be read
│   └── InboxLostError  most of its documents are suddenly gone
├── FormatError         a format of an installed package cannot be loaded
├── StoreError          the ledger cannot be opened, or is from a newer feedsvc
├── WorkerLostError     a process that helps a build has ended
└── LockHeldError       another build is under way
"""

from dataclasses import dataclass

from feedsvc.text import one_line


class FeedsvcError(Exception):
    """Base of everything that feedsvc raises on purpose."""


class UsageError(FeedsvcError):
    """A wrong argument on the command line."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong setting: where it stands, and a sentence that says what is allowed."""

    file: str
    line: int | None
    key: str | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class SettingsError(FeedsvcError):
    """The settings are wrong; ``problems`` holds every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class QueryError(FeedsvcError):
    """A query does not parse. ``column`` counts characters from 1."""

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"column {column}: {message}")


class InboxError(FeedsvcError):
    """The inbox is missing or cannot be read."""


class InboxLostError(InboxError):
    """Most documents that the ledger knows are gone; nothing was withdrawn."""


class FormatError(FeedsvcError):
    """A format that an installed package offers cannot be loaded."""


class StoreError(FeedsvcError):
    """The ledger cannot be used."""


class WorkerLostError(FeedsvcError):
    """A process that helps a build ended before its work was done."""


class LockHeldError(FeedsvcError):
    """Another build of the same publication holds the lock."""


def fault(error: Exception) -> str:
    """A fault of feedsvc itself, or of a parser, in a line: what was raised, and where."""
    told = f"{type(error).__name__}: {one_line(str(error))[:200]}"
    place = error.__traceback__
    if place is None:
        return told
    while place.tb_next is not None:
        place = place.tb_next
    return f"{told}, at {place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}"
