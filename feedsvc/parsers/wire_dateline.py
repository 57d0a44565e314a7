"""Datelines: where, when and by which agency a story was filed, at the head of its first paragraph.

A dateline needs a place, or an agency in brackets, and one of a date, an agency, capitals.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.model import SourceDate
from feedsvc.parsers.dates import DateError, has_digit, may_date, parse_date
from feedsvc.parsers.months import WEEKDAYS, folded

LONGEST = 120

_AGENCY_NAMES = (
    "reuters reuter ap afp upi kyodo xinhua dpa dpa-afx efe ansa tass itar-tass interfax bernama yonhap pti ani ians "
    "aap pa cp bloomberg jiji cna kcna lusa belga anp apa sda ats ntb tt stt ritzau pap mti ctk čtk antara vna irna "
    "anadolu aa sana mena cnn bbc nyt wsj notimex telam télam adnkronos agi askanews afx rtr rtrs keystone-sda kna epd "
    "sid ots dts aki aps map agi pana lapresse tap aps nrk rbnews kap cic wam spa nan gna prnewswire usnewswire тасс рейтер рейтерс интерфакс унн унiан уніан भाषा वार्ता एएनआई укринформ رويترز وام واس سبا"
)
AGENCIES = frozenset(_AGENCY_NAMES.split()) | {
    "kyodo news", "jiji press", "associated press", "the associated press", "press association", "canadian press",
    "the canadian press", "agence france-presse", "agence france presse", "dow jones", "ria novosti", "europa press",
    "prensa latina", "business wire", "globe newswire", "globenewswire", "риа новости", "إفي", "د ب أ", "أ ف ب", "연합뉴스", "뉴시스", "뉴스1",
    "中央社", "中新社", "中新网", "agencia brasil", "agência brasil", "reuters health", "bloomberg news", "thomson reuters",
    "共同", "共同通信", "共同通信社", "時事", "時事通信", "時事通信社", "ロイター", "afp時事", "afp=時事", "新華社", "聯合ニュース", "cnn.co.jp",
}  # fmt: skip

_SEPARATOR = re.compile(
    r"\s*\.[-—–]\s*|\s*-{2,}\s*|\s*[—–―]\s*|\s+-\s*(?=\s|$)\s*|(?<=\))-\s+|(?<=\))\s*:\s+|:\s+|\s+[|｜_]\s+"
)
_BAR = re.compile(r"\s+[|｜]\s+")
_MARK = re.compile(r"[-—–―:|｜_]")
_BRACKETED = re.compile(r"\(([^()]{2,40})\)|/([^/\s][^/]{0,25})/")
# Westhaven (Norway), 14 March: the country behind a place.
_REGION = re.compile(r"(?<=\w) \(([^\W\d_][^\W\d_.]*[a-zß-ÿ.][\w .'’-]{0,30})\)(?=,)")
_ABBREVIATED = re.compile(r"[A-Z]{2,6}")
_AGENCY_WORD = re.compile(r"\b(?:News|Press|Agency|Newswire|Wire|Reuters?|Kyodo)\b|ニュース|通信")
_PLACE = re.compile(
    r"(?:the )?[^\W\d_a-zß-ÿ][\w\u0900-\u0dff.'’-]*(?:[ /-](?:(?:de|del|da|do|dos|di|du|des|la|le|les|el|los|las|am|an|der|den|im|of|on|sur|"
    r"upon|the|and|bei|ob|aan|en|y|e)(?= )|[^\W\d_a-zß-ÿ][\w.'’-]*)){0,5}\.?"
)
# JAKARTA, KOMPAS.com
_SITE = re.compile(r"\w{2,20}\.(?:com|net|org|id|co\.[a-z]{2})", re.IGNORECASE)
_LOWER_PLACE = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2}")
_TAIL_DATE = re.compile(
    r"(.*?\S)\s+((?:[^\W\d_]{3,10}\.?\s+\d{1,2}|\d{1,2}\.?\s+[^\W\d_]{3,10}\.?|\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d\d-\d\d)(?:,?\s+\d{4})?)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MARKED = re.compile(
    r"(?:【([^【】]{1,40})】|〔([^〔〕]{1,40})〕|［([^［］]{1,40})］|\[([^\[\]]{1,40})\])[\s\u3000]*[-―—–－]*[\s\u3000]*"
)
_CHINESE = re.compile(
    r"(?:[（(]?(新华社|新華社|中新社|中新网|中央社)(?:记者|記者)?[^\s\d，。（）()]{0,12}?)?[\s\u3000]*([一-龠]{2,8}?)[\s\u3000]*"
    r"(\d{1,2}月\d{1,2}日)(?:电|電|讯|訊)[)）]?(?:\s?[（(](?:(?:记者|記者)[:： ]?([一-龠、 ]{2,16})|[^（）()]{2,30})[)）])?[\s\u3000]*"
)
_KOREAN = re.compile(
    r"[(\[]([가-힣]{1,10})=([가-힣\w]{2,12})[)\]]\s*(?:([가-힣·,\s]{2,20}?)\s*(?:선임|전문)?(?:기자|특파원)\s*)?=\s*"
)
# [서항신문 김하나 기자]; （中央社記者李明奧斯陸14日電）
_KOREAN_REPORTER = re.compile(
    r"[(\[【]([가-힣\w]{2,12})[ =]([가-힣]{2,4}) ?(?:선임|전문)?(?:기자|특파원)[)\]】]\s*=?\s*"
)
_TAIWANESE = re.compile(
    r"[（(](中央社)(?:記者|編輯)?([一-龠]{2,14}?)(?:\d{1,2}日)?(?:綜合)?(?:外)?[電電訊][)）][\s\u3000]*"
)
_EASTERN = re.compile(
    r"(?:（([^（）]{2,12})）|([一-龠ァ-ヶー]{2,12}?)?[\s\u3000]*([0-9０-９]{1,2}月[0-9０-９]{1,2}日)?[\s\u3000]*"
    r"(共同|時事|ロイター|ＡＦＰ|AFP|新華社)?)[\s\u3000]*[-―—–－＝]+[\s\u3000]*"
)
# （ロンドン共同）: the same groups as above.
_BRACKETED_PLACE = re.compile(
    r"（?()([一-龠ァ-ヶー・]{2,12}?)[＝=（(\s\u3000]*([0-9０-９]{1,2}月[0-9０-９]{1,2}日)?[\s\u3000]*(共同|時事|ロイター|ＡＦＰ|AFP)[）)][\s\u3000]*[-―—–－＝]*[\s\u3000]*"
)
_NO_PLACE = re.compile("写真|速報|関連|動画|画像|続報|訂正|注|独自|解説|連載|特集|PR|広告")
_KANJI_AND_NAME = re.compile(r"[一-龠ァ-ヶー]{2,8}・[一-龠々]{3,5}")
_KANJI = re.compile(r"[一-龠ァ-ヶー・]{2,8}")


class Dateline(Struct, frozen=True):
    """A dateline: its text without the dash, its parts, the offset at which the story goes on.

    ``problem`` says why a date in it is none (Feb. 30); ``writer`` is who filed it, where the dateline names one.
    """

    text: str
    end: int
    place: str | None = None
    date: SourceDate | None = None
    agency: str | None = None
    problem: str | None = None
    writer: str | None = None


def read_dateline(text: str) -> Dateline | None:
    """The dateline with which ``text``, the start of a paragraph on one line, begins; None without one."""
    return _read(text[:LONGEST])


# A line is looked at below the one before it, by itself, and when its dateline is taken off; mastheads come again.
@lru_cache(maxsize=1024)
def _read(start: str) -> Dateline | None:
    if start[:1] > "\u2fff" or start[:1] in "[（［【" or start[1:2] > "\uabff":
        return _eastern(start)
    if start[:1] in "(/" or start[:1].isalpha():
        found = _western(start)
        return found and _chained(found, start)
    return None


def _chained(found: Dateline, start: str) -> Dateline:
    """``found`` with what stands behind its dash: (ANSA) - ROMA, 29 GEN -; NEW YORK--(BUSINESS WIRE)--Jan. 29, 2017--."""
    for _ in range(2):
        rest = start[found.end :]
        if not (rest[:1] in "(/" or has_digit(rest, 0, 16) or found.agency is None) and found.place is not None:
            break
        more = _western(rest) or _only_date(rest) or _only_agency(rest)
        if more is None or (found.place and more.place) or (found.date and more.date):
            break
        found = Dateline(
            f"{found.text} {more.text}",
            found.end + more.end,
            found.place or more.place,
            found.date or more.date,
            found.agency or more.agency,
            found.problem or more.problem,
        )
    return found


def _only_agency(text: str) -> Dateline | None:
    """МОСКВА, 29 янв - РИА Новости. Text: the agency's name and a full stop."""
    name, stop, _ = text.partition(". ")
    return Dateline(name, len(name) + len(stop), agency=name) if stop and is_agency(name) else None


def _only_date(text: str) -> Dateline | None:
    """A date with a dash behind it."""
    dash = next(_separators(text), None)
    if dash is None or dash.start() > LONGEST // 3 or dash.end() == len(text):
        return None
    date, problem = _try_date(text[: dash.start()])
    return Dateline(text[: dash.start()].strip(), dash.end(), date=date, problem=problem) if date or problem else None


def place_and_date(text: str) -> Dateline | None:
    """A line that is nothing but a place and a date ("Tokyo, January 29, 2017")."""
    if len(text) > LONGEST or not may_date(text):
        return None
    found = _parts(text.strip(" .,-–—:"), len(text))
    if found is None or not found.place or not found.date or found.place == found.place.lower():
        return None
    # Without a comma, "Quarter ended April 30" would be one.
    apart = text.find(",") > 0 or found.agency is not None
    return found if apart and len(found.place.split()) <= 4 else None


def is_agency(text: str) -> bool:
    """Whether ``text`` is the name of a news agency and nothing else."""
    name = text.strip(" ()/=-©").casefold()
    # The regional services of an agency: dpa/lby.
    return name in AGENCIES or ("/" in name and " " not in name and name.partition("/")[0] in AGENCIES)


def _western(start: str) -> Dateline | None:
    undated = None
    for match in islice(_separators(start), 3):
        prefix, rest = start[: match.start()], start[match.end() :]
        if not prefix or not rest:
            continue
        found = _parts(_BAR.sub(", ", prefix), match.end())
        if found is not None and _goes_on(found, match[0].strip(), rest):
            if found.date is not None or match[0].strip() not in ("|", "｜"):
                return undated or found if found.date is None else found
            undated = undated or found
    return undated or _without_dash(start)


def _separators(text: str) -> Iterator[re.Match[str]]:
    """What ``_SEPARATOR`` finds in ``text``. It is tried only where a mark stands, and at the blanks before that."""
    at = 0
    while (mark := _MARK.search(text, at)) is not None:
        # The mark may be the dash of ".-".
        blanks = at + len(text[at : mark.start()].removesuffix(".").rstrip())
        found = _SEPARATOR.match(text, blanks) or _SEPARATOR.match(text, mark.start())
        at = (found or mark).end()
        if found is not None:
            yield found


def _goes_on(found: Dateline, separator: str, rest: str) -> bool:
    """Whether ``rest`` may be the story behind the dateline ``found``."""
    if separator == ":" and not (found.agency and (found.date or is_agency(found.agency))):
        return False
    if found.date is not None or found.problem is not None:
        return True
    # Capitals alone are a dateline only above a text that is not in capitals itself.
    return not rest[0].islower() and (found.agency is not None or any(map(str.islower, rest)))


def _without_dash(start: str) -> Dateline | None:
    """TOKYO, Jan. 29 (Kyodo) Text; MOSCOW, January 29. /TASS/. Text."""
    match = _BRACKETED.search(start)
    if match is None:
        return None
    end = match.end() + len(start[match.end() :]) - len(start[match.end() :].lstrip(" .:"))
    found = _parts(start[: match.end()], end)
    if found is None or found.place is None or not (found.date or is_agency(found.agency or "")):
        return None
    return found if end < len(start) and not start[end].islower() else None


# The stories of a day begin alike, and so do a line and the paragraph that it begins.
@lru_cache(maxsize=1024)
def _parts(prefix: str, end: int) -> Dateline | None:
    """The dateline that the whole of ``prefix`` is; None when it is something else."""
    agency = None
    core = _without_brackets(prefix) if "), " in prefix else prefix
    if match := _BRACKETED.search(core):
        agency = match[1] or match[2]
        before, after = core[: match.start()].strip(" .,-"), core[match.end() :].strip(" .,-")
        if before and after:
            return None
        core = before or after
        if has_digit(agency) and core:
            # A date in brackets: "TOKYO (Jan. 29) -".
            core, agency = f"{core}, {agency}", None
        elif not _may_be_agency(agency):
            return None
    if agency is None and " - " in core and is_agency(core.rpartition(" - ")[2]):
        # ويستهافن - أ ف ب: Text
        core, _, agency = core.rpartition(" - ")
    if not core.strip(" .,"):
        known = agency is not None and (
            is_agency(agency) or bool(_AGENCY_WORD.search(agency)) or _ABBREVIATED.fullmatch(agency) is not None
        )
        return Dateline(prefix.strip(), end, agency=agency) if known else None
    return _place(prefix, core, agency, end)


def _without_brackets(prefix: str) -> str:
    """Westhaven, Norway, 14 March of Westhaven (Norway), 14 March."""
    region = _REGION.search(prefix)
    if region is None or is_agency(region[1]):
        return prefix
    return f"{prefix[: region.start()]}, {region[1]}{prefix[region.end() :]}"


def _may_be_agency(name: str) -> bool:
    return len(name.split()) <= 4 and not has_digit(name) and any(map(str.isalpha, name))


def _place(prefix: str, core: str, agency: str | None, end: int) -> Dateline | None:
    pieces = [piece.strip() for piece in core.split(",") if piece.strip(" .")]
    date, dated, problem = None, False, None
    if has_digit(core):
        if agency is None and pieces and has_digit(pieces[-1]):
            pieces[-1], agency = _without_agency(pieces[-1])
        try:
            pieces, date, dated = _take_date(pieces)
        except DateError as error:
            dated, problem = True, str(error)
            pieces = [piece for piece in pieces if not has_digit(piece)]
        pieces = [piece for piece in pieces if not _YEAR.fullmatch(piece)]
    pieces = [piece for piece in pieces if not _is_weekday(piece)]
    if (agency is None and len(pieces) > 1 and is_agency(pieces[-1])) or (
        agency is None and len(pieces) > 1 and _SITE.fullmatch(pieces[-1])
    ):
        agency = pieces.pop()
    elif agency is None and pieces and " " in pieces[0] and is_agency(pieces[0].rpartition(" ")[2]):
        pieces[0], _, agency = pieces[0].rpartition(" ")
    if not pieces and date is not None and agency is not None and is_agency(agency):
        return Dateline(prefix.strip(" ,"), end, None, date, agency)
    if not pieces or len(pieces) > 4 or not (dated or agency or _stands_alone(pieces)):
        return None
    capital = all(len(piece) <= 40 and _PLACE.fullmatch(piece) for piece in pieces)
    if not capital and not (dated and all(map(_is_lower_place, pieces)) and len(pieces) < 3):
        return None
    return Dateline(prefix.strip(" ,"), end, ", ".join(pieces), date, agency, problem)


def _is_weekday(piece: str) -> bool:
    return len(piece) > 3 and (piece.lower() if piece.isascii() else folded(piece)) in WEEKDAYS


def _stands_alone(pieces: list[str]) -> bool:
    """Whether a place without date and agency is surely one: a few words in capitals."""
    place = ", ".join(pieces)
    return (
        place.isupper()
        and len(pieces) < 3
        and sum(map(str.isalpha, place)) > 2
        and len(place) <= 40
        and len(place.split()) <= 4
    )


def _without_agency(piece: str) -> tuple[str, str | None]:
    """ "18 June Kyodo": a date, and the agency behind it."""
    words = piece.split()
    for count in range(min(3, len(words) - 1), 0, -1):
        if is_agency(name := " ".join(words[-count:])):
            return " ".join(words[:-count]), name
    return piece, None


def _is_lower_place(piece: str) -> bool:
    return piece.islower() and _LOWER_PLACE.fullmatch(piece) is not None


def _take_date(pieces: list[str]) -> tuple[list[str], SourceDate | None, bool]:
    """``pieces`` of a dateline without its date, the date, and whether there was one."""
    for first in range(len(pieces)):
        if not has_digit(pieces[first]):
            continue
        with_year = first + 1 < len(pieces) and pieces[first + 1][:4].isdigit()
        for last in (first + 2, first + 1) if with_year else (first + 1,):
            date = parse_date(", ".join(pieces[first:last]))
            if date is not None:
                return pieces[:first] + pieces[last:], date, True
        match = _TAIL_DATE.fullmatch(pieces[first])
        date = parse_date(match[2]) if match else None
        if match and date is not None:
            year = pieces[first + 1] if first + 1 < len(pieces) else ""
            whole = parse_date(f"{match[2]}, {year}") if _YEAR.fullmatch(year) else None
            return [*pieces[:first], match[1], *pieces[first + 1 :]], whole or date, True
    return pieces, None, False


def _eastern(start: str) -> Dateline | None:
    if match := _KOREAN.match(start):
        return Dateline(match[0].strip(" ="), match.end(), match[1], None, match[2], writer=match[3])
    if start[0] in "([【" and (match := _KOREAN_REPORTER.match(start)):
        return Dateline(match[0].strip(" ="), match.end(), None, None, match[1], writer=match[2])
    if start.startswith("中央社", 1) and (match := _TAIWANESE.match(start)):
        return Dateline(match[0].strip(), match.end(), agency=match[1])
    if match := _MARKED.match(start):
        inner = next(filter(None, match.groups()))
        if inner.isascii():
            found = _parts(inner, match.end())
            return replace(found, text=match[0].strip(" -")) if found and found.place and found.date else None
        return _marked(match[0].strip(" \u3000-―—–－"), inner, match.end())
    if match := _CHINESE.match(start):
        date, problem = _try_date(match[3])
        return Dateline(match[0].strip(), match.end(), match[2], date, match[1], problem, match[4])
    match = _EASTERN.match(start) or _BRACKETED_PLACE.match(start)
    return _parts_of_eastern(match) if match else None


def _parts_of_eastern(match: re.Match[str]) -> Dateline | None:
    date, problem = _try_date(match[3])
    agency = match[1] or match[4]
    if match[1] and not is_agency(match[1]):
        return None
    if not (date or problem or agency):
        return None
    return Dateline(match[0].strip(" \u3000-―—–－＝"), match.end(), match[2], date, agency, problem)


def _marked(text: str, inner: str, end: int) -> Dateline | None:
    """【東京共同】, 【ワシントン＝山田太郎】, ［東京 29日 ロイター］."""
    agency = next((each for each in ("共同", "時事", "ロイター", "AFP", "ＡＦＰ", "新華社") if each in inner), None)
    spans = re.search(r"(?:[0-9０-９]{4}年)?[0-9０-９]{1,2}月[0-9０-９]{1,2}日", inner)
    date, problem = _try_date(spans[0] if spans else None)
    place = (
        re.split(
            r"[\s\u3000＝=0-9０-９]" if _KANJI.fullmatch(inner) else r"[\s\u3000＝=・0-9０-９]",
            inner.replace(agency or "\0", ""),
        )[0]
        or None
    )
    named = (_KANJI.fullmatch(inner) or _KANJI_AND_NAME.fullmatch(inner)) and not _NO_PLACE.search(inner)
    if not (agency or date or problem or "＝" in inner or named):
        return None
    return Dateline(text, end, place, date, agency, problem)


def _try_date(text: str | None) -> tuple[SourceDate | None, str | None]:
    """The date of ``text``, or why it is none."""
    try:
        return parse_date(text) if text else None, None
    except DateError as error:
        return None, str(error)
