"""The parser of plain text: wire stories, agency copy, pages saved as text.

Evidence is weighed in one order: the end of the document, header lines, furniture, headline, byline,
dateline, paragraphs. The year of a date is completed by ``articles``, never here.
"""

import re
from collections.abc import Sequence
from datetime import date as calendar_date
from datetime import timedelta

from msgspec.structs import replace

from feedsvc.model import Document, Draft, Finding, Hints, Neighbours, Parsed, Person, SourceDate
from feedsvc.parsers.charset import DecodeError, decode
from feedsvc.parsers.item import numbered
from feedsvc.parsers.limits import too_long
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_archives import archived_stories, may_be_archived, stated, text_of
from feedsvc.parsers.wire_dateline import Dateline, is_agency, place_and_date, read_dateline
from feedsvc.parsers.wire_desk import is_page_mark
from feedsvc.parsers.wire_found import Head
from feedsvc.parsers.wire_head import LONGEST_ORDER, read_head, stand_alone, take_embargo, take_stamp
from feedsvc.parsers.wire_lines import Lines, lines_of
from feedsvc.parsers.wire_paragraphs import Paragraph, read_paragraphs, to_html
from feedsvc.parsers.wire_places import read_place
from feedsvc.parsers.wire_saved import Saved
from feedsvc.parsers.wire_tail import Tail, is_end_mark, read_tail, strip_inline
from feedsvc.text import one_line

FORMAT = "text"
_LONGEST_HEADLINE = 300
_DERIVED_HEADLINE = 100
_LONGEST_DECK = 160
_MOST_DECKS = 4
_BODY = re.compile(r"(?:BODY|Body):\s+(?=\S)")
_SEPARATORS = str.maketrans({"\u2028": "\n", "\u2029": "\n\n", "\x0b": "\n"})


def parse(document: Document, neighbours: Neighbours, hints: Hints) -> Parsed:
    """Read a plain-text story. No drafts: it cannot be decoded, or says nothing."""
    try:
        text, findings = decode(document.data)
    except DecodeError as error:
        return Parsed((), (Finding("not-text", "error", str(error)),))
    if (excess := too_long(text)) is not None:
        return Parsed((), (*findings, excess))
    if "\u2028" in text or "\u2029" in text:
        text = text.translate(_SEPARATORS)
    if "\t" in text:
        text = text.expandtabs(8)
    lines = lines_of(text.lstrip("\ufeff").split("\n"))
    archived = archived_stories(lines.texts, hints.date_order) if may_be_archived(text) else ()
    if archived:
        drafts = numbered(draft for each in archived if (draft := _archived(each, lines, neighbours, hints)))
    else:
        drafts = _stories(lines, neighbours, hints)
    if not drafts:
        message = "The file has neither a headline nor text; write the article, or take it out of the inbox."
        return Parsed((), (*findings, Finding("no-text", "error", message)))
    return Parsed(drafts, findings)


def _archived(saved: Saved, lines: Lines, neighbours: Neighbours, hints: Hints) -> Draft | None:
    """A story of an archive: its text read like that of any wire story, what its head and tail say counting for more."""
    if not saved.headline:
        return read_story(lines.part(saved.start, saved.end), saved.start, neighbours, hints)
    body = text_of(saved, lines.written[saved.start : saved.end])
    offset = max(0, saved.start - 2)
    story = read_story(lines_of([saved.headline, "", *body]), offset, neighbours, hints)
    if story is None:
        return None
    known = stated(saved)
    findings = [each for each in story.findings if each.field not in ("headline", "source")]
    published = saved.published or story.published
    if published is None and saved.guessed is not None:
        published = saved.guessed
        message = f"{saved.archive} names no day of publication that can be read: that on which it took the story in stands for it."
        findings.append(Finding("date-guessed", "warning", message, "published", published.line))
    place = f"the head of the story in {saved.archive}"
    return replace(
        story,
        **{**known, "published": published},
        evidence={**story.evidence, **dict.fromkeys(known, place), "published": place},
        findings=tuple(findings),
    )


def _stories(lines: Lines, neighbours: Neighbours, hints: Hints) -> tuple[Draft, ...]:
    """The story, or the stories between end marks when each of them has a headline, a date and a text of its own."""
    texts = lines.texts
    ends = [number for number, text in enumerate(texts, 1) if 0 < len(text) < 40 and is_end_mark(text)]
    if len(ends) > 1 or (ends and any(texts[ends[0] :])):
        parts = zip([0, *ends], [*ends, len(texts)], strict=True)
        segments = [(start, end) for start, end in parts if any(texts[start : max(start, end - 1)])]
        several = [read_story(lines.part(start, end), start, neighbours, hints) for start, end in segments]
        whole = [draft for draft in several if draft is not None and _is_whole(draft)]
        if len(whole) == len(segments) > 1:
            return tuple(replace(draft, part=part) for part, draft in enumerate(whole, 1))
    story = read_story(lines, 0, neighbours, hints)
    return () if story is None else (story,)


def _is_whole(draft: Draft) -> bool:
    """Whether a part of a document stands for itself."""
    guessed = any(finding.code == "headline-guessed" for finding in draft.findings)
    return bool(draft.headline and draft.html and draft.published) and not guessed


def read_story(lines: Lines, offset: int, neighbours: Neighbours, hints: Hints) -> Draft | None:
    """The story that ``lines`` are; None when nothing is left of them."""
    tail = read_tail(lines.texts, hints.date_order, offset)
    above = lines.part(0, tail.end)
    head = read_head(above, neighbours.furniture, hints.date_order, offset)
    short = [index for index, text in enumerate(above.texts) if 0 < len(text) <= LONGEST_ORDER]
    alone = stand_alone(above.texts, short)
    take_stamp(head, above.texts, alone)
    take_embargo(head, above.texts, alone)
    paragraphs, evidence = read_paragraphs(above, offset, head.lines | _marks(above.texts, short))
    if paragraphs and (key := _BODY.match(paragraphs[0].text)):
        paragraphs[0] = replace(paragraphs[0], text=paragraphs[0].text[key.end() :])
    dateline = _take_dateline(paragraphs, head)
    if paragraphs:
        last = paragraphs[-1]
        if not last.table:
            text = strip_inline(last.text, tail, hints.date_order, last.last)
            paragraphs[-1:] = [_with_text(last, text)] if text else []
    if not paragraphs and "headline" not in head.fields:
        return None
    return _draft(head, tail, dateline, paragraphs, evidence)


def _marks(texts: Sequence[str], short: Sequence[int]) -> set[int]:
    """Which of the lines at ``short`` are end marks between paragraphs, end a page or begin one."""
    marks: set[int] = set()
    for index in short:
        text = texts[index]
        # A number alone is that of a page only where another line says that a page ended.
        if len(text) < 40 and (
            _is_mark(text) or (text.strip("- ").isdecimal() and _index_above(texts, index) in marks)
        ):
            marks.add(index)
    return marks


def _index_above(texts: Sequence[str], index: int) -> int | None:
    """Where the next line above ``index`` stands that is not blank."""
    return next((above for above in range(index - 1, -1, -1) if texts[above]), None)


def _is_mark(text: str) -> bool:
    return (text.startswith(("#", "-", "=", "*")) and is_end_mark(text)) or is_page_mark(text)


def _with_text(paragraph: Paragraph, text: str) -> Paragraph:
    """``paragraph`` with other text; what stood behind it closed it."""
    if text == paragraph.text:
        return paragraph
    return Paragraph(text, paragraph.first, paragraph.last, cut_off=False)


def _take_dateline(paragraphs: list[Paragraph], head: Head) -> Dateline | None:
    """Take the dateline off the first paragraph."""
    first = paragraphs[0] if paragraphs else None
    if first is None or first.table:
        return head.dateline
    found = (
        read_dateline(first.text) or place_and_date(first.text) or (head.dateline is None and read_place(first.text))
    )
    if not found:
        return head.dateline or _take_below_deck(paragraphs)
    rest = first.text[found.end :]
    if not first.text[: found.end].rstrip().endswith(":"):
        # Behind a colon a dash begins what somebody says.
        rest = rest.lstrip(" -–—")
    if rest:
        paragraphs[0] = Paragraph(rest, first.first, first.last, cut_off=first.cut_off)
    else:
        del paragraphs[0]
    return found


def _take_below_deck(paragraphs: list[Paragraph]) -> Dateline | None:
    """Take a dated dateline off a paragraph that stands below a deck: a line or a few that explain the headline."""
    for at, below in enumerate(paragraphs[: _MOST_DECKS + 1]):
        found = None if below.table else read_dateline(below.text)
        proved = found is not None and (found.date is not None or is_agency(found.agency or ""))
        if found is not None and proved and found.place and found.end < len(below.text):
            paragraphs[at] = Paragraph(below.text[found.end :], below.first, below.last, cut_off=below.cut_off)
            return found
        if len(below.text) > _LONGEST_DECK:
            break
    return None


def _draft(
    head: Head, tail: Tail, dateline: Dateline | None, paragraphs: list[Paragraph], paragraph_evidence: str
) -> Draft:
    findings = list(head.findings)
    evidence = dict(head.evidence)
    headline = _headline(head, paragraphs, evidence, findings)
    published = _published(head, tail, dateline, evidence, findings)
    source = _source(head, tail, dateline, evidence)
    evidence["html"] = f"paragraphs by {paragraph_evidence}"
    if paragraph_evidence == "short line ends":
        message = "No blank lines or indents part the paragraphs: short line ends did; put blank lines between them."
        findings.append(Finding("paragraphs-guessed", "info", message, "html"))
    findings.extend(
        _cut_off(paragraph) for paragraph in paragraphs if paragraph.cut_off and paragraph.first not in head.decks
    )
    fields = head.fields
    return Draft(
        format=FORMAT,
        id=fields.get("id"),
        headline=headline,
        authors=_authors(head, tail, dateline, evidence, findings),
        dateline=fields.get("dateline") or (dateline.text if dateline else None),
        source=source,
        slugline=fields.get("slugline"),
        ednote=fields.get("ednote"),
        language=fields.get("language"),
        published=published,
        updated=head.updated or tail.updated,
        embargo=_with_year(head.embargo, published) if head.embargo else None,
        url=fields.get("url"),
        html=to_html(paragraphs),
        summary=fields.get("summary"),
        tags=_listed(fields.get("tags")),
        sections=_listed(fields.get("sections")),
        rights=fields.get("rights") or tail.rights,
        evidence=evidence,
        findings=tuple(findings),
    )


def _authors(
    head: Head, tail: Tail, dateline: Dateline | None, evidence: dict[str, str], findings: list[Finding]
) -> tuple[Person, ...]:
    """The people of the byline, else those of the dateline, else those that the end of the text names."""
    if not head.authors and dateline is not None and dateline.writer:
        evidence["authors"] = "the dateline"
        return split_authors(dateline.writer)
    if not head.authors and tail.authors:
        evidence["authors"] = "the end of the text"
        if tail.guessed is not None:
            message = f'"{tail.guessed}" was taken for the byline, by its place; write "記者：{tail.guessed}".'
            findings.append(Finding("byline-guessed", "info", message, "authors"))
    return head.authors or tail.authors


def _headline(
    head: Head, paragraphs: list[Paragraph], evidence: dict[str, str], findings: list[Finding]
) -> str | None:
    """The headline; without one the first sentence, with a Finding."""
    found = one_line(head.fields.get("headline", ""))
    if found and len(found) <= _LONGEST_HEADLINE:
        return found
    text = found or next((one_line(each.text) for each in paragraphs), "")
    if not text:
        return None
    evidence["headline"] = "the first words of the text"
    message = "There is no headline: it was made of the first words; write one on the first line."
    findings.append(
        Finding("headline-guessed", "warning", message, "headline", paragraphs[0].first if paragraphs else 1)
    )
    return shortened(text)


def shortened(text: str) -> str:
    """The first sentence of ``text``, or as many of its words as a headline has."""
    start = text[: _DERIVED_HEADLINE + 1]
    for stop in (". ", "。", "? ", "! "):
        position = start.find(stop)
        if position > 20:
            return start[: position + len(stop)].strip(" .。")
    if len(text) <= _DERIVED_HEADLINE:
        return text
    return (start[:_DERIVED_HEADLINE].rpartition(" ")[0] or start[:_DERIVED_HEADLINE]).rstrip(" ,;:") + "…"


def _published(
    head: Head, tail: Tail, dateline: Dateline | None, evidence: dict[str, str], findings: list[Finding]
) -> SourceDate | None:
    """The date of the story, by header line, dateline, end; a full date nearby lends its year."""
    dates = list(head.dates)
    if dateline is not None and dateline.date is not None:
        dates.append((dateline.date, "the dateline"))
    if tail.date is not None:
        dates.append((tail.date, f"the end of the text, line {tail.date.line}"))
    problems = (dateline.problem if dateline else None, tail.problem)
    findings += [Finding("bad-date", "warning", each, "published") for each in problems if each is not None]
    updated = head.updated or tail.updated
    if not dates and updated is not None and not any(problems):
        # A story is at least as old as its last change.
        evidence["published"] = "the date of the last change"
        message = 'Only the date of the last change is known, and stands for the day: write "Published: 2017-01-29".'
        findings.append(Finding("date-guessed", "warning", message, "published", updated.line))
        return updated
    if not dates:
        # What cannot be read is why there is none.
        findings[:] = [replace(each, severity="error") if each.code == "bad-date" else each for each in findings]
        return None
    date, why = dates[0]
    full = next((each for each in (*(each for each, _ in dates), updated) if each and each.year is not None), None)
    if date.year is None and full is not None:
        date = _with_year(date, full)
        why += ", its year from the full date in the document"
    evidence["published"] = why
    return date


def _with_year(date: SourceDate, full: SourceDate | None) -> SourceDate:
    """``date``, which may name no year, in the year in which it is nearest to the ``full`` one."""
    if date.year is not None or full is None or full.year is None:
        return date
    return replace(date, year=_near_year(date, full.year, full))


def _near_year(date: SourceDate, year: int, full: SourceDate) -> int | None:
    """The year in which ``date`` is nearest to the ``full`` date; None when that is no year of it."""
    when = calendar_date(year, full.month, full.day)
    for candidate in (year, year - 1, year + 1):
        try:
            near = abs(calendar_date(candidate, date.month, date.day) - when) <= timedelta(days=45)
        except ValueError:
            continue
        if near:
            return candidate
    return None


def _source(head: Head, tail: Tail, dateline: Dateline | None, evidence: dict[str, str]) -> str | None:
    if "source" in head.fields:
        return head.fields["source"]
    if dateline is not None and dateline.agency:
        evidence["source"] = "the dateline"
        return dateline.agency
    if tail.source:
        evidence["source"] = "the end of the text"
        return tail.source
    return None


def _listed(value: str | None) -> tuple[str, ...]:
    """The names in "A, B; C | D"."""
    if value is None:
        return ()
    parts = value.replace(";", ",").replace("、", ",").replace(" | ", ",").split(",")
    return tuple(dict.fromkeys(one_line(part) for part in parts if part.strip()))


def _cut_off(paragraph: Paragraph) -> Finding:
    words = " ".join(paragraph.text.split()[-5:])
    message = f'The paragraph ends in the middle of a sentence ("{words[-60:]}"); complete it in the file.'
    return Finding("paragraph-cut-off", "warning", message, "html", paragraph.last)
