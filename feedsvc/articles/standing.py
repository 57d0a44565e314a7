"""Standing: what an article's status is at a given moment, and when that changes next."""

from datetime import datetime

from feedsvc.model import Finding, Status, Story

# Findings that hold at one moment and not at another; they are made anew whenever the status is.
STANDING_CODES = frozenset({"embargo-open", "future-date", "expired"})


def standing(story: Story, now: datetime) -> tuple[Status, tuple[Finding, ...]]:
    """The status of ``story`` at ``now``: what its source says, held until its embargo, gone after its expiry."""
    if story.stated_status in (Status.CANCELED, Status.WITHHELD):
        return story.stated_status, ()
    if story.embargo is not None and story.embargo > now:
        return Status.EMBARGOED, ()
    if story.embargo is None and story.stated_status is Status.EMBARGOED:
        message = "The story is embargoed but no moment is given; it is held until the document names one."
        return Status.EMBARGOED, (Finding("embargo-open", "warning", message, "embargo"),)
    if story.date is not None and story.date > now:
        message = f"The date lies in the future; the story is held until {story.date.isoformat()}."
        return Status.EMBARGOED, (Finding("future-date", "warning", message, "published"),)
    if story.expires is not None and story.expires <= now:
        message = f"The story expired at {story.expires.isoformat()} and is no longer published."
        return Status.WITHHELD, (Finding("expired", "info", message, "expires"),)
    return Status.USABLE, ()


def next_change(story: Story, now: datetime) -> datetime | None:
    """The next moment at which the status of ``story`` may change by itself."""
    moments = (story.embargo, story.date, story.expires)
    return min((each for each in moments if each is not None and each > now), default=None)
