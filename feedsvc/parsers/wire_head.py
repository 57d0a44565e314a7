"""The head of a story: header lines, furniture, headline, byline, and where the text begins."""

import re
from collections.abc import Sequence
from contextlib import suppress

from feedsvc.model import Finding
from feedsvc.parsers.dates import LONGEST, DateError, may_date, parse_date
from feedsvc.parsers.embargo import may_hold, read_embargo
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_beside import what_is
from feedsvc.parsers.wire_byline import bare_name, read_byline
from feedsvc.parsers.wire_chosen import choose_headline
from feedsvc.parsers.wire_dateline import Dateline, place_and_date, read_dateline
from feedsvc.parsers.wire_desk import editors_note
from feedsvc.parsers.wire_found import Head
from feedsvc.parsers.wire_headline import Doubt, Text, doubt_of, ends_sentence, is_sentence
from feedsvc.parsers.wire_keys import read_key
from feedsvc.parsers.wire_kinds import Kind, kinds_of
from feedsvc.parsers.wire_lexicon import is_masthead, is_navigation
from feedsvc.parsers.wire_lines import Lines
from feedsvc.parsers.wire_prose import is_indent, is_prose, is_sentence_of_text
from feedsvc.parsers.wire_stamps import byline_and_date, date_and_name, header_date, is_called
from feedsvc.patterns import pattern

# A head has at most so many lines.
MOST_LINES = 60
_LONGEST_LINE = 400
# The longest line that holds a story back.
LONGEST_ORDER = 2 * LONGEST
# How many lines may stand above the date.
_FARTHEST_STAMP = 20

# Fields in whose values a bar may stand, beside a date as well.
_WHOLE = frozenset(("headline", "summary", "tags"))
# A key, be it one of which nothing is known.
_OWN_KEY = pattern(r"\s*[^\W\d_][\w'’-]*(?: [\w'’-]+){0,2}\s*[:：](?!//)")
# What parts several header lines on one line.
_APART = re.compile(r" \| |\u3000+|\s{2,}")
_COMMA = re.compile(r"\s*[,;|/]\s*")
_URL = re.compile(r"<?(https?://[^\s<>]{3,2000})>?")


def read_head(lines: Lines, furniture: frozenset[str], order: str | None, offset: int = 0) -> Head:
    """Read the head of ``lines``, the first of which is line ``offset`` + 1: all that stands above the text.

    A missing headline stays missing: ``fields`` has none.
    """
    head = Head(order, offset)
    block, blank = 0, False
    for index, text in enumerate(lines.texts[: MOST_LINES + 20]):
        if not text:
            blank = True
            continue
        if len(head.texts) + len(head.lines) >= MOST_LINES:
            break
        if len(text) <= _LONGEST_LINE and _header_line(head, lines.texts, text, index):
            head.lines.add(index)
            blank = True
            continue
        block += blank
        blank = False
        if _text_begins(head, lines, index):
            break
        doubt = doubt_of(text, furniture)
        if head.below_stamp and doubt.points < 6:
            doubt = Doubt(0, "")
        head.texts.append(Text(index, text, block, doubt))
        if head.below_stamp and not doubt.points:
            # Below an address or a time stamp the next line is the headline, whatever it looks like.
            _read_below(head, lines, index + 1)
            break
    choose_headline(head)
    return head


def _read_below(head: Head, lines: Lines, start: int) -> None:
    """Take the header lines from ``start`` on, which stand between the headline and the text; an address is text."""
    for index, text in enumerate(lines.texts[start:MOST_LINES], start):
        if not text:
            continue
        if len(text) > _LONGEST_LINE or "://" in text or not _header_line(head, lines.texts, text, index):
            break
        head.lines.add(index)


def _header_line(head: Head, texts: Sequence[str], text: str, index: int) -> bool:
    """Whether ``text`` is a header line; what it says is noted in ``head``."""
    for kind in kinds_of(text):  # noqa: SIM110 - most lines are of none, and a generator would be made for each
        if _taken(head, kind, texts, index, f"line {head.number(index)}"):
            return True
    return False


def _taken(head: Head, kind: Kind, texts: Sequence[str], index: int, place: str) -> bool:
    """Whether the line at ``index`` is a header line of the ``kind`` that it may be; what it says is noted in ``head``."""
    text = texts[index]
    match kind:
        case "rule" | "desk":
            return True
        case "address":
            return _address(head, text, place)
        case "embargo":
            return _embargo(head, text, index, place)
        case "key":
            several = may_date(text) and _several(head, text, index, place)
            return several or _key_value(head, text, index, place, below=_is_below(head, texts, index))
        case "profession":
            return _profession(head, index)
        case "rights":
            head.note("rights", text, place)
            return True
        case "note":
            return _note(head, text, place)
        case "byline":
            return _byline(head, text, place)
        case "date":
            return _dated(head, texts, text, index, place)


def _address(head: Head, text: str, place: str) -> bool:
    if (match := _URL.fullmatch(text)) is None:
        return False
    head.note("url", match[1], f"{place}, an address of its own")
    head.below_stamp = head.below_stamp or not head.texts
    return True


def _is_below(head: Head, texts: Sequence[str], index: int) -> bool:
    """Whether a header line stands directly above that is no date or address alone; below those a headline may stand."""
    if index - 1 not in head.lines or head.below_stamp:
        return False
    return read_key(texts[index - 1]) is not None or not may_date(texts[index - 1])


def _several(head: Head, text: str, index: int, place: str) -> bool:
    """Whether ``text`` is several header lines on one, one of them a date; what they say is noted in ``head``."""
    parts = _APART.split(text)
    if len(parts) < 2 or not _are_apart(parts, head.order):
        return False
    for each in parts:
        if not _key_value(head, each, index, place):
            _plain_date(head, each, index, place)
    return True


def _key_value(head: Head, text: str, index: int, place: str, *, below: bool = False) -> bool:
    keyed = read_key(text, below=below)
    if keyed is None or (index == 0 and keyed.field in ("authors", "source") and is_sentence(keyed.value.split())):
        # "Source: trams to run again" is a headline.
        return False
    evidence = f'{place}, "{keyed.key}:"'
    if keyed.field in ("published", "updated"):
        return _keyed_date(head, keyed.field, keyed.value, index, evidence)
    if keyed.field == "authors":
        credit = _behind(keyed.value)
        head.authors = head.authors or split_authors(keyed.value[: credit.start()] if credit else keyed.value)
        if credit:
            _key_value(head, keyed.value[credit.end() :], index, place)
        head.evidence.setdefault("authors", evidence)
    elif keyed.field:
        head.note(keyed.field, keyed.value, evidence)
    return True


def _behind(value: str) -> re.Match[str] | None:
    """Where another header line stands behind the names of writers: "Anna Berg, źródło: PAP"."""
    return next((each for each in _COMMA.finditer(value) if _OWN_KEY.match(value, each.end())), None)


def _are_apart(parts: Sequence[str], order: str | None) -> bool:
    """Whether a line has several header lines, such as "Source: Xinhua | 2017-01-29 10:15:00 | Editor: huaxia"."""
    keyed = read_key(parts[0])
    if keyed is None and not _is_date(parts[0], order):
        return False
    if keyed is not None and keyed.field in _WHOLE:
        return False
    return all(_OWN_KEY.match(each) or _is_date(each, order) for each in parts[1:])


def _is_date(text: str, order: str | None) -> bool:
    """Whether all of ``text`` is a date, be it one that does not exist."""
    try:
        return parse_date(text.strip(), order=order) is not None
    except DateError:
        return True


def _plain_date(head: Head, text: str, index: int, place: str) -> None:
    """Note the date that ``text`` may be."""
    with suppress(DateError):
        if (date := parse_date(text.strip(), order=head.order, line=head.number(index))) is not None:
            head.dates.append((date, f"{place}, a date of its own"))


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


def stand_alone(texts: Sequence[str], short: Sequence[int]) -> list[int]:
    """Which of the lines at ``short`` have no other directly above or below."""
    last = len(texts) - 1
    return [at for at in short if (at == 0 or not texts[at - 1]) and (at == last or not texts[at + 1])]


def take_embargo(head: Head, texts: Sequence[str], alone: Sequence[int]) -> None:
    """Note an embargo that stands by itself between the paragraphs or below them: one of the lines at ``alone``."""
    for index in alone:
        if index in head.lines or not may_hold(texts[index]):
            continue
        if _embargo(head, texts[index], index, f"line {head.number(index)}"):
            head.lines.add(index)


def take_stamp(head: Head, texts: Sequence[str], alone: Sequence[int]) -> None:
    """Note the date that is called that of publication below the first words of the text: one of the lines at ``alone``."""
    if head.dates or head.updated is not None:
        return
    for index in alone:
        if index >= _FARTHEST_STAMP:
            return
        text = texts[index]
        if index not in head.lines and is_called(text) and _header_line(head, texts, text, index):
            head.lines.add(index)
            return


def _byline(head: Head, text: str, place: str) -> bool:
    head.authors = head.authors or read_byline(text)
    head.evidence.setdefault("authors", f"{place}, the byline")
    return True


def _note(head: Head, text: str, place: str) -> bool:
    head.note("ednote", editors_note(text) or "", place)
    return True


def _profession(head: Head, index: int) -> bool:
    """Whether the line at ``index``, which says what a writer is, follows the name of one."""
    above = head.texts[-1] if head.texts and head.texts[-1].at == index - 1 else None
    if above is not None and len(head.texts) > 1 and (authors := bare_name(above.text)):
        head.authors = head.authors or authors
        head.evidence.setdefault("authors", f"line {head.number(above.at)}, above what the writer is")
        head.lines.add(above.at)
        head.texts.pop()
        return True
    return index - 1 in head.lines and bool(head.authors)


def _line_dateline(texts: Sequence[str], text: str, index: int) -> Dateline | None:
    """The dateline of the line ``text``; the dash of a long one may stand on the next line."""
    following = texts[index + 1] if index + 1 < len(texts) and len(text) < 80 else ""
    return read_dateline(f"{text} {following[:8]}" if following else text)


def _is_filed(texts: Sequence[str], text: str, index: int) -> bool:
    """Whether ``text`` is the start of a story behind its dateline, whose date is not the line's own."""
    dateline = _line_dateline(texts, text, index)
    if dateline is None or dateline.date is None or text.count(" ", dateline.end) < 3:
        return False
    with suppress(DateError):
        # Behind a bar another date may stand.
        return text[dateline.end - 2 : dateline.end - 1] != "|" or header_date(text[dateline.end :]) is None
    return False


def _dated(head: Head, texts: Sequence[str], text: str, index: int, place: str) -> bool:
    """A line that is a date, or a date beside a name: "Kyodo News / January 29, 2017"."""
    if _is_filed(texts, text, index):
        return False
    if _several(head, text, index, place):
        return True
    try:
        signed = byline_and_date(text, head.order, head.number(index))
        found = date_and_name(text, head.order, head.number(index)) if signed is None else None
    except DateError as error:
        head.findings.append(Finding("bad-date", "warning", str(error), "published", head.number(index)))
        return True
    if signed is not None:
        head.authors = head.authors or signed[0]
        head.evidence.setdefault("authors", f"{place}, beside the date")
        head.dates.append((signed[1], f"{place}, beside the byline"))
        return True
    if found is None:
        return False
    if found.updated:
        head.updated = head.updated or found.date
        head.evidence.setdefault("updated", f"{place}, the date of the last change")
    else:
        head.dates.append((found.date, f"{place}, a date of its own"))
    if found.town:
        head.dateline = head.dateline or Dateline(found.town, 0, found.town)
    for name in found.names:
        _beside(head, name, index, placed=bool(found.town))
    if found.date.time is not None and not found.names and text[:4].isdigit():
        head.below_stamp = head.below_stamp or not head.texts
    return True


def _is_town_below_name(head: Head, name: str, index: int) -> bool:
    """Whether one word beside the date stands below the writer's name, as a town does: "Madrid - 14 mar 2023"."""
    above = head.texts[-1] if len(head.texts) > 1 and head.texts[-1].at == index - 1 else None
    return above is not None and name.isalpha() and name.istitle() and bool(bare_name(above.text))


def _beside(head: Head, name: str, index: int, *, placed: bool) -> None:
    """Note what stands beside a date: a person, in a town if ``placed``, wrote the story, of all others it is."""
    what = what_is(name)
    if what == "source" and _is_town_below_name(head, name, index):
        head.dateline = head.dateline or Dateline(name, 0, name)
        return
    if what != "authors" and not (placed and what == "source" and bare_name(name) and not is_masthead(name)):
        if not is_navigation(name):
            head.names.append(name)
        return
    if head.authors:
        return
    number = head.number(index)
    head.evidence["authors"] = f"line {number}, a name beside the date"
    if known := read_byline(name):
        head.authors = known
        return
    head.authors = split_authors(name)
    message = f'"{name}" was taken for the byline, by its place; write "By {name}".'
    head.findings.append(Finding("byline-guessed", "info", message, "authors", number))


def _text_begins(head: Head, lines: Lines, index: int) -> bool:
    """Whether the story's text begins at this line."""
    text = lines.texts[index]
    if head.below_stamp and not head.candidates:
        return len(text) > 200
    dateline = _line_dateline(lines.texts, text, index)
    if dateline is not None and dateline.end <= len(text) + 4:
        # Capitals alone may be those of a headline with a dash.
        if dateline.date or len(text) > 60 or (head.texts and dateline.agency) or ends_sentence(text):
            return not text.isupper() or dateline.date is not None
    elif alone := place_and_date(text):
        head.dateline = head.dateline or alone
    above = head.candidates
    if head.dates and above and _is_below_date(head, lines.texts, index, above[-1]) and is_sentence_of_text(text):
        return True
    if above and is_indent(lines, index, above[-1].at):
        return True
    # Below a blank line, a line that looks like a headline but recurs in the folder is one all the same.
    recurring = (
        not above
        and index > 0
        and not lines.texts[index - 1]
        and any(not doubt_of(each.text).points for each in head.texts)
    )
    return is_prose(lines, index, bool(above) or recurring, bool(head.texts) or bool(head.lines))


def _is_below_date(head: Head, texts: Sequence[str], index: int, above: Text) -> bool:
    """Whether between the likely headline ``above`` and the line at ``index`` its header lines stand, a date among them."""
    if above.doubt.points > 1:
        return False
    between = [at for at in range(above.at + 1, index) if texts[at]]
    lines = {date.line for date, _ in head.dates}
    return bool(between) and head.lines.issuperset(between) and any(head.number(at) in lines for at in between)
