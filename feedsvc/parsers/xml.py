"""XML that came from outside: parsed without entities, external files or the network, mended where it is broken."""

import re
from html.entities import name2codepoint
from itertools import islice

from lxml import etree

from feedsvc.model import TOO_LONG, Finding
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.limits import MOST_ATTRIBUTES, MOST_ELEMENTS, MOST_MARKS, MOST_TAGS
from feedsvc.patterns import pattern

Element = etree._Element


class XmlError(ValueError):
    """The bytes are no XML that may be read; ``finding`` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


# What may stand before the first element (XML 1.0, section 2.8); possessive, so that no input makes it slow.
_PROLOG = re.compile(
    rb"(?:\s++|<\?.*?\?>|<!--.*?-->|<![Dd][Oo][Cc][Tt][Yy][Pp][Ee](?:[^\[<>]|\[.*?\]\s*(?=>))*+>)*+", re.DOTALL
)
_ROOT = re.compile(rb"<(?:[\w.-]{1,60}:)?([\w.-]{1,60})[\s/>]")
# Comments, sections and instructions; tags up to their end, in the group. What follows a document type, whose literals may
# hold anything, counts as one tag. Possessive, so that no input makes it slow.
_MARKUP = re.compile(
    rb"<!--(?:[^-]++|-(?!->))*+|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|<\?(?:[^?]++|\?(?!>))*+"
    rb"|(<!DOCTYPE.*+|<(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*+)",
    re.DOTALL,
)
# A document whose markup is in ASCII.
_BY_ASCII = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+<(?:(?!\?xml)[^\0]|\?xml(?:(?!encoding|\?>)[^\0])++"
    rb"(?:encoding\s*=\s*[\"'](?:utf-8|us-ascii|iso-8859-\d\d?|windows-125\d)[\"'](?:(?!encoding|\?>)[^\0])*+)?\?>)",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DECLARATION = pattern(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_NAMED = pattern(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_BARE = pattern(r"&(?!#\d{1,7};|#x[0-9A-Fa-f]{1,6};|(?:amp|lt|gt|quot|apos);)")
# References to halves of characters, U+D800 to U+DFFF: where it mends, libxml2 writes out what is no UTF-8 for them.
_HALF = pattern(
    r"&#(?:0{0,2}5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3])|x0{0,2}[Dd][89A-Fa-f][0-9A-Fa-f]{2});"
)
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# How far into a document its root element is looked for.
_PROLOG_LIMIT = 16_384


def root_name(data: bytes) -> str | None:
    """The local name of the root element in lower case, from the first bytes; None where none can be seen."""
    start = data[:_PROLOG_LIMIT].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xfe\xff")
    if not start.lstrip().startswith(b"<"):
        return None
    prolog = _PROLOG.match(start)
    found = _ROOT.match(start, prolog.end() if prolog else 0)
    return found[1].decode("ascii", "replace").lower() if found else None


def parse_xml(data: bytes) -> tuple[Element, tuple[Finding, ...]]:
    """The root element of ``data``, and what had to be mended. Comments and instructions are left out.

    Raises XmlError for what declares entities, has too many tags or attributes, cannot be decoded, or has no element.
    """
    _refuse_entities(data)
    looks_flooded = _are_too_many(tags := data.count(b"<"), tags - data.count(b"</"), data.count(b"="))
    if data.count(b"&") > MOST_MARKS or (looks_flooded and _is_flood(data)):
        raise _too_long()
    # Blanks before the declaration are a common fault and do no harm.
    data = data.lstrip(b" \t\r\n") if data[:1].isspace() else data
    try:
        return etree.fromstring(data, _parser(recover=False)), ()
    except (etree.XMLSyntaxError, ValueError) as error:
        # What a tag is cannot be told where it is broken.
        if looks_flooded:
            raise _too_long() from error
        return _mended(data, error)


def _too_long() -> XmlError:
    message = (
        f"The file has more than {MOST_MARKS:,} tags or ampersands, {MOST_ELEMENTS:,} elements, or {MOST_ATTRIBUTES:,} "
        "attributes; part it into several files."
    )
    return XmlError(Finding(TOO_LONG, "error", message))


def _is_flood(data: bytes) -> bool:
    """Whether there are too many tags, or attributes in them: what text and CDATA sections hold is none.

    Counted exactly as far as ``data`` is well formed; where the encoding is none that goes by ASCII, it is a flood.
    """
    if _BY_ASCII.match(data) is None:
        return True
    elements = attributes = 0
    for tags, found in enumerate(_MARKUP.finditer(data), 1):
        if data.startswith(b"</", found.start()):
            continue
        elements += 1
        if found[1]:
            attributes += data.count(b"=", *found.span())
        if _are_too_many(tags, elements, attributes):
            return True
    return False


def _are_too_many(tags: int, elements: int, attributes: int) -> bool:
    return tags > MOST_MARKS or elements > MOST_ELEMENTS or attributes > MOST_ATTRIBUTES


def is_too_large(element: Element) -> bool:
    """Whether there are more elements in ``element`` than in any article."""
    return next(islice(element.iter(), MOST_TAGS, None), None) is not None


def shorten(item: Element) -> bool:
    """Take out of ``item`` what no article has room for, so that the rest of it can be read; whether there was any."""
    if not is_too_large(item):
        return False
    while is_too_large(item):
        heavy = item
        while (inner := next(filter(is_too_large, heavy), None)) is not None:
            heavy = inner
        del heavy[len(heavy) // 2 :]
    return True


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )


def _refuse_entities(data: bytes) -> None:
    """Refuse a document type that declares entities: they can blow up, or fetch what is not theirs."""
    plain = data.replace(b"\0", b"") if b"\0" in data[:4096] else data
    first = _ENTITY.search(plain)
    if first is None:
        return
    prolog = _PROLOG.match(plain)
    begin = _ROOT.search(plain, prolog.end() if prolog else 0)
    if begin is None or first.start() < begin.start():
        line = plain.count(b"\n", 0, first.start()) + 1
        message = "The document type declares entities, which are not resolved; save the file without a DOCTYPE."
        raise XmlError(Finding("xml-entities", "error", message, line=line))


def _mended(data: bytes, error: Exception) -> tuple[Element, tuple[Finding, ...]]:
    """Read what a strict parser refuses: as text, without a false encoding, with the entities of HTML written out."""
    line = getattr(error, "lineno", None) or None
    declared = _DECLARED.match(data[:200])
    try:
        text, findings = decode(data, declared[1].decode("ascii") if declared else None)
    except DecodeError as undecodable:
        raise XmlError(Finding("undecodable", "error", str(undecodable))) from undecodable
    text = _DECLARATION.sub("", text.lstrip("\ufeff"))
    text = _HALF.sub("\ufffd", _BARE.sub("&amp;", _NAMED.sub(_written_out, text)))
    reason = " ".join(str(getattr(error, "msg", None) or error).split())[:200]
    try:
        root = etree.fromstring(text.encode("utf-8"), _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        message = f"This is no XML ({reason}); send the file again."
        raise XmlError(Finding("xml-broken", "error", message, line=line)) from error
    message = f"The XML is not well formed ({reason}) and was read as far as it goes; mend it at its source."
    return root, (*findings, Finding("xml-mended", "warning", message, line=line))


def _written_out(found: re.Match[str]) -> str:
    name = found[1]
    if name in _XML_ENTITIES or name not in name2codepoint:
        return found[0]
    return f"&#{name2codepoint[name]};"
