"""Which topics an article belongs to, and why: those it names, its folders, then the rules."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from feedsvc.config import Settings
from feedsvc.model import Classification, Finding, Story, Topic
from feedsvc.topics.match import folders
from feedsvc.topics.registry import TopicRegistry
from feedsvc.topics.rules import Rules

_FIELDS = {"tag": "tags", "section": "sections", "folder": "name"}


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
    def ruled(self) -> Sequence[tuple[int, str]] | None:
        """The rules that match it, by position, with the reason; None when the story is yet to be asked."""

    @property
    def story(self) -> Story:
        """The whole of it."""


Classified = tuple[tuple[Classification, ...], tuple[Finding, ...]]


class Classifier:
    """Sorts articles into the topics of one publication."""

    def __init__(self, settings: Settings, registry: TopicRegistry) -> None:
        self._feeds = settings.feeds
        self._registry = registry
        self.rules = Rules(settings.topics)
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
        for position, reason in self._ruled(article, frozenset(found)):
            topic = self.rules.topics[position]
            if topic.slug not in found:
                found[topic.slug] = Classification(topic, reason)
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

    def _ruled(self, article: Story | Named, topics: frozenset[str]) -> Iterable[tuple[int, str]]:
        """The rules that match, by position, with the reason."""
        if isinstance(article, Story):
            return self.rules.matching(article, topics)
        return self.rules.matching(article.story, topics) if article.ruled is None else article.ruled


class _NamedTopic(Struct, frozen=True):
    """A topic that is named, with the reason that this is, and what is to be said of its slug."""

    topic: Topic
    classification: Classification
    clash: Finding | None
