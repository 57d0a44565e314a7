"""Lines into paragraphs: by blank lines, then indents, then long lines, then short line ends (a guess)."""

import re
from collections.abc import Container, Iterator, Sequence
from html import escape
from itertools import pairwise

from msgspec import Struct

from feedsvc.parsers.dates import has_digit
from feedsvc.parsers.wire_lines import INDENTING, Lines, depth_of

# A line beyond this is a paragraph and not a part of one.
LONG_LINE = 110
_WIDEST_WRAP = 132
_USUAL_WRAP = 84
# Of newspaper paragraphs up to this many lines that could be two, most are one (1,290 cases).
_SHORT_PARAGRAPH = 3
_CJK = r"\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
_CJK_END = re.compile(rf"[{_CJK}]$")
_CJK_START = re.compile(rf"[{_CJK}]")
_STOPS = frozenset(".!?…。！？")
_BEHIND_STOPS = "'\"”’»)）」』]"
_CLOSING = frozenset(".!?…:;。．！？：।۔؟」』）)]}>\"'”’»%♪☆★*—")
# Characters of two columns, so that half as many fill a line.
_WIDE = re.compile(rf"[{_CJK}\uac00-\ud7af]")
_HYPHEN = re.compile(r"[^\W\d_]-$")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o)\b")
_COLUMNS = re.compile(r"\S(?: {3,}|\t+ *)\S")
_BULLET = re.compile(r"(?:[-*•·‣▪■□◆◇●○・※→]|\d{1,2}[.)])\s+\S|[・■□◆◇●○※▪]")
_RUN = re.compile(r"[ \t\xa0\u3000]{2,}|[\t\xa0]")
# One of these stands in a text with runs; to look for them takes a tenth of the time.
_RUNS = ("  ", "\t", "\xa0", "\u3000\u3000", " \u3000", "\u3000 ")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]\.)+|\b(?:Corp|Inc|Co|Ltd|Mr|Mrs|Dr|St|Sen|Rep|Gov|Gen|Jr|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)$"
)
_OPENING = re.compile(r"[\"'“‘«„(]?[^\W\d_a-zß-ÿ]|[\"“«„]|[0-9]|[^\x00-\x7f]")
_SENTENCES = re.compile(r"[.!?]['\"”’)]* +['\"“‘(]?[A-ZÀ-Þ]")


class Paragraph(Struct, frozen=True, gc=False):
    """Text on one line, or a table with its lines; the lines of the document it comes from (from 1)."""

    text: str
    first: int
    last: int
    table: bool = False
    cut_off: bool = False


class _Line(Struct, frozen=True, gc=False):
    """A line of text, the columns before it, its number in the document."""

    text: str
    indent: int
    number: int


def read_paragraphs(lines: Lines, offset: int = 0, without: Container[int] = ()) -> tuple[list[Paragraph], str]:
    """The paragraphs of ``lines``, whose first is line ``offset`` + 1, and by which evidence they were found.

    What stands at the indexes ``without`` is no text: it parts paragraphs like a blank line.
    """
    every = [
        _Line(text, depth_of(written) if written[0] in INDENTING else 0, number)
        for number, (written, text) in enumerate(zip(*lines, strict=True), offset + 1)
        if text and number - offset - 1 not in without
    ]
    if not every:
        return [], "there is no text"
    width = _width(every)
    text = "\n".join([line.text for line in every])
    runs = _has_runs(text)
    columns = runs and "   " in text
    wrapped = _is_wrapped(every, width, ascii=text.isascii())
    if not wrapped and not columns:
        least = _least_cut(width)
        return [
            _single(_without_runs(line.text) if runs else line.text, line.number, least) for line in every
        ], "long lines"
    groups, evidence = _grouped(every, width) if wrapped else ([[line] for line in every], "long lines")
    if columns:
        groups = list(_tables(groups))
    return [_paragraph(group, width, runs) for group in groups], evidence


def _grouped(every: list[_Line], width: int) -> tuple[list[list[_Line]], str]:
    """The lines of each paragraph of wrapped text, and the evidence for them."""
    blocks = _blocks(every)
    if _double_spaced(blocks):
        blocks = [every]
    depths = {line.indent for line in every}
    margin = min(depths)
    indents = {depth for depth in depths if depth > margin + 1}
    if 0 < len(indents) <= 3 and _marks_paragraphs(every, indents):
        return [group for block in blocks for group in _by_indent(block, margin)], "indents"
    if len(blocks) > 1 and len(every) <= 12 * len(blocks):
        return [group for block in blocks for group in _by_clear_ends(block, width)], "blank lines"
    groups = [group for block in blocks for group in _by_line_ends(block, width)]
    return groups, "blank lines" if len(groups) == len(blocks) else "short line ends"


def _blocks(every: list[_Line]) -> list[list[_Line]]:
    """The lines between blank ones."""
    starts = [at for at, (one, two) in enumerate(pairwise(every), 1) if two.number > one.number + 1]
    return [every[start:end] for start, end in pairwise([0, *starts, len(every)])]


def _closes(text: str) -> bool:
    """Whether ``text`` ends as paragraphs do, and not in the middle of a sentence."""
    return text[-1:] in _CLOSING or text[-2:] == "--"


def _ends_sentence(text: str) -> bool:
    """Whether ``text`` ends with a full stop, and with what closes behind it."""
    return text[-8:].rstrip(_BEHIND_STOPS)[-1:] in _STOPS


def _flow(lines: list[_Line], share: int) -> bool:
    """Whether one in ``share`` lines goes on in the next in the middle of a sentence."""
    flowing = [
        two
        for one, two in pairwise(lines)
        if (two.text[0].islower() or two.text[0].isdigit()) and not _closes(one.text)
    ]
    return len(flowing) * share >= len(lines)


def _double_spaced(blocks: list[list[_Line]]) -> bool:
    """Whether a blank line stands between all lines, so that it says nothing."""
    lines = [block[0] for block in blocks]
    return len(blocks) > 4 and all(len(block) == 1 for block in blocks) and _flow(lines, 5)


def _width(lines: list[_Line]) -> int:
    """The column at which lines were wrapped: the longest line that is not alone with its length."""
    ends = sorted([line.indent + len(line.text) for line in lines], reverse=True)
    alone = len(ends) > 4 and ends[0] > ends[1] + 8
    if alone and ends[0] > LONG_LINE:
        alone = ends[1] <= _WIDEST_WRAP and _flow(lines, 6)
    return ends[1] if alone else ends[0]


def _is_wrapped(lines: list[_Line], width: int, *, ascii: bool) -> bool:
    """Whether lines were broken at a width; else each of them is a paragraph."""
    wide = [] if ascii else [line for line in lines if not line.text.isascii() and _WIDE.search(line.text[:20])]
    ideographs = 2 * len(wide) > len(lines)
    if width < 12 or (width < 30 and not ideographs) or (width > _WIDEST_WRAP and not ideographs):
        return False
    # Each line ends like a paragraph, and no blank line says more; of a few, each begins like one, too.
    dense = lines[-1].number - lines[0].number == len(lines) - 1
    whole = dense and all(_ends_sentence(line.text) for line in lines)
    if all(line.indent > 0 and _ends_sentence(line.text) for line in lines):
        return False
    if whole and (ideographs or len(lines) > 2 or width > _USUAL_WRAP):
        return False
    if width <= (24 if ideographs else LONG_LINE):
        return True
    if ideographs and width < LONG_LINE and (_flows_below_indents(lines) or _breaks_sentences(lines, width)):
        return True
    if ideographs and width > 60:
        return False
    full = [line for line in lines if line.indent + len(line.text) > 0.85 * width]
    return len(full) * 5 > len(lines) * 2


def _flows_below_indents(lines: list[_Line]) -> bool:
    """Whether paragraphs begin with a blank and a line without one goes on in the middle of a sentence."""
    return lines[0].indent > 0 and any(
        two.indent < lines[0].indent and not _closes(one.text) for one, two in pairwise(lines)
    )


def _breaks_sentences(lines: list[_Line], width: int) -> bool:
    """Whether a full line ends in the middle of a sentence and another follows at once."""
    return any(
        two.number == one.number + 1 and len(one.text) > 0.8 * width and not _closes(one.text)
        for one, two in pairwise(lines)
    )


def _marks_paragraphs(lines: list[_Line], indents: set[int]) -> bool:
    """Whether lines with one of the ``indents`` begin paragraphs: not all have one, and few go on in mid-sentence."""
    deep = [line for line in lines if line.indent in indents]
    flowing = sum(line.text[0].islower() for line in deep)
    return len(deep) < len(lines) and 4 * flowing <= len(deep)


def _by_indent(block: list[_Line], margin: int) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for line in block:
        if (
            group
            and line.indent > margin + 1
            and not ("   " in line.text and _COLUMNS.search(line.text) and _COLUMNS.search(group[-1].text))
        ):
            yield group
            group = []
        group.append(line)
    yield group


def _room(line: _Line, following: _Line, width: int) -> int:
    """How many columns were left when the first word of ``following`` was put on a line of its own."""
    end = following.text.find(" ")
    word = end if end >= 0 else len(following.text)
    if following.text[0] > "\u2fff" and _CJK_START.match(following.text):
        word = 1
    blank = 0 if line.text[-1] > "\u2fff" and _CJK_END.search(line.text[-1]) else 1
    return width - line.indent - len(line.text) - word - blank


def _by_clear_ends(block: list[_Line], width: int) -> Iterator[list[_Line]]:
    """Within blocks only what is clearly an end counts: much room behind a sentence, or rows."""
    rows = len(block) > 1 and all(len(line.text) < 0.6 * width for line in block)
    listed = len([line for line in block if not line.text[0].isalpha() and _BULLET.match(line.text)]) > 1
    group: list[_Line] = []
    for line, following in pairwise(block):
        group.append(line)
        # Nearly every line ends with a letter: that is looked at first.
        flows = following.text[0].islower() or (line.text[-1].isalpha() and not rows)
        if (listed and _BULLET.match(following.text)) or (not flows and _clearly_ends(line, following, width, rows)):
            yield group
            group = []
    yield [*group, block[-1]]


def _clearly_ends(line: _Line, following: _Line, width: int, rows: bool) -> bool:
    """Whether much room was left behind a line that ends with a sentence, or with a row."""
    room = _room(line, following, width)
    return (rows and room > 0.3 * width) or (room >= 10 and _ends_sentence(line.text))


def _by_line_ends(block: list[_Line], width: int) -> Iterator[list[_Line]]:
    """Dense text: a paragraph ends where the next word would have fitted."""
    pairs = list(pairwise(block))
    rooms = [_room(line, following, width) for line, following in pairs]
    flowing = [following.text[0].islower() for _, following in pairs]
    ragged = sum([room >= 0 and flows for room, flows in zip(rooms, flowing, strict=True)])
    least = 0 if ragged * 12 <= len(block) else max(8, width // 6)
    sure = [
        room >= least and not flows and (least == 0 or _ends_sentence(line.text))
        for room, flows, (line, _) in zip(rooms, flowing, pairs, strict=True)
    ]
    sure = _with_rows(block, sure)
    # Where a sentence fills its line, the text's own habit decides: how often does a sentence end a paragraph?
    within = len(_SENTENCES.findall("\n".join([line.text for line in block])))
    likely = least == 0 and 2 * sum(sure) + 2 > within
    for run in _runs(block, sure):
        yield from _at_full_lines(run) if likely else (run,)


def _with_rows(block: list[_Line], sure: list[bool]) -> list[bool]:
    """``sure`` with the ends of rows of figures that are as wide as the text, where rows are the text's habit."""
    rows = [_is_row(line.text) for line in block]
    known = [ends and row for ends, row in zip(sure, rows, strict=False)]
    flowing = sum([line.text[0].islower() for line in block])
    mostly = sum(rows) > 3 and sum(rows) * 3 > 2 * len(block) > 12 * flowing
    if not mostly and sum(known) < 3:
        return sure
    below = rows[1:] if mostly else [*known[1:], rows[-1]]
    return [
        ends or (row and two and not following.text[0].islower())
        for ends, row, two, following in zip(sure, rows, below, block[1:], strict=False)
    ]


def _is_row(text: str) -> bool:
    """Whether a line has figures and does not end like a sentence."""
    return not _ends_sentence(text) and has_digit(text) is not None


def _runs(block: list[_Line], sure: list[bool]) -> Iterator[list[_Line]]:
    start = 0
    for position, ends in enumerate(sure, 1):
        if ends:
            yield block[start:position]
            start = position
    yield block[start:]


def _at_full_lines(run: list[_Line]) -> Iterator[list[_Line]]:
    """Lines between two sure ends, parted where a sentence fills its line and the whole would be long."""
    group: list[_Line] = []
    for position, (line, following) in enumerate(pairwise(run), 1):
        group.append(line)
        if len(group) + len(run) - position > _SHORT_PARAGRAPH and _may_end(group, following):
            yield group
            group = []
    yield [*group, run[-1]]


def _may_end(group: list[_Line], following: _Line) -> bool:
    """Whether a sentence ends with the last line of ``group``, outside of quotation marks."""
    end = group[-1].text
    if not _ends_sentence(end) or _ABBREVIATION.search(end[-8:]) or not _OPENING.match(following.text):
        return False
    return sum(line.text.count('"') for line in group) % 2 == 0


def _tables(groups: list[list[_Line]]) -> Iterator[list[_Line]]:
    """Rows with columns that follow each other become one group."""
    table: list[_Line] = []
    for group in groups:
        if all(_COLUMNS.search(line.text) for line in group):
            table.extend(group)
            continue
        if table:
            yield table
            table = []
        yield group
    if table:
        yield table


def _paragraph(group: list[_Line], width: int, runs: bool) -> Paragraph:
    """The paragraph of the lines of ``group``; ``runs`` tells whether there may be runs of blanks in them."""
    first, last = group[0].number, group[-1].number
    if len(group) == 1:
        return _single(_without_runs(group[0].text) if runs else group[0].text, first, _least_cut(width))
    if runs and len(group) > 2 and "   " in group[0].text and all(_COLUMNS.search(line.text) for line in group):
        least = min(line.indent for line in group)
        rows = [" " * (line.indent - least) + line.text for line in group]
        return Paragraph("\n".join(rows), first, last, table=True)
    text = _joined([line.text for line in group])
    if runs:
        text = _without_runs(text)
    return Paragraph(text, first, last, False, not _closes(text) and not _BULLET.match(text))


def _single(text: str, number: int, least: int) -> Paragraph:
    """The paragraph that a line is by itself; one shorter than ``least`` may be a heading."""
    cut_off = len(text) > least and not _closes(text) and not _BULLET.match(text)
    return Paragraph(text, number, number, False, cut_off)


def _least_cut(width: int) -> int:
    """From which length on a line without a full stop is one that was cut off."""
    return max(80, width // 2)


def to_html(paragraphs: Sequence[Paragraph]) -> str:
    """``paragraphs`` as HTML, a line of it for each; tables stay as they are laid out."""
    return "\n".join(
        [
            f"<pre>{_escaped(each.text)}</pre>" if each.table else f"<p>{_escaped(each.text)}</p>"
            for each in paragraphs
        ]
    )


def _escaped(text: str) -> str:
    # To replace what is not there takes ten times as long as to look for it.
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def join(lines: Sequence[str]) -> str:
    """Lines as one: a blank between them, none between ideographs and behind the hyphen of a word."""
    return _without_runs(_joined(lines))


def _joined(lines: Sequence[str]) -> str:
    text = " ".join(lines)
    if text.isascii() and "- " not in text:
        return text
    pieces: list[str] = []
    for line in lines:
        if pieces:
            pieces.append(_glue(pieces, line))
        pieces.append(line)
    return "".join(pieces).strip()


def _without_runs(text: str) -> str:
    """``text`` with one blank for each run of blanks."""
    return _RUN.sub(" ", text) if _has_runs(text) else text


def _has_runs(text: str) -> bool:
    if text.isascii():
        return "  " in text or "\t" in text
    return any(run in text for run in _RUNS)


def _glue(pieces: list[str], line: str) -> str:
    end = pieces[-1][-2:]
    if end.endswith("\xad"):
        pieces[-1] = pieces[-1][:-1]
        return ""
    if _CJK_END.search(end) and _CJK_START.match(line):
        return ""
    # 4 and .2％: a figure that was broken between ideographs.
    if end[-1:].isdecimal() and (line[0] in "％%" or (line[0] in ".,0123456789" and _CJK_END.search(end[:1]))):
        return ""
    return "" if _HYPHEN.search(end) and line[0].islower() and not _SUSPENDED.match(line) else " "
