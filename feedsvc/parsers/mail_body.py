"""Which parts of a message are its text, which are not, and the text as a body.

Of alternatives the richest that says as much as the others; of related parts the first; of a signed message
what was signed. What is no text is named in a finding, never dropped in silence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feedsvc.model import Finding
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.limits import MOST_TAGS
from feedsvc.parsers.mail_blocks import Block, markup
from feedsvc.parsers.mail_footers import Trimmed, trim, without_signature
from feedsvc.parsers.mail_form import Form, json_form, keyed_form
from feedsvc.parsers.mail_html import Markup, read_html
from feedsvc.parsers.mail_marks import without_marked_blocks, without_marks
from feedsvc.parsers.mail_parts import Part, content
from feedsvc.parsers.mail_text import blocks_of, lines_of, without_files
from feedsvc.parsers.mail_words import is_utf8
from feedsvc.text import fold, one_line

_PLAIN = ("text/plain", "text/enriched", "text/richtext", "text/markdown")
_HTML = ("text/html", "application/xhtml+xml")
_MESSAGES = ("message/rfc822", "message/global")
_SEALS = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
# An HTML part that shows less than this share of the plain one is a stub ("your program shows no HTML").
_STUB = 3
_NAMED = 5
# How much of a text is looked at to weigh it against another.
_SAMPLE = 50_000
_MARKUP = re.compile(rb"<(?:style|script|title)\b[^<]*<|<!--|<[^<>]*>", re.IGNORECASE)
# Longer texts are no mail: a feed has room for half as much in one entry.
_LONGEST = 1_000_000
_MOST_LINES = 20_000
# Of more paragraphs, each with its two tags, a body is refused: what is behind them need not be read.
_MOST_BLOCKS = MOST_TAGS // 2
_TOO_LONG = Finding(
    "text-too-long",
    "warning",
    "The text is too long for an article, and only its beginning was read; send it in parts.",
    "text",
)


@dataclass(slots=True)
class Selection:
    """The leaves of a message, sorted: text to show, messages inside, everything else."""

    texts: list[Part] = field(default_factory=list)
    messages: list[Part] = field(default_factory=list)
    left: list[Part] = field(default_factory=list)
    resources: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Body:
    """The text of a message as a body, the lines that it opens with, and what was done to it."""

    blocks: list[Block] = field(default_factory=list)
    base: str | None = None
    findings: list[Finding] = field(default_factory=list)
    evidence: str = "the plain text"
    quoted: bool = False
    signature: bool = False
    form: Form = field(default_factory=Form)
    forwarded_from: str | None = None

    @property
    def html(self) -> str:
        """The body's markup."""
        return markup(self.blocks)

    @property
    def opening(self) -> list[str]:
        """The first lines that a reader sees."""
        return [line for block in self.blocks[:6] for line in block.text.split("\n")][:8]


def select(part: Part) -> Selection:
    """The parts of a message, sorted."""
    selection = Selection()
    _sort(part, selection)
    return selection


def _sort(part: Part, into: Selection) -> None:
    if part.type == "multipart/alternative" and part.parts:
        _sort(_richest(part), into)
        into.left += [leaf for leaf in part.leaves() if leaf.type == "text/calendar"]
    elif part.type == "multipart/related" and part.parts:
        _sort_related(part, into)
    elif part.type == "multipart/signed" and part.parts:
        _sort(part.parts[0], into)
    elif part.parts:
        for each in part.parts:
            _sort(each, into)
    elif part.type in _MESSAGES and not part.is_attached:
        into.messages.append(part)
    elif part.type in _PLAIN + _HTML and not part.is_attached and not (part.name and into.texts):
        into.texts.append(part)
    elif part.type not in _SEALS:
        into.left.append(part)


def _sort_related(part: Part, into: Selection) -> None:
    """A text and what it shows (RFC 2387)."""
    start = part.parameters.get("start", "").strip("<> ")
    root = next((each for each in part.parts if start and _content_id(each) == start), None)
    root = root or next((each for each in part.parts if _has(each, _HTML + _PLAIN)), part.parts[0])
    for each in part.parts:
        location = each.head.first("content-location").strip()
        if location.startswith(("http://", "https://")) and each is not root:
            into.resources[_content_id(each)] = location
    _sort(root, into)
    for each in part.parts:
        if each is not root:
            into.left += [leaf for leaf in each.leaves() if leaf.type not in _SEALS]


def _content_id(part: Part) -> str:
    return part.head.first("content-id").strip("<> ")


def _has(part: Part, types: tuple[str, ...]) -> bool:
    return any(leaf.type in types and not leaf.is_attached for leaf in part.leaves())


def _richest(part: Part) -> Part:
    """The alternative to read: the last one in HTML, unless a plain one says clearly more."""
    rich = [each for each in part.parts if _has(each, _HTML)]
    plain = [each for each in part.parts if _has(each, _PLAIN) and each not in rich]
    if not rich or not plain:
        return (rich or plain or list(part.parts))[-1]
    shown = _said(rich[-1])
    return plain[0] if shown * _STUB < _said(plain[0]) else rich[-1]


def _said(part: Part) -> int:
    """About how many characters an alternative shows."""
    leaves = [leaf for leaf in part.leaves() if leaf.type in _PLAIN + _HTML]
    return sum(len(b"".join(_MARKUP.sub(b" ", content(leaf, _SAMPLE)[0][:_SAMPLE]).split())) for leaf in leaves)


def body_of(selection: Selection, headline: str | None) -> Body:
    """The body that the texts are; raises DecodeError when none of them can be read."""
    body = Body()
    errors: list[DecodeError] = []
    left = _LONGEST
    for part in selection.texts:
        if left <= 0 or len(body.blocks) > _MOST_BLOCKS:
            body.findings.append(_TOO_LONG)
            break
        try:
            read = _read(part, selection.resources, left)
        except DecodeError as error:
            errors.append(error)
            continue
        left -= len(part.body)
        body.blocks += read.blocks
        body.base = body.base or read.base
        body.findings += read.findings
        body.quoted |= read.quoted
        body.signature |= read.signature
        body.form = body.form if body.form.fields else read.form
        body.forwarded_from = body.forwarded_from or read.forwarded_from
        body.evidence = read.evidence if read.blocks else body.evidence
    if errors and not body.blocks:
        raise errors[0]
    trimmed = trim(body.blocks)
    form = None if body.form.fields else keyed_form(list(trimmed.blocks))
    if form is not None:
        body.form, trimmed = form, Trimmed(tuple(form.blocks), trimmed.findings)
    body.blocks = _without_title(list(trimmed.blocks), headline)
    body.findings = [*dict.fromkeys((*body.findings, *trimmed.findings, *_remarks(body)))]
    return body


def _remarks(body: Body) -> Iterator[Finding]:
    if body.forwarded_from is not None:
        message = "The message only forwards another one, whose text and sender were taken; check the date."
        yield Finding("forwarded-message", "info", message)
    if body.signature:
        message = "A signature was removed; write what belongs to the article above the line with two dashes."
        yield Finding("signature-removed", "info", message, "text")
    if body.quoted:
        message = (
            "What the message quotes of an earlier one is marked as a quotation; take it out if it is not wanted."
        )
        yield Finding("quotation-marked", "info", message, "text")


def _without_title(blocks: list[Block], headline: str | None) -> list[Block]:
    """``blocks`` without a first line that only repeats the headline."""
    wanted = fold(headline or "")
    first = next((number for number, block in enumerate(blocks) if block.text.strip()), None)
    if wanted and first is not None and len(blocks) > 1 and fold(blocks[first].text) == wanted:
        return blocks[:first] + blocks[first + 1 :] if "<img" not in blocks[first].html else blocks
    return blocks


def _read(part: Part, resources: dict[str, str], longest: int) -> Body:
    """One text as blocks, of at most ``longest`` bytes. Raises DecodeError for what is no text."""
    data, findings = content(part, longest)
    text, more = decoded(data[:longest], part.charset)
    body = Body(findings=[*findings, *more])
    lines_read = text.split("\n", _MOST_LINES)
    if len(data) > longest or len(lines_read) > _MOST_LINES:
        text = "\n".join(lines_read[:_MOST_LINES])
        body.findings.append(_TOO_LONG)
    if part.type in _HTML or _is_html(text):
        return _of_html(body, read_html(text, resources))
    flowed = part.parameters.get("format", "").lower() == "flowed"
    delsp = part.parameters.get("delsp", "").lower() == "yes"
    text, files = without_files(_without_seal(text))
    if files:
        names = ", ".join(repr(each[:60]) for each in files[:_NAMED])
        message = f"Files inside the text ({names}) were left out; put them on the web and link them."
        body.findings.append(Finding("attachment-left-out", "info", message, "text"))
    lines = lines_of(text, flowed, delsp)
    form = json_form("\n".join(line.text for line in lines))
    if form is not None:
        body.form, body.evidence = form, "a form in JSON"
        body.blocks = form.blocks if form.html is None else read_html(form.html, {}).blocks
        return body
    lines, body.signature = without_signature(lines)
    lines, body.forwarded_from = without_marks(lines)
    body.quoted = any(line.depth for line in lines)
    body.blocks = blocks_of(lines)
    return body


def _of_html(body: Body, read: Markup) -> Body:
    body.base, body.quoted, body.signature = read.base, read.quoted, read.signature
    body.findings += read.findings
    body.evidence = "the HTML part"
    body.blocks, body.forwarded_from = without_marked_blocks(read.blocks)
    return body


def decoded(data: bytes, label: str | None) -> tuple[str, tuple[Finding, ...]]:
    """The text of a part, in the charset that it names unless the bytes say otherwise."""
    if label == "utf-7":
        return data.decode("utf-7", "replace"), ()
    if label is not None and label not in ("utf-8", "utf8") and is_utf8(data):
        message = f"The text says {label[:40]!r} but is UTF-8, and was read so; correct the header."
        return data.decode("utf-8"), (Finding("charset-mismatch", "warning", message, "text"),)
    return decode(data, label)


def _is_html(text: str) -> bool:
    """Whether a text that is said to be plain is markup."""
    start = text[:400].lstrip().lower()
    opens = start.startswith(("<!doctype html", "<html", "<body", "<p>", "<div", "<table", "<h1", "<head>"))
    return opens and "</" in text


def _without_seal(text: str) -> str:
    """A text signed by PGP without the frame of the signature (RFC 9580, section 7)."""
    begin, end = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"
    if begin not in text or end not in text:
        return text
    inside = text.partition(begin)[2].partition(end)[0]
    signed = inside.partition("\n\n")[2]
    return "\n".join(line.removeprefix("- ") for line in signed.split("\n"))


def left_out(selection: Selection) -> Iterator[Finding]:
    """A finding for what is not published: attachments, invitations, messages inside."""
    calendars = [each for each in selection.left if each.type == "text/calendar"]
    others = [each for each in selection.left if each.type != "text/calendar"]
    if calendars:
        message = "An invitation or calendar entry was left out; write its date and place into the text."
        yield Finding("calendar-left-out", "info", message, "text")
    if selection.messages and selection.texts:
        message = (
            f"{len(selection.messages)} message(s) inside this one were left out; put them into the inbox apart."
        )
        yield Finding("message-left-out", "info", message, "text")
    if others:
        named = ", ".join(_described(each) for each in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        message = f"Attachments are not published: {named}{more}. Put them on the web and link them."
        yield Finding("attachment-left-out", "info", message, "text")


def _described(part: Part) -> str:
    name = one_line(part.name)[:60]
    if part.type == "application/ms-tnef":
        return f"{name or 'winmail.dat'} (made by Outlook; have it sent as HTML)"
    return f"{name} ({part.type})" if name else part.type
