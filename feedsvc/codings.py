"""Content codings (RFC 9110, section 8.4.1): the bytes of a representation, compressed when first asked for, then kept."""

from collections.abc import Callable, Iterator, Mapping
from threading import local

import brotli
import deflate
import zstandard

IDENTITY = "identity"
# Below this a coding saves nothing: the response still takes one packet.
_TINY = 860
_GZIP_LEVEL = 8  # behind it libdeflate takes three times as long for two parts in a hundred
_BROTLI_QUALITY = 5
_ZSTD_LEVEL = 9
# In the store a document takes a fifth of its bytes, for less time than writing the others would take.
_PACK_LEVEL = 1
_SKIPPED = 0x184D2A50.to_bytes(4, "little")
_LENGTH = 4


def _gzip(data: bytes) -> bytes:
    # No time stands in its header: the same data gives the same bytes.
    return bytes(deflate.gzip_compress(data, _GZIP_LEVEL))


def _brotli(data: bytes) -> bytes:
    return bytes(brotli.compress(data, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY))


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(data)


_CODERS: Mapping[str, Callable[[bytes], bytes]] = {"gzip": _gzip, "br": _brotli, "zstd": _zstd}


class Codings(Mapping[str, bytes]):
    """The bytes of one document by content coding: ``identity`` always, the others unless it is tiny.

    Most documents of an edition are polled in one coding or not at all, so each coding is made when it is first
    read. Two threads that ask at once make the same bytes twice.
    """

    __slots__ = ("_bodies", "_names")

    def __init__(self, data: bytes) -> None:
        self._bodies = {IDENTITY: data}
        self._names = (IDENTITY,) if len(data) < _TINY else (IDENTITY, *_CODERS)

    def __getitem__(self, coding: str) -> bytes:
        if coding not in self._bodies:
            if coding not in self._names:
                raise KeyError(coding)
            self._bodies[coding] = _CODERS[coding](self._bodies[IDENTITY])
        return self._bodies[coding]

    def __contains__(self, coding: object) -> bool:
        return coding in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def weight(bodies: Mapping[str, bytes]) -> int:
    """The bytes of memory that ``bodies`` may come to take: each compressed one about a third of the identity."""
    return len(bodies[IDENTITY]) * (2 if len(bodies) > 1 else 1)


def encode(data: bytes) -> Codings:
    """``data`` in every coding that is worth while."""
    return Codings(data)


class _Packer(local):
    """What packs and unpacks, one for each thread: making it takes longer than a small document takes."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=_PACK_LEVEL).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_packer = _Packer()


def pack(data: bytes, note: bytes = b"") -> bytes:
    """``data`` as the store keeps it: one Zstandard frame (RFC 8878); a ``note`` follows it in a frame to be skipped."""
    packed = _packer.pack(data)
    if not note:
        return packed
    # Its length once more at the end, where it can be found.
    return b"".join((packed, _note_head(len(note)), note, len(note).to_bytes(_LENGTH, "little")))


def note_of(packed: bytes) -> bytes:
    """The note that was packed with the data; empty when there is none."""
    length = int.from_bytes(packed[-_LENGTH:], "little")
    end = len(packed) - _LENGTH
    head = _note_head(length)
    is_there = packed[max(0, end - length - len(head)) : max(0, end - length)] == head
    return packed[end - length : end] if is_there else b""


def _note_head(length: int) -> bytes:
    """RFC 8878, section 3.1.2."""
    return _SKIPPED + (length + _LENGTH).to_bytes(4, "little")


def unpack(packed: bytes) -> bytes:
    """What was packed."""
    return _packer.unpack(packed)
