"""Moving here from WordPress or Hugo: a real reader that is subscribed to the old address sees nothing twice."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from publication import Publication
from server import Server, serving, until
from tools import tool

SETTINGS = """\
[publication]
title = "Harbour"
url = "http://127.0.0.1:8000"
id_authority = "harbour.example,2026"
"""
OLD = """\
<rss version="2.0"><channel><title>Harbour</title><link>https://harbour.example</link><description>D</description>
<item><title>The lamp</title><link>https://harbour.example/lamp/</link><guid{attribute}>{guids[0]}</guid>
<pubDate>Tue, 03 Mar 2026 09:00:00 +0000</pubDate><description>It is lit.</description></item>
<item><title>The mole</title><link>https://harbour.example/mole/</link><guid{attribute}>{guids[1]}</guid>
<pubDate>Mon, 02 Mar 2026 09:00:00 +0000</pubDate><description>It stands.</description></item></channel></rss>"""
EXPORT = """\
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Harbour</title><link>https://harbour.example</link><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"""
POST = """\
<item><title>{title}</title><link>https://harbour.example/{name}/</link><guid isPermaLink="false">{guid}</guid>
<content:encoded><![CDATA[{text}]]></content:encoded><wp:post_date_gmt>{date}</wp:post_date_gmt>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"""
POSTS = (
    ("The lamp", "lamp", "It is lit.", "2026-03-03 09:00:00"),
    ("The mole", "mole", "It stands.", "2026-03-02 09:00:00"),
)


@contextmanager
def site(old: str) -> Iterator[tuple[str, list[Server]]]:
    """A site at one address: its old feed, and from when a server is put into the list, what that answers."""
    behind: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got = behind[0].get(self.path) if behind else None
            status, data = (got.status, got.body) if got else (200, old.encode())
            self.send_response(status)
            for name in ("Content-Type", "Location", "ETag", "Last-Modified"):
                if got and got.headers[name]:
                    self.send_header(name, got.headers[name])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", behind
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("system", ["wordpress", "hugo"])
def test_a_reader_of_the_old_address_sees_nothing_twice(tmp_path: Path, system: str) -> None:
    is_export = system == "wordpress"
    path = "/feed/" if is_export else "/posts/index.xml"
    guids = [f"https://harbour.example/?p={n}" if is_export else f"https://harbour.example/{name}/"
             for n, (_, name, *_) in enumerate(POSTS, 7)]  # fmt: skip
    old = OLD.format(guids=guids, attribute=' isPermaLink="false"' if is_export else "")
    with site(old) as (address, behind):
        reader = Newsboat(tmp_path, f"{address}{path}")
        assert reader.poll() == [("The lamp", 1), ("The mole", 1)]
        reader.read_all()
        publication = Publication(
            tmp_path / "wire", SETTINGS + f'[[moved]]\npath = "{path}"\nto = "/feeds/all.rss"\n'
        )
        for guid, (title, name, text, date) in zip(guids, POSTS, strict=True):
            if not is_export:
                publication.article(f"{name}.md", title, text, id=guid, date=f'"{date}Z"')
        if is_export:
            items = [POST.format(title=title, name=name, guid=guid, text=text, date=date)
                     for guid, (title, name, text, date) in zip(guids, POSTS, strict=True)]  # fmt: skip
            publication.write("export.xml", EXPORT.format(items="".join(items)))
        with serving(publication.folder, "--url", address) as server:
            behind.append(server)
            assert reader.poll() == [("The lamp", 0), ("The mole", 0)]
            publication.article("new.md", "A new story", date="2026-03-05T09:00:00Z")
            assert publication.run("build", str(publication.folder)).code == 0
            until(lambda: b"A new story" in server.get("/feeds/all.rss").body, "the new story")
            assert reader.poll() == [("A new story", 1), ("The lamp", 0), ("The mole", 0)]


class Newsboat:
    """Newsboat, subscribed to one address."""

    def __init__(self, folder: Path, address: str) -> None:
        self.program = tool("newsboat")
        self.home, self.cache = folder, folder / "cache.db"
        (folder / "urls").write_text(f"{address}\n", "utf-8")
        (folder / "config").write_text("", "utf-8")

    def poll(self) -> list[tuple[str, int]]:
        """Ask now; each article with 1 where it is unread."""
        files = ["-u", str(self.home / "urls"), "-c", str(self.cache), "-C", str(self.home / "config")]
        environment = {**os.environ, "HOME": str(self.home)}
        subprocess.run([self.program, *files, "-x", "reload"], check=True, env=environment, capture_output=True)
        with closing(sqlite3.connect(self.cache)) as connection:
            rows = connection.execute("SELECT title, unread FROM rss_item WHERE deleted = 0 ORDER BY title")
            return [(title, unread) for title, unread in rows]

    def read_all(self) -> None:
        with closing(sqlite3.connect(self.cache)) as connection, connection:
            connection.execute("UPDATE rss_item SET unread = 0")
