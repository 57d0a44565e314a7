"""Frames: what Atom and RSS say around the entries of a feed, with its names and dates left open.

Most of what a feed's head says is the publication's. So it is written once, with stand-ins for what is the feed's own,
and filled in for all others: of ten thousand topics most have no entry, and their feeds are heads alone.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from typing import NamedTuple

from msgspec.structs import replace

from feedsvc.feeds import syndication
from feedsvc.feeds.pieces import Pieces
from feedsvc.model import Feed
from feedsvc.patterns import pattern

# Characters for private use stand around the name of what is left open. They are not printable, as all texts of a framed feed are.
_OPENING, _CLOSING = "\U000f0001", "\U000f0002"
_OPEN = ("id", "title", "description", "page")
_STAND_INS = {about: f"{_OPENING}{about}{_CLOSING}" for about in _OPEN}
_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
_SLOT = pattern(f"{_OPENING}([a-z_]+){_CLOSING}")


class _Frame(NamedTuple):
    """A head in parts: text, and at every second place the name of what belongs there; and what stands behind the entries."""

    parts: Sequence[str]
    end: bytes

    def filled(self, values: Mapping[str, str]) -> Pieces:
        """The pieces of a feed without entries."""
        parts = list(self.parts)
        parts[1::2] = [values[name] for name in parts[1::2]]
        return Pieces("".join(parts).encode(), (), b"", self.end)


def framed(feed: Feed) -> tuple[Pieces, Pieces] | None:
    """``feed`` as ``syndication.pieces`` gives it; None when that must be asked, since there are entries or rare characters."""
    own = (feed.id, feed.title, feed.description, feed.page)
    shared = (feed.home, feed.author.name, feed.rights or "", feed.license or "")
    if feed.entries or feed.tombstones or feed.show or feed.query or not "".join(own + shared).isprintable():
        return None
    atom, rss = _frames(replace(feed, name="", updated=_MOMENT, **_STAND_INS))
    values = {name: escape(value, quote=False) for name, value in zip(_OPEN, own, strict=True)}
    values["page"] = values["page"].replace('"', "&quot;")
    values |= _moments(feed.updated)
    return atom.filled(values), rss.filled(values)


def _moments(updated: datetime) -> dict[str, str]:
    return {"atom_updated": updated.isoformat(), "rss_updated": format_datetime(updated)}


# The rhythm of feeds and the numbers of their archive documents make some dozens of forms.
@lru_cache(256)
def _frames(form: Feed) -> tuple[_Frame, _Frame]:
    """The frames of all feeds of this form, whose stand-ins are left open."""
    atom, rss = syndication.pieces(form)
    return _frame(atom), _frame(rss)


def _frame(written: Pieces) -> _Frame:
    head = written.head.decode()
    for name, moment in _moments(_MOMENT).items():
        head = head.replace(moment, f"{_OPENING}{name}{_CLOSING}")
    return _Frame(_SLOT.split(head), written.end)
