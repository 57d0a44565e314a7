"""Deltas (RFC 3229): readers that ask for them get the entries they lack, or the whole feed."""

import feedparser
import pytest
from flask.testing import FlaskClient
from publication import SETTINGS, Publication
from test_archives import client_of
from werkzeug.test import TestResponse

from feedsvc.feeds.delta import cut, entries_of, generation

DELTA = SETTINGS + "[feeds]\nentries = 4\ndelta = true\n"
FORMATS = ["/feeds/all.atom", "/feeds/all.rss"]


@pytest.fixture
def offered(publication: Publication) -> Publication:
    publication.settings(DELTA)
    for number in (1, 2, 3):
        publication.article(f"{number}.md", f"Story {number}", f"Text {number}.", date=f"2026-02-0{number}")
    publication.build_here()
    return publication


def change(publication: Publication, number: int, text: str = "New text.") -> FlaskClient:
    publication.later()
    publication.article(f"{number}.md", f"Story {number}", text, date=f"2026-02-0{number}")
    publication.build_here()
    return client_of(publication)


def ask(client: FlaskClient, path: str, tag: str, **headers: str) -> TestResponse:
    asked = {"A-IM": "feed", "If-None-Match": tag} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.get(path, headers=asked)


def titles(answer: TestResponse) -> list[str]:
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


@pytest.mark.parametrize("path", FORMATS)
def test_a_reader_gets_the_entries_that_it_lacks(offered: Publication, path: str) -> None:
    first = client_of(offered).get(path)
    assert (first.status_code, len(titles(first))) == (200, 3)
    client = change(offered, 4)
    for tag in (first.headers["ETag"], f"W/{first.headers['ETag']}", f'"x", {first.headers["ETag"][:-1]}-gz"'):
        answer = ask(client, path, tag)
        assert (answer.status_code, titles(answer)) == (226, ["Story 4"])
    whole = client.get(path)
    assert (answer.headers["IM"], answer.headers["Cache-Control"]) == ("feed", "no-store")
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert answer.headers["Last-Modified"] == whole.headers["Last-Modified"]
    assert answer.content_length == len(answer.data) < len(whole.data)
    assert ask(client, path, whole.headers["ETag"]).status_code == 304
    second = change(offered, 2)
    assert titles(ask(second, path, first.headers["ETag"])) == ["Story 4", "Story 2"]
    assert titles(ask(second, path, whole.headers["ETag"])) == ["Story 2"]


def test_an_entry_that_only_fell_out_of_the_window_is_no_removal(offered: Publication) -> None:
    tag = client_of(offered).get("/feeds/all.atom").headers["ETag"]
    change(offered, 4)
    client = change(offered, 5)
    assert titles(client.get("/feeds/all.atom")) == ["Story 5", "Story 4", "Story 3", "Story 2"]
    assert titles(ask(client, "/feeds/all.atom", tag)) == ["Story 5", "Story 4"]


@pytest.mark.parametrize("path", FORMATS)
def test_after_a_removal_the_whole_feed_is_sent(offered: Publication, path: str) -> None:
    tag = client_of(offered).get(path).headers["ETag"]
    (offered.inbox / "1.md").unlink()
    client = change(offered, 4)
    answer = ask(client, path, tag)
    assert (answer.status_code, "IM" in answer.headers) == (200, False)
    after = answer.headers["ETag"]
    assert titles(ask(change(offered, 5), path, after)) == ["Story 5"]


@pytest.mark.parametrize(
    "headers",
    [{"A_IM": "gzip"}, {"A_IM": ""}, {"If_None_Match": '"unknown"'}, {"If_None_Match": "*"}, {"A_IM": "feedx"}],
)  # fmt: skip
def test_all_others_get_the_whole_feed(offered: Publication, headers: dict[str, str]) -> None:
    tag = client_of(offered).get("/feeds/all.atom").headers["ETag"]
    answer = ask(change(offered, 4), "/feeds/all.atom", tag, **headers)
    assert answer.status_code == (304 if headers.get("If_None_Match") == "*" else 200)


def test_the_option_is_off_by_default(publication: Publication) -> None:
    publication.article("1.md", "Story 1")
    publication.build_here()
    tag = client_of(publication).get("/feeds/all.atom").headers["ETag"]
    assert ask(change(publication, 4), "/feeds/all.atom", tag).status_code == 200


def test_json_feed_has_no_delta(offered: Publication) -> None:
    tag = client_of(offered).get("/feeds/all.json").headers["ETag"]
    assert ask(change(offered, 4), "/feeds/all.json", tag).status_code == 200


def test_a_delta_is_cut_from_the_ready_bytes(offered: Publication) -> None:
    before, _ = offered.body(), change(offered, 4)
    after = offered.body()
    delta = cut(after, entries_of(generation(before)))
    lines = after.splitlines()
    assert all(line in lines for line in delta.splitlines())
    assert cut(after, frozenset()) == after
    assert cut(after, entries_of(generation(after))).count(b"<entry") == 0


def test_text_is_never_taken_for_an_entry(offered: Publication) -> None:
    client = change(offered, 4, "Text with\n\n    <entry>\n    </entry>\n\n<item>\n</item>\n")
    tag = client.get("/feeds/all.rss").headers["ETag"]
    assert titles(ask(change(offered, 5), "/feeds/all.rss", tag)) == ["Story 5"]


def test_feedparser_takes_it(offered: Publication) -> None:
    """feedparser asks for a delta whenever it holds a tag."""
    from server import serving

    with serving(offered.folder, "--url", "https://news.example.org") as server:
        first = feedparser.parse(f"{server.base}/feeds/all.atom")
        change(offered, 4)
        offered.run("build", str(offered.folder))
        from server import until

        until(
            lambda: feedparser.parse(f"{server.base}/feeds/all.atom", etag=first.etag).status != 304,
            "the new edition",
        )
        second = feedparser.parse(f"{server.base}/feeds/all.atom", etag=first.etag)
        assert (second.status, [entry.title for entry in second.entries]) == (226, ["Story 4"])
