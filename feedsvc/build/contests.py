"""Several documents with one id: which of them stands now, and which will when its embargo ends."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from feedsvc.articles.standing import standing, term
from feedsvc.model import Status
from feedsvc.store.records import ArticleRecord

_NEVER = datetime.max.replace(tzinfo=UTC)


class Contest(NamedTuple):
    """The document that stands, those that take its place when they open, and the others."""

    winner: ArticleRecord
    waiting: list[ArticleRecord]
    beaten: list[ArticleRecord]


def contest(records: Sequence[ArticleRecord], now: datetime) -> Contest:
    """The highest version stands, then the newest, then the one with the later name.

    One that waits for its time displaces none that is public: its version would be told of before. Of several that
    all wait the one stands that opens first.
    """
    ranked = sorted(records, key=_rank, reverse=True)
    open_ = [each for each in ranked if not _waits(each, now)]
    winner = open_[0] if open_ else min(ranked, key=_opens)
    better = ranked[: ranked.index(winner)]
    waiting = [each for each in better if _waits(each, now)]
    return Contest(winner, waiting, [each for each in ranked if each is not winner and each not in waiting])


def _waits(record: ArticleRecord, now: datetime) -> bool:
    return standing(record.article, now)[0] is Status.EMBARGOED


def _opens(record: ArticleRecord) -> datetime:
    return term(record.article, None).opens or _NEVER


def _rank(record: ArticleRecord) -> tuple[int, datetime, str]:
    article = record.article
    # Not what is published: all that have one id share that.
    newest = max(each for each in (article.date or article.published, article.stated_updated) if each is not None)
    return (article.version or 0, newest, article.name)
