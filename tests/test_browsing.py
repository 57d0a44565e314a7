"""The pages to browse by: the archive by month, authors, the topic index, and OPML of chosen feeds."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html
from memory_edition import BASE
from publication import SETTINGS, Publication

from feedsvc.feeds.lint import lint
from feedsvc.web import browsing
from feedsvc.web.app import create_app


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    made = Publication(tmp_path, SETTINGS + '[[topic]]\nslug = "sea"\ntitle = "The sea"\nmatch = "ferry"\n')
    made.article("one.md", "The ferry", date="2026-01-31T15:30:00Z", author="Ada Reed", tags="[Ships]")
    made.article("two.md", "A clock", date="2026-01-31T14:30:00Z", author="Ada Reed and Sam O’Neill")
    made.article("three.md", "Old news", date="2024-12-31T23:59:00+09:00", author="Ada  Reed")
    made.build_here()
    return made


def web(publication: Publication, **options: bool) -> FlaskClient:
    return create_app(publication.edition(), base=BASE, clock=lambda: publication.now, **options).test_client()


def page(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.fromstring(answer.text)


def test_months_are_those_of_the_publications_zone(publication: Publication) -> None:
    client = web(publication)
    months = page(client, "/archive").xpath("//ul[@class='index']/li")
    assert [" ".join(each.text_content().split()) for each in months] == [
        "February 2026 1 article",
        "January 2026 1 article",
        "December 2024 1 article",
    ]
    february = page(client, "/archive/2026-02")
    assert february.xpath("//section/h2/time/@datetime") == ["2026-02-01T00:00:00+09:00"]
    assert february.xpath("//section//li/a/text()") == ["The ferry"]
    assert february.xpath("//nav/a[@rel='next']/@href") == ["/archive/2026-01"]
    assert page(client, "/archive/2024-12").xpath("//nav/a[@rel='next']") == []


@pytest.mark.parametrize(
    "path",
    ["/archive/2026-03", "/archive/2026-13", "/archive/2026-2", "/archive/x", "/archive/2026-02/1", "/archive/2026-02/2",
     "/archive/0000-01", "/archive/２０２６-02", "/authors/nobody", "/authors/ada", "/archive/2026-02/" + "9" * 400],
)  # fmt: skip
def test_there_is_nothing_else(publication: Publication, path: str) -> None:
    assert web(publication).get(path).status_code == 404


def test_a_long_month_stands_on_several_pages(publication: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "LISTED", 2)
    monkeypatch.setattr("feedsvc.web.pages.LISTED_IN_MONTH", 2)
    for number in range(4):
        publication.article(f"more{number}.md", f"More {number}", date=f"2026-02-0{number + 2}T12:00:00+09:00")
    publication.build_here()
    client = web(publication)
    titles, path = [], "/archive/2026-02"
    while path and path.startswith("/archive/2026-02"):
        shown = page(client, path)
        titles += shown.xpath("//section//li/a/text()")
        path = shown.xpath("string(//nav/a[@rel='next']/@href)")
    assert titles == ["More 3", "More 2", "More 1", "More 0", "The ferry"]
    assert path == "/archive/2026-01"
    assert page(client, "/archive/2026-02/2").xpath("//nav/a[@rel='prev']/@href") == ["/archive/2026-02"]


def test_embargoed_and_withdrawn_articles_are_in_no_month_and_of_no_author(publication: Publication) -> None:
    opens = publication.now + timedelta(days=1)
    publication.article(
        "secret.md", "The merger", date="2025-05-05T12:00:00+09:00", author="Eve", embargo=opens.isoformat()
    )
    (publication.inbox / "three.md").unlink()
    publication.build_here(accept_withdrawals=True)
    client = web(publication)
    assert "2025" not in client.get("/archive").text
    assert "2024" not in client.get("/archive").text
    assert client.get("/authors/eve").status_code == 404
    assert page(client, "/authors/ada-reed").xpath("//h3/a/text()") == ["The ferry", "A clock"]


def test_an_author_has_a_page_and_a_feed(publication: Publication) -> None:
    client = web(publication)
    article = page(client, "/articles/a-clock")
    assert article.xpath("//a[@rel='author']/@href") == ["/authors/ada-reed", "/authors/sam-o-neill"]
    shown = page(client, "/authors/ada-reed")
    assert shown.xpath("//h1/text()") == ["Ada Reed"]
    assert shown.xpath("//h3/a/text()") == ["The ferry", "A clock", "Old news"]
    feed = shown.xpath("string(//input[@id='address-atom']/@value)").removeprefix(BASE)
    assert feed == "/search.atom?q=author%3A%22Ada%20Reed%22"
    assert client.get(feed).data.count(b"<entry>") == 3
    assert page(web(publication, is_live=False), "/authors/ada-reed").xpath("//input") == []


def test_topics_are_chosen_as_opml(publication: Publication) -> None:
    client = web(publication)
    shown = page(client, "/topics")
    assert [each.text for each in shown.xpath("//main//h2")] == ["Everything", "Topics", "More topics"]
    assert shown.xpath("//input[@type='checkbox']/@value") == ["all", "sea", "ships"]
    assert shown.xpath("//form/@action") == ["/feeds.opml"]
    chosen = client.get("/feeds.opml?feed=sea&feed=ships&feed=nothing")
    assert lint("opml", chosen.data) == ()
    assert etree.fromstring(chosen.data).xpath("//outline/@xmlUrl") == [
        "https://news.example.org/feeds/ships.atom",
        "https://news.example.org/feeds/sea.atom",
    ]
    assert client.get("/feeds.opml?feed=nothing").status_code == 404
    assert client.get("/feeds.opml?other=1").data == client.get("/feeds.opml").data
    assert page(web(publication, is_live=False), "/topics").xpath("//input | //button") == []


def test_a_tag_that_no_article_has_any_more_is_listed_on_no_page_and_its_feed_stays(publication: Publication) -> None:
    publication.article("one.md", "The boat", date="2026-01-31T15:30:00Z", author="Ada Reed", tags="[Boats]")
    publication.later()
    publication.build_here()
    client = web(publication)
    for path in ("/", "/topics"):
        text = page(client, path).text_content()
        assert "Boats" in text, path
        assert "The sea" in text, path  # a topic of the settings, and empty
        assert "Ships" not in text, path
    assert client.get("/feeds/ships").status_code == client.get("/feeds/ships.atom").status_code == 200
    assert "/feeds/ships.atom" in client.get("/feeds.opml").text
