"""Whether a query matches an article, and what in the article made it match."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

from feedsvc.model import Story
from feedsvc.query import BARE_FIELDS, VALUE_FIELDS, And, Leaf, Not, Or, Prefix, Query, needle, words
from feedsvc.text import fold

Evidence = tuple[str, ...]
"""Sentences without a subject, such as ``headline has "abe"``; empty when only exclusions were asked for."""

_HAS = {"headline": "headline has", "text": "text has", "tag": "a tag has", "author": "an author has"}


# Tags, names, languages and folders are the same few for many articles.
_fold = lru_cache(4096)(fold)
_words_of = lru_cache(4096)(words)


class Subject(Struct, frozen=True):
    """An article as queries see it.

    ``words`` holds the words of a field with one blank on each side of each, every value on a line of its
    own, so that a phrase is a part of the string. ``values`` holds the folded values of a field and all
    that stand above them (``en`` of ``en-GB``, ``2017`` of ``2017/politics``). ``vocabulary`` is every
    word of any field.
    """

    words: Mapping[str, str]
    vocabulary: frozenset[str]
    values: Mapping[str, frozenset[str]]

    def joined(self, slug: str) -> "Subject":
        """The same article, also in the topic ``slug``."""
        return replace(self, values={**self.values, "topic": self.values["topic"] | {slug}})


def subject_of(article: Story, topics: frozenset[str] = frozenset()) -> Subject:
    """``article`` as queries see it while it is in the ``topics`` of these slugs."""
    listed = {
        field: [words(value) if field in ("headline", "text") else _words_of(value) for value in values]
        for field, values in texts_of(article).items()
    }
    return Subject(
        words={field: "\n".join(f" {' '.join(value)} " for value in values) for field, values in listed.items()},
        vocabulary=frozenset().union(*(value for values in listed.values() for value in values)),
        values=values_of(article, topics),
    )


def texts_of(article: Story) -> dict[str, tuple[str, ...]]:
    """The texts of ``article`` whose words queries look for, by field."""
    return {
        "headline": (article.headline,),
        "text": (article.text,),
        "tag": article.tags,
        "author": tuple(person.name for person in article.authors),
        "source": (article.source or "",),
    }


def values_of(article: Story, topics: frozenset[str]) -> dict[str, frozenset[str]]:
    """The values of ``article`` that queries compare whole, by field."""
    return {
        "tag": frozenset(map(_fold, article.tags)),
        "language": frozenset(accumulate(_fold(article.language).split("-"), "{}-{}".format)),
        "folder": frozenset(map(_fold, folders(article.name))),
        "format": frozenset((_fold(article.format),)),
        "topic": topics,
    }


def folders(name: str) -> tuple[str, ...]:
    """The folders of a document's name, from the top: ``2017`` and ``2017/politics`` of ``2017/politics/a.txt``."""
    return tuple(accumulate(name.split("/")[:-1], "{}/{}".format))


Test = Callable[[Subject], Evidence | None]
"""Tells why a subject matches; None when it does not."""


def matches(query: Query, subject: Subject) -> Evidence | None:
    """Why ``query`` matches ``subject``; None when it does not."""
    return test_of(query)(subject)


def test_of(query: Query) -> Test:
    """``query`` made ready to be asked of many subjects."""
    match query:
        case And(clauses):
            return _all(tuple(map(test_of, clauses)))
        case Or(clauses):
            return _any(tuple(map(test_of, clauses)))
        case Not(clause):
            return _none(test_of(clause))
        case leaf if leaf.field in VALUE_FIELDS:
            return _value(leaf, leaf.field or "")
        case leaf:
            return _words(leaf)


def _all(tests: tuple[Test, ...]) -> Test:
    def test(subject: Subject) -> Evidence | None:
        found: Evidence = ()
        for each in tests:
            evidence = each(subject)
            if evidence is None:
                return None
            found += evidence
        return found

    return test


def _any(tests: tuple[Test, ...]) -> Test:
    def test(subject: Subject) -> Evidence | None:
        for each in tests:
            evidence = each(subject)
            if evidence is not None:
                return evidence
        return None

    return test


def _none(inner: Test) -> Test:
    def test(subject: Subject) -> Evidence | None:
        return () if inner(subject) is None else None

    return test


def _value(leaf: Leaf, field: str) -> Test:
    wanted = needle(leaf)

    def whole(subject: Subject) -> Evidence | None:
        return (f'{field} is "{wanted}"',) if wanted in subject.values[field] else None

    def beginning(subject: Subject) -> Evidence | None:
        found = [value for value in subject.values[field] if value.startswith(wanted)]
        return (f'{field} is "{min(found)}"',) if found else None

    return beginning if isinstance(leaf, Prefix) else whole


def _words(leaf: Leaf) -> Test:
    fields = (leaf.field,) if leaf.field else BARE_FIELDS
    is_prefix = isinstance(leaf, Prefix)
    listed = words(leaf.text)
    whole = frozenset(listed[:-1] if is_prefix else listed)
    phrase = f" {' '.join(listed)}" + ("" if is_prefix else " ")
    shown = fold(leaf.text)

    def test(subject: Subject) -> Evidence | None:
        if not whole <= subject.vocabulary:
            return None
        for field in fields:
            haystack = subject.words[field]
            at = haystack.find(phrase)
            if at >= 0:
                end = at + len(phrase)
                rest = haystack[end : haystack.index(" ", end)] if is_prefix else ""
                return (f'{_HAS.get(field, f"{field} has")} "{shown}{rest}"',)
        return None

    return test
