"""The lint finds each fault that is put into a sound feed, names its line, and finds nothing else."""

import json

import pytest
from feeds_samples import ARTICLES, entries, feed, settings
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.lint import lint

PLAIN = [entry for entry in entries(settings()) if entry.id != ARTICLES["full"].id]
SOUND = {name: each.render(feed(entries=PLAIN)).decode() for name, each in FORMATS.items()}
ADDRESS = {name: feed().page + each.suffix for name, each in FORMATS.items()}

# (format, what stands there, what is put instead, the codes found)
FAULTS = [
    ("atom", "<id>tag:news.example.org,2026:bare</id>", "<id>bare</id>", ["id-not-uri"]),
    ("atom", "<id>tag:news.example.org,2026:bare</id>", "<id>tag:news.example.org,2026:plain</id>", ["id-duplicate"]),
    ("atom", "<id>tag:news.example.org,2026:bare</id>", "", ["element-missing"]),
    ("atom", "<title>Nobody wrote this</title>", "<title/>", ["title-missing"]),
    ("atom", "<title>Nobody wrote this</title>", "<title>AT&amp;amp;T</title>", ["title-double-escape"]),
    ("atom", "<title>Nobody wrote this</title>", "<title>a &lt;b>b&lt;/b></title>", ["title-markup"]),
    ("atom", "<updated>2026-03-01T08:30:00+00:00", "<updated>2026-03-01 08:30", ["date-malformed"]),
    ("atom", "<published>2026-03-04T12", "<published>2025-03-04T12", ["not-newest-first"]),
    ("atom", "<published>2026-03-04T12", "<published>2026-02-30T12", ["date-malformed"]),
    ("atom", 'href="https://news.example.org/articles/bare"', 'href="/articles/bare"', ["link-not-absolute"]),
    ("atom", 'href="https://news.example.org/articles/bare"', 'href="javascript:alert(1)"', ["link-not-absolute"]),
    ("atom", "/articles/%E6%B8%AF%E7%94%BA", "/articles/港町", ["link-not-encoded"]),
    (
        "atom",
        "</content><link",
        '</content><link href="https://a.example/" type="text/html" hreflang="ar"/><link',
        None,
    ),
    ("atom", "&lt;p&gt;Ferry", "&lt;script&gt;1&lt;/script&gt;&lt;p&gt;Ferry", ["unsafe-content"]),
    ("atom", "&lt;p&gt;Ferry", "&lt;p onclick=x&gt;Ferry", ["unsafe-content"]),
    ("atom", "&lt;p&gt;Ferry", "&lt;a href='java\tscript:x'&gt;&lt;p&gt;Ferry", ["unsafe-content"]),
    ("atom", "&lt;p&gt;Ferry", "&lt;img src='a.png'&gt;&lt;p&gt;Ferry", ["link-relative"]),
    ("atom", "all.atom", "other.atom", ["self-differs"]),
    ("atom", "Nobody wrote", "Nobody \x85wrote", ["characters"]),
    ("atom", "2026:gone-1", "2026:plain", ["tombstone-of-entry"]),
    ("atom", "</entry>", "", ["not-well-formed"]),
    ("atom", "\n<feed ", '<!DOCTYPE feed [<!ENTITY a "b">]>\n<feed ', ["doctype"]),
    ("atom", "<name>Example Desk</name>", "<name/>", ["author-missing"]),
    ("rss", "tag:news.example.org,2026:bare</guid>", "tag:news.example.org,2026:plain</guid>", ["id-duplicate"]),
    ("rss", "<title>The Example Wire</title>", "", ["element-missing"]),
    ("rss", "Wed, 04 Mar", "Tue, 04 Mar", ["date-malformed"]),
    ("rss", "<link>https://news.example.org/articles/bare", "<link>articles/bare", ["link-not-absolute"]),
    ("rss", "<description>Ferry", "<description>3 &lt; 4 Ferry", ["description-not-html"]),
    ("rss", 'rel="self"', 'rel="related"', ["self-missing"]),
    ("rss", "</item>", "<author>Ana</author></item>", ["author-not-email"]),
    ("rss", "</item>", '<enclosure url="https://a.example/b" type="a/b"/></item>', ["enclosure-incomplete"]),
    ("rss", "<ttl>5</ttl>", "<ttl>soon</ttl>", ["ttl"]),
    ("rss", 'isPermaLink="false">tag:news.example.org,2026:bare', ">bare", ["link-not-absolute"]),
    ("json", '"id":"tag:news.example.org,2026:bare"', '"id":"tag:news.example.org,2026:plain"', ["id-duplicate"]),
    ("json", '"id":"tag:news.example.org,2026:bare"', '"id":7', ["wrong-kind"]),
    ("json", '"content_text":"Nobody wrote this",', "", ["nothing-to-read"]),
    ("json", "version/1.1", "version/1", ["version"]),
    ("json", '"Nobody wrote this"', '"Nobody\\u0000"', ["characters"]),
    ("json", "<p>Ferry", "<iframe></iframe><p>Ferry", ["unsafe-content"]),
    ("json", "]}\n", "]", ["not-well-formed"]),
    ("json", '"Example Desk"}],"tags"', '"Example Desk"},"A"],"tags"', ["author-missing"]),
]

# What is missing is found at the line of what lacks it; of two entries that do not agree the lower is named.
ELSEWHERE = {"element-missing", "self-missing", "id-duplicate", "not-newest-first", "not-well-formed"}


@pytest.mark.parametrize("form", SOUND)
def test_a_sound_feed_has_no_findings(form: str) -> None:
    assert lint(form, SOUND[form].encode(), ADDRESS[form]) == ()


@pytest.mark.parametrize(("form", "there", "instead", "codes"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_is_found_at_its_line(form: str, there: str, instead: str, codes: list[str] | None) -> None:
    source = SOUND[form]
    faulty = source.replace(there, instead, 1)
    assert faulty != source
    found = lint(form, faulty.encode(), ADDRESS[form])
    assert sorted(each.code for each in found) == (codes or ["alternate-duplicate"])
    if codes and codes[0] not in ELSEWHERE:
        assert [each.line for each in found] == [source[: source.index(there)].count("\n") + 1]


def test_lines_of_json_items_are_found_however_the_document_is_laid_out() -> None:
    document = json.loads(SOUND["json"])
    document["items"][2]["date_published"] = "yesterday"
    pretty = json.dumps(document, indent=2, ensure_ascii=False)
    (finding,) = lint("json", pretty.encode(), ADDRESS["json"])
    start = pretty.index(f'"id": "{document["items"][2]["id"]}"')
    assert finding.line == pretty[:start].count("\n")


def test_bytes_that_are_no_text() -> None:
    (finding,) = lint("atom", b"<feed>\n\xff</feed>")
    assert (finding.code, finding.line) == ("not-utf-8", 2)


def test_a_document_over_the_limit() -> None:
    large = SOUND["atom"].replace("</feed>", f"<!--{'x' * 600_000}--></feed>")
    assert [each.code for each in lint("atom", large.encode(), ADDRESS["atom"])] == ["document-too-large"]


def test_entities_and_files_of_others_are_never_read(tmp_path: object) -> None:
    bomb = '<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/hostname">]><feed>&a;</feed>'
    assert [each.code for each in lint("atom", bomb.encode())] == ["doctype"]


@how(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_no_damage_is_too_much_for_the_lint(form: str, data: st.DataObject) -> None:
    sound = SOUND[form].encode()
    start = data.draw(st.integers(0, len(sound)))
    end = data.draw(st.integers(start, min(len(sound), start + 200)))
    damage = data.draw(st.binary(max_size=20) | st.sampled_from([b"[", b'"', b"null", b"7", b"<b/>", b'"\\ud800"']))
    for each in lint(form, sound[:start] + damage + sound[end:], ADDRESS[form]):
        assert each.message
        each.message.encode()
