"""RSS 0.9x, 1.0 and 2.0 with the modules in use; a WordPress export, which is RSS as well, is read next door."""

from collections.abc import Iterator

from lxml import etree

from feedsvc.model import Document, Draft, Enclosure, Finding, Hints, Neighbours, Origin, Parsed, Person, Picture
from feedsvc.parsers.feed_atom import markup, media_files, media_picture
from feedsvc.parsers.feed_entry import (
    Notes,
    enclosure,
    parsed,
    people,
    refuse_floods,
    says_something,
    spoken,
    unique,
    with_own_ids,
)
from feedsvc.parsers.feed_tree import (
    Node,
    as_html,
    base_of,
    has_markup,
    inner_markup,
    joined,
    language_of,
    name_of,
    node,
    plain,
    text_of,
)
from feedsvc.parsers.feed_wxr import is_export, read_export, without_promotion
from feedsvc.parsers.limits import few
from feedsvc.parsers.xml import XmlError, parse_xml

Element = etree._Element

FORMAT = "rss"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_PUBLISHED = ("pubdate", "dc:date", "dcterms:issued", "dcterms:created", "prism:publicationdate", "atom:published")
_UPDATED = ("atom:updated", "dcterms:modified", "dc:modified")


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The articles of a feed; items without an id are known by their link."""
    try:
        refuse_floods(document.data, b"item")
        root, findings = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    if name_of(root) not in ("rss", "rdf:rdf", "rdf"):
        message = "This is no RSS feed although its root is called so; docs/formats.md lists what is read."
        return Parsed((), (*findings, Finding("format-unknown", "error", message)))
    frame = node(root)
    first = frame.first("channel")
    channel = node(first) if first is not None else Node(root, {})
    # RSS 1.0 and 0.90 have their items beside the channel.
    items = [*channel.all("item"), *frame.all("item")]
    if is_export(channel):
        return read_export(channel, items, findings)
    entries, remarks = spoken(items, says_something)
    drafts = [_draft(each, channel, part) for part, each in entries]
    return parsed(with_own_ids(drafts), (*findings, *remarks), len(items))


def _draft(element: Element, channel: Node, part: int) -> Draft:
    """1. Addresses. 2. The text. 3. Who, when, what about."""
    item = node(element)
    notes = Notes()
    url = _address(item)
    base = base_of(element, url or channel.text("link"))
    html, summary = _texts(item, notes)
    description = html or (summary or "")
    return Draft(
        format=FORMAT,
        part=part,
        id=item.text("guid", "atom:id"),
        headline=plain(item.text("title", "dc:title", "media:title") or "") or None,
        authors=_authors(item, notes),
        source=item.text("dc:source") or item.text("source"),
        origin=_origin(item, channel),
        language=item.text("dc:language") or language_of(element) or channel.text("language", "dc:language"),
        published=notes.date("published", ((name, item.text(name)) for name in _PUBLISHED)),
        updated=notes.date("updated", ((name, item.text(name)) for name in _UPDATED)),
        url=joined(base or "", url) if url else None,
        base=base,
        html=description,
        summary=summary if html else None,
        tags=unique(map(text_of, few(item.all("category", "dc:subject", "media:category"), "tags", notes.findings))),
        rights=item.text("dc:rights", "media:copyright"),
        license=_licence(item),
        picture=_picture(item),
        enclosures=tuple(dict.fromkeys(few(_enclosures(item), "enclosures", notes.findings))),
        evidence=notes.evidence,
        findings=tuple(notes.findings),
    )


def _origin(item: Node, channel: Node) -> Origin:
    """The feed from which an item was copied (RSS 2.0, ``source``), else the feed itself."""
    source = item.first("source")
    if source is not None and source.get("url"):
        return Origin(text_of(source), url=source.get("url"))
    own = next((each.get("href") for each in channel.all("atom:link") if each.get("rel") == "self"), None)
    return Origin(plain(channel.text("title") or ""), url=own, page=channel.text("link"))


def _authors(item: Node, notes: Notes) -> tuple[Person, ...]:
    for name in ("dc:creator", "author", "atom:author", "itunes:author"):
        stated = [
            node(each).text("atom:name") or text_of(each) for each in few(item.all(name), "authors", notes.findings)
        ]
        if any(stated):
            return people(stated)
    return ()


def _address(item: Node) -> str | None:
    """The page of an item: the link before it was counted, the link, a guid that is one."""
    if original := item.text("feedburner:origlink"):
        return original
    for link in item.all("atom:link"):
        if (link.get("rel") or "alternate") == "alternate" and link.get("href"):
            return link.get("href")
    if link_text := item.text("link"):
        return link_text
    guid = item.first("guid")
    if guid is not None and (guid.get("isPermaLink") or "true").lower() != "false":
        text = text_of(guid)
        return text if text.startswith(("http://", "https://")) else None
    return None


def _texts(item: Node, notes: Notes) -> tuple[str, str | None]:
    """The body of an item, empty when it has but a description, and its summary."""
    content = item.first("content:encoded", "xhtml:body", "atom:content", "content")
    body = ""
    if content is not None:
        name = name_of(content)
        body = markup(content, notes) if name == "atom:content" else _html_of(content)
    described = item.first("description", "atom:summary", "itunes:summary", "dc:description", "media:description")
    text = _html_of(described) if described is not None else ""
    body, promoted = without_promotion(body)
    text, also = without_promotion(text)
    notes.findings += promoted or also
    if body and text:
        return body, plain(text)
    return body or text, None


def _html_of(element: Element) -> str:
    if any(isinstance(each.tag, str) for each in element):
        return inner_markup(element)
    text = text_of(element)
    return text if has_markup(text) else as_html(text)


def _licence(item: Node) -> str | None:
    stated = item.first("cc:license")
    if stated is None:
        return None
    return text_of(stated) or stated.get(_RESOURCE) or stated.get("resource")


def _picture(item: Node) -> Picture | None:
    if (picture := media_picture(item)) is not None:
        return picture
    for each in item.all("itunes:image"):
        if href := each.get("href"):
            return Picture(href)
    for each in item.all("enclosure"):
        if (each.get("type") or "").startswith("image/") and each.get("url"):
            return Picture(each.get("url") or "")
    return None


def _enclosures(item: Node) -> Iterator[Enclosure]:
    for each in item.all("enclosure"):
        file = enclosure(each.get("url") or "", each.get("type"), each.get("length"))
        if file is not None:
            yield file
    yield from media_files(item)
