r"""The query language of topic rules and of search: what people know from Lucene, as a grammar.

::

    query   = and , { "OR" , and } ;
    and     = clause , { [ "AND" ] , clause } ;                 (* no operator between clauses means AND *)
    clause  = { "NOT" | "-" | "+" } , [ field , ":" ] , ( "(" , query , ")" | phrase | prefix | term ) ;
    field   = "headline" | "text" | "tag" | "author" | "source" | "language" | "folder" | "format" | "topic" ;
    phrase  = '"' , { character - '"' - "\" | escape } , '"' ;
    prefix  = term , "*" ;
    term    = letter , { letter } ;                             (* but not AND, OR or NOT *)
    letter  = character - space - "(" - ")" - '"' - ":" - "*" - "\" | escape ;
    escape  = "\" , character ;                                 (* that character and nothing else *)

``-`` and ``+`` stand directly before their clause; ``+x`` means ``x``. A field before a parenthesis holds
for every clause inside that names none. Typographic quotes and full-width forms of the special characters
mean the same as the plain ones.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from msgspec import Struct

from feedsvc.errors import QueryError
from feedsvc.patterns import pattern
from feedsvc.text import fold, slugify

WORD_FIELDS = ("headline", "text", "author", "source")
BARE_FIELDS = ("headline", "text", "tag")  # where a term without a field is looked for
VALUE_FIELDS = ("tag", "language", "folder", "format", "topic")
FIELDS = ("headline", "text", "tag", "author", "source", "language", "folder", "format", "topic")

LONGEST = 8192  # characters
DEEPEST = 32  # parentheses and NOTs inside each other


class Term(Struct, frozen=True):
    """A word; one that falls apart into several (``U.S.``) is a phrase of them."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        keyword = "\\" if self.text in _KEYWORDS else ""
        return _in_field(self.field, keyword + _SPECIAL.sub(r"\\\g<0>", self.text))


class Phrase(Struct, frozen=True):
    """Words that follow each other."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return _in_field(self.field, '"' + re.sub(r'["\\]', r"\\\g<0>", self.text) + '"')


class Prefix(Struct, frozen=True):
    """A word that begins so; of several, the last."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return _in_field(self.field, _SPECIAL.sub(r"\\\g<0>", self.text) + "*")


class Not(Struct, frozen=True):
    """Articles that the clause does not match."""

    clause: "Query"

    def __str__(self) -> str:
        return f"-{_inner(self.clause)}"


class And(Struct, frozen=True):
    """Articles that every one of two or more clauses matches."""

    clauses: tuple["Query", ...]

    def __str__(self) -> str:
        return " AND ".join(map(_inner, self.clauses))


class Or(Struct, frozen=True):
    """Articles that one or more of two or more clauses match."""

    clauses: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_inner, self.clauses))


Leaf = Term | Phrase | Prefix
Query = Leaf | Not | And | Or


def _in_field(field: str | None, text: str) -> str:
    return f"{field}:{text}" if field else text


def _inner(query: Query) -> str:
    return f"({query})" if isinstance(query, And | Or) else str(query)


def leaves(query: Query) -> Iterator[Leaf]:
    """Every term, phrase and prefix of ``query``, from left to right."""
    match query:
        case And(clauses) | Or(clauses):
            for clause in clauses:
                yield from leaves(clause)
        case Not(clause):
            yield from leaves(clause)
        case leaf:
            yield leaf


def wanted(query: Query) -> Iterator[Leaf]:
    """The terms, phrases and prefixes that an article is to have, not those that it must not have."""
    match query:
        case And(clauses) | Or(clauses):
            for clause in clauses:
                yield from wanted(clause)
        case Not(Not(clause)):
            yield from wanted(clause)
        case Not():
            return
        case leaf:
            yield leaf


def needle(leaf: Leaf) -> str:
    """What a leaf on a field of whole values compares them with."""
    match leaf.field:
        case "topic":
            return slugify(leaf.text)
        case "folder":
            return fold(leaf.text).strip("/") if not isinstance(leaf, Prefix) else fold(leaf.text).lstrip("/")
        case _:
            return fold(leaf.text)


def topics_in(query: Query) -> frozenset[str]:
    """The slugs that ``query`` asks for through ``topic:``."""
    return frozenset(slugify(leaf.text) for leaf in leaves(query) if leaf.field == "topic")


# Scripts written without spaces between words, and Korean, whose particles join the word they follow
# (Unicode 17, UAX 14 classes ID, SA, H2, H3): each character is a word, so that a term finds any run of them.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),  # kana extensions
    (0x3400, 0x4DBF),  # ideographs
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_ZERO_WIDTH_SPACE = 0x200B  # a format character that does separate words


class _WordCharacters(dict[int, str]):
    """A table for str.translate, filled as characters are met: what a character is among words."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        if category[0] in "LMN":
            alone = any(first <= code <= last for first, last in _UNSPACED)
            self[code] = f" {chr(code)} " if alone else chr(code)
        else:
            self[code] = "" if category == "Cf" and code != _ZERO_WIDTH_SPACE else " "
        return self[code]


_WORD_CHARACTERS = _WordCharacters()
_TYPOGRAPHIC = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\xa0"


def plain(text: str) -> str:
    """``text`` with blanks for the typographic marks between words; of ASCII alone, most English text is then."""
    for mark in _TYPOGRAPHIC:
        text = text.replace(mark, " ")
    return text


def words(text: str) -> list[str]:
    """The words of ``text`` as they are compared: runs of letters, marks and digits, compatibility-normalised
    and case-folded; each character of its own in scripts that put no space between words.
    """
    text = plain(text)
    if text.isascii():
        return text.lower().translate(_WORD_CHARACTERS).split()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.translate(_WORD_CHARACTERS).split()


_KEYWORDS = ("AND", "OR", "NOT")
_SPECIAL = pattern(r'[\s()":*\\?~^!\[\]{}&|=]|^[-+]')
_PLAIN = str.maketrans({wide: chr(ord(wide) - 0xFEE0) for wide in "（）：＊＂－＋＼"} | dict.fromkeys("“”„‟«»", '"'))
_TOKEN = pattern(
    r"""(?P<space>\s+)
    | (?P<open>\() | (?P<close>\))
    | (?P<phrase>"(?:\\.|[^"\\])*")
    | (?P<sign>[-+](?=\S))
    | (?P<word>(?:\\.|[^\s()":*\\])+)(?:(?P<colon>:)|(?P<star>\*))?
    """,
    re.VERBOSE | re.DOTALL,
)
# What would silently match something else than was meant: other languages' operators, taken as words.
_FOREIGN = (
    (pattern(r"[-+]"), "a - or + stands directly before its clause, as in -sports; take the space out"),
    (pattern(r".*&&.*"), '"&&" is not known here; write AND between blanks, or \\& for the character itself'),
    (pattern(r".*\|.*"), '"|" is not known here; write OR between blanks, or \\| for the character itself'),
    (pattern(r"!.*"), '"!" is not known here; write NOT, or - directly before what is excluded'),
    (
        pattern(r".*\?.*"),
        '"?" stands for no letter here; write the beginning of the word and *, or \\? for itself',
    ),
    (pattern(r".*~[\d.]*"), '"~" (similar words) is not known here; write the words with OR, or \\~ for itself'),
    (pattern(r".*\^[\d.]+"), '"^" (weights) is not known here; leave it out, or write \\^ for itself'),
    (
        pattern(rf"(?:{'|'.join(FIELDS)})=.*", re.IGNORECASE),
        '"=" is not known here; a colon stands after the name of a field, as in tag:Japan',
    ),
    (pattern(r"[\[{].*"), "ranges are not known here; put the words in quotes"),
)
_UNEXPECTED = {
    '"': 'this quote is never closed; write the second one, or \\" for a quote itself',
    "\\": "a backslash stands before the character it protects; write one, or \\\\ for a backslash itself",
    ":": "a field's name stands directly before the colon, as in tag:Japan; write \\: for a colon itself",
    "*": "a * stands only at the end of a word, as in Japan*; write the beginning of the word, or \\* for itself",
}


class _Token(Struct, frozen=True):
    """``kind`` is open, close, phrase, minus, plus, AND, OR, NOT, field, term or prefix."""

    kind: str
    text: str
    column: int


def _tokens(query: str) -> Iterator[_Token]:
    position = 0
    while position < len(query):
        found = _TOKEN.match(query, position)
        if found is None:
            raise QueryError(_UNEXPECTED[query[position]], position + 1)
        if found.lastgroup != "space":
            yield _token(found, position + 1)
        position = found.end()
        if found["star"] and query[position : position + 1].strip(' \t\r\n()"'):
            raise QueryError(_UNEXPECTED["*"], position)


def _token(found: re.Match[str], column: int) -> _Token:
    raw = found["word"]
    if raw is None:
        kind = found.lastgroup or ""
        text = _unescaped(found[0][1:-1]) if kind == "phrase" else found[0]
        return _Token({"-": "minus", "+": "plus"}.get(text, kind) if kind == "sign" else kind, text, column)
    if found["colon"]:
        return _Token("field", _field(raw, column), column)
    if raw in _KEYWORDS and not found["star"]:
        return _Token(raw, raw, column)
    if not raw.isalnum():
        _refuse_foreign(re.sub(r"\\.", "x", raw, flags=re.DOTALL), column)
    return _Token("prefix" if found["star"] else "term", _unescaped(raw), column)


def _refuse_foreign(word: str, column: int) -> None:
    for foreign, message in _FOREIGN:
        if foreign.fullmatch(word):
            raise QueryError(message, column)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _field(name: str, column: int) -> str:
    if name.lower() in FIELDS:
        return name.lower()
    known = ", ".join(FIELDS)
    raise QueryError(f'there is no field "{name}"; known are {known}. For a colon itself write \\:', column)


def parse_query(text: str) -> Query:
    """The query that ``text`` means.

    Raises QueryError with the column (from 1) and what to write instead.
    """
    if len(text) > LONGEST:
        message = (
            f"the query has {len(text)} characters; at most {LONGEST} are allowed, so split it into several topics"
        )
        raise QueryError(message, LONGEST + 1)
    tokens = tuple(_tokens(text.translate(_PLAIN)))
    if not tokens:
        raise QueryError("the query is empty; write a word, such as Japan", 1)
    return _Parser(tokens).whole()


class _Parser:
    """Recursive descent over the tokens; ``depth`` bounds the recursion."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.position].kind if self.position < len(self.tokens) else "end"

    def take(self) -> _Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def whole(self) -> Query:
        query = self.query(None)
        if self.kind == "close":
            raise QueryError("this parenthesis closes nothing; take it out", self.take().column)
        return query

    def query(self, field: str | None) -> Query:
        clauses = [self.conjunction(field)]
        while self.kind == "OR":
            clauses.append(self.conjunction(field, self.take()))
        return Or(tuple(clauses)) if len(clauses) > 1 else clauses[0]

    def conjunction(self, field: str | None, after: _Token | None = None) -> Query:
        clauses = [self.clause(field, after)]
        while self.kind not in ("OR", "close", "end"):
            clauses.append(self.clause(field, self.take() if self.kind == "AND" else None))
        return And(tuple(clauses)) if len(clauses) > 1 else clauses[0]

    def clause(self, field: str | None, after: _Token | None = None) -> Query:
        """The clause that comes next; ``after`` is what asked for it."""
        if self.kind in ("end", "close", "AND", "OR"):
            raise self.nothing(after)
        token = self.take()
        self.depth += 1
        if self.depth > DEEPEST:
            message = f"parentheses and NOTs stand more than {DEEPEST} deep here; make a topic of the inner ones"
            raise QueryError(f"{message} and use it through topic:", token.column)
        clause = self.begun(token, field)
        self.depth -= 1
        return clause

    def begun(self, token: _Token, field: str | None) -> Query:
        """The clause that ``token`` opens."""
        match token.kind:
            case "minus" | "NOT":
                return Not(self.clause(field, token))
            case "plus":
                return self.clause(field, token)
            case "open":
                return self.group(token, field)
            case "field" if self.kind not in ("open", "phrase", "term", "prefix"):
                raise self.nothing(token)
            case "field":
                return self.clause(token.text, token)
        return _leaf(token, field)

    def group(self, token: _Token, field: str | None) -> Query:
        if self.kind == "close":
            raise QueryError("nothing stands between these parentheses; fill them or take them out", token.column)
        inside = self.query(field) if self.kind != "end" else None
        if inside is None or self.kind != "close":
            raise QueryError("this parenthesis is never closed; write the second one", token.column)
        self.take()
        return inside

    def nothing(self, after: _Token | None) -> QueryError:
        """Why no clause can begin here: it is missing after something, or an operator stands first."""
        if after is not None and after.kind == "field":
            message = f'nothing stands after "{after.text}:"; write a word, a "phrase" or ( ) directly behind it'
            return QueryError(f"{message}, and - or NOT before it", after.column)
        token = after or self.take()
        side = "after" if after else "before"
        message = f'nothing to search for stands {side} "{token.text}"; write it'
        return QueryError(f'{message}, or "{token.text}" in quotes for the word itself', token.column)


_LEAVES: Mapping[str, type[Term] | type[Phrase] | type[Prefix]] = {"term": Term, "phrase": Phrase, "prefix": Prefix}


def _leaf(token: _Token, field: str | None) -> Leaf:
    if field == "topic" and token.kind == "prefix":
        raise QueryError(
            "topic: takes a whole slug, so that circles are found; name each topic with OR", token.column
        )
    if field == "topic" and not slugify(token.text):
        raise QueryError("no slug has only such characters; write the topic's slug, as in topic:japan", token.column)
    if field in VALUE_FIELDS and not fold(token.text):
        raise QueryError(f"nothing stands in these quotes; write the {field}, or take them out", token.column)
    if field not in VALUE_FIELDS and not words(token.text):
        message = f'there is no letter or digit in "{token.text}", so it would match nothing; take it out'
        raise QueryError(message, token.column)
    return _LEAVES[token.kind](token.text, field)
