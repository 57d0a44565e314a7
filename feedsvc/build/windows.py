"""Documents that are windows: a feed, saved again and again, shows its newest entries and lets the oldest go.

What slid out at the old end was not deleted, so its article stays. It is named by the place that it would
have if the feed went on: behind the last entry that is there.
"""

from collections.abc import Container, Sequence
from datetime import datetime

from msgspec.structs import replace

from feedsvc.build.reading import Outcome
from feedsvc.model import Status
from feedsvc.store.records import ArticleRecord

_WINDOWS = frozenset(("atom", "rss", "jsonfeed"))


def kept(
    outcome: Outcome, held: Sequence[ArticleRecord], minted: Container[str], *, keep_all: bool
) -> list[tuple[ArticleRecord, ArticleRecord]]:
    """Articles that a document held and no longer shows but that stay: each as it was and under its name from now on.

    ``minted`` holds the ids that are ours: such an article goes on under its name. With ``keep_all`` nothing
    that vanishes is taken for deleted.
    """
    shown = {story.own_id for story in outcome.stories}
    names = {story.name for story in outcome.stories}
    oldest = min((story.date for story in outcome.stories if story.date is not None), default=None)
    stay = [
        record
        for record in held
        if record.article.status is not Status.SUPERSEDED
        and (record.article.name not in names if record.article.id in minted else record.article.id not in shown)
        and (keep_all or _slid_out(record, oldest))
    ]
    stay.sort(key=lambda record: (record.article.published, record.article.id), reverse=True)
    last = max((_part(story.name) for story in outcome.stories), default=0)
    places = (f"{outcome.name}#{number}" for number in range(last + 1, last + 1 + len(stay)))
    return [
        (record, replace(record, article=replace(record.article, name=place)))
        for record, place in zip(stay, places, strict=True)
    ]


def _slid_out(record: ArticleRecord, oldest: datetime | None) -> bool:
    """Whether an entry is older than all that its feed shows now."""
    return record.article.format in _WINDOWS and oldest is not None and record.article.published < oldest


def _part(name: str) -> int:
    number = name.rpartition("#")[2]
    return int(number) if number.isdecimal() else 1
