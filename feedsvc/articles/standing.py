"""Standing: when an article is public, and what its status is at a given moment."""

from datetime import datetime, timedelta

from feedsvc.model import TOO_LONG, Finding, Status, Story, Term

# How long an article that its source canceled stands in the feeds as a notice of that, so that readers who have
# it are told.
KILL_NOTICE = timedelta(days=1)

# Findings that hold at one moment and not at another; they are made anew whenever the status is.
STANDING_CODES = frozenset({"embargo-open", "future-date", "expired"})


# An error here must not publish what was meant to be held, so the story is rejected.
_HOLDING_FIELDS = frozenset({"embargo", "expires", "status"})


def is_rejected(story: Story) -> bool:
    """Whether ``story`` cannot be published: no headline and no body, no date, or a text or a hold that is unreadable."""
    if story.date is None or not story.headline:
        return True
    return any(
        each.severity == "error" and (each.field in _HOLDING_FIELDS or each.code == TOO_LONG)
        for each in story.findings
    )


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
        message = (
            f"The date lies in the future: held until {story.date.isoformat()}; correct the date if it is wrong."
        )
        return Status.EMBARGOED, (Finding("future-date", "warning", message, "published"),)
    if story.expires is not None and story.expires <= now:
        message = f"The story expired at {story.expires.isoformat()} and is no longer published."
        return Status.WITHHELD, (Finding("expired", "info", message, "expires"),)
    return Status.USABLE, ()


def term(story: Story, canceled: datetime | None) -> Term:
    """When ``story`` is public, whatever the time is now.

    ``canceled`` is when its source canceled what readers had: they are told so before it leaves the feeds.
    """
    if story.stated_status is Status.CANCELED:
        return Term() if canceled is None else Term(canceled, canceled + KILL_NOTICE)
    if story.stated_status is Status.WITHHELD:
        return Term()
    if story.embargo is None and story.stated_status is Status.EMBARGOED:
        return Term()
    opens = max((each for each in (story.embargo, story.date) if each is not None), default=None)
    return Term(opens, story.expires)
