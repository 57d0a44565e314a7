"""REDbot, the referee of HTTP (https://redbot.org), has no complaint about any kind of address."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from publication import Publication
from server import Server, serving
from test_clients import LOCAL
from test_media import png
from tools import client

# What it says of answers that are as they should be.
PRAISE = re.compile(
    "The resource last changed|The server's clock is correct|The Content-Length header is correct|"
    "This response (?:instructs browsers not to 'sniff'|sets a Content Security Policy|allows all caches to store it|"
    "is fresh for|can be served stale from a cache|is available for reading)|This response's Referrer-Policy|"
    "If an error occurs, caches can serve this response stale|Content negotiation for gzip compression is supported|"
    "If-(?:None-Match|Modified-Since) conditional requests are supported|"
    "A ranged request returned the correct partial content"
)
# Remarks on what is meant to be so.
MEANT = {
    "Cache-Control: public is probably not necessary.": "some caches want to be told",
    "The Location header contains a relative URI.": "so that it holds behind whatever name a proxy has",
    "The resource could not be found.": "404",
    "The resource is gone.": "410",
    "In exceptional circumstances, caches can serve this response stale.": "redirects and errors say nothing else",
    "Loading from insecure HTTP sources is allowed.": "pictures that articles refer to",
    "Inline scripts are allowed.": "they are not: it is the styles within an SVG, and default-src is 'none'",
    "This response can't be stored by caches.": "health is asked of us alone",
    "The partial response has a Content-Length equal to the full response.": "the file is as short as what is asked",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A publication with an archive, a withdrawn article and a picture; the picture's address."""
    client("redbot")
    publication = Publication(tmp_path_factory.mktemp("redbot"), LOCAL + "[feeds]\nentries = 2\n")
    publication.write("pier.png", png())
    for number in range(1, 6):
        words = "![The pier](pier.png) " + "Words. " * 300
        publication.article(f"{number}.md", f"Story {number}", words, date=f"2026-02-0{number}", tags="[Trade]")
    publication.article("gone.md", "Gone")
    publication.build()
    (publication.inbox / "gone.md").unlink()
    picture = re.search(r"/media/[0-9a-f]+/pier.png", publication.body().decode())
    assert picture is not None
    with serving(publication.folder) as server:
        yield server, picture[0]


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/all.atom",
        "/feeds/all.rss",
        "/feeds/trade.json",
        "/feeds/all/archive/1.atom",
        "/feeds.opml",
        "/search.atom?q=words",
        "/feeds/all",
        "/articles/story-5",
        "/feed",
        "/feeds/none.atom",
        "/articles/gone",
        "/healthz",
        "picture",
    ],
)
def test_redbot_has_no_complaint(served: tuple[Server, str], path: str) -> None:
    server, picture = served
    address = server.base + (picture if path == "picture" else path)
    ran = subprocess.run([client("redbot"), "-o", "text", address], capture_output=True, text=True, check=True)
    notes = re.findall(r"^ +\* (.*)$", ran.stdout, re.M)
    assert len(notes) > 2, ran.stdout
    assert [note for note in notes if not PRAISE.match(note) and note not in MEANT] == []
