"""nginx in front: what a shared cache and a compressing proxy make of the answers (rules 1 to 7 of docs/feeds.md)."""

import gzip
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import brotli
import pytest
import zstandard
from memory_edition import MemoryEdition, representation
from publication import Publication
from server import Server, free_port, is_up, serving, until
from test_clients import LOCAL
from tools import tool
from werkzeug.serving import make_server

from feedsvc.web.app import create_app

DECODERS = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstandard.ZstdDecompressor().decompress,
}
# As in docs/operations.md, with a cache that does all that Cache-Control allows it.
CACHING = """\
    proxy_cache feeds;
    proxy_cache_revalidate on;
    proxy_cache_background_update on;
    proxy_set_header Accept-Encoding $http_accept_encoding;
    add_header X-Cache $upstream_cache_status always;
    gzip off;
"""
# A proxy that compresses by itself, whatever comes from behind.
COMPRESSING = """\
    proxy_set_header Accept-Encoding identity;
    gzip on;
    gzip_proxied any;
    gzip_types *;
"""


@contextmanager
def nginx(folder: Path, behind: str, rules: str) -> Iterator[Server]:
    """nginx with these rules before the server at ``behind``."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"  {name}_temp_path {folder}/{name};\n" for name in names)
    settings = folder / "nginx.conf"
    settings.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\n{paths}  access_log off;\n  proxy_cache_path {folder}/cache keys_zone=feeds:1m;\n"
        f"  server {{\n    listen 127.0.0.1:{port};\n    location / {{\n    proxy_pass {behind};\n{rules}}}\n  }}\n}}\n",
        "utf-8",
    )
    with subprocess.Popen([tool("nginx"), "-p", str(folder), "-c", str(settings)], stderr=subprocess.PIPE) as process:
        try:
            until(lambda: is_up(port) or process.poll() is not None, "nginx starts")
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield Server(f"http://127.0.0.1:{port}", folder, folder / "error.log", process.pid)
        finally:
            process.terminate()


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    made = Publication(tmp_path / "publication", LOCAL)
    made.article("one.md", "First", "Words of the first. " * 100, tags="[Trade]")
    return made


def test_a_cache_gives_every_reader_a_body_that_it_can_read_and_its_own_tag(
    publication: Publication, tmp_path: Path
) -> None:
    with serving(publication.folder) as server, nginx(tmp_path / "nginx", server.base, CACHING) as front:
        direct = {each: server.get("/feeds/all.rss", Accept_Encoding=each) for each in DECODERS}
        for _ in range(2):
            for coding, decode in DECODERS.items():
                answer = front.get("/feeds/all.rss", Accept_Encoding=coding)
                assert decode(answer.body) == direct["identity"].body
                assert answer.headers["ETag"] == direct[coding].headers["ETag"]
                assert answer.headers["Last-Modified"] == direct[coding].headers["Last-Modified"]
        assert answer.headers["X-Cache"] == "HIT"
        opened = front.get("/feeds/all.rss", Sec_Fetch_Dest="document")
        assert opened.headers["Content-Type"] == "application/xml; charset=utf-8"
        assert front.get("/feeds/all.rss").headers["Content-Type"] == "application/rss+xml; charset=utf-8"


@pytest.mark.parametrize("suffix", ["atom", "rss", "json"])
def test_polls_through_a_cache_are_304_and_heads_have_the_headers_of_get(
    publication: Publication, tmp_path: Path, suffix: str
) -> None:
    path = f"/feeds/all.{suffix}"
    with serving(publication.folder) as server, nginx(tmp_path / "nginx", server.base, CACHING) as front:
        for coding in DECODERS:
            got = front.get(path, Accept_Encoding=coding)
            head = front.get(path, method="HEAD", Accept_Encoding=coding)
            kept = ("ETag", "Last-Modified", "Content-Length", "Content-Type", "Cache-Control", "Vary", "Link")
            assert [head.headers[name] for name in kept] == [got.headers[name] for name in kept]
            for tag in (got.headers["ETag"], f"W/{got.headers['ETag']}", f'"other", {got.headers["ETag"]}'):
                again = front.get(path, Accept_Encoding=coding, If_None_Match=tag)
                assert (again.status, again.headers["ETag"]) == (304, got.headers["ETag"])
            dated = front.get(path, Accept_Encoding=coding, If_Modified_Since=str(got.headers["Last-Modified"]))
            assert dated.status == 304
        # A tag of another coding is one that the cache does not know; what it answers can be read all the same.
        tag = str(front.get(path, Accept_Encoding="br").headers["ETag"])
        other = front.get(path, Accept_Encoding="gzip", If_None_Match=tag)
        assert other.status == 304 or gzip.decompress(other.body) == front.get(path).body


def test_a_proxy_that_compresses_weakens_the_tag_and_polls_with_it_are_304(
    publication: Publication, tmp_path: Path
) -> None:
    with serving(publication.folder) as server, nginx(tmp_path / "nginx", server.base, COMPRESSING) as front:
        strong = server.get("/feeds/all.atom")
        weak = front.get("/feeds/all.atom", Accept_Encoding="gzip")
        assert weak.headers["Content-Encoding"] == "gzip"
        assert weak.headers["ETag"] == f"W/{strong.headers['ETag']}"
        assert gzip.decompress(weak.body) == strong.body
        again = front.get("/feeds/all.atom", Accept_Encoding="gzip", If_None_Match=str(weak.headers["ETag"]))
        assert (again.status, again.body) == (304, b"")


@dataclass
class Origin:
    """An app whose documents may be kept for a second, and that can fail."""

    edition: MemoryEdition = field(default_factory=lambda: MemoryEdition(documents={}))
    fails: bool = False
    asked: list[str] = field(default_factory=list)

    def publish(self, text: str, at: datetime) -> None:
        made = representation("/feeds/all.atom", text, "application/atom+xml", last_modified=at, max_age=1)
        self.edition.documents["/feeds/all.atom"] = made
        self.edition.number += 1

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        self.asked.append(environ.get("HTTP_IF_NONE_MATCH", ""))
        if self.fails:
            start_response("500 Broken", [("Content-Length", "0")])
            return [b""]
        return self.app(environ, start_response)

    def __post_init__(self) -> None:
        self.app = create_app(self.edition, base="http://127.0.0.1")


def test_a_stale_answer_is_given_while_it_is_asked_again_and_while_we_fail(tmp_path: Path) -> None:
    origin, now = Origin(), datetime.now(UTC) - timedelta(hours=1)
    origin.publish("<feed>old</feed>", now)
    server = make_server("127.0.0.1", 0, origin, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        with nginx(tmp_path / "nginx", f"http://127.0.0.1:{server.port}", CACHING) as front:

            def asked() -> tuple[str, bytes]:
                answer = front.get("/feeds/all.atom")
                assert answer.status == 200
                return str(answer.headers["X-Cache"]), answer.body

            first = front.get("/feeds/all.atom")
            until(lambda: asked()[0] in ("STALE", "UPDATING"), "the second passes")
            until(lambda: first.headers["ETag"] in origin.asked, "it is asked again in the background, with the tag")
            until(lambda: asked() == ("HIT", b"<feed>old</feed>"), "a 304 makes it fresh again")
            origin.publish("<feed>new</feed>", now + timedelta(seconds=1))
            until(lambda: asked()[1] == b"<feed>new</feed>", "the new one takes its place")
            origin.fails = True
            until(lambda: asked()[0] == "STALE", "the second passes")
            assert {asked()[1] for _ in range(5)} == {b"<feed>new</feed>"}
    finally:
        server.shutdown()
        thread.join()
