"""Marking in a text what a query asked for."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from feedsvc.query import Leaf, Prefix, Query, wanted, words

_SCANNED = 20_000  # characters of a text that are looked through
_BEFORE, _SHOWN = 90, 280  # characters of an excerpt before the first mark, and in all


class _Word(NamedTuple):
    """A word as it is compared, and where it stands."""

    text: str
    start: int
    end: int


def marked(text: str, query: Query, field: str) -> Markup:
    """``text``, the ``field`` of an article, with what ``query`` asked for in ``<mark>``."""
    return _with_marks(text, _spans(text, query, field))


def excerpt(text: str, query: Query) -> Markup | None:
    """The part of an article's text where ``query`` finds something first, marked; None when it finds nothing there."""
    text = " ".join(text[:_SCANNED].split())
    spans = _spans(text, query, "text")
    if not spans:
        return None
    first = spans[0][0]
    start = 0 if first <= _BEFORE else _boundary(text, first - _BEFORE, first)
    end = _boundary(text, start + _SHOWN, len(text)) if start + _SHOWN < len(text) else len(text)
    shown = [(begin - start, min(stop, end) - start) for begin, stop in spans if start <= begin < end]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return escape(before) + _with_marks(text[start:end].rstrip(), shown) + escape(after)


def _boundary(text: str, at: int, latest: int) -> int:
    """The first place from ``at`` on where a word begins, not far behind; ``at`` where words are not spaced."""
    blank = text.find(" ", at, min(at + 30, latest))
    return blank + 1 if blank >= 0 else at


def _with_marks(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    made, done = Markup(""), 0
    for start, end in spans:
        made += escape(text[done:start]) + Markup("<mark>") + escape(text[start:end]) + Markup("</mark>")
        done = end
    return made + escape(text[done:])


def _spans(text: str, query: Query, field: str) -> list[tuple[int, int]]:
    """Where ``text`` has what was asked for, in order, none in another."""
    found = list(_scan(text[:_SCANNED]))
    spans = sorted(span for leaf in wanted(query) if leaf.field in (None, field) for span in _found(found, leaf))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _found(scanned: Sequence[_Word], leaf: Leaf) -> Iterator[tuple[int, int]]:
    asked = words(leaf.text)
    is_prefix = isinstance(leaf, Prefix)
    for at in range(len(scanned) - len(asked) + 1):
        if _follows(scanned, at, asked, is_prefix=is_prefix):
            yield scanned[at].start, scanned[at + len(asked) - 1].end


def _follows(scanned: Sequence[_Word], at: int, asked: Sequence[str], *, is_prefix: bool) -> bool:
    """Whether the words that are asked for stand from ``at`` on."""
    for offset, word in enumerate(asked):
        here = scanned[at + offset].text
        is_last = offset == len(asked) - 1
        if not (here.startswith(word) if is_prefix and is_last else here == word):
            return False
    return True


class _Classes(dict[int, str]):
    """A table for str.translate, filled as characters are met: ``w`` within words, ``f`` within or between, blank else."""

    def __missing__(self, code: int) -> str:
        category = unicodedata.category(chr(code))
        self[code] = "w" if category[0] in "LMN" else "f" if category == "Cf" else " "
        return self[code]


_CLASSES = _Classes()
_RUN = re.compile("w[wf]*")


def _scan(text: str) -> Iterator[_Word]:
    """The words of ``text`` as they are compared, each with its place."""
    for run in _RUN.finditer(text.translate(_CLASSES)):
        yield from _words_in(text[run.start() : run.end()], run.start())


def _words_in(run: str, start: int) -> Iterator[_Word]:
    """The words in a run of letters: one, or one a character in scripts without spaces, or some in between."""
    if run.isascii():
        yield _Word(run.lower(), start, start + len(run))
        return
    listed = words(run)
    if len(listed) == len(run):
        yield from (_Word(word, start + at, start + at + 1) for at, word in enumerate(listed))
    else:
        yield from (_Word(word, start, start + len(run)) for word in listed)
