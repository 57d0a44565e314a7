"""Which topics an article belongs to, and why: those it names, its folders, then the rules."""

from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from typing import Protocol

from feedsvc.config import Settings, TopicRule
from feedsvc.model import Classification, Finding, Story, Topic
from feedsvc.query import topics_in
from feedsvc.topics.index import RuleIndex
from feedsvc.topics.match import Evidence, Test, folders, subject_of, test_of
from feedsvc.topics.registry import TopicRegistry

_FIELDS = {"tag": "tags", "section": "sections", "folder": "name"}
_SHOWN = 5  # pieces of evidence in a reason


class Named(Protocol):
    """What tells which topics a story names, and the story, for when rules ask for more."""

    @property
    def name(self) -> str:
        """The name of its document."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""

    @property
    def sections(self) -> tuple[str, ...]:
        """Its sections."""

    @property
    def story(self) -> Story:
        """The whole of it."""


Classified = tuple[tuple[Classification, ...], tuple[Finding, ...]]


class Classifier:
    """Sorts articles into the topics of one publication."""

    def __init__(self, settings: Settings, registry: TopicRegistry) -> None:
        self._feeds = settings.feeds
        self._registry = registry
        ruled = [rule for rule in _by_dependency(settings.topics) if rule.match]
        self._topics = [Topic(rule.slug, rule.title) for rule in ruled]
        self._queries = [rule.match for rule in ruled if rule.match]
        self._tests: dict[int, Test] = {}  # made when first asked: of many rules, few are ever candidates
        self._index = RuleIndex(self._queries)

    def classify(self, article: Story | Named) -> Classified:
        """The topics of ``article``, each once with the first reason: named ones, folders, rules."""
        found: dict[str, Classification] = {}
        findings: list[Finding] = []
        for what, name in self._names(article):
            topic = self._registry.explicit(name)
            if topic.slug not in found:
                found[topic.slug] = Classification(topic, f'{what} "{name}"')
                findings += filter(None, (self._registry.clash(name, _FIELDS[what]),))
        for topic, evidence in self._ruled(article, frozenset(found)):
            found[topic.slug] = Classification(topic, _reason(topic, evidence))
        return tuple(found.values()), tuple(findings)

    def _names(self, article: Story | Named) -> Iterator[tuple[str, str]]:
        """What ``article`` says of its topics, as far as the settings let it count."""
        named = [("tag", name) for name in article.tags] + [("section", name) for name in article.sections]
        for what, name in named:
            if self._feeds.automatic_topics or self._registry.configured(name):
                yield what, name
        if self._feeds.folder_topics:
            yield from (("folder", name) for name in folders(article.name))

    def _ruled(self, article: Story | Named, topics: frozenset[str]) -> Iterator[tuple[Topic, Evidence]]:
        if not self._queries:
            return
        subject = subject_of(article if isinstance(article, Story) else article.story, topics)
        for position in self._index.candidates(subject):
            topic = self._topics[position]
            if topic.slug in topics:
                continue
            evidence = self._test(position)(subject)
            if evidence is not None:
                subject = subject.joined(topic.slug)
                yield topic, evidence

    def _test(self, position: int) -> Test:
        if position not in self._tests:
            self._tests[position] = test_of(self._queries[position])
        return self._tests[position]


def _by_dependency(rules: Sequence[TopicRule]) -> list[TopicRule]:
    """``rules`` so that each comes after those it uses through ``topic:``."""
    by_slug = {rule.slug: rule for rule in rules}
    uses = {rule.slug: sorted(topics_in(rule.match) & by_slug.keys()) if rule.match else [] for rule in rules}
    return [by_slug[slug] for slug in TopologicalSorter(uses).static_order()]


def _reason(topic: Topic, evidence: Evidence) -> str:
    distinct = list(dict.fromkeys(evidence))
    shown = distinct[:_SHOWN]
    if len(distinct) > _SHOWN:
        shown.append(f"{len(distinct) - _SHOWN} more")
    return f"rule of {topic.slug}: {' and '.join(shown) or 'nothing that it excludes occurs'}"
