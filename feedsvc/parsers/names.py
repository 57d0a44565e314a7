"""Bylines into Persons: who wrote it, one value for each.

Lists are split, "Jr." and teams are not; what somebody is ("Staff Writer") and where is left out.
"""

import re
from functools import lru_cache

from feedsvc.model import Person
from feedsvc.patterns import pattern
from feedsvc.text import one_line

LONGEST = 1000
_INTRODUCTION = pattern(
    r"(?:written by|reporting by|reported by|story by|text by|words by|by|texte? par|par|texto de|"
    r"por|di|da|door|av|af|(?:texte?|texto|testo|teksti?|foto):|authors?:|byline:|取材・文|文・写真|文|著者|筆者|記者|執筆)(?:\s*[:：=＝/／]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
# "Von" also begins names, "da" and "di" too: they introduce where two capitalised words follow.
_GERMAN = pattern(r"(?:von|VON|Von|Da|Di|DI|DA|di)\s+(?=[^\W\d_a-zß-ÿ]\S*\s+[^\W\d_a-zß-ÿ])")
_NOT_INTRODUCED = pattern(r"(?:di|da)\s", re.IGNORECASE)
_SUFFIX = pattern(r"(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|esq|rn|mba|jd|j\.d|dds|obe|cbe|mp)\.?", re.IGNORECASE)
_TEAM_WORDS = (
    "staff wire wires service services news newsroom agency agencies press team desk bureau editors editorial "
    "sons daughters brothers bros co inc ltd llc plc gmbh ag corp corporation company group partners associates network "
    "media times post tribune herald journal reports report redaktion rédaction redacción redazione reuters ap afp "
    "upi dpa kyodo xinhua bloomberg efe ansa department office university institute society association board "
    "committee council ministry foundation museum centre center writers reporters correspondents company's"
)
_TEAM = frozenset(_TEAM_WORDS.split())
_ROLE = pattern(
    r"(?:(?:our|the|a|an|senior|junior|chief|special|staff|contributing|associate|assistant|deputy|managing|executive|"
    r"political|sports?|science|health|business|foreign|national|local|news|features?|general|investigative|"
    r"diplomatic|economics?|technology|city|metro|guest|freelance|international|world|\w+ bureau|\w+) ){0,3}"
    r"(?:writers?|reporters?|correspondents?|editors?|columnists?|journalists?|critic|photographers?|"
    r"contributors?|bureau chief|bureau|staff|analyst|intern)"
    r"|(?:the )?(?:associated press|reuters|ap|afp|upi|kyodo(?: news)?|xinhua|bloomberg(?: news)?|dpa|"
    r"press association|agence france-presse|canadian press)(?: (?:news )?(?:staff|writers?))?"
    r"|special to .{1,60}|for .{1,60}|(?:in|à|aus|in der|desde) [^\W\d_a-z].{1,40}",
    re.IGNORECASE,
)
# Josh Aas, Executive Director of the Harbour Trust
_OFFICE = pattern(
    r"(?:.{0,60}\s)?(?:(?:co-?)?founders?|directors?|presidents?|officers?|managers?|engineers?|ceo|cto|cfo|coo|chair(?:man|woman|person)?|professors?|"
    r"fellows?|counsel|researchers?|scientists?|developers?|designers?|architects?|advis[eo]rs?|specialists?|coordinators?|strategists?|consultants?|"
    r"lecturers?|economists?|evangelists?|advocates?|administrators?|technologists?|maintainers?|spokes(?:man|woman|person))"
    r"(?:\s(?:of|for|at|in|on)\s.{1,60})?|(?:head|chief|dean|secretary|vp|vice president)\s(?:of|for)\s.{1,60}",
    re.IGNORECASE,
)
_MAIL = r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,190}"
_NAME_MAIL = pattern(rf"(.*?)[\s<(\[]*(?:mailto:)?({_MAIL})[\s>)\]]*")
_MAIL_NAME = pattern(rf"({_MAIL})\s*\((.+)\)")
_OTHER_CREDITS = pattern(r"[;；]\s*(?:editing|edited|writing|additional|photos?|compiled)\b", re.IGNORECASE)
# Ida Holm Foto: Ole Berg; Ida Holm, Illustration von Ole Berg.
_PICTURED = pattern(
    r"(?<=\w)[\s,;|/–-]+(?:(?:mit |with )?(?:fotos?|photos?|photographs|bild(?:er)?|illustration(?:en|s)?|grafik(?:en)?|video)(?::| von | by | de ).*)",
    re.IGNORECASE,
)
_MAY_BE_PICTURED = pattern(r"foto|photo|bild|illustr|grafik|video", re.IGNORECASE)
_ABBREVIATED = pattern(r"\b(?:Jr|Sr|Ph\.D|M\.D|Esq|[A-Z])\.$")
_NO_NAME = pattern(r"https?://|www\.|(?:by|von|par|por)$", re.IGNORECASE)
_LOCATION = pattern(r"\s+in\s+[^\W\d_a-z][^\d,;&]{1,40}$")
_AND = pattern(
    r"\s+(?:im Gespräch mit|in conversation with|and|und|et|y|e|en|och|og|with)\s+|\s*&\s*|\s*\+\s*", re.IGNORECASE
)
_WESTERN = pattern(r"\s*[;|\n]\s*|\s+[/•·]\s+")
_EASTERN = pattern(r"\s*[、，；／/]\s*")
_CJK = pattern(r"[\u3040-\u30ff\u3400-\u9fff]")
_CJK_ROLE = pattern(
    r"(?:[（(【\[].*?[）)】\]])|(?:共同通信|時事通信|本社|[一-龠ァ-ヶー]{1,8}(?:支局|総局|特派員|部))?"
    r"(?:記者|編集委員|編集部員|特派員|論説委員|ライター|氏|さん)?$"
)


# The same people write many articles of a publication.
@lru_cache(maxsize=1024)
def split_authors(text: str) -> tuple[Person, ...]:
    """The people that ``text`` names, in their order; empty when it names nobody."""
    text = _without_introduction(text[:LONGEST].replace("\r", "\n").replace('"', "").strip(" \t\n-–—"))
    people = [_person(part) for part in _parts(text)]
    return tuple(dict.fromkeys(person for person in people if person is not None))


def _without_introduction(text: str) -> str:
    text = _OTHER_CREDITS.split(text, maxsplit=1)[0]
    if _MAY_BE_PICTURED.search(text) and (pictured := _PICTURED.search(text)):
        text = text[: pictured.start()]
    if text[:1] + text[-1:] in ("()", "（）", "[]", "【】"):
        text = text.strip("()（）[]【】")
    if match := _GERMAN.match(text):
        return text[match.end() :]
    match = _INTRODUCTION.match(text)
    return text[match.end() :] if match and not _NOT_INTRODUCED.match(text) else text


def _parts(text: str) -> list[str]:
    """``text`` cut into one string for each person or team."""
    if _CJK.search(text):
        return [part for each in _EASTERN.split(text) for part in _WESTERN.split(each)]
    lists = [part for part in _WESTERN.split(text) if part]
    if len(lists) > 1:
        # With semicolons between people, a comma stands within a name.
        return [part for each in lists for part in _by_and([", ".join(_without_roles(each.split(",")))])]
    names = _without_roles(text.split(","))
    if len(names) == 2 and not any(" " in name or "@" in name for name in names):
        return [", ".join(names)]
    return _by_and(names, listed=len(names) > 1)


def _without_roles(parts: list[str]) -> list[str]:
    """The names among ``parts``: suffixes joined to theirs, roles left out."""
    names: list[str] = []
    for part in (part.strip() for part in parts):
        if not part:
            continue
        if names and _SUFFIX.fullmatch(part):
            names[-1] += f", {part}"
        elif not (names and (_ROLE.fullmatch(part) or _OFFICE.fullmatch(part) or _is_team(part))):
            names.append(re.sub(r"^(?:and|und|et|y|e|&)\s+", "", part))
    return names


def _is_team(name: str) -> bool:
    return any(word.lower().strip(".") in _TEAM for word in name.split())


def _by_and(names: list[str], listed: bool = False) -> list[str]:
    """``names`` cut at "and" where both sides are people."""
    cut: list[str] = []
    for name in names:
        sides = [side for side in _AND.split(name) if side.strip()]
        words = [side.split() for side in sides]
        team = any(_is_team(side) for side in sides)
        full = all(len(side) >= 2 or "@" in side[0] for side in words)
        single = all(len(side) == 1 for side in words) and "&" not in name
        cut.extend(sides if len(sides) > 1 and not team and (full or single or listed) else [name])
    return cut


def _person(part: str) -> Person | None:
    """One person; None when there is no name."""
    part = one_line(part).strip(" ,;:-–—|/").lstrip(".")
    if not _ABBREVIATED.search(part):
        part = part.rstrip(".")
    email = None
    if "@" in part:
        if match := _MAIL_NAME.fullmatch(part):
            email, part = match[1], match[2]
        elif match := _NAME_MAIL.fullmatch(part):
            part, email = match[1] or match[2], match[2]
        part = re.sub(r"(?:^|\s)\(?@\w+\)?", "", part) or part
    part = re.sub(r"\s*\((?:[A-Z]{2,5}|Reuters|@?\w+)\)$", "", _LOCATION.sub("", part.strip(" ,<>\"'"))).strip()
    if _CJK.search(part):
        part = _CJK_ROLE.sub("", part).strip() or part
    if not any(map(str.isalnum, part)) or _NO_NAME.match(part):
        return None
    return Person(part, email)
