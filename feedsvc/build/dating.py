"""Stories that were taken before and have no year any more: what lies around them has changed, and not they."""

from collections.abc import Iterable, Mapping

from feedsvc.articles.kept_year import lacks_year, with_year_kept
from feedsvc.build.reading import Outcome
from feedsvc.model import Story
from feedsvc.store.ledger import Ledger
from feedsvc.store.schema import articles, identities


def dated_before(
    stories: Iterable[tuple[Story, Outcome]], ledger: Ledger, left: Mapping[str, str]
) -> dict[str, Story]:
    """Those of ``stories`` that the ledger holds from the same bytes, with the year that they got then; by name.

    ``left`` holds documents that are gone, by the hash of their bytes: one of the same bytes is that under another name.
    """
    wanted: dict[str, tuple[Story, Outcome]] = {}
    for story, outcome in stories:
        if lacks_year(story):
            part = story.name.removeprefix(outcome.name)
            wanted[story.name] = story, outcome
            if outcome.digest in left:
                wanted[left[outcome.digest] + part] = story, outcome
    records = ledger.articles_where_in(articles.c.name, wanted.keys())
    known = ledger.identities_where_in(identities.c.id, {each.article.id for each in records})
    contents = {each.id: each.digest for each in known}
    found: dict[str, Story] = {}
    for record in records:
        story, outcome = wanted[record.article.name]
        if contents[record.article.id] == outcome.content:
            found[story.name] = with_year_kept(story, record.article)
    return found
