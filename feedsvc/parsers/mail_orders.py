"""What a message orders: to be held until a time, or not to be published at all."""

import re

from feedsvc.model import Finding, SourceDate, Status
from feedsvc.parsers.embargo import read_embargo
from feedsvc.parsers.mail_head import Head

_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")


def embargo_of(subject: str, lines: list[str]) -> tuple[bool, SourceDate | None]:
    """Whether the subject or one of the first lines holds the story back, and until when, if it can be read."""
    held = False
    for line in (subject, *lines):
        found = read_embargo(line)
        if found is not None and found.until is not None:
            return True, found.until
        held = held or (found is not None and found.problem is not None)
    return held, None


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
