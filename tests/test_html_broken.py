"""Pages whose markup hides the story from a program: never closed, closed too early, sent in parts, named by chance."""

from test_html_pages import BODY, ONE, TWO, read, text

from feedsvc.articles.clean import clean_body
from feedsvc.parsers.charset import decode

HEADING = "<h1>The ferry sails</h1>"


def test_a_button_and_a_menu_that_nobody_closed_hold_the_page() -> None:
    links = "<ul><li><a href='/a'>News</a></li><li><a href='/b'>Tides</a></li></ul>"
    for tag in ("button", "nav"):
        assert text(f"<header><{tag} class='menu'>{links}</header><main>{HEADING}{BODY}</main>").startswith(ONE)
    assert "Tides" not in text(f"<nav class='menu'>{links}</nav><main>{HEADING}{BODY}</main>")


def test_a_page_that_is_closed_behind_its_header_goes_on() -> None:
    assert text(f"<header><p>Beacon</p></header></body></html><div class='post'>{HEADING}{BODY}</div>").startswith(
        ONE
    )


def test_parts_that_were_sent_later_stand_in_their_places() -> None:
    page = (
        f"<main>{HEADING}<template id='B:0'></template></main><footer>Beacon</footer>"
        f"<div hidden id='S:0'><p>{ONE}</p><template id='P:1'></template><p>The end of it came on a Monday.</p></div>"
        f"<script>$RC('B:0','S:0')</script><div hidden id='S:1'>{BODY}</div><div hidden id='S:2'><p>{TWO} Lost.</p></div>"
    )
    found = text(page)
    assert found.startswith(f"{ONE}\n\n{ONE}")
    assert "The end of it came on a Monday." in found


def test_parts_within_parts_without_end_lose_no_text() -> None:
    parts = "".join(
        f"<div hidden id='S:{at:x}'><p>{ONE}</p><template id='P:{at + 1:x}'></template></div>" for at in range(400)
    )
    assert ONE in read(f"{HEADING}{BODY}<template id='B:0'></template>{parts}").html


def test_names_that_hold_a_word_for_furniture_by_chance() -> None:
    for name in ("cmp-text", "sidebar-grid__container", "sidebar article-content"):
        assert text(f"<main>{HEADING}<div class='{name}'>{BODY}</div></main>").startswith(ONE)
    wrapped = f"<main>{HEADING}<div class='post-content'><div class='commentOnSelection'>{BODY}</div></div></main>"
    assert text(wrapped).startswith(ONE)


def test_what_is_hidden_from_those_who_do_not_pay_is_the_story_where_the_page_states_it() -> None:
    last = "Only the last boat of the day stays in port, as it did in each of the winters before the storm."
    page = f"<main>{HEADING}{BODY}<div class='paywall' hidden><p>{last}</p></div></main>"
    stated = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{ONE} {last}"}}</script>'
    assert last in read(page, stated).html
    assert last not in read(page).html


def test_utf_8_under_the_label_of_an_encoding_with_one_byte_for_each_character() -> None:
    found, findings = decode("Fähre für alle".encode(), "iso-8859-15")
    assert found == "Fähre für alle"
    assert [each.code for each in findings] == ["charset-mismatch"]
    assert decode("Fähre für alle".encode("iso-8859-15"), "iso-8859-15") == ("Fähre für alle", ())


def test_the_link_to_a_player_does_not_show_its_settings() -> None:
    player = f"https://films.example/embed/7?settings={'x' * 200}"
    body = clean_body(f'<p>Look:</p><iframe src="{player}"></iframe>', "https://a.example/")
    assert f'href="{player}"' in body.html
    assert body.text == "Look:\n\nhttps://films.example/embed/7"
