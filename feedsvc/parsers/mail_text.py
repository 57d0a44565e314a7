"""The plain text of a message as blocks: lines joined as they were meant, quotations and lists marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from feedsvc.parsers.mail_blocks import Block, enclosed, paragraph
from feedsvc.parsers.wire_paragraphs import join

_QUOTED_FIRST = re.compile(r">")
_QUOTED = re.compile(r" ?>")
_DEEPEST_QUOTE = 5
_RULE = re.compile(r"[\s]*([-=*_~#+.–—])(?:\s?\1){4,}[\s]*")
_BULLET = re.compile(r"[*•·‣▪◦–+-][ \t]+(?=\S)")
_ADDRESS = re.compile(r"""<(?:URL:)?(https?://[^\s<>"]{1,2000})>|https?://[^\s<>"]{1,2000}""")
_CLOSING = ".,;:!?)]}'\u2019\u201d…。、」』）"
# Lines of mail are broken at 65 to 80 characters; a shorter longest line says that they were broken by hand.
_WRAPPED = range(55, 100)
_PICTURE_NOTE = re.compile(r"^\[(?:image|cid|inline image\b)[^\]]{0,300}\]$", re.IGNORECASE)
# The files that old mailers put between the lines.
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its quotation marks; ``depth`` is how many it had, ``soft`` that it goes on in the next."""

    text: str
    depth: int = 0
    soft: bool = False


def lines_of(text: str, flowed: bool, delsp: bool) -> list[Line]:
    """The lines of ``text``; flowing ones (RFC 3676) are joined."""
    lines = [_line(each, flowed) for each in text.split("\n")]
    return list(_reflowed(lines, delsp)) if flowed else lines


def without_files(text: str) -> tuple[str, list[str]]:
    """``text`` without files that stand in it as uuencode, and their names."""
    names: list[str] = []
    while begin := _UU_BEGIN.search(text):
        end = text.find("\nend", begin.end() - 1)
        if end < 0 or " " in text[begin.end() : text.find("\n", begin.end())].strip():
            break
        names.append(begin[1])
        text = text[: begin.start()] + text[end + len("\nend") :]
    return text, names


def _line(raw: str, flowed: bool) -> Line:
    depth = 0
    text = raw
    while depth < _DEEPEST_QUOTE and (mark := (_QUOTED if depth else _QUOTED_FIRST).match(text)):
        text = text[mark.end() :]
        depth += 1
    if flowed or depth:
        text = text.removeprefix(" ")
    # The line that opens a signature ends in a blank, and does not flow.
    return Line(text, depth, flowed and text.endswith(" ") and text != "-- ")


def _reflowed(lines: list[Line], delsp: bool) -> Iterator[Line]:
    open_texts: list[str] = []
    depth = 0
    for line in lines:
        if open_texts and (line.depth != depth or line.text == "-- "):
            yield Line("".join(open_texts), depth)
            open_texts = []
        depth = line.depth
        open_texts.append(line.text[:-1] if line.soft and delsp else line.text)
        if not line.soft:
            yield Line("".join(open_texts), depth)
            open_texts = []
    if open_texts:
        yield Line("".join(open_texts), depth)


def blocks_of(lines: list[Line]) -> list[Block]:
    """The blocks that ``lines`` are."""
    width = max((len(line.text.rstrip()) for line in lines if len(line.text) < _WRAPPED.stop), default=0)
    return list(_blocks(lines, 0, width if width in _WRAPPED else 0))


def _blocks(lines: list[Line], depth: int, width: int) -> Iterator[Block]:
    """The blocks at one depth of quotation; deeper lines become quotations."""
    at = 0
    while at < len(lines):
        end = at
        if lines[at].depth > depth:
            while end < len(lines) and lines[end].depth > depth:
                end += 1
            inside = list(_blocks(lines[at:end], depth + 1, width))
            if inside:
                yield enclosed(inside, "blockquote")
        elif not lines[at].text.strip() or _PICTURE_NOTE.match(lines[at].text.strip()):
            end += 1
        elif _RULE.fullmatch(lines[at].text):
            end += 1
            yield Block("<hr>", "", "hr")
        else:
            while end < len(lines) and lines[end].depth == depth and _is_text(lines[end].text):
                end += 1
            yield from _paragraphs([line.text for line in lines[at:end]], width)
        at = max(end, at + 1)


def _is_text(line: str) -> bool:
    return bool(line.strip()) and not _RULE.fullmatch(line)


def _paragraphs(lines: list[str], width: int) -> Iterator[Block]:
    """The paragraph that ``lines`` are, or a list, or a paragraph above a list."""
    rows = [join(row) for row in _rows(lines, width)]
    first = next((number for number, row in enumerate(rows) if _BULLET.match(row)), len(rows))
    bulleted = len(rows) - first >= 2 and all(_BULLET.match(row) for row in rows[first:])
    plain = rows[:first] if bulleted else rows
    if plain:
        yield paragraph("<br>\n".join(map(linked, plain)), "\n".join(plain))
    if bulleted:
        items = [_BULLET.sub("", row, count=1) for row in rows[first:]]
        yield Block(f"<ul>{''.join(f'<li>{linked(item)}</li>' for item in items)}</ul>", "\n".join(items), "ul")


def _rows(lines: list[str], width: int) -> Iterator[list[str]]:
    """``lines`` in groups that were one line each before a mailer broke them.

    A break is kept where the first word of the next line would have had room, or where an item begins.
    """
    group: list[str] = []
    for line in lines:
        text = line.strip()
        if group and (_BULLET.match(text) or not _was_broken(group[-1], text, width)):
            yield group
            group = []
        group.append(text)
    if group:
        yield group


def _was_broken(line: str, following: str, width: int) -> bool:
    word = following.split(maxsplit=1)[0]
    return bool(width) and len(line) + 1 + len(word) > width - 4


def linked(text: str) -> str:
    """``text`` as markup, its web addresses as links."""
    pieces: list[str] = []
    position = 0
    for found in _ADDRESS.finditer(text):
        address = found[1] or found[0].rstrip(_CLOSING)
        if ")" in found[0] and not found[1] and "(" in address:
            address = found[0].rstrip(_CLOSING.replace(")", ""))
        end = found.end() if found[1] else found.start() + len(address)
        pieces += [
            escape(text[position : found.start()], quote=False),
            f'<a href="{escape(address)}">{escape(address)}</a>',
        ]
        position = end
    return "".join(pieces) + escape(text[position:], quote=False)
