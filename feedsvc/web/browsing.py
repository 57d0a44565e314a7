"""What the pages to browse by are laid out from: months by year, articles by day, feeds by group."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from feedsvc.views import ArticleView, FeedView, MonthView

LISTED = 200  # articles on a page of a month


def by_year(months: Iterable[MonthView]) -> list[tuple[int, list[MonthView]]]:
    """Months by year, in the order in which they come."""
    return [(year, list(each)) for year, each in groupby(months, key=lambda month: month.year)]


def by_day(
    views: Iterable[ArticleView], local: Callable[[datetime], datetime]
) -> list[tuple[datetime, list[ArticleView]]]:
    """Articles by the day on which they were published, midnight where ``local`` tells the time."""

    def day_of(view: ArticleView) -> datetime:
        return local(view.article.published).replace(hour=0, minute=0, second=0, microsecond=0)

    return [(day, list(each)) for day, each in groupby(views, key=day_of)]


def pages_of(month: MonthView) -> int:
    """On how many pages a month stands."""
    return -(-month.articles // LISTED)


def beside(months: Sequence[MonthView], shown: MonthView, step: int) -> MonthView | None:
    """The month ``step`` places after the one shown, newest first; None at the end."""
    at = months.index(shown) + step
    return months[at] if 0 <= at < len(months) else None


def listed(feeds: Iterable[FeedView]) -> list[FeedView]:
    """The feeds that pages offer: not those of tags that no article has any more, which readers may still poll."""
    return [feed for feed in feeds if feed.entries or not feed.automatic]


def grouped(feeds: Iterable[FeedView]) -> list[tuple[str, list[FeedView]]]:
    """The feeds under headings: all, languages, topics of the settings, topics that the articles brought."""
    found: dict[str, list[FeedView]] = {"Everything": [], "Languages": [], "Topics": [], "More topics": []}
    for feed in feeds:
        heading = (
            "Everything"
            if feed.name == "all"
            else "Languages"
            if feed.language
            else "More topics"
            if feed.automatic
            else "Topics"
        )
        found[heading].append(feed)
    return [(heading, each) for heading, each in found.items() if each]
