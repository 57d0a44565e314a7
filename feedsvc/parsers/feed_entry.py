"""What all feeds have in common: dates by order of trust, media files, people, the drafts of one document."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from msgspec.structs import replace

from feedsvc.model import Draft, Enclosure, Finding, Parsed, Person, SourceDate
from feedsvc.parsers.dates import DateError, parse_date
from feedsvc.parsers.limits import MOST_ENTRIES, MOST_ITEMS
from feedsvc.parsers.names import LONGEST, split_authors
from feedsvc.parsers.xml import Element, XmlError
from feedsvc.text import fold, one_line

# What feeds enclose; the tables of Python's mimetypes differ from machine to machine.
_TYPES = {
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/opus",
    "wav": "audio/wav", "flac": "audio/flac", "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime",
    "webm": "video/webm", "ogv": "video/ogg", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif",
    "webp": "image/webp", "pdf": "application/pdf", "epub": "application/epub+zip", "zip": "application/zip",
}  # fmt: skip
_MAIL_AND_NAME = re.compile(r"\s*<?([^\s<>()@]{1,64}@[^\s<>()]{1,190}?)>?\s*\((.+)\)\s*")
_NAME_AND_MAIL = re.compile(r"\s*([^<>@]+?)\s*<([^\s<>@]{1,64}@[^\s<>]{1,190})>\s*")


_Entry = TypeVar("_Entry")


@dataclass(slots=True)
class Notes:
    """Evidence and findings as they are gathered while one entry is read."""

    evidence: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def date(self, about: str, stated: Iterable[tuple[str, str | None]]) -> SourceDate | None:
        """The first of the dates (each with the name of its element) that is one; a finding for what is none."""
        for name, text in stated:
            if not text:
                continue
            try:
                date = parse_date(one_line(text))
            except DateError as error:
                self.findings.append(Finding("date-impossible", "warning", f"{name}: {error}", about))
                continue
            if date is not None:
                self.evidence[about] = f"the element {name}"
                return date
            message = f"{name} is {one_line(text)[:60]!r}, which is no date; correct it at its source."
            self.findings.append(Finding("date-unreadable", "warning", message, about))
        return None


def people(texts: Iterable[str]) -> tuple[Person, ...]:
    """The people of ``author`` and ``creator`` elements: ``mail (Name)``, ``Name <mail>``, or a name."""
    found = []
    for text in texts:
        line = one_line(text[:LONGEST])
        if matched := _MAIL_AND_NAME.fullmatch(line):
            found.append(Person(one_line(matched[2]), matched[1]))
        elif matched := _NAME_AND_MAIL.fullmatch(line):
            found.append(Person(one_line(matched[1]), matched[2]))
        else:
            found += split_authors(text)
    return tuple(dict.fromkeys(found))


def enclosure(url: str, type_: str | None, length: str | None, title: str | None = None) -> Enclosure | None:
    """A media file; None without an address. A length that is not stated is 0, as podcasts write it."""
    address = url.strip()
    if not address:
        return None
    kind = (type_ or "").strip()
    if "/" not in kind:
        suffix = address.partition("?")[0].rpartition(".")[2].lower()
        kind = _TYPES.get(suffix, "application/octet-stream")
    size = (length or "").strip()
    return Enclosure(address, kind, int(size) if size.isdecimal() and len(size) < 16 else 0, title)


def unique(names: Iterable[str | None]) -> tuple[str, ...]:
    """The names that say something, each once."""
    return tuple(dict.fromkeys(each for name in names if (each := one_line(name or ""))))


def refuse_floods(data: bytes, name: bytes) -> None:
    """Refuse a feed of more entries, elements of that ``name``, than can say something. Raises XmlError."""
    if data.count(b"<" + name) + data.count(b":" + name) > MOST_ITEMS:
        message = f"The feed has more than {MOST_ITEMS:,} entries; part it into several files."
        raise XmlError(Finding("too-many-entries", "error", message))


def spoken(
    entries: Sequence[_Entry], says_something: Callable[[_Entry], bool]
) -> tuple[list[tuple[int, _Entry]], tuple[Finding, ...]]:
    """The first of ``entries`` that say something, each with its place from 1; a finding that counts the others."""
    read = entries[:MOST_ENTRIES]
    found = [(place, each) for place, each in enumerate(read, 1) if says_something(each)]
    if not found or len(found) == len(read):
        return found, ()
    message = f"Entries that say nothing were left out ({len(read) - len(found)}); take them out at their source."
    return found, (Finding("entries-empty", "warning", message),)


def says_something(entry: Element) -> bool:
    """Whether there is a text in ``entry``, or an address in an attribute of what stands in it."""
    return any(str(text).strip() for text in entry.itertext()) or any(each.attrib for each in entry.iterdescendants())


def parsed(drafts: Sequence[Draft], findings: Sequence[Finding], entries: int) -> Parsed:
    """The drafts of one document; a finding where it has no entry, or more than are read."""
    told = list(findings)
    if not drafts:
        message = "The feed holds no entry that is an article; take it out of the inbox, or fetch it again."
        told.append(Finding("no-entries", "error", message))
    elif entries > MOST_ENTRIES:
        message = f"The feed has more than {MOST_ENTRIES} entries; the rest was not read. Split it."
        told.append(Finding("too-many-entries", "warning", message))
    return Parsed(tuple(drafts), tuple(told))


def with_own_ids(drafts: Iterable[Draft]) -> list[Draft]:
    """``drafts`` of which those without an id have their address for one, else their headline and date, where it is
    theirs alone.

    It is by the address that readers know an entry without an id, and by what it says one without either. What has
    nothing of its own is known by its place in the document, which a new entry above it changes.
    """
    read = list(drafts)
    addresses = Counter(draft.url for draft in read)
    titles = Counter(map(_title, read))
    return [
        draft
        if draft.id is not None
        else _named(draft, draft.url, "the link, since the entry has no id of its own")
        if draft.url and addresses[draft.url] == 1
        else _titled(draft, is_alone=titles[_title(draft)] == 1)
        for draft in read
    ]


def _named(draft: Draft, id_: str, evidence: str, *findings: Finding) -> Draft:
    evidence_of = {**draft.evidence, "id": evidence}
    return replace(draft, id=id_, evidence=evidence_of, findings=(*draft.findings, *findings))


def _titled(draft: Draft, *, is_alone: bool) -> Draft:
    """An entry that has no id, and no address that is its own."""
    title = _title(draft)
    if title is None or not is_alone:
        message = (
            "Nothing but its place tells the entry from others, and that changes with every new one; give it a guid."
        )
        return replace(draft, findings=(*draft.findings, Finding("id-by-place", "warning", message, "id")))
    made = f"entry-{sha256(repr(title).encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
    message = "The entry has no id and no link of its own: readers know it by its headline and date; give it a guid."
    return _named(draft, made, "its headline and date", Finding("id-made", "info", message, "id"))


def _title(draft: Draft) -> tuple[object, ...] | None:
    """What tells an entry without an id from others: its feed, its headline and its date."""
    when = draft.published
    if not draft.headline or when is None:
        return None
    return (draft.base or "", fold(draft.headline), when.year, when.month, when.day, str(when.time), str(when.offset))
