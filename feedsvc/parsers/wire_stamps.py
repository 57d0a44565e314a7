"""Lines of a head that state a date, alone or beside a name: "Kyodo News / January 29, 2017"."""

import re
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from feedsvc.model import Person, SourceDate
from feedsvc.parsers.dates import LONGEST, DateError, has_digit, parse_date, whole_year
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_beside import what_is
from feedsvc.parsers.wire_byline import bare_name
from feedsvc.parsers.wire_dateline import is_agency
from feedsvc.parsers.wire_desk import is_count
from feedsvc.parsers.wire_keys import read_key
from feedsvc.parsers.wire_lexicon import is_masthead

# A longer line is no line of a date.
LONGEST_STAMP = LONGEST + 20
_DATED = re.compile(
    r"((?:first |last )?(?:published|posted|updated|modified|filed|dated|issued|released|created)|date|datum|stand|fecha|"
    r"(?:zuletzt |letzte )?(?:aktualisier(?:t|ung)|geändert|änderung)|veröffentlicht|erschienen|publiée?|(?:dernière )?mise? à jour|publicado|"
    r"(?:última )?actuali[sz]ad?[oa]?(?:ción)?|pubblicato|(?:ultimo )?aggiorna(?:to|mento)|(?:laatst )?(?:gepubliceerd|bijgewerkt|gewijzigd)|"
    r"(?:última )?atuali[sz]a(?:do|ção)|publi[cs]er(?:e?t|ad|at)|offentliggjort|(?:sist |senast |senest )?(?:uppdaterad|oppdatert|opdateret|endret|ændret|ändrad)|"
    r"julkaistu|päivitetty|opublikowano|zaktualizowano|aktualizacja|data publikacji|"
    r"опубликовано|обновлено|опубліковано|оновлено|发布时间|发布于|发表于|更新时间|(?:기사)?(?:입력|등록)(?:일시)?|송고(?:시간)?|(?:최종)?수정|승인|업데이트|نشر في|تاريخ النشر|آخر تحديث|פורסם(?: בתאריך)?|עודכן|"
    r"yayın(?:lanma|lama)?(?: tarihi)?|giriş(?: tarihi)?|güncellen?me(?: tarihi)?|δημοσίευση|δημοσιεύ[θτ]ηκε|τελευταία ενημέρωση|ενημέρωση|diterbitkan|diperbarui|प्रकाशित|अपडेटेड|เผยแพร่(?:เมื่อ)?|ปรับปรุง)"
    r"(?:\s+(?:on|at|am|le|el|il|op|em|den))?(?:\s*[:：]\s*|\s+|(?<=[가-힣])(?=\d))(.*\d.*)",
    re.IGNORECASE,
)
# 141205 GMT Mar 23 (IPTC 7901): day, hour, minute.
DATE_TIME_GROUP = re.compile(
    r"\b(\d\d)(\d\d)(\d\d)\s*(?:(GMT|UTC|Z|[CE]E?S?T|MES?Z|[A-Z]{1,2}[SD]T)\s+|(?<=\d)\s+)([^\W\d_]{3,9})\.?\s+(\d{4}|\d\d)\b"
)
_UPDATED = re.compile(
    r"(?:(?:last|zuletzt|letzte|dernière|última|ultimo|laatst|sist|senast|senest) )?(?:updated|modified|aktualisier|geändert|änderung|mise? à jour|"
    r"actuali[sz]|aggiorna|bijgewerkt|gewijzigd|atuali[sz]a|uppdater|oppdater|opdater|endret|ændret|ändrad|päivitetty|zaktualizowano|aktualizacja|更新|обновлено|оновлено|수정|최종수정|업데이트|آخر تحديث|עודכן|güncelle|τελευταία|ενημέρωση|diperbarui|अपडेट|ปรับปรุง)",
    re.IGNORECASE,
)
# What stands behind a date: "(updated …)", "and last updated …".
_ALSO_CHANGED = re.compile(
    rf"\s*\((?:updated|modified|last).*\)$|\s*[（(][^()（）]{{0,40}}更新[^()（）]{{0,20}}[)）]?$|(?:\s*[,;]|\s+(?:and|et|und|y|e|en))\s+(?:{_UPDATED.pattern}).*$",
    re.IGNORECASE,
)
# What else stands behind a date and a time: when the story was changed, how many characters it has, that it was sent.
_BEHIND = re.compile(
    rf"(?<=[\d日時分秒点mM.hH)）صم])\s*(?:[,;|·•–—-]\s*)?(?:[（(]\s*(?:最終)?(?:{_UPDATED.pattern})[^()（）]{{0,40}}[)）]?|(?:{_UPDATED.pattern}).*|"
    r"\d[\d,]{0,6}\s?(?:文字|字|words|mots|wörter)|(?:配信|掲載|公開|発信|송고))$",
    re.IGNORECASE,
)
# 2017-01-29 10:15 (共同通信)
_BRACKETED = re.compile(r"(.*\d\S{0,8})\s*[(（]([^()（）]{2,30})")
# 2017-01-29 10:15 来源：新华网
_CREDITED = re.compile(r"(.*\d\S{0,8})\s+(\S{1,12}[:：].{2,40})")
# The edition of a Japanese newspaper.
_EDITION = re.compile(
    r"(?<=日)[\s\u3000]*(?:[付朝夕]刊?|付け|配信|掲載|発行)?(?:[\s\u3000]*(?:第?[0-9０-９]{1,2}(?:面|ページ|頁)))?$"
)
# Posted by Lena Hart on March 15, 2023; Von Lena Hart, 15. März 2023: what stands between the name and the date.
_SIGNED = re.compile(
    r"(?:(?:posted|published|written|submitted|publié|publicado|veröffentlicht|geplaatst)\s+)?(?:by|von|par|por|door|av|af)\s+",
    re.IGNORECASE,
)
_SIGNED_BEHIND = re.compile(r"[\s|·•–—-]+(?:(?i:by|von|par|por|door|oleh|di)|โดย|द्वारा)\s*:?\s+(?=[^\W\d_a-zß-ÿ])")
_DASH = re.compile(r"\s+[|·•–—-]\s+|,\s")
_ON = re.compile(r"\s*[,|·–—-]\s*(?:(?:on|am|le|el|op|den)\s+)?|\s+(?:on|am|le|el|op|den)\s+")
# AP-ES-03-14-23 0915EDT: service, zone, month, day, year, hour and minute, as ANPA's members end their stories.
_SERVICE_STAMP = re.compile(r"[A-Z]{2,4}-[A-Z]{2,3}-(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)([A-Z]{3,4})?<?")
_FULL_DATE = re.compile(r"(?:\D*\d){5}")
# A word of a sentence, not of a name.
_LOWER = re.compile(r"(?<!\S)[a-zß-ÿ]{4,}(?!\S)")
_SLASHED = re.compile(r"\s+[/|·•–—-]\s+|\s*[|｜·•–—]\s*|\s{3,}|\t")


class Stamp(NamedTuple):
    """A line with a date: the names beside it, whether it is a date of change, and the town in front of it."""

    date: SourceDate
    names: tuple[str, ...] = ()
    updated: bool = False
    town: str = ""


def header_date(text: str, order: str | None = None) -> SourceDate | None:
    """The date that a line of a head states on its own or beside a name; None for every other line.

    Raises DateError as parse_date does.
    """
    found = date_and_name(text, order, None) if len(text) <= LONGEST_STAMP else None
    return found.date if found else None


def date_and_name(text: str, order: str | None, line: int | None) -> Stamp | None:
    """The date of a header line, with what stands beside it. Raises DateError as parse_date does."""
    bare = _EDITION.sub("", text.strip("()（）[]［］ -–—*"))
    if date := parse_date(bare, order=order, line=line):
        return Stamp(date)
    if "更新" in bare and (date := parse_date(_ALSO_CHANGED.sub("", bare), order=order, line=line)):
        return Stamp(date)
    bare = _without_behind(bare)
    if match := _DATED.fullmatch(bare):
        value = _ALSO_CHANGED.sub("", match[2])
        if date := parse_date(value, order=order, line=line):
            return Stamp(date, updated=bool(_UPDATED.match(match[1])))
    if date := parse_date(bare, order=order, line=line):
        return Stamp(date)
    parts = [part.strip() for part in _SLASHED.split(bare) if part and part.strip()]
    return (
        (_apart(parts, order, line) if len(parts) > 1 else None)
        or _name_then_date(bare, order, line)
        or _date_then_key(bare, order, line)
        or _name_before(bare, order, line, sure=False)
    )


def _without_behind(text: str) -> str:
    """``text`` without what stands behind a date of it and is none."""
    for _ in range(2):
        found = _BEHIND.search(text)
        if found is None or has_digit(text, 0, found.start()) is None:
            break
        text = text[: found.start()]
    return text


def _apart(parts: list[str], order: str | None, line: int | None) -> Stamp | None:
    """The date among the parts of a line that bars or slashes part."""
    for position, part in enumerate(parts):
        keyed = _DATED.fullmatch(part)
        value = keyed[2] if keyed else part
        if has_digit(value) is None:
            continue
        rest = parts[:position] + parts[position + 1 :]
        times = [each for each in rest if _is_time(each)]
        date = parse_date(value, order=order, line=line)
        found = Stamp(date) if date else _name_before(value, order, line, sure=bool(times))
        if found is None:
            continue
        if times and found.date.time is None:
            plain = value.removeprefix("".join(found.names)).strip()
            found = found._replace(date=parse_date(f"{plain} {times[0]}", order=order, line=line) or found.date)
        others = [each for each in rest if each not in times and not _UPDATED.match(each) and not is_count(each)]
        if sum(len(each.split()) for each in others) > 8:
            return None
        if others and found.names:
            # LENA HART / Madrid 14 MAR 2023
            return Stamp(found.date, (_named(others),), town=found.names[0])
        return Stamp(found.date, found.names or ((_named(others),) if others else ()))
    return None


def is_called(text: str) -> bool:
    """Whether ``text`` calls a date that of publication or of a change: "Published: 5 January 2017"."""
    if len(text) > LONGEST_STAMP or has_digit(text) is None:
        return False
    match = _DATED.fullmatch(text)
    # "Date: 20 March" may be that of an event.
    return match is not None and match[1].lower() not in ("date", "datum", "fecha", "stand")


def _named(others: list[str]) -> str:
    """Of what stands beside a date, the name of a newspaper or an agency, else the first."""
    return next((each for each in others if is_masthead(each) or is_agency(each)), others[0] if others else "")


def byline_and_date(text: str, order: str | None, line: int | None) -> tuple[tuple[Person, ...], SourceDate] | None:
    """ "Posted by Lena Hart on March 15, 2023": who wrote a story, and when."""
    introduced = _SIGNED.match(text)
    for between in _ON.finditer(text, introduced.end()) if introduced else ():
        authors = bare_name(text[introduced.end() : between.start()]) if introduced else ()
        if authors and (date := parse_date(text[between.end() :], order=order, line=line)):
            return authors, date
    return _date_and_byline(text, order, line)


def _date_and_byline(text: str, order: str | None, line: int | None) -> tuple[tuple[Person, ...], SourceDate] | None:
    """ "Publicado em 14/03/2023 - 09:15 Por Lena Souza – Repórter": when a story was written, and who did."""
    introduced = _SIGNED_BEHIND.search(text)
    if introduced is None or has_digit(text, 0, introduced.start()) is None:
        return None
    found = date_and_name(text[: introduced.start()], order, line)
    name = _DASH.split(text[introduced.end() :], maxsplit=1)[0]
    authors = bare_name(name) or (split_authors(name) if not name.isascii() and len(name.split()) < 4 else ())
    return (authors, found.date) if found is not None and authors and not found.names else None


def _date_then_key(text: str, order: str | None, line: int | None) -> Stamp | None:
    """ "2017-01-29 10:15 来源：新华网", "2017-01-29 (共同通信)": a date before the source."""
    if (match := _BRACKETED.fullmatch(text)) and is_agency(match[2]):
        date = parse_date(match[1], order=order, line=line)
        return Stamp(date, (match[2],)) if date else None
    match = _CREDITED.fullmatch(text)
    keyed = read_key(match[2]) if match else None
    if match is None or keyed is None or keyed.field not in ("source", "authors"):
        return None
    date = parse_date(match[1], order=order, line=line)
    return Stamp(date, (keyed.value,) if keyed.field == "source" else ()) if date else None


def _is_time(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}[:.]\d\d(?:\s?[ap]\.?m\.?)?(?:\s+[A-Z]{2,5})?", text, re.IGNORECASE))


def _name_then_date(text: str, order: str | None, line: int | None) -> Stamp | None:
    """ "Kyodo News, January 29, 2017": a short name before a full date."""
    for match in list(re.finditer(r",\s+|\s+\(|:\s+|\s+(?=\d{4}年)", text))[:2]:
        name, rest = text[: match.start()], text[match.end() :].rstrip(")")
        if len(name.split()) > 5 or not rest or _FULL_DATE.match(name):
            break
        date = parse_date(rest, order=order, line=line) if has_digit(rest) else None
        if date is not None and date.year is not None:
            if match[0].strip() == "," and what_is(name, placed=True) == "dateline":
                return Stamp(date, town=name)
            return Stamp(date, (name,))
    return None


def _name_before(text: str, order: str | None, line: int | None, *, sure: bool) -> Stamp | None:
    """ "港町通信 3/14(火) 9:15": a name and nothing else between it and a date.

    That is one where a time stands behind it, or where the name is that of a newspaper or an agency.
    """
    for match in islice(re.finditer(r"\s+", text), 5):
        name, rest = text[: match.start()], text[match.end() :]
        if has_digit(name) or _LOWER.search(name):
            return None
        with suppress(DateError):
            date = parse_date(rest, order=order, line=line)
            if date is not None:
                known = sure or date.time is not None or (date.year is not None and what_is(name) != "source")
                return Stamp(date, (name,)) if known or is_masthead(name) or is_agency(name) else None
    return None


def service_stamp(text: str) -> SourceDate | None:
    """The moment in the line with which a story of an American service ends (ANPA 1312): AP-ES-03-14-23 0915EDT."""
    match = _SERVICE_STAMP.fullmatch(text)
    if match is None:
        return None
    month, day, year, hour, minute, zone = match.groups()
    with suppress(DateError):
        return parse_date(f"{whole_year(year)}-{month}-{day} {hour}:{minute} {zone or ''}".strip())
    return None


def date_time_group(text: str) -> SourceDate | None:
    """The moment that a message's date-time group states (IPTC 7901, section on the message ending)."""
    for found in DATE_TIME_GROUP.finditer(text):
        day, hour, minute, zone, month, year = found.groups()
        with suppress(DateError):
            if date := parse_date(f"{day} {month} {whole_year(year)} {hour}:{minute} {zone or ''}".strip()):
                return date
    return None
