"""Lines of a head that name who wrote the story, or say what the writer is."""

import re

from feedsvc.model import Person
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_dateline import is_agency
from feedsvc.parsers.wire_lexicon import is_masthead
from feedsvc.parsers.wire_places import is_place

_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|av|af|oleh|oprac\.?|opracowa(?:ł|ła)|της|του|από|text|texto|texte|testo|teksti?|story by|written by|reported by|reporting by|words by)\s*[:：]?\s+(?=[^\W\d_])(.{2,120})",
    re.IGNORECASE,
)
_BYLINE_EASTERN = re.compile(
    r"(?:記者|文|取材・文|取材|構成|著者|執筆|ライター|筆者|報告)\s*[:：=＝/／]\s*(.{2,40})|(?:取材・)?文・([一-龠々ぁ-んァ-ヶ 　]{3,12})|[（(【]?(.{2,16}?)(?:記者|特派員|編集委員)[）)】]?"
)
_SCRIPTS = re.compile(
    r"(?:本报记者|特约记者|记者|記者|作者|撰文|通讯员)\s*[:：/ \u3000]\s*([一-龠·、,， ]{2,20})|"
    r"([가-힣]{2,4}(?:\s?[·,]\s?[가-힣]{2,4}){0,3})\s*(?:선임|전문)?(?:기자|특파원)|"
    r"(?:كتب|كتبت|بقلم|إعداد)\s*[:：-]?\s*(.{3,40})|(?:автор|автори|авторы|текст)\s*[:：]\s*(.{3,60})",
    re.IGNORECASE,
)
_CORRESPONDENT = re.compile(
    r"(?:von unser\w+ (?:\w+ )?(?:korrespondent\w*|mitarbeiter\w*|redakteur\w*)|(?:par |de )?notre (?:correspondante?|envoyée? spéciale?)(?: à \w+)?|"
    r"(?:por |de )?nuestr[oa] (?:corresponsal|enviad[oa] especial)|dal nostro (?:inviato|corrispondente)|(?:van|door) on(?:ze|s) (?:\w+ )?(?:verslagge\w+|redact\w+|correspondent\w*|medewerk\w+)|"
    r"(?:från |av )?vår(?:t|a)? (?:korrespondent|utsände?|medarbetare|reporter)|(?:fra |av )?vår (?:korrespondent|utsendte)|(?:af )?vores (?:korrespondent|udsendte)|from our (?:own )?correspondent)"
    r",?\s+([^\W\d_].{2,60})",
    re.IGNORECASE,
)
_EASTERN_NAME = re.compile(r"[（(【［\[]([一-龠々]{2,4}[一-龠々ぁ-んァ-ヶ]{0,4})[）)】］\]]")
_CREDITED = re.compile(
    r"([A-Z][\w.'’-]+(?: [\w.'’-]+){1,3})(?:, ?| ?[|/–—-] ?)((?i:(?:staff|senior|special|chief|political)?\s*(?:writer|reporter|correspondent|editor|columnist)))s?",
)
# With one of these, or more of them, such a line ends.
_CREDITS = ("writer", "reporter", "correspondent", "editor", "columnist")
_WITH_AGENCY = re.compile(
    r"([^\W\d_a-zß-ÿ][\w.'’-]+(?: [^\W\d_a-zß-ÿ][\w.'’-]+){1,3})(?:, ?| ?[|/-] ?| \()/?([^\W\d_][\w -]{1,30})[)/]?"
)
_NOT_A_NAME = re.compile(r"\b(?:the|an?(?!\.)|pct|percent|\d+|of|to|than|for|end|next)\b", re.IGNORECASE)
_PROFESSIONS = frozenset(
    "writer writers reporter reporters correspondent correspondents editor editors columnist columnists journalist journalists "
    "chief staff newsroom korrespondent korrespondentin correspondant correspondante corresponsal redacteur redakteur "
    "redakteurin corrispondente".split()
)
# Up to five words, and one of those; a chief only of a bureau.
_PROFESSION = re.compile(r"(?:[\w.&'’/-]+,? ){0,5}(?:bureau chief|(?!chief)\w+)", re.IGNORECASE)
_NAME = re.compile(
    r"[^\W\d_a-zß-ÿ][\w.'’-]*(?: (?:(?:de|la|van|von|der|den|di|da|del|el|al) ){0,2}[^\W\d_a-zß-ÿ][\w.'’-]*){1,3}"
)
_REACH = re.compile(
    r"(?:(?:e-?mail|mail|twitter|x)\s*:?\s*)?(?:[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|@\w{2,30})",
    re.IGNORECASE,
)
# 文＝山田花子　写真＝佐藤太郎
_PICTURED = re.compile(r"[\s\u3000]+(?:写真|撮影|イラスト|図)\s*[=＝:：・/／].*")
# Par Lena Hart avec AFP; Por Lena Souza, g1 — Porto Oeste
_WITH_HELP = re.compile(r"\s+(?:avec|with|mit|con|com|och|und|and|et)\s+([^\W\d_]{2,12})$", re.IGNORECASE)
_TOWN_BEHIND = re.compile(r"(?<=\w)\s+[–—]\s+[^\W\d_a-zß-ÿ][\w.'’ -]{1,30}$")
_OUTLET = re.compile(r"(?=\S*\d)[^\W\d_]\w{0,8}|\w+\.(?:com|net|org|de|fr|jp|br|id)(?:\.\w\w)?", re.IGNORECASE)
_WORD = re.compile(r"\w{3,20}")
_DASHED = re.compile(r"\s+[–—|-]\s+|,\s*")
_PLACE = re.compile(r"(?:in )?[^\W\d_a-zß-ÿ][\w.'’-]*(?: [^\W\d_a-zß-ÿ][\w.'’-]*){0,2}")

# The words that introduce a name, and what stands between a name and what its bearer is.
_FIRST_WORDS = frozenset(
    "by von par por di door av af oleh oprac oprac. opracował opracowała τησ του από text texto texte testo tekst teksti story written reported reporting words "
    "de notre nuestro nuestra dal van från vår vårt våra fra vores from".split()
)
# Those of them that no list of names begins with elsewhere.
_OTHER_WORDS = re.compile(r"(?:oleh|oprac|της|του|από)", re.IGNORECASE)
_LONGEST_AGENCY = 16
_apart = re.compile(r"[,|/(–—-]").search


def read_byline(text: str) -> tuple[Person, ...]:
    """The people that ``text``, a line of its own, names as its writers; empty when it is no byline."""
    if len(text) > 130:
        return ()
    mark = _apart(text)
    apart = mark is not None
    if apart and (credited := _WITH_AGENCY.fullmatch(text)) and is_agency(credited[2]):
        return split_authors(credited[1])
    if mark is not None and mark.start() < _LONGEST_AGENCY and is_agency(text[: mark.start()]):
        # PAP, Anna Kowalska
        return bare_name(text[mark.end() :].strip(" )/"))
    if _is_introduced(text):
        if match := _CORRESPONDENT.fullmatch(text):
            return split_authors(match[1])
        match = _BYLINE.fullmatch(_without_agency(text))
        if match and (text[:3].lower() == "by " or _capitalised(match[1])) and not _NOT_A_NAME.search(match[1]):
            return split_authors(match[1] if _OTHER_WORDS.match(text) else match[0])
    if text.isascii():
        may_be = apart and text.lower().removesuffix("s").endswith(_CREDITS)
        match = _CREDITED.fullmatch(text) if may_be else None
    else:
        words = _PICTURED.sub("", text)
        match = _SCRIPTS.fullmatch(words) or _BYLINE_EASTERN.fullmatch(words)
    name = next((group for group in match.groups() if group), "") if match else ""
    return split_authors(name) if name else ()


def _without_agency(text: str) -> str:
    """A byline without the agency behind the name: "Af Ida Holm, /ritzau/", "Von Anna Berg, APA"."""
    text = _TOWN_BEHIND.sub("", _WITH_HELP.sub(_agency_left_out, text))
    name, comma, agency = text.rpartition(",")
    if comma and _OUTLET.fullmatch(agency.strip()):
        return name
    return name if comma and is_agency(agency) else text


def _agency_left_out(helped: re.Match[str]) -> str:
    return "" if is_agency(helped[1]) else helped[0]


def is_byline(text: str) -> bool:
    """Whether ``text`` begins as bylines do, whomever it names."""
    return _is_introduced(text) and _BYLINE.fullmatch(text) is not None


def _is_introduced(text: str) -> bool:
    """Whether ``text`` begins with a word that introduces a name."""
    first = text.split(None, 1)[:1]
    return bool(first) and first[0].rstrip(":：").casefold() in _FIRST_WORDS


def _capitalised(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and all(word[0].isupper() for word in (words[0], words[-1]))


def is_profession(text: str) -> bool:
    """Whether ``text`` says what a writer is, and where: "Associated Press Writer"."""
    if len(text) >= 60 or text.rpartition(" ")[2].casefold() not in _PROFESSIONS:
        return False
    # In capitals a long line is rather a headline.
    return text.count(" ") < (3 if text.isupper() else 6) and _PROFESSION.fullmatch(text) is not None


def is_reach(text: str) -> bool:
    """Whether ``text`` only says how to reach a writer: a mail address, the name in a network."""
    return "@" in text and _REACH.fullmatch(text) is not None


def bare_name(text: str) -> tuple[Person, ...]:
    """The writer whose name ``text`` is and nothing else."""
    if (match := _EASTERN_NAME.fullmatch(text)) and not is_agency(match[1]):
        return split_authors(match[1])
    return split_authors(text) if len(text) < 50 and _NAME.fullmatch(text) else ()


def name_and_place(text: str) -> tuple[Person, ...]:
    """The writer whose name stands before a place in ``text``: "Eva Holm, Oslo"; not a town before its country."""
    apart = _DASHED.search(text)
    if apart is None:
        return ()
    name, place = text[: apart.start()], text[apart.end() :]
    if apart[0].strip() != "," and not (_WORD.fullmatch(place) or is_masthead(place)):
        return ()
    somewhere = apart[0].strip() != "," or _PLACE.fullmatch(place.strip()) is not None
    named = somewhere and not is_place(name) and not is_masthead(name)
    return bare_name(name) if named else ()
