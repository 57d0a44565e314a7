"""Who wrote a page: what it states, then what it shows as a byline."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from feedsvc.model import Person
from feedsvc.parsers.html_bylines import LONGEST, marked_bylines, worded_bylines
from feedsvc.parsers.html_layout import Layout
from feedsvc.parsers.html_site import names_site
from feedsvc.parsers.html_stated import MOST_LISTED, Stated, strings
from feedsvc.parsers.names import split_authors
from feedsvc.text import fold, one_line

Element = etree._Element

_METAS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "parsely-author",
    "byl",
    "citation_author",
    "article:author_name",
    "cxenseparse:author",
    "og:article:author",
    "shareaholic:article_author_name",
    "rnews:author",
    "twitter:data1",
)
_NO_NAME = re.compile(r"https?:|//|@\S+\.\S+|[<>{}|→]|\d{3}|\d[:.]\d\d|^\d+\b|\b\d+$|^\W*$", re.I)
_ADDRESS = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+")
_NOBODY = frozenset(
    "admin administrator unknown author autor auteur anonymous anonym root user webmaster guest none null default "
    "wordpressadmin wpadmin webadmin siteadmin".split()
)
_OFFICES = frozenset("redaktion redaction redacción redazione editor staff team newsroom desk editorial".split())
# What stands behind the name of one who does it.
_CREDITS = frozenset(
    """photo photos photography photographer foto fotos fotograf fotografin fotografie text texte bild bilder video videos
    reporter correspondent korrespondent korrespondentin redakteur redakteurin journalist journalistin author autor
    autorin auteur autore writer columnist contributor""".split()
)
_COMPANY = re.compile(
    r"\b(?:gmbh|ag|kg|e\.\ ?v\.?|inc|ltd|llc|corp|s\.a\.|s\.r\.l\.|verlag|stiftung|verband|press(?:e|estelle)|agencies|agenturen|no author)(?:\W|$)"
)
# What links to an author's page say besides the name.
_LINK_WORDS = frozenset(
    """posts beiträge artikel articles profil profile alle all more mehr view edit bearbeiten follow folgen website
    bio kontakt contact share teilen abonnieren subscribe login übersicht zur archive archiv posted published publicado publié
    veröffentlicht aktualisiert updated datum quelle source uhr ago hace registrieren anmelden register youtube xing facebook twitter instagram
    linkedin whatsapp fictions threads comments kommentare""".split()
)
_ROLE_BEFORE = re.compile(
    r"^(?:(?:zeige\ |view\ |see\ |voir\ |ver\ )?(?:alle|all|more|mehr|weitere|tou[st]e?s?|todos|todas)(?:\ (?:les|los|las))?\ (?:artikel|beiträge|posts?|articles|stories|artículos|entradas)?\s*(?:von|by|de|from|par)|"
    r"über|about|von(?=\ ?:)|by(?=\ ?:)|interview|text|texte|kommentar|gastbeitrag|analyse|reportage|foto(?:s|grafie)?|photos?|author|autor(?:in|en)?|"
    r"alles\ von|erstellt\ von|auteure?|autore|pressemitteilung\ von|im\ wortlaut\ von|vom|posted\ by|written\ by|published\ by|reported\ by|reviewed\ by|geschrieben\ von|veröffentlicht\ von|verfasst\ von|"
    r"ein\ (?:artikel|beitrag|gastbeitrag|kommentar)\ von|(?:ein\ )?(?:gastbeitrag|kommentar|interview|analyse)\ von|"
    r"publié\ par|écrit\ par|publicado\ por|escrito\ por|scritto\ da)(?:\s*:\s*|\s+)",
    re.IGNORECASE | re.VERBOSE,
)


def find_authors(
    root: Element, facts: Stated, sites: frozenset[str], where: Layout
) -> tuple[tuple[Person, ...], str]:
    """The authors and where they were found: full names first, then login names and the site's, then an office.

    None when no source names anybody.
    """
    best: tuple[int, tuple[Person, ...], str] | None = None
    for evidence, people in _sources(root, facts, where):
        ranked = [(_rank(each, sites, evidence), each) for each in people]
        named = tuple(dict.fromkeys(each for rank, each in ranked if rank < _UNNAMED))
        if not named:
            continue
        rank = min(rank for rank, _ in ranked)
        if rank == 0:
            named = _people_alone(named)
        if best is None or rank < best[0]:
            best = (rank, named, evidence)
        if rank == 0:
            break
    return best[1:] if best else ((), "")


def _people_alone(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """``people`` without the offices among them, and without a name that is another one with a credit behind it."""
    words = {each: fold(each.name).split() for each in people}
    names = {tuple(each) for each in words.values()}
    return tuple(
        each
        for each in people
        if _OFFICES.isdisjoint(words[each])
        and not any(
            tuple(words[each][:end]) in names and _is_credit(words[each][end]) for end in range(2, len(words[each]))
        )
    )


def _is_credit(word: str) -> bool:
    """Whether a credit and no further name begins with ``word``: "(Reuters)", "Fotos"."""
    return word[0] in "([|/–-" or word.rstrip(":") in _CREDITS


def _sources(root: Element, facts: Stated, where: Layout) -> Iterator[tuple[str, list[Person]]]:
    """The evidence and the people it names, best first."""
    yield _OF_JSON, _stated_people(facts, facts.article("author", "creator"))
    for name in _METAS:
        if name == "twitter:data1" and fold(facts.meta("twitter:label1") or "") not in _WRITTEN_BY:
            continue
        yield f"meta {name}", [person for value in facts.every(name) for person in _people(value)]
    for evidence, names in marked_bylines(root, where):
        yield evidence, [person for name in names for person in _people(name)]
    yield _OF_JSON, _stated_people(facts, facts.page("author", "creator"))
    for name in worded_bylines(root, where):
        yield "a line that names the author", _people(name)


def _is_phrase(first: str) -> bool:
    """Whether a phrase in small letters begins with ``first``: "all rights reserved" is nobody's name."""
    return first.isalpha() and first.islower() and first not in _PARTICLES


_OF_JSON = "author of the JSON-LD"
_WRITTEN_BY = frozenset(
    (
        "written by",
        "verfasst von",
        "geschrieben von",
        "écrit par",
        "escrito por",
        "scritto da",
        "author",
        "by",
        "autor",
    )
)


def _stated_people(facts: Stated, value: Any) -> list[Person]:
    people: list[Person] = []
    for each in value[:MOST_LISTED] if isinstance(value, list) else [value]:
        node = facts.follow(each)
        for name in strings(node.get("name") if isinstance(node, dict) else node):
            people.extend(_people(name))
    return people


def _people(text: str) -> list[Person]:
    text = one_line(text)
    if not text or len(text) > LONGEST or text.lower().startswith(("http:", "https:", "//", "@")):
        return []
    text = _ROLE_BEFORE.sub("", text).strip(" |–-")
    if _ADDRESS.fullmatch(text) or "/" in text:
        return [Person(text)]
    return list(split_authors(text))


def _rank(person: Person, sites: frozenset[str], evidence: str) -> int:
    """How much of a name it is: 0 a person's, 1 a login or the site's, 2 an office, 3 none."""
    name = fold(person.name)
    words = name.split()
    if _NO_NAME.search(name) or name in _NOBODY or len(name) > 80 or not words:
        return _UNNAMED
    if not _LINK_WORDS.isdisjoint(words):
        return _UNNAMED
    if len(words) > 1 and _is_phrase(person.name.split()[0]):
        return _UNNAMED
    if names_site(name, sites):
        # A site of one person bears the name of its author; a title or a publisher's name is no author.
        return 1 if evidence not in _OF_SITES else _UNNAMED
    if not _OFFICES.isdisjoint(words) or _COMPANY.search(name):
        return 2
    return 1 if person.name.islower() and len(words) == 1 else 0


_PARTICLES = frozenset(
    "von van de der den del della di da du la le lo zu zum zur ter ten al el bin ibn dos das do af av".split()
)
_UNNAMED = 3
_OF_SITES = frozenset(("meta author", "meta article:author", "meta dc.creator", "a line that names the author"))
