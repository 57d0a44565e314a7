"""Lines that newsrooms write for each other: slugs, counters, priorities, notes.

None of them is a headline, and no reader needs them. Patterns in lower case are for text in lower case: ignoring case
takes many times as long.
"""

import re

from feedsvc.parsers.dates import has_digit

_LONGEST = 100
_RULE = re.compile(r"[\W_]{2,}|[-=_*~#]")
_COUNTED = re.compile(
    r"[(\[]?(?:approx\.? |about |ca\. )?\d[\d.,]* ?(?:words|mots|palabras|wörter|zeichen|parole|woorden|字|文字)[)\]]?|"
    r"[-–—(\[ ]*(?:page|seite|página|pagina|p\.|story|article|item|take|part|adv|photo|document) ?\d{1,4}(?: ?(?:of|von|de|/) ?\d{1,4})?[-–—)\] ]*|"
    r"[-–—(\[ ]*\d{1,4} ?(?:of|/) ?\d{1,4}[-–—)\] ]*"
)
# How long a text takes to read, how many have commented on it: 3 min read, Lesezeit: 3 Minuten, 12 comments.
_READING = re.compile(
    r"[(\[]?(?:about |ca\. )?\d{1,3}(?: ?[-–] ?\d{1,3})?[ -]?(?:mins?\.?|min(?:ut\w{0,4}\.?)?[ -](?:to |de |di |tot )?(?:read\w*|lesezeit|lesedauer|lecture|"
    r"lectura|lettura|leitura|leestijd|lezen|läsning|lästid|lesetid|læsetid|lukuaika)(?: time)?)[)\]]?|"
    r"(?:reading time|read time|lesezeit|lesedauer|temps de lecture|(?:durée|tiempo) de lectur[ae]|tempo d[ie] (?:lettura|leitura)|leestijd|lästid|lesetid|læsetid|"
    r"lukuaika|読了時間|阅读时间|읽는 시간)\W{0,3}(?:ca\. |约|約)?\d{1,3}\W{0,2}(?:min\w{0,5}\.?|分钟?|분)|"
    r"[(\[]?\d[\d.,]{0,6} (?:comments?|kommentare?|commentaires?|comentarios?|comentários?|commenti|reacties|kommentarer|views|shares)[)\]]?"
)
_PRIORITY = re.compile(
    r"[\W_]*(?:urgent|bulletin|flash|news ?alert|alert|advisory|rpt|repeat|exclusive|eilmeldung|eil|dringend|urgente|"
    r"(?:news)?snap|newsbreak|\d?(?:st|nd|rd|th)? ?(?:lead|ld)(?:-?writethru)?|write-?thru|update ?\d{0,2}|refile|"
    r"corrected|correction|clarification|for immediate release|速報|至急|号外|緊急|有料記事|会員限定(?:記事|有料記事)?|有料会員限定(?:記事)?)(?: ?\d)?[\W_]*"
)
# What kind of text it is, in the place of a masthead: of whom it is, it does not say.
_GENRE = re.compile(
    r"(?:press|news|media) release|presse(?:mitteilung|information|meldung|aussendung)|medienmitteilung|communiqué de presse|comunicado(?: de prensa| de imprensa|"
    r" à imprensa)?|nota de (?:prensa|imprensa)|comunicato stampa|persbericht|pressmeddelande|pressemelding|pressemeddelelse|lehdistötiedote|"
    r"komunikat prasowy|пресс-релиз|(?:プレス|ニュース)リリース|報道発表(?:資料)?|報道関係者各位|新闻稿|보도자료"
)
_GENRE_LETTERS = frozenset("pnmclкпプニ報新보")
_GENRE_NUMBER = re.compile(r"\s*(?:nr\.?|no\.?|n[º°]|#)?\s*[\d/-]*")
_LONGEST_NEWSROOM = 30
_LONGEST_PRIORITY = len("for immediate release")
# ANPA 1312 slugs: a service letter, the cycle, the keyword; a date, a time and a count may follow.
_SLUG = re.compile(
    r"\^\S.{0,60}|zczc\b.{0,60}|[a-z]\d{4}|(?:[a-z] ){0,3}(?:am|pm|bc|us|eu|asia)-\S+|"
    r"(?:[a-z] ){0,3}\S{2,30}(?: [\w&.'-]{1,20}){0,4}\s+\d\d-\d\d(?:-\d\d)?\s+\d{3,5}|"
    r"(?:am|pm|bc)-[\w&.'() -]{2,40}(?:, ?[\w. -]{2,24}){1,5}"
)
# The header of IPTC 7901, and its line of keywords: bdt0123 3 pl 120 dpa 0456; Verkehr/Norwegen/
_TELEGRAM = re.compile(r"[a-z]{2,4}\d{3,4} \d [a-z]{1,3} \d{1,5}(?: .{1,30})?|(?:[^\W_][\w.-]{1,30}/){1,6}")
# What a slug without a hyphen begins with; one without a hyphen and without these is A1234.
_SLUG_MARKS = frozenset("^z")
_SLUG_NUMBER = 5
# The newsroom as a whole, in the place of a byline.
_NEWSROOM = re.compile(
    r"(?:(?:von )?(?:der|unserer|die) redaktion|d[ae] (?:nossa )?reda[cç][aã]o|(?:de|par) la rédaction|(?:(?:de |por )?la )?redacci[oó]n|"
    r"(?:dalla|della|a cura della) redazione|(?:av |fra )?redaksjonen|(?:av |från )?redaktionen|(?:van|door) (?:de|onze) redactie|"
    r"編集部|ニュースデスク|от редакции)"
)
_MORE = re.compile(
    r"[-–—(\[*=_ ]*(?:more|mehr|suite|à suivre|sigue|segue|continua|(?:to be )?continued(?: on (?:next )?page.{0,4})?|(?:first|second|third|\d(?:st|nd|rd|th)) (?:add|take)|"
    r"add \d|(?:please )?see [\w -]{2,24}, (?:on )?(?:page |p\. ?)?[a-z]?\d{1,3}|x{3}|x x x|続く|つづく)[-–—)\]*=_. ]*|[-–—] ?\d{1,3} ?[-–—]"
)
# With what such a line, and one with the number of a page, begins when that is no figure.
_MARK_STARTS = frozenset("-–—([*=_ mMsSàÀcCtTfFaAxX続つpPiI")
# At the head of a story only what begins like a notice: copyright is news, too.
_RIGHTS = re.compile(r"(?:(?:©|\(c\))\s*\w|copyright (?:©|\(c\)|(?:19|20)\d\d)).{0,90}|all rights reserved\.?")
_NOTE = re.compile(
    r"(?:\((?=.*\)$))?(?:eds?|editors?|note to editors?|editor'?s'? notes?|ed\. note|attention editors?|achtung redaktion\w*)\s*[:.–—-]\s*"
    r"([^()]{2,200}?)\)?|\(((?:adds|updates|recasts|corrects|repeats|refiles|rewrites|clarifies)\b[^()]{2,200})\)",
    re.IGNORECASE,
)


def is_rule(text: str) -> bool:
    """Whether ``text`` is a line drawn with characters."""
    return not text[:1].isalnum() and _RULE.fullmatch(text) is not None


def is_desk_line(text: str) -> bool:
    """Whether ``text``, a line of the head, is a slug, a counter or a priority and nothing else."""
    if len(text) > _LONGEST:
        return False
    numbered, lowered = has_digit(text) is not None, text.lower()
    return bool(
        is_count(text)
        or (len(text) < _LONGEST_NEWSROOM and _may_be_newsroom(lowered) and _NEWSROOM.fullmatch(lowered))
        or _is_genre(lowered)
        or (_may_be_priority(text) and _PRIORITY.fullmatch(lowered))
        or (_may_be_slug(lowered) and _SLUG.fullmatch(lowered))
        or lowered.endswith("writethru")
        or ((numbered or text.endswith("/")) and _TELEGRAM.fullmatch(lowered))
    )


def is_count(text: str) -> bool:
    """Whether ``text`` only counts words, minutes, comments or pages."""
    lowered = text.lower()
    return has_digit(text) is not None and bool(_COUNTED.fullmatch(lowered) or _READING.fullmatch(lowered))


def _is_genre(lowered: str) -> bool:
    genre = _GENRE.match(lowered) if lowered[:1] in _GENRE_LETTERS else None
    return genre is not None and _GENRE_NUMBER.fullmatch(lowered, genre.end()) is not None


def _may_be_newsroom(lowered: str) -> bool:
    """Whether ``lowered`` has what redaktion, redazione and redactie have in common, or is of another script."""
    return "eda" in lowered or not lowered.isascii()


def _may_be_slug(lowered: str) -> bool:
    return "-" in lowered or lowered[:1] in _SLUG_MARKS or len(lowered) == _SLUG_NUMBER


def _may_be_priority(text: str) -> bool:
    """Whether ``text`` is short, or has marks around it that may be many."""
    return len(text) <= _LONGEST_PRIORITY or not (text[0].isalnum() and text[-1].isalnum())


def is_page_mark(text: str) -> bool:
    """Whether ``text``, a line between paragraphs, only says that the story goes on or on which page it does."""
    if len(text) >= 40:
        return False
    if text[:1] not in _MARK_STARTS and not text[:1].isdecimal():
        return False
    lowered = text.lower()
    return bool(
        _MORE.fullmatch(lowered) or (has_digit(text) and _COUNTED.fullmatch(lowered) and not text.endswith("字"))
    )


def is_rights(text: str) -> bool:
    """Whether ``text``, a line of the head, is a notice of copyright."""
    return text[:1] in "cC©(aA" and _RIGHTS.fullmatch(text.lower()) is not None


def _may_be_note(text: str) -> bool:
    """Whether ``text`` begins with a bracket, or like the words for editors, which all have a d."""
    return text[:1] == "(" or (text[:1] in "eEnNaA" and ("d" in text or "D" in text))


def editors_note(text: str) -> str | None:
    """What a note to editors says; None when ``text`` is none."""
    match = _NOTE.fullmatch(text) if _may_be_note(text) else None
    return (match[1] or match[2]).strip() if match else None
