"""Media files of the inbox: which are published, where, to whom, and for how long."""

import os
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from publication import Publication
from werkzeug.test import TestResponse

from feedsvc.articles.files import file_name
from feedsvc.media import media_type
from feedsvc.views import MediaView
from feedsvc.web.app import create_app
from feedsvc.web.conditional import parse_http_date
from feedsvc.web.media import MediaDesk
from feedsvc.web.ranges import Part, part_of
from tests.memory_edition import BASE, MemoryEdition

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def png(colour: int = 0) -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes((0, colour))))
        + chunk(b"IEND", b"")
    )


def wav(seconds: int = 3) -> bytes:
    """Silence, 8,000 samples a second."""
    samples = bytes(8000 * seconds)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", len(samples)) + samples
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data


def served(publication: Publication) -> FlaskClient:
    return create_app(
        publication.edition(), base="https://news.example.org", clock=lambda: publication.now
    ).test_client()


def item(publication: Publication, number: int = 0) -> dict[str, object]:
    found: dict[str, object] = publication.json_feed()["items"][number]
    return found


def path_of(address: object) -> str:
    assert isinstance(address, str)
    return address.removeprefix("https://news.example.org")


def codes(report: dict[str, list[dict[str, str]]]) -> set[str]:
    return {each["code"] for each in report["findings"]}


# From the inbox to the feeds


def test_files_beside_an_article_are_published_with_it(publication: Publication) -> None:
    publication.write("2026/pics/Pier at night.png", png(1))
    publication.write("2026/talk.wav", wav(65))
    publication.write("2026/plan.pdf", b"%PDF-1.7\n%%EOF\n")
    publication.article(
        "2026/pier.md",
        "The pier",
        "![The pier](<pics/Pier at night.png>) and [the plan](plan.pdf).",
        image="{src: pics/Pier at night.png, alt: The pier by night, credit: A. Ruiz}",
        audio="talk.wav",
    )
    assert codes(publication.build()) == set()
    made = item(publication)
    client = served(publication)
    picture = client.get(path_of(made["image"]))
    assert (picture.data, picture.headers["Content-Type"]) == (png(1), "image/png")
    assert str(made["image"]).endswith("/Pier%20at%20night.png")
    assert f'src="{made["image"]}"' in str(made["content_html"])
    attachment = made["attachments"][0]  # type: ignore[index]
    assert attachment["size_in_bytes"] == len(wav(65))
    assert (attachment["mime_type"], attachment["duration_in_seconds"]) == ("audio/wav", 65)
    assert client.get(path_of(attachment["url"])).data == wav(65)
    plan = str(made["content_html"]).split('<a href="')[1].split('"')[0]
    assert client.get(path_of(plan)).headers["Content-Type"] == "application/pdf"


def test_a_changed_file_is_a_change_of_the_article(publication: Publication) -> None:
    publication.write("a.png", png(1))
    publication.article("one.md", "One", "![](a.png)")
    publication.build()
    before = item(publication)
    publication.later()
    publication.write("a.png", png(2), publication.now)
    publication.build()
    after = item(publication)
    assert after["id"] == before["id"]
    assert str(after["date_modified"]) > str(before["date_modified"])
    address = path_of(str(after["content_html"]).split('src="')[1].split('"')[0])
    assert served(publication).get(address).data == png(2)
    old = path_of(str(before["content_html"]).split('src="')[1].split('"')[0])
    assert served(publication).get(old).status_code == 404
    assert [each.name for each in (publication.folder / "var" / "media").iterdir()] == [address.split("/")[2]]


def test_a_missing_file_is_remarked_and_taken_in_when_it_comes(publication: Publication) -> None:
    publication.article("one.md", "One", "Text. ![A pier](pier.png) [Plan](plan.pdf)", audio="talk.wav")
    report = publication.build()
    missing = [each["message"] for each in report["findings"] if each["code"] == "media-missing"]
    assert sorted(each.split("'")[1] for each in missing) == ["pier.png", "plan.pdf", "talk.wav"]
    assert "<img" not in str(item(publication)["content_html"])
    assert "attachments" not in item(publication)
    publication.write("pier.png", png())
    publication.later()
    publication.build()
    assert "<img" in str(item(publication)["content_html"])
    (publication.inbox / "pier.png").unlink()
    publication.later()
    assert "media-missing" in codes(publication.build())
    assert "<img" not in str(item(publication)["content_html"])


def test_a_page_from_elsewhere_keeps_the_addresses_of_what_is_not_in_the_inbox(publication: Publication) -> None:
    publication.write("saved_files/a.png", png())
    publication.write(
        "saved.html",
        '<html><head><title>Saved page</title><link rel="canonical" href="https://source.example.com/x/saved.html">'
        '<meta property="article:published_time" content="2026-02-01T09:00:00Z"></head><body><article><h1>Saved page</h1>'
        "<p>A text that is long enough to be the text of an article, with two sentences. Here is the second.</p>"
        '<p><img src="saved_files/a.png"></p><p><img src="pics/b.png"></p></article></body></html>',
    )
    assert "media-missing" not in codes(publication.build())
    html = str(item(publication)["content_html"])
    assert "https://news.example.org/media/" in html
    assert "https://source.example.com/x/pics/b.png" in html


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.png", b"<script>alert(1)</script>"), ("a.mp3", b"no sound"), ("a.svg", b"<html></html>"), ("a.jpg", b"")],
)
def test_what_is_not_what_it_is_called_is_not_published(publication: Publication, name: str, data: bytes) -> None:
    publication.write(name, data)
    publication.article("one.md", "One", f"Text. ![]({name})")
    assert "media-unrecognised" in codes(publication.build())
    assert "/media/" not in str(item(publication))


def test_a_picture_with_the_wrong_suffix_has_the_type_of_its_bytes(publication: Publication) -> None:
    publication.write("a.jpg", png())
    publication.article("one.md", "One", "![](a.jpg)")
    publication.build()
    address = path_of(str(item(publication)["content_html"]).split('src="')[1].split('"')[0])
    assert served(publication).get(address).headers["Content-Type"] == "image/png"


def test_a_file_that_is_too_large_is_left_out(publication: Publication) -> None:
    publication.settings((publication.folder / "feedsvc.toml").read_text() + "[inbox]\nmax_media_bytes = 2048\n")
    publication.write("talk.wav", wav())
    publication.article("one.md", "One", audio="talk.wav")
    assert "media-too-large" in codes(publication.build())
    assert not (publication.folder / "var" / "media").exists()


# Who may see it, and until when


def test_files_of_an_embargoed_or_withdrawn_article_are_nowhere(publication: Publication) -> None:
    publication.write("a.png", png())
    publication.write("unused.png", png(3))
    path = publication.article("one.md", "One", "![](a.png)", embargo="2026-03-02T09:00:00+09:00")
    publication.build()
    digest = next(each.name for each in (publication.folder / "var" / "media").iterdir())
    address = f"/media/{digest}/a.png"
    assert served(publication).get(address).status_code == 404
    publication.later(days=2)
    assert served(publication).get(address).data == png(), "the embargo has ended, without a build"
    for other in (
        f"/media/{digest}/b.png",
        f"/media/{digest}/../a.png",
        "/media/%2e%2e/feedsvc.db",
        f"/media/{digest}/",
    ):
        assert served(publication).get(other).status_code == 404
    publication.build()
    path.unlink()
    publication.later()
    publication.build()
    assert served(publication).get(address).status_code == 404
    assert list((publication.folder / "var" / "media").iterdir()) == []


def test_links_and_what_lies_outside_are_not_followed(publication: Publication, tmp_path: Path) -> None:
    secret = publication.folder / "secret.png"
    secret.write_bytes(png(9))
    (publication.inbox / "link.png").symlink_to(secret)
    (publication.folder / "outside").mkdir()
    (publication.folder / "outside" / "a.png").write_bytes(png(8))
    (publication.inbox / "folder").symlink_to(publication.folder / "outside")
    os.mkfifo(publication.inbox / "pipe.png")
    publication.write(".hidden/a.png", png(7))
    wanted = (
        "link.png",
        "folder/a.png",
        "pipe.png",
        "../secret.png",
        "%2e%2e/secret.png",
        ".hidden/a.png",
        "/../secret.png",
    )
    publication.article("one.md", "One", "Text. " + " ".join(f"![]({each})" for each in wanted))
    publication.build(code=1)
    assert "/media/" not in str(item(publication)["content_html"])


def test_a_lost_folder_of_copies_heals(publication: Publication) -> None:
    publication.write("a.png", png())
    publication.article("one.md", "One", "![](a.png)")
    publication.build()
    copies = publication.folder / "var" / "media"
    copies.rename(publication.folder / "gone")
    address = path_of(str(item(publication)["content_html"]).split('src="')[1].split('"')[0])
    assert served(publication).get(address).status_code == 503
    publication.build()
    assert served(publication).get(address).data == png()


def test_check_and_explain_copy_nothing(publication: Publication) -> None:
    publication.write("a.png", png())
    publication.article("one.md", "One", "![](a.png)")
    assert "/media/" in publication.explain("one.md")["html"]
    assert not (publication.folder / "var" / "media").exists()


@given(st.text(max_size=40), st.sampled_from(["a.md", "x/y/a.md"]))
def test_no_reference_leads_out_of_the_inbox(reference: str, document: str) -> None:
    name = file_name(reference, document)
    assert name is None or not any(part in ("", "..") or part.startswith(".") for part in name.split("/"))


@given(st.binary(max_size=200), st.sampled_from(["a.png", "a.svg", "a.mp3", "a", "a.html", ".png"]))
def test_any_bytes_have_a_type_or_none(data: bytes, name: str) -> None:
    found = media_type(name, data)
    assert found is None or found.split("/")[0] in ("image", "audio", "video", "application")


# Over HTTP


@pytest.fixture
def file() -> MediaView:
    data = bytes(range(256)) * 8000  # two megabytes: it is streamed

    def read(start: int, stop: int):  # type: ignore[no-untyped-def]
        return (data[at : min(at + 65536, stop)] for at in range(start, stop, 65536))

    return MediaView("audio/mpeg", "d" * 32, len(data), datetime(2026, 3, 1, tzinfo=UTC), read)


@pytest.fixture
def client(file: MediaView) -> FlaskClient:
    edition = MemoryEdition(files={"/media/x/a.mp3": file, "/media/x/a.pdf": replace(file, type="application/pdf")})
    return create_app(edition, base=BASE, clock=lambda: NOW).test_client()


def get(client: FlaskClient, method: str = "GET", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open("/media/x/a.mp3", method=method, headers=named)


def test_a_file_is_served_whole(client: FlaskClient, file: MediaView) -> None:
    answer = get(client, Accept_Encoding="gzip, br")
    assert answer.data == b"".join(file.read(0, file.length))
    wanted = {
        "Content-Length": str(file.length),
        "Content-Type": "audio/mpeg",
        "ETag": f'"{file.digest}"',
        "Last-Modified": "Sun, 01 Mar 2026 00:00:00 GMT",
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=86400, stale-while-revalidate=60, stale-if-error=86400",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
    assert "sandbox" not in client.get("/media/x/a.pdf").headers["Content-Security-Policy"]
    head = get(client, "HEAD")
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(answer.headers)
    assert get(client, "POST").status_code == 405


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-", 100, None),
        ("bytes=-5", -5, None),
        ("bytes=10-99999999", 10, None),
        ("bytes=7-9", 7, 10),
    ],
)
def test_a_part_is_served(client: FlaskClient, file: MediaView, asked: str, start: int, stop: int | None) -> None:
    whole = b"".join(file.read(0, file.length))
    answer = get(client, Range=asked)
    assert answer.status_code == 206
    assert answer.data == whole[start:stop]
    first = start % file.length
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.data) - 1}/{file.length}"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert dict(get(client, "HEAD", Range=asked).headers) == dict(answer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=5-2"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=-"},
        {"Range": "bytes=0-1", "If-Range": '"other"'},
        {"Range": "bytes=0-1", "If-Range": f'W/"{"d" * 32}"'},
        {"Range": "bytes=0-1", "If-Range": "Sun, 01 Mar 2026 00:00:01 GMT"},
    ],
)
def test_a_range_that_is_not_meant_or_no_longer_current_is_answered_whole(
    client: FlaskClient, file: MediaView, headers: dict[str, str]
) -> None:
    answer = get(client, **headers)
    assert (answer.status_code, len(answer.data)) == (200, file.length)


def test_a_part_of_what_the_client_holds(client: FlaskClient, file: MediaView) -> None:
    for current in (f'"{file.digest}"', "Sun, 01 Mar 2026 00:00:00 GMT"):
        assert get(client, Range="bytes=0-1", If_Range=current).status_code == 206
    behind = get(client, Range=f"bytes={file.length}-")
    assert (behind.status_code, behind.headers["Content-Range"]) == (416, f"bytes */{file.length}")
    assert get(client, Range="bytes=-0").status_code == 416


def test_a_client_that_holds_the_file_is_told_so(client: FlaskClient, file: MediaView) -> None:
    for asked in ({"If-None-Match": f'W/"{file.digest}"'}, {"If-Modified-Since": "Sun, 01 Mar 2026 00:00:00 GMT"}):
        answer = get(client, **asked)
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == f'"{file.digest}"'
        assert "Content-Length" not in answer.headers
    assert get(client, If_Match='"other"').status_code == 412


def test_large_files_on_their_way_leave_room(file: MediaView) -> None:
    desk = MediaDesk(lambda: NOW, streams=1)
    from werkzeug.datastructures import Headers

    first = desk.answer(file, Headers(), with_body=True)
    refused = desk.answer(file, Headers(), with_body=True)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert desk.answer(file, Headers({"Range": "bytes=0-9"}), with_body=True).status_code == 206, (
        "small parts are free"
    )
    assert desk.answer(file, Headers(), with_body=False).status_code == 200
    first.close()
    first.close()
    assert desk.answer(file, Headers(), with_body=True).status_code == 200


@given(
    st.text("0123456789-=bytes, ", max_size=20) | st.from_regex(r"bytes=\d{0,4}-\d{0,4}", fullmatch=True),
    st.integers(0, 3000),
)
def test_any_range_is_within_the_file_or_none(asked: str, length: int) -> None:
    part = part_of(asked, None, length, '"a"', NOW, NOW)
    assert part is None or part.start >= part.stop or 0 <= part.start < part.stop <= length
    assert isinstance(part, Part | None)
    assert parse_http_date(asked, NOW) is None
