"""Search: what it finds is what topic rules find; its pages, its feeds, and what is asked of them in bad faith."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from memory_edition import BASE, PUBLISHED, MemoryEdition, article
from publication import SETTINGS, Publication
from query_samples import ARTICLES, QUERIES
from sqlalchemy import Connection, create_engine, select
from werkzeug.test import TestResponse

from feedsvc.build import indexing
from feedsvc.config import load_settings, parse_settings
from feedsvc.errors import QueryError
from feedsvc.feeds.lint import lint
from feedsvc.model import Article
from feedsvc.query import DEEPEST, parse_query
from feedsvc.store.database import open_database
from feedsvc.store.ledger import Ledger
from feedsvc.store.schema import metadata
from feedsvc.store.search import Indexed, SearchIndex
from feedsvc.topics.match import matches, subject_of, texts_of, values_of
from feedsvc.web.app import create_app
from feedsvc.web.highlighting import excerpt, marked
from feedsvc.web.searching import LONGEST, PAGE_LENGTH, PAGES, topic_lines


@contextmanager
def index() -> Iterator[tuple[Connection, SearchIndex]]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection, SearchIndex(connection)
    engine.dispose()


def indexed(number: int, story: Article) -> Indexed:
    return Indexed(number, texts_of(story), values_of(story, frozenset({"japan"})))


def numbers(connection: Connection, query: str) -> list[int]:
    found = SearchIndex(connection).matching(parse_query(query))
    return list(connection.scalars(select(found.number).where(found.condition).order_by(found.number)))


@settings(deadline=None, max_examples=150)
@given(st.lists(QUERIES, min_size=1, max_size=6), st.lists(ARTICLES, min_size=1, max_size=4))
def test_a_search_finds_what_a_topic_rule_finds(queries, stories) -> None:
    subjects = {number: subject_of(story, frozenset({"japan"})) for number, story in enumerate(stories, 1)}
    with index() as (connection, search):
        search.add(indexed(number, story) for number, story in enumerate(stories, 1))
        for query in queries:
            expected = [number for number, each in subjects.items() if matches(query, each) is not None]
            assert numbers(connection, str(query)) == expected, query


@pytest.mark.parametrize(
    ("opening", "closing"), [("(b OR (a AND ", "))"), ("-(", ")"), ("-(b OR -(", "))"), ("(a -(", "))")]
)
def test_the_deepest_query_is_answered(opening: str, closing: str) -> None:
    story = article("one", headline="A b").article
    subject = subject_of(story)
    with index() as (connection, search):
        search.add([indexed(1, story)])
        for depth in range(1, DEEPEST // 2):
            query = opening * depth + "a" + closing * depth
            try:
                parsed = parse_query(query)
            except QueryError:
                break
            assert numbers(connection, query) == ([1] if matches(parsed, subject) is not None else [])


# Through a build and the web


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    topic = '[[topic]]\nslug = "sea"\ntitle = "The sea"\nmatch = "harbour OR ferry"\n'
    made = Publication(tmp_path, SETTINGS + topic)
    made.article("pilots.md", "Harbour pilots on strike", "They want “more pay”, said the pilots’ union.")
    made.article("ferry.md", "A new ferry", "It sails on Monday.", tags="[Ships]")
    made.article("kaidan.md", "日米首脳会談", "安倍首相は東京で会談した。", lang="ja")
    made.build_here()
    return made


def web(publication: Publication) -> FlaskClient:
    return create_app(publication.edition(), base=BASE, clock=lambda: publication.now).test_client()


def found(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/search.json?q={quote(str(parse_query(query)), safe='')}")
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in json.loads(answer.data)["items"]]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("harbour", ["Harbour pilots on strike"]),
        ("harbo*", ["Harbour pilots on strike"]),
        ('"more pay"', ["Harbour pilots on strike"]),
        ("topic:sea", ["A new ferry", "Harbour pilots on strike"]),
        ("topic:sea -pilots", ["A new ferry"]),
        ("tag:ships", ["A new ferry"]),
        ("首脳", ["日米首脳会談"]),
        ("language:ja", ["日米首脳会談"]),
        ("format:markdown -language:ja", ["A new ferry", "Harbour pilots on strike"]),
        ("submarine", []),
    ],
)
def test_a_search_is_a_feed(publication: Publication, query: str, titles: list[str]) -> None:
    assert sorted(found(web(publication), query)) == sorted(titles)


def test_a_search_follows_the_inbox(publication: Publication) -> None:
    publication.article("ferry.md", "A tram instead", "On rails.")
    (publication.inbox / "pilots.md").unlink()
    publication.later()
    publication.build_here(accept_withdrawals=True)
    client = web(publication)
    assert found(client, "harbour OR ferry") == []
    assert found(client, "tram") == ["A tram instead"]


def test_an_embargoed_article_is_found_from_its_time_on_and_an_expired_one_no_more(publication: Publication) -> None:
    opens, closes = publication.now + timedelta(hours=1), publication.now + timedelta(hours=2)
    publication.article("secret.md", "The merger", embargo=opens.isoformat(), expires=closes.isoformat())
    publication.build_here()
    assert found(web(publication), "merger") == []
    publication.later(hours=1)
    publication.build_here()
    assert found(web(publication), "merger") == ["The merger"]
    publication.later(hours=1)
    assert found(web(publication), "merger") == []


def test_new_rules_are_searched_at_once(publication: Publication) -> None:
    publication.settings(SETTINGS + '[[topic]]\nslug = "work"\ntitle = "Work"\nmatch = "strike"\n')
    publication.later()
    publication.build_here()
    assert found(web(publication), "topic:work") == ["Harbour pilots on strike"]
    assert found(web(publication), "topic:sea") == []


def test_what_was_removed_for_good_leaves_no_word_in_the_store(publication: Publication) -> None:
    publication.article("libel.md", "Libelous", "Unmistakablephrase about somebody.")
    publication.build_here()
    assert found(web(publication), "unmistakablephrase") == ["Libelous"]
    publication.settings(SETTINGS + '[[removed]]\npath = "/articles/libelous"\n')
    publication.later()
    publication.build("--accept-withdrawals")
    assert found(web(publication), "unmistakablephrase") == []
    stored = b"".join(path.read_bytes() for path in (publication.folder / "var").glob("feedsvc.db*"))
    assert b"unmistakablephrase" not in stored.lower()


# Pages and addresses


@pytest.fixture
def client() -> FlaskClient:
    edition = MemoryEdition()
    edition.publish(
        *(
            article(
                f"a{number}",
                headline=f"Harbour <{number}>",
                text=f"Ferry & tram {number}.",
                id=f"tag:x,2026:{number}",
                uri=f"tag:x,2026:{number}",
            )
            for number in range(PAGE_LENGTH + 5)
        )
    )
    return create_app(edition, base=BASE, clock=lambda: PUBLISHED + timedelta(hours=1)).test_client()


def ask(client: FlaskClient, query: str, suffix: str = "", more: str = "") -> TestResponse:
    return client.get(f"/search{suffix}?q={quote(query, safe='')}{more}")


def test_the_page_marks_what_was_asked_for_and_turns_over(client: FlaskClient) -> None:
    answer = ask(client, "headline:harbour ferry")
    page = html.fromstring(answer.text)
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert page.xpath("string(//p[@class='meta'])") == f"{PAGE_LENGTH + 5} articles match."
    assert page.xpath("//h3//mark/text()") == ["Harbour"] * PAGE_LENGTH
    assert page.xpath("//p[@class='summary']//mark/text()") == ["Ferry"] * PAGE_LENGTH
    assert page.xpath("//form//input/@value") == ["headline:harbour ferry"]
    following = client.get(page.xpath("string(//a[@rel='next']/@href)"))
    second = html.fromstring(following.text)
    assert len(second.xpath("//h3")) == 5
    assert second.xpath("//a[@rel='next']") == []
    assert (
        len(html.fromstring(client.get(second.xpath("string(//a[@rel='prev']/@href)")).text).xpath("//h3"))
        == PAGE_LENGTH
    )


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", str(PAGES + 1), "9" * 5000])
def test_there_are_no_other_pages(client: FlaskClient, page: str) -> None:
    assert ask(client, "harbour", more=f"&page={page}").status_code == 404


def test_the_form_stands_alone_without_a_query(client: FlaskClient) -> None:
    for address in ("/search", "/search?q=", "/search?q=%20", "/search?other=1"):
        page = html.fromstring(client.get(address).text)
        assert page.xpath("//form//input/@value") == [""]
        assert "How to ask" in page.text_content()


@pytest.mark.parametrize(
    ("query", "column", "here"),
    [("harbour AND", 9, "A"), ('say "never', 5, '"'), ("<b>: x", 1, "<"), ("a" * 10_000, LONGEST + 1, "a")],
)
def test_a_wrong_query_is_told_where(client: FlaskClient, query: str, column: int, here: str) -> None:
    answer = ask(client, query)
    page = html.fromstring(answer.text)
    assert answer.status_code == 400
    assert page.xpath("string(//*[@role='alert']//mark)") == here
    assert f"Column {column}:" in page.text_content()
    line = ask(client, query, ".atom")
    assert line.status_code == 400
    assert line.headers["Content-Type"].startswith("text/plain")
    assert line.text.startswith(f"column {column}: ")
    assert line.text.count("\n") == 1


def test_a_feed_without_a_query_says_what_lacks(client: FlaskClient) -> None:
    answer = client.get("/search.rss")
    assert (answer.status_code, answer.text) == (400, "column 1: the query is empty; write a word, such as Japan.\n")


@pytest.mark.parametrize("suffix", [".atom", ".rss", ".json"])
def test_each_search_has_one_address(client: FlaskClient, suffix: str) -> None:
    spelled = ask(client, "  harbour   AND “ferry”  ", suffix)
    assert spelled.status_code == 301
    canonical = spelled.headers["Location"]
    assert canonical == f"/search{suffix}?q=harbour%20AND%20%22ferry%22"
    answer = client.get(canonical)
    assert answer.status_code == 200
    assert f'<{BASE}{canonical}>; rel="self"' in answer.headers["Link"]
    assert client.get(canonical, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(f"{canonical}&utm_source=x").headers["Location"] == canonical
    assert lint(suffix[1:], answer.data) == ()
    assert len(feedparser.parse(answer.data).entries or json.loads(answer.data)["items"]) == PAGE_LENGTH + 5


def test_the_feed_names_itself_and_its_page(client: FlaskClient) -> None:
    feed = feedparser.parse(ask(client, "harbour", ".atom").data).feed
    assert feed.id == "tag:news.example.org,2026:?search=harbour"
    assert {link.rel: link.href for link in feed.links} == {
        "self": f"{BASE}/search.atom?q=harbour",
        "alternate": f"{BASE}/search?q=harbour",
    }
    assert feed.title == "The Harbour Wire: harbour"


def test_nothing_found_is_a_valid_feed_and_a_page_that_helps(client: FlaskClient) -> None:
    assert lint("atom", ask(client, "submarine", ".atom").data) == ()
    answer = ask(client, "submarine")
    assert answer.status_code == 200
    assert "Nothing matches." in answer.text


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_any_query_is_answered(text: str) -> None:
    edition = MemoryEdition()
    edition.publish(article("a", headline="Harbour"))
    client = create_app(edition, base=BASE, clock=lambda: PUBLISHED).test_client()
    for suffix in ("", ".atom"):
        answer = client.get(f"/search{suffix}", query_string={"q": text.encode("utf-8", "replace")})
        assert answer.status_code in (200, 301, 400), answer.text


# Marks and settings


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Abe’s plan", "abe", "<mark>Abe</mark>’s plan"),
        ("in the U.S. today", "u.s.", "in the <mark>U.S</mark>. today"),
        ("Japanese ships", "japan*", "<mark>Japanese</mark> ships"),
        ("日米首脳会談", "首脳", "日米<mark>首脳</mark>会談"),
        ("a <b> & b", "b", "a &lt;<mark>b</mark>&gt; &amp; <mark>b</mark>"),
        ("new new york", '"new york"', "new <mark>new york</mark>"),
        ("one two", "one -two", "<mark>one</mark> two"),
        ("one two", "author:one", "one two"),
        ("ＮＨＫ", "nhk", "<mark>ＮＨＫ</mark>"),
        ("", "x", ""),
    ],
)
def test_marks(text: str, query: str, expected: str) -> None:
    assert marked(text, parse_query(query), "headline") == expected


def test_an_excerpt_stands_around_the_first_match() -> None:
    text = " ".join(f"word{number}" for number in range(200))
    shown = str(excerpt(text, parse_query("word100")))
    assert shown.startswith("… word")
    assert "<mark>word100</mark>" in shown
    assert shown.endswith(" …")
    assert len(shown) < 330
    assert excerpt(text, parse_query("headline:word100")) is None


@settings(deadline=None)
@given(QUERIES, st.text(max_size=20))
def test_the_lines_for_the_settings_mean_the_search(query, text: str) -> None:
    lines = topic_lines(str(query))
    head = '[publication]\ntitle = "T"\nurl = "https://news.example.org"\n'
    if "topic:" not in lines:
        assert parse_settings(head + lines, Path("feedsvc.toml")).topics[0].match == query


def test_a_large_import_is_indexed_after_the_build_newest_first(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "IN_A_BUILD", 2)
    monkeypatch.setattr(indexing, "IN_A_STEP", 2)
    for number in range(1, 6):
        publication.article(f"gull{number}.md", f"Gull {number}", date=f"2026-02-0{number}T09:00:00+09:00")
    publication.build_here()
    client = create_app(publication.edition(), base="https://news.example.org").test_client()
    page = client.get("/search?q=gull").get_data(as_text=True)
    assert "Gull 5" in page.replace("<mark>", "").replace("</mark>", "")
    assert "older articles are still being indexed" in page
    waiting = client.get("/search.atom?q=gull")
    assert waiting.status_code == 503
    assert int(waiting.headers["Retry-After"]) > 0
    publication.later()
    database = open_database(load_settings(publication.folder / "feedsvc.toml"))
    left = True
    while left:
        with database.writing() as connection:
            left = indexing.step(Ledger(connection), publication.now)
    done = client.get("/search.atom?q=gull")
    assert done.get_data(as_text=True).count("<entry>") == 5
    assert done.last_modified == publication.now
    assert "being indexed" not in client.get("/search?q=gull").get_data(as_text=True)
