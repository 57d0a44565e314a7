"""Episodes: articles that carry sound or video, as podcast directories and players read them."""

import feedparser
from lxml import etree
from msgspec.structs import replace
from publication import SETTINGS, Publication
from test_media import wav

from feedsvc.feeds.compose import compose_feed
from feedsvc.feeds.lint import lint
from feedsvc.feeds.podcast import ITUNES, PODCAST
from feedsvc.feeds.syndication import render_atom, render_rss
from tests import feeds_samples as samples

SHOW = """
[podcast]
image = "https://news.example.org/art.jpg"
category = "Arts > Books"
email = "desk@news.example.org"
"""
EPISODE = """---
title: Listening to fog
date: 2026-02-01T08:00:00Z
tags: [talks]
audio: fog.wav
episode: 7
season: 2
episode_type: bonus
explicit: true
---
One hears further in it.
"""


def channel(document: bytes) -> etree._Element:
    return etree.fromstring(document)[0]


def texts(element: etree._Element, namespace: str) -> dict[str, str]:
    return {etree.QName(each).localname: each.text or "" for each in element.iterfind(f"{{{namespace}}}*")}


def test_an_article_with_sound_is_an_episode(publication: Publication) -> None:
    publication.settings(SETTINGS + SHOW)
    (publication.inbox / "fog.wav").write_bytes(wav(3))
    (publication.inbox / "fog.md").write_text(EPISODE, "utf-8")
    publication.article("plain.md", "No sound", date="2026-02-02")
    publication.build_here()
    document = publication.bytes()["/feeds/talks.rss"]
    head = channel(document)
    assert texts(head, ITUNES).items() >= {"author": "Test Desk", "explicit": "false", "type": "episodic"}.items()
    assert head.find(f"{{{ITUNES}}}image").get("href") == "https://news.example.org/art.jpg"
    assert [each.get("text") for each in head.iter(f"{{{ITUNES}}}category")] == ["Arts", "Books"]
    assert texts(head.find(f"{{{ITUNES}}}owner"), ITUNES)["email"] == "desk@news.example.org"
    # Made once by hand: a UUID of version 5 over the feed's address without its scheme.
    assert texts(head, PODCAST)["guid"] == "8a88342c-e44f-5e8f-906e-32a77c338168"
    item = head.find("item")
    assert texts(item, ITUNES) == {
        "duration": "3",
        "season": "2",
        "episode": "7",
        "episodeType": "bonus",
        "explicit": "true",
    }
    assert texts(item, PODCAST) == {"season": "2", "episode": "7"}
    parsed = feedparser.parse(document)
    assert (parsed.entries[0].itunes_duration, parsed.entries[0].enclosures[0].type) == ("3", "audio/wav")
    assert not list(lint("rss", document, "https://news.example.org/feeds/talks.rss"))


def test_a_feed_without_episodes_is_no_podcast() -> None:
    bare = [replace(each, enclosures=()) for each in samples.entries(samples.settings())]
    document = render_rss(samples.feed(entries=bare))
    assert ITUNES.encode() not in document
    assert PODCAST.encode() not in document


def test_atom_and_archives_carry_the_enclosure_alone() -> None:
    feed = samples.feed()
    assert feed.show is not None
    assert ITUNES.encode() not in render_atom(feed)


def test_a_canceled_episode_is_none() -> None:
    chosen = samples.settings()
    canceled = replace(samples.ARTICLES["full"], status=samples.Status.CANCELED)
    entry, _ = samples.compose_entry(canceled, (), chosen)
    feed = compose_feed(
        chosen,
        name="all",
        title="Wire",
        description="",
        entries=[entry],
        floor=samples.FLOOR,
        authority=samples.AUTHORITY,
    )
    assert (entry.enclosures, entry.episode, feed.show) == ((), None, None)
