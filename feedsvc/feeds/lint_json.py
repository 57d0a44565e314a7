"""The lint of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Iterator
from typing import Any

from feedsvc.feeds.checks import (
    Place,
    check_address,
    check_characters,
    check_html,
    check_id,
    check_newest_first,
    check_rfc3339,
    check_self,
    check_title,
    check_unique,
    moment_of_rfc3339,
)
from feedsvc.feeds.jsonfeed import VERSION
from feedsvc.model import Finding

_KINDS: dict[type, str] = {str: "a string", list: "an array", dict: "an object", int: "a number"}
_FEED_KINDS: dict[str, type] = {
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "language": str,
    "authors": list,
    "items": list,
    "_tombstones": dict,
}
_ITEM_KINDS: dict[str, type] = {
    "id": str,
    "url": str,
    "external_url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "date_published": str,
    "date_modified": str,
    "language": str,
    "authors": list,
    "tags": list,
    "attachments": list,
}


def lint_json(text: str, address: str | None) -> Iterator[Finding]:
    """The findings of a JSON Feed document."""
    try:
        feed = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        place = Place("", getattr(error, "lineno", None))
        yield place.finding("not-well-formed", "error", f"not JSON: {error}; no reader shows the feed")
        return
    if not isinstance(feed, dict) or feed.get("version") != VERSION:
        yield Place("version", 1).finding(
            "version", "error", f'this is no JSON Feed 1.1; write "version": "{VERSION}"'
        )
        return
    wrong = list(_check_kinds(feed, _FEED_KINDS, Place("feed", 1)))
    yield from wrong
    if not wrong:
        yield from _check_feed(feed, text, address)


def _check_feed(feed: dict[str, Any], text: str, address: str | None) -> Iterator[Finding]:
    place = Place("feed", 1)
    yield from check_title(feed.get("title"), place / "title")
    yield from check_self(feed.get("feed_url"), address, place)
    if "home_page_url" in feed:
        yield from check_address(feed["home_page_url"], place / "home_page_url")
    if "items" not in feed:
        yield place.finding("element-missing", "error", "the array items is missing; add it")
    yield from _check_people(feed, place)
    lines = _lines_of_items(text)
    items = [
        (item, Place(f"item {number}", next(lines, None))) for number, item in enumerate(feed.get("items", []), 1)
    ]
    sound = []
    for item, where in items:
        wrong = [
            *_check_kinds(item, _ITEM_KINDS, where),
            *check_characters(json.dumps(item, ensure_ascii=False), where),
        ]
        yield from wrong
        if not wrong:
            sound.append((item, where))
            yield from _check_item(item, where)
    yield from check_unique(((item["id"], where) for item, where in sound if item.get("id")), "id")
    moments = ((moment_of_rfc3339(item.get("date_published")), where) for item, where in sound)
    yield from check_newest_first((moment, where) for moment, where in moments if moment)
    yield from _check_tombstones(feed, frozenset(item.get("id") for item, _ in sound))


def _check_item(item: dict[str, Any], place: Place) -> Iterator[Finding]:
    yield from check_characters("".join(_strings(item)), place)
    yield from check_id(item.get("id"), place / "id", uri=False)
    if "title" in item:
        yield from check_title(item["title"], place / "title")
    if "content_html" not in item and "content_text" not in item:
        message = "there is neither content_html nor content_text; add one"
        yield place.finding("nothing-to-read", "error", message)
    for name in ("url", "external_url", "image"):
        if name in item:
            yield from check_address(item[name], place / name)
    for name in ("date_published", "date_modified"):
        if name in item:
            yield from check_rfc3339(item[name], place / name)
    yield from check_html(item.get("content_html", ""), place / "content_html")
    yield from _check_people(item, place)
    for each in item.get("attachments", []):
        yield from _check_attachment(each, place / "attachment")


def _check_kinds(value: object, kinds: dict[str, type], place: Place) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield place.finding("wrong-kind", "error", "an object is wanted here; write { … }")
        return
    for name, kind in kinds.items():
        if name in value and not isinstance(value[name], kind):
            message = (
                f"{_KINDS[kind]} is wanted here, not {json.dumps(value[name])[:40]}; write one or drop the member"
            )
            yield (place / name).finding("wrong-kind", "error", message)


def _check_people(parent: dict[str, Any], place: Place) -> Iterator[Finding]:
    for person in parent.get("authors", []):
        if not isinstance(person, dict) or not any(person.get(name) for name in ("name", "url", "avatar")):
            message = "the author has neither name, url nor avatar; name the person or drop it"
            yield (place / "authors").finding("author-missing", "error", message)


def _check_attachment(file: object, place: Place) -> Iterator[Finding]:
    wrong = list(_check_kinds(file, {"url": str, "mime_type": str, "title": str, "size_in_bytes": int}, place))
    yield from wrong
    if wrong or not isinstance(file, dict):
        return
    yield from check_address(file.get("url"), place)
    if not file.get("mime_type"):
        yield place.finding("enclosure-incomplete", "error", "the attachment lacks its mime_type; give it")


def _check_tombstones(feed: dict[str, Any], ids: frozenset[Any]) -> Iterator[Finding]:
    for number, stone in enumerate(_items_of(feed.get("_tombstones")), 1):
        place = Place(f"tombstone {number}", 1)
        wrong = list(_check_kinds(stone, {"id": str, "date_deleted": str}, place))
        yield from wrong
        if wrong:
            continue
        yield from check_rfc3339(stone.get("date_deleted"), place)
        if stone.get("id") in ids:
            message = f"{stone['id']!r} is both an item and withdrawn; keep one of the two"
            yield place.finding("tombstone-of-entry", "error", message)


def _items_of(tombstones: Any) -> list[Any]:
    items = tombstones.get("items") if isinstance(tombstones, dict) else None
    return items if isinstance(items, list) else []


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose members have different names (RFC 8259, section 4); ValueError otherwise."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object has two members of one name")
    return members


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON value: escapes hide in it what the bytes of the document do not show."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(elements):
                waiting += elements
            case dict(members):
                waiting += members.values()


def _lines_of_items(text: str) -> Iterator[int]:
    """The line on which each element of the top-level array ``items`` of a well-formed document begins."""
    decoder = json.JSONDecoder()
    position = _skip(text, text.index("{") + 1, " \t\r\n")
    while text[position] != "}":
        name, position = decoder.raw_decode(text, position)
        position = _skip(text, position, " \t\r\n:")
        if name == "items":
            break
        position = _skip(text, decoder.raw_decode(text, position)[1], " \t\r\n,")
    position = _skip(text, position, " \t\r\n[")
    while text[position] not in "]}":
        yield text.count("\n", 0, position) + 1
        position = _skip(text, decoder.raw_decode(text, position)[1], " \t\r\n,")


def _skip(text: str, position: int, characters: str) -> int:
    while text[position] in characters:
        position += 1
    return position
