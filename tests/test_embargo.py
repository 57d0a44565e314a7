"""An embargoed article is nowhere: all that is served is compared with a publication that never heard of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from publication import SETTINGS, START, Publication
from test_media import png, wav

from feedsvc.web.app import create_app

BASE = "https://news.example.org"
END = START + timedelta(hours=2)
# Addresses that could tell of the sealed article, whether anything stands there or not.
GUESSED = (
    "/articles/sealed-words",
    "/feeds/sealed-topic",
    "/feeds/all-fr",
    "/feeds/all-en",
    "/feeds/show",
    "/authors/sealed-author",
    "/archive/2026-01",
    "/search?q=sealed",
    "/search?q=Open",
    "/search?q=author%3A%22Sealed+Author%22",
    "/search?q=tag%3Ashow",
    "/sitemap-1.xml",
)
FIXED = ("/", "/feeds.opml", "/sitemap.xml", "/sitemap-news.xml", "/robots.txt", "/archive", "/topics", "/search")
LINK = re.compile(r"(?:href|src|url|xmlUrl|htmlUrl)=\"(?:https://news\.example\.org)?(/[^\"#]*)|<loc>https://news\.example\.org(/[^<]*)")  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What is answered at an address, but for how long it may be kept."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def client_of(publication: Publication) -> FlaskClient:
    return create_app(
        publication.edition(), base=BASE, clock=lambda: publication.now, token="a token of 16 signs"
    ).test_client()


def everything(publication: Publication, guessed: tuple[str, ...] = GUESSED) -> dict[str, Said]:
    """All that is served: every address that a page, a list or a guess leads to."""
    client = client_of(publication)
    said: dict[str, Said] = {}
    due = [*FIXED, *expanded(guessed)]
    while due:
        path = due.pop().replace("&amp;", "&")
        if path in said:
            continue
        answer = client.get(path)
        headers = tuple((name, value) for name, value in answer.headers if name != "Cache-Control")
        said[path] = Said(answer.status_code, headers, answer.data)
        if answer.content_type.startswith(("text/html", "text/x-opml", "application/")):
            due += [one or other for one, other in LINK.findall(answer.get_data(as_text=True))]
    return said


def expanded(paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        yield path
        if path.startswith("/feeds/"):
            yield from (f"{path}{suffix}" for suffix in (".atom", ".rss", ".json", "/archive/1.atom"))
        if path.startswith("/search?"):
            yield from (path.replace("/search", f"/search{suffix}") for suffix in (".atom", ".rss", ".json"))


def build(publication: Publication) -> None:
    publication.build_here(copies=publication.folder / "var" / "media")


def opened(folder: Path) -> Publication:
    """A publication in one language, without sound, with an archive."""
    publication = Publication(folder, SETTINGS + "[feeds]\nentries = 2\n")
    for number in range(1, 6):
        publication.article(f"{number}.md", f"Open story {number}", tags="[Trade]", date=f"2026-02-0{number}")
    build(publication)
    publication.later()
    return publication


def seal(publication: Publication, **fields: str) -> None:
    """An article of everything that could betray it: tag, author, language, month, picture, sound."""
    publication.write("sealed.png", png(7))
    publication.write("sealed.wav", wav())
    values = {
        "tags": "[Sealed Topic, Trade, Show]",
        "author": "Sealed Author",
        "lang": "fr",
        "date": "2026-01-15",
        "image": "sealed.png",
        "audio": "sealed.wav",
        "embargo": END.isoformat(),
    }
    publication.article("sealed.md", "Sealed words", "Sealed ![](sealed.png)", **(values | fields))


def differences(one: dict[str, Said], other: dict[str, Said]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def test_a_publication_with_an_embargoed_article_answers_like_one_without(tmp_path: Path) -> None:
    with_it, without = opened(tmp_path / "with"), opened(tmp_path / "without")
    seal(with_it)
    for publication in (with_it, without):
        build(publication)
        publication.article("6.md", "Open story 6", tags="[Trade]", date="2026-02-06")
        publication.later()
        build(publication)
        publication.article("6.md", "Open story 6", "Corrected.", tags="[Trade]", date="2026-02-06")
        publication.later()
        build(publication)
        publication.now = END - timedelta(seconds=1)
    assert differences(everything(with_it), everything(without)) == []


def test_all_that_an_embargo_held_is_there_at_its_second_without_a_build(tmp_path: Path) -> None:
    """And it is the same, to the byte, as with a build at that second."""
    late, punctual = opened(tmp_path / "late"), opened(tmp_path / "punctual")
    for publication in (late, punctual):
        seal(publication)
        build(publication)
        publication.now = END
    build(punctual)
    found = everything(late)
    assert differences(found, everything(punctual)) == []
    for path in GUESSED[:6]:
        assert found[path].status == 200, path
    assert b"One article matches." in found["/search?q=sealed"].body


@pytest.mark.parametrize("change", ["kill", "withhold", "expiry", "deletion"])
def test_what_ends_leaves_every_address_at_its_second(tmp_path: Path, change: str) -> None:
    publication = opened(tmp_path)
    seal(
        publication,
        embargo=publication.now.isoformat(),
        **({"expires": END.isoformat()} if change == "expiry" else {}),
    )
    build(publication)
    before = everything(publication)
    media = [path for path in before if path.startswith("/media/")]
    assert media
    assert {before[path].status for path in (*media, *GUESSED[:6])} == {200}
    publication.now = END
    if change == "deletion":
        (publication.inbox / "sealed.md").unlink()
    elif change != "expiry":
        seal(publication, status={"kill": "canceled", "withhold": "withheld"}[change], embargo=START.isoformat())
    if change != "expiry":
        build(publication)
    publication.later(days=2)
    after = everything(publication, (*GUESSED, *media))
    assert {after[path].status for path in media} == {404}
    assert after["/articles/sealed-words"].status == 410
    assert after["/authors/sealed-author"].status == 404
    assert after["/archive/2026-01"].status == 404
    told = {path for path, said in after.items() if b"Sealed words" in said.body}
    assert told == set(), change
    assert b"/articles/sealed-words" not in after["/sitemap.xml"].body
    assert b"deleted-entry" in after["/feeds/trade.atom"].body


def test_nothing_is_kept_for_longer_than_a_minute_while_anything_is_embargoed(tmp_path: Path) -> None:
    """Also what a server holds in memory since before the embargo came, and until it is lifted."""
    publication = opened(tmp_path)
    publication.article("gone.md", "Gone")
    build(publication)
    (publication.inbox / "gone.md").unlink()
    build(publication)
    client = client_of(publication)
    paths = ("/feeds/all.rss", "/", "/feeds.opml", "/articles/open-story-1", "/search.atom?q=open", "/sitemap.xml",
             "/feeds/all/archive/1.atom", "/articles/gone", "/feeds/none.atom")  # fmt: skip

    def ages() -> list[int]:
        found = [re.search(r"max-age=(\d+)", client.get(path).headers["Cache-Control"]) for path in paths]
        return [int(each[1]) for each in found if each is not None]

    usual = [300] * 6 + [86400, 86400, 60]
    assert ages() == usual
    seal(publication)
    build(publication)
    assert ages() == [60] * len(paths)
    (publication.inbox / "sealed.md").unlink()
    build(publication)
    assert ages() == usual


def test_an_embargoed_version_does_not_take_the_place_of_the_public_one_before_its_time(tmp_path: Path) -> None:
    publication = opened(tmp_path)
    publication.article("v1.md", "First version", id="urn:x:1", date="2026-02-06", version="1")
    build(publication)
    before = everything(publication)
    publication.article(
        "v2.md", "Second version", id="urn:x:1", date="2026-02-06", version="2", embargo=END.isoformat()
    )
    build(publication)
    # An edition was made, which the pages say that name its moment; it brings nothing.
    changed = [path for path in differences(before, everything(publication)) if not path.startswith("/search")]
    assert changed == ["/", "/sitemap.xml"]
    publication.now = END
    assert "Second version" in publication.titles()
    assert "First version" not in publication.titles()
    page = client_of(publication).get("/articles/first-version").get_data(as_text=True)
    assert "Second version" in page
    build(publication)
    assert len(publication.titles()) == len(set(publication.titles())) == 2
    assert (publication.explain("v1.md")["status"], publication.explain("v2.md")["status"]) == (
        "superseded",
        "usable",
    )
    assert b"deleted-entry" not in publication.body()


def test_a_version_that_waits_can_be_taken_back_and_the_public_one_edited_meanwhile(tmp_path: Path) -> None:
    publication = opened(tmp_path)
    publication.article("v1.md", "First version", id="urn:x:1", date="2026-02-06", version="1")
    publication.article(
        "v2.md", "Second version", id="urn:x:1", date="2026-02-06", version="2", embargo=END.isoformat()
    )
    build(publication)
    publication.article("v1.md", "First version, edited", id="urn:x:1", date="2026-02-06", version="1")
    publication.later()
    build(publication)
    assert publication.titles()[0] == "First version, edited"
    (publication.inbox / "v2.md").unlink()
    publication.later()
    build(publication)
    publication.now = END
    assert publication.titles()[0] == "First version, edited"
    page = client_of(publication).get(publication.json_feed()["items"][0]["url"]).get_data(as_text=True)
    assert "First version, edited" in page


def withdraw_before_the_next_version(publication: Publication) -> None:
    """Let the public one of two documents with one id go while the other waits for ``END``."""
    publication.article("first.md", "First", id="urn:x:1", date="2026-02-01")
    publication.article("next.md", "Next", id="urn:x:1", date="2026-02-01", embargo=END.isoformat())
    publication.build()
    (publication.inbox / "first.md").unlink()
    publication.later()
    publication.build()


def test_an_id_whose_next_version_waits_belongs_to_it_when_the_public_one_is_gone(publication: Publication) -> None:
    withdraw_before_the_next_version(publication)
    assert publication.titles() == []
    # Readers have nothing of it, but the id is not free for whoever comes.
    publication.article("other.md", "Other", id="urn:x:1", date="2026-02-02")
    publication.later(hours=3)
    publication.build()
    assert publication.titles() == ["Other"]  # the newer of the two that may be read
    assert publication.explain("next.md")["status"] == "superseded"
    (publication.inbox / "other.md").unlink()
    publication.later()
    publication.build()
    assert publication.titles() == ["Next"]


def test_what_opens_again_is_withdrawn_no_more(publication: Publication) -> None:
    withdraw_before_the_next_version(publication)
    publication.later(hours=3)
    publication.build()
    assert publication.titles() == ["Next"]
    publication.later()
    # A copy of what stands there is an article of its own.
    copy = (publication.inbox / "next.md").read_text("utf-8").replace("id: urn:x:1\n", "")
    publication.write("copy.md", copy)
    publication.build()
    assert publication.titles() == ["Next", "Next"]


def test_a_copy_of_what_has_run_out_is_an_article_of_its_own(publication: Publication) -> None:
    publication.article("old.md", "Old", date="2026-02-01", expires=END.isoformat())
    publication.build()
    publication.later(hours=3)
    publication.build()
    assert publication.titles() == []
    publication.article("copy.md", "Old", date="2026-02-01")
    publication.build()
    assert publication.titles() == ["Old"]
    assert {publication.explain(name)["id"] for name in ("old.md", "copy.md")} == {
        "tag:news.example.org,2026:old.md",
        "tag:news.example.org,2026:copy.md",
    }
    # Taken out, it leaves its place to the copy that comes then.
    (publication.inbox / "old.md").unlink()
    publication.later()
    publication.build()
    assert publication.titles() == ["Old"]
