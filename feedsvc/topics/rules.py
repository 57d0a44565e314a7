"""The rules of topics: which of them match an article, and why."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from graphlib import TopologicalSorter

from feedsvc.config import TopicRule
from feedsvc.model import Story, Topic
from feedsvc.query import topics_in
from feedsvc.topics.index import RuleIndex
from feedsvc.topics.match import Evidence, Test, subject_of, test_of

_SHOWN = 5  # pieces of evidence in a reason


class Rules:
    """The rules of a publication, each behind those that it uses through ``topic:``; a rule is known by its position."""

    def __init__(self, rules: Sequence[TopicRule]) -> None:
        self._rules = rules
        ruled = [rule for rule in _by_dependency(rules) if rule.match]
        self.topics = [Topic(rule.slug, rule.title) for rule in ruled]
        self._queries = [rule.match for rule in ruled if rule.match]
        self._tests: dict[int, Test] = {}  # made when first asked: of many rules, few are ever candidates

    def __reduce__(self) -> tuple[type["Rules"], tuple[Sequence[TopicRule]]]:
        return Rules, (self._rules,)

    @cached_property
    def ask_topics(self) -> bool:
        """Whether any rule asks in which topics an article is, so that a story alone does not decide them all."""
        return any(map(topics_in, self._queries))

    def matching(self, story: Story, topics: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
        """The rules that match ``story``, which is in ``topics`` already, in order: position, and the reason.

        Rules of those topics are not asked.
        """
        if not self._queries:
            return
        subject = subject_of(story, topics)
        for position in self._index.candidates(subject):
            topic = self.topics[position]
            if topic.slug in topics:
                continue
            evidence = self._test(position)(subject)
            if evidence is not None:
                subject = subject.joined(topic.slug)
                yield position, _reason(topic, evidence)

    @cached_property
    def _index(self) -> RuleIndex:
        return RuleIndex(self._queries)

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
