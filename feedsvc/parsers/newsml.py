"""NewsML 1.0 to 1.2 (IPTC): news items with nested components, in a document of several."""

import re
from itertools import islice

from feedsvc.model import Document, Draft, Enclosure, Finding, Hints, Neighbours, Parsed, Picture
from feedsvc.parsers.item import Item, first_items, numbered
from feedsvc.parsers.limits import unread
from feedsvc.parsers.markup import local, text_html, text_of, xml_html
from feedsvc.parsers.xml import Element, XmlError, parse_xml, shorten

FORMAT = "newsml"
_REVISION = re.compile(r":\d+[NUA]$")
# Content items do not stand in each other (NewsML 1.2 DTD); by mistake they may, so many deep.
_DEEPEST = 3
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The news items of a NewsML 1 document."""
    try:
        root, findings = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    items, findings = first_items((each for each in root.iter() if local(each) == "newsitem"), findings)
    if not items:
        message = "The document carries no NewsItem; send one that does."
        return Parsed((), (*findings, Finding("no-article", "error", message)))
    return Parsed(numbered(_draft(each) for each in items), findings)


class _Tree:
    """The elements of an item or of a part of it by name: one walk instead of many searches."""

    def __init__(self, root: Element) -> None:
        self.by_name: dict[str, list[Element]] = {}
        for element in root.iter():
            self.by_name.setdefault(local(element), []).append(element)

    def all(self, name: str) -> list[Element]:
        """The elements of that name, in their order."""
        return self.by_name.get(name, [])

    def first(self, name: str) -> Element | None:
        """The first element of that name."""
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        """What the first element of that name says."""
        return text_of(self.first(name))

    def formal(self, name: str) -> str:
        """The first ``FormalName`` of an element of that name."""
        return next((value for each in self.all(name) if (value := each.get("FormalName"))), "")


def _draft(element: Element) -> Draft:
    is_long = shorten(element)
    item, tree = Item(FORMAT), _Tree(element)
    _identified(item, tree)
    lines = _main(tree)
    if lines is not None:
        _headed(item, lines)
    _described(item, element, tree)
    _content(item, tree)
    return unread(item.draft()) if is_long else item.draft()


def _main(item: _Tree) -> _Tree | None:
    """The lines of the main component: the first that has a headline."""
    # Lines inside of lines have no headline that those around them lack.
    outermost = (each for each in item.all("newslines") if next(each.iterancestors(each.tag), None) is None)
    found = [_Tree(each) for each in outermost]
    return next((each for each in found if each.text("headline")), next(iter(found), None))


def _identified(item: Item, tree: _Tree) -> None:
    # The identifier of a revision; all revisions of an item are one article.
    item.text("id", _REVISION.sub("", tree.text("publicidentifier")), "PublicIdentifier without its revision")
    parts = [tree.text(name) for name in ("providerid", "dateid", "newsitemid")]
    item.text("id", ":".join(filter(None, parts)), "NewsIdentifier")
    item.version(tree.text("revisionid"))
    item.date("published", tree.text("firstcreated"), "NewsManagement/FirstCreated")
    item.date("published", tree.text("thisrevisioncreated"), "NewsManagement/ThisRevisionCreated")
    item.date("updated", tree.text("thisrevisioncreated"), "NewsManagement/ThisRevisionCreated")
    item.date("published", tree.text("dateandtime"), "NewsEnvelope/DateAndTime")
    changing = tree.first("statuswillchange")
    status = tree.formal("status").lower()
    if status == "embargoed":
        item.date(
            "embargo", _Tree(changing).text("dateandtime") if changing is not None else None, "StatusWillChange"
        )
        item.embargoed("NewsManagement/Status")
    else:
        item.status(status, "NewsManagement/Status")
    item.kept("urgency", [tree.formal("urgency")])
    item.kept("genre", [tree.formal("genre")])


def _headed(item: Item, lines: _Tree) -> None:
    for field, name in (
        ("headline", "headline"),
        ("dateline", "dateline"),
        ("source", "creditline"),
        ("slugline", "slugline"),
    ):
        item.text(field, lines.text(name), f"NewsLines/{name}")
    item.byline(lines.text("byline"), "NewsLines/ByLine")
    item.rights(lines.text("copyrightline"), lines.text("rightsline"))
    item.tags(text_of(each) for each in lines.all("keywordline"))


def _described(item: Item, element: Element, tree: _Tree) -> None:
    language = tree.formal("language") or element.get(_XML_LANG)
    item.text("language", language, "DescriptiveMetadata/Language")
    provider = tree.first("provider")
    if provider is not None:
        item.text("source", _Tree(provider).formal("party"), "AdministrativeMetadata/Provider")
    item.text("source", tree.text("providerid"), "NewsIdentifier/ProviderId")
    item.rights(tree.text("usagetype"))
    item.note(tree.text("instruction"), "NewsManagement/Instruction")
    for name in ("subjectdetail", "subjectmatter", "subject"):
        item.tags(text_of(each) for each in tree.all(name))


def _content(item: Item, tree: _Tree) -> None:
    """The first text among the content items, and the first picture."""
    every = tree.all("contentitem")
    read = [each for each in every if next(islice(each.iterancestors(each.tag), _DEEPEST, None), None) is None]
    if len(read) < len(every):
        message = f"Content items stand in each other more than {_DEEPEST + 1} levels deep; the inner ones were not read. Set them side by side."
        item.findings.append(Finding("too-deep", "warning", message, "text"))
    for content in read:
        inside = _Tree(content)
        kind = (inside.formal("mimetype") or inside.formal("mediatype")).lower()
        data = inside.first("datacontent")
        href = content.get("Href")
        if data is not None and (text_of(data) or len(data)):
            item.value("html", xml_html(data) if len(data) else text_html(text_of(data)), "ContentItem/DataContent")
        elif href and kind.startswith(("photo", "image", "graphic")):
            item.value("picture", Picture(href), "ContentItem")
        elif href and kind.startswith(("audio/", "video/")):
            item.value("enclosures", (Enclosure(href, kind, 0),), "ContentItem")
