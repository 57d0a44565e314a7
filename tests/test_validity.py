"""Validity: every document of a varied publication, by the grammar of RFC 4287, the schema of JSON Feed 1.1, the lint and real parsers."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import fastjsonschema
import feedparser
import pytest
from feeds_samples import ARTICLES, entries, settings
from lxml import etree
from msgspec.structs import replace
from publication import SETTINGS, START, Publication
from test_archives import client_of, crawl

from feedsvc.feeds.guard import held_back
from feedsvc.feeds.lint import lint
from feedsvc.model import Article, Enclosure, Entry, Person, Picture

BASE = "https://news.example.org"
SCHEMAS = Path(__file__).parent / "schema"
GRAMMAR = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
is_json_feed = fastjsonschema.compile(json.loads((SCHEMAS / "jsonfeed-1.1.json").read_text("utf-8")))
SCRIPTS = {
    "ja": "港町に新しい灯台が完成",
    "ar": "افتتاح منارة جديدة",
    "he": "מגדלור חדש נפתח",
    "ru": "Открыт новый маяк",
    "hi": "नया प्रकाशस्तंभ खुला",
    "th": "ประภาคารใหม่เปิดแล้ว",
    "ko": "새 등대가 문을 열다",
    "zh-Hant": "新燈塔落成",
    "el": "Νέος φάρος",
    "am": "አዲስ መብራት",
}


def varied(publication: Publication) -> None:
    """Documents of every kind, over several editions, so that the archive, corrections and tombstones are there."""
    publication.settings(
        SETTINGS + '[feeds]\nentries = 4\nfolder_topics = true\n[[topic]]\nslug = "empty"\ntitle = "Empty"\n'
    )
    for number, (language, headline) in enumerate(SCRIPTS.items(), 1):
        publication.article(
            f"{language}/{number}.md", headline, f"{headline}. " * 4, language=language, date=f"2026-02-{number:02}",
            tags=json.dumps([headline.split()[0], "Harbour & <Sea>"], ensure_ascii=False),
        )  # fmt: skip
    publication.write("no-title.md", "---\ndate: 2026-02-11\n---\n\nOnly a text stands here, and it goes on.\n")
    publication.write("no-body.md", "---\ntitle: Only a headline\ndate: 2026-02-12\n---\n")
    publication.write(
        "own-id.md",
        '---\ntitle: "1 < 2 & &amp; <b>"\nid: "näme 42/ä"\ndate: 2026-02-13\n---\n\n<script>x</script>Text\n',
    )
    publication.article("kill.md", "A story to be killed")
    publication.article("gone.md", "A story to be withdrawn", tags="[Gone]")
    publication.article("fix.md", "A story to be corrected", "Old words.")
    publication.build_here()
    publication.later()
    publication.article(
        "fix.md",
        "A story to be corrected",
        "New words.",
        ednote=json.dumps("CORRECTION: the words <were> old & wrong."),
    )
    publication.article("kill.md", "A story to be killed", status="canceled")
    (publication.inbox / "gone.md").unlink()
    publication.build_here()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    publication = Publication(tmp_path_factory.mktemp("varied"))
    varied(publication)
    return publication


def documents(publication: Publication) -> Iterator[tuple[str, bytes]]:
    """Every document that is served, the archives too."""
    yield from publication.bytes().items()
    client = client_of(publication)
    for path in publication.bytes():
        if path.endswith(".atom"):
            name = path.removeprefix("/feeds/").removesuffix(".atom")
            yield from ((page.path, page.body) for page in crawl(client, name)[1:])


def check(path: str, body: bytes) -> None:
    form = path.rpartition(".")[2]
    errors = [each for each in lint(form, body, BASE + quoted(path)) if each.severity == "error"]
    assert errors == [], path
    if form == "atom":
        assert GRAMMAR.validate(etree.fromstring(body)), (path, GRAMMAR.error_log)
    if form in ("atom", "rss"):
        assert not feedparser.parse(body).bozo, path
    if form == "json":
        is_json_feed(json.loads(body))


def quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def test_every_document_of_a_varied_publication_is_valid(published: Publication) -> None:
    found = dict(documents(published))
    assert sum("/archive/" in path for path in found) >= 4
    assert b"deleted-entry" in found["/feeds/gone.atom"]
    for path, body in found.items():
        check(path, body)


def test_check_lints_them_all_and_finds_no_error(published: Publication) -> None:
    ran = published.run("check", str(published.folder), "--json", "--now", published.now.isoformat())
    report = json.loads(ran.out)
    assert [each for each in report["findings"] if each["severity"] == "error"] == []
    assert ran.code == 0
    assert all(feed["errors"] == [] for feed in report["feeds"])
    assert len(report["feeds"]) > len(published.bytes())


@pytest.mark.parametrize("count", [0, 1, 120])
def test_publications_of_any_size_are_valid(publication: Publication, count: int) -> None:
    for number in range(count):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.", tags="[Trade]")
    publication.build_here()
    for path, body in documents(publication):
        check(path, body)


# The guard


def entry(**changed: object) -> Entry:
    return replace(entries(settings())[0], **changed)  # type: ignore[arg-type]


def test_no_sample_is_held_back() -> None:
    assert [held_back(each) for each in entries(settings())] == [None] * len(ARTICLES)


@pytest.mark.parametrize(
    "changed",
    [
        {"uri": "no uri"},
        {"id": ""},
        {"title": " "},
        {"title": "a\x00b"},
        {"url": "javascript:alert(1)"},
        {"url": "/relative"},
        {"via": "https://example.org/ä"},
        {"license": "ftp://example.org/"},
        {"language": "Klingon, mostly"},
        {"html": "a\ufffeb"},
        {"authors": (Person(""),)},
        {"authors": (Person("A", "no address"),)},
        {"authors": (Person("A", None, "data:x"),)},
        {"picture": Picture("x.jpg")},
        {"enclosures": (Enclosure("https://example.org/a", "", 1),)},
        {"enclosures": (Enclosure("https://example.org/a", "audio/mpeg", -1),)},
    ],
)
def test_what_would_make_a_feed_invalid_is_held_back(changed: dict[str, object]) -> None:
    fault = held_back(entry(**changed))
    assert fault is not None
    assert (fault.code, fault.severity) == ("entry-held-back", "error")


def test_the_build_holds_back_the_entry_and_never_the_feed(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsers and settle let nothing of the kind through, so the fault is put into the article on its way."""
    import feedsvc.build.press as publishing

    compose = publishing.measured_entry

    def spoilt(article: Article, *rest: object) -> object:
        made, size, findings = compose(article, *rest)  # type: ignore[arg-type]
        return (replace(made, url="mailto:x") if "Spoilt" in made.title else made), size, findings

    publication.settings(SETTINGS + "[feeds]\nentries = 2\n")
    for number in range(1, 4):
        publication.article(f"{number}.md", f"Story {number}", date=f"2026-02-0{number}")
    publication.article("bad.md", "Spoilt", date="2026-02-09")
    monkeypatch.setattr(publishing, "measured_entry", spoilt)
    report = publication.build_here()
    assert [(name, each.severity) for name, each in report.findings if each.code == "entry-held-back"] == [
        ("bad.md", "error")
    ]
    assert publication.titles() == ["Story 3", "Story 2"]
    for path, body in publication.bytes().items():
        check(path, body)
    monkeypatch.undo()
    publication.later()
    publication.article("bad.md", "Spoilt no more", date="2026-02-09")
    publication.build_here()
    assert publication.titles() == ["Spoilt no more", "Story 3"]


def test_a_finding_in_a_feed_names_the_document(published: Publication) -> None:
    """A headline that speaks of tags is a warning of the lint; it leads back to the file."""
    ran = published.run("check", str(published.folder), "--now", published.now.isoformat())
    line = next(line for line in ran.out.splitlines() if "title-markup" in line and "/feeds/all" in line)
    assert line.endswith("(own-id.md)")
    assert line.split(":")[1].isdecimal()


# The rules of serving


def test_every_rule_of_serving_names_tests_that_are_there() -> None:
    here = Path(__file__).parent
    rows = re.findall(
        r"^\| (\d+) \| [^|]+ \| (`test_.*) \|$", (here.parent / "docs" / "feeds.md").read_text("utf-8"), re.M
    )
    there = {
        name
        for path in here.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    assert [int(number) for number, _ in rows] == list(range(1, 26))
    assert {name for _, names in rows for name in names.strip("`").split("` `")} <= there


@pytest.mark.parametrize(("hours", "kept"), [(1, 300), (6, 1800), (24, 3600), (2000, 3600)])
def test_a_topic_is_kept_in_its_own_rhythm(publication: Publication, hours: int, kept: int) -> None:
    for number in range(5):
        date = START - timedelta(hours=hours * (number + 1))
        publication.article(f"{number}.md", f"Story {number}", tags="[Trade]", date=date.isoformat())
    publication.build_here()
    client = client_of(publication)
    for name, seconds in (("all", 300), ("trade", kept)):
        assert f"max-age={seconds}," in client.get(f"/feeds/{name}.rss").headers["Cache-Control"]
        assert f"<ttl>{seconds // 60}</ttl>" in client.get(f"/feeds/{name}.rss").get_data(as_text=True)


def test_a_thousand_polls_are_all_answered(published: Publication) -> None:
    client = client_of(published)
    assert {client.get("/feeds/all.atom").status_code for _ in range(1000)} == {200}
