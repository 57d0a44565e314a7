"""Which topics an article belongs to, and why: those it names, its folders, then the rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
        self._named: dict[tuple[str, str], _NamedTopic | None] = {}

    def classify(self, article: Story | Named) -> Classified:
        """The topics of ``article``, each once with the first reason: named ones, folders, rules."""
        found: dict[str, Classification] = {}
        findings: list[Finding] = []
        for each in self._all_named(article):
            if each is not None and each.topic.slug not in found:
                found[each.topic.slug] = each.classification
                if each.clash is not None:
                    findings.append(each.clash)
        for topic, evidence in self._ruled(article, frozenset(found)):
            found[topic.slug] = Classification(topic, _reason(topic, evidence))
        return tuple(found.values()), tuple(findings)

    def _all_named(self, article: Story | Named) -> Iterator["_NamedTopic | None"]:
        """The topics of what ``article`` says of itself."""
        for name in article.tags:
            yield self._topic_of("tag", name)
        for name in article.sections:
            yield self._topic_of("section", name)
        if self._feeds.folder_topics:
            for name in folders(article.name):
                yield self._topic_of("folder", name)

    def _topic_of(self, what: str, name: str) -> "_NamedTopic | None":
        """The topic that is named, as far as the settings let it count; the same few are named again and again."""
        if (what, name) not in self._named:
            counts = what == "folder" or self._feeds.automatic_topics or self._registry.configured(name) is not None
            self._named[what, name] = self._name(what, name) if counts else None
        return self._named[what, name]

    def _name(self, what: str, name: str) -> "_NamedTopic":
        topic = self._registry.explicit(name)
        return _NamedTopic(
            topic, Classification(topic, f'{what} "{name}"'), self._registry.clash(name, _FIELDS[what])
        )

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


@dataclass(frozen=True, slots=True)
class _NamedTopic:
    """A topic that is named, with the reason that this is, and what is to be said of its slug."""

    topic: Topic
    classification: Classification
    clash: Finding | None


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
