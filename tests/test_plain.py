"""Plain text and summaries: what searching, headlines and descriptions stand on."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.articles.clean import clean_body
from feedsvc.articles.plain import plain_text
from feedsvc.articles.summary import summarise


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("no markup\n at   all", "no markup at all"),
        ("<p>One</p><p>Two &amp; <b>a</b> <i>half</i></p>", "One\n\nTwo & a half"),
        ("<P CLASS='x'>One<P>Two", "One\n\nTwo"),
        ("<p>one <br> two<br/>three</p>", "one\ntwo\nthree"),
        ("<ul>\n<li>a</li>\n<li>b<ul><li>c</li></ul></li></ul>", "a\n\nb\n\nc"),
        ("<blockquote><p>a</p></blockquote>b", "a\n\nb"),
        ("<table><tr><th>a</th> <td>b</td></tr><tr><td>c</td><td></td></tr></table>", "a\tb\n\nc"),
        ("<pre>  a\n\tb  c\n</pre>d  e", "  a\n\tb  c\n\nd e"),
        ("<figure><img src=x alt=y><figcaption>a</figcaption></figure><hr><p> </p>", "a"),
        ("<p>a<!-- <p>b</p> -->c<script>if (1 < 2) {}</script><style>p {}</style></p>", "ac"),
        ("<p>a &lt;b&gt; &#38;amp; c</p>", "a <b> &amp; c"),
        ("<p>1&nbsp;000</p><p>&nbsp;</p>", "1\u00a0000"),
        ("<p>\u3000東京は\n晴れ</p>", "\u3000東京は 晴れ"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢字"),
        ("<!-- never closed <p>a", ""),
        ("a < b > c", "a < b > c"),
    ],
)
def test_text_of(html: str, text: str) -> None:
    assert plain_text(html) == text


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)


@settings(deadline=None)
@given(st.lists(st.lists(words, min_size=1).map(" ".join), max_size=5))
def test_paragraphs_come_back_exactly(paragraphs: list[str]) -> None:
    html = clean_body("".join(f"<p>{escape(each)}</p>\n" for each in paragraphs), "https://e.example/").html
    assert plain_text(html) == "\n\n".join(paragraphs)


@settings(deadline=None)
@given(st.text(alphabet="<>/!-pbr &;#\n\ta\u3000漢"))
def test_any_text_has_a_plain_form(html: str) -> None:
    assert not plain_text(html).endswith("\n")


def test_the_time_grows_with_the_size_only() -> None:
    for piece in ("<", "<p", "<!--", "&", " ", "<script>", "<td>", "<br>\n"):
        plain_text(piece * 100_000)
        summarise(piece * 100_000)


SENTENCE = "The minister met Gov. Lee in the U.S. capital on Jan. 29. "


@pytest.mark.parametrize(
    ("text", "length", "summary"),
    [
        ("", 100, ""),
        ("Short.", 100, "Short."),
        ("A first paragraph that says enough.\n\nA second.", 60, "A first paragraph that says enough."),
        ("Brief:\n\nA second paragraph.\n\nA third one.", 60, "Brief: A second paragraph."),
        ("Seeds\n\nSow early.\n\nBeds\n\nDig them over.", 60, "Seeds – Sow early. Beds – Dig them over."),
        ("Seeds\n\nSow early, and water them well all through the month.", 30, "Seeds – Sow early, and water…"),
        (SENTENCE * 3, 70, SENTENCE.strip()),
        (SENTENCE, 40, "The minister met Gov. Lee in the U.S.…"),
        ("One two three, four five six seven", 15, "One two three…"),
        ("He said: “Go home.” Nobody went home at all that night.", 30, "He said: “Go home.”"),
        (
            "日本政府は二十九日、新しい方針を決めた。野党は強く反発している。",
            25,
            "日本政府は二十九日、新しい方針を決めた。",
        ),
        ("日本政府は二十九日新しい方針を決めた", 10, "日本政府は二十九日…"),
        ("東京\n\n晴れのち曇り、夕方から雨になる見込みだ。", 60, "東京 晴れのち曇り、夕方から雨になる見込みだ。"),
        ("هل وصل الوزير؟ نعم وصل الوزير إلى العاصمة اليوم", 30, "هل وصل الوزير؟"),
        ("قال الوزير اليوم إن الحكومة ستعلن قرارها", 20, "قال الوزير اليوم إن…"),
    ],
)
def test_summary(text: str, length: int, summary: str) -> None:
    assert summarise(text, length) == summary


@settings(deadline=None)
@given(st.text(), st.integers(min_value=10, max_value=80))
def test_a_summary_is_one_line_that_fits(text: str, length: int) -> None:
    summary = summarise(text, length)
    assert len(summary) <= length
    assert summary == " ".join(summary.split())
