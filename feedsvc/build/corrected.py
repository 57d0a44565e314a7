"""Entries of a feed without id and link whose headline was corrected: they keep the id that was made of the first one.

Such an id changes with the headline (``parsers.feed_entry``). An entry is taken for one that its document held before and shows no
more, where the two are alike in what is left, and no other entry is.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from feedsvc.model import Article, Story
from feedsvc.text import fold

T = TypeVar("T", bound=Story)
_TELLING = 200  # characters of a text that is that of one story
MADE, _DAY_ONLY = "id-made", "date-only"


def is_made(story: Story) -> bool:
    """Whether its id was made of its headline and date."""
    return story.own_id is not None and _has(story, MADE)


def corrected(stories: Sequence[Story], held: Iterable[Article]) -> dict[str, str]:
    """The ids that stories of a document have by rights, by name; ``held`` are the articles that it held before.

    Alike are two of one moment with the same headline (it was corrected before) or the same text (of one day, where it is
    more than a teaser), and two of one moment alone. That does not do where a feed gives no times, which lets go of one
    entry of a day and gets another: it must be told with its time, and what is left be older.
    """
    standing = {each.id: each for each in held}
    shown = {story.own_id for story in stories}
    gone: list[Article] = [each for id_, each in standing.items() if id_ not in shown and is_made(each)]
    fresh = [story for story in stories if is_made(story) and story.own_id not in standing]
    found: dict[str, str] = {}
    oldest = min((each.date for each in stories if each.date is not None), default=None)

    def moment(story: Story) -> Hashable:
        return story.date if story.date != oldest and not _has(story, _DAY_ONLY) else None

    for likeness in (_headline, _text, moment):
        before, now = _alone(gone, likeness), _alone(fresh, likeness)
        found |= {now[key].name: before[key].id for key in before.keys() & now.keys()}
        known = set(found.values())
        gone = [each for each in gone if each.id not in known]
        fresh = [story for story in fresh if story.name not in found]
    return found


def _headline(story: Story) -> Hashable:
    return story.date and (story.date, fold(story.headline))


def _text(story: Story) -> Hashable:
    tells = len(story.text) >= (_TELLING if _has(story, _DAY_ONLY) else 1)
    return (story.date, story.text) if story.date and tells else None


def _alone(stories: Iterable[T], likeness: Callable[[Story], Hashable]) -> dict[Hashable, T]:
    """Those that no other one is like."""
    found: dict[Hashable, list[T]] = {}
    for story in stories:
        if key := likeness(story):
            found.setdefault(key, []).append(story)
    return {key: alike[0] for key, alike in found.items() if len(alike) == 1}


def _has(story: Story, code: str) -> bool:
    return any(each.code == code for each in story.findings)
