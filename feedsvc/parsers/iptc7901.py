"""IPTC 7901: SOH, the message's header, STX, the text, ETX, the date-time group, EOT."""

import re

from feedsvc.model import Document, Finding, Hints, Neighbours, Parsed
from feedsvc.parsers.charset import DecodeError
from feedsvc.parsers.item import first_items, numbered
from feedsvc.parsers.limits import too_long
from feedsvc.parsers.telegram import Telegram, folded, telegram_text, with_lines_above
from feedsvc.parsers.wire_stamps import date_time_group

FORMAT = "iptc7901"
_MESSAGE = re.compile(rb"\x01(?P<head>[^\x02\x01]*)\x02(?P<text>[^\x03\x01]*)(?:\x03(?P<tail>[^\x01]*))?")
# Source and number, priority, category, length, and what the agency adds.
_HEADER = re.compile(
    r"(?P<source>[A-Za-z]{3})\s?(?P<number>\d+)\s+(?P<priority>\d)\s+(?P<category>\w+)\s+(?P<words>\d+)"
)
# The lines above a headline that say what kind of story it is.
_FLAG = re.compile(
    r"(?:\d{1,2}(?:ST|ND|RD|TH) )?(?:LEAD|EXTRA|REFILE|CORRECTED|CORRECTION|UPDATED?|URGENT|ALERT|BULLETIN|FLASH|KILL|"
    r"RECAP|SUMMARY|ROUNDUP|FEATURE|ANALYSIS|BACKGROUND|PREVIEW)\b[A-Z0-9 ()/-]{0,40}"
)
_BYLINE = re.compile(r"(?:By|Von|Par|Por|Da|Di)\s+\S.*")
_LONGEST_HEAD = 8


def parse(document: Document, neighbours: Neighbours, hints: Hints) -> Parsed:
    """The messages of a document."""
    drafts, findings = [], []
    messages, remarks = first_items(_MESSAGE.finditer(document.data), ())
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
    lines = text.split("\n")
    telegram = Telegram(FORMAT, lines, offset=above, findings=findings)
    header, _, keywords = head.strip().partition("\n")
    telegram.slugline = folded(keywords.split("\n")).strip("/ ") or None
    telegram.date = date_time_group(tail) or date_time_group(header)
    if telegram.date is not None:
        telegram.evidence["published"] = "the date-time group of the message"
    if known := _HEADER.match(header):
        telegram.evidence["urgency"] = f"the header states priority {known['priority']}, category {known['category']}"
    _read_head(telegram)
    return telegram


def _read_head(telegram: Telegram) -> None:
    """The headline, up to the line that ends with "=", and what stands around it."""
    lines = telegram.lines
    end = next((index for index, line in enumerate(lines[:_LONGEST_HEAD]) if line.rstrip().endswith("=")), None)
    if end is None:
        return
    headline: list[str] = []
    for line in lines[: end + 1]:
        text = line.strip().rstrip("=").strip()
        if not headline and _FLAG.fullmatch(text):
            telegram.notes.append(text)
        elif headline and _BYLINE.fullmatch(text):
            telegram.byline = text
        elif text:
            headline.append(text)
    telegram.headline = folded(headline) or None
    telegram.evidence["headline"] = "the head of the message"
    telegram.lines = [""] * (end + 1) + lines[end + 1 :]
