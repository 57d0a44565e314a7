"""The formats that can be read here: those of installed packages first, then feedsvc's own."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint

from feedsvc.errors import FormatError
from feedsvc.parsers import PARSERS, Parser
from feedsvc.unchanged import offered, package, packages


@dataclass(frozen=True, slots=True)
class Formats:
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
    found = offered()
    return Formats((*map(_parser, found), *PARSERS), packages(found))


def _parser(entry: EntryPoint) -> Parser:
    try:
        parser = entry.load()
        if isinstance(parser, Parser) and callable(parser.parse):
            return parser
    except Exception as error:
        message = f"{package(entry)}: its format {entry.name!r} cannot be loaded ({type(error).__name__}: {error})"
        raise FormatError(f"{message}; mend or uninstall the package") from error
    message = f"{package(entry)}: its format {entry.name!r} ({entry.value}) is no feedsvc.parsers.Parser"
    raise FormatError(f"{message}; mend or uninstall the package")
