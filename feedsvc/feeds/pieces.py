"""A feed's document in pieces, so that an entry is written once for all feeds that it stands in.

The pieces of Atom and RSS are cut from ready bytes, in which each entry begins and ends with a line. Escaped
text never holds the beginning of an element, so no text is taken for one.
"""

from collections.abc import Iterable

from msgspec import Struct

from feedsvc.model import Feed


class Manner(Struct, frozen=True):
    """All of a feed that decides how its entries are written: feeds of the same manner share them.

    ``home`` is the publication's address; ``is_podcast`` says that players are told of episodes.
    """

    language: str
    home: str
    is_podcast: bool


def manner_of(feed: Feed) -> Manner:
    """The manner of ``feed``."""
    return Manner(feed.language, feed.home, feed.show is not None)


class Pieces(Struct, frozen=True):
    """What stands before the entries, each entry, what stands between two of them, and after all."""

    head: bytes
    entries: tuple[bytes, ...]
    between: bytes
    end: bytes

    def around(self, entries: Iterable[bytes]) -> bytes:
        """The document with these entries instead."""
        return b"".join((self.head, self.between.join(entries), self.end))

    def whole(self) -> bytes:
        """The document."""
        return self.around(self.entries)


def cut(document: bytes, entry: bytes, around: bytes) -> Pieces:
    """The pieces of ``document``, whose elements ``entry`` are the last ones in its element ``around``."""
    end = document.rindex(b"</" + around + b">")
    opening = b"<" + entry
    head, *entries = document[: end - 1].split(b"\n" + opening)
    return Pieces(head + b"\n", tuple(b"".join((opening, each, b"\n")) for each in entries), b"", document[end:])
