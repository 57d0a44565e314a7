"""The documents of an inbox by name, in little memory: a build holds those of the whole inbox until it ends.

A name and its stamp in a dictionary of their own take some 330 bytes; here it is the name as it stands in its folder,
and 24 bytes.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence

from feedsvc.model import Stamp

# What no name of a file has.
_BETWEEN = "/"
_FIELDS = len(Stamp._fields)
# As Stamp(…) does, in a third of the time.
_new_stamp = tuple.__new__
_WIDTH = 1 << 64


class Listing:
    """The documents of one folder, sorted: their names there, and their stamps, one behind the other."""

    __slots__ = ("joined", "stamps")

    def __init__(self, names: Sequence[str], numbers: Sequence[int]) -> None:
        self.joined = _BETWEEN.join(names)
        try:
            self.stamps = array("q", numbers)
        except OverflowError:  # inodes of 64 bits without a sign; the ledger, too, has but signed numbers
            self.stamps = array("q", (each - _WIDTH if each >= _WIDTH >> 1 else each for each in numbers))

    @classmethod
    def of(cls, joined: str, stamps: bytes) -> "Listing":
        """A listing that comes from another process: the names as they were joined, the stamps as bytes."""
        listing = cls((), ())
        listing.joined = joined
        listing.stamps.frombytes(stamps)
        return listing

    def __len__(self) -> int:
        return len(self.stamps) // _FIELDS

    @property
    def told(self) -> bytes:
        """All of it, as bytes that are the same only for the same names with the same stamps."""
        return b"".join((self.joined.encode(), b"\0", self.stamps.tobytes()))

    @property
    def names(self) -> list[str]:
        """The names in the folder."""
        return self.joined.split(_BETWEEN) if self.joined else []

    def stamp(self, position: int) -> Stamp:
        """The stamp of the document at ``position``."""
        first = position * _FIELDS
        return _new_stamp(Stamp, self.stamps[first : first + _FIELDS])


class Documents(Mapping[str, Stamp]):
    """The stamp of each document by its name in the inbox; folder by folder, sorted.

    ``listings`` are those of the folders, by the beginning of their documents' names (``a/b/``, empty for the inbox itself).
    """

    def __init__(self, listings: Mapping[str, Listing] | None = None) -> None:
        self._listings = dict(sorted((listings or {}).items()))
        self._open: tuple[str | None, dict[str, int]] = (None, {})

    def __len__(self) -> int:
        return sum(map(len, self._listings.values()))

    def __iter__(self) -> Iterator[str]:
        for folder, listing in self._listings.items():
            for own in listing.names:
                yield folder + own

    def __getitem__(self, name: str) -> Stamp:
        cut = name.rfind("/") + 1
        folder = name[:cut]
        opened, places = self._open
        if opened != folder:  # who asks for one document asks for its neighbours next
            places = {own: place for place, own in enumerate(self._listings[folder].names)}
            self._open = folder, places
        return self._listings[folder].stamp(places[name[cut:]])

    def in_folder(self, folder: str) -> Iterator[tuple[str, Stamp]]:
        """Name and stamp of each document that lies in ``folder`` itself."""
        listing = self._listings.get(folder)
        if listing is not None:
            for place, own in enumerate(listing.names):
                yield folder + own, listing.stamp(place)
