"""The day of a page: what it states, what its address names, what it shows in the languages of its readers."""

import time
from datetime import UTC, datetime

import pytest
from test_parsers import date_text

from feedsvc.model import Document, Draft
from feedsvc.parsers import parse

TEXT = (
    "<p>The ferry sailed again on Saturday, the first crossing since the storm, and the islanders cheered at the pier.</p>"
    * 3
)


def read(head: str, body: str = "<h1>The ferry sails</h1>", language: str = "en-GB") -> Draft:
    page = f"<!DOCTYPE html><html lang='{language}'><head><title>The ferry sails</title>{head}</head><body><article>{body}{TEXT}</article>"
    (draft,) = parse(Document("page.html", page.encode(), datetime(2026, 1, 1, tzinfo=UTC))).drafts
    return draft


def day(head: str, body: str = "<h1>The ferry sails</h1>", language: str = "en-GB") -> str | None:
    published = read(head, body, language).published
    return None if published is None else date_text(published)


@pytest.mark.parametrize(
    ("language", "shown", "read"),
    [
        ("pl", "5 marca 2020, 13:43", "2020-03-05T13:43:00"),
        ("ru", "Опубликовано: 15 августа 2016, 13:43", "2016-08-15T13:43:00"),
        ("uk", "24 вересня 2020 р.", "2020-09-24"),
        ("ro", "duminică, 20 septembrie 2020", "2020-09-20"),
        ("cs", "Čtvrtek 5. března 2020", "2020-03-05"),
        ("hr", "5. ožujka 2020.", "2020-03-05"),
        ("hu", "2020. március 5., csütörtök", "2020-03-05"),
        ("tr", "5 Ağustos 2020 Çarşamba", "2020-08-05"),
        ("fi", "5. maaliskuuta 2020 klo 13.43", "2020-03-05T13:43:00"),
        ("et", "5. märts 2020", "2020-03-05"),
        ("lv", "2020. gada 5. marts", "2020-03-05"),
        ("lt", "2020 m. kovo 5 d.", "2020-03-05"),
        ("el", "Πέμπτη, 5 Μαρτίου 2020", "2020-03-05"),
        ("he", "5 במרץ 2020", "2020-03-05"),
        ("ar", "الأربعاء، 07 أكتوبر 2020 - 12:09 م", "2020-10-07T12:09:00"),
        ("ar", "الجمعة 24 نيسان / أبريل 2020", "2020-04-24"),
        ("ar", "٢٤ يناير ٢٠٢٠", "2020-01-24"),
        ("fa", "۲ تیر ۱۳۹۹", "2020-06-22"),
        ("hi", "१६ फ़रवरी २०२०", "2020-02-16"),
        ("th", "5 มีนาคม 2563", "2020-03-05"),
        ("vi", "Thứ năm, ngày 5 tháng 3 năm 2020", "2020-03-05"),
        ("id", "Kamis, 05 Mar 2020 10:30 WIB", "2020-03-05T10:30:00"),
        ("ko", "입력 2020년 3월 5일", "2020-03-05"),
        ("ca", "5 de març del 2020", "2020-03-05"),
    ],
)
def test_a_day_is_read_in_the_language_of_the_page(language: str, shown: str, read: str) -> None:
    assert day("", f"<h1>The ferry sails</h1><p class='date'>{shown}</p>", language) == read


@pytest.mark.parametrize(
    ("head", "read"),
    [
        ('<meta name="publish-date" content="2020-03-05T10:00:00+09:00">', "2020-03-05T10:00:00+09:00"),
        ('<meta name="vr:published-time" value="2020-03-05">', "2020-03-05"),
        ('<meta property="article:published_time" content="Thursday, 5 March 2020 - 10:30">', "2020-03-05T10:30:00"),
        ('<meta property="article:published_time" content="2020-03-05T10:30:08:684Z">', "2020-03-05"),
    ],
)
def test_what_meta_elements_state(head: str, read: str) -> None:
    assert day(head) == read


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ('{"@type": "NewsArticle", "datePublished": 1676551869000}', "2023-02-16T12:51:09+00:00"),
        ('{"@type": "schema:NewsArticle", "datePublished": "2020-03-05"};', "2020-03-05"),
        ('{"@type": "Organization"} {"@type": "NewsArticle", "datePublished": "2020-03-05"}', "2020-03-05"),
        ('{\n// "url": "",\n"@type": "NewsArticle",\n"datePublished": "2020-03-05",}', "2020-03-05"),
        ('{"@type": "NewsArticle",\n"headline": "He is "unfit"",\n"datePublished": "2020-03-05"\n}', "2020-03-05"),
        (
            '[{"@type": "NewsArticle", "url": "https://a.example/2", "datePublished": "2020-03-09"},'
            '{"@type": "NewsArticle", "url": "https://a.example/1/", "datePublished": "2020-03-05"}]',
            "2020-03-05",
        ),
    ],
)
def test_what_json_ld_states_however_it_is_written(source: str, read: str) -> None:
    head = f'<link rel="canonical" href="https://a.example/1"><script type="application/ld+json">{source}</script>'
    assert day(head) == read


@pytest.mark.parametrize(
    ("stated", "shown", "read"),
    [
        # The time that is shown names the offset, east and west of Greenwich.
        ("2023-11-09T05:30:59Z", "November 8, 2023 at 11:30 p.m.", "2023-11-08T23:30:59-06:00"),
        ("2023-11-08T16:05:00Z", "9 November 2023, 01:05", "2023-11-09T01:05:00+09:00"),
        # The day alone names the smallest one.
        ("2023-11-09T03:15:00Z", "November 8, 2023", "2023-11-08T23:15:00-04:00"),
        ("2023-11-08T23:15:00Z", "9 November 2023", "2023-11-09T00:15:00+01:00"),
        # A day alone that was shown in another zone.
        ("2023-11-08T00:00:00Z", "7 November 2023", "2023-11-08T00:00:00+00:00"),
        ("2023-11-09T05:30:59+00:00", "9 November 2023", "2023-11-09T05:30:59+00:00"),
        # An instant on the next day remains one; what is farther away is another day: the one that readers know.
        ("2021-06-13T08:30:00+02:00", "June 12, 2021 at 11:30 pm", "2021-06-13T08:30:00+02:00"),
        ("2023-11-08T12:00:00Z", "9 November 2023", "2023-11-08T12:00:00+00:00"),
        ("2023-11-09T12:00:00Z", "3 February 2021", "2021-02-03"),
        ("2021-02-03T12:00:00Z", "Published on 9 November 2023", "2023-11-09"),
        # The day of a change is not that of publication.
        ("2021-02-03T12:00:00Z", "Updated 9 November 2023", "2021-02-03T12:00:00+00:00"),
    ],
)
def test_an_instant_falls_on_the_day_that_the_page_shows(stated: str, shown: str, read: str) -> None:
    head = f'<meta property="article:published_time" content="{stated}">'
    assert day(head, f"<h1>The ferry sails</h1><time>{shown}</time>") == read


def test_an_address_names_the_day_of_an_instant_and_of_a_page_without_one() -> None:
    link = '<link rel="canonical" href="https://a.example/2023/11/08/the-ferry/">'
    assert day(link) == "2023-11-08"
    assert day(f'{link}<meta name="pubdate" content="2023-11-09T02:15:00Z">') == "2023-11-08T23:15:00-03:00"


def test_what_is_shown_counts_for_more_than_a_vague_meta_element() -> None:
    shown = "<h1>The ferry sails</h1><time class='published'>5 March 2020</time>"
    assert day('<meta name="date" content="2020-03-12">', shown) == "2020-03-05"
    assert day('<meta name="date" content="2020-03-12">') == "2020-03-12"


def test_the_end_of_time_is_no_day() -> None:
    assert day("", "<h1>The ferry sails</h1><p>This offer ends on 31 December 2099.</p>") is None


def test_stray_zero_bytes_are_removed() -> None:
    page = f'<html><head><meta name="pubdate" content="2020-03-05"></head><body><h1>The fe\0rry</h1>{TEXT}'.encode()
    parsed = parse(Document("page.html", page, datetime(2026, 1, 1, tzinfo=UTC)))
    assert parsed.drafts[0].headline == "The ferry"
    assert [finding.code for finding in parsed.drafts[0].findings] == ["illegal-characters"]


@pytest.mark.parametrize("flood", ["\n   " * 500_000, '"author":["' * 100_000, "// " * 500_000])
def test_broken_json_ld_is_read_in_linear_time(flood: str) -> None:
    start = time.process_time()
    assert day(f'<script type="application/ld+json">{{"@type": "NewsArticle" x{flood}</script>') is None
    assert time.process_time() - start < 5


def test_a_day_in_columns() -> None:
    assert day("", "<h1>The ferry sails</h1><p class='date'>26 | 01 | 2022</p>", "de") == "2022-01-26"


def test_a_day_at_the_end_of_the_address() -> None:
    assert day('<link rel="canonical" href="https://harbour.example/notices/29-01-2017">') == "2017-01-29"


def test_a_day_that_the_address_names_too_is_not_moved() -> None:
    head = '<link rel="canonical" href="https://a.example/2023/11/08/the-ferry/"><meta name="pubdate" content="2023-11-08T21:56:18Z">'
    assert day(head, "<h1>The ferry sails</h1><time>9 November 2023, 00:56</time>") == "2023-11-08T21:56:18+00:00"


def test_the_one_day_that_is_shown_counts_for_more_than_a_stated_one_with_a_finding() -> None:
    head = '<meta property="article:published_time" content="2023-11-09T12:00:00+01:00">'
    draft = read(head, "<h1>The ferry sails</h1><time>3 February 2021</time>")
    assert draft.published is not None
    assert date_text(draft.published) == "2021-02-03"
    assert [finding.code for finding in draft.findings] == ["date-guessed"]
    two = "<h1>The ferry sails</h1><time>3 February 2021</time><time>4 February 2021</time>"
    assert day(head, two) == "2023-11-09T12:00:00+01:00"


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ('<time datetime="2026-06-12">12 June 2026</time>, Westhaven Hall', "2026-01-10T10:00:00+01:00"),
        ('<div class="event-date">12 June 2026</div>', "2026-01-10T10:00:00+01:00"),
        ('<p class="meta">In cinemas from 12 June 2026</p>', "2026-01-10T10:00:00+01:00"),
        ('<time class="published">12 June 2026</time>', "2026-06-12"),
        ("<time pubdate>12 June 2026</time>", "2026-06-12"),
        ("<p><span>Publication date</span> <time>12 June 2026</time></p>", "2026-06-12"),
    ],
)
def test_a_later_day_that_is_shown_counts_only_where_it_is_called_that_of_publication(shown: str, read: str) -> None:
    stated = '<meta property="article:published_time" content="2026-01-10T10:00+01:00">'
    assert day(stated, f"<h1>The ferry sails</h1>{shown}") == read
    stated = (
        '<script type="application/ld+json">{"@type": "Article", "datePublished": "2026-01-10T10:00+01:00"}</script>'
    )
    assert day(stated, f"<h1>The ferry sails</h1>{shown}") == read


@pytest.mark.parametrize(
    ("language", "shown", "read"),
    [
        ("de", "<p class='date'>23.09.22</p>", "2022-09-23"),
        ("de", "<p>Ann Mason, 8.5.12</p>", "2012-05-08"),
        ("fr", "<p class='date'>05/06/21</p>", "2021-06-05"),
        ("en", "<p class='date'>05/06/21</p>", None),
        ("de", "<p class='date'>Version 1.2.20.3</p>", None),
        (
            "de",
            "<p>Die Fähre kostet seit dem ersten Tag und in der Fassung 1.10.20 des Tarifs mehr als die alte.</p>",
            None,
        ),
    ],
)
def test_a_year_of_two_digits_counts_where_a_date_is_expected(language: str, shown: str, read: str | None) -> None:
    assert day("", f"<h1>The ferry sails</h1>{shown}", language) == read


@pytest.mark.parametrize(
    "label", ["Erschienen am: 5.3.2020", "<b>Published on</b> 5 March 2020", "Publié le <time>5 mars 2020</time>"]
)
def test_a_day_that_the_foot_of_a_page_calls_that_of_publication(label: str) -> None:
    page = (
        f"<p>The line of boats was founded on 3 May 1987 and carries mail as well as people to the islands.</p>{TEXT}"
    )
    assert day("", f"<h1>The ferry sails</h1>{page}</article><footer><p>{label}</p></footer>", "fr") == "2020-03-05"


def test_the_line_above_a_headline_is_no_teaser_of_another_story() -> None:
    assert day("", "<h3 class='teaser-meta'>05.03.2020</h3><h1>The ferry sails</h1>", "de") == "2020-03-05"
    other = "<h1>The ferry sails</h1><a href='/2'><p class='teaser-date'>9.9.2021</p></a><p>5.3.2020</p>"
    assert day("", other, "de") == "2020-03-05"


def test_a_midnight_that_was_stored_as_an_instant_is_that_of_the_page() -> None:
    stored = '<meta property="article:published_time" content="2022-11-06T23:00:00Z">'
    assert day(stored, language="de-DE") == "2022-11-07T00:00:00+01:00"
    assert day(stored, language="en-GB") == "2022-11-06T23:00:00+00:00"


def test_a_day_that_is_called_that_of_publication_counts_for_more_than_a_vague_meta_element() -> None:
    foot = f"<h1>The ferry sails</h1>{TEXT}</article><footer><p>Erstellt am: 5.3.2020</p></footer>"
    assert day('<meta name="date" content="03/05/2020 12:43:42">', foot, "de") == "2020-03-05"
    assert day('<meta name="pubdate" content="2020-03-09">', foot, "de") == "2020-03-05"
    assert day('<meta property="article:published_time" content="2020-03-09">', foot, "de") == "2020-03-09"


def test_the_page_of_a_video_was_published_when_it_was_uploaded() -> None:
    video = '<script type="application/ld+json">{"@type": "VideoObject", "uploadDate": "2019-10-19"}</script>'
    shown = "<h1>The ferry sails</h1><time>22 October 2019</time>"
    assert day(f'{video}<meta property="og:type" content="video.other">', shown) == "2019-10-19"
    assert day(video, shown) == "2019-10-22"


def test_the_day_that_is_shown_decides_between_two_that_are_stated() -> None:
    json = '<script type="application/ld+json">{"@type": "Article", "datePublished": "2021-12-06"}</script>'
    head = f'{json}<meta property="article:published_time" content="2022-12-15T09:13">'
    assert day(head, "<h1>The ferry sails</h1><p class='info'>15 December 2022</p>") == "2022-12-15"
    assert (
        day(head, "<h1>The ferry sails</h1><p class='info'>15 December 2022</p><p>6 December 2021</p>")
        == "2021-12-06"
    )
    twice = f'{head}<meta name="dc.date.issued" content="2021-12-06">'
    assert day(twice, "<h1>The ferry sails</h1><p class='info'>15 December 2022</p>") == "2021-12-06"


@pytest.mark.parametrize(
    "shown",
    [
        '<time class="entry-date published" datetime="2022-12-15"><b>Last updated:</b> 15 December 2022</time>',
        '<span class="updated-on"><time class="published updated" datetime="2022-12-15">15 December 2022</time></span>',
        '<span class="date published" itemprop="dateModified">15 December 2022</span>',
    ],
)
def test_a_change_is_no_publication_whatever_other_classes_say(shown: str) -> None:
    stated = '<meta property="article:published_time" content="2021-12-06">'
    assert day(stated, f"<h1>The ferry sails</h1>{shown}") == "2021-12-06"


def test_a_page_was_published_before_it_was_changed() -> None:
    shown = "<h1>The ferry sails</h1><p>Last updated: 5 March 2020, 18:00</p>"
    assert day('<meta name="date" content="2020-03-06T11:52:23">', shown) == "2020-03-05T18:00:00"
    assert day('<meta name="date" content="2020-03-04">', shown) == "2020-03-04"


def test_the_day_of_another_story_far_below_is_not_that_of_this_one() -> None:
    stated = '<meta property="article:published_time" content="2020-03-05">'
    other = f"<h1>The ferry sails</h1>{'<b></b>' * 80}<div><time>3 February 2018</time></div>"
    assert day(stated, other) == "2020-03-05"
    rows = "<div><time>5 March 2020 10:30</time></div><h1>The ferry sails</h1>" + "<b></b>" * 20
    assert day("", f"{rows}<div><time>3 February 2018 11:05</time></div>") == "2020-03-05T10:30:00"


def test_the_day_that_a_reader_joined_is_not_that_of_a_story() -> None:
    member = "<dl><dt>Registriert</dt><dd>Registriert: 18.09.2008, 05:56</dd></dl><p>r23 » 21.01.2009, 05:42</p>"
    assert day("", f"<h1>The ferry sails</h1>{member}", "de") == "2009-01-21T05:42:00"


def test_last_resorts_for_the_day() -> None:
    data = 'window.state = {"item": {"title": "The ferry", "published_at": "2019-03-02T06:22:28+01:00"}}'
    assert day(f"<script>{data}</script>") == "2019-03-02T06:22:28+01:00"
    escaped = r'push("{\"publishDate\":\"2019-03-02\"}")'
    assert day(f"<script>{escaped}</script>") == "2019-03-02"
    assert day("", "<h1>The ferry sails</h1><p><span>28.09.19</span><span>12:44</span></p>", "de") == "2019-09-28"
    assert day('<meta property="article:modified_time" content="2020-03-09">') == "2020-03-09"
