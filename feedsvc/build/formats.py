"""The formats that can be read here: those of installed packages first, then feedsvc's own."""

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from msgspec import Struct

from feedsvc.errors import FormatError
from feedsvc.packages import is_offered
from feedsvc.parsers import PARSERS, Parser

_GROUP = "feedsvc.parsers"  # the entry point at which packages offer formats of their own


class Formats(Struct, frozen=True):
    """The parsers in the order in which they are asked, and the packages that brought some of them."""

    parsers: tuple[Parser, ...] = PARSERS
    packages: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """What may stand as ``format`` in the settings of a folder."""
        return frozenset(each.format for each in self.parsers)


def installed_formats() -> Formats:
    """What the installed packages offer at the entry point ``feedsvc.parsers``, before our own.

    Raises FormatError for a package whose entry cannot be loaded or is no Parser.
    """
    found = _offered()
    return Formats((*map(_parser, found), *PARSERS), _packages(found))


def _parser(entry: EntryPoint) -> Parser:
    try:
        parser = entry.load()
        if isinstance(parser, Parser) and callable(parser.parse):
            return parser
    except Exception as error:
        message = f"{_package(entry)}: its format {entry.name!r} cannot be loaded ({type(error).__name__}: {error})"
        raise FormatError(f"{message}; mend or uninstall the package") from error
    message = f"{_package(entry)}: its format {entry.name!r} ({entry.value}) is no feedsvc.parsers.Parser"
    raise FormatError(f"{message}; mend or uninstall the package")


def _offered() -> list[EntryPoint]:
    """The formats that installed packages offer, in the order in which they are asked."""
    if not is_offered(_GROUP):
        return []
    return sorted(entry_points(group=_GROUP), key=lambda each: (each.name, each.value))


def _packages(entries: Sequence[EntryPoint]) -> tuple[str, ...]:
    """What tells one set of such formats from another: name, place, package and version of each."""
    return tuple(f"{each.name}={each.value} {_package(each)}" for each in entries)


def _package(entry: EntryPoint) -> str:
    """The package that brought a format."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.module
