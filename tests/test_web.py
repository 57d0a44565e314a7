"""Feeds over HTTP: what a program meets at each address."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import brotli
import pytest
import zstandard
from flask.testing import FlaskClient
from msgspec.structs import replace
from werkzeug.test import TestResponse, create_environ, run_wsgi_app

from feedsvc.errors import StoreError
from feedsvc.model import Representation
from feedsvc.views import Health
from feedsvc.web.app import create_app
from tests.memory_edition import BASE, PUBLISHED, MemoryEdition, article, feed_view, representation

NOW = datetime(2026, 11, 20, 12, 0, 0, 500, tzinfo=UTC)
ATOM = "<feed>" + "tide " * 1000 + "</feed>"
DECODED = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstandard.ZstdDecompressor().decompress,
}
PATHS = {
    "/feeds/all.atom": "application/atom+xml",
    "/feeds/all.rss": "application/rss+xml",
    "/feeds/all.json": "application/feed+json",
    "/feeds/海.atom": "application/atom+xml; charset=utf-8",
    "/feeds/all/archive/1.atom": "application/atom+xml",
    "/feeds.opml": "text/x-opml",
}


@pytest.fixture
def edition() -> MemoryEdition:
    documents = {path: representation(path, ATOM, media_type) for path, media_type in PATHS.items()}
    return MemoryEdition(documents=documents, topics=(feed_view("海", "海"),), articles={"a": article("a")})


def client_of(edition: MemoryEdition, base: str = BASE) -> FlaskClient:
    return create_app(edition, base=base, clock=lambda: NOW).test_client()


@pytest.fixture
def client(edition: MemoryEdition) -> FlaskClient:
    return client_of(edition)


@pytest.mark.parametrize("path", PATHS)
def test_document_is_served_whole(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.data == ATOM.encode()
    kind, _, parameters = PATHS[path].partition(";")
    assert answer.headers["Content-Type"] == f"{kind};{parameters or ' charset=utf-8'}"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Cache-Control"] == ("public, max-age=300, stale-while-revalidate=60, stale-if-error=86400")
    assert answer.headers["Last-Modified"] == "Sun, 01 Mar 2026 08:30:00 GMT"
    assert answer.headers["Vary"].startswith("Accept-Encoding")
    assert answer.headers["Accept-Ranges"] == "none"
    assert "Set-Cookie" not in answer.headers
    assert "Expires" not in answer.headers
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("coding", DECODED)
def test_each_coding_has_its_bytes_and_its_tag(client: FlaskClient, edition: MemoryEdition, coding: str) -> None:
    answer = client.get("/feeds/all.atom", headers={"Accept-Encoding": coding})
    assert answer.headers.get("Content-Encoding", "identity") == coding
    assert DECODED[coding](answer.data) == ATOM.encode()
    assert answer.headers["Content-Length"] == str(len(answer.data))
    digest = edition.documents["/feeds/all.atom"].digest
    suffix = {"identity": "", "gzip": "-gz", "br": "-br", "zstd": "-zstd"}[coding]
    assert answer.headers["ETag"] == f'"{digest}{suffix}"'


@pytest.mark.parametrize("path", ["/feeds/all.atom", "/", "/feeds/all", "/articles/a", "/static/style.css"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_second_poll_is_not_modified(client: FlaskClient, path: str, coding: str) -> None:
    first = client.get(path, headers={"Accept-Encoding": coding})
    for asked in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f"W/{first.headers['ETag']}", "Accept-Encoding": "br"},
        {"If-Modified-Since": first.headers["Last-Modified"], "Accept-Encoding": coding},
    ):
        second = client.get(path, headers=asked)
        assert second.status_code == 304
        assert second.data == b""
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Date", "Content-Security-Policy"):
            assert second.headers[name] == first.headers[name]
        assert not {"Content-Length", "Content-Type", "Content-Encoding"} & {name for name, _ in second.headers}


@pytest.mark.parametrize("path", ["/feeds/all.atom", "/feeds/all.rss", "/feeds/all/archive/1.atom"])
def test_a_browser_that_opens_a_feed_gets_the_same_bytes_labelled_as_xml(client: FlaskClient, path: str) -> None:
    for_readers = client.get(path)
    opened = client.get(path, headers={"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"})
    assert opened.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert (opened.data, opened.headers["ETag"]) == (for_readers.data, for_readers.headers["ETag"])
    # No shared cache may keep the answer, not even one that disregards Vary.
    assert opened.headers["Cache-Control"] == "private, max-age=300"
    assert opened.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'self'; sandbox"
    for answer in (for_readers, opened):
        assert answer.headers["Vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    for fetched in ({"Sec-Fetch-Dest": "empty"}, {"Accept": "text/html"}, {"Sec-Fetch-Dest": "iframe"}):
        assert client.get(path, headers=fetched).headers["Content-Type"] == for_readers.headers["Content-Type"]


@pytest.mark.parametrize("path", ["/feeds/all.json", "/feeds.opml"])
def test_other_documents_have_one_label(client: FlaskClient, path: str) -> None:
    opened = client.get(path, headers={"Sec-Fetch-Dest": "document"})
    assert opened.headers["Content-Type"].startswith(PATHS[path])
    assert opened.headers["Vary"] == "Accept-Encoding"


def test_changed_document_is_sent_again(client: FlaskClient, edition: MemoryEdition) -> None:
    first = client.get("/feeds/all.atom")
    later = PUBLISHED + timedelta(seconds=1)
    edition.documents["/feeds/all.atom"] = representation("/feeds/all.atom", "<feed/>", last_modified=later)
    for asked in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
        {"If-None-Match": first.headers["ETag"], "If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"},
    ):
        assert client.get("/feeds/all.atom", headers=asked).data == b"<feed/>"


def test_last_modified_is_never_later_than_date(client: FlaskClient, edition: MemoryEdition) -> None:
    ahead = NOW + timedelta(minutes=5)
    edition.documents["/feeds/all.atom"] = representation("/feeds/all.atom", ATOM, last_modified=ahead)
    answer = client.get("/feeds/all.atom")
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) == NOW.replace(microsecond=0)
    assert answer.headers["Last-Modified"] == answer.headers["Date"]


OPEN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/feeds/all.atom", 200),
        ("GET", "/feeds/all.atom", 304),
        ("GET", "/feeds/all.atom", 412),
        ("GET", "/feeds/none.atom", 404),
        ("GET", "/feeds/all/archive/9.atom", 404),
        ("POST", "/feeds/all.atom", 405),
        ("GET", "/feed.xml", 301),
    ],
)
def test_every_answer_to_a_program_is_guarded(client: FlaskClient, method: str, path: str, status: int) -> None:
    asked = {304: {"If-None-Match": "*"}, 412: {"If-Match": '"old"'}}.get(status, {})
    answer = client.open(path, method=method, headers=asked)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in OPEN} == OPEN


@pytest.mark.parametrize(
    "path", [*PATHS, "/", "/feeds/all", "/articles/a", "/nothing", "/feeds/none.rss", "/healthz"]
)
def test_head_has_the_headers_of_get(client: FlaskClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert head.data == b""
    assert (head.status, list(head.headers)) == (get.status, list(get.headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/feeds/all.atom", "/feeds.opml", "/", "/articles/a", "/healthz", "/feed"])
def test_other_methods_are_refused(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/feeds/all.atom", "/feeds/all"),
        ("/feeds/海.atom", "/feeds/%E6%B5%B7"),
        ("/feeds/all/archive/1.atom", "/feeds/all"),
        ("/feeds.opml", "/"),
    ],
)
def test_link_names_the_document_and_its_page(client: FlaskClient, path: str, page: str) -> None:
    own = f"{BASE}{path.replace('海', '%E6%B5%B7')}"
    assert client.get(path).headers["Link"] == (
        f'<{own}>; rel="self", <{BASE}{page}>; rel="alternate"; type="text/html"'
    )


def everything(answer: TestResponse) -> tuple[object, ...]:
    return answer.status, list(answer.headers), answer.data


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": ""},
        {"Accept": "text/html"},
        {"Accept": "application/rss+xml"},
        {"Accept-Language": "ja"},
        {"Cookie": "session=1"},
        {"Range": "bytes=0-3"},
        {"A-IM": "feed"},
    ],
)
@pytest.mark.parametrize("path", ["/feeds/all.atom", "/", "/articles/a", "/feed", "/feeds/none.atom"])
def test_nothing_else_in_a_request_changes_a_byte(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    assert everything(client.get(path, headers=headers)) == everything(client.get(path))


HOSTS = [
    "evil.example", "evil.example:99999", "evil.example:x", 'x"><script>', "..", "a" * 5000, "a." * 2000, "", " ", "[::1", "[::1]:80",
    "user:word@evil.example", "evil.example/path?query#part", "evil.example, other.example", "%00", "*", "xn--", "é.example",
    "127.0.0.1", "localhost:1", "evil.example\t",
]  # fmt: skip


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/", "/articles/a", "/feed", "/feeds/none.atom", "/feeds.opml"])
def test_a_hostile_host_changes_no_byte(edition: MemoryEdition, path: str) -> None:
    app = create_app(edition, base=BASE, clock=lambda: NOW)

    def said(host: str) -> tuple[object, ...]:
        body, status, headers = run_wsgi_app(app, {**create_environ(path), "HTTP_HOST": host})
        return b"".join(body), status, list(headers)

    expected = said("news.example.org")
    assert [host for host in HOSTS if said(host) != expected] == []


@pytest.mark.parametrize("query", ["?", "?utm_source=x", "?%", "?format=rss&_=1"])
def test_queries_change_nothing(client: FlaskClient, query: str) -> None:
    assert everything(client.get(f"/feeds/all.atom{query}")) == everything(client.get("/feeds/all.atom"))


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/none.atom",
        "/feeds/all.opml",
        "/feeds/all.xml",
        "/feeds/all.atom/x.atom",
        "/feeds/.atom",
        "/feeds/../etc/passwd.rss",
        "/feeds/%ff.atom",
        "/feeds//all.atom",
        "/feeds/all.atom/",
        "/feeds/all.ATOM",
        "/feeds/all.atom.gz",
        "/feeds/all/archive/1",
        "/feeds/all/archive/1.atom/",
        "/sitemaps.xml",
    ],
)
def test_unknown_feed_is_a_line_of_text(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.text == f"There is no feed at this address. All feeds: {BASE}/feeds.opml\n"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/feed", "/feeds/all.rss"),
        ("/feed/", "/feeds/all.rss"),
        ("/feed.xml", "/feeds/all.rss"),
        ("/rss.xml", "/feeds/all.rss"),
        ("/index.xml", "/feeds/all.rss"),
        ("/atom.xml", "/feeds/all.atom"),
        ("/feed.json", "/feeds/all.json"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/news", "/n%C3%A9ws/wire"])
def test_habitual_addresses_lead_to_the_feed_in_one_hop(
    edition: MemoryEdition, path: str, target: str, prefix: str
) -> None:
    client = client_of(edition, f"{BASE}{prefix}")
    answer = client.get(f"{prefix}{path}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{prefix}{target}")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_prefix_of_the_base_is_where_all_lives(edition: MemoryEdition) -> None:
    client = client_of(edition, f"{BASE}/news/")
    answer = client.get("/news/feeds/all.atom")
    assert answer.status_code == 200
    assert answer.headers["Link"].startswith(f'<{BASE}/news/feeds/all.atom>; rel="self", <{BASE}/news/feeds/all>')
    assert client.get("/feeds/all.atom").status_code == 404
    assert client.get("/newsfeeds/all.atom").status_code == 404
    home = client.get("/news")
    assert (home.status_code, home.headers["Location"]) == (301, "/news/")
    assert 'href="/news/articles/a"' in client.get("/news/").text


def test_nothing_built_yet(edition: MemoryEdition) -> None:
    edition.number = 0
    client = client_of(edition)
    for path in ("/feeds/all.atom", "/", "/feed", "/nothing"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "text/plain"
    assert client.get("/favicon.ico").status_code == 200


@pytest.mark.parametrize(
    ("health", "status", "word"),
    [
        (Health(True, 7, PUBLISHED, ""), 200, "ok"),
        (Health(False, 7, PUBLISHED, "the inbox is gone"), 200, "failing"),
        (Health(False, 0, None, "nothing was built yet"), 503, "empty"),
    ],
)
def test_health(edition: MemoryEdition, health: Health, status: int, word: str) -> None:
    edition.condition, edition.number = health, health.revision
    answer = client_of(edition).get("/healthz")
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.data) == {
        "status": word,
        "revision": health.revision,
        "built": "2026-03-01T08:30:00+00:00" if health.built else None,
        "message": health.message,
    }


class BrokenEdition(MemoryEdition):
    """An edition whose store fails."""

    error: Exception = StoreError("the database is locked")

    def representation(self, path: str) -> Representation | None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"), [(StoreError("the database is locked"), 503), (RuntimeError("a fault of ours"), 500)]
)
def test_a_fault_is_told_in_a_line_and_kept_by_nobody(error: Exception, status: int) -> None:
    edition = BrokenEdition()
    edition.error = error
    answer = client_of(edition).get("/feeds/all.atom")
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "text/plain"
    assert str(error) not in answer.text
    assert answer.headers.get("Retry-After") == ("60" if status == 503 else None)


def test_tiny_document_is_identity(client: FlaskClient, edition: MemoryEdition) -> None:
    tiny = replace(edition.documents["/feeds/all.atom"], bodies={"identity": b"<feed/>"})
    edition.documents["/feeds/all.atom"] = tiny
    answer = client.get("/feeds/all.atom", headers={"Accept-Encoding": "gzip, br"})
    assert answer.data == b"<feed/>"
    assert answer.headers["Vary"].startswith("Accept-Encoding")


def test_small_files(client: FlaskClient) -> None:
    icon = client.get("/favicon.ico")
    assert icon.headers["Content-Type"] == "image/vnd.microsoft.icon"
    assert icon.data.startswith(b"\x00\x00\x01\x00")
    assert client.get("/robots.txt").text.startswith("User-agent: *\nDisallow:\n")
    assert client.get("/static/style.css").mimetype == "text/css"
    assert client.get("/static/../app.py").status_code == 404
