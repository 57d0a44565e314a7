"""Several languages: a feed for each, from the moment when there is a second one."""

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from publication import Publication

from feedsvc.config_values import is_reserved
from feedsvc.languages import feed_language, language_feed
from feedsvc.web.app import create_app
from tests.memory_edition import BASE, MemoryEdition, article, feed_view

ENGLISH, FRENCH, ARABIC = {"lang": "en"}, {"lang": "fr-CA"}, {"lang": "ar"}


def names(publication: Publication) -> list[str]:
    return [feed.name for feed in publication.edition().feeds()]


@pytest.mark.parametrize(
    ("tag", "feed", "language"),
    [
        ("en", "all-en", "en"),
        ("EN-gb", "all-en", "en"),
        ("zh-Hant-TW", "all-zh-hant", "zh-Hant"),
        ("zh-cmn-Hans", "all-zh-hans", "zh-Hans"),
        ("sr-Latn", "all-sr-latn", "sr-Latn"),
        ("de-1996", "all-de", "de"),
        ("english", None, None),
        ("x-klingon", None, None),
        ("", None, None),
    ],
)
def test_a_language_is_told_apart_by_its_script_and_not_by_its_region(
    tag: str, feed: str | None, language: str | None
) -> None:
    assert language_feed(tag) == feed
    assert feed_language(feed or "all") == language


@given(st.text(max_size=20) | st.from_regex(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True))
def test_the_name_of_a_language_feed_can_be_no_topics(tag: str) -> None:
    feed = language_feed(tag)
    assert feed is None or (is_reserved(feed) and language_feed(feed_language(feed) or "") == feed)


def test_one_language_needs_no_feed_of_its_own(publication: Publication) -> None:
    publication.article("one.md", "One", **ENGLISH)
    publication.article("two.md", "Two", lang="en-GB")
    publication.build()
    assert names(publication) == ["all"]


def test_with_the_second_language_every_article_is_in_the_feed_of_its_own(publication: Publication) -> None:
    publication.article("one.md", "One", **ENGLISH)
    publication.article("two.md", "Two", **ENGLISH)
    publication.build()
    publication.later()
    publication.article("trois.md", "Trois", "Le texte.", **FRENCH)
    publication.build()
    assert names(publication) == ["all", "all-en", "all-fr"]
    assert sorted(publication.titles("all-en")) == ["One", "Two"]
    assert publication.titles("all-fr") == ["Trois"]
    feeds = {feed.name: (feed.title, feed.entries) for feed in publication.edition().feeds()}
    assert feeds["all-fr"] == ("Français", 1)
    assert feeds["all-en"] == ("English", 2)
    read = feedparser.parse(publication.body("/feeds/all-fr.atom"))
    assert (read.feed.title, read.feed.language) == ("The Test Wire: Français", "fr")
    assert b'xml:lang="fr-CA"' in publication.body("/feeds/all-fr.atom")
    assert b'language="fr"' in publication.body("/feeds.opml")
    assert publication.explain("trois.md")["feeds"] == ["all", "all-fr"]


def test_a_language_feed_stays_and_a_withdrawn_article_leaves_a_tombstone_in_it(publication: Publication) -> None:
    publication.article("one.md", "One", **ENGLISH)
    path = publication.article("trois.md", "Trois", **FRENCH)
    publication.build()
    path.unlink()
    publication.later()
    publication.build()
    assert names(publication) == ["all", "all-en", "all-fr"]
    assert publication.titles("all-fr") == []
    assert b"deleted-entry" in publication.body("/feeds/all-fr.atom")


def test_an_article_that_changes_its_language_changes_its_feed(publication: Publication) -> None:
    publication.article("one.md", "One", **ENGLISH)
    publication.article("trois.md", "Trois", **FRENCH)
    publication.build()
    publication.later()
    publication.article("trois.md", "Trois", **ENGLISH)
    publication.build()
    assert publication.titles("all-fr") == []
    assert sorted(publication.titles("all-en")) == ["One", "Trois"]


def test_an_embargoed_article_tells_nobody_of_its_language(publication: Publication) -> None:
    publication.article("one.md", "One", **ENGLISH)
    publication.article("trois.md", "Trois", embargo="2026-04-01T09:00:00+09:00", **FRENCH)
    publication.build()
    publication.later()
    publication.article("two.md", "Two", **ENGLISH)
    publication.build()
    assert names(publication) == ["all"]
    assert b"all-fr" not in publication.body("/feeds.opml")


def test_the_page_of_a_language_is_in_that_language_and_runs_its_way() -> None:
    edition = MemoryEdition(topics=(feed_view("all-ar", "العربية"), feed_view("all-en", "English")))
    edition.publish(article("lamps", headline="المصابيح", language="ar"), article("clock"))
    client = create_app(edition, base=BASE).test_client()
    page = html.document_fromstring(client.get("/feeds/all-ar").text)
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    assert [each.text_content() for each in page.xpath("//article//h3")] == ["المصابيح"]
    for path in ("/", "/feeds/all"):
        home = html.document_fromstring(client.get(path).text)
        linked = {
            each.get("hreflang"): each.get("href") for each in home.xpath("//link[@rel='alternate'][@hreflang]")
        }
        assert linked == {"ar": f"{BASE}/feeds/all-ar.atom", "en": f"{BASE}/feeds/all-en.atom"}
    story = html.document_fromstring(client.get("/articles/lamps").text)
    assert "/feeds/all-ar" in story.xpath("//section[contains(@class, 'follow')]//a/@href")
