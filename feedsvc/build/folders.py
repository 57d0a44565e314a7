"""The settings of the inbox's folders: an ``inbox.toml`` holds for the documents below it."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc.config import FolderDefaults, parse_defaults
from feedsvc.errors import SettingsError
from feedsvc.inbox.read import Unread, read
from feedsvc.model import Finding

_MAX_BYTES = 64 * 1024


class FolderSettings(Struct, frozen=True):
    """What every ``inbox.toml`` says, by its name in the inbox.

    ``texts`` are those that hold: of a file that is wrong now, what it said when it was last right.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    defaults: Mapping[str, FolderDefaults] = field(default_factory=dict)

    def of(self, name: str) -> FolderDefaults:
        """The defaults for the document ``name``."""
        if not self.defaults:
            return FolderDefaults()
        return next((self.defaults[each] for each in _folders(name) if each in self.defaults), FolderDefaults())


def read_folders(
    inbox: Path, names: Collection[str], remembered: Mapping[str, str], formats: Collection[str]
) -> FolderSettings:
    """Read the files ``names`` of ``inbox``; ``remembered`` are the texts that held before."""
    texts: dict[str, str] = {}
    findings: dict[str, tuple[Finding, ...]] = {}
    stated: dict[str, FolderDefaults] = {}
    for name in sorted(names, key=lambda each: each.count("/")):
        text = _text(inbox, name)
        own = _parsed(text, name, formats) if isinstance(text, str) else (text,)
        if not isinstance(own, FolderDefaults):
            findings[name] = own
            text = remembered.get(name, "")
            own = _parsed(text, name, formats)
        if isinstance(own, FolderDefaults) and isinstance(text, str):
            texts[name] = text
            folder = name.rpartition("/")[0]
            outer = next((stated[each] for each in _folders(folder) if each in stated), FolderDefaults())
            stated[folder] = own.below(outer)
    return FolderSettings(texts, findings, stated)


def _text(inbox: Path, name: str) -> str | Finding:
    document = read(inbox, name, _MAX_BYTES)
    if isinstance(document, Unread):
        return _told(document.finding)
    try:
        return document.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Finding(
            "wrong-setting", "error", f"inbox.toml: it is no UTF-8 text ({error.reason}); save it as UTF-8."
        )


def _told(finding: Finding) -> Finding:
    """``finding``; the limit of these files is no setting."""
    if finding.code != "too-large":
        return finding
    return replace(
        finding, message=f"It has more than {_MAX_BYTES:,} bytes, which no settings of a folder need; shorten it."
    )


def _parsed(text: str, name: str, formats: Collection[str]) -> FolderDefaults | tuple[Finding, ...]:
    try:
        return parse_defaults(text, name, formats)
    except SettingsError as error:
        return tuple(
            Finding("wrong-setting", "error", f"{each.key or 'inbox.toml'}: {each.message}", each.key, each.line)
            for each in error.problems
        )


def _folders(name: str) -> Iterator[str]:
    """The folders that hold ``name``, itself first, the inbox (empty) last."""
    while name:
        yield name
        name = name.rpartition("/")[0]
    yield ""
