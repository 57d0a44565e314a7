"""Newcomers: stories of documents that the ledger does not know, as they enter one that knows nothing of them.

That takes no ledger, so workers do it, down to the rows of its tables. What is left for the build is to see that
nobody has the id, the slug or the name; whoever is no newcomer after all enters as any other story does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from feedsvc.articles.identity import enter
from feedsvc.articles.standing import term
from feedsvc.codings import unpack
from feedsvc.model import Finding, Identity, Story, document_of
from feedsvc.store.records import ArticleRecord, FreshRows, fresh_rows
from feedsvc.topics.rules import Rules

# Not MessagePack, which takes every moment to UTC: the offset that a source states is a part of a date.
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Story).decode


class Newcomer(Struct, frozen=True, array_like=True):
    """A story that has just become an article: what the ledger is to hold of it, and what sorts it into topics.

    ``findings`` are those of the article; ``ruled`` the rules of topics that match it, by position, with the reason (None:
    the story does not decide that alone); ``told`` is the story, encoded, where the article does not show it as it was.
    """

    name: str
    id: str
    slug: str
    tags: tuple[str, ...]
    sections: tuple[str, ...]
    findings: tuple[Finding, ...]
    ruled: tuple[tuple[int, str], ...] | None
    rows: FreshRows
    told: bytes | None

    @property
    def story(self) -> Story:
        """The story as it was settled, for when it is no newcomer."""
        return _decode(unpack(self.rows.body[-1]) if self.told is None else self.told)


def newcomers(
    stories: Sequence[Story], digest: str, authority: str, base: str, now: datetime, rules: Rules
) -> tuple[Newcomer, ...]:
    """What the stories of a document become where nothing is known; ``digest`` is the hash of its content."""
    memory = _Nothing(authority)
    return tuple(_newcomer(story, digest, memory, base, now, rules) for story in stories)


def _newcomer(story: Story, digest: str, memory: "_Nothing", base: str, now: datetime, rules: Rules) -> Newcomer:
    entered = enter(story, digest, memory, base, now)
    article, identity = entered.article, entered.identity
    public = term(article, identity.canceled)
    record = ArticleRecord(document_of(story.name), article, None, public, public.next_change(now))
    return Newcomer(
        name=story.name,
        id=identity.id,
        slug=identity.slug,
        tags=article.tags,
        sections=article.sections,
        findings=article.findings,
        ruled=None if rules.ask_topics else tuple(rules.matching(article)),
        rows=fresh_rows(record, identity),
        # An article is a story and more; but its links to places in itself have its address by now.
        told=None if article.html == story.html else _encode(story),
    )


@dataclass(frozen=True, slots=True)
class _Nothing:
    """The memory of a ledger that knows nothing (see ``identity.Memory``)."""

    authority: str

    def by_id(self, id: str) -> Identity | None:
        del id
        return None

    def by_name(self, name: str) -> Identity | None:
        del name
        return None

    def vacated(self, story: Story, digest: str) -> Identity | None:
        del story, digest
        return None

    def slug_owner(self, slug: str) -> str | None:
        del slug
        return None
