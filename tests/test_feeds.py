"""Feeds: what goes into an Article comes out of every format, whatever its text, as the same bytes each time."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import FrameType
from typing import Any

import feedparser
import pytest
from feeds_samples import (
    ARTICLES,
    AUTHORITY,
    FLOOR,
    HOME,
    TOMBSTONES,
    any_entry,
    article,
    entries,
    feed,
    lines,
    moments,
    names,
    settings,
)
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from feedsvc.feeds import syndication
from feedsvc.feeds.compose import DOCUMENT_LIMIT, compose_entry
from feedsvc.feeds.content import content_html, summary_text
from feedsvc.feeds.extension import ATOM, DUBLIN_CORE, MEDIA
from feedsvc.feeds.extension import TOMBSTONES as TOMBSTONES_1_0
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.frames import framed
from feedsvc.feeds.lint import lint
from feedsvc.feeds.opml import Outline, render_opml
from feedsvc.model import Entry, Feed, Status, Tombstone

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "schema" / "atom.rng"))
NAMES = {"a": ATOM, "at": TOMBSTONES_1_0, "dc": DUBLIN_CORE, "m": MEDIA}
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def rendered(made: Feed) -> dict[str, bytes]:
    return {each.name: each.render(made) for each in FORMATS.values()}


@pytest.fixture(scope="module")
def whole() -> Feed:
    return feed()


# A real reader's parser


@pytest.mark.parametrize("form", ["atom", "rss"])
@pytest.mark.parametrize("content", ["full", "summary"])
def test_feedparser_reads_back_what_was_put_in(form: str, content: str) -> None:
    made = feed(settings(content=content))
    read = feedparser.parse(FORMATS[form].render(made), sanitize_html=False)
    assert not read.bozo
    assert (read.feed.title, read.feed.link) == (made.title, made.page)
    assert read.feed.subtitle == made.description
    assert len(read.entries) == len(made.entries) == len(ARTICLES)
    for got, put in zip(read.entries, made.entries, strict=True):
        assert got.id == (put.uri if form == "atom" else put.id)
        assert (got.title, got.link) == (put.title, put.url)
        assert moment(got.published_parsed) == put.published
        assert moment(got.updated_parsed) == put.updated
        assert [each.name for each in got.get("authors", [])] == [each.name for each in put.authors]
        assert [each.value for each in got.get("content", [])][:1] == ([content_html(put)] if put.html else [])
        summary = got.get("summary", "")
        assert (unescape(summary) if form == "rss" else summary) == summary_text(put)
        assert len(got.enclosures) == (len(put.enclosures) if form == "atom" else len(put.enclosures[:1]))


def moment(parsed: Any) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


# Each format, element by element, of the article that has everything


def test_an_atom_entry_carries_all_that_the_article_says(whole: Feed) -> None:
    root = etree.fromstring(FORMATS["atom"].render(whole))
    assert SCHEMA.validate(root), SCHEMA.error_log
    entry = root.xpath("//a:entry[contains(a:title, 'Jerry')]", namespaces=NAMES)[0]
    links = [dict(link.attrib) for link in entry.iterfind(f"{{{ATOM}}}link")]
    assert links == [
        {"rel": "alternate", "href": f"{HOME}/articles/full", "type": "text/html"},
        {"rel": "via", "href": "https://source.example.com/full?x=1&y=2"},
        {"rel": "license", "href": "https://creativecommons.org/licenses/by-sa/4.0/"},
        {
            "rel": "enclosure",
            "href": f"{HOME}/media/talk.mp3",
            "type": "audio/mpeg",
            "length": "1234567",
            "title": "The talk",
        },
        {
            "rel": "enclosure",
            "href": f"{HOME}/media/plan.pdf",
            "type": "application/pdf",
            "length": "4321",
            "title": 'The "plan"',
        },
    ]
    assert entry.xpath("a:author/a:email/text()", namespaces=NAMES) == ["ana@example.org"]
    assert entry.xpath("a:category[1]/@*", namespaces=NAMES) == ["harbour", f"{HOME}/feeds/harbour", "Harbour & Sea"]
    assert entry.xpath("a:rights/text() | dc:source/text()", namespaces=NAMES) == [
        "© 2026 Example News Agency",
        "Example News Agency",
    ]
    assert entry.xpath("m:content/m:credit/text()", namespaces=NAMES) == ["A. Ruiz / ENA"]
    assert root.xpath("//a:entry/@xml:lang", namespaces=NAMES) == ["ar", "ja"]
    stones = root.xpath("at:deleted-entry/@ref", namespaces=NAMES)
    assert stones == [TOMBSTONES[1].uri, TOMBSTONES[0].uri]


def test_an_rss_item_carries_all_that_rss_has_a_place_for(whole: Feed) -> None:
    root = etree.fromstring(FORMATS["rss"].render(whole))
    item = root.xpath("//item[contains(title, 'Jerry')]")[0]
    guid = item.find("guid")
    assert (guid.text, guid.get("isPermaLink")) == (ARTICLES["full"].id, "false")
    assert item.find("description").text == "One &amp; two: a &lt; b."
    assert item.xpath("dc:creator/text()", namespaces=NAMES) == ["Ana María Ruiz", "B. Osei"]
    assert [dict(each.attrib) for each in item.iterfind("enclosure")] == [
        {"url": f"{HOME}/media/talk.mp3", "length": "1234567", "type": "audio/mpeg"}
    ]
    assert item.xpath("m:content/@url", namespaces=NAMES) == [f"{HOME}/media/pier.jpg", f"{HOME}/media/plan.pdf"]
    assert item.findtext(f"{{{ATOM}}}updated") == "2026-03-03T10:15:00+09:00"
    channel = root[0]
    assert (channel.findtext("link"), channel.findtext("ttl")) == (f"{HOME}/feeds/all", "5")


def test_a_json_item_carries_all_that_the_article_says(whole: Feed) -> None:
    document = json.loads(FORMATS["json"].render(whole))
    assert document["feed_url"] == f"{HOME}/feeds/all.json"
    assert [each["id"] for each in document["_tombstones"]["items"]] == [TOMBSTONES[1].id, TOMBSTONES[0].id]
    item = next(each for each in document["items"] if "Jerry" in each["title"])
    assert item["external_url"] == ARTICLES["full"].via
    assert item["authors"] == [{"name": "Ana María Ruiz", "url": "https://example.org/ana"}, {"name": "B. Osei"}]
    assert item["attachments"][0] == {
        "url": f"{HOME}/media/talk.mp3",
        "mime_type": "audio/mpeg",
        "title": "The talk",
        "size_in_bytes": 1234567,
    }
    assert item["_feedsvc"]["ednote"] == ARTICLES["full"].ednote
    assert item["tags"] == ["Harbour & Sea", "港町"]


@pytest.mark.parametrize(("content", "first_words"), [("full", "<p>One & two."), ("summary", "One & two:")])
def test_a_correction_stands_before_the_text_in_every_format(content: str, first_words: str) -> None:
    for data in rendered(feed(settings(content=content))).values():
        text = unescape(unescape(data.decode()))
        assert text.index("CORRECTION: the pier is <south>") < text.index(first_words)


def test_content_in_arabic_runs_from_right_to_left(whole: Feed) -> None:
    contents = {entry.uri: content_html(entry) for entry in whole.entries}
    assert contents[ARTICLES["arabic"].uri] == f'<div dir="rtl" lang="ar">{ARTICLES["arabic"].html}</div>'
    assert contents[ARTICLES["japanese"].uri] == ARTICLES["japanese"].html


@pytest.mark.parametrize(
    ("dateline", "html", "content"),
    [
        ("PORT ELLERY, March 4 (Example & Co)", "<p>The ferry.</p>", "<p>PORT ELLERY, March 4 (Example &amp; Co) — The ferry.</p>"),
        ("港町1月5日電", "<p>灯台が。</p>", "<p>港町1月5日電 灯台が。</p>"),
        ("【港町共同】", "<p>灯台が。</p>", "<p>【港町共同】 灯台が。</p>"),
        ("OSLO", "<p>OSLO: The ferry.</p>", "<p>OSLO: The ferry.</p>"),
        ("OSLO", "<ul><li>One</li></ul>", "<p>OSLO</p><ul><li>One</li></ul>"),
        ("OSLO (AP)", "<p><b>OSLO</b> (AP) - The ferry.</p>", "<p><b>OSLO</b> (AP) - The ferry.</p>"),
        ("OSLO (AP)", "<p>OSLO\n(AP) - The ferry.</p>", "<p>OSLO\n(AP) - The ferry.</p>"),
        ("ST. JOHN'S", "<p>St. John&#39;s: The ferry.</p>", "<p>St. John&#39;s: The ferry.</p>"),
        ("OSLO", "<p>Late again.</p><p>OSLO - The ferry.</p>", "<p>Late again.</p><p>OSLO - The ferry.</p>"),
        ("OSLO, Jan. 29 (AP)", "<p>OSLO (AP) — The ferry.</p>", "<p>OSLO (AP) — The ferry.</p>"),
        ("OSLO, Jan. 29 (AP)", "<p>Oslo, 29 January -- The ferry.</p>", "<p>Oslo, 29 January -- The ferry.</p>"),
        ("OSLO, 29 January (AP)", "<p>OSLO, Jan. 29 (AP) The ferry.</p>", "<p>OSLO, Jan. 29 (AP) The ferry.</p>"),
        ("OSLO, Norway", "<p>Late.</p><p>OSLO – The ferry.</p>", "<p>Late.</p><p>OSLO – The ferry.</p>"),
        ("OSLO, Jan. 29", "<p>Oslo, on a fjord, waits.</p>", "<p>OSLO, Jan. 29 — Oslo, on a fjord, waits.</p>"),
        ("OSLO, Jan. 29", "<p>Oslo waits - and waits.</p>", "<p>OSLO, Jan. 29 — Oslo waits - and waits.</p>"),
        ("Oslo", "<p>In Oslo the ferry.</p>", "<p>Oslo — In Oslo the ferry.</p>"),
        ("Oslo", "<p>The ferry.</p><p>Oslo waits.</p>", "<p>Oslo — The ferry.</p><p>Oslo waits.</p>"),
        ("Oslo", "<p>Oslofjord is wide.</p>", "<p>Oslo — Oslofjord is wide.</p>"),
        (None, "<p>The ferry.</p>", "<p>The ferry.</p>"),
    ],
)  # fmt: skip
def test_a_dateline_stands_before_the_first_words(dateline: str | None, html: str, content: str) -> None:
    told = replace(next(iter(ARTICLES.values())), dateline=dateline, html=html, ednote=None)
    entry = compose_entry(told, (), settings())[0]
    assert content_html(entry) == content
    assert content_html(replace(entry, ednote="CORRECTION")) == f"<p><em>CORRECTION</em></p>{content}"
    killed = compose_entry(replace(told, status=Status.CANCELED), (), settings())[0]
    assert (content_html(killed) or "").startswith('<p lang="en" dir="ltr">This article was canceled')


def test_a_feed_names_its_stylesheet_and_leads_people_to_its_page(whole: Feed) -> None:
    for form in ("atom", "rss"):
        root = etree.fromstring(FORMATS[form].render(whole))
        instruction = root.getprevious()
        assert (instruction.target, instruction.get("href")) == ("xml-stylesheet", f"{HOME}/static/feed.css")
        assert root.xpath("//h:a/@href", namespaces={"h": "http://www.w3.org/1999/xhtml"}) == [whole.page]


# Any text


any_feed = st.builds(
    lambda made, title, description, rights: replace(
        feed(entries=made, title=title, description=description), rights=rights
    ),
    st.lists(any_entry, max_size=4, unique_by=(lambda entry: entry.id, lambda entry: entry.uri)),
    names,
    lines,
    st.none() | names,
)


@how(max_examples=60, deadline=None)
@given(any_feed)
def test_any_text_comes_back_equal_from_a_sound_document(made: Feed) -> None:
    documents = rendered(made)
    assert documents == rendered(made)
    for form, data in documents.items():
        assert [each for each in lint(form, data, f"{made.page}.{form}") if each.severity == "error"] == []
    atom = etree.fromstring(documents["atom"])
    assert SCHEMA.validate(atom), SCHEMA.error_log
    channel = etree.fromstring(documents["rss"])[0]
    items = json.loads(documents["json"])["items"]
    assert (atom.findtext(f"{{{ATOM}}}title"), channel.findtext("title")) == (made.title, made.title)
    for put, entry, item, member in zip(
        made.entries, atom.iterfind(f"{{{ATOM}}}entry"), channel.iterfind("item"), items, strict=True
    ):
        assert_atom_equal(put, entry)
        assert_rss_equal(put, item)
        assert (member["id"], member["title"], member.get("content_html")) == (put.id, put.title, content_html(put))


def assert_atom_equal(put: Entry, entry: Any) -> None:
    def text(name: str) -> str | None:
        return entry.findtext(f"{{{ATOM}}}{name}")

    assert (text("id"), text("title"), text("content")) == (put.uri, put.title, content_html(put))
    assert text("summary") == (summary_text(put) or None)
    assert [each.text for each in entry.iterfind(f"{{{ATOM}}}author/{{{ATOM}}}name")] == [a.name for a in put.authors]
    labels = [(each.get("term"), each.get("label")) for each in entry.iterfind(f"{{{ATOM}}}category")]
    assert labels == [(each.slug, each.title) for each in put.topics]


def assert_rss_equal(put: Entry, item: Any) -> None:
    assert (item.findtext("guid"), item.findtext("title"), item.findtext("link")) == (put.id, put.title, put.url)
    if summary := summary_text(put):
        assert unescape(item.findtext("description")) == summary
        assert item.findtext(CONTENT) == content_html(put)
    else:
        assert item.findtext("description") == content_html(put)


@how(max_examples=40, deadline=None)
@given(any_feed, st.sampled_from(['"', "&", "<", "é", "漢", "\n", "\\"]), st.integers(1, 500_000))
def test_no_document_is_over_the_limit(made: Feed, character: str, length: int) -> None:
    chosen = settings()
    large = [compose_entry(article(f"large-{n}", "Large", html=character * length), (), chosen)[0] for n in range(3)]
    taken = {entry.uri for entry in large}
    others = [entry for entry in made.entries if entry.uri not in taken]
    bounded = feed(chosen, entries=[*large, *others], tombstones=())
    assert bounded.entries
    assert max(map(len, rendered(bounded).values())) <= DOCUMENT_LIMIT


# Compose


def test_entries_are_sorted_newest_first_and_ties_by_id() -> None:
    chosen = settings()
    day = datetime(2026, 5, 1, tzinfo=UTC)
    made = [
        compose_entry(article(slug, slug, published=day + timedelta(days=late)), (), chosen)[0]
        for slug, late in (("b", 0), ("late", 1), ("a", 0), ("early", -1))
    ]
    assert [each.title for each in feed(chosen, entries=made).entries] == ["late", "a", "b", "early"]


def test_the_date_of_a_feed_never_goes_back() -> None:
    newest = max(each.updated for each in ARTICLES.values())
    assert feed().updated == newest
    later = newest + timedelta(days=1)
    assert feed(floor=later).updated == later
    assert feed(entries=[], floor=FLOOR).updated == FLOOR


def test_the_id_and_the_addresses_of_a_feed_in_another_script() -> None:
    made = feed(name="港町")
    assert made.id == f"tag:{AUTHORITY}:?feed=%E6%B8%AF%E7%94%BA"
    assert made.page == f"{HOME}/feeds/%E6%B8%AF%E7%94%BA"
    assert lint("atom", FORMATS["atom"].render(made), f"{made.page}.atom")[1:] == ()


def test_an_article_over_the_limit_becomes_summary_and_link() -> None:
    entry, findings = compose_entry(article("long", "Long", html=f"<p>{'é' * 300_000}</p>"), (), settings())
    assert entry.html is None
    assert entry.summary
    assert [each.code for each in findings] == ["entry-too-large"]


def test_what_does_not_fit_is_left_out_from_the_end_of_the_order_of_release() -> None:
    chosen = settings()
    made = [compose_entry(article(f"n{n}", "Long", html="x" * 200_000), (), chosen)[0] for n in range(4)]
    assert [each.id for each in feed(chosen, entries=made).entries] == [made[0].id, made[1].id]


def test_many_tombstones_leave_room_for_entries() -> None:
    stones = [Tombstone(f"{n}", f"tag:{AUTHORITY}:{n}", FLOOR + timedelta(seconds=n)) for n in range(5000)]
    made = feed(tombstones=stones)
    assert len(made.entries) == len(ARTICLES)
    assert made.tombstones[0].id == "4999"
    assert len(made.tombstones) < 1000


def test_two_entries_with_one_id_are_refused() -> None:
    twice = entries(settings())[:1] * 2
    with pytest.raises(ValueError, match="same id"):
        feed(entries=twice)


# The process around it


def test_rendering_leaves_the_locale_alone(whole: Feed) -> None:
    called: list[str] = []

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_name == "setlocale":
            called.append(frame.f_code.co_filename)

    before: Callable[..., object] | None = sys.getprofile()
    sys.setprofile(watch)
    try:
        FORMATS["rss"].render(whole)
    finally:
        sys.setprofile(before)
    assert called == []


def test_the_table_of_formats_loads_no_renderer() -> None:
    code = "import sys, feedsvc.feeds.formats; print(sorted({'feedgen', 'lxml', 'feedsvc.feeds.jsonfeed'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_opml_lists_every_feed() -> None:
    outlines = [
        Outline('A & "B" <c>', f"{HOME}/feeds/a.atom", f"{HOME}/feeds/a", "All of A", "en"),
        Outline("港町", f"{HOME}/feeds/%E6%B8%AF%E7%94%BA.atom", f"{HOME}/feeds/%E6%B8%AF%E7%94%BA"),
    ]
    data = render_opml("The Example Wire", f"{HOME}/", outlines)
    assert data == render_opml("The Example Wire", f"{HOME}/", outlines)
    assert lint("opml", data) == ()
    read = [dict(each.attrib) for each in etree.fromstring(data).iter("outline")]
    assert [(each["text"], each["xmlUrl"], each["htmlUrl"]) for each in read] == [
        (each.title, each.xml_url, each.html_url) for each in outlines
    ]


# Frames


@how(deadline=None)
@given(any_feed, names, moments, st.none() | st.integers(1, 300), st.sampled_from([900, 7200]))
def test_the_head_of_any_feed_is_the_same_when_it_is_filled_into_a_frame(
    made: Feed, name: str, updated: datetime, previous: int | None, refresh: int
) -> None:
    head = feed(entries=[], tombstones=(), name=name, floor=updated, previous=previous)
    head = replace(head, title=made.title, description=made.description, rights=made.rights, refresh=refresh)
    filled = framed(head)
    assert filled is None or filled == syndication.pieces(head)
    texts = (head.title, head.description, head.id, head.page, head.rights or "")
    assert (filled is not None) == "".join(texts).isprintable()


@pytest.mark.parametrize(
    "changed",
    [{"title": "A\tB"}, {"rights": "\U000f0001title\U000f0002"}, {"tombstones": TOMBSTONES}, {"query": "?q=ferry"}],
)
def test_a_feed_that_no_frame_fits_is_written_by_itself(changed: dict[str, object]) -> None:
    assert framed(replace(feed(entries=[], tombstones=()), **changed)) is None


def test_a_feed_with_entries_is_written_by_itself(whole: Feed) -> None:
    assert framed(replace(whole, tombstones=())) is None
