"""Bytes into text: which encoding a document is in, by evidence, and what was lost.

The order: byte order mark, the escapes of ISO-2022, the declared label (WHATWG Encoding Standard, where
shift_jis means cp932 and iso-8859-1 means windows-1252), strict UTF-8, then the guess of chardetng.
"""

import codecs
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

import chardetng_py
import webencodings

from feedsvc.model import Finding
from feedsvc.text import xml_clean


class DecodeError(ValueError):
    """The bytes are no text, or in no encoding that can be found. The message says what to do."""


# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
# Tab, line feed, form feed, carriage return and the escape of ISO-2022 belong to texts.
_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\f\r\x1b")
# What most texts consist of: nothing to find out, and nothing to remove.
_PLAIN = bytes((0x09, 0x0A, *range(0x20, 0x80)))
_ESCAPES = (b"\x1b$", b"\x1b(J", b"\x1b(I", b"\x1b(B")
_JIS_SEGMENT = re.compile(rb"\x1b\$[@B]([^\x1b\n\r]*)")
_JIS_ASCII = re.compile(rb"\x1b\([BJ]")
# Characters of NEC and IBM that Japanese texts use and the strict codec lacks.
_WIDER = {"euc_jp": "euc_jis_2004", "shift_jis": "cp932", "gbk": "gb18030", "gb2312": "gb18030"}
# The guess takes a millisecond for each 4 KB; more than this makes it hardly surer.
_SAMPLE = 1536


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[Finding, ...]]:
    """The text of ``data``, lines ended by LF, without characters that XML does not allow; and what was guessed.

    ``declared`` is a label that the document or its carrier names. Raises DecodeError for what is no text.
    """
    if declared is None and data.isascii() and not data.translate(None, _PLAIN):
        return data.decode("ascii"), ()
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    if mark:
        text, findings = _tolerant(data.removeprefix(mark), encoding)
        return _cleaned(text, findings)
    if b"\0" in data and (unmarked := _utf_16(data)):
        text, findings = _tolerant(data, unmarked)
        message = f"The text was read as {unmarked}, by its zero bytes; save it as UTF-8."
        return _cleaned(text, (Finding("charset-guessed", "info", message), *findings))
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if b"\0" in data or controls > 2 + len(data) // 50:
        raise DecodeError("This is no text but a binary file; take it out of the inbox.")
    if data.isascii() and b"\x1b" not in data and declared is None:
        return _cleaned(data.decode("ascii"), ())
    return _cleaned(*_by_evidence(data, declared))


def _utf_16(data: bytes) -> str | None:
    """UTF-16 without its mark: of western text most of every other byte are zero, none of those between."""
    even, odd = data[:_SAMPLE:2], data[1:_SAMPLE:2]
    for name, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        zeros, controls = high.count(0), len(low) - len(low.translate(None, _CONTROLS))
        if len(low) > 3 and b"\0" not in low and 2 * zeros > len(high) and controls <= 2 + len(low) // 50:
            return name
    return None


def _cleaned(text: str, findings: tuple[Finding, ...]) -> tuple[str, tuple[Finding, ...]]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # DOS ends a file with Ctrl-Z, printers a page with a form feed.
    text = text.removesuffix("\x1a").replace("\f", "\n")
    clean = xml_clean(text)
    removed = len(text) - len(clean)
    if removed:
        message = f"{removed} characters that XML does not allow were removed; take them out of the file."
        findings += (Finding("illegal-characters", "info", message),)
    return clean, findings


def _by_evidence(data: bytes, declared: str | None) -> tuple[str, tuple[Finding, ...]]:
    if b"\x1b" in data and data.isascii() and any(escape in data for escape in _ESCAPES):
        text = _iso_2022(data)
        if text is not None:
            return text, ()
    findings: tuple[Finding, ...] = ()
    if declared is not None:
        text = _declared(data, declared) if not _is_stale(data, declared) else None
        if text is not None:
            return text, ()
        message = f'The document says "{declared[:40]}" but is not in that encoding; correct the label or the file.'
        findings = (Finding("charset-mismatch", "warning", message),)
    try:
        return data.decode("utf-8"), findings
    except UnicodeDecodeError as error:
        broken = _broken_utf8(data, error)
    if broken is not None:
        return broken[0], findings + broken[1]
    return _guessed(data, findings)


# The encodings of the web with one byte for each character.
_SINGLE_BYTE = ("windows-", "iso-8859-", "koi8-", "macintosh", "x-mac-", "ibm866")


def _is_stale(data: bytes, label: str) -> bool:
    """Whether ``data`` was saved as UTF-8 under the label of the single-byte encoding that it had before.

    Text of such an encoding is valid UTF-8 only where it has no letter beyond ASCII.
    """
    encoding = webencodings.lookup(label)
    if encoding is None or not encoding.name.startswith(_SINGLE_BYTE) or data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _declared(data: bytes, label: str) -> str | None:
    """``data`` in the encoding that ``label`` means to the web; None when it is unknown or does not fit."""
    encoding = webencodings.lookup(label)
    # "replacement" and "x-user-defined" name no encoding of texts.
    if encoding is None or encoding.name in ("x-user-defined", "replacement"):
        return None
    name = encoding.codec_info.name
    for codec in (name, _WIDER.get(name, name)):
        try:
            return data.decode(codec)
        except UnicodeError:
            continue
    return None


def _iso_2022(data: bytes) -> str | None:
    """ISO-2022-JP and -KR; None when the escapes are something else."""
    for codec in ("iso2022_kr",) if b"\x1b$)C" in data else ("iso2022_jp", "iso2022_jp_ext"):
        try:
            return data.decode(codec)
        except UnicodeError:
            continue
    # The rows of NEC are not in the codec; EUC-JP is the same table with the high bit set.
    as_euc = _JIS_SEGMENT.sub(lambda match: bytes(byte | 0x80 for byte in match[1]), data)
    try:
        return _JIS_ASCII.sub(b"", as_euc).decode("euc_jis_2004")
    except UnicodeError:
        return None


def _broken_utf8(data: bytes, error: UnicodeDecodeError) -> tuple[str, tuple[Finding, ...]] | None:
    """UTF-8 that was cut within a character or holds a few foreign bytes; None when it is something else."""
    start = data[: error.start].decode("utf-8")
    if error.end >= len(data) and error.reason == "unexpected end of data" and not start.isascii():
        message = "The file ends in the middle of a character; fetch it again."
        return start, (Finding("undecodable-characters", "warning", message),)
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - lost
    return (text, (_lost(lost, "utf-8"),)) if lost * 10 <= good else None


def _lost(count: int, encoding: str) -> Finding:
    message = f"{count} characters could not be read as {encoding}; save the file again as UTF-8."
    return Finding("undecodable-characters", "warning", message)


def _guessed(data: bytes, findings: tuple[Finding, ...]) -> tuple[str, tuple[Finding, ...]]:
    name = _detected(data[:_SAMPLE])
    strict = _declared(data, name)
    if strict is None and len(data) > _SAMPLE:
        name = _detected(data)
        strict = _declared(data, name)
    guess = Finding("charset-guessed", "info", f"The text was read as {name}, by a guess; save it as UTF-8.")
    if strict is not None:
        return strict, (*findings, guess)
    codec = webencodings.lookup(name)
    if codec is None:
        raise DecodeError("The encoding of the file cannot be found; save it as UTF-8.")
    text, more = _tolerant(data, codec.codec_info.name)
    return text, (*findings, guess, *more)


def _detected(data: bytes) -> str:
    detector = chardetng_py.EncodingDetector()
    detector.feed(data, last=False)
    return str(detector.guess(tld=None, allow_utf8=False))


def _tolerant(data: bytes, codec: str) -> tuple[str, tuple[Finding, ...]]:
    """``data`` in ``codec``, a few characters replaced. Raises DecodeError when many do not fit."""
    try:
        return codecs.decode(data, codec), ()
    except UnicodeError:
        text = codecs.decode(data, codec, "replace")
    lost = text.count("\ufffd")
    if lost * 50 > len(text) + 50:
        raise DecodeError(f"The file is damaged: it cannot be read as {codec}; save it as UTF-8.")
    return text, (_lost(lost, codec),)
