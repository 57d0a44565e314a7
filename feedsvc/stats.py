"""The command ``stats``: who reads each feed, as text or JSON."""

from collections.abc import Iterable
from datetime import datetime

from feedsvc.audience import FeedAudience, Traffic, day_of
from feedsvc.config import Settings
from feedsvc.store.database import open_database
from feedsvc.store.reader import PublishedEdition
from feedsvc.store.statistics import open_statistics

_KIB = 1024


def audiences(settings: Settings, now: datetime) -> list[FeedAudience]:
    """Who reads each feed: those of the edition in its order, whether asked for or not, then feeds of former days."""
    statistics = open_statistics(settings, create=False)
    try:
        found = {each.feed: each for each in statistics.audiences(day_of(now.timestamp()))}
    finally:
        statistics.close()
    database = open_database(settings, create=False)
    try:
        edition = PublishedEdition(database, now=lambda: now, copies=settings.media_folder)
        published = [feed.name for feed in edition.feeds()] if edition.revision() else []
    finally:
        database.close()
    nobody = {feed: FeedAudience(feed, Traffic(), Traffic(), ()) for feed in published}
    return list((nobody | found).values())


def stats_text(found: Iterable[FeedAudience]) -> str:
    """A table of the feeds, each with its readers below it."""
    lines = [f"{'feed':<32} {'subscribers':>11} {'polls':>9} {'304':>5} {'sent':>11} {'saved':>11}   (7 days)"]
    for each in found:
        week = each.week
        share = f"{week.not_modified / week.polls:.0%}" if week.polls else "-"
        numbers = (
            f"{each.subscribers:>11,} {week.polls:>9,} {share:>5} {_size(week.sent):>11} {_size(week.saved):>11}"
        )
        lines.append(f"{each.feed:<32} {numbers}")
        lines += [
            f"    {reader.name:<28} {reader.subscribers:>11,}{'' if reader.is_verified else '   unverified'}"
            for reader in each.readers
        ]
    return "\n".join(lines)


def _size(number: int) -> str:
    for unit in ("B", "KiB", "MiB"):
        if number < _KIB:
            return f"{number:,} {unit}"
        number //= _KIB
    return f"{number:,} GiB"
