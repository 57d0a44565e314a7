"""The publication's settings: one short typed value, read from ``feedsvc.toml``.

Each key is a dataclass field; its metadata holds the function that reads it and the sentence that the
settings reference prints (``make docs`` writes it into docs/settings.md). All mistakes are reported at once, with file, line, key and what is allowed.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from feedsvc import config_values
from feedsvc.errors import Problem, QueryError, SettingsError
from feedsvc.moves import feed_of, settled
from feedsvc.patterns import pattern
from feedsvc.query import Query, topics_in
from feedsvc.text import fold, shown

FILE_NAME = "feedsvc.toml"


def key(read: Callable[[object], object], help: str, default: Any = MISSING) -> Any:
    """A settings key: how its value is read, what it means, its default (none: it must be given)."""
    return field(default=default, metadata={"read": read, "help": help})


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """``[publication]``: who publishes, where, in which language and zone."""

    title: str = key(config_values.text, "The publication's name, the title of its feeds.")
    url: str = key(
        config_values.parse_address, "The public base of every address that is printed; may end in a path."
    )
    id_authority: str | None = key(
        config_values.authority,
        "The authority of minted ids (RFC 4151); fixed by the first build when not set. Never change it, "
        "whatever becomes of url.",
        None,
    )
    language: str = key(config_values.language_tag, "The language of articles that name none (BCP 47).", "en")
    timezone: ZoneInfo = key(config_values.zone, "The zone of dates that name none.", ZoneInfo("UTC"))  # noqa: RUF009 (frozen)
    author: str | None = key(
        config_values.text, "Who wrote an article that names nobody; the title when not set.", None
    )
    description: str | None = key(config_values.text, "One sentence about the publication.", None)
    rights: str | None = key(config_values.text, "The rights line of feeds and articles.", None)
    license: str | None = key(
        config_values.license_address, "The address of the licence of feeds and articles.", None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """``[inbox]``: where articles arrive and what becomes of them."""

    folder: str = key(config_values.text, "The inbox, relative to feedsvc.toml; sub-folders count.", "inbox")
    deleted: str = key(
        config_values.one_of("withdraw", "keep"),
        "What a deleted document means: withdraw its article, or keep it.",
        "withdraw",
    )
    max_bytes: int = key(
        config_values.number(1024, 1 << 30), "The size from which a document is refused.", 10 * 1024 * 1024
    )
    max_media_bytes: int = key(
        config_values.number(1024, 1 << 40), "The size from which a media file is refused.", 1 << 30
    )
    date_order: str | None = key(
        config_values.one_of("day-first", "month-first"),
        "How 01/02/2017 is meant; such dates are refused when not set.",
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """``[feeds]``: what every feed is like."""

    entries: int = key(config_values.number(1, 1000), "Entries in a subscription document.", 50)
    content: str = key(config_values.one_of("full", "summary"), "Whether entries carry the whole article.", "full")
    automatic_topics: bool = key(
        config_values.flag, "A feed for each tag, section or subject that articles carry.", True
    )
    folder_topics: bool = key(config_values.flag, "A feed for each folder of the inbox.", False)
    refresh: int = key(config_values.number(60, 86400), "Seconds for which readers and caches may keep a feed.", 300)
    delta: bool = key(
        config_values.flag, "Whether readers that ask for it (A-IM: feed) get only the entries they lack.", False
    )
    tombstone_days: int = key(
        config_values.number(0, 3650), "Days for which a withdrawn article leaves a tombstone.", 30
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Podcast:
    """``[podcast]``: what directories want to know of feeds whose articles carry sound or video."""

    image: str | None = key(
        config_values.web_address, "The address of the artwork, 1400 to 3000 pixels square.", None
    )
    category: str | None = key(
        config_values.text, 'A category of Apple Podcasts, such as "News" or "Arts > Books".', None
    )
    email: str | None = key(config_values.email, "The owner's e-mail address; directories write to it.", None)
    explicit: bool = key(
        config_values.flag, "Whether episodes are not for children, unless one says otherwise.", False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """``[store]``: where the ledger and the edition are kept."""

    url: str = key(
        config_values.text,
        "The database; a path in sqlite:/// is relative to feedsvc.toml.",
        "sqlite:///var/feedsvc.db",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """``[serve]``: what the running server must know of its surroundings."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = key(
        config_values.networks, "Proxies whose X-Forwarded-For tells who asks; used for counting only.", ()
    )
    token: str | None = key(
        config_values.token,
        "The secret that opens the desk, and /metrics from elsewhere (Authorization: Bearer).",
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """``[[topic]]``: a topic of your own. Without ``match`` it holds what is tagged with its slug or title."""

    slug: str = key(config_values.topic_slug, "The topic's name in addresses; permanent.")
    title: str = key(config_values.text, "The topic's name for people; the title of its feed.")
    match: Query | None = key(config_values.query, "The query that fills the topic.", None)  # noqa: RUF009 (frozen)
    description: str | None = key(config_values.text, "One sentence about the topic.", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDefaults:
    """``inbox.toml`` in a folder of the inbox: what holds for the documents below it that do not say."""

    source: str | None = key(config_values.text, "The credited source.", None)
    author: str | None = key(config_values.text, "Who wrote an article that names nobody.", None)
    language: str | None = key(config_values.language_tag, "The language of articles that name none (BCP 47).", None)
    timezone: ZoneInfo | None = key(config_values.zone, "The zone of dates that name none.", None)  # noqa: RUF009 (frozen)
    year: int | None = key(config_values.number(1000, 9998), "The year of dates that name none.", None)
    date_order: str | None = key(config_values.one_of("day-first", "month-first"), "How 01/02/2017 is meant.", None)
    topics: tuple[str, ...] = key(config_values.texts, "Topics of every article.", ())
    rights: str | None = key(config_values.text, "The rights line of articles.", None)
    license: str | None = key(config_values.license_address, "The address of the licence of articles.", None)
    format: str | None = key(
        config_values.text, "The format of documents, whatever their suffix and their first bytes say.", None
    )

    def below(self, outer: "FolderDefaults") -> "FolderDefaults":
        """These defaults inside a folder with those of ``outer``: the nearer ones count, topics add up."""
        given = {each.name: getattr(self, each.name) or getattr(outer, each.name) for each in fields(self)}
        given["topics"] = tuple(dict.fromkeys((*outer.topics, *self.topics)))
        return FolderDefaults(**given)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRule:
    """``[[moved]]``: an address that moved, or closed. That of a feed stands for its page, formats and archive."""

    path: str = key(config_values.path, "The old address, without the base: a feed's (/feeds/old-name) or any other.")
    to: str | None = key(
        config_values.target, "The new address, without the base or whole; not set, the old one is closed.", None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedRule:
    """``[[removed]]``: an article that was taken out for good. Its text is erased, whatever the inbox holds."""

    path: str = key(config_values.article_path, "The address of the article, without the base.")
    legal: bool = key(
        config_values.flag,
        "Whether its page says that it is not available for legal reasons (451), or only gone.",
        True,
    )
    notice: str | None = key(config_values.text, "What its page says about it.", None)

    @property
    def slug(self) -> str:
        """The article's name in its address."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one publication. ``file`` is the feedsvc.toml they came from."""

    file: Path
    publication: Publication
    inbox: Inbox = Inbox()
    feeds: Feeds = Feeds()
    podcast: Podcast = Podcast()
    store: Store = Store()
    serve: Serve = Serve()
    topics: tuple[TopicRule, ...] = ()
    moved: tuple[MovedRule, ...] = ()
    removed: tuple[RemovedRule, ...] = ()

    @property
    def folder(self) -> Path:
        """The publication's folder."""
        return self.file.parent

    @property
    def moves(self) -> dict[str, str | None]:
        """Each address that moved with the one it leads to, in one hop; None when it is closed."""
        return settled({rule.path: rule.to for rule in self.moved})

    @property
    def article_base(self) -> str:
        """The address below which every article has its page; relative links of a body stand against it."""
        return f"{self.publication.url}/articles/"

    @property
    def media_folder(self) -> Path:
        """Where the copies of published media files are kept."""
        return self.folder / "var" / "media"

    @property
    def inbox_folder(self) -> Path:
        """The inbox as a path of its own."""
        return self.folder / self.inbox.folder


# Keys whose values are printed nowhere: a message about the settings stands in /healthz, too.
_SECRETS = frozenset(("serve.token", "store.url"))

SECTIONS: Mapping[str, type] = {
    "publication": Publication,
    "inbox": Inbox,
    "feeds": Feeds,
    "podcast": Podcast,
    "store": Store,
    "serve": Serve,
    "topic": TopicRule,
    "moved": MovedRule,
    "removed": RemovedRule,
}


def based(settings: Settings, base: str) -> Settings:
    """The same settings with another public base."""
    return replace(settings, publication=replace(settings.publication, url=base))


def decisive(settings: Settings) -> tuple[object, ...]:
    """Of the settings those that decide what a build makes."""
    return (
        settings.publication,
        settings.inbox,
        settings.feeds,
        settings.podcast,
        settings.topics,
        settings.moved,
        settings.removed,
    )


def load_settings(file: Path) -> Settings:
    """Read and check ``file``.

    Raises SettingsError with every problem found.
    """
    if file.exists() and not file.is_file():  # reading a pipe would wait for ever
        message = "is no regular file; put a text file there"
        raise SettingsError((Problem(str(file), None, None, message),))
    try:
        source = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        message = "there is no such file; `feedsvc init DIR` writes one"
        raise SettingsError((Problem(str(file), None, None, message),)) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read as UTF-8 text ({error}); mend the file or its permissions"
        raise SettingsError((Problem(str(file), None, None, message),)) from error
    return parse_settings(source, file)


def parse_settings(source: str, file: Path) -> Settings:
    """The settings that the text of a ``feedsvc.toml`` means.

    Raises SettingsError with every problem found.
    """
    return _Reader(str(file), source).settings(file, _toml(source, str(file)))


def parse_defaults(source: str, file: str, formats: Collection[str]) -> FolderDefaults:
    """The defaults that the text of an ``inbox.toml`` means; ``formats`` are those that can be read.

    Raises SettingsError with every problem found.
    """
    return _Reader(file, source).defaults(_toml(source, file), formats)


def _toml(source: str, file: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise SettingsError((Problem(file, int(at[1]) if at else None, None, f"not TOML: {error}"),)) from error
    except RecursionError as error:
        raise SettingsError((Problem(file, None, None, "not TOML: brackets stand too deep; close them"),)) from error
    except ValueError as error:  # of Python's own reading of numbers
        line = next((at for at, each in enumerate(source.split("\n"), 1) if _ENDLESS.search(each)), None)
        message = "not TOML: a number has thousands of digits; shorten it"
        raise SettingsError((Problem(file, line, None, message),)) from error


@lru_cache
def _keys(section: type) -> dict[str, Field[Any]]:
    """The keys of a section by name."""
    return {each.name: each for each in fields(section)}


class _Reader:
    """Reads the tables of one file and collects what is wrong with them."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self.lines = dict(_lines(source))
        self.problems: list[Problem] = []

    def settings(self, file: Path, document: Mapping[str, object]) -> Settings:
        for name in document.keys() - SECTIONS.keys():
            self.problem(name, f"unknown section; known are {', '.join(SECTIONS)}")
        if "publication" not in document:
            self.problem("publication", "the section is missing: title and url must be given")
        tables = {name: self.table(name, document.get(name, {})) for name in SECTIONS if name not in _LISTS}
        topics = self.topics(document.get("topic", []))
        moved = self.moves(document.get("moved", []), {rule.slug for rule in topics})
        removed = tuple(self.rows("removed", document.get("removed", [])).values())
        self.report()
        return Settings(file=file, topics=topics, moved=moved, removed=removed, **tables)

    def defaults(self, document: Mapping[str, object], formats: Collection[str]) -> FolderDefaults:
        known = {each.name: each for each in fields(FolderDefaults)}
        for extra in document.keys() - known.keys():
            self.problem(extra, f"unknown key; known are {', '.join(known)}")
        values: dict[str, Any] = {}
        for each in known.values():
            self.value(each.name, each, document, values)
        chosen = values.get("format")
        if chosen is not None and chosen not in formats:
            self.problem("format", f"{chosen!r} does not do: one of {', '.join(sorted(formats))} is wanted")
        self.report()
        return FolderDefaults(**values)

    def report(self) -> None:
        """Raise what was noted, in the order of the lines."""
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: (problem.line or 0, problem.key or ""))
            raise SettingsError(tuple(ordered))

    def problem(self, dotted: str, message: str) -> None:
        self.problems.append(Problem(self.file, self.lines.get(dotted), shown(dotted), message))

    def table(self, name: str, table: object, index: int | None = None) -> Any:
        """The value of a section, or None after problems were noted."""
        place = name if index is None else f"{name}[{index}]"
        kind = SECTIONS[name]
        if not isinstance(table, dict):
            return self.problem(place, f"a section is wanted: [{name}]")
        known = _keys(kind)
        for extra in table.keys() - known.keys():
            self.problem(f"{place}.{extra}", f"unknown key; known are {', '.join(known)}")
        values: dict[str, object] = {}
        for each in known.values():
            self.value(f"{place}.{each.name}", each, table, values)
        missing = [each.name for each in known.values() if each.default is MISSING and each.name not in values]
        return kind(**values) if not missing else None

    def value(self, dotted: str, each: Field[Any], table: Mapping[str, object], values: dict[str, object]) -> None:
        if each.name not in table:
            if each.default is MISSING:
                self.lines.setdefault(dotted, self.lines.get(dotted.rpartition(".")[0], 1))
                self.problem(dotted, f"must be given. {each.metadata['help']}")
            return
        try:
            values[each.name] = each.metadata["read"](table[each.name])
        except QueryError as error:
            self.problem(dotted, f"{error}")
            values[each.name] = None
        except ValueError as error:
            written = "what is written" if dotted in _SECRETS else repr(table[each.name])
            self.problem(dotted, f"{written} does not do: {error}")
            values[each.name] = None

    def topics(self, tables: object) -> tuple[TopicRule, ...]:
        found = self.rows("topic", tables)
        self.clashes(found)
        self.references(found)
        return tuple(found.values())

    def rows(self, name: str, tables: object) -> dict[int, Any]:
        """The values of a list of sections, those whose first key is right, by their position."""
        if not isinstance(tables, list):
            self.problem(name, f"a list of sections is wanted: [[{name}]]")
            return {}
        first = fields(SECTIONS[name])[0].name
        rules = {index: self.table(name, table, index) for index, table in enumerate(tables)}
        return {index: rule for index, rule in rules.items() if rule is not None and getattr(rule, first) is not None}

    def moves(self, tables: object, topics: Set[str]) -> tuple[MovedRule, ...]:
        """The moves, refused where an address is still in use, moves twice, or in a circle."""
        rules = self.rows("moved", tables)
        seen: dict[str, int] = {}
        for index, rule in rules.items():
            place = f"moved[{index}].path"
            if rule.path in seen:
                self.problem(place, f"the same path as moved[{seen[rule.path]}]; keep one of the two")
            seen.setdefault(rule.path, index)
            if (name := feed_of(rule.path)) is not None and (name in topics or config_values.is_reserved(name)):
                self.problem(place, f"the feed {name!r} is still published; move or close it when its topic is gone")
        try:
            settled({rule.path: rule.to for rule in rules.values()})
        except ValueError as error:
            self.problem(f"moved[{seen[str(error)]}].to", "the moves lead back to their start; break the circle")
        return tuple(rules.values())

    def clashes(self, rules: Mapping[int, TopicRule]) -> None:
        for what in ("slug", "title"):
            seen: dict[str, int] = {}
            for index, rule in rules.items():
                name = fold(getattr(rule, what) or f"#{index}")
                if name in seen:
                    self.problem(f"topic[{index}].{what}", f"the same {what} as topic[{seen[name]}]; choose another")
                seen.setdefault(name, index)

    def references(self, rules: Mapping[int, TopicRule]) -> None:
        """Refuse rules that use each other in a circle through ``topic:``."""
        uses = {rule.slug: topics_in(rule.match) if rule.match else frozenset() for rule in rules.values()}
        for index, rule in rules.items():
            reached, frontier = set[str](), set(uses[rule.slug])
            while frontier:
                reached |= frontier
                frontier = {slug for each in frontier for slug in uses.get(each, ())} - reached
            if rule.slug in reached:
                self.problem(
                    f"topic[{index}].match", "the rule leads back to itself through topic:; break the circle"
                )


_LISTS = frozenset({"topic", "moved", "removed"})
_ENDLESS = pattern(r"[0-9_]{4000}")
_HEADER = pattern(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]")
_KEY = pattern(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*[=.]""")


def _lines(source: str) -> Iterator[tuple[str, int]]:
    """Each dotted key of a TOML text with its line, as far as plain reading shows it (tomllib keeps no lines)."""
    place = ""
    counts: dict[str, int] = {}
    for number, line in enumerate(source.splitlines(), 1):
        if header := _HEADER.match(line):
            place = header[2]
            if header[1] == "[[":
                place = f"{header[2]}[{counts.setdefault(header[2], 0)}]"
                counts[header[2]] += 1
            yield place, number
        elif named := _KEY.match(line):
            yield (f"{place}.{named[1]}" if place else named[1]), number
