"""Markdown with front matter, in the dialects of Jekyll, Hugo, Pelican, Eleventy and Zola."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyromark
from msgspec.structs import replace

from feedsvc.model import (
    Document,
    Draft,
    Enclosure,
    Episode,
    Finding,
    Hints,
    Neighbours,
    Parsed,
    Person,
    Picture,
    Severity,
    SourceDate,
    Status,
)
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.dates import DateError, date_in_name, parse_date
from feedsvc.parsers.frontmatter import Fields, FrontMatter, split
from feedsvc.parsers.limits import too_long
from feedsvc.parsers.markdown_date import date_line, day_in_address
from feedsvc.parsers.markdown_tags import without_tags
from feedsvc.parsers.names import split_authors

# The keys of each field in the order in which they count.
_KEYS = {
    "id": ("id", "guid", "atom_id"),
    "headline": ("headline", "title"),
    "published": ("date", "published", "pubdate", "publishdate", "publish_date", "datetime"),
    "updated": ("updated", "lastmod", "modified", "last_modified_at", "last_modified", "date_modified"),
    "embargo": ("embargo", "embargoed", "publishdate", "publish_date"),
    "expires": ("expires", "expirydate", "expiry_date", "unpublishdate"),
    "authors": ("authors", "author", "byline"),
    "tags": ("tags", "tag", "categories", "category", "topics", "keywords"),
    "sections": ("section", "sections"),
    "summary": ("summary", "description", "excerpt"),
    "language": ("language", "lang"),
    "url": ("canonical", "canonical_url", "canonicalurl", "original_url", "link"),
    "picture": ("image", "cover", "picture", "thumbnail"),
    "source": ("source",),
    "rights": ("rights", "copyright"),
    "license": ("license", "licence"),
    "ednote": ("ednote", "correction"),
    "dateline": ("dateline",),
    "slugline": ("slugline",),
    "slug": ("slug",),
    "version": ("version",),
    "enclosures": ("enclosures", "enclosure", "audio", "video", "podcast_file"),
    "duration": ("duration", "itunes_duration"),
    "episode": ("episode", "itunes_episode", "episode_number"),
    "season": ("season", "itunes_season"),
    "kind": ("episode_type", "itunes_episodetype"),
    "explicit": ("explicit", "itunes_explicit"),
    "status": ("status", "pubstatus"),
}
_FIELDS_OF = {
    key: [about for about, others in _KEYS.items() if key in others] for keys in _KEYS.values() for key in keys
}
# Keys of the generators that keep a page to itself, and what they say then.
_HELD = {
    "draft": True, "hidden": True, "private": True, "headless": True, "eleventyexcludefromcollections": True,
    "published": False, "publish": False, "render": False, "permalink": False,
}  # fmt: skip
# Eleventy's words for the time of the file, which says nothing about when a story was published.
_FILE_TIMES = frozenset(("last modified", "created", "git last modified", "git created"))
_STATUSES = {each.value: each for each in (Status.USABLE, Status.WITHHELD, Status.CANCELED, Status.EMBARGOED)} | {
    "cancelled": Status.CANCELED,
    "published": Status.USABLE,
    "draft": Status.WITHHELD,
    "hidden": Status.WITHHELD,
    "publish": Status.USABLE,
    "private": Status.WITHHELD,
    "pending": Status.WITHHELD,
    "unpublished": Status.WITHHELD,
}
# What YAML calls nothing.
_MAILBOX = re.compile(r"([^<>@]*[^<>@\s])\s*<([^<>@\s]+@[^<>@\s]+)>")  # RFC 5322, 3.4: a name and an address
_NOTHING = ("", "~", "null")
_EPISODE_KINDS = frozenset({"full", "trailer", "bonus"})
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
)
_HEADING = re.compile(r"\s*+(?:#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\n|\Z)|([^\s#>*-][^\n]*+)\n=+[ \t]*(?:\n|\Z))")
_MORE = re.compile(r"<!--\s*more\s*-->")
_MARKUP = re.compile(r"<[^>]*>")


def parse(document: Document, neighbours: Neighbours, hints: Hints) -> Parsed:
    """The article in a Markdown file; none when it cannot be decoded."""
    del neighbours  # a Markdown file speaks for itself
    try:
        text, findings = decode(document.data)
    except DecodeError as error:
        return Parsed((), (Finding("undecodable", "error", str(error)),))
    if (excess := too_long(text)) is not None:
        return Parsed((), (*findings, excess))
    front = split(text)
    if front.is_cut:  # what is missing may be an embargo
        return Parsed((), (*findings, *front.findings))
    read = Reading(front, hints, [*findings, *front.findings])
    body, removed = without_tags(front.body, front.body_line)
    read.findings += removed
    headline, below = read.headline(body)
    # A date that opens the text by itself may be what the story is about.
    is_settled = below is body or read.value("published") is not None
    opening, body = (None, below) if is_settled else date_line(document.name, below, hints.date_order)
    before_more, body = _without_more(body)
    summary = read.text("summary") or (_plain(before_more) if before_more is not None else None)
    html = pyromark.html(body, options=_OPTIONS)
    draft = told(read, "markdown", headline, html, summary)
    if opening is not None:
        return Parsed((_dated(draft, opening, "the line that opens the text"),))
    if read.value("published") is None and date_in_name(document.name) is None:
        key, addressed = day_in_address(front.fields)
        if addressed is not None:
            return Parsed((_dated(draft, addressed, f"{key} in the front matter"),))
    return Parsed((draft,))


def _dated(draft: Draft, date: SourceDate, place: str) -> Draft:
    message = f"The date was found in {place}; state it as date in the front matter."
    finding = Finding("date-guessed", "warning", message, "published")
    evidence = {**draft.evidence, "published": place}
    return replace(draft, published=date, evidence=evidence, findings=(*draft.findings, finding))


def told(read: "Reading", format: str, headline: str | None, html: str, summary: str | None) -> Draft:
    """The article that has this body, with all that its front matter says."""
    return Draft(
        format=format,
        id=read.text("id"),
        version=read.version(),
        status=read.status(),
        headline=headline,
        authors=read.authors(),
        dateline=read.text("dateline"),
        source=read.text("source"),
        slugline=read.text("slugline"),
        slug=read.text("slug"),
        ednote=read.text("ednote"),
        language=read.text("language"),
        published=read.date("published"),
        updated=read.date("updated"),
        embargo=read.date("embargo"),
        expires=read.date("expires"),
        url=read.text("url"),
        html=html,
        summary=summary,
        tags=tuple(read.names("tags")),
        sections=tuple(read.names("sections")),
        rights=read.text("rights"),
        license=read.text("license"),
        picture=read.picture(),
        enclosures=tuple(read.enclosures()),
        episode=read.episode(),
        evidence=read.evidence,
        findings=tuple(read.findings),
    )


def _without_more(body: str) -> tuple[str | None, str]:
    """What stands before the mark that ends the opening of a text, where there is one; the text without such marks."""
    if "<" not in body or (mark := _MORE.search(body)) is None:
        return None, body
    return body[: mark.start()], _MORE.sub("", body)


def _plain(markdown: str) -> str:
    """Short Markdown as plain text."""
    return " ".join(_MARKUP.sub(" ", pyromark.html(markdown, options=_OPTIONS)).split())


@dataclass(slots=True)
class Reading:
    """The front matter as it is read field by field, each by its own type."""

    front: FrontMatter
    hints: Hints
    findings: list[Finding]
    evidence: dict[str, str] = field(default_factory=dict)
    stated: dict[str, tuple[str, object]] = field(init=False)

    def __post_init__(self) -> None:
        self.stated = _stated(self.front.fields)

    def value(self, about: str) -> tuple[str, object] | None:
        """The first key of a field that says something, and what it says."""
        return self.stated.get(about)

    def remark(self, code: str, severity: Severity, message: str, about: str, key: str) -> None:
        self.findings.append(Finding(code, severity, message, about, self.front.lines.get(key)))

    def text(self, about: str) -> str | None:
        """A field that is one text."""
        found = self.value(about)
        if found is None:
            return None
        key, value = found
        if isinstance(value, (dict, list)):
            self.remark("wrong-type", "warning", f"{key} must be one text and was left out; correct it.", about, key)
            return None
        self.evidence[about] = f"{key} in the front matter"
        text, removed = without_tags(str(value), self.front.lines.get(key, 1))
        self.findings += removed
        return text

    def headline(self, body: str) -> tuple[str | None, str]:
        """The headline, and the body without it: the front matter's title, else the heading that opens the body."""
        stated = self.text("headline")
        heading = _HEADING.match(body)
        if stated is None and heading is not None:
            self.evidence["headline"] = "the heading that opens the text"
            return _plain(heading[1] or heading[2]), body[heading.end() :]
        if (
            stated is not None
            and heading is not None
            and _plain(heading[1] or heading[2]) == " ".join(stated.split())
        ):
            return stated, body[heading.end() :]
        return stated, body

    def date(self, about: str) -> SourceDate | None:
        found = self.value(about)
        if found is None:
            return None
        key, value = found
        line = self.front.lines.get(key)
        if str(value).strip().lower() in _FILE_TIMES:
            message = f"{key} asks for the time of the file ({value}), which a copy changes; write the date out."
            self.remark("date-of-file", "warning", message, about, key)
            return None
        try:
            stated = parse_date(str(value), order=self.hints.date_order, line=line)
        except DateError as error:
            self.remark("date-impossible", "error", str(error), about, key)
            return None
        if stated is None:
            message = f"{key} is {str(value)[:60]!r}, which is no date; write it as 2026-01-29 or 2026-01-29T10:00:00+09:00."
            self.remark("date-unreadable", "error", message, about, key)
            return None
        self.evidence[about] = f"{key} in the front matter"
        return stated

    def status(self) -> Status | None:
        fields = self.front.fields
        held = next((key for key, wanted in _HELD.items() if key in fields and _truth(fields[key]) is wanted), None)
        if held is not None:
            self.evidence["status"] = f"{held}: {str(fields[held]).lower()} in the front matter"
            return Status.WITHHELD
        found = self.value("status")
        if found is None:
            return None
        status = _STATUSES.get(str(found[1]).strip().lower())
        if status is None:
            message = f"{found[1]!r} is no status; allowed are {', '.join(sorted(_STATUSES))}."
            self.remark("status-unknown", "error", message, "status", found[0])
        return status

    def version(self) -> int | None:
        found = self.value("version")
        return int(str(found[1])) if found is not None and str(found[1]).isdecimal() else None

    def authors(self) -> tuple[Person, ...]:
        """The authors: a text that is split, or a list of names and of mappings, kept as written."""
        found = self.value("authors")
        if found is None:
            return ()
        key, value = found
        self.evidence["authors"] = f"{key} in the front matter"
        if isinstance(value, list):
            return tuple(person for each in value for person in _persons(each))
        return tuple(_persons(value)) if isinstance(value, dict) else split_authors(str(value))

    def names(self, about: str) -> Iterator[str]:
        """Names from all keys of a field: lists, or texts with commas."""
        for key in filter(self.front.fields.__contains__, _KEYS[about]):
            value = self.front.fields[key]
            if isinstance(value, list):
                plain = (str(each).strip() for each in value if isinstance(each, (str, int, float)))
                yield from (each for each in plain if each not in _NOTHING)
            elif isinstance(value, dict):
                message = f"{key} must be names and was left out; write them as a list."
                self.remark("wrong-type", "warning", message, about, key)
            elif isinstance(value, (str, int)) and not isinstance(value, bool):
                yield from (each.strip() for each in str(value).split(",") if each.strip())

    def picture(self) -> Picture | None:
        found = self.value("picture")
        if found is None:
            return None
        if isinstance(found[1], dict):
            fields = {name.lower(): str(value) for name, value in found[1].items()}
            address = fields.get("url") or fields.get("src") or fields.get("path") or fields.get("image")
            return Picture(address, fields.get("alt"), fields.get("credit")) if address else None
        return Picture(str(found[1])) if isinstance(found[1], str) else None

    def enclosures(self) -> Iterator[Enclosure]:
        """Media files: addresses, or mappings with more; what a file of the inbox tells itself need not stand here."""
        found = self.value("enclosures")
        if found is None:
            return
        stated = self.value("duration")
        nameless = 0
        for each in found[1] if isinstance(found[1], list) else [found[1]]:
            fields = each if isinstance(each, dict) else {"url": each}
            told = {str(name).lower(): str(value).strip() for name, value in fields.items() if value is not None}
            url = next((told[name] for name in ("url", "src", "file", "href", "uri") if told.get(name)), None)
            length = next((told[name] for name in ("length", "size", "bytes") if told.get(name, "").isdecimal()), "0")
            playing = told.get("duration") or (str(stated[1]) if stated is not None else "")
            if url is None:
                nameless += 1
                continue
            self.evidence["enclosures"] = f"{found[0]} in the front matter"
            yield Enclosure(url, told.get("type", ""), int(length), told.get("title"), self.seconds(playing))
        if nameless:
            subject = "An enclosure names" if nameless == 1 else f"{nameless:,} enclosures name"
            message = f"{subject} no file; write its address, or its name in the inbox."
            self.remark("enclosure-incomplete", "warning", message, "enclosures", found[0])

    def seconds(self, playing: str) -> int | None:
        """A playing time: seconds, or hours, minutes and seconds with colons."""
        if not playing:
            return None
        parts = playing.partition(".")[0].split(":")
        if len(parts) > 3 or not all(part.isdecimal() and part.isascii() and len(part) < 7 for part in parts):
            message = f"{playing[:40]!r} is no playing time; write it as 1:02:03, or in seconds."
            self.remark("duration-unreadable", "warning", message, "enclosures", "duration")
            return None
        return sum(int(part) * 60**power for power, part in enumerate(reversed(parts))) or None

    def episode(self) -> Episode | None:
        """What makes the article an episode of a podcast; None when nothing of it is said."""
        if self.stated.keys().isdisjoint(("episode", "season", "kind", "explicit")):
            return None
        kind, explicit = self.value("kind"), self.value("explicit")
        told = Episode(
            number=self.count("episode"),
            season=self.count("season"),
            kind=str(kind[1]).lower() if kind is not None and str(kind[1]).lower() in _EPISODE_KINDS else None,
            explicit=str(explicit[1]).strip().lower() in _TRUE | {"explicit"} if explicit is not None else None,
        )
        return told if told != Episode() else None

    def count(self, about: str) -> int | None:
        """A number from 1."""
        found = self.value(about)
        if found is None:
            return None
        number = str(found[1]).strip()
        if number.isdecimal() and number.isascii() and 0 < len(number) < 7 and int(number):
            return int(number)
        message = f"{found[0]} is {number[:40]!r}, which is no number from 1; correct it."
        self.remark("wrong-type", "warning", message, about, found[0])
        return None


def _truth(value: object) -> bool | None:
    """What a switch says; None for every other value."""
    word = str(value).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _stated(fields: Fields) -> dict[str, tuple[str, object]]:
    """The first key that says something of each field of which any stands there, and what it says."""
    stated: dict[str, tuple[str, object]] = {}
    for about in [each for key in fields for each in _FIELDS_OF.get(key, ())]:
        for key in _KEYS[about]:
            value = fields.get(key)
            is_switch = key in _HELD and _truth(value) is not None
            if value is not None and value not in _NOTHING and value not in ([], {}) and not is_switch:
                stated[about] = (key, value)
                break
    return stated


def _persons(value: object) -> Iterator[Person]:
    if isinstance(value, dict):
        fields = {str(name).lower(): str(each) for name, each in value.items() if each}
        if name := fields.get("name"):
            yield Person(name, fields.get("email"), fields.get("uri") or fields.get("url"))
    elif value is not None and str(value).strip():
        mailbox = _MAILBOX.fullmatch(str(value).strip())
        yield Person(mailbox[1], mailbox[2]) if mailbox else Person(str(value).strip())
