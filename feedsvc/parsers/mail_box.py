"""Where the messages of a file begin and end: one message, an mbox, a message as Apple Mail keeps it."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from feedsvc.model import Finding

# RFC 4155: a line "From ", the header of a message below it.
_ENVELOPE = re.compile(rb"^From (?!\s*:)[^\n]*\n(?=(?:>?From [^\n]*\n)?[!-9;-~]{1,76}[ \t]*:)", re.MULTILINE)
_QUOTED_ENVELOPE = re.compile(rb"^>(>*From )", re.MULTILINE)
_COUNTED = re.compile(rb"(\d{1,10})[ \t]*\n(?=[!-9;-~]{1,76}[ \t]*:)")
_LEADING_ENVELOPE = re.compile(rb"(?:>?From (?!\s*:)[^\n]*\n)+(?=[!-9;-~]{1,76}[ \t]*:)")
# More messages are an archive; they come through in files of this many.
MOST_MESSAGES = 10_000


def normal_lines(data: bytes) -> bytes:
    """``data`` with lines that end in LF, without a byte order mark; UTF-16 becomes UTF-8."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8")
    data = data.removeprefix(BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = len(data) - len(data.lstrip())
    return data[start:] if start else data


def messages(data: bytes) -> tuple[list[tuple[bytes, bytes]], tuple[Finding, ...]]:
    """Each message of a file with its envelope line, empty when it has none; and what was not read."""
    starts: list[int] = []
    for found in _ENVELOPE.finditer(data):
        if not starts and found.start() > 0:
            break
        if len(starts) == MOST_MESSAGES:
            message = f"The file holds more than {MOST_MESSAGES} messages; the rest was not read. Split it."
            return _split(data[: found.start()], starts), (Finding("too-many-messages", "warning", message),)
        starts.append(found.start())
    if not starts:
        return [_counted(data)], ()
    return _split(data, starts), ()


def _split(data: bytes, starts: list[int]) -> list[tuple[bytes, bytes]]:
    several = len(starts) > 1
    found = []
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        envelope = _LEADING_ENVELOPE.match(data, start, end)
        begin = envelope.end() if envelope else start
        message = data[begin:end]
        # Only in a box is a line "From " of the text marked.
        found.append((data[start:begin], _QUOTED_ENVELOPE.sub(rb"\1", message) if several else message))
    return found


def _counted(data: bytes) -> tuple[bytes, bytes]:
    """A message as Apple Mail keeps it (.emlx): led by its length, followed by notes of the program."""
    counted = _COUNTED.match(data)
    # The count is of the bytes as they were, so a message with CR LF is shorter now; its notes begin with <?xml.
    if counted is None:
        return b"", data
    notes = data.rfind(b"<?xml", counted.end())
    return b"", data[counted.end() : notes if notes >= 0 else len(data)]
