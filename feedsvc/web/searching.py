"""Search: a page of answers for people, and each search as a feed at one canonical address."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from feedsvc.errors import QueryError
from feedsvc.feeds.formats import FORMATS
from feedsvc.model import Representation
from feedsvc.query import Phrase, Query, leaves, parse_query
from feedsvc.text import slugify, xml_clean
from feedsvc.web.assets import represent_bytes
from feedsvc.web.edition import Edition
from feedsvc.web.shelf import Shelf

LONGEST = 400  # characters of a query
MOST_LEAVES = 40  # words and phrases of a query
PAGE_LENGTH, PAGES = 20, 25  # articles on a page, and pages of a search


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: what was written, and what it means."""

    text: str
    query: Query

    @property
    def canonical(self) -> str:
        """The one spelling of all that mean the same."""
        return str(self.query)

    @property
    def parameters(self) -> str:
        """The canonical spelling as the query of an address, without its question mark."""
        return f"q={quote(self.canonical, safe='')}"


def understand(text: str) -> Asked:
    """The search that ``text`` asks for. Raises QueryError with the column and what to write instead."""
    if len(text) > LONGEST:
        message = (
            f"the query has {len(text)} characters, and a search takes at most {LONGEST}; ask for less at a time"
        )
        raise QueryError(message, LONGEST + 1)
    query = parse_query(xml_clean(text))
    if sum(1 for _ in leaves(query)) > MOST_LEAVES:
        raise QueryError(f"a search takes at most {MOST_LEAVES} words; ask for less at a time", 1)
    return Asked(text, query)


def around(text: str, fault: QueryError | None) -> dict[str, str]:
    """The place in ``text`` that a fault is about, with what stands on either side."""
    at = 0 if fault is None else fault.column - 1
    return {"before": text[max(0, at - 200) : at], "here": text[at : at + 1] or " ", "after": text[at + 1 : at + 200]}


def author_query(name: str) -> str:
    """The query for the articles of an author."""
    return str(Phrase(name[: LONGEST // 4], "author"))


def topic_lines(query: str) -> str:
    """The lines of feedsvc.toml that make a topic of a query."""
    slug = slugify(query)[:60].strip("-") or "search"
    return f"[[topic]]\nslug = {_toml(slug)}\ntitle = {_toml(query)}\nmatch = {_toml(query)}"


def _toml(text: str) -> str:
    """``text`` as a string of TOML 1.0, in the quotes that need fewer escapes."""
    if "'" not in text and text.isprintable():
        return f"'{text}'" if '"' in text or "\\" in text else f'"{text}"'
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The index lacks ``waiting`` articles: a feed made now would gain older entries without being modified."""

    waiting: int


class Searches:
    """The feeds of searches, kept in memory while the edition lasts, as far as there is room."""

    def __init__(self, edition: Edition, shelf: Shelf) -> None:
        self._edition = edition
        self._shelf = shelf

    def feed(self, asked: Asked, format_name: str) -> Representation | Unfinished | None:
        """The feed of a search, or what it waits for; None where the store cannot search."""

        def make() -> Representation | Unfinished | None:
            from feedsvc.feeds.search import render_search  # brings lxml, which is not needed for most answers

            view = self._edition.search(asked.query, 0, None)
            if view is None:
                return None
            if view.waiting:
                return Unfinished(view.waiting)
            data = render_search(view, format_name)
            form = FORMATS[format_name]
            return represent_bytes(path, form.media_type, data, view.published, self._edition.max_age())

        path = f"/search.{format_name}?{asked.parameters}"
        return self._shelf.document(path, make)
