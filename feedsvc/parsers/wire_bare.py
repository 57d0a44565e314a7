"""A first look at a line of a head: whether it is a header line at all."""

from functools import lru_cache

from feedsvc.parsers.dates import may_date
from feedsvc.parsers.embargo import may_hold
from feedsvc.parsers.wire_byline import is_profession, read_byline
from feedsvc.parsers.wire_desk import editors_note, is_desk_line, is_rule
from feedsvc.parsers.wire_keys import read_key

# A longer line is rather text, and no two stories have it in common.
LONGEST = 100


# The same mastheads stand above thousands of stories, and a line is looked at below the one before it, too.
@lru_cache(maxsize=1024)
def is_bare(text: str) -> bool:
    """Whether ``text`` holds no address, date, key or order, and is no byline, note or slug: a headline or a masthead."""
    return not (
        is_rule(text)
        or "://" in text
        or may_date(text)
        or read_key(text, below=True) is not None
        or may_hold(text)
        or is_profession(text)
        or is_desk_line(text)
        or editors_note(text) is not None
        or read_byline(text)
    )
