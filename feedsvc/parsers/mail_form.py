"""Stories that a desk sends by mail as a filled-in form: a JSON object, or lines such as ``Headline: …``.

The subject of such a message names the form, not the story, so what the form says counts for more.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feedsvc.parsers.mail_blocks import Block, paragraph
from feedsvc.parsers.mail_text import Line, blocks_of, linked
from feedsvc.parsers.wire_dateline import read_dateline
from feedsvc.text import one_line

_KEYS = {
    "headline": "headline", "title": "headline", "abstract": "summary", "summary": "summary", "standfirst": "summary",
    "slugline": "slugline", "slug": "slugline", "byline": "byline", "author": "byline", "dateline": "dateline",
    "category": "sections", "categories": "sections", "section": "sections", "keywords": "tags", "keyword": "tags",
    "tags": "tags", "ednote": "ednote", "editor's note": "ednote", "legal": "ednote", "source": "source",
    "body": "body", "text": "body", "story": "body", "language": "language", "embargo": "embargo", "embargoed": "embargo", "embargo until": "embargo",
}  # fmt: skip
_KEYED = re.compile(r"([A-Za-z][A-Za-z' ]{2,15}?)\s*:\s+(\S[^\n]*)")
_BYLINE = re.compile(r"By [^\W\d_a-z][^\n.]{2,80}")
# Forms stand at the top.
_FORM_BLOCKS = 12
_LONGEST_CODE = 12
_LONGEST_JSON = 1_000_000
_MARKUP = re.compile(r"<(?:p|div|br|h[1-6]|ul|table)\b", re.IGNORECASE)


@dataclass(slots=True)
class Form:
    """What a form says, by field, and the blocks that are its text; ``html`` that the text is markup instead."""

    fields: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    html: str | None = None


def json_form(text: str) -> Form | None:
    """The form in a text that is one JSON object with a headline and a body; None when it is no such thing."""
    if not text.lstrip().startswith("{") or len(text) > _LONGEST_JSON:
        return None
    try:
        # Mailers break lines inside the strings.
        stated = json.loads(text.strip(), strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(stated, dict):
        return None
    form = Form()
    for key, value in stated.items():
        name = _KEYS.get(key.strip().lower())
        said = ", ".join(_strings(value))
        if name is not None and said:
            form.fields.setdefault(name, said)
    body = form.fields.pop("body", "")
    if "headline" not in form.fields or not body:
        return None
    if _MARKUP.search(body):
        form.html = body
    else:
        lines = [Line(each) for line in body.split("\n") for each in (line, "")]
        form.blocks = _story(blocks_of(lines), form)
    return form


def keyed_form(blocks: list[Block]) -> Form | None:
    """The form in the lines that a text opens with; None when they name no headline."""
    form = Form()
    rest: list[Block] = []
    for number, block in enumerate(blocks):
        keyed = _KEYED.fullmatch(block.text.strip()) if number < _FORM_BLOCKS else None
        name = _KEYS.get(keyed[1].lower()) if keyed else None
        if keyed is None or name is None or name == "body" or name in form.fields:
            rest.append(block)
        else:
            form.fields[name] = one_line(keyed[2])
            if len(form.fields) == 1:
                # Codes of the desk that sent it stand above.
                rest = [each for each in rest if len(each.text) > _LONGEST_CODE]
    if "headline" not in form.fields:
        return None
    form.blocks = _story(rest, form)
    return form


def _story(blocks: list[Block], form: Form) -> list[Block]:
    """``blocks`` without the byline and the dateline that open the story."""
    for number, block in enumerate(blocks[:4]):
        if _BYLINE.fullmatch(block.text) and len(block.text.split()) < 9:
            form.fields.setdefault("byline", block.text)
            del blocks[number]
            break
    for number, block in enumerate(blocks[:3]):
        found = read_dateline(block.text)
        if found is not None and "\n" not in block.text:
            form.fields.setdefault("dateline", found.text)
            rest = block.text[found.end :].lstrip(" -–—")
            blocks[number] = paragraph(linked(rest), rest)
            break
    return blocks


def _strings(value: object) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and each.strip():
            yield each.strip()
