"""The words of a header: encoded words (RFC 2047) in every broken form, eight-bit text without any label."""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.mail_head import Head
from feedsvc.text import one_line

# What RFC 2047 forbids and mailers do: blanks and question marks in a word, a language, no end, two hundred characters.
_WORD = re.compile(
    r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([BbQq])\?(.{0,1000}?)(?:\?=(?![0-9A-F]{2})|\?=$|$)", re.DOTALL
)
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
# No header that a person wrote is longer.
_LONGEST = 8000
# Labels that say nothing of bytes above 127.
_ASCII = frozenset(("us-ascii", "ascii", "ansi_x3.4-1968", "646", "x-unknown", "unknown-8bit", "unknown", "none", ""))
_SINGLE_BYTE = re.compile(r"(?:iso-?8859|windows-125|latin|cp125)", re.IGNORECASE)


@dataclass(slots=True)
class _Run:
    """Encoded words that stand next to each other in one charset: their bytes belong together."""

    charset: str
    data: bytes = b""
    base64: bytes = b""

    def add(self, encoding: str, content: str) -> None:
        raw = content.encode("latin-1", "replace")
        if encoding in "bB":
            self.base64 += _NO_BASE64.sub(b"", raw)
            if len(self.base64) % 4 and not raw.rstrip().endswith(b"="):
                return  # cut within a group of four: the next word goes on
        self.end()
        if encoding in "qQ":
            self.data += a2b_qp(raw, header=True)

    def end(self) -> None:
        self.data += base64_bytes(self.base64)
        self.base64 = b""


def base64_bytes(data: bytes) -> bytes:
    """What ``data`` encodes, as far as it goes; a group that was cut gives its whole bytes."""
    clean = _NO_BASE64.sub(b"", data)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return a2b_base64(clean + b"=" * (-len(clean) % 4))
    except Base64Error:
        return b""


def declared(label: str | None) -> str | None:
    """``label`` when it says something of bytes above 127."""
    cleaned = (label or "").strip(" \"'").lower()
    return None if cleaned in _ASCII else cleaned


def text_of(data: bytes, label: str | None) -> str:
    """``data`` as text in the charset named, if that fits, else by evidence; what cannot be read is replaced."""
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    wanted = declared(label)
    if wanted == "utf-7":
        return data.decode("utf-7", "replace")
    if wanted is not None and is_utf8(data) and _SINGLE_BYTE.match(wanted):
        wanted = None
    try:
        return decode(data, wanted)[0]
    except DecodeError:
        return data.decode("utf-8", "replace")


def is_utf8(data: bytes) -> bool:
    """Whether ``data`` has characters beyond ASCII and all of them are UTF-8: no accident in practice."""
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def words(raw: str, charset: str | None = None) -> str:
    """A header's value as text on one line; ``charset`` is what the message says of its own text."""
    text = _decoded(raw[:_LONGEST], charset)
    if "=?" in text and text.isascii():
        # Some gateways encode what was encoded.
        text = _decoded(text, charset)
    return one_line(text).strip("\ufffd ")


def _decoded(raw: str, charset: str | None) -> str:
    pieces: list[str] = []
    run: _Run | None = None
    position = 0
    for found in _WORD.finditer(raw):
        between = raw[position : found.start()]
        if run is not None and (between.strip() or run.charset != found[1].lower()):
            pieces.append(_ended(run))
            run = None
        if between.strip() or (not pieces and run is None):
            pieces.append(text_of(between.encode("latin-1", "replace"), charset))
        run = run or _Run(found[1].lower())
        run.add(found[2], found[3])
        position = found.end()
    if run is not None:
        pieces.append(_ended(run))
    pieces.append(text_of(raw[position:].encode("latin-1", "replace"), charset))
    return "".join(pieces)


def _ended(run: _Run) -> str:
    run.end()
    return text_of(run.data, run.charset)


def parameter(parameters: dict[str, str], name: str) -> str:
    """A parameter as text: plain, in encoded words (which RFC 2047 forbids and mailers do), or by RFC 2231."""
    extended = parameters.get(f"{name}*")
    if extended is None:
        return words(parameters.get(name, ""))
    charset, quote, rest = extended.partition("'")
    _, other, rest = rest.partition("'")
    encoded = rest if quote and other else extended
    return one_line(text_of(unquote_to_bytes(encoded.encode("latin-1", "replace")), charset if quote else None))


def header(head: Head, name: str, charset: str | None = None) -> str:
    """The first value of a field as text."""
    return words(head.first(name), charset)
