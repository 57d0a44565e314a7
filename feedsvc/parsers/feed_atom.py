"""Atom 1.0 (RFC 4287) and Atom 0.3: every entry an article with its own id."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from msgspec.structs import replace

from feedsvc.model import (
    Document,
    Draft,
    Enclosure,
    Finding,
    Hints,
    Neighbours,
    Origin,
    Parsed,
    Person,
    Picture,
    Status,
)
from feedsvc.parsers.feed_entry import Notes, enclosure, parsed, refuse_floods, says_something, spoken, unique
from feedsvc.parsers.feed_tree import (
    Node,
    as_html,
    base_of,
    inner_markup,
    joined,
    language_of,
    name_of,
    node,
    plain,
    text_of,
)
from feedsvc.parsers.limits import MOST_STATED, few
from feedsvc.parsers.mail_words import base64_bytes
from feedsvc.parsers.mail_words import text_of as decoded
from feedsvc.parsers.xml import XmlError, parse_xml

Element = etree._Element

FORMAT = "atom"
_HTML = ("html", "text/html", "xhtml", "application/xhtml+xml")


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The articles of a feed, or of a document that is one entry."""
    try:
        refuse_floods(document.data, b"entry")
        root, findings = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    if name_of(root) in ("atom:entry", "entry"):
        return Parsed((_draft(root, _Frame(), 0),), findings)
    if name_of(root) not in ("atom:feed", "feed"):
        message = "This is no Atom feed although its root is called feed; docs/formats.md lists what is read."
        return Parsed((), (*findings, Finding("format-unknown", "error", message)))
    feed = node(root)
    # Before the namespace was declared everywhere, some feeds had none.
    entries = list(feed.all("atom:entry", "entry"))
    read, remarks = spoken(entries, says_something)
    notes = Notes()
    frame = _Frame(_alternate(list(feed.all("atom:link", "link"))), _origin(feed), _authors(feed, notes))
    drafts = [_draft(each, frame, part) for part, each in read]
    return parsed(drafts, (*findings, *notes.findings, *remarks), len(entries))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a feed says for all its entries: read once, since it may say much."""

    home: str | None = None
    origin: Origin | None = None
    authors: tuple[Person, ...] = ()


def _draft(element: Element, frame: _Frame, part: int) -> Draft:
    """1. Addresses. 2. The text. 3. Who, when, what about."""
    entry = node(element)
    notes = Notes()
    links = list(entry.all("atom:link", "link"))
    url = _alternate(links)
    base = base_of(element, url or frame.home)
    content = entry.first("atom:content", "content")
    summary = entry.first("atom:summary", "summary")
    html = markup(content, notes) if content is not None else ""
    described = markup(summary, notes) if summary is not None else ""
    published = notes.date("published", _texts(entry, "published", "issued", "created"))
    updated = notes.date("updated", _texts(entry, "updated", "modified"))
    if published is None and updated is not None:
        published = updated
        message = "The entry says only when it was changed; it stands at that moment. Add <published> at its source."
        notes.findings.append(Finding("date-from-updated", "info", message, "published"))
        notes.evidence["published"] = notes.evidence["updated"]
    source = entry.first("atom:source", "source")
    origin = node(source) if source is not None else None
    rights = entry.first("atom:rights", "rights", "atom:copyright", "dc:rights")
    return Draft(
        format=FORMAT,
        part=part,
        id=entry.text("atom:id", "id"),
        status=Status.WITHHELD if _is_draft(entry) else None,
        headline=_title(entry),
        authors=_authors(entry, notes) or (_authors(origin, notes) if origin else ()) or frame.authors,
        source=entry.text("dc:source") or (_title(origin) if origin else None),
        origin=_origin(origin) if origin else frame.origin,
        language=language_of(content if content is not None else element),
        published=published,
        updated=updated,
        url=joined(base or "", url) if url else None,
        base=base_of(content, url or frame.home) if content is not None else base,
        html=html or described,
        summary=plain(described) if html and described else None,
        tags=unique(few(_categories(entry), "tags", notes.findings)),
        rights=plain(text_of(rights)) if rights is not None else None,
        license=next((each.get("href") for each in links if each.get("rel") == "license"), None),
        picture=media_picture(entry),
        enclosures=tuple(
            replace(each, url=joined(base or "", each.url))
            for each in dict.fromkeys(few(_enclosures(links, entry), "enclosures", notes.findings))
        ),
        evidence=notes.evidence,
        findings=tuple(notes.findings),
    )


def markup(element: Element, notes: Notes) -> str:
    """A text construct or content (RFC 4287, 3.1 and 4.1.3; the types and modes of 0.3) as HTML."""
    kind = (element.get("type") or "text").strip().lower().partition(";")[0]
    mode = (element.get("mode") or "").strip().lower()
    if address := (element.get("src") or "").strip():
        message = f"The text stands elsewhere ({address[:80]}) and is not fetched but linked; put it into the entry."
        notes.findings.append(Finding("content-elsewhere", "warning", message, "text"))
        link = etree.Element("a", {"href": address})
        link.text = address
        return f"<p>{etree.tostring(link, encoding='unicode')}</p>"
    if any(isinstance(each.tag, str) for each in element):
        return inner_markup(element)
    text = text_of(element)
    # In 1.0 any other media type is base64.
    if mode == "base64" or (not mode and "/" in kind and not kind.startswith("text/") and kind not in _HTML):
        if kind.startswith(("image/", "audio/", "video/", "application/")) and kind not in _HTML:
            message = f"Content of type {kind[:60]} was left out; put it on the web and link it as an enclosure."
            notes.findings.append(Finding("content-type-unknown", "warning", message, "text"))
            return ""
        text = decoded(base64_bytes(text.encode("ascii", "ignore")), None)
    return text if kind in _HTML else as_html(text)


def _texts(entry: Node, *names: str) -> Iterator[tuple[str, str | None]]:
    for name in names:
        yield name, entry.text(f"atom:{name}", name)
    if "published" in names:
        yield "dc:date", entry.text("dc:date")


def _title(of: Node) -> str | None:
    title = of.first("atom:title", "title")
    if title is None:
        return None
    kind = (title.get("type") or "text").lower()
    text = text_of(title)
    is_text = kind in ("text", "text/plain") and title.get("mode") != "escaped"
    return (" ".join(text.split()) if is_text else plain(text)) or None


def _origin(feed: Node) -> Origin:
    """The feed itself, or the one from which an entry was copied into it (RFC 4287, 4.2.11)."""
    links = list(feed.all("atom:link", "link"))
    own = next((each.get("href") for each in links if each.get("rel") == "self"), None)
    return Origin(_title(feed) or "", feed.text("atom:id", "id"), own, _alternate(links))


def _authors(of: Node, notes: Notes) -> tuple[Person, ...]:
    found = []
    for each in few(of.all("atom:author", "author"), "authors", notes.findings):
        person = node(each)
        name = person.text("atom:name", "name")
        uri = person.text("atom:uri", "uri", "atom:url", "url")
        if name:
            found.append(Person(name, person.text("atom:email", "email"), uri))
    creators = () if found else few(of.all("dc:creator"), "authors", notes.findings)
    return tuple(found) or tuple(Person(text_of(each)) for each in creators if text_of(each))


def _alternate(links: list[Element]) -> str | None:
    """The page of an entry or a feed: HTML before anything else."""
    pages = [each for each in links if (each.get("rel") or "alternate") == "alternate" and each.get("href")]
    pages.sort(key=lambda each: (each.get("type") or "text/html") != "text/html")
    return (pages[0].get("href") or "").strip() or None if pages else None


def _categories(entry: Node) -> Iterator[str | None]:
    for each in entry.all("atom:category", "category"):
        yield each.get("label") or each.get("term") or text_of(each)
    yield from (text_of(each) for each in entry.all("dc:subject"))


def _is_draft(entry: Node) -> bool:
    control = entry.first("app:control")
    return control is not None and node(control).text("app:draft") == "yes"


def _enclosures(links: list[Element], entry: Node) -> Iterator[Enclosure]:
    for each in links:
        if each.get("rel") == "enclosure":
            file = enclosure(each.get("href") or "", each.get("type"), each.get("length"), each.get("title"))
            if file is not None:
                yield file
    yield from media_files(entry)


def _media(entry: Node) -> Iterator[Element]:
    yield from entry.all("media:content")
    # One more than are looked at, so that it is told.
    for group in islice(entry.all("media:group"), MOST_STATED + 1):
        yield from node(group).all("media:content")


def _is_picture(content: Element) -> bool:
    return content.get("medium") == "image" or (content.get("type") or "").startswith("image/")


def media_picture(entry: Node) -> Picture | None:
    """The lead image of an entry (Media RSS): its content before its thumbnail."""
    for content in _media(entry):
        if _is_picture(content) and (url := (content.get("url") or "").strip()):
            about = node(content)
            return Picture(url, about.text("media:description", "media:title"), about.text("media:credit"))
    group = entry.first("media:group")
    for thumbnail in (
        *entry.all("media:thumbnail"),
        *(node(group).all("media:thumbnail") if group is not None else ()),
    ):
        if url := (thumbnail.get("url") or "").strip():
            return Picture(url)
    return None


def media_files(entry: Node) -> Iterator[Enclosure]:
    """Sound and film of an entry (Media RSS)."""
    for content in _media(entry):
        kind = content.get("type") or ""
        if not _is_picture(content) and (
            kind.startswith(("audio/", "video/")) or content.get("medium") in ("audio", "video")
        ):
            title = node(content).text("media:title")
            if file := enclosure(
                content.get("url") or "", kind, content.get("filesize") or content.get("fileSize"), title
            ):
                yield file
