"""Media files: which types are published, and what their first bytes say."""

import re

# By suffix. Types that browsers run as code or style (html, js, css) are never published from an inbox.
MEDIA_TYPES = {
    ".aac": "audio/aac",
    ".avif": "image/avif",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
HEAD_LENGTH = 1024
# So many files may be on their way at a time from one worker.
STREAMS = 60

# What the first bytes of a file of each container look like, and the types that lie in such a container. The first
# type is that of a file whose suffix says something else.
_CONTAINERS: tuple[tuple[re.Pattern[bytes], tuple[str, ...]], ...] = (
    (re.compile(rb"\xff\xd8\xff"), ("image/jpeg",)),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), ("image/png",)),
    (re.compile(rb"GIF8[79]a"), ("image/gif",)),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), ("image/webp",)),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), ("audio/wav",)),
    (re.compile(rb"....ftyp(?:avif|avis|mif1)", re.DOTALL), ("image/avif",)),
    (re.compile(rb"....ftypqt  ", re.DOTALL), ("video/quicktime",)),
    (re.compile(rb"....(?:ftyp|moov|mdat|wide|free)", re.DOTALL), ("video/mp4", "audio/mp4", "video/quicktime")),
    (re.compile(rb"OggS"), ("audio/ogg", "video/ogg")),
    (re.compile(rb"fLaC|ID3.{6}.*?fLaC", re.DOTALL), ("audio/flac",)),
    (re.compile(rb"\x1aE\xdf\xa3"), ("video/webm",)),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), ("audio/aac", "audio/mpeg")),
    (re.compile(rb"ID3|\xff[\xe2-\xef\xf2-\xf7\xfa-\xff]"), ("audio/mpeg", "audio/aac")),
    (re.compile(rb"%PDF-"), ("application/pdf",)),
    (re.compile(rb"PK\x03\x04.{26}mimetypeapplication/epub\+zip", re.DOTALL), ("application/epub+zip",)),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), ("application/zip",)),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]", re.S), ("image/svg+xml",)),
)  # fmt: skip


def suffix_of(name: str) -> str:
    """The suffix of a file's name in lower case, with its dot; empty when it has none."""
    stem, _, suffix = name.rpartition("/")[2].rpartition(".")
    return f".{suffix.lower()}" if stem and suffix else ""


def media_type(name: str, head: bytes) -> str | None:
    """The type of the file ``name`` whose first bytes are ``head``; None when they are of no type that is published."""
    stated = MEDIA_TYPES.get(suffix_of(name))
    found = next((types for opening, types in _CONTAINERS if opening.match(head)), None)
    if stated is None or found is None:
        return None
    return stated if stated in found else found[0]
