"""Bringing the search index up to the articles that a build touched.

FTS5 takes as long for an article as all else that a build does for it. So what a build touched is taken out at
once, and put in anew in the order of age, the newest first: a few hundred within the build, the rest of a large
import by whoever serves, in small steps (``step``). Which are waiting stands in the ledger.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from feedsvc.model import Status
from feedsvc.store.ledger import Ledger
from feedsvc.store.rows import parts
from feedsvc.store.schema import articles
from feedsvc.store.search import Indexed, SearchIndex
from feedsvc.store.touched import Touched
from feedsvc.topics.match import texts_of, values_of

# Articles that a build indexes; a step of a server takes a part of a second.
IN_A_BUILD = 500
IN_A_STEP = 250


def bring_up(ledger: Ledger, touched: Touched) -> None:
    """Index the articles that were touched as they are now, as many as a build may; the others leave the index and wait."""
    index = SearchIndex(ledger.connection)
    if not index.is_offered:
        return
    numbers = touched.releases()
    index.remove(numbers)
    index.wait(numbers[IN_A_BUILD:])
    _index(ledger, numbers[:IN_A_BUILD])


def catch_up(ledger: Ledger, limit: int) -> bool:
    """Index the newest articles that are waiting, at most ``limit``; whether any are left."""
    index = SearchIndex(ledger.connection)
    _index(ledger, index.waiting(limit))
    return bool(index.waiting(1))


def step(ledger: Ledger, now: datetime) -> bool:
    """A small step towards the whole index, after a build that left articles for later; whether any are left."""
    is_behind = catch_up(ledger, IN_A_STEP)
    if not is_behind:
        SearchIndex(ledger.connection).complete(now)
    return is_behind


def is_behind(ledger: Ledger) -> bool:
    """Whether articles are waiting to be indexed."""
    return bool(SearchIndex(ledger.connection).waiting(1))


def _index(ledger: Ledger, numbers: Sequence[int]) -> None:
    index = SearchIndex(ledger.connection)
    for part in parts(numbers):
        index.add(_indexed(ledger, part))
    index.indexed(numbers)


def _indexed(ledger: Ledger, numbers: Collection[int]) -> list[Indexed]:
    """The articles that are or were public, as they are searched. When they are public is asked by each search."""
    found = {
        record.release: record.article
        for record in ledger.articles(
            articles.c.release.in_(numbers),
            articles.c.opens.is_not(None),
            articles.c.status != Status.CANCELED,
        )
        if record.release is not None
    }
    topics = ledger.topics_of([article.name for article in found.values()])
    return [
        Indexed(number, texts_of(article), values_of(article, frozenset(each.slug for each in topics[article.name])))
        for number, article in found.items()
    ]
