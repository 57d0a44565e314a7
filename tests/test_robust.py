"""Hostile and damaged documents of every format: an article or a finding, never an exception, soon and in little memory."""

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from test_parsers import DOCUMENTS

from feedsvc.articles.dates import Surroundings
from feedsvc.articles.settle import settle
from feedsvc.config import FolderDefaults, Publication, Settings
from feedsvc.model import Clues, Document, Draft, Enclosure, Neighbours, Parsed, Person
from feedsvc.parsers import PARSERS, html_bylines, parse, parser_for
from feedsvc.parsers.html_attributes import with_few_attributes
from feedsvc.parsers.html_layout import layout
from feedsvc.parsers.html_tree import read_page
from feedsvc.parsers.json_text import JsonError, read_json
from feedsvc.parsers.neighbours import clues
from feedsvc.parsers.xml import XmlError, parse_xml

MODIFIED = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = Settings(file=Path("feedsvc.toml"), publication=Publication(title="T", url="https://example.org"))
SUFFIXES = sorted({suffix for each in PARSERS for suffix in each.suffixes})
PIECES = (
    b"<",
    b"&#x0;",
    b"\0",
    b"\xff\xfe",
    b"]]>",
    b"---\n",
    b"<p",
    b"{",
    b"[[",
    b'"',
    b"=?utf-8?q?",
    b"\x1b$B",
    b"\x01\x02",
)


def read(name: str, data: bytes) -> Parsed:
    """What comes of ``data``: parsed, and each draft settled."""
    parsed = parse(Document(name, data, MODIFIED))
    around = Surroundings(name, MODIFIED, Neighbours(), FolderDefaults())
    stories = [settle(draft, around, SETTINGS) for draft in parsed.drafts]
    for finding in (*parsed.findings, *(each for story in stories for each in story.findings)):
        assert finding.message.endswith((".", "!", ")")), finding
        json.dumps(finding.message).encode("ascii")
    assert parsed.drafts or any(each.severity == "error" for each in parsed.findings), "nothing came of it, unsaid"
    for story in stories:
        story.html.encode("utf-8")
    return parsed


def damaged(data: bytes, seed: int) -> bytes:
    """``data`` with a few things done to it that happen on wires and disks."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.randint(0, 40))
        match chance.randrange(6):
            case 0:
                data = data[:at]
            case 1:
                data = data[:at] + data[to:]
            case 2:
                data = data[:at] + data[at:to] * chance.randint(2, 9) + data[to:]
            case 3:
                data = data[:at] + chance.choice(PIECES) + data[at:]
            case 4:
                data = data[:at] + bytes(byte ^ 1 << chance.randrange(8) for byte in data[at:to]) + data[to:]
            case _:
                data = data[at:] + data[:at]
    return data


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_damaged_cases(path: Path) -> None:
    data = path.read_bytes()
    for seed in range(40):
        read(path.name, damaged(data, seed))
    for length in range(0, len(data), max(1, len(data) // 25)):
        read(path.name, data[:length])


@given(st.binary(max_size=300), st.sampled_from(SUFFIXES))
def test_any_bytes_under_any_suffix(data: bytes, suffix: str) -> None:
    read(f"a{suffix}", data)


@given(st.text(max_size=300), st.sampled_from(SUFFIXES))
def test_any_text_under_any_suffix(text: str, suffix: str) -> None:
    read(f"a{suffix}", text.encode("utf-8", "surrogatepass"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["name", "value", "role", "href", "itemid", "renditions"]), inner, max_size=3), max_leaves=6
)  # fmt: skip


ITEM = json.loads((Path(__file__).parent / "cases/ninjs/one-item-1.x.json").read_text())
KEYS = sorted({*ITEM, "bodies", "headlines", "altids", "authors", "renditions", "item", "data"})


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_json_with_values_of_any_type(item: dict[str, object]) -> None:
    read("a.json", json.dumps({"uri": "https://example.org/1", "headline": "A headline", **item}).encode())


def hostile() -> Iterator[tuple[str, bytes]]:
    """Documents that are made to take long, or much."""
    many = 100_000
    png = b"\x89PNG\r\n\x1a\n" + bytes(200)
    for suffix in (min(each.suffixes) for each in PARSERS if each.suffixes):
        name = f"a{suffix}"
        yield name, b"x" * 10_000_000
        yield name, b"word " * 2_000_000
        yield name, b" " * 1_000_000
        yield name, b"\n" * 1_000_000
        yield name, b"a\0b" * 1000
        yield name, png
        for piece in (
            b"<b>",
            b"<div><p>",
            b"[",
            b"{",
            b'{"a":',
            b"> ",
            b"* ",
            b"- ",
            b"`",
            b"(",
            b"&amp;",
            b"<!--",
            b"<![CDATA[",
        ):
            yield name, b"---\ntitle: A\ndate: 2026-01-01\n---\n" + piece * many
            yield name, piece * many
    for head, piece in (
        (b"<rss><channel>", b"<item>"),
        (b"<newsMessage><itemSet>", b"<newsItem><contentMeta>"),
        (b"<nitf><body>", b"<block>"),
        (b"<html><body>", b"<table><tr><td>"),
        (b"\x01", b"\x02a\x03"),
        (b"\x16\x16\x01", b"^a<\r\n"),
    ):
        yield "a.xml", head + piece * many
    yield "a.json", b'{"uri": "a", ' + b'"a": 1, "b": 1, ' * many + b'"headline": "b"}'
    yield (
        "a.html",
        b"<link type='application/rss+xml' title='a" + b" " * many + b"b'><h1>A headline</h1><p>Some words.",
    )
    yield "a.txt", b"\x16\x16\x01a0001\nr n " + b"word " * many + b"\x02^BC-Slug<\n^Headline<\nSome words.\x03"
    yield "a.txt", b"A headline\n\nEMBARGO: " + b">" * many + b"x\n\nSome words of text.\n"
    for space in (b" ", b"\n"):
        yield "a.rss", b"<rss><channel><item><author>a" + space * 1_000_000 + b"b</author></item></channel></rss>"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"word " * 1_000_000),
        ("a.txt", b"Some words in a line of text here.\n" * 30_000),
        ("a.txt", b"Headline\n\n" + b"& " * 100_000),
        ("a.md", b"word " * 1_000_000),
        ("a.md", b"# Headline\n\n" + b"& " * 100_000),
        ("a.rst", b"word " * 100_000),
        ("a.rst", b"*a " * 3_000),
        ("a.json", b'{"uri": "a", "headline": "b", "body_html": "' + b"& " * 100_000 + b'"}'),
        ("a.json", b'{"uri": "a", "headline": "b", "body_html": "' + b"<p>a " * 100_001 + b'"}'),
        ("a.txt", b"\x01abc1 1 a 10\r\n\x02" + b"a\n" * 30_000 + b"\x03"),
        (
            "a.xml",
            b"<newsItem guid='a'><contentSet><inlineXML>"
            + b"<br/>" * 100_001
            + b"</inlineXML></contentSet></newsItem>",
        ),
        ("a.xml", b"<NewsML><NewsItem><DataContent>" + b"<br/>" * 100_001 + b"</DataContent></NewsItem></NewsML>"),
        (
            "a.atom",
            b"<feed><entry><id>a</id><content type='xhtml'>" + b"<br/>" * 100_001 + b"</content></entry></feed>",
        ),
        ("a.html", b"<h1>Headline</h1><p>Words " + b"a&nbsp;" * 100_000),
        ("a.html", b"<h1>Headline</h1><p>Words " + "© ".encode() * 100_000),
        ("a.md", b"# Headline\n\n<p title='" + "« ".encode() * 100_000 + b"'>Words</p>"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_longer_than_an_article_is_refused(name: str, data: bytes) -> None:
    parsed = read(name, data)
    assert not any(draft.html for draft in parsed.drafts)
    findings = [*parsed.findings, *(finding for draft in parsed.drafts for finding in draft.findings)]
    assert [finding.code for finding in findings if finding.severity == "error"] == ["too-long"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "a.xml",
            b"<newsItem guid='urn:x:1'><contentMeta><headline>A headline</headline></contentMeta><contentSet><inlineXML><html><body>"
            + b"<p>a</p>" * 100_001
            + b"</body></html></inlineXML></contentSet></newsItem>",
        ),
        (
            "a.xml",
            b"<NewsML><NewsItem><NewsIdentifier><PublicIdentifier>urn:x:1</PublicIdentifier></NewsIdentifier><NewsComponent>"
            b"<NewsLines><HeadLine>A headline</HeadLine></NewsLines><ContentItem><DataContent>"
            + b"<p>a</p>" * 100_001
            + b"</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>",
        ),
    ],
    ids=["newsml-g2", "newsml"],
)
def test_an_item_that_is_too_long_is_rejected_by_its_name(name: str, data: bytes) -> None:
    (draft,) = read(name, data).drafts
    assert (draft.id, draft.headline, draft.html) == ("urn:x:1", "A headline", "")
    assert [finding.code for finding in draft.findings if finding.severity == "error"] == ["too-long"]


@pytest.mark.parametrize(
    "flood",
    [b"<br/>" * 500_001, b"<a></a>" * 500_001, b'<a "' * 500_001, b"& " * 1_000_001],
    ids=lambda flood: str(flood[:7]),
)
def test_a_document_of_more_tags_than_any_is_refused_unparsed(flood: bytes) -> None:
    parsed = read("a.rss", b"<rss><channel><item>" + flood + b"</item></channel></rss>")
    assert parsed.drafts == ()
    assert [finding.code for finding in parsed.findings] == ["too-long"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"uri": "a", "headline": "b", "subject": [' + b"{}," * 250_000 + b"{}]}"),
        ("a.json", b'{"uri": "a", "headline": "b", "subject": [' + b"1," * 500_001 + b"1]}"),
        ("a.json", b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + b"{}," * 250_000 + b"{}]}"),
        ("a.xml", b"<newsItem guid='a'><a " + b"b='' " * 400_001 + b"/></newsItem>"),
        ("a.rss", b"<rss><channel><item " + b"b='' " * 400_001 + b"/></channel></rss>"),
    ],
    ids=["objects", "values", "entries", "attributes", "attributes of an entry"],
)
def test_a_document_of_more_values_than_any_is_refused_unparsed(name: str, data: bytes) -> None:
    parsed = read(name, data)
    assert parsed.drafts == ()
    assert [finding.code for finding in parsed.findings] == ["too-long"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "a.json",
            b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "a", "content_text": "%s"}, {"id": "b", "content_text": "c"}]}'
            % (rb"One, \\\"two\\\" and [three, {four" * 300_000),
        ),
        (
            "a.rss",
            b"<rss><channel><item><guid>a</guid><description><![CDATA[%s]]></description></item><item><guid>b</guid></item></channel></rss>"
            % (b"<br class='c'>" * 400_001),
        ),
        (
            "a.rss",
            b"<rss><channel><item><guid>a</guid><title>%s</title></item><item><guid>b</guid></item></channel></rss>"
            % (b"c='d' " * 400_001),
        ),
    ],
    ids=["strings", "sections", "text"],
)
def test_prose_is_no_flood_of_values(name: str, data: bytes) -> None:
    parsed = read(name, data)
    assert [draft.id for draft in parsed.drafts] == ["a", "b"]
    assert "too-long" not in {finding.code for finding in parsed.findings}


_FLOOD = b"b='' " * 400_001


@pytest.mark.parametrize(
    "data",
    [
        b"<rss><!-- <![CDATA[ --><a " + _FLOOD + b"/><!-- ]]> --></rss>",
        b"<!DOCTYPE rss SYSTEM '<!--'><rss><a " + _FLOOD + b"/><!-- --></rss>",
        b"<rss><a b='>' " + _FLOOD + b"/></rss>",
        b"<rss><a b='<!-- ' " + _FLOOD + b"/><!-- --></rss>",
        b'<rss><a x" <b c="<!-- " ' + _FLOOD + b"/><!-- --></rss>",
        ('<rss><!-- " --><a b=">" ' + _FLOOD.decode() + "/></rss>").encode("utf-16"),
    ],
    ids=["comment", "document type", "value", "broken value", "broken quote", "UTF-16"],
)
def test_no_flood_of_attributes_hides_as_prose(data: bytes) -> None:
    start = time.process_time()
    with pytest.raises(XmlError) as refused:
        parse_xml(data)
    assert refused.value.finding.code == "too-long"
    assert time.process_time() - start < 3


@pytest.mark.parametrize("piece", [b"<!--", b"<![CDATA[", b"<?", b"<a \"='", b"<a b='c' ", b'<a b="\'"">'])
def test_what_looks_like_a_flood_is_counted_in_linear_time(piece: bytes) -> None:
    start = time.process_time()
    with pytest.raises(XmlError):
        parse_xml(b"<rss>" + piece * 900_000 + b"=" * 400_001)
    with pytest.raises(JsonError):
        read_json('[",\\"' + piece.decode().replace("<", '{"') * 900_000 + "," * 500_001)
    assert time.process_time() - start < 8


def test_content_items_that_stand_too_deep_in_each_other_are_told_of() -> None:
    def nested(levels: int) -> Parsed:
        content = b"<ContentItem>" * levels + b"<DataContent>Words.</DataContent>" + b"</ContentItem>" * levels
        return read("a.xml", b"<NewsML><NewsItem><NewsComponent>" + content + b"</NewsComponent></NewsItem></NewsML>")

    assert nested(4).drafts[0].html == nested(9).drafts[0].html
    assert "too-deep" not in {finding.code for finding in nested(4).drafts[0].findings}
    assert "too-deep" in {finding.code for finding in nested(5).drafts[0].findings}


NEWSML = b"<NewsItem><NewsComponent><NewsLines><HeadLine>a</HeadLine></NewsLines></NewsComponent></NewsItem>"


@pytest.mark.parametrize(
    ("name", "head", "item", "tail"),
    [
        ("a.json", b"[", b'{"uri": "a", "headline": "b"},', b'{"uri": "a", "headline": "b"}]'),
        ("a.xml", b"<NewsML>", NEWSML, NEWSML + b"</NewsML>"),
        (
            "a.xml",
            b"<newsMessage><itemSet>",
            b"<newsItem guid='a'/>",
            b"<newsItem guid='a'/></itemSet></newsMessage>",
        ),
        ("a.txt", b"", b"\x01abc1 1 a 10\r\n\x02Some text\x03", b"\x01abc1 1 a 10\r\n\x02Some text\x03"),
        ("a.txt", b"", b"\x16\x16\x01\x02^Head<\r\nSome text\x03", b"\x16\x16\x01\x02^Head<\r\nSome text\x03"),
    ],
    ids=["ninjs", "newsml", "newsml-g2", "iptc7901", "anpa"],
)
def test_of_one_document_so_many_items_are_read(
    name: str, head: bytes, item: bytes, tail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.parsers.item.MOST_ENTRIES", 3)
    parsed = parse(Document(name, head + item * 3 + tail, MODIFIED))
    assert len(parsed.drafts) == 3
    assert [finding.code for finding in parsed.findings] == ["too-many-entries"]
    assert len(parse(Document(name, head + item * 2 + tail, MODIFIED)).drafts) == 3


def test_the_texts_of_a_message_are_read_as_far_as_an_article_can_go() -> None:
    head = b"From: A <a@example.org>\nDate: Thu, 29 Jan 2026 10:00:00 +0000\nSubject: B\n"
    part = b"--b\nContent-Type: text/plain\n\n" + b"Some words of text.\n" * 10_000
    message = head + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 20 + b"--b--\n"
    parsed = read("a.eml", message)
    assert "text-too-long" in {finding.code for finding in (*parsed.findings, *parsed.drafts[0].findings)}
    assert len(parsed.drafts[0].html) < 1_300_000


def test_the_parts_of_a_message_are_read_as_far_as_a_body_can_have_tags() -> None:
    head = b"From: A <a@example.org>\nDate: Thu, 29 Jan 2026 10:00:00 +0000\nSubject: B\n"
    part = b"--b\nContent-Type: text/html\n\n" + b"<p>a" * 2_000 + b"\n"
    message = head + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 60 + b"--b--\n"
    (draft,) = read("a.eml", message).drafts
    assert {"text-too-long", "too-long"} <= {finding.code for finding in draft.findings}


def test_substitutions_that_stand_for_more_than_a_document_are_refused() -> None:
    levels = "".join(f".. |a{n}| replace:: {f'|a{n - 1}| ' * 10}\n" for n in range(1, 10))
    parsed = read("a.rst", f"A\n=\n\n.. |a0| replace:: x\n{levels}\n|a9|\n".encode())
    assert [finding.code for finding in parsed.findings] == ["rst-broken"]
    few = read(
        "a.rst", b"A\n=\n\n:date: 2026-01-29\n\n.. |b| replace:: |c| |c|\n.. |c| replace:: word\n\n|b| and |c|\n"
    )
    assert "word word and word" in few.drafts[0].html
    circle = read("a.rst", b"A\n=\n\n.. |b| replace:: |c|\n.. |c| replace:: |b|\n\n|b|\n")
    assert [finding.code for finding in circle.findings] == ["rst-broken"]


def test_a_key_of_endless_parts_is_a_finding() -> None:
    parsed = read("a.md", b"+++\ntitle = 'A'\n" + b".".join([b"a"] * 50_000) + b" = 1\n+++\ntext\n")
    assert [(finding.code, finding.line) for finding in parsed.drafts[0].findings] == [("front-matter-broken", 3)]
    assert parsed.drafts[0].headline == "A"


MANY = [
    "<p {}>Words</p>".format("".join(written.format(at) for at in range(3_000)))
    for written in ("a{}='b' ", "a{}='>' ", 'a{}="<i>" ', "a{}=b ", "a{} ", "a{}/", "a{}='b'", "<a{} ", "a{}=b' ")
]


@pytest.mark.parametrize("html", [*MANY, MANY[0].replace("<p ", "<p x' "), MANY[0].replace("<p ", '<p x=y" ')])
def test_a_tag_has_no_more_attributes_than_parsers_take_in_their_stride(html: str) -> None:
    few = with_few_attributes(html)
    assert len(etree.HTML(few).find(".//p").attrib) <= 201
    assert few.count(" a") + few.count("/a") + few.count("'a") + few.count("<a") <= 201
    assert few.startswith(html[:60])


@pytest.mark.parametrize(
    "html",
    [
        "<p>{}</p>".format("Some words of a text, and a < b > c. " * 100),
        "<p title='{}'>Words</p>".format("Some words. " * 100),
        "<p {}>Words</p>".format(" ".join(f"a{at}='b'" for at in range(200))),
        "<p a='>'>Words</p>" * 100,
        "<" * 1000,
        "<a" * 1000,
        "<a b='" + "x " * 1000,
    ],
)
def test_tags_of_the_usual_length_are_left_alone(html: str) -> None:
    assert with_few_attributes(html) == html


def test_of_a_page_so_many_elements_are_read() -> None:
    def elements(piece: bytes) -> tuple[int, set[str]]:
        page = read_page(b"<title>A</title>" + piece * 30_000)
        assert page is not None
        return sum(1 for _ in page.root.iter()), {finding.code for finding in page.findings}

    assert elements(b"<p>x") == (pytest.approx(20_000, abs=5), {"page-too-long"})
    assert elements(b"<i>x</i>") == (pytest.approx(20_000, abs=5), {"page-too-long"})
    closed = read_page(b"<title>A</title>" + b"<i>x</i>" * 19_990)
    assert closed is not None
    assert closed.findings == ()


def test_of_a_list_of_authors_no_more_names_are_asked_for_than_stand_in_a_byline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(html_bylines, "_names_in", lambda each: asked.append(each) or ["Ann Mason"])
    page = read_page(b"<h1>A headline</h1>" + b"<a rel=author href=/authors/x class=author>Ann Mason</a>" * 1000)
    assert page is not None
    list(html_bylines.marked_bylines(page.root, layout(page.root, page.root.find(".//h1"))))
    assert len(asked) < 200


def test_a_text_that_is_refused_tells_its_neighbours_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clues(b"A head\n" * 30_000) == Clues()
    monkeypatch.setattr("feedsvc.parsers.neighbours.decode", None)
    assert clues(b"x\n" * 3_000_000) == Clues()


def test_of_an_article_so_many_tags_sections_authors_and_files_count() -> None:
    draft = Draft(
        format="rss",
        headline="A",
        html="<p>b</p>",
        tags=tuple(f"tag {at % 2000}" for at in range(4000)),
        sections=tuple(f"section {at}" for at in range(200)),
        authors=tuple(Person(f"Ann {at}") for at in range(201)),
        enclosures=tuple(Enclosure(f"https://e.example/{at}.mp3", "audio/mpeg", 1) for at in range(300)),
    )
    story = settle(draft, Surroundings("2026-02-03.rss", MODIFIED, Neighbours(), FolderDefaults()), SETTINGS)
    assert [len(each) for each in (story.tags, story.sections, story.authors, story.enclosures)] == [200] * 4
    assert (story.tags[-1], story.authors[0].name) == ("tag 199", "Ann 0")
    told = {finding.field for finding in story.findings if finding.code == "too-many-values"}
    assert told == {"tags", "authors", "enclosures"}


def test_files_elsewhere_without_type_and_length_are_told_of_once() -> None:
    files = tuple(Enclosure(f"https://e.example/{at}.mp3", "", 0) for at in range(3))
    draft = Draft(format="rss", headline="A", html="<p>b</p>", enclosures=files)
    story = settle(draft, Surroundings("2026-02-03.rss", MODIFIED, Neighbours(), FolderDefaults()), SETTINGS)
    (told,) = (each.message for each in story.findings if each.code == "enclosure-incomplete")
    assert "3 were left out until both are given: https://e.example/0.mp3 and others." in told


RSS = "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>A</title>{}</item></channel></rss>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "A", "%s": [{}null]}]}'
NITF = "<nitf><head/><body><body.head><hedline><hl1>A</hl1></hedline>{}</body.head></body></nitf>"
PAGE = "<html><head>{}</head><body><h1>A headline</h1><p>Some words.</p></body></html>"
LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", "author": [{}null]}</script>'
# A document, what is stated in it over and over, and the finding's field.
FLOODS = {
    "rss-creators": ("a.rss", RSS, "<dc:creator>Ann {}</dc:creator>", "authors"),
    "rss-authors": ("a.rss", RSS, "<author>a{}@e.example (Ann {})</author>", "authors"),
    "rss-categories": ("a.rss", RSS, "<category>c {}</category>", "tags"),
    "rss-files": ("a.rss", RSS, "<enclosure url='{}.mp3' type='audio/mpeg' length='1'/>", "enclosures"),
    "atom-authors": ("a.atom", ATOM, "<author><name>Ann {}</name></author>", "authors"),
    "atom-terms": (
        "a.atom",
        ATOM.replace("{}", "<entry><title>A</title>{}</entry>"),
        "<category term='c{}'/>",
        "tags",
    ),
    "nitf-subjects": ("a.xml", NITF, "<tobject.subject tobject.subject.type='c {}'/>", "tags"),
    "nitf-bylines": ("a.xml", NITF, "<byline>By Ann {} and Bo Holm</byline>", None),
    "page-tags": ("a.html", PAGE, "<meta property='article:tag' content='c {}'>", "meta elements of one name"),
    "json-tags": ("a.json", JSON % "tags", '"c {}", ', "tags"),
    "json-authors": ("a.json", JSON % "authors", '{"name": "Ann {}"}, ', "authors"),
    "json-files": ("a.json", JSON % "attachments", '{"url": "{}.mp3", "mime_type": "audio/mpeg"}, ', "enclosures"),
    "page-authors": ("a.html", PAGE.replace("{}", LINKED), '{"name": "Ann {}"}, ', "authors"),
}


@pytest.mark.parametrize(("name", "document", "flood", "field"), FLOODS.values(), ids=FLOODS)
def test_of_what_is_stated_too_often_the_first_are_looked_at(
    name: str, document: str, flood: str, field: str | None
) -> None:
    def calls(times: int) -> tuple[int, list[str | None]]:
        """The calls of functions that it takes to read so many, and what the findings are about."""
        data = document.replace("{}", "".join(flood.replace("{}", str(at)) for at in range(times))).encode()
        counted = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event == "call"

        sys.setprofile(count)
        try:
            parsed = parse(Document(name, data, MODIFIED))
            around = Surroundings(name, MODIFIED, Neighbours(), FolderDefaults())
            stories = [settle(draft, around, SETTINGS) for draft in parsed.drafts]
        finally:
            sys.setprofile(None)
        told = (*parsed.findings, *(each for story in stories for each in story.findings))
        return counted, [each.field for each in told if each.code == "too-many-values"]

    calls(10)
    many, told = calls(6_000)
    more, _ = calls(12_000)
    assert more - many < 6 * 6_000
    assert told == ([field] if field else [])


def test_of_the_authors_of_an_export_so_many_are_known() -> None:
    author = b"<wp:author><wp:author_login>a</wp:author_login></wp:author>"
    head = b"<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><wp:wxr_version>1.2</wp:wxr_version>"
    item = b"<item><title>A</title><wp:post_type>post</wp:post_type></item></channel></rss>"
    assert [each.field for each in read("a.xml", head + author * 20_001 + item).findings] == ["authors"]
    assert read("a.xml", head + author * 20_000 + item).findings == ()


def test_a_name_or_an_id_that_is_a_text_is_none() -> None:
    draft = Draft(
        format="rss",
        id="a" * 10_001,
        headline="A",
        html="<p>b</p>",
        tags=("x " * 501,),
        authors=(Person("y" * 1_001),),
    )
    story = settle(draft, Surroundings("2026-02-03.rss", MODIFIED, Neighbours(), FolderDefaults()), SETTINGS)
    assert (story.own_id, story.tags, story.authors[0].name) == (None, (("x " * 500).strip(),), "y" * 1_000)
    told = [(finding.code, finding.field) for finding in story.findings]
    assert {("id-too-long", "id"), ("name-too-long", "tags"), ("name-too-long", "authors")} <= set(told)


@pytest.mark.parametrize("letter", ["\u0130", "\u017f", "\u0131"])
def test_letters_whose_lower_case_is_another_or_two(letter: str) -> None:
    line = f"{letter}STANBUL NEWS{letter}, THE DA{letter}LY {letter} (Jan. 29) {letter}"
    for text in (
        line,
        f"{line}\n\n{line}: {line}.\n\n{letter * 60}\n\n(ENDS {letter})\n\n© {line}\n{letter}",
        letter,
    ):
        for name in ("a.txt", "a.html", "a.md"):
            read(name, text.encode())
    story = read(
        "a.txt", f"A headline of it\n\nBURSA, Jan. 29, 2026 (AP) - Some {letter}words {letter}.\n\n(ENDS)\n".encode()
    )
    assert f"Some {letter}words {letter}." in story.drafts[0].html


def test_of_a_page_so_many_dated_lines_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    page = b"<h1>A headline</h1><p>" + b"It was 1999 then.<br><p>" * 3 + b"<p>29 January 2026<p>Some words of text."
    assert read("a.html", page).drafts[0].evidence["published"] == "a date near the headline"
    monkeypatch.setattr("feedsvc.parsers.html_shown_dates._MOST_LINES", 3)
    assert read("a.html", page).drafts[0].evidence["published"] == "the earliest date on the page"


def test_a_text_of_more_lines_than_an_article_stays_as_it_is_laid_out() -> None:
    parsed = read("a.json", b'{"uri": "a", "headline": "b", "body_text": "' + b"a\\n" * 30_000 + b'"}')
    assert parsed.drafts[0].html == "<pre>" + "a\n" * 30_000 + "</pre>"


def test_hostile_documents_take_no_time_that_grows_with_their_square_and_little_memory() -> None:
    slow = []
    for name, data in hostile():
        start = time.process_time()
        read(name, data)
        if (spent := time.process_time() - start) > 5.0:
            slow.append((name, data[:40], len(data), round(spent, 2)))
    assert slow == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 700_000  # kB, the test suite itself included


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("story.txt", b"<!DOCTYPE html><title>A page</title>", "html"),
        ("story.txt", b"<?xml version='1.0'?><nitf></nitf>", "nitf"),
        ("story.html", b"\x01abc1 1 a 10\r\n\x02text", "iptc7901"),
        ("story.md", b'{"title": "front matter"}\n\ntext', "markdown"),
        ("story.json", b'{"uri": "x"}', "ninjs"),
        ("story.xml", b"<?xml version='1.0'?><other/>", "unknown"),
        ("story.dat", b"Plain words", "text"),
        ("story", "<?xml version='1.0' encoding='utf-16'?><newsItem/>".encode("utf-16"), "newsml-g2"),
    ],
)
def test_what_stands_in_a_document_counts_for_more_than_its_suffix(name: str, data: bytes, format: str) -> None:
    assert parser_for(Document(name, data, MODIFIED)).format == format


@pytest.mark.parametrize("address", ["http://[::1", "http://[", "https://a]b/"])
def test_addresses_that_are_none(address: str) -> None:
    draft = Draft(format="html", headline="A", html='<a href="x">b</a>', base=address, url=address, license=address)
    story = settle(draft, Surroundings("2026-02-03.html", MODIFIED, Neighbours(), FolderDefaults()), SETTINGS)
    assert story.via is None
    assert "https://example.org/articles/x" in story.html


@pytest.mark.parametrize(
    ("stated", "settled"), [("en_US", "en-US"), ("english (US)", "en"), ("-", "en"), ("zh-Hant-TW", "zh-Hant-TW")]
)
def test_a_language_that_is_none(stated: str, settled: str) -> None:
    draft = Draft(format="html", headline="A", html="<p>b</p>", language=stated)
    story = settle(draft, Surroundings("2026-02-03.html", MODIFIED, Neighbours(), FolderDefaults()), SETTINGS)
    assert story.language == settled
    told = "language-unknown" in {each.code for each in story.findings}
    assert told is (stated not in ("en_US", "zh-Hant-TW"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"\x16" * 1_000_000),
        ("a.xml", b"<NewsML><NewsItem>" + b"<NewsLines>" * 200 + b"<NewsLines/>" * 40_000),
        ("a.xml", b"<NewsML><NewsItem>" + b"<ContentItem>" * 200 + b"<ContentItem/>" * 40_000),
        (
            "a.xml",
            b"<newsItem guid='a'><contentMeta><headline>A b</headline></contentMeta><contentSet><inlineXML>"
            + b"<h1>" * 200
            + b"<h1>a</h1>" * 20_000,
        ),
    ],
    ids=["anpa", "newsml-lines", "newsml-contents", "newsml-g2"],
)
def test_what_stands_in_itself_is_looked_at_once(name: str, data: bytes) -> None:
    start = time.process_time()
    read(name, data)
    assert time.process_time() - start < 5.0
