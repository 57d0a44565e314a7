"""Bringing the search index up to the articles that a build touched."""

from collections.abc import Collection

from feedsvc.model import Status
from feedsvc.store.ledger import Ledger, parts
from feedsvc.store.schema import articles
from feedsvc.store.search import Indexed, SearchIndex
from feedsvc.topics.match import texts_of, values_of


def bring_up(ledger: Ledger, touched: Collection[str]) -> None:
    """Index the articles with these ids as they are now; those that are not to be found are taken out."""
    index = SearchIndex(ledger.connection)
    if not index.is_offered:
        return
    for part in parts(touched):
        index.remove(ledger.releases(part))
        index.add(_indexed(ledger, part))


def _indexed(ledger: Ledger, ids: Collection[str]) -> list[Indexed]:
    """The articles that are or were public, as they are searched. When they are public is asked by each search."""
    found = {
        record.release: record.article
        for record in ledger.articles(
            articles.c.id.in_(ids),
            articles.c.release.is_not(None),
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
