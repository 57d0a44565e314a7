"""The operator's desk: locked, off until a token is set, and telling of a real publication."""

import subprocess
import sys
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree, html
from publication import SETTINGS, Publication
from werkzeug.test import TestResponse

from feedsvc.config import load_settings
from feedsvc.desk import Newsroom
from feedsvc.store.database import open_database
from feedsvc.store.reader import PublishedEdition
from feedsvc.store.statistics import open_statistics
from feedsvc.web.app import create_app
from feedsvc.web.counting import Counter

BASE = "https://news.example.org"
TOKEN = "correct-horse-battery"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ADDRESSES = ("/desk", "/desk/document?name=ferry.md", "/desk/rule?q=ferry")


@pytest.fixture
def unbuilt(tmp_path: Path) -> Publication:
    topic = '[[topic]]\nslug = "sea"\ntitle = "The sea <b>"\nmatch = "ferry OR harbour"\n'
    made = Publication(tmp_path, f'{SETTINGS}{topic}[serve]\ntoken = "{TOKEN}"\n')
    made.article("ferry.md", "The ferry & the fog", date="2026-02-27T09:00:00+09:00")
    made.article("secret.md", "The merger", embargo=(made.now + timedelta(days=2)).isoformat())
    made.write("broken.md", '---\ntitle: "x\n---\n\ntext\n')
    return made


@pytest.fixture
def publication(unbuilt: Publication) -> Publication:
    unbuilt.build_here()
    return unbuilt


def web(publication: Publication, *, locked: bool = True) -> FlaskClient:
    settings = load_settings(publication.folder / "feedsvc.toml")
    database = open_database(settings)
    edition = PublishedEdition(database, now=lambda: publication.now)
    counter = Counter(open_statistics(settings), (), publication.now.timestamp)
    newsroom = Newsroom(settings, database, edition, lambda: publication.now)
    token = TOKEN if locked else None
    return create_app(
        edition, base=BASE, clock=lambda: publication.now, counter=counter, token=token, operations=newsroom
    ).test_client()


def text(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(" ".join(html.fromstring(answer.text).xpath("//main")[0].itertext()).split())


@pytest.mark.parametrize("path", ADDRESSES)
def test_there_is_no_desk_without_a_token(publication: Publication, path: str) -> None:
    assert web(publication, locked=False).get(path, headers=BEARER).status_code == 404


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Bearer é",
        f"Bearer {TOKEN}x",
        f"Token {TOKEN}",
        TOKEN,
        "Basic !!!",
        "Basic " + b64encode(f"{TOKEN}:x".encode()).decode(),
    ],
)
def test_the_desk_is_locked(publication: Publication, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = web(publication).get(path, headers=headers)
    assert answer.status_code == 401
    assert [each.partition(" ")[0] for each in answer.headers.getlist("WWW-Authenticate")] == ["Bearer", "Basic"]
    assert "merger" not in answer.text


def test_a_browser_gives_the_token_as_the_password(publication: Publication) -> None:
    headers = {"Authorization": "Basic " + b64encode(f"anyone:{TOKEN}".encode()).decode()}
    answer = web(publication).get("/desk", headers=headers)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_the_desk_tells_how_the_publication_is(unbuilt: Publication) -> None:
    unbuilt.build(code=1)  # the command: it remembers its builds
    client = web(unbuilt)
    client.get(
        "/feeds/all.atom", headers={"User-Agent": "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers)"}
    )
    answer = client.get("/desk", headers=BEARER)
    told = text(answer)
    assert "Edition 1 the current edition is served Articles 1 in " in told
    assert "With errors 1 no warnings Subscribers 12 of all feeds, added up Polls 1 in seven days" in told
    assert "broken.md" in told
    assert "The merger" in told
    assert "3 March 2026, 21:00 UTC+9" in told
    assert "Feedly 12" in told
    page = html.fromstring(answer.text)
    builds = [
        " ".join(" ".join(row.itertext()).split()) for row in page.xpath("//h2[@id='builds']/following::tbody/tr")
    ]
    assert len(builds) == 1
    assert builds[0].endswith("3 0 0 1 1")
    charts = page.xpath("//figure/img/@src")
    assert len(charts) == 4
    numbers = {" ".join(each.itertext()) for each in page.xpath("//figure//tbody/tr/th | //figure//tbody/tr/td")}
    assert {"Feedly", "12", "02-27"} <= numbers
    assert page.xpath("//figure//thead//th/text()").count("The sea <b>") == 1
    for each in charts:
        drawn = decoded(each)
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
        assert drawn.xpath("//*[local-name()='script']") == []
    assert any("02-27" in "".join(decoded(each).itertext()) for each in charts)


def decoded(address: str) -> etree._Element:
    return etree.fromstring(b64decode(address.partition("base64,")[2]))


def test_findings_show_the_line(publication: Publication) -> None:
    japanese = "港の時計\n\n　港の時計が止まった。修理には一年かかると町は話している。\n\n（1月29日）\n"
    publication.write("2026/old.txt", japanese.encode("shift_jis"))
    publication.write("day.md", "---\ntitle: A day\ndate: 2026-02-31\n---\n\nText of it.\n")
    publication.build_here()
    page = html.fromstring(web(publication).get("/desk", headers=BEARER).text)
    shown = {each.xpath("string(h3)"): each for each in page.xpath("//ul[@class='findings']/li")}
    assert "line 3" in shown["day.md"].text_content()
    assert shown["day.md"].xpath(".//pre/text()") == ["date: 2026-02-31"]
    assert shown["2026/old.txt"].xpath(".//pre/text()")[0].strip() == "（1月29日）"


def test_a_document_is_explained(publication: Publication) -> None:
    client = web(publication)
    told = text(client.get("/desk/document?name=ferry.md", headers=BEARER))
    assert "usable ferry.md · its page" in told
    assert 'headline has "ferry"' in told
    assert "all, sea" in told
    assert "rejected broken.md" in text(client.get("/desk/document?name=broken.md", headers=BEARER))
    for name in ("nothing.md", "../feedsvc.toml", "%00"):
        assert client.get(f"/desk/document?name={name}", headers=BEARER).status_code == 404


def test_every_article_leads_to_its_explanation(publication: Publication) -> None:
    client = web(publication)
    page = html.fromstring(client.get("/desk/document", headers=BEARER).text)
    rows = [" ".join(" ".join(row.itertext()).split()) for row in page.xpath("//tbody/tr")]
    assert rows == [
        "27 February 2026 The ferry & the fog ferry.md usable",
        "1 February 2026 The merger secret.md embargoed",
    ]
    for address in page.xpath("//tbody//a/@href"):
        assert client.get(address, headers=BEARER).status_code == 200
    assert "None." in text(client.get("/desk/document?page=2", headers=BEARER))
    for number in ("0", "-1", "x", "1" * 99):
        assert client.get(f"/desk/document?page={number}", headers=BEARER).status_code == 404


def test_a_rule_is_tried(publication: Publication) -> None:
    client = web(publication)
    told = text(client.get("/desk/rule?q=fog%20-tram", headers=BEARER))
    assert "One article matches." in told
    assert 'headline has "fog"' in told
    assert 'match = "fog AND -tram"' in told
    assert "Column 5: " in text(client.get("/desk/rule?q=fog%20AND", headers=BEARER))
    assert "Articles it would match" not in text(client.get("/desk/rule", headers=BEARER))
    assert client.get("/desk/rule", query_string={"q": "a " * 9000}, headers=BEARER).status_code == 200


def test_an_empty_publication_has_a_desk(tmp_path: Path) -> None:
    made = Publication(tmp_path)
    made.build_here()
    assert "None yet." in text(web(made).get("/desk", headers=BEARER))


def test_drawing_leaves_python_as_it_was(tmp_path: Path) -> None:
    script = (
        "import sys; from importlib.metadata import version; from feedsvc.web.charts import _library; _library();"
        "assert version('werkzeug'); print([type(each).__module__ for each in sys.meta_path if 'pygal' in type(each).__module__])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("[]\n", "")
