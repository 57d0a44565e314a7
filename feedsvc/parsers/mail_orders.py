"""What a message orders: to be held until a time, or not to be published at all."""

import re

from feedsvc.model import Finding, SourceDate, Status
from feedsvc.parsers.dates import LONGEST, DateError, parse_date
from feedsvc.parsers.mail_head import Head

_EMBARGO = re.compile(
    r"\W*(?:(?:strictly|under|news|press)\s+)*(?:embargo(?:ed)?|sperrfrist|sous embargo|bajo embargo)\b\W{0,3}"
    r"(?:(?:for release|for publication|not for publication|not for release|do not publish)\s*)?"
    r"(?P<until>until|till|til|to|bis|jusqu'(?:au|à)|hasta|:|-|–|—|\||\]|$)\s*(?:the\s+)?",
    re.IGNORECASE,
)
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")


def embargo_of(subject: str, lines: list[str]) -> tuple[bool, SourceDate | None]:
    """Whether the subject or one of the first lines holds the story back, and until when, if it can be read."""
    held = False
    for line in (subject, *lines):
        found = _EMBARGO.match(line)
        if found is not None:
            held = True
            until = _leading_date(line[found.end() :])
            if until is not None:
                return True, until
    return held, None


def _leading_date(text: str) -> SourceDate | None:
    """The date with a time with which ``text`` begins, in as many words as are a date."""
    words = text[:LONGEST].strip(" :-–—").split()
    for count in range(min(len(words), 10), 0, -1):
        try:
            date = parse_date(" ".join(words[:count]).strip(".,;:)]"))
        except DateError:
            return None
        if date is not None:
            return date
    return None


def status_of(name: str, head: Head) -> tuple[Status | None, tuple[Finding, ...]]:
    """Withheld for what its owner has as a draft or has thrown away (Maildir flags, ``X-Unsent``)."""
    flags = _FLAGS.search(name)
    if flags is not None and "T" in flags[1]:
        return Status.WITHHELD, (_withheld("trashed"),)
    if (flags is not None and "D" in flags[1]) or head.first("x-unsent").strip() == "1":
        return Status.WITHHELD, (_withheld("a draft"),)
    return None, ()


def _withheld(what: str) -> Finding:
    message = f"The message is marked as {what} and is not published; take the mark away to publish it."
    return Finding("marked-withheld", "info", message, "status")
