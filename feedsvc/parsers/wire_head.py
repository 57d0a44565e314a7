"""The head of a story: header lines, furniture, headline, byline, and where the text begins.

Furniture is told from the headline by evidence, the strongest first: it stands at the head of other files
of the folder, the structure of the first block, a small lexicon.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from feedsvc.model import Finding, Person, SourceDate
from feedsvc.parsers.dates import LONGEST, DateError, has_digit, parse_date
from feedsvc.parsers.embargo import may_hold, read_embargo
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_dateline import Dateline, is_agency, place_and_date, read_dateline
from feedsvc.parsers.wire_lexicon import DANGLING, MASTHEAD, NAVIGATION, SECTION, SEPARATORS
from feedsvc.text import fold

# A head has at most so many lines.
MOST_LINES = 60
_LONGEST_LINE = 400

_KEYS = {
    "headline": "headline title head subject hed überschrift titel schlagzeile titre título titulo titular titolo kop 見出し タイトル 件名 標題",
    "published": "date published pubdate datum fecha data posted issued dated filed release-date publication-date "
    "publish-date date-published published-on published-at created 日付 日時 配信日時 配信日 公開日 公開日時 掲載日 発信日",
    "updated": "updated last-updated modified last-modified revised aktualisiert stand 更新日 更新日時 更新",
    "authors": "by author authors byline writer writers reporter von autor autoren auteur auteurs par autore por 著者 記者 筆者 執筆 文",
    "source": "source agency provider credit publisher publication quelle fuente fonte bron agence agentur 出典 配信元 発信元 提供 媒体",
    "dateline": "dateline location place ort lieu lugar 発信地",
    "slugline": "slug slugline",
    "tags": "tags tag keywords keyword schlagwörter stichworte mots-clés etiquetas palabras-clave タグ キーワード",
    "sections": "section category categories rubrik ressort rubrique sección seccion desk column カテゴリ カテゴリー 分類",
    "url": "url link permalink address uri web canonical",
    "id": "id guid urn story-id article-id message-id",
    "language": "language lang sprache langue idioma 言語",
    "rights": "copyright rights 著作権",
    "ednote": "ednote editors-note editor's-note note-to-editors 注意",
    "summary": "summary abstract description teaser standfirst deck lead lede intro subhead subheadline subtitle 要約 概要",
    "": "priority urgency version words word-count wordcount length format edition page type status from to cc city "
    "country service code category-code copyright-holder filename file",
}
_FIELDS = {name: key for key, names in _KEYS.items() for name in names.split()}
_KEY_VALUE = re.compile(r"([^\W\d_][\w '’/-]{0,22}?)\s*(?:[:：]|(?<=[一-龠])】)\s*(.*)")
_RULE = re.compile(r"[\W_]{2,}|[-=_*~#]")
_URL = re.compile(r"<?(https?://[^\s<>]{3,2000})>?")
_DATED = re.compile(
    r"((?:first |last )?(?:published|posted|updated|modified|filed|dated|issued|released|created)|date|datum|stand|fecha|"
    r"aktualisiert|veröffentlicht|publié|mis à jour|publicado|actualizado|pubblicato|aggiornato|gepubliceerd)"
    r"(?:\s+(?:on|at|am|le|el|il|op))?\s*[:：]?\s+(.*\d.*)",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:last )?(?:updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|更新)", re.IGNORECASE
)
_SLASHED = re.compile(r"\s+[/|·•–—-]\s+|\s*[|｜·•–—]\s*|\s{3,}|\t")
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|av|text|story by|written by|reported by|reporting by|words by)\s*[:：]?\s+(?=[^\W\d_])(.{2,120})",
    re.IGNORECASE,
)
_BYLINE_EASTERN = re.compile(
    r"(?:記者|文|取材・文|著者|執筆)\s*[:：=＝/／]\s*(.{2,40})|[（(【]?(.{2,16}?)(?:記者|特派員|編集委員)[）)】]?"
)
_CREDITED = re.compile(
    r"([A-Z][\w.'’-]+(?: [\w.'’-]+){1,3})(?:, ?| ?[|/–—-] ?)((?i:(?:staff|senior|special|chief|political)?\s*(?:writer|reporter|correspondent|editor|columnist)))s?",
)
_NOT_A_NAME = re.compile(r"\b(?:the|a|an|pct|percent|\d+|of|to|than|for|end|next)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.。]['\"”’)）」』]*$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]\.)+|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|No|St|Cos|Bros|Mr|Mrs|Dr|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.|\.\.\.)$"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_TICKER = re.compile(r"<[^<>]{1,40}>")
_LINKED = re.compile(r"www\.|\.com\b|[»›→]$|^[«‹←]")
_WORD_END = re.compile(r"[^\W\d_]+$")

Kind = Literal["rule", "url", "key", "date", "byline", "dateline", "stamp"]


class Doubt(NamedTuple):
    """How much speaks against a line's being the headline, and what."""

    points: int
    reason: str


class Text(NamedTuple):
    """A line of the head that may be the headline."""

    at: int
    text: str
    block: int
    doubt: Doubt


@dataclass(slots=True)
class Head:
    """What the lines above the text say. ``lines`` are the indexes that are no text; ``order`` settles 01/02/2017."""

    order: str | None
    offset: int = 0
    lines: set[int] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    dates: list[tuple[SourceDate, str]] = field(default_factory=list)
    updated: SourceDate | None = None
    embargo: SourceDate | None = None
    authors: tuple[Person, ...] = ()
    dateline: Dateline | None = None
    findings: list[Finding] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    below_stamp: bool = False

    def number(self, index: int) -> int:
        """The line of the document, from 1, that stands at ``index``."""
        return self.offset + index + 1

    def note(self, name: str, value: str, evidence: str) -> None:
        """Keep the first value of a field."""
        if value and name not in self.fields:
            self.fields[name] = value
            self.evidence[name] = evidence


def read_head(lines: Sequence[str], furniture: frozenset[str], order: str | None, offset: int = 0) -> Head:
    """Read the head of ``lines``, the first of which is line ``offset`` + 1: all that stands above the text.

    A missing headline stays missing: ``fields`` has none.
    """
    head = Head(order, offset)
    block, blank = 0, False
    for index, line in enumerate(lines[: MOST_LINES + 20]):
        text = line.strip()
        if not text:
            blank = True
            continue
        if len(head.texts) + len(head.lines) >= MOST_LINES:
            break
        if blank and head.texts:
            block += 1
        blank = False
        if len(text) <= _LONGEST_LINE and _header_line(head, text, index):
            head.lines.add(index)
            continue
        if _text_begins(head, lines, index):
            break
        doubt = _doubt(text, furniture)
        if head.below_stamp and doubt.points < 6:
            doubt = Doubt(0, "")
        head.texts.append(Text(index, text, block, doubt))
        if head.below_stamp and not doubt.points:
            # Below an address or a time stamp the next line is the headline, whatever it looks like.
            break
    _settle(head)
    return head


def _header_line(head: Head, text: str, index: int) -> bool:
    """Whether ``text`` is a header line; what it says is noted in ``head``."""
    if _RULE.fullmatch(text):
        return True
    place = f"line {head.number(index)}"
    if match := _URL.fullmatch(text):
        head.note("url", match[1], f"{place}, an address of its own")
        head.below_stamp = head.below_stamp or not head.texts
        return True
    if may_hold(text) and _embargo(head, text, index, place):
        return True
    if (":" in text or "：" in text) and _key_value(head, text, index, place):
        return True
    if _byline(head, text, place):
        return True
    return _dated(head, text, index, place)


def _key_value(head: Head, text: str, index: int, place: str) -> bool:
    match = _KEY_VALUE.fullmatch(text)
    if match is None:
        return False
    name = _FIELDS.get(re.sub(r"[\s_]+", "-", match[1].strip()).casefold())
    if name is None:
        return False
    value, evidence = match[2].strip(), f'{place}, "{match[1].strip()}:"'
    if name in ("published", "updated"):
        return _keyed_date(head, name, value, index, evidence)
    if name == "authors":
        head.authors = head.authors or split_authors(value)
        head.evidence.setdefault("authors", evidence)
    elif name == "dateline" or name:
        head.note(name, value, evidence)
    return True


def _keyed_date(head: Head, name: str, value: str, index: int, evidence: str) -> bool:
    try:
        date = parse_date(value, order=head.order, line=head.number(index))
    except DateError as error:
        head.findings.append(Finding("bad-date", "warning", str(error), name, head.number(index)))
        return True
    if date is None:
        return False
    if name == "published":
        head.dates.append((date, evidence))
    else:
        head.updated = head.updated or date
        head.evidence.setdefault("updated", evidence)
    return True


def _embargo(head: Head, text: str, index: int, place: str) -> bool:
    """Whether ``text`` is an embargo; one that cannot be read is an error, which holds the story back."""
    found = read_embargo(text, head.order, head.number(index))
    if found is None:
        return False
    if found.problem is not None:
        head.findings.append(Finding("embargo-unreadable", "error", found.problem, "embargo", head.number(index)))
    elif found.until is not None:
        head.embargo = head.embargo or found.until
        head.evidence.setdefault("embargo", place)
    return True


def take_embargo(head: Head, lines: Sequence[str]) -> None:
    """Note an embargo that stands by itself between the paragraphs or below them."""
    if not may_hold("\n".join(lines)):
        return
    for index, line in enumerate(lines):
        text = line.strip()
        if index in head.lines or not text or len(text) > 2 * LONGEST or not may_hold(text):
            continue
        alone = not (index and lines[index - 1].strip()) and not (index + 1 < len(lines) and lines[index + 1].strip())
        if alone and _embargo(head, text, index, f"line {head.number(index)}"):
            head.lines.add(index)


def _byline(head: Head, text: str, place: str) -> bool:
    if len(text) > 130:
        return False
    match = _BYLINE.fullmatch(text)
    if match and (text[:3].lower() == "by " or _capitalised(match[1])) and not _NOT_A_NAME.search(match[1]):
        authors = split_authors(text)
    elif match := (_CREDITED if text.isascii() else _BYLINE_EASTERN).fullmatch(text):
        authors = split_authors(match[1] or match[2])
    else:
        return False
    head.authors = head.authors or authors
    head.evidence.setdefault("authors", f"{place}, the byline")
    return bool(authors)


def _capitalised(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and all(word[0].isupper() for word in (words[0], words[-1]))


def _dated(head: Head, text: str, index: int, place: str) -> bool:
    """A line that is a date, or a date beside a name: "Kyodo News / January 29, 2017"."""
    if len(text) > LONGEST + 20 or not has_digit(text):
        return False
    try:
        found = _date_and_name(text, head.order, head.number(index))
    except DateError as error:
        head.findings.append(Finding("bad-date", "warning", str(error), "published", head.number(index)))
        return True
    if found is None:
        return False
    date, name, updated = found
    if updated:
        head.updated = head.updated or date
        head.evidence.setdefault("updated", f"{place}, the date of the last change")
    else:
        head.dates.append((date, f"{place}, a date of its own"))
    if name and not NAVIGATION.fullmatch(name):
        head.names.append(name)
    if date.time is not None and not name and text[:4].isdigit():
        head.below_stamp = head.below_stamp or not head.texts
    return True


def header_date(text: str, order: str | None = None) -> SourceDate | None:
    """The date that a line of a head states on its own or beside a name; None for every other line.

    Raises DateError as parse_date does.
    """
    found = _date_and_name(text, order, None) if len(text) <= LONGEST + 20 else None
    return found[0] if found else None


def _date_and_name(text: str, order: str | None, line: int | None) -> tuple[SourceDate, str, bool] | None:
    """The date of a header line, what stands beside it, and whether it is a date of change."""
    bare = text.strip("()（）[]［］ -–—*")
    if date := parse_date(bare, order=order, line=line):
        return date, "", False
    if match := _DATED.fullmatch(bare):
        value = re.sub(r"\s*\((?:updated|modified|last).*\)$", "", match[2], flags=re.IGNORECASE)
        if date := parse_date(value, order=order, line=line):
            return date, "", bool(_UPDATED.match(match[1]))
    parts = [part.strip() for part in _SLASHED.split(bare) if part and part.strip()]
    if len(parts) > 1:
        for position, part in enumerate(parts):
            keyed = _DATED.fullmatch(part)
            value = keyed[2] if keyed else part
            if has_digit(value) and (date := parse_date(value, order=order, line=line)):
                rest = parts[:position] + parts[position + 1 :]
                times = [each for each in rest if _is_time(each)]
                if times and date.time is None:
                    date = parse_date(f"{value} {times[0]}", order=order, line=line) or date
                others = [each for each in rest if each not in times and not _UPDATED.match(each)]
                if sum(len(each.split()) for each in others) > 8:
                    return None
                return date, others[0] if others else "", False
    return _name_then_date(bare, order, line)


def _is_time(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?)?(?:\s+[A-Z]{2,5})?", text, re.IGNORECASE))


def _name_then_date(text: str, order: str | None, line: int | None) -> tuple[SourceDate, str, bool] | None:
    """ "Kyodo News, January 29, 2017": a short name before a full date."""
    for match in list(re.finditer(r",\s+|\s+\(|:\s+", text))[:2]:
        name, rest = text[: match.start()], text[match.end() :].rstrip(")")
        if len(name.split()) > 5 or not rest:
            break
        date = parse_date(rest, order=order, line=line) if has_digit(rest) else None
        if date is not None and date.year is not None:
            return date, name, False
    return None


def _text_begins(head: Head, lines: Sequence[str], index: int) -> bool:
    """Whether the story's text begins at this line."""
    line, text = lines[index], lines[index].strip()
    if head.below_stamp and not _candidates(head):
        return len(text) > 200
    following = lines[index + 1].strip() if index + 1 < len(lines) else ""
    # The dash of a long dateline may stand on the next line.
    dateline = read_dateline(f"{text} {following[:8]}" if len(text) < 80 else text)
    if dateline is not None and dateline.end <= len(text) + 4:
        # Capitals alone may be those of a headline with a dash.
        if dateline.date or len(text) > 60 or (head.texts and dateline.agency):
            return not text.isupper() or dateline.date is not None
    elif alone := place_and_date(text):
        head.dateline = head.dateline or alone
    above = _candidates(head)
    if line[:1] in " \u3000\xa0" and above and _is_indent(lines, index, above[-1].at):
        return True
    # Below a blank line, a line that looks like a headline but recurs in the folder is one all the same.
    recurring = (
        not above
        and index > 0
        and not lines[index - 1].strip()
        and any(not _doubt(each.text).points for each in head.texts)
    )
    return _is_prose(lines, index, bool(above) or recurring, bool(head.texts) or bool(head.lines))


def _candidates(head: Head) -> list[Text]:
    """The lines so far that may be the headline."""
    return [each for each in head.texts if each.doubt.points < 3]


def _is_indent(lines: Sequence[str], index: int, above: int) -> bool:
    deep = _depth(lines[index])
    return deep >= 2 and _depth(lines[above]) < deep <= 10 and not NAVIGATION.fullmatch(lines[index].strip())


def _depth(line: str) -> int:
    blanks = line[: len(line) - len(line.lstrip())]
    return len(blanks) + blanks.count("\u3000")


def _is_prose(lines: Sequence[str], index: int, headed: bool, below: bool) -> bool:
    """Whether running text begins here: a long line, a sentence, lines that flow into each other."""
    text = lines[index].strip()
    wide = bool(_CJK.search(text[:40]))
    if len(text) > (70 if wide else 150) and (headed or below or len(text) > 200 or _ends_sentence(text)):
        return True
    if headed and _ends_sentence(text) and (len(text.split()) > 5 or (wide and len(text) > 12)):
        return True
    unit = list(_unit(lines, index))
    if len(unit) < 2:
        return False
    closed = unit[-1][-1] in ":;" or any(_ends_sentence(each) for each in unit)
    if headed:
        # Two lines without a full stop may be a headline's.
        return len(unit) > 2 or closed
    return len(unit) > 2 and closed and not _hard_end(unit[0], unit[1], max(map(len, unit)))


def _unit(lines: Sequence[str], index: int) -> Iterator[str]:
    """The lines that flow on from ``index``: to a blank line, a short line, or a change from capitals."""
    near = [line.strip() for line in lines[index : index + 16]]
    near = near[: near.index("")] if "" in near else near
    width = max(map(len, near))
    for text, following in zip(near, [*near[1:], ""], strict=True):
        yield text
        if not following or _hard_end(text, following, width) or (text.isupper() and not following.isupper()):
            return


def _hard_end(text: str, following: str, width: int) -> bool:
    """Whether the line ends though the next word would have fitted by far."""
    room = width - len(text) - 1 - len(following.split(" ", 1)[0])
    return room > 6 and not following[:1].islower()


def _ends_sentence(text: str) -> bool:
    return bool(_SENTENCE_END.search(text[-8:])) and not _ABBREVIATION.search(text[-12:])


def _settle(head: Head) -> None:
    """Choose the headline among the texts; what stands above it is furniture."""
    texts = head.texts
    if "headline" in head.fields:
        known = fold(head.fields["headline"])
        for each in texts:
            if fold(each.text) == known or each.doubt.points >= 3:
                head.lines.add(each.at)
                _name_source(head, each)
        return _from_names(head)
    if texts:
        doubts = [each.doubt for each in texts]
        if all(doubt.points > 2 for doubt in doubts):
            # A headline that recurs in the folder looks like furniture to the neighbours.
            doubts = [_doubt(each.text) for each in texts]
        first, last = _choose(texts, doubts)
        headline = [each.text for each in texts[first : last + 1]]
        head.fields["headline"] = " ".join(headline)
        head.evidence["headline"] = _why(head, texts, doubts, first, last)
        head.lines.update(each.at for each in texts[: last + 1])
        for each, doubt in zip(texts[:first], doubts[:first], strict=True):
            _name_source(head, each)
            if not doubt.points:
                message = f'"{each.text[:60]}" was taken for a masthead, by its place; put the headline on line 1.'
                head.findings.append(Finding("masthead-guessed", "info", message, "source", head.number(each.at)))
        for each, doubt in zip(texts[last + 1 :], doubts[last + 1 :], strict=True):
            if doubt.points >= 5:
                head.lines.add(each.at)
    _from_names(head)


def _why(head: Head, texts: list[Text], doubts: list[Doubt], first: int, last: int) -> str:
    number = head.number(texts[first].at)
    place = f"line {number}" if first == last else f"lines {number} to {head.number(texts[last].at)}"
    if first == 0:
        return f"{place}, the first line that is no header"
    reasons = "; ".join(dict.fromkeys(doubt.reason or "its place" for doubt in doubts[:first]))
    return f"{place}, below the page's furniture (known by {reasons})"


def _doubt(text: str, furniture: frozenset[str] = frozenset()) -> Doubt:
    """What speaks against a line's being the headline."""
    if furniture and fold(text) in furniture:
        return Doubt(10, "the neighbours in its folder")
    return Doubt(0, "") if len(text) > 80 else _own_doubt(text)


# The same mastheads and navigation stand above thousands of stories.
@lru_cache(maxsize=1024)
def _own_doubt(text: str) -> Doubt:
    """What a line itself says against its being the headline."""
    items = [item for item in SEPARATORS.split(_TICKER.sub("", text).strip(" |»›>«<•·")) if item]
    if len(items) > 1 and all(map(_is_short, items)) and _is_list(items, text):
        return Doubt(6, "its separators")
    if NAVIGATION.fullmatch(text.strip(" »›>«<•·[]()→←")) or _LINKED.search(text):
        return Doubt(6, "the words of navigation")
    if len(items) > 2 and all(map(_is_short, items)):
        return Doubt(3, "its separators")
    words = text.split()
    if is_agency(text) or (len(words) <= 5 and MASTHEAD.fullmatch(text.strip(" *=-~"))):
        return Doubt(4, "the words of mastheads")
    if SECTION.fullmatch(text.strip(" :-*[]")):
        return Doubt(4, "the name of a section")
    if _CJK.search(text):
        return Doubt(0, "")
    if len(words) == 1:
        return Doubt(2, "its single word")
    return Doubt(1, "its shortness") if len(words) < 4 and len(text) < 25 else Doubt(0, "")


def _is_short(item: str) -> bool:
    return (len(item.split()) <= 3 and len(item) < 30) or NAVIGATION.fullmatch(item) is not None


def _is_list(items: list[str], text: str) -> bool:
    """Items of navigation and not a headline with a dash: three of them, or a mark that headlines have not."""
    if any(mark in _TICKER.sub("", text) for mark in "|»›>•→"):
        return True
    known = sum(
        bool(NAVIGATION.fullmatch(item) or SECTION.fullmatch(item) or MASTHEAD.fullmatch(item)) for item in items
    )
    return known * 2 >= len(items) and known > 0 and (len(items) > 2 or known == len(items))


def _choose(texts: list[Text], doubts: list[Doubt]) -> tuple[int, int]:
    """First and last position of the headline's lines."""
    points = [doubt.points * 2 for doubt in doubts]
    likely = [position for position, doubt in enumerate(doubts) if doubt.points < 3] or list(range(len(texts)))
    block = texts[likely[0]].block
    inside = [position for position in likely if texts[position].block == block]
    below = inside[-1] + 1
    # Furniture below a short line of the same block: that line is a masthead.
    if below == len(texts) or texts[below].block != block or not doubts[inside[-1]].points:
        points[_above_deck(texts, inside, sure=likely[0] > 0)] -= 3
    best = min(range(len(texts)), key=lambda position: (points[position], position))
    return _with_wrapped(texts, doubts, best)


def _above_deck(texts: list[Text], inside: list[int], sure: bool) -> int:
    """The last line of the block, or the one above when that is written like a sentence and the last is a deck."""
    if len(inside) < 2:
        return inside[-1]
    above, below = texts[inside[-2]].text, texts[inside[-1]].text
    small = sum(1 for word in above.split() if word.islower() and len(word) > 3)
    sentence = small > 1 and (len(above.split()) > 4 or sure) and texts[inside[-2]].doubt.points == 0
    return inside[-2] if sentence and not _is_wrapped(above, below, sure) else inside[-1]


def _with_wrapped(texts: list[Text], doubts: list[Doubt], best: int) -> tuple[int, int]:
    first = best
    # Below lines that are surely furniture, all that is left of a block is the headline.
    sure = any(doubt.points > 3 for doubt in doubts[:best])
    while first > 0 and doubts[first - 1].points < 2 and texts[first - 1].at == texts[first].at - 1:
        above, below = texts[first - 1].text, texts[first].text
        if above.isupper() and not below.isupper() and len(above.split()) > 3:
            # Capitals above a line that is not: a headline and its deck.
            return _with_wrapped(texts, doubts, first - 1)[0], first - 1
        if not _is_wrapped(above, below, sure):
            break
        first -= 1
    last = best
    while (
        last + 1 < len(texts)
        and texts[last + 1].at == texts[last].at + 1
        and doubts[last + 1].points < 6
        and _is_wrapped(texts[last].text, texts[last + 1].text, sure and doubts[last + 1].points < 3)
    ):
        last += 1
    return first, last


def _is_wrapped(above: str, below: str, sure: bool) -> bool:
    """Whether a headline goes on from one line to the next; ``sure`` when nothing else can stand there."""
    if _CJK.search(above):
        return False
    end = _WORD_END.search(above[-20:])
    if below[0].islower() or above[-1] in ",-–—&;" or (end and end[0].lower() in DANGLING):
        return True
    same = above.isupper() == below.isupper()
    least = 12 if sure else 28 if above.isupper() else 36
    # A line that was filled would not have had room for the next word.
    filled = len(above) + 1 + len(below.split(" ", 1)[0]) > len(below)
    return same and filled and len(above) >= least and not _ends_sentence(above) and above[-1] not in "!?"


def _name_source(head: Head, each: Text) -> None:
    """Keep what a line of furniture says: the masthead, the section."""
    doubt = each.doubt
    name = each.text.strip(" *=-~|")
    if SECTION.fullmatch(name):
        head.note("sections", name, f"line {head.number(each.at)}, above the headline")
    elif doubt.points < 6 or (doubt.points == 10 and _doubt(each.text).points < 6):
        head.note(
            "source", name, f"line {head.number(each.at)}, the masthead, known by {doubt.reason or 'its place'}"
        )


def _from_names(head: Head) -> None:
    """A name beside the date is the source when nothing better is."""
    for name in head.names:
        head.note("source", name, "the line of the date")
