"""An operator's own templates and files: they override ours by block, and a fault in them costs no page."""

import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html
from publication import Publication

from feedsvc.web.app import create_app
from feedsvc.web.theme import Theme

BASE = "https://news.example.org"


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    made = Publication(tmp_path)
    made.article("one.md", "The ferry & the <fog>")
    made.build_here()
    return made


def own(publication: Publication, **files: str) -> FlaskClient:
    for name, text in files.items():
        folder = publication.folder / ("static" if name.endswith("css") else "templates")
        folder.mkdir(exist_ok=True)
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    theme = Theme(publication.folder)
    return create_app(publication.edition(), base=BASE, clock=lambda: publication.now, theme=theme).test_client()


def test_a_block_is_overridden_and_the_rest_stays(publication: Publication) -> None:
    client = own(
        publication,
        layout_html='{% extends "feedsvc/layout.html" %}{% block masthead %}<p id="own">{{ publication.title }}</p>{% endblock %}',
        article_html='{% extends "feedsvc/article.html" %}{% block title %}! {{ article.headline }}{% endblock %}',
    )
    page = html.fromstring(client.get("/articles/the-ferry-the-fog").text)
    assert page.xpath("string(//title)") == "! The ferry & the <fog>"
    assert page.xpath("//p[@id='own']/text()") == ["The Test Wire"]
    assert page.xpath("//h1/text()") == ["The ferry & the <fog>"]
    assert html.fromstring(client.get("/nothing").text).xpath("//p[@id='own']")


def test_a_stylesheet_comes_after_ours(publication: Publication) -> None:
    client = own(publication, style_css="body { color: teal; }")
    sheets = html.fromstring(client.get("/").text).xpath("//link[@rel='stylesheet']/@href")
    assert [each.partition("?")[0] for each in sheets] == ["/static/style.css", "/own/style.css"]
    answer = client.get(sheets[1])
    assert (answer.text, answer.mimetype) == ("body { color: teal; }", "text/css")
    assert client.get("/own/../feedsvc.toml").status_code == 404


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("line one\n{% block %}", 2),
        ("{{ nobody.knows }}", None),
        ("{{ 1 / 0 }}", None),
        ('{% extends "nowhere.html" %}', None),
        ('{% extends "home.html" %}', None),
        ("{% include 'home.html' %}", None),
    ],
)
def test_where_a_template_fails_ours_is_used(
    publication: Publication, caplog: pytest.LogCaptureFixture, text: str, line: int | None
) -> None:
    client = own(publication, home_html=text)
    with caplog.at_level(logging.WARNING, "feedsvc"):
        answer = client.get("/")
    assert answer.status_code == 200
    assert html.fromstring(answer.text).xpath("//h1/text()") == ["The Test Wire"]
    assert "home.html fails" in caplog.text
    found = dict(Theme(publication.folder).findings())
    assert [(name, each.code, each.line) for name, each in found.items()] == (
        [("templates/home.html", "template-broken", line)] if line else []
    )


def test_check_tells_of_what_is_wrong(publication: Publication) -> None:
    own(publication, home_html="{% if %}")
    (publication.folder / "templates" / "feed.html").write_bytes(b"\xff\xfe")
    (publication.folder / "static").mkdir()
    (publication.folder / "static" / "notes.docx").write_text("x")
    (publication.folder / "static" / "large.png").write_bytes(bytes(6 * 1024 * 1024))
    told = publication.run("check", str(publication.folder)).out
    assert "templates/home.html:1: error: template-broken: " in told
    assert "templates/feed.html: error: template-broken: It cannot be read as UTF-8 text" in told
    assert "static/notes.docx: warning: file-not-served: " in told
    assert "static/large.png: warning: file-not-served: " in told
    client = own(publication)
    assert client.get("/own/notes.docx").status_code == client.get("/own/large.png").status_code == 404
    assert client.get("/feeds/all").status_code == 200
