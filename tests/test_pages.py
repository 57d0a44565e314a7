"""The pages for people, read as a browser reads them."""

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from urllib.parse import unquote

import nh3
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from msgspec.structs import replace

from feedsvc import text
from feedsvc.model import Enclosure, Person, Picture, Topic
from feedsvc.text import one_line
from feedsvc.views import ArticleView, Gone, Moved
from feedsvc.web import typesetting
from feedsvc.web.app import create_app
from feedsvc.web.bodies import set_body
from feedsvc.web.shelf import Shelf
from tests.memory_edition import BASE, PUBLISHED, MemoryEdition, article, feed_view, representation

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SEA, HARBOUR, BREAD = Topic("sea", "Sea & tides"), Topic("海と港", "海と港"), Topic("bread", "bread")
TOKYO = timezone(timedelta(hours=9))


@pytest.fixture
def edition() -> MemoryEdition:
    edition = MemoryEdition(
        topics=(
            feed_view("sea", SEA.title, entries=31),
            feed_view("海と港", HARBOUR.title, entries=2),
            feed_view("bread", BREAD.title, entries=1, automatic=True),
        ),
    )
    edition.publish(
        article("clock", topics=(SEA, BREAD), headline="The clock is right", published=PUBLISHED),
        article(
            "時計",
            topics=(HARBOUR,),
            headline="港の時計",
            language="ja",
            published=datetime(2026, 2, 28, 10, tzinfo=TOKYO),
        ),
        article("lamps", headline="المصابيح", language="ar", published=datetime(2026, 2, 27, tzinfo=TOKYO)),
    )
    edition.articles |= {
        "gone": Gone(410, PUBLISHED),
        "forbidden": Gone(451, PUBLISHED, "By order of the <court>."),
        "old": Moved("/articles/時計"),
    }
    for name in ("all", "sea", "海と港", "bread"):
        for format in ("atom", "rss", "json"):  # noqa: A001
            path = f"/feeds/{name}.{format}"
            edition.documents[path] = representation(path, "<feed/>")
    edition.documents["/feeds.opml"] = representation("/feeds.opml", "<opml/>")
    return edition


def client_of(edition: MemoryEdition, base: str = BASE) -> FlaskClient:
    return create_app(edition, base=base, clock=lambda: NOW).test_client()


@pytest.fixture
def client(edition: MemoryEdition) -> FlaskClient:
    return client_of(edition)


def read(client: FlaskClient, path: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    WellFormed().check(answer.text)
    return html.document_fromstring(answer.text)


class WellFormed(HTMLParser):
    """Refuses what the CSP would block or an HTML validator reports: open elements, doubled ids, inline code."""

    VOID = frozenset({"meta", "link", "img", "input", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()

    def check(self, text: str) -> None:
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        assert not [name for name in names if name.startswith("on") or name == "style"]
        assert tag not in ("style", "form", "iframe", "base")
        assert tag != "script" or "src" in names or dict(attrs)["type"] == "application/ld+json"
        if (id := dict(attrs).get("id")) is not None:  # noqa: A001
            assert id not in self.ids
            self.ids.add(id)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


STEP = re.compile(r"""(\w+)?((?:\.\w+|\[[^]]+\])*)""")
CONDITION = re.compile(r"""\.(\w+)|\[(\w+)(?:(\^?)="([^"]*)")?\]""")


def pick(page: html.HtmlElement, query: str) -> list[html.HtmlElement]:
    """The elements that match a simple CSS selector: tags, classes, attributes, descendants, alternatives."""

    def condition(found: re.Match[str]) -> str:
        if found[1]:
            return f"[contains(concat(' ', @class, ' '), ' {found[1]} ')]"
        if found[4] is None:
            return f"[@{found[2]}]"
        return f'[starts-with(@{found[2]}, "{found[4]}")]' if found[3] else f'[@{found[2]}="{found[4]}"]'

    def path(selector: str) -> str:
        steps = [STEP.fullmatch(step) for step in selector.split()]
        assert all(steps), selector
        return "".join(f"//{step[1] or '*'}{CONDITION.sub(condition, step[2])}" for step in steps if step)

    found = page.xpath(" | ".join(map(path, query.split(","))))
    assert isinstance(found, list)
    return found


def words(page: html.HtmlElement, query: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in pick(page, query)]


def alternates(page: html.HtmlElement) -> list[tuple[str, str]]:
    return [(each.get("title"), unquote(each.get("href"))) for each in pick(page, 'link[rel="alternate"]')]


def test_home_shows_the_publication(client: FlaskClient) -> None:
    page = read(client, "/")
    assert words(page, "h1") == ["The Harbour Wire"]
    assert words(page, ".description") == ["News from a small town by the sea."]
    assert words(page, ".river h3") == ["The clock is right", "港の時計", "المصابيح"]
    assert words(page, ".index li") == ["Sea & tides 31 articles", "海と港 2 articles"]
    assert words(page, ".run li") == ["bread 1 article"]
    assert [each.get("value") for each in pick(page, ".subscribe input")] == [
        f"{BASE}/feeds/all.{format}"
        for format in ("atom", "rss", "json")  # noqa: A001
    ]
    assert alternates(page) == [
        (f"The Harbour Wire ({name})", f"{BASE}/feeds/all.{name.lower()}") for name in ("Atom", "RSS", "JSON")
    ]


def test_home_keeps_to_the_largest_automatic_topics(edition: MemoryEdition) -> None:
    edition.topics = tuple(
        feed_view(f"tag-{number}", f"tag {number}", entries=number, automatic=True) for number in range(100)
    )
    page = read(client_of(edition), "/")
    shown = words(page, ".run a")
    assert len(shown) == 60
    assert "tag 40" in shown
    assert "tag 39" not in shown
    assert "All topics, 39 more" in words(page, ".topics .hint")  # one is empty


def test_feed_page_offers_its_own_addresses_first(client: FlaskClient) -> None:
    page = read(client, "/feeds/海と港")
    own = [f"{BASE}/feeds/海と港.{format}" for format in ("atom", "rss", "json")]  # noqa: A001
    assert [href for _, href in alternates(page)] == [*own, *(each.replace("海と港", "all") for each in own)]
    assert [unquote(each.get("value")) for each in pick(page, "input[readonly]")] == own
    assert [unquote(each.get("href")) for each in pick(page, 'a[href^="feed:"]')] == [f"feed:{own[0]}"]
    assert words(page, ".river h3") == ["港の時計"]
    assert pick(page, 'link[rel="canonical"]')[0].get("href") == f"{BASE}/feeds/%E6%B5%B7%E3%81%A8%E6%B8%AF"
    for field in pick(page, "input"):
        assert pick(page, f'label[for="{field.get("id")}"]')


def test_empty_feed_page_says_so(client: FlaskClient, edition: MemoryEdition) -> None:
    edition.topics = (feed_view("quiet", "Quiet", entries=0),)
    page = read(client, "/feeds/quiet")
    assert "Nothing here now" in page.text_content()


def test_what_scrolls_in_a_body_is_reached_with_the_keyboard(client: FlaskClient, edition: MemoryEdition) -> None:
    table = '<table><tbody><tr><td title="a &gt; b">1</td></tr></tbody></table>'
    edition.publish(article("wide", html=f"<pre>x</pre>{table}<p>x &lt;pre&gt; y</p>"))
    page = read(client, "/articles/wide")
    assert [each.tag for each in page.xpath("//*[@class='body']//*[@tabindex='0']")] == ["pre", "div"]
    assert words(page, ".body div.wide table td") == ["1"]
    assert words(page, ".body p") == ["x <pre> y"]


def test_ids_of_a_body_are_none_of_the_page(client: FlaskClient, edition: MemoryEdition) -> None:
    body = '<p><a href="#content">1</a> <a href="#n2">2</a></p><p id="content">One</p><p id="n2">Two</p>'
    edition.publish(article("notes", html=body))
    page = read(client, "/articles/notes")
    assert [each.get("href") for each in pick(page, ".body a")] == ["#in-content", "#n2"]
    assert [each.get("id") for each in pick(page, ".body p[id]")] == ["in-content", "n2"]


@given(st.text('<>"pretabl/ =a#id\n', max_size=40))
def test_a_body_keeps_what_it_says(text: str) -> None:
    made = nh3.clean(f'<pre>{text}</pre><table><tr><td title="{text}">{text}</td></tr></table>{text}')
    before, after = (html.fragment_fromstring(each, create_parent=True) for each in (made, set_body(made)))
    assert after.text_content() == before.text_content()
    assert [each.get("title") for each in after.iter() if each.get("title") is not None] == [
        each.get("title") for each in before.iter() if each.get("title") is not None
    ]


def test_a_source_that_stands_in_the_dateline_is_not_told_twice(client: FlaskClient, edition: MemoryEdition) -> None:
    edition.publish(
        article("wire", authors=(Person("Ada Reed"),), source="Ellery Press", dateline="OSLO (Ellery Press)")
    )
    assert words(read(client, "/articles/wire"), ".story header .meta li")[:2] == [
        "By Ada Reed",
        "OSLO (Ellery Press)",
    ]


@pytest.mark.parametrize(
    ("source", "dateline", "told"),
    [("AP", "CAPE TOWN", True), ("AP", "CAPE TOWN (AP)", False), ("共同", "【港町共同】", False)],
)
def test_a_source_is_told_unless_its_words_stand_in_the_dateline(
    client: FlaskClient, edition: MemoryEdition, source: str, dateline: str, told: bool
) -> None:
    edition.publish(article("cape", authors=(Person("Ada Reed"),), source=source, dateline=dateline))
    shown = words(read(client, "/articles/cape"), ".story header .meta li")
    assert shown[1:3] == ([source, dateline] if told else [dateline, shown[2]])


@pytest.mark.parametrize(("text", "told"), [("In Oslo the ferry sailed.", True), ("OSLO: The ferry sailed.", False)])
def test_a_dateline_is_told_unless_the_text_begins_with_it(
    client: FlaskClient, edition: MemoryEdition, text: str, told: bool
) -> None:
    edition.publish(article("oslo", dateline="Oslo", text=text))
    assert ("Oslo" in words(read(client, "/articles/oslo"), ".story header .meta li")) is told


def test_article_page_shows_all_there_is(client: FlaskClient, edition: MemoryEdition) -> None:
    edition.publish(
        article(
            "full",
            topics=(SEA, BREAD),
            authors=(Person("Ada Reed", uri="https://example.org/ada"), Person("I. Sand")),
            source="Ellery Gazette",
            dateline="PORT ELLERY",
            published=datetime(2026, 2, 1, 14, 5, tzinfo=TOKYO),
            updated=datetime(2026, 2, 2, 9, 30, tzinfo=TOKYO),
            ednote="The number of teeth is corrected.",
            via="https://gazette.example.org/full",
            rights="© Ellery Gazette",
            summary="What it comes to.",
            picture=Picture("https://img.example.org/a.jpg", "A clock", "Photo: I. Sand"),
            enclosures=(
                Enclosure("https://media.example.org/bell.mp3", "audio/mpeg", 4_213_000, "The bell"),
                Enclosure("https://media.example.org/plan.pdf", "application/pdf", 820),
            ),
        )
    )
    page = read(client, "/articles/full")
    assert words(page, "h1, .standfirst") == ["A headline", "What it comes to."]
    assert words(page, ".story header .meta li") == [
        "By Ada Reed and I. Sand",
        "Ellery Gazette",
        "PORT ELLERY",
        "1 February 2026, 14:05 UTC+9",
        "Updated 2 February 2026, 09:30 UTC+9",
    ]
    assert [each.get("datetime") for each in pick(page, "time")] == [
        "2026-02-01T14:05:00+09:00",
        "2026-02-02T09:30:00+09:00",
    ]
    assert words(page, ".note p") == ["The number of teeth is corrected."]
    assert words(page, ".body p") == ["The body of it."]
    assert words(page, "figcaption") == ["Photo: I. Sand"]
    assert words(page, ".media .hint") == ["The bell (audio/mpeg, 4.2 MB)", "Download (application/pdf, 820 bytes)"]
    assert len(pick(page, "audio")) == 1
    assert pick(page, 'link[rel="canonical"]')[0].get("href") == "https://gazette.example.org/full"
    assert "© Ellery Gazette" in words(page, ".story footer p")
    assert alternates(page)[:3] == [
        ("Sea & tides (Atom)", f"{BASE}/feeds/sea.atom"),
        ("bread (Atom)", f"{BASE}/feeds/bread.atom"),
        ("The Harbour Wire (Atom)", f"{BASE}/feeds/all.atom"),
    ]
    assert [each.get("href") for each in pick(page, ".follow a[dir]")] == [
        "/feeds/sea",
        "/feeds/bread",
        "/feeds/all",
    ]


def test_a_credited_source_stands_alone_where_nobody_is_named(client: FlaskClient, edition: MemoryEdition) -> None:
    edition.shown = replace(edition.shown, author="Harbour Desk")
    stand_in = (Person("Harbour Desk"),)
    edition.publish(
        article("wire", authors=stand_in, source="Ellery Gazette", published=NOW),
        article("own", authors=stand_in, headline="Our own"),
    )
    assert words(read(client, "/articles/wire"), ".story header .meta li")[0] == "Ellery Gazette"
    assert words(read(client, "/articles/own"), ".story header .meta li")[0] == "By Harbour Desk"
    assert words(read(client, "/"), ".item.lead .meta li")[1] == "Ellery Gazette"


def test_the_publications_own_moments_are_told_in_its_zone(client: FlaskClient, edition: MemoryEdition) -> None:
    edition.shown = replace(edition.shown, timezone="Asia/Tokyo")
    assert "Updated 1 March 2026, 17:30 UTC+9" in read(client, "/").text_content()
    assert "updated 1 March 2026, 17:30 UTC+9" in " ".join(read(client, "/feeds/all").text_content().split())


def test_plain_article_shows_nothing_twice(client: FlaskClient) -> None:
    page = read(client, "/articles/clock")
    assert pick(page, 'link[rel="canonical"]')[0].get("href") == f"{BASE}/articles/clock"
    assert not pick(page, ".standfirst, .note, figure, .media, .story footer")


def test_picture_of_the_body_is_not_shown_again(client: FlaskClient, edition: MemoryEdition) -> None:
    url = "https://img.example.org/a.jpg"
    edition.publish(article("seen", picture=Picture(url), html=f'<p><img src="{url}" alt=""></p>'))
    assert len(pick(read(client, "/articles/seen"), ".story img")) == 1


@pytest.mark.parametrize(
    ("path", "language", "direction", "date"),
    [
        ("/articles/時計", "ja", "ltr", "2026年2月28日 10:00 UTC+9"),
        ("/articles/lamps", "ar", "rtl", "27 February 2026"),
    ],
)
def test_article_page_speaks_its_language(
    client: FlaskClient, path: str, language: str, direction: str, date: str
) -> None:
    page = read(client, path)
    assert (page.get("lang"), page.get("dir")) == (language, direction)
    assert words(page, ".story header time") == [date]
    for ours in pick(page, "nav, .subscribe, .skip"):
        assert (ours.get("lang"), ours.get("dir")) == ("en", "ltr")


def test_each_item_of_a_list_speaks_its_language(client: FlaskClient) -> None:
    items = pick(read(client, "/"), "article.item")
    assert [(each.get("lang"), each.get("dir")) for each in items] == [("en", "ltr"), ("ja", "ltr"), ("ar", "rtl")]


TEXTS = st.text(min_size=1, max_size=60).map(one_line).filter(bool)
HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}",
        "</title>",
        "&lt;b&gt;",
        "' onload='",
    ]
)


@settings(deadline=None, max_examples=40)
@given(TEXTS | HOSTILE, TEXTS | HOSTILE)
def test_any_words_stay_words(headline: str, name: str) -> None:
    topic = Topic("any", name)
    edition = MemoryEdition(topics=(feed_view("any", name),))
    edition.publish(article("any", topics=(topic,), headline=headline, summary=headline, authors=(Person(name),)))
    client = client_of(edition)
    for path in ("/", "/feeds/any", "/articles/any"):
        page = read(client, path)
        assert page.xpath("//h1 | //h3")[-1].text_content() == headline
        assert name in page.xpath("//ul[@class='meta']")[0].text_content()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/articles/gone", 410, "This article was withdrawn"),
        ("/articles/forbidden", 451, "Not available for legal reasons"),
        ("/articles/none", 404, "There is nothing at this address"),
        ("/feeds/none", 404, "There is nothing at this address"),
        ("/no/such/page", 404, "There is nothing at this address"),
    ],
)
def test_what_is_not_there_is_told_in_a_page(client: FlaskClient, path: str, status: int, said: str) -> None:
    page = read(client, path, status)
    assert words(page, "h1") == [said]
    assert pick(page, 'meta[name="robots"]')[0].get("content") == "noindex"
    age = 60 if status == 404 else 86400
    assert client.get(path).headers["Cache-Control"] == f"public, max-age={age}"


def test_legal_notice_is_shown(client: FlaskClient) -> None:
    assert "By order of the <court>." in words(read(client, "/articles/forbidden", 451), ".story p")


def test_moved_article_is_one_redirect_away(client: FlaskClient) -> None:
    answer = client.get("/articles/old")
    assert (answer.status_code, unquote(answer.headers["Location"])) == (301, "/articles/時計")
    assert words(read(client, answer.headers["Location"]), "h1") == ["港の時計"]


def links(client: FlaskClient, start: str) -> Iterator[tuple[str, str]]:
    """Every local address that is reached from a page, with the page that names it."""
    waiting, seen = [(start, start)], {start}
    while waiting:
        source, path = waiting.pop()
        yield source, path
        answer = client.get(path)
        if answer.mimetype != "text/html":
            continue
        page = html.document_fromstring(answer.text)
        for target in page.xpath("//@href | //@src"):
            local = str(target).removeprefix(BASE).partition("#")[0]
            if local.startswith("/") and local not in seen:
                seen.add(local)
                waiting.append((path, local))


@pytest.mark.parametrize("prefix", ["", "/news"])
def test_every_link_leads_somewhere(edition: MemoryEdition, prefix: str) -> None:
    client = client_of(edition, BASE + prefix)
    found = list(links(client, f"{prefix}/"))
    assert len(found) > 20
    for source, path in found:
        assert client.get(path).status_code == 200, f"{source} leads to {path}"


def test_pages_are_kept_until_the_next_edition(client: FlaskClient, edition: MemoryEdition) -> None:
    first = client.get("/")
    edition.articles["new"] = article("new", headline="Unpublished yet")
    assert client.get("/").data == first.data
    edition.number += 1
    edition.published += timedelta(seconds=1)
    edition.age = 60
    second = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert "Unpublished yet" in second.text
    assert second.headers["Cache-Control"].startswith("public, max-age=60,")
    assert second.headers["Last-Modified"] != first.headers["Last-Modified"]


class SwappingEdition(MemoryEdition):
    """An edition that is replaced while its first page is being made."""

    def entries(self, name: str, limit: int) -> tuple[ArticleView, ...]:
        found = super().entries(name, limit)
        if self.number == 1:
            self.publish(article("late"))
        return found


def test_page_is_of_one_edition() -> None:
    page = read(client_of(SwappingEdition()), "/feeds/all")
    assert words(page, ".opening .meta") == ["1 article, updated 1 March 2026, 08:30 UTC"]
    assert len(words(page, ".river h3")) == 1


def test_pages_are_compressed(client: FlaskClient) -> None:
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


def test_pages_are_guarded(client: FlaskClient) -> None:
    for path in ("/", "/feeds/sea", "/articles/clock", "/articles/gone", "/nothing"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' https: http: data:; media-src https: http:; "
            "script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in headers


def test_shelf_drops_what_was_asked_longest_ago(edition: MemoryEdition) -> None:
    made: list[str] = []
    shelf = Shelf(edition, budget=250)

    def ask(path: str) -> None:
        def render() -> str | None:
            made.append(path)
            return "x" * 100

        assert shelf.page(path, render) is not None

    for path in ("/a", "/b", "/a", "/c", "/a", "/b"):
        ask(path)
    assert made == ["/a", "/b", "/c", "/b"]


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("az-Arab", "rtl"),
        ("ur-Latn", "ltr"),
        ("AR", "rtl"),
        ("ja", "ltr"),
    ],
)
def test_direction(language: str, direction: str) -> None:
    assert text.direction(language) == direction


@pytest.mark.parametrize(
    ("hours", "shown"), [(0, "UTC"), (9, "UTC+9"), (-3.5, "UTC−3:30"), (5.75, "UTC+5:45"), (-11, "UTC−11")]
)
def test_zone_of_a_moment(hours: float, shown: str) -> None:
    when = datetime(2026, 1, 5, 7, 8, tzinfo=timezone(timedelta(hours=hours)))
    assert typesetting.moment(when) == f"5 January 2026, 07:08 {shown}"


def test_bylines() -> None:
    a, b, c = Person("A"), Person("B"), Person("C")
    assert typesetting.names([]) == ""
    assert typesetting.names([a]) == "A"
    assert typesetting.names([a, b]) == "A and B"
    assert typesetting.names([a, b, c]) == "A, B and C"
    assert typesetting.names([a, b, c], "ja") == "A、B、C"
    assert typesetting.names([a, b], "fr") == "A, B"


@pytest.mark.parametrize(
    ("length", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (4_213_000, "4.2 MB"), (2 * 10**9, "2.0 GB")],
)
def test_sizes(length: int, shown: str) -> None:
    assert typesetting.size(length) == shown
