"""Admitting: which newcomers are what they were taken for where nothing was known, so that they enter as they came."""

from collections.abc import Sequence, Set

from feedsvc.articles.identity import wanted_slug
from feedsvc.build.newcomers import Newcomer
from feedsvc.model import Story
from feedsvc.store.ledger import Ledger
from feedsvc.store.schema import identities


def admissible(newcomers: Sequence[Newcomer], others: Sequence[Story], ledger: Ledger) -> list[Newcomer]:
    """The newcomers whose id, slug and name nobody has or had, and that are no withdrawn article's new place.

    Who wants what an ``other`` story of the batch or a newcomer before may want takes the way of any story, in the
    order in which all were read.
    """
    if not newcomers:
        return []
    traces = _traces_of_withdrawn(newcomers, ledger)
    names = ledger.taken(identities.c.name, [each.name for each in newcomers])
    ids = ledger.taken(identities.c.id, [each.id for each in newcomers])
    ids |= {story.own_id for story in others if story.own_id is not None}
    wanted = {each.slug for each in newcomers}
    slugs = ledger.taken(identities.c.slug, wanted) | ledger.former_owners(wanted).keys()
    slugs |= set(map(wanted_slug, others))
    admitted = []
    for each in newcomers:
        is_known = each.id in ids or each.slug in slugs or each.name in names
        if not is_known and traces.isdisjoint(each.rows.traces):
            admitted.append(each)
        ids.add(each.id)
        slugs.add(each.slug)
    return admitted


def _traces_of_withdrawn(newcomers: Sequence[Newcomer], ledger: Ledger) -> Set[str]:
    """The traces of newcomers that are those of articles that were taken out."""
    if not ledger.has_withdrawn():
        return frozenset()
    digests, fingerprints = map(set, zip(*(each.rows.traces for each in newcomers), strict=True))
    by_digest = ledger.withdrawn_where_in(identities.c.digest, digests)
    by_fingerprint = ledger.withdrawn_where_in(identities.c.fingerprint, fingerprints)
    return {each.digest for each in by_digest} | {each.fingerprint for each in by_fingerprint}
