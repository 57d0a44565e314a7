"""What of a page is the story: its opening, its parts, its captions; and what is not."""

import json
from datetime import UTC, datetime

import pytest

from feedsvc.articles.plain import plain_text
from feedsvc.model import Document, Draft, Parsed
from feedsvc.parsers import parse

ONE = "The ferry sailed again on Saturday, the first crossing since the storm, and the islanders cheered at the pier."
TWO = "The harbour master expects that the wind turns on Monday; until then the boats of line two stay in port."
LEAD = "Nach neun Tagen Sturm fährt die Fähre wieder. Auf den Inseln wurde das Mehl knapp, und die Schule hatte kein Öl. Jetzt atmen alle auf."
BODY = f"<p>{ONE}</p><p>{TWO}</p>" * 3


def parsed_page(body: str, head: str = "", language: str = "en") -> Parsed:
    page = (
        f"<!DOCTYPE html><html lang='{language}'><head><title>Beacon</title>{head}</head><body>{body}</body></html>"
    )
    return parse(Document("page.html", page.encode(), datetime(2026, 1, 1, tzinfo=UTC)))


def read(body: str, head: str = "", language: str = "en") -> Draft:
    (draft,) = parsed_page(body, head, language).drafts
    return draft


def text(body: str, language: str = "en") -> str:
    return plain_text(read(body, language=language).html)


@pytest.mark.parametrize(
    "place", ["<div class='vorspann'>{}</div>", "<header><p class='article__lead'>{}</p></header>", "<p>{}</p>"]
)
def test_the_opening_above_the_text_is_kept(place: str) -> None:
    page = f"<main><h1>Die Fähre fährt</h1>{place.format(LEAD)}<div class='article-body'>{BODY}</div></main>"
    assert text(page, "de").startswith(LEAD)


def test_a_subtitle_in_english_is_none() -> None:
    page = f"<main><h1>The ferry sails</h1><p class='dek'>Nine days of storm are over.</p><div class='body-copy'>{BODY}</div></main>"
    assert text(page).startswith(ONE)


def test_text_that_stands_above_the_heading_of_a_part_is_kept() -> None:
    page = f"<main><div><p>{ONE} First.</p><p>{TWO} Second.</p><p>{ONE} Third.</p><h1>Afterwards</h1><p>{TWO} Last.</p></div></main>"
    found = text(page)
    assert found.startswith(ONE)
    assert found.endswith("Last.")


def test_a_caption_stands_in_the_body_and_not_in_its_text() -> None:
    page = f"<article><h1>The ferry sails</h1>{BODY}<div><img src='a.jpg'><div class='image-caption'>The pier at noon.</div></div>{BODY}</article>"
    draft = read(page)
    assert "<figcaption" in draft.html
    assert "The pier at noon." not in plain_text(draft.html)


def test_what_is_nothing_but_a_caption_is_text() -> None:
    assert (
        plain_text("<figure><img src='a.jpg'><figcaption>The pier at noon.</figcaption></figure>")
        == "The pier at noon."
    )


@pytest.mark.parametrize(
    "furniture",
    [
        "<h3>Das könnte Sie auch interessieren</h3><ul><li><a href='/1'>Eins</a></li><li><a href='/2'>Zwei</a></li></ul>",
        "<p>Zobacz również:</p><p><a href='/1'>Druga historia o promie</a></p>",
        "<p><a href='/1'>Baca juga: Feri lain berlayar kembali</a></p>",
        "<div class='author-box'><p>Ann Mason writes about ships, harbours and the people who live by them.</p></div>",
        "<div class='affiliate-disclosure'><p>We may receive money when you buy through links on this page, at no cost to you.</p></div>",
        "<p>- Anzeige -</p>",
        "<p>Comments are closed.</p>",
        "<p><a href='/1'><strong>A LIGHTHOUSE THAT NOBODY KEEPS</strong></a></p>",
        "<p>To view this video please enable JavaScript, and consider a newer browser</p>",
        "<p>Empfohlener redaktioneller Inhalt</p><p>Ich bin damit einverstanden, dass mir Inhalte von YouTube angezeigt werden.</p>",
        "<p>Facebookでシェアする</p><p>印刷する</p>",
        "<h3>Über die Autorin</h3>",
        "<h2>Table of contents</h2><ul><li><a href='#1'>Tides</a></li><li><a href='#2'>Winds</a></li></ul>",
        "<a class='btn btn-primary' href='/x'>Buy a ticket</a>",
    ],
)
def test_furniture_inside_the_text_is_dropped(furniture: str) -> None:
    expected = text(f"<article><h1>The ferry sails</h1>{BODY}</article>")
    assert text(f"<article><h1>The ferry sails</h1>{BODY}{furniture}</article>") == expected


@pytest.mark.parametrize("name", ["report__section--ads", "js_readmore_text", "news commentary"])
def test_a_name_that_only_sounds_like_furniture_drops_nothing(name: str) -> None:
    assert ONE in text(
        f"<article><h1>The ferry sails</h1><section class='{name}'><p>{ONE}</p></section><p>{TWO}</p></article>"
    )


def test_a_heading_counts_for_more_than_a_title_that_names_the_site() -> None:
    assert read(f"<h1>The ferry sails again</h1>{BODY}").headline == "The ferry sails again"


@pytest.mark.parametrize(
    "heading",
    [
        "<h1><span class='top'>Nine days of storm</span> The ferry sails again</h1>",
        "<h1><small>Islands</small><br> The ferry sails again</h1>",
        "<h1>The ferry sails again<br><small>2 May 2020 - Harbour</small></h1>",
        "<h1>The ferry sails again<span> | Beacon</span></h1>",
        "<h1 class='page-title hidden'>News</h1><h1>The ferry sails again</h1>",
    ],
)
def test_what_stands_above_and_below_the_headline_is_no_part_of_it(heading: str) -> None:
    stated = ("property='og:title'", "name='twitter:title'")
    head = "".join(f"<meta {each} content='The ferry sails again'>" for each in stated)
    assert read(f"<article>{heading}{BODY}</article>", head).headline == "The ferry sails again"


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<p class='byline'><span>Posted on</span> <a rel='author' href='/a'>Ann Mason</a></p>", ["Ann Mason"]),
        ("<p class='author'>Erstellt von Ann Mason</p>", ["Ann Mason"]),
        ("<p class='author'>14:57 Uhr</p>", []),
        ("<h4>Pictures of Ann Mason</h4>", []),
        ("<p>12 May 2020, by Ann Mason</p>", ["Ann Mason"]),
        ("<a rel='author' href='https://youtube.example/u'>Youtube</a>", []),
        # The day in a byline.
        ("<p class='author'>Posted on September 21, 2020 by Ann Mason</p>", ["Ann Mason"]),
        ("<div class='author-info'>Ann Mason Stand: 05. Februar 2020</div>", ["Ann Mason"]),
        ("<p class='author'>Ann Mason, September 21, 2020</p>", ["Ann Mason"]),
        # Offices beside people, and what a name is followed by.
        ("<p class='byline'>Ann Mason, Newsroom</p>", ["Ann Mason"]),
        (
            "<p class='byline'><span class='author'>Ann Mason</span><span class='author'>Ann Mason Harbour Team</span></p>",
            ["Ann Mason"],
        ),
        ("<a rel='author' href='/rights'>all rights reserved</a>", []),
        ("<ul class='author'><li>Ann Mason</li></ul>", ["Ann Mason"]),
        ("<byline>By Ann Mason</byline>", ["Ann Mason"]),
        ("<span class='item--type-author'>Ann Mason</span>", ["Ann Mason"]),
        ("<p>Auteur : Ann Mason</p>", ["Ann Mason"]),
        ("<p><a href='/people/ann-mason'>Ann Mason</a></p>", ["Ann Mason"]),
        # People of whom the text tells.
        (f"{'<i></i>' * 40}<p>Of <a href='/people/1'>Ida Holm</a> and <a href='/people/2'>Ole Berg</a>.</p>", []),
        ("<div class='widget elementor-widget'><p class='author'>Ann Mason</p></div>", ["Ann Mason"]),
    ],
)
def test_a_byline_names_people(byline: str, names: list[str]) -> None:
    draft = read(f"<article><h1>The ferry sails</h1>{byline}{BODY}</article>")
    assert [person.name for person in draft.authors] == names


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        (["Maria", "Maria Lopez"], ["Maria", "Maria Lopez"]),
        (["Ann Mason", "Ann Mason Brown"], ["Ann Mason", "Ann Mason Brown"]),
        (["ann", "Ann Mason"], ["ann", "Ann Mason"]),
        (["Ann Mason", "Ann Mason Fotos"], ["Ann Mason"]),
        (["Ann Mason", "Newsroom"], ["Ann Mason"]),
    ],
)
def test_a_name_that_begins_like_another_is_another_person(stated: list[str], names: list[str]) -> None:
    source = json.dumps({"@type": "NewsArticle", "author": stated})
    head = f"<script type='application/ld+json'>{source}</script>"
    draft = read(f"<article><h1>The ferry sails</h1>{BODY}</article>", head)
    assert [person.name for person in draft.authors] == names


def test_of_a_long_list_of_names_the_first_are_read() -> None:
    words = [f"{a}{b}{c}" for a in "bcdfghjklm" for b in "aeiou" for c in "bcdfghjklmnprstvwxyz"]
    stated = [f"{first.title()} {last.title()}" for first in words[:16] for last in words[:500]]
    source = json.dumps({"@type": "NewsArticle", "author": stated})
    head = f"<script type='application/ld+json'>{source}</script>"
    draft = read(f"<article><h1>The ferry sails</h1>{BODY}</article>", head)
    assert [person.name for person in draft.authors] == stated[:200]
    assert [(each.code, each.field) for each in draft.findings if each.field == "authors"] == [
        ("too-many-values", "authors")
    ]


def test_what_holds_the_headline_is_no_caption() -> None:
    page = f"<main class='module image-top'><h1>The ferry sails</h1><p>By Ann Mason</p>{BODY}</main>"
    assert [person.name for person in read(page).authors] == ["Ann Mason"]
    picture = f"<main><h1>The ferry sails</h1><div class='image-top'><p>By Ann Mason</p></div>{BODY}</main>"
    assert read(picture).authors == ()


def test_a_person_counts_for_more_than_a_company() -> None:
    head = "<meta name='author' content='Beacon Verlag GmbH'>"
    draft = read(f"<article><h1>The ferry sails</h1><p class='byline'>Ann Mason</p>{BODY}</article>", head)
    assert [person.name for person in draft.authors] == ["Ann Mason"]


def test_the_number_of_stories_is_no_part_of_a_tag() -> None:
    draft = read(
        f"<article><h1>The ferry sails</h1>{BODY}<a rel='tag' href='/tag/ships'>Ships (611 posts)</a></article>"
    )
    assert draft.tags == ("Ships",)


@pytest.mark.parametrize(
    ("head", "body", "tags"),
    [
        # What readers see as tags of the story counts before what machines are told, marked links before lists.
        ("<meta property='article:tag' content='Boats'>", "<a rel='tag' href='/tag/ships'>Ships</a>", ("Ships",)),
        (
            "",
            "<a rel='tag' href='/tag/ships'>Ships</a><ul class='tags'><li><a href='/tag/oil'>Oil</a></li></ul>",
            ("Ships",),
        ),
        ("", "<ul class='tags'><li><a href='/tag/oil'>Oil</a></li></ul>", ("Oil",)),
        # Of stated names those that the page links, else, of many, those that its text uses, else all.
        (
            "<meta name='keywords' content='Boats, Oil, Beacon daily'>",
            "<p class='more'><a href='/oil'>Oil</a></p>",
            ("Oil",),
        ),
        ("<meta name='keywords' content='Boats, Oil, Ferry, Flour, Storm'>", "", ("Boats", "Ferry", "Storm")),
        (
            "<meta name='keywords' content='Salt, Oil, Flour, Bread, Butter'>",
            "",
            ("Salt", "Oil", "Flour", "Bread", "Butter"),
        ),
        ("<meta name='keywords' content='Boats, Ferry'>", "", ("Boats", "Ferry")),
        (
            "<meta property='article:tag' content='Ferries'><meta name='news_keywords' content='Oil'>",
            "",
            ("Ferries",),
        ),
    ],
)
def test_the_tags_that_readers_see_count_first(head: str, body: str, tags: tuple[str, ...]) -> None:
    assert read(f"<article><h1>A crossing</h1>{BODY}{body}</article>", head).tags == tags


def test_the_terms_in_the_classes_of_a_post_name_its_links_wherever_they_stand() -> None:
    story = f"<article class='post-7 hentry category-sea tag-old-ships'><h1>A crossing</h1>{BODY}</article>"
    cloud = "".join(
        f"<a href='/{kind}/{term}/'>{name}</a>"
        for kind, term, name in (
            ("tag", "old-ships", "Old Ships"),
            ("tag", "bread", "Bread"),
            ("category", "sea", "The Sea (3)"),
            ("category", "land", "Land"),
        )
    )
    draft = read(f"{story}<aside>{cloud}</aside>")
    assert (draft.tags, draft.sections) == (("Old Ships",), ("The Sea",))


def test_the_menu_of_a_site_is_no_list_of_sections() -> None:
    menu = "".join(f"<a href='/{n}'>Part {n}</a>" for n in range(20))
    head = "<meta property='article:section' content='Sea'>"
    assert read(f"<main><div class='categories'>{menu}</div><h1>A crossing</h1>{BODY}</main>", head).sections == (
        "Sea",
    )


@pytest.mark.parametrize(
    "name", ["date-comments", "postmeta-sidebar", "article-content sticky-sidebar", "wrap sidebar-right"]
)
def test_a_name_that_only_sounds_like_a_sidebar_hides_nothing(name: str) -> None:
    text_of_story = BODY if "meta" not in name and "date" not in name else ""
    page = f"<main><h1>A crossing</h1><div class='{name}'>{text_of_story}<a rel='tag' href='/tag/ships'>Ships</a></div>{BODY[:250]}</main>"
    assert read(page).tags == ("Ships",)


@pytest.mark.parametrize("tags", ["<div>", "<div class='a'>", "<ul><li>", "<table><tr><td>", "<p><b><span>"])
def test_tags_that_nest_without_end_lose_no_text(tags: str) -> None:
    draft = read(f"<h1>The ferry sails</h1>{tags * (100_000 // tags.count('<'))}{BODY}")
    assert plain_text(draft.html).startswith(ONE)
    assert "too-deep" in {finding.code for finding in draft.findings}


# Pages that list articles

WORDPRESS = "".join(
    f"<article class='post hentry'><h2 class='entry-title'><a href='/2026/01/{n}'>The harbour story number {n}</a></h2>"
    f"<time datetime='2026-01-{n:02}'>January {n}, 2026</time>"
    f"<p>The ferry sailed again on day {n}, the first crossing since the storm of the week before.</p></article>"
    for n in range(1, 9)
)
TILES = "".join(
    f"<div><a href='/news/{n}'><h3>Council votes on the new bridge, part {n}</h3></a><span>2 hours ago</span>"
    f"<div>After a long night the council has found a majority for plan {n} of the bridge.</div></div>"
    for n in range(6)
)
RESULTS = "".join(
    f"<li><h4><a href='/a/{n}?q=x'>Ergebnis der Suche nach Nummer {n}</a></h4><time>1. März 2026</time></li>"
    for n in range(5)
)
RELATED = "".join(f"<div><h3><a href='/r/{n}'>Another story that is related, {n}</a></h3></div>" for n in range(8))
STORY = "<p>" + "The council has voted for the bridge on Tuesday night, after a debate of nine hours. " * 3 + "</p>"


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>The Northport Blog</h1><main>{WORDPRESS}</main><aside><p>{'About us. ' * 60}</p></aside>",
        f"<h1>Local news</h1><p>All that happens here.</p>{TILES}",
        f"<h1>Suche</h1><time datetime='2026-03-02'>2. März 2026</time><ol>{RESULTS}</ol>",
    ],
)
def test_a_page_that_lists_articles_is_none(body: str) -> None:
    parsed = parsed_page(body)
    assert parsed.drafts == ()
    assert [finding.code for finding in parsed.findings] == ["no-article"]
    assert "lists" in parsed.findings[0].message


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", f"<h1>Council votes for bridge</h1>{STORY * 3}<section>{RELATED}</section>"),
        ("", f"<h1>Council votes for bridge</h1>{STORY}<section>{RELATED}</section>"),
        ("<meta property='og:type' content='article'>", f"<h1>Our best stories of the year</h1>{TILES}"),
        ("<meta property='article:published_time' content='2026-01-02'>", f"<h1>The week in news</h1>{WORDPRESS}"),
        ("", f"<h1>Three questions</h1>{TILES[:500]}"),
    ],
)
def test_an_article_with_teasers_or_of_short_pieces_is_one(head: str, body: str) -> None:
    assert len(parsed_page(body, head).drafts) == 1


def test_the_reading_beside_characters_is_no_part_of_the_headline() -> None:
    page = f"<article><h1><ruby>橋<rt>はし</rt></ruby>が<ruby>開<rt>ひら</rt></ruby>く</h1>{BODY}</article>"
    assert read(page, language="ja").headline == "橋が開く"


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Ida Holm Foto: Ole Berg", ["Ida Holm"]),
        ("Ida Holm, Illustration von Ole Berg", ["Ida Holm"]),
        ("Ida Holm im Gespräch mit Ole Berg", ["Ida Holm", "Ole Berg"]),
    ],
)
def test_who_made_the_pictures_wrote_no_text(byline: str, names: list[str]) -> None:
    page = f"<article><h1>Die Fähre fährt</h1><p class='byline'>{byline}</p>{BODY}</article>"
    assert [person.name for person in read(page, language="de").authors] == names
