"""What Prometheus scrapes: the state of the edition, and who reads each feed."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedsvc.audience import FeedAudience
from feedsvc.views import FeedView, Health

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(health: Health, feeds: Iterable[FeedView], audiences: Iterable[FeedAudience]) -> bytes:
    """Everything that is told, in Prometheus' text format 0.0.4."""
    registry = CollectorRegistry()
    registry.register(_Numbers(health, tuple(feeds), tuple(audiences)))
    return generate_latest(registry)


class _Numbers(Collector):
    """The numbers of one moment; they come from the store, where all processes write theirs."""

    def __init__(self, health: Health, feeds: tuple[FeedView, ...], audiences: tuple[FeedAudience, ...]) -> None:
        self._health = health
        self._feeds = feeds
        self._audiences = audiences

    def collect(self) -> Iterator[Metric]:
        """Each family with its samples."""
        yield GaugeMetricFamily("feedsvc_up", "1 unless the last build failed", value=int(self._health.ok))
        yield GaugeMetricFamily("feedsvc_edition", "The revision of the edition", value=self._health.revision)
        if self._health.built is not None:
            moment = self._health.built.timestamp()
            yield GaugeMetricFamily("feedsvc_built_timestamp_seconds", "When the edition was built", value=moment)
        entries = GaugeMetricFamily("feedsvc_articles", "Public articles of a feed", labels=["feed"])
        for feed in self._feeds:
            entries.add_metric([feed.name], feed.entries)
        yield entries
        yield from self._traffic()
        subscribers = GaugeMetricFamily(
            "feedsvc_subscribers",
            "Subscribers of a feed through a reader, over seven days",
            labels=["feed", "reader"],
        )
        for each in self._audiences:
            for reader in each.readers:
                subscribers.add_metric([each.feed, reader.name], reader.subscribers)
        yield subscribers

    def _traffic(self) -> Iterator[Metric]:
        for name, told, value in (
            ("polls", "Answers to readers that asked for a feed", "polls"),
            ("not_modified", "Those of the answers that were 304", "not_modified"),
            ("sent_bytes", "Bytes of bodies sent to readers", "sent"),
            ("saved_bytes", "Bytes that compression, 304 and 226 kept off the line", "saved"),
        ):
            family = CounterMetricFamily(f"feedsvc_{name}", told, labels=["feed"])
            for each in self._audiences:
                family.add_metric([each.feed], getattr(each.ever, value))
            yield family
