"""The HTML of a message as blocks: layout tables dissolved, hidden text and tracking pixels gone.

A newsletter is laid out in tables for programs that know little else, so what its tags say counts less than
what a reader sees: a row of paragraphs, headings, lists, pictures and, rarely, a table of data.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from feedsvc.model import Finding
from feedsvc.parsers.html_address import base_of
from feedsvc.parsers.html_furniture import drop, is_hidden, strip_machinery
from feedsvc.parsers.html_tree import read_page, tag_of, text_of
from feedsvc.parsers.mail_blocks import Block, markup, paragraph
from feedsvc.text import one_line

Element = etree._Element

_INLINE = {
    "a": "a", "b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "s": "s", "strike": "s", "del": "del",
    "ins": "ins", "code": "code", "tt": "code", "kbd": "kbd", "samp": "samp", "sub": "sub", "sup": "sup", "small": "small",
    "mark": "mark", "abbr": "abbr", "q": "q", "cite": "cite", "var": "var",
}  # fmt: skip
_HEADINGS = {f"h{level}": f"h{max(2, level)}" for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup main "
    "p section summary table tbody td tfoot th thead tr caption li body html".split()
)
_INVISIBLE = re.compile(
    r"font-size\s*:\s*[01](?:\.\d+)?(?:px|pt)?\s*(?:;|!|$)|(?:max-height|opacity)\s*:\s*0(?:\.0+)?(?:px)?\s*(?:;|!|$)"
    r"|mso-hide\s*:\s*all|(?:^|;)\s*height\s*:\s*0(?:px)?\s*;.*overflow\s*:\s*hidden",
    re.IGNORECASE | re.DOTALL,
)
_TINY = re.compile(r"\s*[0-2](?:\.\d+)?\s*(?:px)?\s*")
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:$|[;!])", re.IGNORECASE)
_BEACON = re.compile(
    r"/(?:open|opens|o|track|tracking|trk|pixel|beacon|wf/open|e/o|imp|impression|spacer|blank|clear|transparent)"
    r"(?:[._/?-][^/]{0,400})?(?:$|[/?])",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"(?:^|[\s_-])(?:gmail_signature|moz-signature|signature)(?:$|[\s_-])", re.IGNORECASE)
_QUOTE = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|OutlookMessageHeader", re.IGNORECASE)
_EMPTY_PAIR = re.compile(
    r"<(a|strong|em|u|s|del|ins|code|kbd|samp|sub|sup|small|mark|abbr|q|cite|var)(?: [^<>]*)?></\1>"
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
# The end of a text is looked for at the beginning of a run only: anywhere in it, a long run within the text takes its square.
_EDGE = re.compile(r"^(?:\s|<br>)++|(?<!\s)(?<!<br>)(?:\s|<br>)++$")
# The longest newsletters have 6,000 tags.
_MOST_TAGS = 30_000
# Longer text in a cell is no datum.
_LONGEST_CELL = 120


@dataclass(slots=True)
class Markup:
    """What was read of an HTML part: its blocks, the base of its links, what was removed."""

    blocks: list[Block]
    base: str | None = None
    quoted: bool = False
    signature: bool = False
    findings: list[Finding] = field(default_factory=list)


def read_html(text: str, resources: Mapping[str, str]) -> Markup:
    """The blocks of an HTML part. ``resources`` maps Content-IDs to web addresses, where parts name one."""
    pieces = text.split("<", _MOST_TAGS)
    page = read_page(BOM_UTF8 + "<".join(pieces[:_MOST_TAGS]).encode("utf-8", "replace"))
    body = None if page is None else page.root.find("body")
    if page is None or body is None:
        return Markup([])
    read = Markup([], base_of(page.root, None), findings=list(page.findings))
    if len(pieces) > _MOST_TAGS:
        message = f"The text has more than {_MOST_TAGS} tags, and only its beginning was read; send it in parts."
        read.findings.append(Finding("text-too-long", "warning", message, "text"))
    strip_machinery(body)
    _drop_hidden(body)
    _drop_pixels(body, read)
    _settle_pictures(body, resources, read)
    _drop_signatures(body, read)
    read.quoted = any(_is_quote(each) for each in body.iter())
    flow = _Flow()
    flow.walk(body)
    flow.end_block()
    read.blocks = flow.blocks
    return read


def _drop_hidden(body: Element) -> None:
    for element in [each for each in body.iter() if is_hidden(each) or _INVISIBLE.search(each.get("style") or "")]:
        if element is not body and not (tag_of(element) == "td" and element.find(".//img") is not None):
            drop(element)


def _drop_pixels(body: Element, read: Markup) -> None:
    pixels = [image for image in body.iter("img") if _is_pixel(image)]
    spies = sum(1 for image in pixels if (image.get("src") or "").lower().startswith("http"))
    for image in pixels:
        drop(image)
    if spies:
        message = f"{spies} invisible picture(s) that tell the sender who reads were removed; nothing is to be done."
        read.findings.append(Finding("tracking-pixel-removed", "info", message, "text"))


def _is_pixel(image: Element) -> bool:
    tiny = {name for name in ("width", "height") if _TINY.fullmatch(image.get(name) or "")}
    if tiny or _TINY_STYLE.search(image.get("style") or ""):
        return True
    unsized = image.get("width") is None and image.get("height") is None
    return unsized and not (image.get("alt") or "").strip() and _BEACON.search(image.get("src") or "") is not None


def _settle_pictures(body: Element, resources: Mapping[str, str], read: Markup) -> None:
    """Pictures that came with the message have no address of their own, unless their part names one."""
    lost = 0
    for image in list(body.iter("img")):
        source = (image.get("src") or "").strip()
        scheme = source.partition(":")[0].lower()
        if scheme == "cid" and (address := resources.get(source[4:].strip("<> "))):
            image.set("src", one_line(address))
        elif scheme in ("cid", "data", "file", "mid") or not source:
            lost += bool(source)
            drop(image)
    if lost:
        message = (
            f"{lost} picture(s) inside the message were left out, since feeds carry addresses only; "
            "put them on the web and link them."
        )
        read.findings.append(Finding("inline-picture-left-out", "warning", message, "text"))


def _drop_signatures(body: Element, read: Markup) -> None:
    for element in list(body.iter("div", "span", "pre", "table", "p")):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if names.strip() and _SIGNATURE.search(names) and len(text_of(element)) < 1500:
            drop(element)
            read.signature = True


def _is_quote(element: Element) -> bool:
    if tag_of(element) == "blockquote":
        return element.get("type") == "cite"
    return _QUOTE.search(f"{element.get('class') or ''} {element.get('id') or ''}") is not None


def _is_data(table: Element) -> bool:
    """Whether a table holds data rather than layout: short texts in rows of one width, headed or ruled."""
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return False
    if table.find(".//img") is not None:
        return False
    rows = [[each for each in row if tag_of(each) in ("td", "th")] for row in table.iter("tr")]
    rows = [row for row in rows if row]
    widths = {len(row) for row in rows}
    if len(rows) < 2 or widths == {1} or len(widths) > 2:
        return False
    if any(len(text_of(cell)) > _LONGEST_CELL for row in rows for cell in row):
        return False
    ruled = (table.get("border") or "0") not in ("0", "") or "border-collapse" in (table.get("style") or "")
    headed = table.find(".//th") is not None
    full = sum(bool(text_of(cell)) for row in rows for cell in row) * 4 >= 3 * sum(map(len, rows))
    return headed or (full and (ruled or (len(rows) >= 3 and len(widths) == 1)))


@dataclass(slots=True)
class _Flow:
    """A walk that writes blocks: text and inline tags gather until a block ends."""

    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    tag: str = "p"
    rtl: bool = False

    def walk(self, element: Element) -> None:
        """Write what ``element`` holds; libxml2 bounds the depth."""
        self.text(element.text)
        for child in element:
            self.child(child)
            self.text(child.tail)

    def child(self, element: Element) -> None:
        name = tag_of(element)
        if name in _INLINE:
            self.inline(element, _INLINE[name])
        elif name in ("br", "hr", "img"):
            self.mark(element, name)
        elif name in _HEADINGS:
            self.block(element, _HEADINGS[name])
        elif name in ("ul", "ol", "blockquote", "pre") or (name == "table" and _is_data(element)):
            self.kept(element, name)
        elif name in _BLOCKS:
            self.block(element, self.tag)
        else:
            self.walk(element)

    def text(self, text: str | None) -> None:
        if text:
            folded = _SPACE.sub(" ", text)
            self.pieces.append(escape(folded, quote=False))
            self.words.append(folded)

    def inline(self, element: Element, name: str) -> None:
        attributes = ""
        if name == "a":
            address = (element.get("href") or "").strip()
            if not address:
                self.walk(element)
                return
            attributes = f' href="{escape(address)}"'
        opening, closing = f"<{name}{attributes}>", f"</{name}>"
        self.open.append((opening, closing))
        self.pieces.append(opening)
        self.walk(element)
        self.pieces.append(closing)
        self.open.pop()

    def mark(self, element: Element, name: str) -> None:
        if name == "hr":
            self.end_block()
            self.blocks.append(Block("<hr>", "", "hr"))
        elif name == "img":
            kept = (
                f' {each}="{escape(value)}"'
                for each in ("src", "alt", "width", "height")
                if (value := (element.get(each) or "").strip())
            )
            self.pieces.append(f"<img{''.join(kept)}>")
        elif self.tag == "p" and _ends_line(self.pieces):
            self.end_block()
        else:
            self.pieces.append("<br>")
            self.words.append("\n")

    def block(self, element: Element, tag: str) -> None:
        self.end_block()
        outer, self.tag = self.tag, tag
        direction, self.rtl = self.rtl, self.rtl or (element.get("dir") or "").lower() == "rtl"
        self.walk(element)
        self.end_block()
        self.tag, self.rtl = outer, direction

    def kept(self, element: Element, name: str) -> None:
        """A block that keeps its own form."""
        self.end_block()
        inner = _kept(element, name)
        if inner is not None:
            self.blocks.append(inner)

    def end_block(self) -> None:
        """Close what is open, write the block, and open again."""
        if not any(map(str.strip, self.words)) and not any(piece.startswith("<img") for piece in self.pieces):
            self.pieces, self.words = [opening for opening, _ in self.open], []
            return
        inner = "".join(self.pieces) + "".join(closing for _, closing in reversed(self.open))
        shown = "\n".join(one_line(line) for line in "".join(self.words).split("\n")).strip()
        previous = None
        while previous != inner:
            previous, inner = inner, _EMPTY_PAIR.sub("", _EDGE.sub("", inner))
        if shown or "<img" in inner:
            direction = ' dir="rtl"' if self.rtl else ""
            self.blocks.append(paragraph(inner, shown, self.tag if shown else "p", direction))
        self.pieces = [opening for opening, _ in self.open]
        self.words = []


def _ends_line(pieces: list[str]) -> bool:
    """Whether the text so far ends with a line break, so that another one ends the paragraph."""
    for piece in reversed(pieces):
        if piece == "<br>":
            return True
        if not piece.startswith("<") and piece.strip():
            return False
    return False


def _kept(element: Element, name: str) -> Block | None:
    """A list, quotation, table or preformatted text as one block; None when it is empty."""
    text = text_of(element)
    if name == "pre":
        raw = "".join(map(str, element.itertext()))
        return Block(f"<pre>{escape(raw.strip(chr(10)), quote=False)}</pre>", raw, "pre") if text else None
    if name == "blockquote":
        inner = _inside(element)
    elif name == "table":
        inner = "".join(f"<tr>{cells}</tr>" for row in element.iter("tr") if (cells := "".join(_cells(row))))
    else:
        inner = "".join(f"<li>{item}</li>" for each in element if (item := _inside(each)))
    return Block(f"<{name}>{inner}</{name}>", text, name) if text or "<img" in inner else None


def _cells(row: Element) -> Iterator[str]:
    for cell in row:
        name = tag_of(cell)
        if name in ("td", "th"):
            spans = "".join(
                f' {each}="{value}"' for each in ("colspan", "rowspan") if (value := cell.get(each) or "").isdecimal()
            )
            yield f"<{name}{spans}>{_inside(cell)}</{name}>"


def _inside(element: Element) -> str:
    """What stands in ``element`` as markup; a single paragraph without its own tag."""
    flow = _Flow()
    flow.walk(element)
    flow.end_block()
    if len(flow.blocks) == 1 and flow.blocks[0].tag == "p":
        return flow.blocks[0].html.removesuffix("</p>").partition(">")[2]
    return markup(flow.blocks)
