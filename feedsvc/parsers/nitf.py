"""NITF 3.x (IPTC News Industry Text Format): one story in one XML document."""

from collections.abc import Iterator
from itertools import islice

from feedsvc.model import Document, Draft, Hints, Neighbours, Parsed, Picture
from feedsvc.parsers.item import Item
from feedsvc.parsers.limits import MOST_STATED, few
from feedsvc.parsers.markup import text_of, xml_html
from feedsvc.parsers.xml import Element, XmlError, parse_xml

FORMAT = "nitf"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The story of a NITF document."""
    try:
        root, findings = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    return Parsed((nitf_draft(root),), findings)


def nitf_draft(root: Element) -> Draft:
    """The draft of a ``nitf`` element."""
    item = Item(FORMAT)
    head = _first(root, "body.head")
    data = _first(root, "docdata")
    _about(item, root, data)
    if head is not None:
        _headed(item, head)
    item.text("headline", text_of(_first(root, "title")), "head/title")
    if data is not None:
        _filed(item, data)
    item.sections(_attributes(root, "doc-scope", "scope"))
    item.tags(_subjects(root))
    item.tags(key.get("key") or text_of(key) for key in _all(root, "keyword"))
    _pictured(item, root)
    content = _first(root, "body.content")
    if content is not None:
        item.value("html", xml_html(content), "body.content")
    return item.draft()


def _about(item: Item, root: Element, data: Element | None) -> None:
    item.text("language", root.get(XML_LANG) or root.get("baselang"), "the language of the document")
    item.kept("genre", _attributes(root, "tobject.property", "tobject.property.type"))
    item.kept("urgency", _attributes(root, "urgency", "ed-urg"))
    if data is None:
        return
    item.text("id", next(_attributes(data, "doc-id", "id-string"), None), "docdata/doc-id")
    item.text("slugline", next(_attributes(data, "du-key", "key"), None), "docdata/du-key")
    item.version(next(_attributes(data, "du-key", "version"), None))


def _headed(item: Item, head: Element) -> None:
    """What stands above the text: headline, byline, dateline, distributor."""
    item.text("headline", text_of(_first(head, "hl1")) or text_of(_first(head, "hedline")), "body.head/hedline")
    for byline in islice(_all(head, "byline"), MOST_STATED):
        if "authors" in item:
            break
        person = _first(byline, "person")
        item.byline(text_of(person) or text_of(byline), "body.head/byline")
    dateline = _first(head, "dateline")
    if dateline is not None:
        stated = (each for name in ("city", "state", "country") for each in _all(dateline, name))
        places = map(text_of, few(stated, "dateline", item.findings))
        item.text("dateline", ", ".join(places) or text_of(_first(dateline, "location")), "body.head/dateline")
    item.text("summary", text_of(_first(head, "abstract")), "body.head/abstract")
    item.text("source", text_of(_first(head, "distributor")), "body.head/distributor")
    item.text("source", text_of(_first(head, "rights.owner")), "body.head/rights")
    item.rights(text_of(_first(head, "rights")))


def _filed(item: Item, data: Element) -> None:
    """The document's data: dates, status, notes, rights."""
    for name, field in (("date.issue", "published"), ("date.expire", "expires")):
        item.date(field, next(_attributes(data, name, "norm"), None), f"docdata/{name}")
    release, issue = (next(_attributes(data, name, "norm"), None) for name in ("date.release", "date.issue"))
    if release != issue:
        item.date("embargo", release, "docdata/date.release")
        item.date("published", release, "docdata/date.release")
    status = data.get("management-status")
    if (status or "").lower() == "embargoed":
        item.embargoed("docdata/@management-status")
    else:
        item.status(status, "docdata/@management-status")
    item.note(next(_attributes(data, "ed-msg", "info"), None), "docdata/ed-msg")
    holder = next(_attributes(data, "doc.copyright", "holder"), None)
    year = next(_attributes(data, "doc.copyright", "year"), None)
    item.text("source", holder, "docdata/doc.copyright")
    item.text("source", next(_attributes(data, "from-src", "src-name"), None), "docdata/del-list")
    item.rights(f"© {year} {holder}" if holder and year else holder)
    item.rights(next(_attributes(data, "doc.rights", "type"), None))


def _pictured(item: Item, root: Element) -> None:
    """The first picture of the text."""
    for media in _all(root, "media"):
        if "picture" in item:
            return
        reference = _first(media, "media-reference")
        if reference is not None and reference.get("source") and (media.get("media-type") or "image") == "image":
            caption = text_of(_first(media, "media-caption")) or reference.get("alternate-text")
            credit = text_of(_first(media, "media-producer")) or None
            item.value("picture", Picture(reference.get("source") or "", caption, credit), "body.content/media")


def _subjects(root: Element) -> Iterator[str]:
    """The narrowest name of each subject."""
    for subject in _all(root, "tobject.subject"):
        names = (subject.get(f"tobject.subject.{part}") for part in ("detail", "matter", "type"))
        narrowest = next((name for name in names if name), None)
        if narrowest:
            yield narrowest


def _all(root: Element, name: str) -> Iterator[Element]:
    return root.iter(name, f"{{*}}{name}")


def _first(root: Element, name: str) -> Element | None:
    return next(_all(root, name), None)


def _attributes(root: Element, name: str, attribute: str) -> Iterator[str]:
    return (value for each in _all(root, name) if (value := each.get(attribute)))
