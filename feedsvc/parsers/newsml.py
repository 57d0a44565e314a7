"""NewsML 1.0 to 1.2 (IPTC): news items with nested components, in a document of several."""

import re
from collections.abc import Iterator

from feedsvc.model import Document, Draft, Enclosure, Finding, Hints, Neighbours, Parsed, Picture
from feedsvc.parsers.item import Item, numbered
from feedsvc.parsers.markup import local, text_html, text_of, xml_html
from feedsvc.parsers.xml import Element, XmlError, parse_xml

FORMAT = "newsml"
_REVISION = re.compile(r":\d+[NUA]$")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The news items of a NewsML 1 document."""
    try:
        root, findings = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    items = [each for each in root.iter() if local(each) == "newsitem"]
    if not items:
        message = "The document carries no NewsItem; send one that does."
        return Parsed((), (*findings, Finding("no-article", "error", message)))
    return Parsed(numbered(_draft(each) for each in items), findings)


def _draft(element: Element) -> Draft:
    item = Item(FORMAT)
    _identified(item, element)
    lines = _main(element)
    if lines is not None:
        _headed(item, lines)
    _described(item, element)
    _content(item, element)
    return item.draft()


def _main(item: Element) -> Element | None:
    """The lines of the main component: the first that has a headline."""
    found = _all(item, "newslines")
    return next((each for each in found if _text(each, "headline")), next(iter(found), None))


def _identified(item: Item, element: Element) -> None:
    # The identifier of a revision; all revisions of an item are one article.
    item.text("id", _REVISION.sub("", _text(element, "publicidentifier")), "PublicIdentifier without its revision")
    parts = [_text(element, name) for name in ("providerid", "dateid", "newsitemid")]
    item.text("id", ":".join(filter(None, parts)), "NewsIdentifier")
    item.version(_text(element, "revisionid"))
    item.date("published", _text(element, "firstcreated"), "NewsManagement/FirstCreated")
    item.date("published", _text(element, "thisrevisioncreated"), "NewsManagement/ThisRevisionCreated")
    item.date("updated", _text(element, "thisrevisioncreated"), "NewsManagement/ThisRevisionCreated")
    item.date("published", _text(element, "dateandtime"), "NewsEnvelope/DateAndTime")
    changing = _first(element, "statuswillchange")
    status = _formal(element, "status").lower()
    if status == "embargoed":
        item.date("embargo", _text(changing, "dateandtime") if changing is not None else None, "StatusWillChange")
        item.embargoed("NewsManagement/Status")
    else:
        item.status(status, "NewsManagement/Status")
    item.kept("urgency", [_formal(element, "urgency")])
    item.kept("genre", [_formal(element, "genre")])


def _headed(item: Item, lines: Element) -> None:
    for field, name in (
        ("headline", "headline"),
        ("dateline", "dateline"),
        ("source", "creditline"),
        ("slugline", "slugline"),
    ):
        item.text(field, _text(lines, name), f"NewsLines/{name}")
    item.byline(_text(lines, "byline"), "NewsLines/ByLine")
    item.rights(_text(lines, "copyrightline"), _text(lines, "rightsline"))
    item.tags(text_of(each) for each in _all(lines, "keywordline"))


def _described(item: Item, element: Element) -> None:
    language = _formal(element, "language") or element.get(_XML_LANG)
    item.text("language", language, "DescriptiveMetadata/Language")
    provider = _first(element, "provider")
    if provider is not None:
        item.text("source", _formal(provider, "party"), "AdministrativeMetadata/Provider")
    item.text("source", _text(element, "providerid"), "NewsIdentifier/ProviderId")
    item.rights(_text(element, "usagetype"))
    item.note(_text(element, "instruction"), "NewsManagement/Instruction")
    for name in ("subjectdetail", "subjectmatter", "subject"):
        item.tags(text_of(each) for each in _all(element, name))


def _content(item: Item, element: Element) -> None:
    """The first text among the content items, and the first picture."""
    for content in _all(element, "contentitem"):
        kind = (_formal(content, "mimetype") or _formal(content, "mediatype")).lower()
        data = _first(content, "datacontent")
        href = content.get("Href")
        if data is not None and (text_of(data) or len(data)):
            item.value("html", xml_html(data) if len(data) else text_html(text_of(data)), "ContentItem/DataContent")
        elif href and kind.startswith(("photo", "image", "graphic")):
            item.value("picture", Picture(href), "ContentItem")
        elif href and kind.startswith(("audio/", "video/")):
            item.value("enclosures", (Enclosure(href, kind, 0),), "ContentItem")


def _all(root: Element, name: str) -> list[Element]:
    return [each for each in root.iter() if local(each) == name]


def _first(root: Element, name: str) -> Element | None:
    return next((each for each in root.iter() if local(each) == name), None)


def _text(root: Element, name: str) -> str:
    return text_of(_first(root, name))


def _formal(root: Element, name: str) -> str:
    """The ``FormalName`` of the first element of that name."""
    return next(_formals(root, name), "")


def _formals(root: Element, name: str) -> Iterator[str]:
    return (value for each in root.iter() if local(each) == name and (value := each.get("FormalName")))
