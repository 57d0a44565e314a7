"""WordPress eXtended RSS: the export of a whole site, posts as they were typed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree

from feedsvc.model import Draft, Finding, Parsed, Person, Picture, Status
from feedsvc.parsers.feed_entry import Notes, parsed, unique
from feedsvc.parsers.feed_tree import Node, node, plain, text_of
from feedsvc.parsers.limits import MOST_ENTRIES, few

Element = etree._Element

FORMAT = "wxr"
_WITHHELD = frozenset(("draft", "pending", "private"))
# What WordPress keeps but no reader ever saw, or shall see again.
_LEFT = frozenset(("trash", "auto-draft", "inherit"))
_NO_DATE = re.compile(r"0000-00-00|-0001")
_MORE = re.compile(r"<!--\s{0,9}more[^<>]{0,200}-->")
_BLOCK_START = re.compile(
    r"\s*</?(?:address|article|aside|audio|blockquote|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|"
    r"header|hr|iframe|li|main|math|nav|object|ol|p|pre|script|section|style|table|tbody|td|tfoot|th|thead|tr|ul|video)\b",
    re.IGNORECASE,
)
_PARAGRAPHED = re.compile(r"<!--\s*wp:|<p[\s>]", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n\s*\n")
_CAPTION = re.compile(r"\[caption\b[^\[\]]*\]((?:[^\[]|\[(?!/?caption\b))*+)\[/caption\]")
_CAPTIONED = re.compile(r"(\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL)
_EMBED = re.compile(r"\[embed\b[^\[\]]*\]\s*(https?://[^\s\[\]<>\"]+)\s*\[/embed\]")
_SHORTCODE = re.compile(r"\[(/?)([A-Za-z][\w-]{1,40})(?:\s+([^\[\]]{0,2000}))?\]")
# Words in brackets are words ("[sic]"), unless they have the look of a command or are one that WordPress knows.
_KNOWN = frozenset(
    "gallery caption embed audio video playlist contact_form gravityform toc more youtube vimeo".split()
)
_PROMOTION = re.compile(
    r"\s*<p>\s*The post <a\b[^>]*>[^<]*(?:<[^>]*>[^<]*){0,6}</a> (?:first appeared|appeared first) on <a\b[^>]*>[^<]*</a>\.?\s*</p>\s*$",
    re.IGNORECASE,
)
_LONGEST_PROMOTION = 3000
# A feed has room for half as much in one entry.
_LONGEST = 1_000_000


def is_export(channel: Node) -> bool:
    """Whether a channel is a WordPress export."""
    return channel.first("wp:wxr_version", "wp:base_site_url") is not None


def read_export(channel: Node, items: Sequence[Element], findings: tuple[Finding, ...]) -> Parsed:
    """The posts of an export; pages, files, menus and what was thrown away are counted in a finding."""
    told = list(findings)
    authors = dict(_authors(channel, told))
    nodes = [node(each) for each in items[:MOST_ENTRIES]]
    files = {
        number: address
        for each in nodes
        if (number := each.text("wp:post_id")) and (address := each.text("wp:attachment_url"))
    }
    drafts: list[Draft] = []
    left: Counter[str] = Counter()
    for part, item in enumerate(nodes, 1):
        kind = (item.text("wp:post_type") or "post").lower()
        status = (item.text("wp:status") or "publish").lower()
        if kind != "post" or status in _LEFT:
            left[kind if kind != "post" else f"post ({status})"] += 1
        else:
            drafts.append(_draft(item, part, status, channel, authors, files))
    if left:
        named = ", ".join(f"{count} {kind}" for kind, count in sorted(left.items()))
        message = f"Of the export, only posts are articles; left out were {named}."
        told.append(Finding("export-left-out", "info", message))
    return parsed(drafts, told, len(items))


def _authors(channel: Node, findings: list[Finding]) -> Iterator[tuple[str, Person]]:
    """The people of the site by their login."""
    for each in few(channel.all("wp:author"), "authors", findings, MOST_ENTRIES):
        author = node(each)
        login = author.text("wp:author_login")
        given = f"{author.text('wp:author_first_name') or ''} {author.text('wp:author_last_name') or ''}".strip()
        name = author.text("wp:author_display_name") or given or login
        if login and name:
            yield login, Person(name)


def _draft(
    item: Node, part: int, status: str, channel: Node, authors: dict[str, Person], files: dict[str, str]
) -> Draft:
    notes = Notes()
    raw = item.text("content:encoded") or ""
    if len(raw) > _LONGEST:
        raw = raw[:_LONGEST]
        message = "The post is too long for an article, and only its beginning was read; split it."
        notes.findings.append(Finding("text-too-long", "warning", message, "text"))
    more = _MORE.search(raw)
    excerpt = plain(_shown(item.text("excerpt:encoded") or "", Notes()))
    login = item.text("dc:creator") or ""
    withheld = status in _WITHHELD or bool(item.text("wp:post_password"))
    if withheld:
        reason = "protected by a password" if status == "publish" else status
        message = f"The post is {reason} in WordPress and is not published; publish it there and export again."
        notes.findings.append(Finding("export-withheld", "info", message, "status"))
    stated = few(item.all("category"), "tags", notes.findings)
    terms = [(each.get("domain") or "", text_of(each), each.get("nicename") or "") for each in stated]
    published = notes.date("published", _dates(item))
    return Draft(
        format=FORMAT,
        part=part,
        id=item.text("guid"),
        status=Status.WITHHELD if withheld else None,
        headline=plain(item.text("title") or "") or None,
        authors=(authors.get(login) or Person(login),) if login else (),
        language=channel.text("language"),
        published=published,
        updated=notes.date("updated", _stated(item, "wp:post_modified_gmt")),
        url=item.text("link"),
        base=item.text("link") or channel.text("link"),
        html=_shown(raw, notes),
        summary=excerpt or (plain(_shown(raw[: more.start()], Notes())) if more else None) or None,
        tags=unique(name for domain, name, _ in terms if domain in ("post_tag", "tag")),
        sections=unique(name for domain, name, slug in terms if domain == "category" and slug != "uncategorized"),
        picture=_featured(item, files),
        evidence=notes.evidence,
        findings=tuple(notes.findings),
    )


def _dates(item: Node) -> Iterator[tuple[str, str | None]]:
    yield from _stated(item, "wp:post_date_gmt")
    if not _NO_DATE.search(item.text("pubdate") or "-0001"):
        yield "pubDate", item.text("pubdate")
    # The local time of the site, which the export does not name: the publication's zone is taken.
    if not _NO_DATE.search(item.text("wp:post_date") or "-0001"):
        yield "wp:post_date", item.text("wp:post_date")


def _stated(item: Node, name: str) -> Iterator[tuple[str, str | None]]:
    """A date in UTC; WordPress writes zeros for one that is not set."""
    text = item.text(name) or ""
    if text and not _NO_DATE.search(text):
        yield name, f"{text}Z" if text[-1:].isdigit() else text


def _featured(item: Node, files: dict[str, str]) -> Picture | None:
    for each in item.all("wp:postmeta"):
        meta = node(each)
        if meta.text("wp:meta_key") == "_thumbnail_id":
            address = files.get(meta.text("wp:meta_value") or "")
            return Picture(address) if address else None
    return None


def _shown(raw: str, notes: Notes) -> str:
    """A post as WordPress shows it: its commands carried out or left out, its lines as paragraphs."""
    text = _CAPTION.sub(_figure, raw.replace("\r\n", "\n"))
    text = _EMBED.sub(r'<a href="\1">\1</a>', text)
    text, removed = _without_commands(text)
    if removed:
        named = ", ".join(f"[{name}]" for name in sorted(removed)[:5])
        message = (
            f"Commands that only WordPress can carry out were left out ({named}); write out what they stand for."
        )
        notes.findings.append(Finding("shortcode-removed", "warning", message, "text"))
    is_marked = _PARAGRAPHED.search(text) is not None
    text = _without_comments(text)
    return text.strip() if is_marked else _paragraphs(text)


def _without_comments(text: str) -> str:
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[position:start])
        position = end + len("-->")
    return "".join((*kept, text[position:]))


def _figure(found: re.Match[str]) -> str:
    parts = _CAPTIONED.fullmatch(found[1])
    if parts is None:
        return found[1]
    caption = parts[2].strip()
    return f"\n\n<figure>{parts[1].strip()}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>\n\n"


def _without_commands(text: str) -> tuple[str, set[str]]:
    if "[" not in text:
        return text, set()
    closed = {found[2] for found in _SHORTCODE.finditer(text) if found[1]}
    removed: set[str] = set()

    def without(found: re.Match[str]) -> str:
        name = found[2]
        if name in closed or "=" in (found[3] or "") or name in _KNOWN or "_" in name:
            removed.add(name)
            return ""
        return found[0]

    return _SHORTCODE.sub(without, text), removed


def _paragraphs(text: str) -> str:
    """Text with empty lines between its paragraphs as HTML; blocks stay as they are (WordPress calls it autop)."""
    written: list[str] = []
    for chunk in _BLANK_LINES.split(text.strip()):
        piece = chunk.strip()
        if not piece:
            continue
        if _BLOCK_START.match(piece):
            written += _after_block(piece)
        else:
            written.append(f"<p>{piece.replace(chr(10), '<br>' + chr(10))}</p>")
    return "\n".join(written)


def _after_block(piece: str) -> Iterator[str]:
    """A block, and the line of text below it that WordPress shows as a paragraph."""
    block: list[str] = []
    for line in piece.split("\n"):
        previous = block[-1] if block else ""
        if re.search(r"</h[1-6]>\s*$", previous) and not _BLOCK_START.match(line):
            yield "\n".join(block)
            block = []
            rest = piece[piece.index(line, piece.index(previous) + len(previous)) :]
            yield f"<p>{rest.replace(chr(10), '<br>' + chr(10))}</p>"
            return
        block.append(line)
    yield "\n".join(block)


def without_promotion(html: str) -> tuple[str, list[Finding]]:
    """``html`` without the line by which WordPress's feeds name themselves."""
    end = html[-_LONGEST_PROMOTION:]
    shorter = _PROMOTION.sub("", end) if "The post <a" in end else end
    if shorter == end:
        return html, []
    message = "A line that names the site ('The post … appeared first on …') was removed; nothing is to be done."
    return html[: -len(end)] + shorter, [Finding("feed-promotion-removed", "info", message, "text")]
