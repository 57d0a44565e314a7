"""ANPA 1312: SYN SYN SOH, the header, STX, fields that begin with a caret, the text, ETX, the time, EOT."""

import re

from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed, SourceDate
from feedsvc.parsers.charset import DecodeError
from feedsvc.parsers.dates import DateError, parse_date, whole_year
from feedsvc.parsers.item import first_items, numbered
from feedsvc.parsers.limits import too_long
from feedsvc.parsers.telegram import Telegram, folded, telegram_text, with_lines_above

FORMAT = "anpa"
_MESSAGE = re.compile(rb"\x01(?P<head>[^\x02\x01]*)\x02(?P<text>[^\x03\x01]*)(?:\x03(?P<tail>[^\x01]*))?")
# Saved without what steers the printers: fields, text, and the time on the last line.
_BARE = re.compile(rb"(?P<head>)(?P<text>\^[^\x01]*)(?P<tail>)")
_SENT_LINE = re.compile(r"[A-Z]{2}-[A-Z]{2}-\d\d-\d\d-\d\d\b.*")
# A field of the head: "^By DANA COLE=", "^Eds: New lead.<"
_FIELD = re.compile(r"\^(?P<text>.*?)\s*(?P<end>[<=])?\s*")
_KEYWORD = re.compile(r"(?P<slug>.+?),\s*(?:.*,)?\s*\d{1,5}")
_NOTE = re.compile(r"(?:Eds?|Editors?|AP (?:Photo|Video|Graphic)\w*)\b[:,]?", re.IGNORECASE)
_BYLINE = re.compile(r"By\s+\S.*", re.IGNORECASE)
_TITLE = re.compile(r"(?:AP|UPI|The Associated Press|Associated Press)\b.*|.*\b(?:Writer|Editor|Correspondent)")
# AP-WF-02-20-16 0337GMT
_SENT = re.compile(r"-(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)\s?(GMT|[ECMP][SD]T)")
_HEADER = re.compile(r"(?P<slug>\S.*?)\s+(?P<month>\d\d)-(?P<day>\d\d)\s+\d{4}")
_LONGEST = 400  # of a field or a header; a longer line is a paragraph
_TYPED = (("``", "\u201c"), ("''", "\u201d"), (" _ ", " \u2014 "))


def parse(document: Document, neighbours: Neighbours, hints: Hints) -> Parsed:
    """The messages of a document."""
    drafts, findings = [], []
    messages, remarks = first_items(_MESSAGE.finditer(document.data), ())
    if not messages and (bare := _BARE.search(document.data)) is not None:
        messages = [bare]
    for message, above in with_lines_above(messages):
        try:
            telegram = _telegram(message, above)
        except DecodeError as error:
            findings.append(Finding("undecodable", "error", str(error)))
            continue
        if (fault := too_long("\n".join(telegram.lines))) is not None:
            findings.append(fault)
            continue
        draft = telegram.draft(neighbours, hints)
        if draft is not None:
            drafts.append(draft)
    if not drafts and not findings:
        text = "The message has no text between STX and ETX; send it again."
        findings.append(Finding("no-article", "error", text))
    return Parsed(numbered(drafts), (*remarks, *findings))


def _telegram(message: re.Match[bytes], above: int) -> Telegram:
    head, _ = telegram_text(message["head"])
    text, findings = telegram_text(message["text"])
    tail, _ = telegram_text(message["tail"] or b"")
    for typed, printed in _TYPED:
        text = text.replace(typed, printed)
    telegram = Telegram(FORMAT, text.split("\n"), offset=above, findings=findings)
    _read_fields(telegram)
    header = _HEADER.search((head.split("\n")[-1].strip() or head)[:_LONGEST])
    if header is not None and telegram.slugline is None:
        telegram.slugline = header["slug"]
    telegram.date = _sent(tail) or _sent(text)
    telegram.lines = ["" if _SENT_LINE.fullmatch(line) else line for line in telegram.lines]
    if telegram.date is not None:
        telegram.evidence["published"] = "the time at the end of the message"
    elif header is not None:
        telegram.date = _day(header)
        telegram.evidence["published"] = "the header of the message"
    return telegram


def _read_fields(telegram: Telegram) -> None:
    """Take the fields off the top: keyword line, headline, notes, byline and its title."""
    kept: list[str] = []
    headlines: list[str] = []
    for line in telegram.lines:
        found = _FIELD.fullmatch(line.strip())
        if found is None or len(line) > _LONGEST:
            kept.append(line.rstrip().removesuffix("<"))
            continue
        kept.append("")
        text = found["text"].lstrip("$").strip()
        keyword = _KEYWORD.fullmatch(text)
        if telegram.slugline is None and keyword and not headlines:
            telegram.slugline = keyword["slug"]
        elif _NOTE.match(text):
            telegram.notes.append(text)
        elif _BYLINE.fullmatch(text):
            telegram.byline = telegram.byline or text
        elif found["end"] == "<" or (found["end"] is None and not any(map(str.strip, kept))):
            headlines.append(text)
        elif telegram.byline is None or not _TITLE.fullmatch(text):
            kept[-1] = text
    telegram.headline = folded(headlines[:1]) or None
    if telegram.headline is not None:
        telegram.evidence["headline"] = "a field of the message"
    telegram.lines = kept


def _sent(text: str) -> SourceDate | None:
    found = _SENT.search(text)
    if found is None:
        return None
    month, day, year, hour, minute, zone = found.groups()
    return _date(f"{whole_year(year)}-{month}-{day} {hour}:{minute} {zone}")


def _day(header: re.Match[str]) -> SourceDate | None:
    """The month and day of the header; its year is for settling to find."""
    try:
        month, day = int(header["month"]), int(header["day"])
        return parse_date(
            f"{('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')[month - 1]} {day}"
        )
    except (DateError, IndexError):
        return None


def _date(text: str) -> SourceDate | None:
    try:
        return parse_date(text)
    except DateError:
        return None
