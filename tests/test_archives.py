"""Archives (RFC 5005): a crawler follows them through any history of a publication."""

import re
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from publication import SETTINGS, START, Publication
from server import serving

from feedsvc.feeds.lint import lint
from feedsvc.web.app import create_app

BASE = "https://news.example.org"
SMALL = SETTINGS + "[feeds]\nentries = 3\n"
TOPICS = ("harbour", "tides")
ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
FH_ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"
DAY = timedelta(days=1)


# A reader of archives


@dataclass(frozen=True)
class Page:
    """A feed document as a crawler sees it."""

    path: str
    body: bytes
    etag: str
    modified: datetime
    entries: dict[str, str]
    tombstones: frozenset[str]
    links: dict[str, str]
    archived: bool

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.entries) | self.tombstones

    @property
    def without_next(self) -> bytes:
        return re.sub(rb'<link[^>]*rel="next-archive"[^>]*/>\n', b"", self.body)


def fetch(client: FlaskClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200, path
    root = etree.fromstring(answer.data)
    assert answer.last_modified is not None
    return Page(
        path=path,
        body=answer.data,
        etag=answer.headers["ETag"],
        modified=answer.last_modified,
        entries={
            entry.findtext(f"{ATOM}id"): etree.tostring(entry).decode() for entry in root.iterfind(f"{ATOM}entry")
        },
        tombstones=frozenset(stone.get("ref") for stone in root.iterfind(TOMBSTONE)),
        links={link.get("rel"): link.get("href").removeprefix(BASE) for link in root.iterfind(f"{ATOM}link")},
        archived=root.find(FH_ARCHIVE) is not None,
    )


def crawl(client: FlaskClient, name: str) -> list[Page]:
    """The subscription document and every archive document behind it, newest first."""
    pages = [fetch(client, f"/feeds/{name}.atom")]
    while (address := pages[-1].links.get("prev-archive")) is not None:
        pages.append(fetch(client, address))
        assert len(pages) < 100, "the chain of archives has no end"
    return pages


def client_of(publication: Publication) -> FlaskClient:
    return create_app(publication.edition(), base=BASE, clock=lambda: publication.now).test_client()


# A history, and what must stand in the feeds after each of its steps


@dataclass
class Told:
    """An article of the history: what its document says."""

    text: str
    tag: str
    embargo: datetime | None = None
    expires: datetime | None = None
    status: str = "usable"
    changed: bool = True

    def is_public(self, now: datetime) -> bool:
        opened = self.embargo is None or self.embargo <= now
        return self.status == "usable" and opened and (self.expires is None or self.expires > now)


@dataclass
class History:
    """A publication whose inbox changes, beside a model of what readers must find in it."""

    publication: Publication
    told: dict[str, Told] = field(default_factory=dict)
    standing: dict[str, Told] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    ever: dict[str, set[str]] = field(default_factory=dict)
    count: int = 0

    def add(self, fields: dict[str, object]) -> None:
        self.count += 1
        self.write(f"story-{self.count}.md", Told(f"Words {self.count}.", **fields))  # type: ignore[arg-type]

    def write(self, name: str, told: Told) -> None:
        self.told[name] = told
        head = {"tags": f"[{told.tag}]", "status": told.status}
        head |= {"embargo": told.embargo.isoformat()} if told.embargo else {}
        head |= {"expires": told.expires.isoformat()} if told.expires else {}
        self.publication.article(name, f"Headline of {name}", told.text, **head)

    def change(self, number: int, what: str) -> None:
        if not self.told:
            return
        name = sorted(self.told)[number % len(self.told)]
        told = self.told[name]
        match what:
            case "delete":
                del self.told[name]
                (self.publication.inbox / name).unlink()
            case "correct":
                self.write(name, Told(told.text + " Corrected.", told.tag, told.embargo, told.expires, told.status))
            case "retag":
                self.write(name, Told(told.text, TOPICS[number % 2], told.embargo, told.expires, told.status))
            case "withhold":
                self.write(name, Told(told.text, told.tag, status="withheld"))
            case "restore":
                self.write(name, Told(told.text, told.tag))

    def build(self) -> None:
        self.publication.build_here()
        self.standing = dict(self.told)

    def check(self) -> None:
        client = client_of(self.publication)
        now = self.publication.now
        public = {name: told for name, told in self.standing.items() if told.is_public(now)}
        for name in ("all", *TOPICS):
            if client.get(f"/feeds/{name}.atom").status_code != 200:
                assert not any(told.tag == name for told in public.values()), name
                continue
            pages = crawl(client, name)
            self.check_chain(name, pages)
            self.check_seals(pages[1:])
            wanted = {
                f"tag:news.example.org,2026:{each}" for each, told in public.items() if name in ("all", told.tag)
            }
            found = {id_ for page in pages for id_ in page.entries}
            assert wanted <= found, "an article is lost between the documents"
            past = self.ever.setdefault(name, set())
            past |= wanted
            everywhere = {f"tag:news.example.org,2026:{each}" for each in public}
            assert found <= past & everywhere, "an article stands where it must not"

    def check_chain(self, name: str, pages: list[Page]) -> None:
        current, *archive = pages
        assert not current.archived
        assert "next-archive" not in current.links
        assert len(current.entries) <= 3
        for number, page in enumerate(reversed(archive), 1):
            assert page.path == page.links["self"] == f"/feeds/{name}/archive/{number}.atom"
            assert page.archived
            assert page.links["current"] == f"/feeds/{name}.atom"
            following = f"/feeds/{name}/archive/{number + 1}.atom" if number < len(archive) else None
            assert page.links.get("next-archive") == following
            assert [each.code for each in lint("atom", page.body, BASE + page.path) if each.severity == "error"] == []
        sealed = [id_ for page in archive for id_ in page.ids]
        assert len(sealed) == len(set(sealed)), "an article is in two archive documents"

    def check_seals(self, archive: list[Page]) -> None:
        for page in archive:
            before = self.pages.get(page.path)
            self.pages[page.path] = page
            if before is None:
                continue
            assert page.ids == before.ids, "the set of a sealed document has changed"
            assert (page.etag == before.etag) == (page.body == before.body)
            if page.body != before.body:
                assert page.modified > before.modified
            if page.without_next != before.without_next:
                assert any(before.entries.get(id_) != page.entries.get(id_) for id_ in page.ids), (
                    "a document has changed that no article of it gave a reason for"
                )


moments = st.none() | st.integers(-120, 600).map(lambda minutes: START + timedelta(minutes=minutes))
articles = st.fixed_dictionaries(
    {"tag": st.sampled_from(TOPICS)}, optional={"embargo": moments, "expires": moments, "status": st.just("withheld")}
)
changes = st.tuples(
    st.integers(0, 30), st.sampled_from(["delete", "correct", "correct", "retag", "withhold", "restore"])
)
steps = st.tuples(
    st.lists(articles, max_size=5), st.lists(changes, max_size=3), st.integers(1, 90), st.integers(0, 90)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=2, max_size=7))
def test_any_history_keeps_the_promises_of_the_archives(
    history: list[tuple[list[dict[str, object]], list[tuple[int, str]], int, int]],
) -> None:
    """Each step: documents come, change and go; time passes; a build; time passes without one."""
    with tempfile.TemporaryDirectory() as folder:
        told = History(Publication(Path(folder), SMALL))
        for added, changed, before, after in history:
            for fields in added:
                told.add(fields)
            for number, what in changed:
                told.change(number, what)
            told.publication.later(minutes=before)
            told.build()
            told.check()
            told.publication.later(minutes=after)
            told.check()


# One case of each kind


@pytest.fixture
def archived(publication: Publication) -> Publication:
    """Eight articles, three of them in the subscription document."""
    publication.settings(SMALL)
    for number in range(1, 9):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.", date=f"2026-02-0{number}")
    publication.build_here()
    return publication


def titles(page: Page) -> list[str]:
    return [entry.title for entry in feedparser.parse(page.body).entries]


def test_documents_are_counted_from_the_oldest_and_sealed_full(archived: Publication) -> None:
    pages = crawl(client_of(archived), "all")
    assert [titles(page) for page in pages] == [
        ["Story 8", "Story 7", "Story 6"],
        ["Story 6", "Story 5", "Story 4"],
        ["Story 3", "Story 2", "Story 1"],
    ]
    assert client_of(archived).get("/feeds/all/archive/3.atom").status_code == 404


def test_every_format_names_the_newest_archive_document(archived: Publication) -> None:
    address = f"{BASE}/feeds/all/archive/2.atom"
    rss = feedparser.parse(archived.body("/feeds/all.rss")).feed.links
    assert {"rel": "prev-archive", "href": address, "type": "application/atom+xml"} in [dict(link) for link in rss]
    assert archived.json_feed()["_feedsvc"]["prev_archive"] == address


@pytest.mark.parametrize(
    "path", ["1.rss", "1.json", "0.atom", "01.atom", "-1.atom", "99999999999.atom", "x.atom", "1"]
)
def test_no_other_address_is_an_archive_document(archived: Publication, path: str) -> None:
    assert client_of(archived).get(f"/feeds/all/archive/{path}").status_code == 404


def test_a_sealed_document_is_kept_for_a_day_and_asked_again(archived: Publication) -> None:
    client = client_of(archived)
    answer = client.get("/feeds/all/archive/1.atom", headers={"Accept-Encoding": "br"})
    assert answer.headers["Cache-Control"] == "public, max-age=86400, stale-while-revalidate=60, stale-if-error=86400"
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Link"].startswith(f'<{BASE}/feeds/all/archive/1.atom>; rel="self"')
    again = client.get("/feeds/all/archive/1.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_correction_gives_a_sealed_document_new_bytes(archived: Publication) -> None:
    before = fetch(client_of(archived), "/feeds/all/archive/1.atom")
    other = fetch(client_of(archived), "/feeds/all/archive/2.atom")
    archived.later()
    archived.article("2.md", "Story 2", "Mended.", date="2026-02-02", ednote="Mends the text.")
    archived.build_here()
    after = fetch(client_of(archived), "/feeds/all/archive/1.atom")
    assert after.entries.keys() == before.entries.keys()
    assert b"Mends the text." in after.body
    assert (after.etag != before.etag, after.modified > before.modified) == (True, True)
    assert fetch(client_of(archived), "/feeds/all/archive/2.atom").etag == other.etag


def test_a_withdrawal_leaves_a_tombstone_for_ever(archived: Publication) -> None:
    (archived.inbox / "2.md").unlink()
    archived.later()
    archived.build_here()
    page = fetch(client_of(archived), "/feeds/all/archive/1.atom")
    assert (titles(page), len(page.tombstones)) == (["Story 3", "Story 1"], 1)
    archived.later(days=400)
    archived.build_here()
    assert fetch(client_of(archived), "/feeds/all/archive/1.atom").etag == page.etag
    assert b"deleted-entry" not in archived.body()


def test_an_article_that_comes_late_into_a_topic_reaches_its_subscribers(archived: Publication) -> None:
    archived.later()
    archived.article("1.md", "Story 1", "Text 1.", date="2026-02-01", tags="[Harbour]")
    archived.build_here()
    assert archived.titles("harbour") == ["Story 1"]
    for number in (5, 6, 7, 2):
        archived.later()
        archived.article(
            f"{number}.md", f"Story {number}", f"Text {number}.", date=f"2026-02-0{number}", tags="[Harbour]"
        )
        archived.build_here()
    assert archived.titles("harbour") == ["Story 7", "Story 6", "Story 2"]
    assert [titles(page) for page in crawl(client_of(archived), "harbour")][1:] == [["Story 6", "Story 5", "Story 1"]]


def test_other_settings_change_no_set(archived: Publication) -> None:
    before = crawl(client_of(archived), "all")
    archived.settings(SETTINGS.replace("The Test Wire", "The Renamed Wire") + "[feeds]\nentries = 2\n")
    archived.later()
    archived.build_here()
    after = crawl(client_of(archived), "all")
    assert [page.ids for page in after[-2:]] == [page.ids for page in before[-2:]]
    assert b"The Renamed Wire" in after[-1].body
    assert after[-1].modified > before[-1].modified


def test_large_articles_make_short_documents(publication: Publication) -> None:
    for number in range(1, 9):
        text = f"{'Some words of a long story. ' * 6000}{number}."
        publication.article(f"{number}.md", f"Story {number}", text, date=f"2026-02-0{number}")
    publication.build_here()
    pages = crawl(client_of(publication), "all")
    assert {title for page in pages for title in titles(page)} == {f"Story {number}" for number in range(1, 9)}
    assert max(len(page.body) for page in pages) <= 512 * 1024


def test_an_incremental_build_does_not_read_the_archive(
    archived: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100, 220):
        archived.article(f"{number}.md", f"Story {number}", f"Text {number}.")
    archived.build_here()
    decoded: list[str] = []
    import feedsvc.store.memberships as memberships
    import feedsvc.store.records as records

    decode = records.decode_article

    def count(payload: bytes) -> object:
        article = decode(payload)
        decoded.append(article.name)
        return article

    monkeypatch.setattr(records, "decode_article", count)
    monkeypatch.setattr(memberships, "decode_article", count)
    archived.later()
    archived.article("new.md", "A new story", "Its text.")
    archived.build_here()
    assert len(set(decoded)) <= 4


def test_a_real_server_serves_the_archives(archived: Publication) -> None:
    with serving(archived.folder, "--url", BASE) as server:
        got = server.get("/feeds/all/archive/1.atom", Accept_Encoding="gzip")
        assert (got.status, got.headers["Content-Encoding"]) == (200, "gzip")
        head = server.get("/feeds/all/archive/1.atom", method="HEAD", Accept_Encoding="gzip")
        assert (head.status, head.headers["ETag"], head.body) == (200, got.headers["ETag"], b"")
        again = server.get("/feeds/all/archive/1.atom", If_Modified_Since=str(got.headers["Last-Modified"]))
        assert again.status == 304
