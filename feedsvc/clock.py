"""The clock, as the doors read it and hand it on."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SECOND = timedelta(seconds=1)


def now() -> datetime:
    """This moment, in whole seconds, UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def live_stamp(previous: datetime | None) -> datetime:
    """The moment of publication: now, but at least a second after ``previous``, which is waited for.

    So Last-Modified moves at every change and never lies in the future. A clock that was set back by more is
    not waited for.
    """
    while previous is not None and (moment := now()) <= previous:
        if previous - moment > _SECOND:
            return previous + _SECOND
        time.sleep(0.05)
    return now()


def fixed_stamp(moment: datetime) -> Callable[[datetime | None], datetime]:
    """The stamp of a build whose clock stands still: ``moment``, or a second after the edition before."""
    return lambda previous: moment if previous is None else max(moment, previous + _SECOND)
