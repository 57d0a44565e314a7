"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/): every item an article with its own id."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from feedsvc.model import Document, Draft, Enclosure, Finding, Hints, Neighbours, Origin, Parsed, Person, Picture
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.feed_entry import Notes, enclosure, parsed, spoken, unique, with_own_ids
from feedsvc.parsers.feed_tree import as_html, plain
from feedsvc.parsers.json_text import JsonError, read_json
from feedsvc.parsers.limits import few
from feedsvc.text import one_line

FORMAT = "jsonfeed"
Member = dict[str, Any]


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The articles of a feed."""
    try:
        text, findings = decode(document.data, "utf-8")
        feed, remarks = read_json(text)
    except DecodeError as error:
        return Parsed((), (Finding("undecodable", "error", str(error)),))
    except JsonError as error:
        return Parsed((), (error.finding,))
    findings = (*findings, *remarks)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        message = "The JSON Feed has no list of items; fetch it again."
        return Parsed((), (*findings, Finding("no-entries", "error", message)))
    read, empty = spoken(items, lambda each: isinstance(each, dict) and bool(each))
    notes = Notes()
    frame = _Frame(_origin(feed), _authors(feed, notes))
    drafts = [_draft(each, feed, frame, part) for part, each in read]
    return parsed(with_own_ids(drafts), (*findings, *notes.findings, *empty), len(items))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a feed says for all its items: read once, since it may say much."""

    origin: Origin
    authors: tuple[Person, ...]


def _draft(item: Member, feed: Member, frame: _Frame, part: int) -> Draft:
    notes = Notes()
    html, text = _string(item, "content_html", notes), _string(item, "content_text", notes)
    summary = _string(item, "summary", notes)
    stated, listed = item.get("_feedsvc"), item.get("tags")
    extension: Member = stated if isinstance(stated, dict) else {}
    picture = _string(item, "image", notes) or _string(item, "banner_image", notes)
    tags = listed if isinstance(listed, list) else []
    url = _string(item, "url", notes) or _string(item, "external_url", notes)
    return Draft(
        format=FORMAT,
        part=part,
        id=_id(item),
        headline=one_line(_string(item, "title", notes) or "") or None,
        authors=_authors(item, notes) or frame.authors,
        source=_string(extension, "source", notes),
        origin=frame.origin,
        ednote=_string(extension, "ednote", notes),
        language=_string(item, "language", notes) or _string(feed, "language", notes),
        published=notes.date("published", [("date_published", _string(item, "date_published", notes))]),
        updated=notes.date("updated", [("date_modified", _string(item, "date_modified", notes))]),
        url=url,
        base=url or _string(feed, "home_page_url", notes),
        html=html or as_html(text or summary or ""),
        summary=plain(summary) if summary and (html or text) else None,
        tags=unique(each for each in few(tags, "tags", notes.findings) if isinstance(each, str)),
        rights=_string(extension, "rights", notes),
        license=_string(extension, "license", notes),
        picture=_picture(picture, extension, notes),
        enclosures=tuple(few(_attachments(item), "enclosures", notes.findings)),
        evidence=notes.evidence,
        findings=tuple(notes.findings),
    )


def _id(item: Member) -> str | None:
    """The id as it is written; a number is taken for its digits (JSON Feed 1.1, "id")."""
    value = item.get("id")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value).strip() or None


def _string(of: Member, name: str, notes: Notes) -> str | None:
    value = of.get(name)
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    message = f"{name} must be a text and was left out; correct it at its source."
    notes.findings.append(Finding("wrong-type", "warning", message, name))
    return None


def _origin(feed: Member) -> Origin:
    title, url, page = (_text(feed.get(name)) for name in ("title", "feed_url", "home_page_url"))
    return Origin(title, url=url or None, page=page or None)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _authors(of: Member, notes: Notes) -> tuple[Person, ...]:
    """The authors of 1.1, else the author of 1.0."""
    several = of.get("authors")
    listed = several if isinstance(several, list) and several else [of.get("author")]
    found = []
    for each in few(listed, "authors", notes.findings):
        if isinstance(each, dict) and isinstance(name := each.get("name"), str) and one_line(name):
            url = each.get("url") if isinstance(each.get("url"), str) else None
            mail = url.removeprefix("mailto:") if url and url.startswith("mailto:") else None
            found.append(Person(one_line(name), mail, None if mail else url))
    return tuple(dict.fromkeys(found))


def _picture(address: str | None, extension: Member, notes: Notes) -> Picture | None:
    if address is None:
        return None
    alt, credit = _string(extension, "image_description", notes), _string(extension, "image_credit", notes)
    return Picture(address, alt, credit)


def _attachments(item: Member) -> Iterator[Enclosure]:
    listed = item.get("attachments")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("url"), str):
            kind, size, title = each.get("mime_type"), each.get("size_in_bytes"), each.get("title")
            length = str(size) if isinstance(size, int) and not isinstance(size, bool) else None
            file = enclosure(
                each["url"],
                kind if isinstance(kind, str) else None,
                length,
                title if isinstance(title, str) else None,
            )
            if file is not None:
                yield file
