"""Topics by the names that articles use. A slug is given once and stays."""

from collections.abc import Iterable, Sequence

from feedsvc.config import TopicRule
from feedsvc.config_values import is_reserved
from feedsvc.model import Finding, Topic
from feedsvc.text import SLUG_LENGTH, fold, one_line, short_hash, slugify

_HASH_LENGTHS = range(6, 65, 2)


class TopicRegistry:
    """All topics of a publication: those of the settings, those remembered, and those minted by this object.

    ``remembered`` are pairs of a folded name and its topic, as ``minted`` held them in an earlier build.
    """

    def __init__(self, rules: Sequence[TopicRule], remembered: Iterable[tuple[str, Topic]] = ()) -> None:
        self.minted: list[tuple[str, Topic]] = []
        configured = {rule.slug: Topic(rule.slug, rule.title) for rule in rules}
        by_title = {fold(topic.title): topic for topic in configured.values()}
        self._configured = by_title | {fold(topic.slug): topic for topic in configured.values()}
        self._known = {name: configured.get(topic.slug, topic) for name, topic in remembered}
        self._named: dict[str, Topic] = {}
        self._clashes: dict[str, str | None] = {}
        self._by_slug = {topic.slug: topic for topic in self._known.values()} | configured

    def configured(self, name: str) -> Topic | None:
        """The topic of the settings whose slug or title is ``name``; a slug goes before a title."""
        return self._configured.get(fold(name))

    def explicit(self, name: str) -> Topic:
        """The topic that an article names: of the settings, known, or minted now."""
        topic = self._named.get(name)
        if topic is None:
            topic = self._named[name] = self._find(name)
        return topic

    def clash(self, name: str, field: str) -> Finding | None:
        """What to say of a name in ``field`` whose own slug was taken when its topic was minted."""
        if name not in self._clashes:
            self._clashes[name] = self._clash(name)
        message = self._clashes[name]
        return Finding("topic-slug-clash", "warning", message, field) if message else None

    def _find(self, name: str) -> Topic:
        folded = fold(name)
        topic = self._configured.get(folded) or self._known.get(folded)
        if topic is None:
            topic = Topic(self._free_slug(name), one_line(name))
            self._known[folded] = self._by_slug[topic.slug] = topic
            self.minted.append((folded, topic))
        return topic

    def _clash(self, name: str) -> str | None:
        topic, wanted = self.explicit(name), _slug(name)
        holder = self._by_slug.get(wanted)
        if topic.slug == wanted or fold(name) in self._configured or not (holder or is_reserved(wanted)):
            return None
        owner = f'the topic "{holder.title}"' if holder else "a feed of the whole publication"
        return (
            f'the topic "{topic.title}" has the slug {topic.slug}, because {wanted} belongs to {owner}; '
            "write one name for both if they are one, or name it otherwise."
        )

    def _free_slug(self, name: str) -> str:
        slug = _slug(name)
        for length in _HASH_LENGTHS:
            if slug not in self._by_slug and not is_reserved(slug):
                break
            hashed = short_hash(fold(name), length)
            slug = f"{_slug(name)[: SLUG_LENGTH - length - 1].rstrip('-')}-{hashed}"
        return slug


def _slug(name: str) -> str:
    return slugify(name) or f"topic-{short_hash(fold(name))}"
