"""NewsML-G2: a news item, or a message that carries several (IPTC NewsML-G2, all versions of the namespace)."""

import re
from collections.abc import Iterator

from feedsvc.model import Document, Draft, Enclosure, Finding, Hints, Neighbours, Parsed, Person, Picture
from feedsvc.parsers.item import Item, first_items, numbered
from feedsvc.parsers.limits import unread
from feedsvc.parsers.markup import local, text_html, text_of, xml_html
from feedsvc.parsers.xml import Element, XmlError, parse_xml, shorten

FORMAT = "newsml-g2"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ITEMS = {"newsitem", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem"}
_CAPTION = re.compile(r"caption|descrole:main", re.IGNORECASE)
# Notes that are for the desk alone.
_PRIVATE = re.compile(r"private|nonpublic|closing|internal|notepad", re.IGNORECASE)
# A creator who is named as the computer knows them.
_LOGIN = re.compile(r"[a-z0-9._-]+")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d")
# Renditions of a picture, those for a page first.
_WIDEST = 2000


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The news items of a document. Packages and concepts are no articles: each is a finding."""
    try:
        root, findings = parse_xml(document.data)
    except XmlError as error:
        return Parsed((), (error.finding,))
    stated = [root] if local(root) in _ITEMS else (each for each in root.iter() if local(each) in _ITEMS)
    items, findings = first_items(stated, findings)
    drafts = numbered(_draft(each) for each in items if local(each) == "newsitem")
    others = [_other(each, alone=not drafts) for each in items if local(each) != "newsitem"]
    if not items:
        message = "The message carries no item; send one with a newsItem."
        others.append(Finding("no-article", "error", message))
    return Parsed(drafts, (*findings, *others))


def _other(item: Element, *, alone: bool) -> Finding:
    kind = _written_name(item)
    what = "a package, which only points to its articles" if kind == "packageItem" else f"a {kind}, not an article"
    code = "package" if kind == "packageItem" else "no-article"
    message = f"The item {item.get('guid') or ''} is {what}; put the newsItems themselves into the inbox."
    return Finding(code, "error" if alone else "info", message)


def _written_name(element: Element) -> str:
    """The name of an element without its namespace, as it is written."""
    return str(element.tag).rpartition("}")[2]


class _Tree:
    """An item's elements by name: one walk instead of many searches."""

    def __init__(self, item: Element) -> None:
        self.by_name: dict[str, list[Element]] = {}
        skipped: set[Element] = set()
        for element in item.iter():
            parent = element.getparent()
            if parent in skipped or local(element) in ("inlinexml", "assert", "inlineref"):
                skipped.add(element)
                if parent in skipped:
                    continue
            self.by_name.setdefault(local(element), []).append(element)

    def all(self, name: str) -> list[Element]:
        """The elements of that name, in their order."""
        return self.by_name.get(name, [])

    def texts(self, name: str) -> Iterator[str]:
        """What they say, those that say nothing left out."""
        return (text for text in map(text_of, self.all(name)) if text)


def _draft(element: Element) -> Draft:
    """One news item."""
    is_long = shorten(element)
    item, tree = Item(FORMAT), _Tree(element)
    item.text("id", element.get("guid"), "newsItem/@guid")
    item.version(element.get("version"))
    _managed(item, tree)
    _described(item, element, tree)
    _credited(item, tree)
    _content(item, tree)
    return unread(item.draft()) if is_long else item.draft()


def _managed(item: Item, tree: _Tree) -> None:
    """itemMeta: dates, status, embargo, notes."""
    for field, stage in (
        ("published", "firstcreated"),
        ("published", "contentcreated"),
        ("published", "versioncreated"),
        ("updated", "versioncreated"),
        ("updated", "contentmodified"),
        ("embargo", "embargoed"),
        ("expires", "expires"),
    ):
        item.date(field, next(tree.texts(stage), None), f"itemMeta/{stage}")
    for status in tree.all("pubstatus"):
        item.status(status.get("qcode") or (status.get("uri") or "").replace("/", ":"), "itemMeta/pubStatus")
    for note in tree.all("ednote"):
        if len(note) == 0 and not _PRIVATE.search(note.get("role") or ""):
            item.note(text_of(note), "itemMeta/edNote")
    item.kept("urgency", tree.texts("urgency"))
    item.kept("genre", (name for genre in tree.all("genre") if (name := _name(genre))))


def _described(item: Item, element: Element, tree: _Tree) -> None:
    """contentMeta: headline, byline, dateline, language, subjects."""
    for headline in sorted(tree.all("headline"), key=_is_secondary):
        item.text("headline", text_of(headline), "contentMeta/headline")
    item.text("headline", next(tree.texts("title"), None), "itemMeta/title")
    item.text("slugline", next(tree.texts("slugline"), None), "contentMeta/slugline")
    item.text("language", element.get(_XML_LANG), "newsItem/@xml:lang")
    for each in tree.all("language"):
        item.text("language", each.get("tag"), "contentMeta/language")
    datelines = (text for text in tree.texts("dateline") if not _STAMP.match(text))
    item.text("dateline", next(datelines, None), "contentMeta/dateline")
    for located in tree.all("located"):
        item.text("dateline", _name(located) or located.get("literal"), "contentMeta/located")
    language = element.get(_XML_LANG) or ""
    item.tags(name for subject in tree.all("subject") if (name := _name(subject, language)))
    item.tags(tree.texts("keyword"))
    for description in tree.all("description"):
        if not _CAPTION.search(description.get("role") or ""):
            item.text("summary", text_of(description), "contentMeta/description")


def _is_secondary(headline: Element) -> bool:
    return "sub" in (headline.get("role") or "").lower()


def _credited(item: Item, tree: _Tree) -> None:
    """Who wrote it, who sent it, whose it is."""
    for by in tree.all("by"):
        item.byline(text_of(by), "contentMeta/by")
    providers = [*tree.all("provider"), *tree.all("infosource")]
    organisations = {(_name(each) or each.get("literal") or "").casefold() for each in providers}
    people = []
    for creator in tree.all("creator"):
        name = _name(creator)
        if name and name.casefold() not in organisations and not _LOGIN.fullmatch(name):
            people.append(Person(name, uri=creator.get("uri")))
    item.people(people, "contentMeta/creator")
    for credit in tree.texts("creditline"):
        item.text("source", credit.strip(" -–—/"), "contentMeta/creditline")
    for each in providers:
        item.text("source", _name(each) or each.get("literal"), f"{local(each)}")
    for each in providers:
        item.text("source", (each.get("qcode") or "").rpartition(":")[2], f"{local(each)}/@qcode")
    item.rights(next(tree.texts("copyrightnotice"), None), next(tree.texts("usageterms"), None))
    for holder in tree.all("copyrightholder") if not any(tree.texts("copyrightnotice")) else ():
        name = _name(holder) or holder.get("literal")
        item.rights(f"© {name}" if name else None)


def _content(item: Item, tree: _Tree) -> None:
    """contentSet: the first content that says something; pictures and other media."""
    for inline in tree.all("inlinexml"):
        root = next((each for each in inline if isinstance(each.tag, str)), None)
        if root is not None or text_of(inline):
            item.value("html", xml_html(inline, item.headline), "contentSet/inlineXML")
    for data in tree.all("inlinedata"):
        text = text_of(data)
        is_html = "html" in (data.get("contenttype") or "") or re.match(r"\s*<\w", text)
        item.value("html", text if is_html else text_html(text), "contentSet/inlineData")
    captions = [text_of(each) for each in tree.all("description") if _CAPTION.search(each.get("role") or "")]
    caption = next(filter(None, captions), None)
    remote = [each for each in tree.all("remotecontent") if each.get("href")]
    credit = next((line.strip(" -–—/") for line in tree.texts("creditline")), None)
    pictures = [each for each in remote if _kind(each).startswith("image/")]
    if pictures:
        chosen = min(pictures, key=_fitness)
        item.value("picture", Picture(chosen.get("href") or "", caption, credit), "contentSet/remoteContent")
    media = [each for each in remote if _kind(each).startswith(("audio/", "video/"))]
    if media:
        enclosures = (Enclosure(each.get("href") or "", _kind(each), _number(each.get("size"))) for each in media[:1])
        item.value("enclosures", tuple(enclosures), "contentSet/remoteContent")
    if caption and "html" not in item:
        item.value("html", text_html(caption), "contentMeta/description: the caption")


def _kind(remote: Element) -> str:
    stated = (remote.get("contenttype") or "").lower()
    if stated or not re.search(r"\.(?:jpe?g|png|gif|webp)(?:\?|$)", remote.get("href") or "", re.IGNORECASE):
        return stated
    return "image/jpeg"


def _fitness(remote: Element) -> tuple[bool, int]:
    """The widest picture that fits a page comes first, then the ones that are too wide."""
    width = _number(remote.get("width"))
    return (width > _WIDEST, width if width > _WIDEST else -width)


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 16 else 0


def _name(element: Element, language: str = "") -> str | None:
    """The name of a concept: the one in ``language`` where there are several."""
    names = [each for each in element if local(each) == "name" and text_of(each)]
    if not names:
        return None
    in_language = (each for each in names if language and (each.get(_XML_LANG) or "")[:2] == language[:2])
    chosen = next(in_language, names[0])
    return text_of(chosen)
