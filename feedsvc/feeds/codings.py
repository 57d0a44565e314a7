"""Content codings (RFC 9110, section 8.4.1): the bytes of a representation, compressed once and ready to serve."""

import gzip

import brotli
import zstandard

# Below this a coding saves nothing: the response still takes one packet.
_TINY = 860
_GZIP_LEVEL = 6
_BROTLI_QUALITY = 5
_ZSTD_LEVEL = 9


def encode(data: bytes) -> dict[str, bytes]:
    """``data`` by content coding: ``identity`` always, ``gzip``, ``br`` and ``zstd`` unless it is tiny.

    The same data gives the same bytes: the gzip header carries no time.
    """
    if len(data) < _TINY:
        return {"identity": data}
    return {
        "identity": data,
        "gzip": gzip.compress(data, _GZIP_LEVEL, mtime=0),
        "br": brotli.compress(data, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
        "zstd": zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(data),
    }
