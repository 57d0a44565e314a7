"""Bodies in XML (XHTML, NITF) and in plain text, as the HTML of a Draft."""

import re
from functools import lru_cache
from html import escape
from itertools import islice

from lxml import etree

from feedsvc.parsers.limits import too_long
from feedsvc.parsers.wire_lines import lines_of
from feedsvc.parsers.wire_paragraphs import read_paragraphs, to_html
from feedsvc.parsers.xml import Element, XmlError, is_too_large, parse_xml
from feedsvc.text import fold

_NITF = {
    "hl1": "h2",
    "hl2": "h2",
    "bq": "blockquote",
    "block": "div",
    "nitf-table": "div",
    "fn": "small",
    "lang": "span",
    "pronounce": "span",
    "credit": "cite",
    "dl": "dl",
    "body.content": "div",
    "media-caption": "figcaption",
    "media": "figure",
}
_TAG = re.compile(r"[a-z_][a-z0-9_.-]*")
_NAMESPACE = re.compile(r"""\sxmlns(?::\w+)?="[^"]*\"""")
_HEADINGS = {"h1", "h2", "h3", "hl1", "hl2"}
# More text than this above a repeated headline is a story of its own.
_LONGEST_HEAD = 400
# A heading in more pieces than this holds other elements by the hundred, and repeats no headline.
_MOST_PIECES = 200
_DROPPED = {"media-metadata", "media-producer", "media-object", "nitf-table-metadata", "custom-table"}


def local(element: Element) -> str:
    """The name of an element without its namespace, in lower case."""
    return _local(str(element.tag))


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def text_of(element: Element | None) -> str:
    """All text inside an element."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def text_html(text: str) -> str:
    """Plain text as paragraphs: by blank lines, indents or line lengths, as the text itself shows.

    A text longer than an article stays as it stands: a bounded effort, and refused where it is too long for one block.
    """
    if too_long(text) is not None:
        return f"<pre>{escape(text, quote=False)}</pre>"
    paragraphs, _ = read_paragraphs(lines_of(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
    return to_html(paragraphs)


def xml_html(content: Element, headline: str | None = None) -> str:
    """What stands inside ``content`` (an XHTML or NITF tree, or running text) as untrusted HTML.

    A heading that repeats ``headline`` goes, with what stands above it: that is the head of the story once more.
    """
    body = next((each for each in content.iter("{*}body.content", "{*}body", "body.content", "body")), content)
    inner = next((each for each in body.iter("{*}body.content", "body.content")), body)
    if len(inner) == 0:
        return text_html(inner.text or "")
    if is_too_large(inner):  # it is refused, so it needs no care
        return etree.tostring(inner, encoding="unicode", method="html")
    if headline is not None:
        _without_head(inner, fold(headline))
    nitf = local(inner) == "body.content" or local(content) == "nitf"
    _as_html(inner, nitf=nitf)
    pieces = [escape(inner.text or "", quote=False)]
    pieces += [etree.tostring(child, encoding="unicode", method="html") for child in inner]
    return _NAMESPACE.sub("", "".join(pieces)).strip()


def _without_head(body: Element, headline: str) -> None:
    heading = next((each for each in body.iter() if local(each) in _HEADINGS and _repeats(each, headline)), None)
    if heading is None or _text_before(body, heading) > _LONGEST_HEAD:
        return
    element: Element | None = heading
    while element is not None and element is not body:
        above = element.getparent()
        for before in list(element.itersiblings(preceding=True)):
            before.getparent().remove(before)  # type: ignore[union-attr]
        if above is not None:
            above.text = None
        if element is heading and above is not None:
            heading.text, heading.tail = None, heading.tail
            for child in list(heading):
                heading.remove(child)
        element = above


def _repeats(heading: Element, headline: str) -> bool:
    pieces = list(islice(heading.itertext(), _MOST_PIECES + 1))
    return len(pieces) <= _MOST_PIECES and fold("".join(map(str, pieces)).strip()) == headline


def _text_before(body: Element, heading: Element) -> int:
    """How many characters of text stand in ``body`` above ``heading``."""
    count = 0
    for element in body.iter():
        if element is heading:
            break
        count += len((element.text or "").strip()) + len((element.tail or "").strip())
    return count


def _as_html(root: Element, *, nitf: bool) -> None:
    """Take the namespaces off the elements, and let those of NITF be the ones of HTML that they mean."""
    for element in list(root.iter(etree.Element)):
        name = local(element)
        if nitf and name in _DROPPED:
            _emptied(element, "span")
        elif nitf and name == "media-reference":
            _picture(element)
        else:
            # What a mended document calls an element need not be a name.
            known = _NITF.get(name, name) if nitf else name
            element.tag = known if _TAG.fullmatch(known) else "span"
    etree.cleanup_namespaces(root)


def _picture(reference: Element) -> None:
    source, kind = reference.get("source"), (reference.get("mime-type") or "image/").lower()
    alt = reference.get("alternate-text") or ""
    if not source or not kind.startswith("image/"):
        _emptied(reference, "span")
        return
    _emptied(reference, "img")
    reference.set("src", source)
    reference.set("alt", alt)


def _emptied(element: Element, name: str) -> None:
    """Let nothing be left of an element but a new name and the text behind it."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = name, tail


def nitf_html(text: str) -> str | None:
    """The body of a NITF document that stands as text inside another format; None when it cannot be read."""
    try:
        root, _ = parse_xml(text.encode("utf-8"))
    except XmlError:
        return None
    return xml_html(root)
