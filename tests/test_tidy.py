"""Short ways that must lead to the same place as the long ones: tidy bodies, plain YAML, fingerprints."""

import hashlib
import json

import pyromark
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsvc.articles.clean import sanitised
from feedsvc.articles.fingerprint import Meaning, fingerprint
from feedsvc.articles.tidy import tidied
from feedsvc.model import Enclosure, Person, Status
from feedsvc.parsers.frontmatter import FrontMatter, split
from feedsvc.parsers.plain_yaml import read_plain

BASE = "https://news.example.org/articles/"


def published(reference: str) -> str | None:
    """Where a file is published, as ``Files.address`` tells it."""
    return {"a.jpg": "https://news.example.org/media/1/a%20b.jpg", "gone.jpg": ""}.get(reference)


def assert_same(html: str) -> None:
    for find in (None, published):
        tidy = tidied(html, BASE, find)
        if tidy is not None:
            long = sanitised(html, BASE, find)
            assert (tidy.html, tidy.text, ()) == (long.html, long.text, long.findings)


ADDRESSES = st.sampled_from(
    """/a a/b.html ?q=1 /a?b=1&amp;c=2 //cdn.example.org/x https://e.example https://e.example:8080/x?y=z#a
    https://e.example:99999/ https://1.2.3.4/ https://xn--a.example/ http://e..x/ mailto:a@e.example /../a ./a
    javascript:x /javascript:x data:x /x/onload=1 onload=1 /a?/onx=1 style=1 #a a.jpg gone.jpg a%20b é it's /a&b
    """.split()
) | st.sampled_from(["", " ", "/a b"])
TEXTS = st.sampled_from(["a", " ", "  b\n", "\t", "&amp;", "&lt;b&gt;", "&quot;", "&nbsp;", "\xa0", "é", "漢\u3000字", '"', "'", ">", "&",
                         "=", " on=", "onx=1", "SCRIPT:", "href=javascript:", "\x01", "\ufeff", "\n\n", "&#1;", "\x85"])  # fmt: skip
TITLES = st.just("") | TEXTS.map(' title="{}"'.format)
VOIDS = st.sampled_from(
    [
        "<br>",
        "<br />",
        "<br/>",
        "<hr />",
        "<hr>",
        "<img>",
        "<a href>",
        "<img src=>",
        "<wbr>",
        "<input>",
        "<!-- x -->",
        "</p>",
    ]
)
LINKS = st.tuples(ADDRESSES, TITLES, TEXTS).map(lambda each: f'<a href="{each[0]}"{each[1]}>{each[2]}</a>')
PICTURES = st.tuples(ADDRESSES, TEXTS, TITLES).map(lambda each: f'<img src="{each[0]}" alt="{each[1]}"{each[2]} />')
OPENINGS = (
    "p h1 h2 h6 ul ol li blockquote pre div em strong code a b del sup s q table td span script style title P section "
    'code_class="language-c++" code_class="x" ol_start="3" ul_start="3" p_class="x" p_title="x" li_value="3"'
).split()


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def element(tag: str, pieces: list[str], end: str) -> str:
        return f"<{tag.replace('_', ' ')}>{''.join(pieces)}</{tag.partition('_')[0]}>{end}"

    return st.builds(element, st.sampled_from(OPENINGS), st.lists(inner, max_size=3), st.sampled_from(["", "\n"]))


BODIES = st.lists(st.recursive(TEXTS | LINKS | PICTURES | VOIDS, wrapped, max_leaves=8), min_size=1, max_size=4)


@settings(deadline=None, max_examples=400)
@given(BODIES.map("".join))
@example("<p><p></p>>")
@example("<p<b>></p>")
@example("</>")
@example("<pre>\n\na</pre><pre><code>\n a  b\n</code></pre>")
@example("<p>a <br /> <br /> b<br>\n</p><p>\xa0</p>")
@example("<blockquote>" * 50 + "a" + "</blockquote>" * 50)
def test_a_tidy_body_is_what_the_sanitiser_makes_of_it(html: str) -> None:
    assert_same(html)
    assert_same(f"<div>{html}</div>")


@settings(deadline=None)
@given(st.lists(st.sampled_from("# - > * _ ` ~~ 1. [a](/b) ![c](d.png 'e') <b> </b> & &#1; word it's \" | \\ \n \n\n ``` --- "
                                "https://e.example/ <https://e.example/?a=b&c=d>".split(" ")), max_size=25))  # fmt: skip
def test_markdown_comes_out_the_same_by_both_ways(pieces: list[str]) -> None:
    assert_same(pyromark.html(" ".join(pieces)))


@pytest.mark.parametrize(
    "html",
    [
        "<p>One &amp; two</p>\n<p>“Three”</p>",
        '<h1>T</h1><p>a <a href="/b?c=1&amp;d=2" title="e">f <em>g</em></a><br />h</p><hr />',
        '<ul>\n<li>a</li>\n<li>\n<p>b</p>\n</li>\n</ul><ol start="3"><li><code>c</code></li></ol>',
        '<blockquote><p>a</p></blockquote><pre><code class="language-c++">int  a;\n</code></pre>',
        '<p><img src="a.jpg" alt="A" title="B" /></p>',
    ],
)
def test_what_parsers_write_is_tidy(html: str) -> None:
    assert tidied(html, BASE, published) is not None
    assert_same(html)


@pytest.mark.parametrize(
    "html",
    ["a", "<script>a</script>", "<p onclick=x>a</p>", '<a href="javascript:x">a</a>', "<p>a", "<p>a</p></p>", "<table></table>",
     '<a href="#a">a</a>', "<p>a > b</p>", "<p><div>a</div></p>", '<a href="/a"><em><a href="/b">c</a></em></a>', "<li>a</li>"],
)  # fmt: skip
def test_all_else_is_sanitised(html: str) -> None:
    assert tidied(html, BASE, None) is None


KEYS = st.sampled_from(["title", "date", "tags", "a-b", "_x", "Title", "x y", "1", ""])
ATOMS = st.sampled_from(
    ["a", "B c", "2017-01-29T10:30:00+09:00", "http://e.example/a#b", ": ", ":", " #", "#", "- ", "-", "[", "]", ", ", ",", "{", "}", '"',
     "'", "\\", "don't", "no", "~", "é", "²", "日本", "😀", "\u2028", "\xa0", "\t", "?", "!", "&a", "*a", "|", ">", "%", "@", "`", "=", "(", "/"]
)  # fmt: skip
VALUES = st.lists(ATOMS, max_size=4).map("".join)
ROWS = st.tuples(KEYS, st.sampled_from([": ", ":", ":  ", ": [", ':"', ': "', ": '", "=", " : "]), VALUES, st.sampled_from(["", "]", '"', "'", " "])).map("".join)  # fmt: skip
OTHERS = st.tuples(st.sampled_from(["- ", "  - ", "  -  ", "-", "  ", "# ", " # ", "", "..."]), VALUES).map("".join)


@settings(deadline=None, max_examples=1500)
@given(st.lists(ROWS | OTHERS, min_size=1, max_size=5).map("\n".join))
@example("a:\n- b\n  - c")
@example('a: ""\n- b')
@example("a: b\na: c")
@example("a:\n\n# b\n- c\n\nd:")
def test_plain_yaml_means_the_same_to_yaml(source: str) -> None:
    plain = read_plain(source)
    if plain is None or not plain[0]:
        return
    # An alias is never plain: this goes to the parser of YAML.
    read = split(f"---\n{source}\nby-yaml: &y x\n---\n")
    assert read.findings == () or all(each.code == "front-matter-repeated" for each in read.findings)
    fields = {key.lower(): value for key, value in plain[0].items()}
    assert {**fields, "by-yaml": "x"} == read.fields
    assert all(read.lines[key.lower()] >= 2 + line for key, line in plain[1].items())


def test_the_usual_front_matter_is_plain() -> None:
    source = "title: \"A: b\"\ndate: 2017-01-29 10:30:00 +0900\ntags: [a, 'b c']\nauthors:\n  - Ann\n  - 'Ben #2'\n# c\n\ndraft:\n"
    plain = read_plain(source)
    assert plain is not None
    assert plain[0] == {
        "title": "A: b",
        "date": "2017-01-29 10:30:00 +0900",
        "tags": ["a", "b c"],
        "authors": ["Ann", "Ben #2"],
        "draft": "",
    }
    assert split(f"---\n{source}---\nx") == FrontMatter(
        plain[0], "x", {key: 2 + at for key, at in plain[1].items()}, 12
    )


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\t "\\<>é\u3000')), st.text())
def test_a_fingerprint_is_the_one_that_ledgers_hold(html: str, headline: str) -> None:
    authors, enclosures = (Person("Ann", "a@e.example"),), (Enclosure("https://e.example/a.mp3", "audio/mpeg", 3),)
    made = fingerprint(Meaning(headline, html, authors, None, "en", enclosures, Status.USABLE))
    held = [headline, " ".join(html.split()), [["Ann", "a@e.example", None]], None, "en", [["https://e.example/a.mp3", "audio/mpeg", 3]], "usable"]  # fmt: skip
    assert made == hashlib.sha256(json.dumps(held).encode("ascii")).hexdigest()[:32]
