"""Which topics an article belongs to, and why: those it names, its folders, then the rules."""

from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter

from feedsvc.config import Settings, TopicRule
from feedsvc.model import Article, Classification, Finding, Topic
from feedsvc.query import topics_in
from feedsvc.topics.index import RuleIndex
from feedsvc.topics.match import Evidence, Test, folders, subject_of, test_of
from feedsvc.topics.registry import TopicRegistry

_FIELDS = {"tag": "tags", "section": "sections", "folder": "name"}
_SHOWN = 5  # pieces of evidence in a reason

Classified = tuple[tuple[Classification, ...], tuple[Finding, ...]]


class Classifier:
    """Sorts articles into the topics of one publication."""

    def __init__(self, settings: Settings, registry: TopicRegistry) -> None:
        self._feeds = settings.feeds
        self._registry = registry
        ordered = [(rule, rule.match) for rule in _by_dependency(settings.topics) if rule.match]
        self._rules: list[tuple[Topic, Test]] = [
            (Topic(rule.slug, rule.title), test_of(query)) for rule, query in ordered
        ]
        self._index = RuleIndex([query for _, query in ordered])

    def classify(self, article: Article) -> Classified:
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

    def _names(self, article: Article) -> Iterator[tuple[str, str]]:
        """What ``article`` says of its topics, as far as the settings let it count."""
        named = [("tag", name) for name in article.tags] + [("section", name) for name in article.sections]
        for what, name in named:
            if self._feeds.automatic_topics or self._registry.configured(name):
                yield what, name
        if self._feeds.folder_topics:
            yield from (("folder", name) for name in folders(article.name))

    def _ruled(self, article: Article, topics: frozenset[str]) -> Iterator[tuple[Topic, Evidence]]:
        if not self._rules:
            return
        subject = subject_of(article, topics)
        for position in self._index.candidates(subject):
            topic, test = self._rules[position]
            if topic.slug in topics:
                continue
            evidence = test(subject)
            if evidence is not None:
                subject = subject.joined(topic.slug)
                yield topic, evidence


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
