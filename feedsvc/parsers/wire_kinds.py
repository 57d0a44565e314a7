"""A first look at a line of a head: which kinds of header lines it may be.

Each line is looked at once; only what it may be is read further.
"""

from functools import lru_cache
from typing import Literal

from feedsvc.parsers.dates import may_date
from feedsvc.parsers.embargo import may_hold
from feedsvc.parsers.wire_byline import is_profession, is_reach, read_byline
from feedsvc.parsers.wire_desk import editors_note, is_desk_line, is_rights, is_rule
from feedsvc.parsers.wire_keys import read_key
from feedsvc.parsers.wire_stamps import LONGEST_STAMP

Kind = Literal["rule", "address", "embargo", "key", "profession", "desk", "rights", "note", "byline", "date"]
# A longer line is rather text, and no two stories have it in common.
_LONGEST = 100


def kinds_of(text: str) -> tuple[Kind, ...]:
    """What ``text`` may be, in the order in which it is to be asked: nothing of it for a headline or a masthead."""
    return _kinds(text) if len(text) <= _LONGEST else _look(text)


def _look(text: str) -> tuple[Kind, ...]:
    found: list[Kind] = []
    if is_rule(text):
        found.append("rule")
    if "://" in text:
        found.append("address")
    if may_hold(text):
        found.append("embargo")
    if read_key(text, below=True) is not None:
        found.append("key")
    if is_profession(text) or is_reach(text):
        found.append("profession")
    if is_desk_line(text):
        found.append("desk")
    if is_rights(text):
        found.append("rights")
    if editors_note(text) is not None:
        found.append("note")
    if read_byline(text):
        found.append("byline")
    if len(text) <= LONGEST_STAMP and may_date(text):
        found.append("date")
    return tuple(found)


# The same mastheads stand above thousands of stories, and a line is looked at below the one before it, too.
_kinds = lru_cache(maxsize=1024)(_look)
