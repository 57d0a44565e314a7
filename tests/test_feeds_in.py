"""Feeds and archives as input: our own read back, the window that slides, damage of every kind."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from publication import SETTINGS, START, Publication
from test_parsers import CASES
from test_validity import check as check_validity

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.settle import settle
from feedsvc.config import FolderDefaults, load_settings
from feedsvc.model import Document, Neighbours, Parsed, Story
from feedsvc.parsers import feed_atom, parse, parser_for

FOLDERS = ("feed-atom", "feed-rss", "feed-json", "wxr", "opml")
FEEDS = sorted(
    path
    for folder in FOLDERS
    for path in (CASES / folder).glob("*")
    if path.suffix != ".json" or not path.with_suffix("").exists()
)


def document(data: bytes, name: str = "feed.xml") -> Document:
    return Document(name, data, datetime(2026, 1, 1, tzinfo=UTC))


def read(data: bytes, name: str = "feed.xml") -> Parsed:
    return parse(document(data, name))


def codes(parsed: Parsed) -> set[str]:
    found = (*parsed.findings, *(each for draft in parsed.drafts for each in draft.findings))
    return {finding.code for finding in found}


# What is taken for a feed


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"/>', "atom"),
        (b'<a:entry xmlns:a="http://www.w3.org/2005/Atom"/>', "atom"),
        (b'<rss version="2.0"/>', "rss"),
        (b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "rss"),
        (b'{"title": "x", "version": "https://jsonfeed.org/version/1.1"}', "jsonfeed"),
        (b'{"version": "https:\\/\\/jsonfeed.org\\/version\\/1", "items": []}', "jsonfeed"),
        (b'<opml version="1.0"/>', "opml"),
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "a.json", "a.txt", "a"])
def test_a_feed_is_known_by_its_content(data: bytes, format: str, name: str) -> None:
    assert parser_for(document(data, name)).format == format


@pytest.mark.parametrize("data", [b"<feed/>", b"<entry/>", b"<rss/>", b"<RDF/>", b'<feed xmlns="urn:x"><a/></feed>'])
def test_what_only_looks_like_a_feed_is_refused_with_a_reason(data: bytes) -> None:
    parsed = read(data)
    assert parsed.drafts == () or parsed.drafts[0].headline is None
    assert parsed.findings or not parsed.drafts or data == b"<entry/>"


# Our own feeds, read back


def articles(folder: Path, data: bytes, name: str) -> dict[str, Story]:
    """What comes of a feed as a document of the inbox, by headline."""
    settled = [
        settle(
            draft, Surroundings(name, START, Neighbours(), FolderDefaults()), load_settings(folder / "feedsvc.toml")
        )
        for draft in read(data, name).drafts
    ]
    return {story.headline: story for story in settled}


@pytest.mark.parametrize("suffix", ["atom", "rss", "json"])
def test_our_own_feeds_read_back_give_the_same_articles(publication: Publication, suffix: str) -> None:
    body = "One *two* <three> & four: [link](/there).\n\n> Quoted.\n\n![A lamp](https://example.org/lamp.jpg)\n"
    publication.article(
        "one.md", "Lamps & <tides>", body, id="urn:example:one", authors="[Mara, Tom Okafor]", tags="[Sea]"
    )
    publication.article("two.md", "日本語の題", "本文です。", date="2026-02-02T10:00:00+09:00", language="ja")
    publication.write(
        "three.html", "<h1>Three</h1><p>Text <b>bold</b></p><time datetime='2026-02-03T10:00:00Z'></time>"
    )
    publication.build()
    told = {
        row["headline"]: row
        for row in map(json.loads, publication.run("explain", "--all", "--json").out.splitlines())
    }
    again = articles(publication.folder, publication.body(f"/feeds/all.{suffix}"), f"feed.{suffix}")
    assert again.keys() == told.keys()
    for headline, story in again.items():
        row = told[headline]
        assert (story.own_id, story.html, story.text) == (row["id"], row["html"], row["text"])
        assert story.date is not None
        assert story.date == datetime.fromisoformat(row["published"])
        assert story.date.utcoffset() is not None
        assert [person.name for person in story.authors] == [person["name"] for person in row["authors"]]
        assert story.language == row["language"]


def test_a_whole_publication_moves_without_a_subscriber_noticing(publication: Publication, tmp_path: Path) -> None:
    publication.article("one.md", "One", tags="[Sea]")
    publication.article("two.md", "Two", date="2026-02-02")
    publication.build()
    new = Publication(tmp_path / "new", SETTINGS.replace("news.example.org", "moved.example.org"))
    new.now = publication.now
    new.write("old.atom", publication.body("/feeds/all.atom"))
    new.build()
    before, after = (each.json_feed("all")["items"] for each in (publication, new))
    kept = ("id", "title", "content_html", "date_published", "date_modified", "authors", "tags")
    assert [{name: item.get(name) for name in kept} for item in after] == [
        {name: item.get(name) for name in kept} for item in before
    ]


# The window that slides


def feed(*entries: tuple[str, int]) -> str:
    items = "".join(
        f"<item><title>{name}</title><guid isPermaLink='false'>{name}</guid>"
        f"<pubDate>{day:02} Feb 2026 10:00:00 GMT</pubDate><category>Sea</category><description>Text of {name}</description></item>"
        for name, day in entries
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"


A, B, C, D = ("A", 1), ("B", 2), ("C", 3), ("D", 4)


def saved(publication: Publication, *entries: tuple[str, int]) -> dict[str, list[str]]:
    """What the feeds show, and their tombstones, after the file was saved with ``entries``."""
    publication.later()
    publication.write("feed.xml", feed(*entries), START + (publication.now - START))
    publication.build()
    shown = publication.json_feed("all")
    assert publication.titles("sea") == publication.titles()
    assert all(item["id"] == item["title"] for item in shown["items"])
    return {
        "items": publication.titles(),
        "gone": [each["id"] for each in shown.get("_tombstones", {}).get("items", ())],
    }


def test_entries_that_slide_out_of_a_feed_stay_published(publication: Publication) -> None:
    assert saved(publication, C, B, A) == {"items": ["C", "B", "A"], "gone": []}
    assert saved(publication, D, C) == {"items": ["D", "C", "B", "A"], "gone": []}
    assert saved(publication, D) == {"items": ["D", "C", "B", "A"], "gone": []}
    assert saved(publication, D, C, B, A) == {"items": ["D", "C", "B", "A"], "gone": []}


def test_an_entry_that_leaves_the_middle_of_a_feed_was_deleted(publication: Publication) -> None:
    saved(publication, C, B, A)
    assert saved(publication, C, A) == {"items": ["C", "A"], "gone": ["B"]}


def test_a_kept_entry_bears_the_name_of_its_place_behind_the_others(publication: Publication) -> None:
    saved(publication, B, A)
    saved(publication, D, C)
    rows = [json.loads(line) for line in publication.run("explain", "--all", "--json").out.splitlines()]
    assert [(row["document"], row["id"], row["status"]) for row in rows] == [
        ("feed.xml#1", "D", "usable"), ("feed.xml#2", "C", "usable"),
        ("feed.xml#3", "B", "usable"), ("feed.xml#4", "A", "usable"),
    ]  # fmt: skip


def test_nothing_that_leaves_a_document_is_withdrawn_when_the_settings_say_so(tmp_path: Path) -> None:
    publication = Publication(tmp_path, SETTINGS + '[inbox]\ndeleted = "keep"\n')
    saved(publication, C, B, A)
    assert saved(publication, C, A) == {"items": ["C", "B", "A"], "gone": []}


def test_a_feed_that_is_saved_under_new_names_counts_each_entry_once(publication: Publication) -> None:
    publication.write("1.xml", feed(B, A))
    publication.write("2.xml", feed(C, B))
    publication.build()
    assert publication.titles() == ["C", "B", "A"]
    publication.later()
    (publication.inbox / "1.xml").unlink()
    publication.build()
    assert publication.titles() == ["C", "B"]


def test_a_feed_that_is_gone_takes_all_its_entries_along(publication: Publication) -> None:
    saved(publication, C, B, A)
    saved(publication, D)
    publication.later()
    (publication.inbox / "feed.xml").unlink()
    publication.build()
    assert publication.titles() == []


# Damage


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "xml-entities"),
        (b"<rss version='2.0'><channel></channel></rss>", "no-entries"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 100_000, "json-broken"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": null}', "no-entries"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [1, null, "x"]}', "no-entries"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(data: bytes, code: str) -> None:
    parsed = read(data)
    assert (parsed.drafts, codes(parsed)) == ((), {code})


def test_a_feed_of_too_many_entries_is_read_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.parsers.feed_entry.MOST_ENTRIES", 3)
    parsed = read(b"<rss><channel>" + b"<item><title>A</title></item>" * 4 + b"</channel></rss>")
    assert len(parsed.drafts) == 3
    assert "too-many-entries" in codes(parsed)


@pytest.mark.parametrize("item", [b"<item/>", b"<r:item xmlns:r='http://purl.org/rss/1.0/'/>"])
def test_a_feed_of_more_entries_than_can_say_something_is_refused(item: bytes) -> None:
    parsed = read(b"<rss><channel>" + item * 100_001 + b"</channel></rss>")
    assert (parsed.drafts, codes(parsed)) == ((), {"too-many-entries"})


@pytest.mark.parametrize(
    "data",
    [
        b"<rss><channel><item/><item><title>A</title></item><item> <title/><link></link></item></channel></rss>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/><entry><title>A</title></entry><entry> </entry></feed>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{}, {"title": "A"}, null]}',
    ],
    ids=["rss", "atom", "json"],
)
def test_entries_that_say_nothing_are_left_out_and_counted(data: bytes) -> None:
    parsed = read(data)
    assert [(draft.headline, draft.part) for draft in parsed.drafts] == [("A", 2)]
    (finding,) = (each for each in parsed.findings if each.code == "entries-empty")
    assert "(2)" in finding.message


def test_a_text_that_is_longer_than_an_article_is_not_parted_into_paragraphs() -> None:
    parsed = read(
        b"<rss><channel><item><title>A</title><description>"
        + b"a\n\n" * 500_000
        + b"</description></item></channel></rss>"
    )
    assert [finding.code for finding in parsed.drafts[0].findings if finding.severity == "error"] == ["too-long"]


@settings(max_examples=400, deadline=timedelta(seconds=5))
@given(st.sampled_from(FEEDS), st.data())
def test_damaged_cases_never_raise(path: Path, draw: st.DataObject) -> None:
    data = path.read_bytes()
    start = draw.draw(st.integers(0, len(data)))
    end = min(len(data), start + draw.draw(st.integers(0, 60)))
    parsed = read(data[:start] + draw.draw(st.binary(max_size=8)) + data[end:], path.name)
    assert parsed.drafts or parsed.findings


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "date_published",
    "date_modified", "authors", "author", "tags", "language", "attachments", "_feedsvc",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=10), JSON, JSON)
def test_items_with_members_of_any_type_never_raise(
    item: dict[str, object], authors: object, language: object
) -> None:
    whole = {"version": "https://jsonfeed.org/version/1.1", "authors": authors, "language": language, "items": [item]}
    assert read(json.dumps(whole).encode(), "a.json").drafts or not item


def test_an_entry_that_grows_too_long_keeps_its_last_good_version_and_its_place(publication: Publication) -> None:
    def write(first: str) -> None:
        publication.later()
        texts = (first, "Text of the second.", "Text of the third.")
        items = "".join(
            f"<item><title>T{number}</title><pubDate>0{number} Feb 2026 10:00:00 GMT</pubDate><description>{text}</description></item>"
            for number, text in enumerate(texts, 1)
        )
        publication.write(
            "feed.rss", f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>", publication.now
        )

    write("Text of the first.")
    publication.build()
    known = [(item["id"], item["title"]) for item in publication.json_feed()["items"]]
    write("<![CDATA[" + "<p>a</p>" * 60_000 + "]]>")
    report = publication.build(code=1)
    assert [(each["document"], each["code"]) for each in report["findings"] if each["severity"] == "error"] == [
        ("feed.rss#1", "too-long")
    ]
    assert [(item["id"], item["title"]) for item in publication.json_feed()["items"]] == known
    write("Text of the first, corrected.")
    assert publication.build()["documents"]["rejected"] == 0
    feed = publication.json_feed()
    assert [(item["id"], item["title"]) for item in feed["items"]] == known
    assert feed["items"][-1]["content_html"] == "<p>Text of the first, corrected.</p>"
    assert "_tombstones" not in feed


def test_entries_without_id_and_link_are_known_by_what_they_say(publication: Publication) -> None:
    def write(*titles: str) -> None:
        publication.later()
        items = "".join(
            f"<item><title>{title}</title><pubDate>0{day} Feb 2026 10:00:00 GMT</pubDate><description>Text of {title}</description></item>"
            for day, title in enumerate(reversed(titles), 1)
        )
        publication.write(
            "feed.rss", f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>", publication.now
        )

    write("B", "A")
    report = publication.build()
    assert [each["code"] for each in report["findings"]] == ["id-made", "id-made"]
    known = {item["title"]: (item["id"], item["url"]) for item in publication.json_feed()["items"]}
    write("C", "B", "A")
    publication.build()
    feed = publication.json_feed()
    assert [item["title"] for item in feed["items"]] == ["C", "B", "A"]
    assert {item["title"]: (item["id"], item["url"]) for item in feed["items"] if item["title"] in known} == known
    assert "_tombstones" not in feed


def test_an_entry_that_only_its_place_tells_from_others_says_so() -> None:
    same = b"<item><title>Same</title><pubDate>01 Feb 2026 10:00:00 GMT</pubDate><description>a</description></item>"
    parsed = read(b"<rss version='2.0'><channel><title>t</title>" + same * 2 + b"</channel></rss>")
    assert [draft.id for draft in parsed.drafts] == [None, None]
    assert [finding.code for draft in parsed.drafts for finding in draft.findings] == ["id-by-place", "id-by-place"]


# The feed from which an article was taken

_ATOM = "http://www.w3.org/2005/Atom"


def feeds_of_others(publication: Publication) -> None:
    publication.write(
        "atom.xml",
        f"""<feed xmlns="{_ATOM}"><title>The Pond &amp; Garden Letter</title><id>tag:pond.example,2020:all</id>
        <updated>2026-02-09T00:00:00Z</updated><link rel="self" href="https://pond.example/feed.atom"/>
        <link href="https://pond.example/"/><author><name>Ada</name></author>
        <entry><id>tag:pond.example,2020:1</id><title>Frogs</title><updated>2026-02-01T00:00:00Z</updated><content>Text.</content></entry>
        <entry><id>tag:pond.example,2020:2</id><title>Newts</title><updated>2026-02-02T00:00:00Z</updated><content>Text.</content>
        <source><title>Newt Weekly</title><id>https://newt.example/</id></source></entry></feed>""",
    )
    publication.write(
        "feed.rss",
        f"""<rss version="2.0" xmlns:a="{_ATOM}" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Tide table</title>
        <link>https://tide.example/</link><a:link rel="self" href="https://tide.example/rss.xml"/>
        <item><title>Ebb</title><guid>ebb</guid><pubDate>03 Feb 2026 10:00:00 GMT</pubDate><description>Text.</description></item>
        <item><title>Flow</title><guid>flow</guid><pubDate>04 Feb 2026 10:00:00 GMT</pubDate><description>Text.</description>
        <source url="https://flow.example/rss">Flow</source></item>
        <item><title>Calm</title><guid>calm</guid><pubDate>05 Feb 2026 10:00:00 GMT</pubDate><description>Text.</description>
        <dc:source>Harbour office</dc:source></item></channel></rss>""",
    )
    publication.write(
        "feed.json",
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Kites", "home_page_url": "https://kites.example/",
                    "items": [{"id": "k", "title": "Kite", "content_text": "Text.", "date_published": "2026-02-06T10:00:00Z"}]}),
    )  # fmt: skip


CREDITED = {
    "Frogs": "The Pond & Garden Letter",
    "Newts": "Newt Weekly",
    "Ebb": "Tide table",
    "Flow": "Flow",
    "Calm": "Harbour office",
    "Kite": "Kites",
}


def test_an_article_credits_the_feed_from_which_it_was_taken(publication: Publication) -> None:
    feeds_of_others(publication)
    publication.build()
    assert {each["title"]: each["_feedsvc"]["source"] for each in publication.json_feed()["items"]} == CREDITED
    explained = publication.explain("atom.xml#1")
    assert explained["source"] == CREDITED["Frogs"]
    assert explained["evidence"]["source"] == "the title of the feed from which it was taken"
    for path, body in publication.bytes().items():
        check_validity(path, body)


def test_the_feed_from_which_it_was_taken_stands_in_atom_and_rss_and_one_element_credits_a_source(
    publication: Publication,
) -> None:
    feeds_of_others(publication)
    publication.build()
    name, ns = {}, {"a": _ATOM, "dc": "http://purl.org/dc/elements/1.1/"}
    for entry in etree.fromstring(publication.body()).iterfind("a:entry", ns):
        source = entry.find("a:source", ns)
        told = None if source is None else [each.text or each.get("href") for each in source]
        name[entry.findtext("a:title", None, ns)] = (told, entry.findtext("dc:source", None, ns))
    tide = ["https://tide.example/rss.xml", "Tide table", "https://tide.example/rss.xml", "https://tide.example/"]
    assert name == {
        "Frogs": (
            [
                "tag:pond.example,2020:all",
                CREDITED["Frogs"],
                "https://pond.example/feed.atom",
                "https://pond.example/",
            ],
            None,
        ),
        "Newts": (["https://newt.example/", "Newt Weekly"], None),
        "Ebb": (tide, None),
        "Flow": (["https://flow.example/rss", "Flow", "https://flow.example/rss"], None),
        "Calm": (tide, "Harbour office"),
        "Kite": (None, "Kites"),  # of which no id is known
    }
    rss = etree.fromstring(publication.body("/feeds/all.rss"))
    assert {
        each.findtext("title"): (each.find("source").get("url") if each.find("source") is not None else None, *each.xpath("source/text()|dc:source/text()", namespaces=ns))
        for each in rss.iter("item")
    } == {
        "Frogs": ("https://pond.example/feed.atom", CREDITED["Frogs"]),
        "Newts": (None, "Newt Weekly"),
        "Ebb": ("https://tide.example/rss.xml", "Tide table"),
        "Flow": ("https://flow.example/rss", "Flow"),
        "Calm": (None, "Harbour office"),
        "Kite": (None, "Kites"),
    }  # fmt: skip


def test_a_source_that_the_settings_name_goes_before_the_title_of_a_feed(publication: Publication) -> None:
    feeds_of_others(publication)
    publication.write("inbox.toml", 'source = "Nature desk"\n')
    publication.build()
    found = {each["title"]: each["_feedsvc"]["source"] for each in publication.json_feed()["items"]}
    assert found == CREDITED | dict.fromkeys(("Frogs", "Ebb", "Kite"), "Nature desk")
    assert b"Tide table" in publication.body()  # from where the entry of another source was taken
    assert b"Garden Letter" not in publication.body()


@pytest.mark.parametrize(
    ("title", "link"), [("the test WIRE", "https://old.example/"), ("My old blog", "https://news.example.org/blog/")]
)
def test_what_was_the_publication_itself_credits_nobody(publication: Publication, title: str, link: str) -> None:
    publication.write(
        "feed.rss",
        f"""<rss version="2.0"><channel><title>{title}</title><link>{link}</link><item><title>Ebb</title><guid>ebb</guid>
        <pubDate>03 Feb 2026 10:00:00 GMT</pubDate><description>Text.</description></item></channel></rss>""",
    )
    publication.build()
    assert publication.explain("feed.rss#1")["source"] is None


def test_an_entry_stays_as_it_is_when_anything_else_is_new_in_its_feed(publication: Publication) -> None:
    def write(updated: str) -> bytes:
        publication.later()
        publication.write(
            "atom.xml",
            f"""<feed xmlns="{_ATOM}"><title>Pond</title><id>tag:pond.example,2020:all</id><updated>{updated}</updated><entry>
            <id>tag:pond.example,2020:1</id><title>Frogs</title><updated>2026-02-01T00:00:00Z</updated><content>Text.</content></entry></feed>""",
            publication.now,
        )
        publication.build()
        return publication.body()

    assert write("2026-02-02T00:00:00Z") == write("2026-02-03T00:00:00Z")


# A corrected headline of an entry that has no id


def rss_of(publication: Publication, *entries: tuple[str, str, str]) -> dict[str, str]:
    """Save a feed of entries without id and link (headline, date, text), and build; the ids by headline."""
    publication.later()
    items = "".join(
        f"<item><title>{title}</title><pubDate>{date}</pubDate><description>{text}</description></item>"
        for title, date, text in entries
    )
    feed = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
    publication.write("feed.rss", feed, publication.now)
    publication.build()
    return {item["title"]: item["id"] for item in publication.json_feed()["items"]}


EBB = ("A", "02 Feb 2026 10:00:00 GMT", "Text of A.")
FLOW = ("B", "03 Feb 2026 11:00:00 GMT", "Text of B.")
CALM = ("C", "04 Feb 2026 12:00:00 GMT", "Text of C.")
SAME_MOMENT = ("C", FLOW[1], "Text of C.")
DAYS = [("A", "02 Feb 2026", "Text of A."), ("B", "03 Feb 2026", "Text of B."), ("C", "03 Feb 2026", "Text of C.")]


def test_a_corrected_headline_leaves_an_entry_without_id_what_it_was(publication: Publication) -> None:
    first = rss_of(publication, FLOW, EBB)
    once = rss_of(publication, ("B, corrected", *FLOW[1:]), EBB)
    assert once == {"B, corrected": first["B"], "A": first["A"]}
    again = rss_of(publication, CALM, ("B, corrected", FLOW[1], "Text of B, and more."), EBB)
    assert {title: again[title] for title in once} == once
    last = rss_of(publication, CALM, ("B, put right", FLOW[1], "Text of B, once more."), EBB)
    assert last == {"C": again["C"], "B, put right": first["B"], "A": first["A"]}
    assert "_tombstones" not in publication.json_feed()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((FLOW, EBB), (CALM, EBB)),  # another moment, another text
        ((SAME_MOMENT, FLOW, EBB), (("D", FLOW[1], "D."), ("E", FLOW[1], "E."), EBB)),  # two might be either
        ((DAYS[1],), (("C", DAYS[1][1], DAYS[1][2]),)),  # a teaser that stands under any story
        ((DAYS[1], DAYS[0]), (DAYS[2], DAYS[0])),  # one of a day went, another one came
        ((FLOW,), (SAME_MOMENT,)),  # nothing is older: it may have slid out
    ],
    ids=["another", "two", "teaser", "days", "oldest"],
)
def test_an_entry_that_may_be_another_is_a_new_one(
    publication: Publication, before: tuple[tuple[str, str, str], ...], after: tuple[tuple[str, str, str], ...]
) -> None:
    known = rss_of(publication, *before)
    found = rss_of(publication, *after)
    shown = {title for title, _, _ in after}
    assert shown <= found.keys()
    assert not {found[title] for title in shown - known.keys()} & set(known.values())


def test_a_corrected_headline_is_known_by_day_and_text(publication: Publication) -> None:
    long = ("B", DAYS[1][1], "The ferry sails again, with new engines and the old captain. " * 4)
    first = rss_of(publication, DAYS[0], long, DAYS[2])
    found = rss_of(publication, DAYS[0], ("B, corrected", *long[1:]), DAYS[2])
    assert found == {"A": first["A"], "B, corrected": first["B"], "C": first["C"]}


def test_a_corrected_headline_outlives_a_new_name_of_the_file(publication: Publication) -> None:
    first = rss_of(publication, FLOW, EBB)
    rss_of(publication, ("B, corrected", *FLOW[1:]), EBB)
    publication.later()
    (publication.inbox / "feed.rss").rename(publication.inbox / "old.rss")
    publication.build()
    found = {item["title"]: item["id"] for item in publication.json_feed()["items"]}
    assert found == {"B, corrected": first["B"], "A": first["A"]}
    assert "_tombstones" not in publication.json_feed()


def test_what_an_atom_feed_says_for_all_entries_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    alternate = feed_atom._alternate
    monkeypatch.setattr(feed_atom, "_alternate", lambda links: asked.append(len(links)) or alternate(links))
    links = b"<link href='https://e.example/'/>" * 1000
    entries = b"<entry><id>a</id><author><name>A</name></author><title>B</title></entry>" * 50
    feed = b"<feed xmlns='http://www.w3.org/2005/Atom'>" + links + entries + b"</feed>"
    assert len(parse(Document("a.atom", feed, datetime(2026, 1, 1, tzinfo=UTC))).drafts) == 50
    assert sum(asked) <= 2 * 1000
