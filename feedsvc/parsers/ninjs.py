"""ninjs 1.x to 3.x (IPTC News in JSON), and what agencies make of it: one item, a list, or items in an envelope."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from feedsvc.model import Document, Draft, Enclosure, Finding, Hints, Neighbours, Parsed, Person, Picture
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.item import Item, first_items, numbered
from feedsvc.parsers.json_text import JsonError, read_json
from feedsvc.parsers.limits import MOST_STATED
from feedsvc.parsers.markup import nitf_html, text_html
from feedsvc.text import one_line

FORMAT = "ninjs"

# What makes an object an item: something that names it, and something that it says.
_NAMES = ("uri", "guid", "id", "altids")
_SAYS = (
    "headline",
    "headlines",
    "body_html",
    "body_xhtml",
    "body_text",
    "bodies",
    "description_text",
    "descriptions",
)
# Where envelopes keep their items.
_ENVELOPES = ("item", "items", "data", "_items", "results", "newsitems", "docs")
_DEEPEST = 6
_PACKAGES = {"composite", "package"}
_WIDEST = 2000
_TAG = re.compile(r"<[^<>]*>")

# Keys are in lower case: versions of ninjs differ in little else.
Object = dict[str, Any]


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The items of a JSON document."""
    try:
        text, findings = decode(document.data)
        value, remarks = read_json(text, lowered=True)
    except DecodeError as error:
        return Parsed((), (Finding("undecodable", "error", str(error)),))
    except JsonError as error:
        return Parsed((), (error.finding,))
    items, remarks = first_items(_items(value, 0), remarks)
    if not items:
        return _refused(
            "format-unknown",
            "This is JSON of a kind that is not known here; docs/formats.md lists those that are. "
            "Send one of them, or take the file out of the inbox.",
        )
    articles = [each for each in items if not _is_package(each)]
    packages = [_package(each, alone=not articles) for each in items if _is_package(each)]
    return Parsed(numbered(_draft(each) for each in articles), (*findings, *remarks, *packages))


def _refused(code: str, message: str, line: int | None = None) -> Parsed:
    return Parsed((), (Finding(code, "error", message, line=line),))


def _items(value: object, depth: int) -> Iterator[Object]:
    """The items in a document, whatever envelope they came in."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            yield from _items(each, depth + 1)
    elif isinstance(value, dict):
        if any(value.get(key) for key in _NAMES) and any(value.get(key) for key in (*_SAYS, "title", "type")):
            yield value
        else:
            for key in _ENVELOPES:
                yield from _items(value.get(key), depth + 1)


def _is_package(item: Object) -> bool:
    return _line(item.get("type")) in _PACKAGES and not any(
        item.get(key) for key in ("body_html", "body_xhtml", "bodies")
    )


def _package(item: Object, *, alone: bool) -> Finding:
    name = _line(item.get("uri") or item.get("guid"))
    message = (
        f"{f'The item {name}' if name else 'An item without an id'} is a package, which only points to its articles; "
        "put the articles themselves into the inbox."
    )
    return Finding("package", "error" if alone else "info", message)


def _draft(source: Object) -> Draft:
    """One item."""
    item = Item(FORMAT)
    _managed(item, source)
    _described(item, source)
    _credited(item, source)
    _body(item, source)
    item.value("picture", _picture(source), "renditions, associations")
    item.value("enclosures", _enclosures(source), "renditions")
    return item.draft()


def _managed(item: Item, source: Object) -> None:
    altids = source.get("altids")
    item.text("id", source.get("guid"), "guid")
    if isinstance(altids, dict):
        # The address of an item in an agency's service carries the reader's own key.
        item.text("id", altids.get("itemid"), "altids.itemid")
    for key in ("uri", "id"):
        item.text("id", source.get(key), key)
    item.version(source.get("version"))
    if source.get("pubstatus") == "embargoed":
        item.date("embargo", source.get("embargoed"), "embargoed")
        item.embargoed("pubstatus")
    item.status(source.get("pubstatus"), "pubstatus")
    for field, keys in (
        ("published", ("firstpublished", "firstcreated", "versioncreated", "contentcreated", "datetime")),
        ("updated", ("versioncreated",)),
        ("embargo", ("embargoed", "embargo")),
        ("expires", ("expires", "expiry")),
    ):
        for key in keys:
            item.date(field, source.get(key), key)
    item.date("published", _nested(source, "eventdetails", "dates", "startdate"), "eventDetails.dates.startDate")
    item.kept("urgency", [source.get("urgency")])
    item.kept("genre", [_name(each) for each in _all(source, "genre", "genres")])


def _described(item: Item, source: Object) -> None:
    item.text("headline", source.get("headline"), "headline")
    item.text("headline", _chosen(source.get("headlines"), "main"), "headlines")
    item.text("headline", source.get("title"), "title")
    for key in _roles(source, "headline_", "main"):
        item.text("headline", source[key], key)
    item.text("slugline", source.get("slugline"), "slugline")
    item.text("language", source.get("language"), "language")
    item.text("dateline", source.get("dateline"), "dateline")
    item.text("dateline", source.get("located"), "located")
    item.text("dateline", _nested(source, "datelinelocation", "city"), "datelinelocation.city")
    item.note(source.get("ednote"), "ednote")
    for note in _all(source, "ednotes"):
        item.note(note.get("value") if isinstance(note, dict) else note, "ednotes")
    item.tags(name for each in _all(source, "subject", "subjects") if (name := _name(each)))
    item.tags(each if isinstance(each, str) else _name(each) for each in _all(source, "keywords"))
    item.sections(_name(each) for each in _all(source, "service"))


def _credited(item: Item, source: Object) -> None:
    for key in ("byline", "by"):
        item.byline(source.get(key), key)
    authors = [each for each in _all(source, "authors") if isinstance(each, dict)]
    writers = [each for each in authors if each.get("role") in (None, "", "writer", "author")]
    item.people((Person(_line(each.get("name"))) for each in writers if _line(each.get("name"))), "authors")
    item.text("source", source.get("source"), "source")
    for each in _all(source, "infosource", "infosources"):
        item.text("source", _name(each), "infosources")
    for key in ("provider", "copyrightholder"):
        value = source.get(key)
        item.text("source", _name(value) if isinstance(value, dict) else value, key)
    item.text("source", source.get("description_creditline"), "description_creditline")
    notice = source.get("copyrightnotice") or _nested(source, "rightsinfo", "copyrightnotice")
    item.rights(notice, *_all(source, "usageterms"))
    item.text(
        "url", next((each.get("href") for each in _all(source, "links") if isinstance(each, dict)), None), "links"
    )


def _body(item: Item, source: Object) -> None:
    """The body in the richest form there is; without one the description or caption, which is no summary then."""
    for place, html in _bodies(source):
        if html:
            item.value("html", html, place)
            break
    described = source.get("description_text") or _chosen(source.get("descriptions"), "text", "caption", "summary")
    described = described or source.get("description_caption") or _plain(source.get("description_html"))
    for key in _roles(source, "description_", "main"):
        described = described or _plain(source[key])
    if not isinstance(described, str):
        return
    if "html" in item:
        item.text("summary", described, "description")
    else:
        item.value("html", text_html(described), "description: there is no body")


def _bodies(source: Object) -> Iterator[tuple[str, str]]:
    """Each form of the body with its place, the richest first."""
    roles = list(_roles(source, "body_", "xhtml", "html"))
    for key in roles:
        if source[key].lstrip()[:1] == "<" or key in ("body_xhtml", "body_html"):
            yield key, source[key]
    plain: list[str] = []
    for each in _all(source, "bodies"):
        value = each.get("value") if isinstance(each, dict) else None
        if isinstance(value, str) and value.strip():
            kind = f"{each.get('contenttype') or ''} {each.get('role') or ''}".lower()
            html = (
                nitf_html(value) if "nitf" in kind else value if "html" in kind or value.lstrip()[:1] == "<" else None
            )
            if html is None:
                plain.append(value)
            else:
                yield "bodies", html
    yield from (("bodies", text_html(value)) for value in plain)
    for key in roles:
        yield key, text_html(source[key])


# Pictures and other media


def _picture(source: Object) -> Picture | None:
    """The item's own picture, else that of its first association."""
    found = [source] if source.get("type") in ("picture", "image", "photo", "graphic") else []
    associated = source.get("associations")
    listed = list(associated.values()) if isinstance(associated, dict) else associated
    found += [each for each in listed or () if isinstance(each, dict)] if isinstance(listed, list) else []
    for each in found:
        href = _rendition(each)
        if href is not None:
            alt = each.get("description_text") or _chosen(each.get("descriptions")) or each.get("headline")
            return Picture(href, _line(alt) or None, _line(each.get("byline") or each.get("by")) or None)
    return None


def _renditions(source: Object) -> Iterator[tuple[str, Object]]:
    stated = source.get("renditions")
    if isinstance(stated, dict):
        yield from ((name, each) for name, each in stated.items() if isinstance(each, dict))
    elif isinstance(stated, list):
        yield from ((_line(each.get("name")), each) for each in stated if isinstance(each, dict))


def _rendition(source: Object) -> str | None:
    """The address of the widest picture that fits a page, else the narrowest that does not."""
    found = []
    for _, each in _renditions(source):
        href, kind = _line(each.get("href")), _kind(each)
        if href and (not kind or kind.startswith("image/")):
            width = _number(each.get("width"))
            found.append((width > _WIDEST, width if width > _WIDEST else -width, href))
    return min(found)[2] if found else None


def _enclosures(source: Object) -> tuple[Enclosure, ...]:
    """Sound or film: the first rendition."""
    for _, each in _renditions(source):
        href, kind = _line(each.get("href")), _kind(each)
        if href and kind.startswith(("audio/", "video/")):
            return (Enclosure(href, kind, _number(each.get("sizeinbytes") or each.get("size"))),)
    return ()


def _kind(rendition: Object) -> str:
    return _line(rendition.get("mimetype") or rendition.get("contenttype")).lower()


# Values of whatever type


def _all(source: Object, *keys: str) -> list[Any]:
    """The values under ``keys``: a list's members, or the one value."""
    found: list[Any] = []
    for key in keys:
        value = source.get(key)
        found += value if isinstance(value, list) else [value] if value else []
    return found


def _roles(source: Object, start: str, *first: str) -> Iterator[str]:
    """The keys that ninjs 1 makes of a role ("headline_main", "body_text"), the wanted ones first, whose text says something."""
    named = islice((key for key in source if key.startswith(start)), MOST_STATED)
    keys = [key for key in named if _line(source[key])]
    yield from sorted(keys, key=lambda key: key.removeprefix(start) not in first)


def _chosen(values: object, *roles: str) -> str | None:
    """The text of the role that is wanted most in a list of ``{role, value}``."""
    listed = [each for each in values if isinstance(each, dict)] if isinstance(values, list) else []
    texts = [(each.get("role"), each.get("value")) for each in listed if isinstance(each.get("value"), str)]
    ranked = sorted(texts, key=lambda each: roles.index(each[0]) if each[0] in roles else len(roles))
    return next((value for _, value in ranked if value and value.strip()), None)


def _name(value: object) -> str | None:
    """The name of a concept; a code alone is none."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else None
    name = value.get("name")
    return name if isinstance(name, str) and name != value.get("code") else None


def _nested(source: object, *keys: str) -> Any:
    for key in keys:
        source = source.get(key) if isinstance(source, dict) else None
    return source


def _line(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _plain(value: object) -> str | None:
    return _TAG.sub(" ", value) if isinstance(value, str) else None


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15 else 0
