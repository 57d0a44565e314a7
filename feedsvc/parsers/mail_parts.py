"""The parts of a message (RFC 2045, 2046): a tree, with limits that no honest message meets."""

import re
from binascii import Error as UuError
from binascii import a2b_qp, a2b_uu
from dataclasses import dataclass, field

from feedsvc.model import Finding
from feedsvc.parsers.mail_head import Head, read_head, token_and_parameters, without_comments
from feedsvc.parsers.mail_words import base64_bytes, declared, parameter

MOST_PARTS = 1000
_DEEPEST = 20
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}")
# A delimiter that nobody announced: two dashes, no blank, and the header of a part below.
_DELIMITER = re.compile(rb"(?:^|\n)--([^\s-][^\n]{2,69}|-[^\n]{3,69})\n(?:[Cc]ontent-[!-9;-~]+[ \t]*:)")
# What base64 never holds; a few such bytes are damage, many are another encoding.
_NEITHER = re.compile(rb"[^A-Za-z0-9+/=\s]|(?<=\S) (?=\S)")


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its header, its type in lower case with parameters, and its bytes, or the parts it is made of."""

    head: Head
    type: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    parts: tuple["Part", ...] = ()

    @property
    def name(self) -> str:
        """The name of the file that the part was, if it was one."""
        _, disposition = token_and_parameters(self.head.first("content-disposition"))
        return parameter(disposition, "filename") or parameter(self.parameters, "name")

    @property
    def is_attached(self) -> bool:
        """Whether the sender says that the part is to be kept as a file, not shown."""
        return token_and_parameters(self.head.first("content-disposition"))[0].startswith("attach")

    @property
    def charset(self) -> str | None:
        """The charset that the part names, unless it says nothing of bytes above 127."""
        return declared(parameter(self.parameters, "charset"))

    def leaves(self) -> list["Part"]:
        """The parts that are not made of others, in their order."""
        return [leaf for each in self.parts for leaf in each.leaves()] if self.parts else [self]


@dataclass(slots=True)
class _Reader:
    """One pass over a message; the bytes are looked at in place and copied once, into the leaves."""

    data: bytes
    left: int = MOST_PARTS
    findings: list[Finding] = field(default_factory=list)

    def part(self, start: int, end: int, depth: int, default: str) -> Part:
        head, at = read_head(self.data, start, end)
        token, parameters = token_and_parameters(head.first("content-type"))
        kind = token if _TYPE.fullmatch(token) else default
        if kind.startswith("multipart/") and depth < _DEEPEST:
            parts = self.parts(at, end, depth, kind, parameters.get("boundary", ""))
            if parts is not None:
                return Part(head, kind, parameters, b"", parts)
            kind = "text/plain"
        elif depth >= _DEEPEST:
            self.remark(
                "too-deep", f"Parts stand in each other more than {_DEEPEST} levels deep; send the text alone."
            )
        return Part(head, kind, parameters, self.data[at:end])

    def parts(self, start: int, end: int, depth: int, kind: str, boundary: str) -> tuple[Part, ...] | None:
        """The parts between the delimiters; None when there is no delimiter."""
        spans = self.spans(start, end, boundary.encode("latin-1", "replace")) if boundary else []
        if not spans and (guess := _DELIMITER.search(self.data, max(0, start - 1), end)):
            spans = self.spans(start, end, guess[1].rstrip())
            self.remark(
                "boundary-guessed", "The parts are divided by another mark than the header names; correct it."
            )
        if not spans:
            return None
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        found = []
        for begin, stop in spans:
            if self.left <= 0:
                message = f"The message has more than {MOST_PARTS} parts; the rest was not read. Send them apart."
                self.remark("too-many-parts", message)
                break
            self.left -= 1
            found.append(self.part(begin, stop, depth + 1, default))
        return tuple(found)

    def spans(self, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        """Where the parts between the delimiter lines (RFC 2046, section 5.1.1) begin and end."""
        data, needle = self.data, b"\n--" + boundary
        spans: list[tuple[int, int]] = []
        begin: int | None = None
        at = start - 1 if data.startswith(needle[1:], start) else data.find(needle, start, end)
        while at >= 0 and len(spans) <= MOST_PARTS:
            behind = at + len(needle)
            newline = data.find(b"\n", behind, end)
            line_end = end if newline < 0 else newline
            rest = data[behind : min(line_end, behind + 80)].strip()
            if rest in (b"", b"--"):
                if begin is not None:
                    spans.append((begin, max(begin, at)))
                begin = None if rest else min(line_end + 1, end)
                if rest:
                    return spans
            at = data.find(needle, max(line_end, behind), end)
        if begin is not None:
            spans.append((begin, end))
            self.remark("message-cut-off", "The message ends before its last part does; fetch it again if it is cut.")
        return spans

    def remark(self, code: str, message: str) -> None:
        if not any(each.code == code for each in self.findings):
            self.findings.append(Finding(code, "warning", message))


def read_parts(data: bytes, start: int, end: int) -> tuple[Part, tuple[Finding, ...]]:
    """The message in ``data`` (lines end with LF) as a tree, and what was guessed."""
    reader = _Reader(data)
    message = reader.part(start, end, 0, "text/plain")
    return message, tuple(reader.findings)


def content(part: Part, limit: int | None = None) -> tuple[bytes, tuple[Finding, ...]]:
    """The bytes of a leaf without their transfer encoding (RFC 2045, section 6), as mailers spell its name.

    Of an encoded text at least the first ``limit`` bytes come out, not all of what is longer.
    """
    body = part.body if limit is None else part.body[: 4 * limit]
    stated = without_comments(part.head.first("content-transfer-encoding"))
    name = "".join(each for each in stated.lower() if each.isalnum())
    if name == "quotedprintable":
        return a2b_qp(body), ()
    if name == "base64":
        if len(_NEITHER.findall(body[:4000].strip())) * 20 > len(body[:4000]):
            return body, (_false_encoding("base64"),)
        whole = len(body.translate(None, b" \t\n")) % 4 == 0
        message = "The text ends within a group of base64; fetch the message again if it is cut."
        cut = Finding("message-cut-off", "warning", message, "text")
        return base64_bytes(body), () if whole else (cut,)
    if name in ("uuencode", "xuuencode", "uue", "xuue"):
        return _uu(body), ()
    return body, ()


def _false_encoding(name: str) -> Finding:
    message = f"The text says that it is {name} but is not, and was taken as it stands; correct its header."
    return Finding("transfer-encoding-false", "warning", message, "text")


def _uu(body: bytes) -> bytes:
    lines: list[bytes] = []
    for line in body.split(b"\n"):
        if line.startswith((b"begin ", b"end")) or not line:
            continue
        try:
            lines.append(a2b_uu(line))
        except UuError:
            break
    return b"".join(lines)
