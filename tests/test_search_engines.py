"""What search engines and link previews read: sitemaps, structured data, Open Graph."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from lxml import etree, html
from memory_edition import BASE, PUBLISHED, MemoryEdition, article
from publication import Publication

from feedsvc.model import Person
from feedsvc.web.addresses import Addresses
from feedsvc.web.app import create_app
from feedsvc.web.sitemap import Sitemaps

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "news": "http://www.google.com/schemas/sitemap-news/0.9"}


@pytest.fixture
def edition() -> MemoryEdition:
    edition = MemoryEdition()
    edition.publish(
        article("clock", headline="The clock & the <tower>", published=PUBLISHED),
        article("時計", headline="港の時計", language="ja", published=PUBLISHED - timedelta(days=1)),
        article("old", headline="Long ago", published=PUBLISHED - timedelta(days=3)),
    )
    return edition


@pytest.fixture
def client(edition: MemoryEdition) -> FlaskClient:
    return create_app(edition, base=BASE, clock=lambda: PUBLISHED + timedelta(hours=1)).test_client()


def locations(data: bytes) -> list[str]:
    return [str(each) for each in etree.fromstring(data).xpath("//s:loc/text()", namespaces=NAMES)]


def test_the_sitemap_names_every_page(client: FlaskClient) -> None:
    answer = client.get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert locations(answer.data) == [
        f"{BASE}/",
        f"{BASE}/feeds/all",
        f"{BASE}/articles/clock",
        f"{BASE}/articles/%E6%99%82%E8%A8%88",
        f"{BASE}/articles/old",
    ]
    again = client.get("/sitemap.xml", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    for address in locations(answer.data):
        assert client.get(address.removeprefix(BASE)).status_code == 200
    assert f"Sitemap: {BASE}/sitemap.xml\n" in client.get("/robots.txt").text


def test_the_news_sitemap_has_two_days(client: FlaskClient) -> None:
    root = etree.fromstring(client.get("/sitemap-news.xml").data)
    assert root.xpath("//news:title/text()", namespaces=NAMES) == ["The clock & the <tower>", "港の時計"]
    assert root.xpath("//news:language/text()", namespaces=NAMES) == ["en", "ja"]
    assert root.xpath("//news:name/text()", namespaces=NAMES) == ["The Harbour Wire"] * 2


def test_a_large_publication_has_a_sitemap_in_parts(edition: MemoryEdition) -> None:
    sitemaps = Sitemaps(edition, Addresses(BASE), part=2)
    parts = locations(sitemaps.whole("/sitemap.xml").bodies["identity"])
    assert parts == [f"{BASE}/sitemap-1.xml", f"{BASE}/sitemap-2.xml"]
    found = [sitemaps.part(f"/sitemap-{number}.xml", number) for number in (1, 2)]
    named = [place for part in found if part for place in locations(part.bodies["identity"])]
    assert len(named) == len(set(named)) == 5
    assert sitemaps.part("/sitemap-3.xml", 3) is None


def test_there_are_no_parts_of_a_small_one(client: FlaskClient) -> None:
    assert client.get("/sitemap-1.xml").status_code == 404
    assert client.get("/sitemap-x.xml").status_code == 404


def test_an_article_tells_what_it_is(edition: MemoryEdition, client: FlaskClient) -> None:
    view = article("told", headline="</script><b>& more", authors=(Person("Ann Lee"),), published=PUBLISHED)
    edition.publish(view)
    text = client.get("/articles/told").text
    page = html.document_fromstring(text)
    (block,) = page.xpath("//script[@type='application/ld+json']/text()")
    told = json.loads(block)
    assert (told["@type"], told["headline"]) == ("NewsArticle", "</script><b>& more")
    assert told["author"] == [{"@type": "Person", "name": "Ann Lee"}]
    assert told["datePublished"] == PUBLISHED.isoformat()
    assert told["publisher"]["name"] == "The Harbour Wire"
    graph = {each.get("property"): each.get("content") for each in page.xpath("//meta[@property]")}
    assert graph["og:title"] == "</script><b>& more"
    assert graph["og:type"] == "article"
    assert graph["og:url"] == f"{BASE}/articles/told"


def test_real_articles_that_are_public_are_in_the_sitemap(publication: Publication) -> None:
    publication.write("a.md", "---\ntitle: Public\ndate: 2026-02-01\n---\nText of it.\n")
    publication.write("b.md", "---\ntitle: Held\ndate: 2026-02-01\nembargo: 2027-01-01\n---\nText of it.\n")
    publication.write("c.md", "---\ntitle: Killed\ndate: 2026-02-01\nstatus: canceled\n---\nText of it.\n")
    publication.build()
    edition = publication.edition()
    client = create_app(edition, base=BASE, clock=lambda: publication.now).test_client()
    named = [each.removeprefix(f"{BASE}/articles/") for each in locations(client.get("/sitemap.xml").data)]
    assert "public" in " ".join(named).lower()
    assert len([each for each in named if "://" not in each]) == 1
