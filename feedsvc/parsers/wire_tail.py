"""The end of a story: end marks, copyright lines, and the date that stands behind the last sentence."""

import re
from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from feedsvc.model import Person, SourceDate
from feedsvc.parsers.dates import LONGEST, DateError, has_digit, parse_date
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_byline import bare_name, is_byline, read_byline
from feedsvc.parsers.wire_dateline import is_agency, place_and_date
from feedsvc.parsers.wire_keys import Keyed, read_key
from feedsvc.parsers.wire_lexicon import is_button, items_of
from feedsvc.parsers.wire_stamps import DATE_TIME_GROUP, date_time_group, service_stamp

# Closing punctuation alone is the end of a sentence that found no room on its line.
_ONLY_MARKS = re.compile(r"(?![。、，」』）”’]+$)[\W_]+")
_WORDS = (
    r"ends?|endit(?:em)?|fin|ende|schluss|final|einde|slutt?|fine|fim|koniec|loppu|nnnn|x{3}|end of (?:story|text|document|article|item)|the end|"
    r"reuters?|了|完|終|終わり|おわり|以上|끝|конец"
)
# For text in lower case: ignoring case takes many times as long.
_MARK = re.compile(rf"(?:{_WORDS})[.!]?|[\W_]+(?:{_WORDS}|30|0|more|x{{2,4}})[\W_]*|(?:{_WORDS})[\W_]+")
# With what a mark begins when that is a letter.
_MARK_LETTERS = frozenset("eEfFsSlLkKnNxXtTrR了完終お以끝кК")
_SIGN = re.compile(r"#{3,}|(?:# ){2,}#|==\w[\w ]{1,25}")
_SIGNED = re.compile(
    r"(?:==+|＝)\s*([^\W\d_][\w .&-]{0,30})=*|-{1,3}\s?([^\W\d_][\w .&]{0,24}?)\s?-{1,3}|/([^\W\d_][\w .&-]{0,24})/|"
    r"[\[<(（【]([^\W\d_][\w .&-]{0,24})[\])>）】]"
)
_INITIALS = re.compile(
    r"(?:[A-Za-z]{2,10}[-/])?[a-z]{2,4}(?:/ ?[a-z]{2,4}){1,3}/?|[A-Z]{2,4}(?:(?:/| // )[A-Z]{2,4}){1,3}|dpa(?:-\w+)?(?: \w{2,4}){1,6}"
)
# One word with two capitals: CONT, RBNews.
_CAPITALS = re.compile(r"(?=[a-z]*[A-Z][a-z]*[A-Z])[A-Za-z]{2,12}")
# (EFE) abc/xyz, dpa abc xy n1, /ritzau/AFP, Lusa/Fim: what stands between the names and initials, and the initials.
_BETWEEN = re.compile(r"[\s/()\[\]©.,-]+")
_WRITER = re.compile(r"[a-z]{2,4}|[A-Z]{2,4}|n\d")
_MOST_SIGNS = 6
# 김하나 기자 hana@example.com
_NAME_AND_ADDRESS = re.compile(r"([^@]{2,40}?)[\s(<]+[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}[)>]?")
# （责任编辑：王芳）
_EASTERN_EDITOR = re.compile(
    r"[（(]?(?:责任编辑|責任編輯|编辑|編輯|责编|責編|校对)[:：]\s?[一-龠 、\u3000]{2,16}[)）]?"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# SOURCE Westhaven Trams: the last line of a press release.
_RELEASED_BY = re.compile(r"SOURCE:? (?=[^\W\d_a-zß-ÿ])(\S.{1,60}[^.!?:])")
# (Reporting by A; Editing by B), Autor: A
_CREDITS = re.compile(
    r"\(?(?:additional )?(?:reporting|writing|editing|report|compiled)(?: and (?:writing|editing|reporting))? by (.{3,200}?)\)?\.?|"
    r"(?:edi[çc][ãa]o|edici[óo]n|redaktor|redaksi|autor(?:in|en|ka|zy)?|auteure?s?|autore|reporter|writer|editor|автор|tekst|teksti|text|texto|texte|testo)\s*: ?([^:.!?]{3,60})",
    re.IGNORECASE,
)
# What stands behind a date in Japan: the edition, sent out, dated.
_EDITION = re.compile(r"(?<=日)[\s\u3000]*(?:[付朝夕]刊?|付け|配信|掲載|発行|更新|公開)(?:より)?$|(?<=\d)\s*송고$")
# （山田花子）, behind the last sentence; no name ends like the other.
_EASTERN_NAME = re.compile(r"[一-龠々]{3,4}[一-龠々ぁ-んァ-ヶ]{0,3}")
_NO_NAME = re.compile(
    r"(?:[部社局略発版面載供真像図例者用紙会連道県都府市町村区国語券税円年月日時分中内外別他等済み付]|新聞|通信|記事|続く|つづく|写真|引用|関連|以下)$|^(?:写真|出典|引用|提供|撮影|資料|参考|続|注|税|原文|敬称|文中|本文|一部)"
)
_EDITED = re.compile(
    r"\s*[;,]\s*(?:additional |further )?(?:reporting|writing|editing|edited|compiled)\b.*", re.IGNORECASE
)
_SOURCE_WORDS = 4
# For text in lower case, too.
_COPYRIGHT = re.compile(
    r"(?:[©ⓒ]|\(c\)|copyright\b(?! (?:laws?|holders?|owners?|acts?|reforms?|rules?|cases?|claims?|protections?|infringements?)\b)|&copy;|all rights reserved|alle rechte|tous droits|todos los derechos|"
    r"todos os direitos|tutti i diritti|riproduzione riservata|alle rechten|alla rättigheter|alle rett?ighe[dt]er|все права|無断転載|著作権|저작권|무단 ?전재|版权所有|版權所有|حقوق)"
)
_KEYED_DATE = re.compile(
    r"(?:(?:first |last )?(?:published|posted|updated|modified|filed|issued|released)|date|dated|stand|veröffentlicht|publié|"
    r"publicado|配信|更新|公開)(?: on| at| le| am| el)?\s*[:：]?\s+(.+)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[\s\u3000]*[(（\[［]([^()（）\[\]［］]{1,60})[)）\]］][\s\u3000]*$")
_CLOSING = (")", "）", "]", "］")
_INLINE_MARK = re.compile(
    rf"(?<=[.!?。”\"'’)）])[\s\u3000]+(?:Enditem|ENDITEM|ENDS|REUTER|#{{2,5}}|-30-|==\s?[A-Z]\w{{1,20}}|(?:-|=)+(?:{_WORDS})(?:-|=)+)$"
)
# （編輯：王芳）1120314: the day in the calendar of Taiwan.
_TAIWANESE_END = re.compile(r"[（(](?:編輯|譯者|核稿)[^（）()]{1,40}[)）]\s?(1\d\d)(0[1-9]|1[0-2])([0-3]\d)$")
_TAIWANESE_ERA = 1911
_MARK_ENDS = ("#", "-", "=", "_")
_INLINE_AGENCY = re.compile(r"(?<=[.!?”\"])\s+([A-Za-z-]{2,10})$")
_CLOSED = re.compile(r"[.!?…。！？」』\"”’')）\]]$")


class Tail(Struct):
    """What was taken from the end of a story. ``end`` is the index behind its last line of text."""

    end: int
    offset: int = 0
    marks: list[tuple[int, str]] = field(default_factory=list)
    source: str | None = None
    rights: str | None = None
    authors: tuple[Person, ...] = ()
    guessed: str | None = None
    date: SourceDate | None = None
    updated: SourceDate | None = None
    problem: str | None = None


def is_end_mark(line: str) -> bool:
    """Whether ``line`` is a mark that ends a story wherever it stands (not a mere rule)."""
    if line[:1] not in _MARK_LETTERS and line[:1].isalpha():
        return False
    if not line.islower() and _MARK.fullmatch(line.lower()):
        return True
    return line.startswith(("#", "==")) and _SIGN.fullmatch(line) is not None


def read_tail(texts: Sequence[str], order: str | None, offset: int = 0) -> Tail:
    """Take marks, copyright, date and navigation from the end of ``texts``, one line after the other.

    These are lines without blanks around them; the first one is line ``offset`` + 1.
    """
    tail = Tail(len(texts), offset)
    while tail.end > 0:
        line = texts[tail.end - 1]
        if line and (_goes_on(texts, tail.end - 1) or not _taken(tail, line, _before(texts, tail.end - 1), order)):
            break
        tail.end -= 1
    return tail


def _goes_on(texts: Sequence[str], index: int) -> bool:
    """Whether the line at ``index`` is a date or a figure with which the sentence of the line above it ends."""
    above, line = texts[index - 1] if index > 0 else "", texts[index]
    if len(above) < 40 or not line[0].isalnum() or not has_digit(line) or _CLOSED.search(above):
        return False
    return line.endswith((".", ",", ";")) or above[-1] in ",-" or above.rpartition(" ")[2].islower()


def _before(texts: Sequence[str], end: int) -> str:
    return next(filter(None, reversed(texts[:end])), "")


def _taken(tail: Tail, line: str, before: str, order: str | None) -> bool:
    """Whether ``line``, the last one, is no text of the story; what it says is noted in ``tail``."""
    if len(line) > 300:
        return False
    number = tail.offset + tail.end
    if _ONLY_MARKS.fullmatch(line) or (before and _MARK.fullmatch(line.lower())):
        tail.marks.append((number, line))
        tail.source = tail.source or ("Reuters" if "reuter" in line.lower() else None)
        return True
    if not before or len(line) > 2 * LONGEST:
        return False
    if len(line) < 200 and not tail.rights and _is_copyright(line):
        tail.rights = line
        return True
    return (
        _signed(tail, line, before, number)
        or _credited(tail, line)
        or _dated(tail, line, order, number)
        or _is_navigation(line)
    )


def _is_copyright(line: str) -> bool:
    lowered = line.lower()
    if len(line) < 120:
        return _COPYRIGHT.search(lowered) is not None
    return _COPYRIGHT.match(lowered.lstrip(" (（")) is not None


def _signed(tail: Tail, line: str, before: str, number: int) -> bool:
    """==Kyodo, -Kyodo-, (Reuters), REUTER, ab/cd."""
    match = _SIGNED.fullmatch(line)
    name = next((each for each in match.groups() if each), "") if match else line
    agency = is_agency(name)
    if agency or (line.startswith(("==", "＝")) and match):
        tail.source = tail.source or name.strip(" /")
        tail.marks.append((number, line))
        return True
    if match and line[0] in "（(" and _named(tail, name):
        return True
    last = before.rpartition(" ")[2].strip("()")
    closed = _CLOSED.search(before) is not None or is_agency(last) or (len(last) == 4 and last.isdecimal())
    plain = bool(_INITIALS.fullmatch(line) and (line.startswith("dpa") or is_agency(line.partition("/")[0])))
    plain = plain or bool(closed and (_INITIALS.fullmatch(line) or _CAPITALS.fullmatch(line) or _signs(line)))
    plain = plain or ("@" in line and _ADDRESS.fullmatch(line) is not None)
    if plain or (match and line[0] == "-" == line[-1] and len(name.split()) == 1 and closed):
        tail.marks.append((number, line))
        return True
    return False


def _named(tail: Tail, inner: str) -> bool:
    """（山田花子）: the writer, where nothing says that the word is none."""
    if not _EASTERN_NAME.fullmatch(inner) or _NO_NAME.search(inner):
        return False
    tail.authors, tail.guessed = split_authors(inner), inner
    return True


def _signs(line: str) -> bool:
    """Whether a line is nothing but agencies, end marks and initials, one of the first two among them."""
    words = [word for word in _BETWEEN.split(line) if word]
    known = [is_agency(word) or _MARK.fullmatch(word.lower()) is not None for word in words]
    return (
        0 < len(words) <= _MOST_SIGNS
        and any(known)
        and all(sign or _WRITER.fullmatch(word) for sign, word in zip(known, words, strict=True))
    )


def _credited(tail: Tail, line: str) -> bool:
    """(Reporting by A; Editing by B), Autor: A, Quelle: dpa."""
    if "@" in line and (match := _NAME_AND_ADDRESS.fullmatch(line)) and (people := read_byline(match[1])):
        tail.authors = people
        return True
    if not line.isascii() and _EASTERN_EDITOR.fullmatch(line):
        return True
    if match := _CREDITS.fullmatch(line):
        people = split_authors(_EDITED.sub("", match[1])) if match[1] else bare_name(match[2])
        # Who edited a story did not write it.
        if people and not line.lstrip("(").lower().startswith(("edi", "reda")):
            tail.authors = people
        return bool(match[1] or people)
    if line.startswith("SOURCE") and (match := _RELEASED_BY.fullmatch(line)):
        tail.source = tail.source or match[1]
        return True
    if is_byline(line) and is_agency(line.partition(":")[2]):
        tail.source = tail.source or line.partition(":")[2].strip()
        return True
    keyed = read_key(line) if len(line) < LONGEST else None
    if keyed is not None and keyed.field == "authors" and (people := _people(keyed.value)):
        tail.authors = people
        return True
    if keyed is None or keyed.field != "source" or len(keyed.value.split()) > _SOURCE_WORDS:
        return False
    tail.source = tail.source or keyed.value or None
    return True


def _people(value: str) -> tuple[Person, ...]:
    """The people behind a key: a name, or a few words in a script without capitals."""
    return bare_name(value) or (() if value.isascii() or value.count(" ") > 3 else split_authors(value))


def _dated(tail: Tail, line: str, order: str | None, number: int) -> bool:
    if not has_digit(line) and "月" not in line:
        return False
    inner = line.strip("()（）[]［］ \u3000-–—")
    keyed = _KEYED_DATE.fullmatch(inner)
    if keyed is None and (named := read_key(inner)) is not None and named.field in ("published", "updated"):
        return _keyed(tail, named, order, number)
    inner = _EDITION.sub("", inner)
    stamp = service_stamp(inner) or (date_time_group(inner) if DATE_TIME_GROUP.fullmatch(inner) else None)
    if stamp is not None:
        tail.date = tail.date or replace(stamp, line=number)
        return True
    try:
        date = parse_date(keyed[1] if keyed else inner, order=order, line=number)
    except DateError as error:
        tail.problem = str(error)
        return True
    if date is None and (placed := place_and_date(inner)) is not None:
        date = placed.date and replace(placed.date, line=number)
    if date is None:
        return _agency_and_date(tail, inner, order, number)
    if keyed and re.match(r"(?:last )?(?:updated|modified|更新)", inner, re.IGNORECASE):
        tail.updated = tail.updated or date
    else:
        tail.date = tail.date or date
    return True


def _keyed(tail: Tail, named: Keyed, order: str | None, number: int) -> bool:
    """配信日時：2017年1月29日 10:15."""
    try:
        date = parse_date(named.value, order=order, line=number)
    except DateError as error:
        tail.problem = str(error)
        return True
    if date is not None and named.field == "updated":
        tail.updated = tail.updated or date
    elif date is not None:
        tail.date = tail.date or date
    return date is not None


def _agency_and_date(tail: Tail, inner: str, order: str | None, number: int) -> bool:
    """Kyodo, Jan. 29; 2017年1月29日 共同."""
    name, _, rest = inner.partition(",")
    if not rest and "月" in inner:
        rest, _, name = inner.replace("\u3000", " ").rpartition(" ")
    if not rest or not is_agency(name):
        return False
    try:
        date = parse_date(rest, order=order, line=number)
    except DateError as error:
        tail.problem = str(error)
        return True
    if date is None:
        return False
    tail.date, tail.source = tail.date or date, tail.source or name.strip()
    return True


def _is_navigation(line: str) -> bool:
    items = items_of(line)
    return any(len(item) > 4 for item in items) and all(map(is_button, items))


def strip_inline(text: str, tail: Tail, order: str | None, number: int) -> str:
    """The last paragraph without the mark, the agency and the date that stand behind its last sentence."""
    for _ in range(4):
        # A sentence ends neither with an agency nor with a mark.
        if text[-1:].isalnum() or text.endswith(_MARK_ENDS):
            if (name := _INLINE_AGENCY.search(text, max(0, len(text) - 20))) and is_agency(name[1]):
                tail.source = tail.source or name[1]
                text = text[: name.start()]
                continue
            if (day := _TAIWANESE_END.search(text, max(0, len(text) - 60))) and _taiwanese(tail, day, number):
                text = text[: day.start()].rstrip()
                continue
            if len(text) > 4 and (mark := _INLINE_MARK.search(text, max(0, len(text) - 60))):
                tail.marks.append((number, mark[0].strip()))
                text = text[: mark.start()].rstrip()
                continue
        match = _BRACKETS.search(text, max(0, len(text) - 80)) if text.rstrip().endswith(_CLOSING) else None
        if match is not None and text[match.start() - 1] == "。" and _named(tail, match[1].strip()):
            # A guess, so that the text keeps it.
            break
        if match is None or match.start() == 0 or not _bracketed(tail, match[1].strip(), order, number):
            break
        text = text[: match.start()].rstrip()
    return text


def _taiwanese(tail: Tail, day: re.Match[str], number: int) -> bool:
    try:
        date = parse_date(f"{int(day[1]) + _TAIWANESE_ERA}-{day[2]}-{day[3]}", line=number)
    except DateError:
        return False
    tail.date = tail.date or date
    return date is not None


def _bracketed(tail: Tail, inner: str, order: str | None, number: int) -> bool:
    if not inner.islower() and _MARK.fullmatch(inner.lower()):
        tail.marks.append((number, inner))
        return True
    if is_agency(inner):
        tail.source = tail.source or inner
        return True
    inner = _EDITION.sub("", inner)
    try:
        date = parse_date(inner, order=order, line=number)
    except DateError as error:
        tail.problem = str(error)
        return True
    if date is None:
        return _agency_and_date(tail, inner, order, number)
    tail.date = tail.date or date
    return True
