"""The settings: what the contract's example means, and what is said of every mistake."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feedsvc.config import load_settings, parse_settings
from feedsvc.errors import SettingsError
from feedsvc.query import parse_query

FILE = Path("news/feedsvc.toml")
PUBLICATION = '[publication]\ntitle = "The Example Wire"\nurl = "https://news.example.org"\n'  # three lines

EXAMPLE = """\
[publication]
title = "The Example Wire"
url = "https://news.example.org"      # public base of every address that is printed
id_authority = "news.example.org,2026"  # RFC 4151; never change it, whatever becomes of url
language = "en"
timezone = "Asia/Tokyo"               # for dates that name no zone
author = "Example Desk"               # when an article names none
rights = "© Example Wire"

[inbox]
folder = "inbox"                      # relative to this file; sub-folders count

[feeds]
entries = 50                          # per subscription document
content = "full"                      # or "summary"
automatic_topics = true               # a feed for each tag, section or subject the articles carry

[store]
url = "sqlite:///var/feedsvc.db"      # or postgresql+psycopg://…

[[topic]]
slug = "japan-us"
title = "Japan–U.S. relations"
match = '("Abe" OR Japan*) AND (Trump OR "White House") -sports'
"""


def problems(source):
    with pytest.raises(SettingsError) as caught:
        parse_settings(source, FILE)
    return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]


def test_the_example_of_the_contract():
    settings = parse_settings(EXAMPLE, FILE)
    assert settings.publication.timezone == ZoneInfo("Asia/Tokyo")
    assert settings.publication.id_authority == "news.example.org,2026"
    assert settings.publication.rights == "© Example Wire"
    assert settings.inbox_folder == Path("news/inbox")
    (topic,) = settings.topics
    assert (topic.slug, topic.title) == ("japan-us", "Japan–U.S. relations")
    assert topic.match == parse_query('("Abe" OR Japan*) AND (Trump OR "White House") -sports')


def test_what_the_example_shows_for_inbox_feeds_and_store_are_the_defaults():
    shown, default = parse_settings(EXAMPLE, FILE), parse_settings(PUBLICATION, FILE)
    assert (shown.inbox, shown.feeds, shown.store) == (default.inbox, default.feeds, default.store)


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file():
    source = """\
[publication]
url = "news.example.org"
colour = "red"

[feeds]
entries = 0
content = "everything"
automatic_topics = "yes"

[[topic]]
slug = "Japan US"
title = "Japan"
match = 'Abe AND'

[server]
port = 8000
"""
    found = problems(source)
    assert [(line, key) for line, key, _ in found] == [
        (1, "publication.title"),
        (2, "publication.url"),
        (3, "publication.colour"),
        (6, "feeds.entries"),
        (7, "feeds.content"),
        (8, "feeds.automatic_topics"),
        (11, "topic[0].slug"),
        (13, "topic[0].match"),
        (15, "server"),
    ]
    said = [message for _, _, message in found]
    assert "must be given" in said[0]
    assert "https://news.example.org" in said[1]
    assert "known are title, url, id_authority" in said[2]
    assert "from 1 to 1000" in said[3]
    assert '"full", "summary"' in said[4]
    assert "true or false is wanted, without quotes" in said[5]
    assert '"japan-us"' in said[6]
    assert 'column 5: nothing to search for stands after "AND"' in said[7]
    assert "known are publication, inbox, feeds, podcast, store, serve, topic, moved, removed" in said[8]


def test_the_message_names_the_file():
    with pytest.raises(SettingsError, match=r"^news/feedsvc\.toml:4: inbx: unknown section"):
        parse_settings(PUBLICATION + "[inbx]\n", FILE)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('url = "ftp://example.org"', "http"),
        ('url = "https://example.org/?a=1"', "http"),
        ('url = "https://[example.org"', "http"),
        ('url = "https://example.org:99999"', "http"),
        ('url = "https://bücher.example"', "punycode"),
        ('title = " "', "text in quotes"),
        ("title = 7", "text in quotes"),
        ('id_authority = "example"', "RFC 4151"),
        ('language = "english language"', "BCP 47"),
        ('timezone = "Asia/Atlantis"', "Asia/Tokyo"),
        ('timezone = "../../etc/passwd"', "Asia/Tokyo"),
        ('timezone = "Asia"', "Asia/Tokyo"),
    ],
)
def test_wrong_values_of_the_publication(line, says):
    rest = [each for each in PUBLICATION.splitlines() if each.split(" ")[0] != line.split(" ")[0]]
    ((number, key, message),) = problems("\n".join([*rest, line]))
    assert (number, key) == (len(rest) + 1, f"publication.{line.split(' ')[0]}")
    assert says in message


def topic(slug, title, match=None):
    return f"[[topic]]\nslug = '{slug}'\ntitle = '{title}'\n" + (f"match = '{match}'\n" if match else "")


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (topic("a", "A") + topic("a", "B"), [(8, "topic[1].slug", "the same slug as topic[0]")]),
        (topic("a", "News") + topic("b", "NEWS"), [(9, "topic[1].title", "the same title as topic[0]")]),
        (topic("all", "A"), [(5, "topic[0].slug", '"all-LANGUAGE"')]),
        (topic("all-en", "A"), [(5, "topic[0].slug", '"all-LANGUAGE"')]),
        (topic("a--b", "A"), [(5, "topic[0].slug", '"a-b"')]),
        (topic("a", "A", "x topic:a"), [(7, "topic[0].match", "circle")]),
        (
            "".join(topic(a, a.upper(), f"-topic:{b}") for a, b in ("ab", "bc", "ca", "da")),
            [(7, "topic[0].match", "circle"), (11, "topic[1].match", "circle"), (15, "topic[2].match", "circle")],
        ),
        (topic("a", "A", "  x tite:y"), [(7, "topic[0].match", 'column 5: there is no field "tite"')]),
        ("[[topic]]\n", [(4, "topic[0].slug", "must be given"), (4, "topic[0].title", "must be given")]),
        ("[topic]\nslug = 'a'\n", [(4, "topic", "[[topic]]")]),
    ],
)
def test_topics_that_clash_circle_or_do_not_parse(topics, expected):
    found = problems(PUBLICATION + topics)
    assert [(line, key) for line, key, _ in found] == [(line, key) for line, key, _ in expected]
    for (_, _, message), (_, _, says) in zip(found, expected, strict=True):
        assert says in message


def test_topics_may_use_each_other_in_any_order_and_automatic_ones():
    parse_settings(
        PUBLICATION + topic("a", "A", "topic:b topic:c topic:world") + topic("b", "B", "topic:c") + topic("c", "C"),
        FILE,
    )


def test_what_is_no_toml_is_refused_with_its_line():
    ((line, _, message),) = problems(PUBLICATION + "author = Example\n")
    assert line == 4
    assert message.startswith("not TOML")
    ((_, _, message),) = problems("a = " + "[" * 100_000)
    assert message.startswith("not TOML")
    ((line, _, message),) = problems(PUBLICATION + "[inbox]\nmax_bytes = " + "9" * 5000)
    assert (line, message) == (5, "not TOML: a number has thousands of digits; shorten it")


def test_a_key_stands_on_one_line_whatever_it_holds():
    ((_, key, _),) = problems(PUBLICATION + '"a\\nb" = 1\n')
    assert key == "publication.a\\nb"


def test_the_file_is_read_as_utf8_with_or_without_a_mark(tmp_path):
    file = tmp_path / "feedsvc.toml"
    file.write_bytes(b"\xef\xbb\xbf" + PUBLICATION.encode())
    assert load_settings(file).publication.title == "The Example Wire"
    file.write_bytes(PUBLICATION.replace("Wire", "Café").encode("latin-1"))
    with pytest.raises(SettingsError, match="cannot be read as UTF-8"):
        load_settings(file)
    with pytest.raises(SettingsError, match="feedsvc init"):
        load_settings(tmp_path / "nowhere.toml")


def test_a_pipe_in_place_of_the_settings_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "feedsvc.toml")
    with pytest.raises(SettingsError, match="no regular file"):
        load_settings(tmp_path / "feedsvc.toml")
