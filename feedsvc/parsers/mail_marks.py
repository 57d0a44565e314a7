"""The lines by which mailers introduce an earlier message: what follows is quoted, or is all there is."""

import re
from collections.abc import Iterable

from feedsvc.parsers.mail_blocks import Block
from feedsvc.parsers.mail_text import Line
from feedsvc.text import fold

_MARKS = frozenset(
    (
        "original message", "original-nachricht", "ursprüngliche nachricht", "originalnachricht", "message d'origine",
        "mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht", "ursprungligt meddelande",
        "original appointment", "forwarded message", "weitergeleitete nachricht", "message transféré", "mensaje reenviado",
        "messaggio inoltrato", "doorgestuurd bericht", "begin forwarded message", "anfang der weitergeleiteten nachricht",
        "转发邮件", "转发邮件信息", "転送メッセージ",
    )
)  # fmt: skip
_FIELD = re.compile(
    r"[>*\s]*(?P<name>from|von|de|da|van|från|发件人|差出人|to|an|à|para|a|aan|till|cc|date|datum|fecha|data|sent|gesendet|"
    r"envoyé|enviado|subject|betreff|objet|asunto|oggetto|assunto|onderwerp|reply-to)\*?\s*[:：]\*?\s*(?P<value>.*)",
    re.IGNORECASE,
)
_SENDERS = frozenset(("from", "von", "de", "da", "van", "från", "发件人", "差出人"))
_MOST_FIELDS = 12


def without_marks(lines: list[Line]) -> tuple[list[Line], str | None]:
    """``lines`` in which an introduced message is quoted, or stands alone where nothing else is said.

    In that case its header is left out, and the second value is its sender, as written.
    """
    for number, line in enumerate(lines):
        if not _is_mark(line.text):
            continue
        above = lines[:number]
        if any(each.text.strip() for each in above):
            return [*above, *(Line(each.text, each.depth + 1) for each in lines[number + 1 :])], None
        length, sender = _header(each.text for each in lines[number + 1 :])
        return lines[number + 1 + length :], sender
    return lines, None


def without_marked_blocks(blocks: list[Block]) -> tuple[list[Block], str | None]:
    """``blocks`` without the header of a message that is all they hold, and its sender."""
    if not blocks:
        return blocks, None
    first, *rows = blocks[0].text.split("\n")
    if not _is_mark(first):
        return blocks, None
    if not rows and len(blocks) > 1:
        return without_header(blocks[1:])
    length, sender = _header(rows)
    return (blocks[1:], sender) if length == len(rows) else (blocks, None)


def without_header(blocks: list[Block]) -> tuple[list[Block], str | None]:
    """``blocks`` without the fields that each of the first of them is, and the sender that these name."""
    length, sender = _header(row for block in blocks[:_MOST_FIELDS] for row in block.text.split("\n"))
    rows = 0
    for number, block in enumerate(blocks):
        if rows >= length:
            return blocks[number:], sender
        rows += len(block.text.split("\n"))
    return blocks, None


def _is_mark(text: str) -> bool:
    return fold(text).strip("-_=>* :：") in _MARKS


def _header(texts: Iterable[str]) -> tuple[int, str | None]:
    """How many of the lines are a header, blanks around it counted, and the sender that it names."""
    length, named, sender = 0, 0, ""
    for text in texts:
        found = _FIELD.fullmatch(text.strip())
        if found is not None and named < _MOST_FIELDS:
            named += 1
            if found["name"].lower() in _SENDERS:
                sender = sender or found["value"]
        elif text.strip() or named:
            # A blank line ends the header; one before it belongs to it.
            break
        length += 1
    return (length, sender.replace("*", "")) if named else (0, "")
