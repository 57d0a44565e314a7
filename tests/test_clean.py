"""Whatever comes in, only listed tags, attributes and schemes come out, and a second cleaning changes nothing."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.articles.addresses import absolute
from feedsvc.articles.clean import ATTRIBUTES, TAGS, clean_body
from feedsvc.articles.fragments import resolve_fragments

BASE = "https://news.example.org/articles/"
ALLOWED = {tag: ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | {"id", "controls"} for tag in TAGS} | {
    "a": ATTRIBUTES["*"] | ATTRIBUTES["a"] | {"id", "name"}
}
# Everything that XML 1.0 forbids (section 2.2).
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Walker(HTMLParser):
    """Collects what is not allowed, as the standard library reads HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bad += violations(tag, dict(attrs))

    def handle_comment(self, data: str) -> None:
        self.bad.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.bad.append(f"declaration {decl!r}")

    def unknown_decl(self, data: str) -> None:
        self.bad.append(f"declaration {data!r}")

    def handle_pi(self, data: str) -> None:
        self.bad.append(f"instruction {data!r}")


def violations(tag: str, attributes: dict[str, str | None]) -> list[str]:
    bad = [f"<{tag}>"] if tag not in ALLOWED else []
    bad += [f"<{tag} {name}>" for name in attributes if name not in ALLOWED.get(tag, set())]
    for name in ("href", "src", "poster"):
        if (value := attributes.get(name)) is not None:
            safe = urlsplit(value).scheme in ("http", "https") or (
                name == "href" and value.startswith(("#", "mailto:"))
            )
            bad += [] if safe and not re.search(r"[\s\x00-\x1f]", value) else [f"{name}={value!r}"]
    for candidate in (attributes.get("srcset") or "").split(", "):
        if candidate and urlsplit(candidate.split()[0]).scheme not in ("http", "https"):
            bad.append(f"srcset {candidate!r}")
    return bad


def assert_safe(clean: str) -> None:
    """By two parsers that disagree about much: what one hides as text the other may run."""
    walker = Walker()
    walker.feed(clean)
    walker.close()
    assert walker.bad == []
    assert not ILLEGAL.search(clean)
    body = etree.fromstring(b"<html><body>" + clean.encode(), etree.HTMLParser(encoding="utf-8"))
    for element in body.find("body").iter():
        assert element.tag == "body" or violations(element.tag, dict(element.attrib)) == []


def cleaned(html: str) -> str:
    clean = clean_body(html, BASE).html
    assert_safe(clean)
    assert clean_body(clean, BASE).html == clean
    return clean


PAYLOADS = [
    "<script>steal()</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>steal()</scr</script>ipt>",
    "<script/x>steal()</script\t\n>",
    "<img src=x onerror=steal()>",
    "<img/src=x/onerror=steal()>",
    "<img src='x'onerror='steal()'>",
    '<img src="x` `<script>steal()</script>"` `>',
    "<body onload=steal()><p onmouseover=steal()>x",
    "<svg onload=steal()><script>steal()</script><a xlink:href='javascript:steal()'>x</a></svg>",
    "<svg><style><img src=x onerror=steal()></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=steal()&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=steal()>",
    '<noscript><p title="</noscript><img src=x onerror=steal()>">',
    '<template><p title="</template><img src=x onerror=steal()>"></template>',
    "<style>@import 'javascript:steal()'; p { background: url(javascript:steal()) }</style>",
    "<p style='background:url(javascript:steal())' class='x' id='y'>x</p>",
    "<xmp><img src=x onerror=steal()></xmp>",
    "<textarea><img src=x onerror=steal()></textarea><title><img src=x onerror=steal()></title>",
    "<select><option><img src=x onerror=steal()></select>",
    "<!--><img src=x onerror=steal()>-->",
    "<!--[if gte IE 4]><script>steal()</script><![endif]-->",
    "<![CDATA[<script>steal()</script>]]>",
    "<?xml version='1.0' encoding='x'?><?php steal() ?>",
    "<base href='javascript:/steal/'><a href='x'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:steal()'><link rel=stylesheet href=//evil.example/x.css>",
    "<form action=javascript:steal()><input src=javascript:steal()><button formaction=javascript:steal()>x",
    "<iframe srcdoc='<script>steal()</script>'></iframe><iframe src=javascript:steal()></iframe>",
    "<object data='data:text/html,<script>steal()</script>'><embed src=javascript:steal()></object>",
    "<video poster=javascript:steal() src=data:video/mp4,x oncut=steal()><source src=javascript:steal()></video>",
    "<img srcset='javascript:steal() 1x, data:image/svg+xml,x 2x,vbscript:x'>",
    "<picture><source srcset='javascript:steal()'><img src='data:image/svg+xml,<svg onload=steal()>'></picture>",
    "<blockquote cite='javascript:steal()'><q cite='javascript:steal()'>x</q></blockquote>",
    "<a href='https://e.example/' ping='https://evil.example/' target=_blank rel=opener download>x</a>",
    "<div style='width:expression(steal())'><table background='javascript:steal()'><td>x",
    "<marquee onstart=steal()>x</marquee><isindex action=javascript:steal()><keygen autofocus onfocus=steal()>",
    "<a name=x id=document><img name=cookie id=domain src=x><form name=body>",
    "<plaintext><script>steal()</script>",
    "<details ontoggle=steal() open><summary>x</summary></details>",
    "<p title='&quot;&gt;&lt;script&gt;steal()&lt;/script&gt;'>x</p>",
    "<p>&#1;x&#127;&#13;&#xfffe;<b title='&#2;&#31;'>y</b></p>",
    "\ufeff<p>\x00<scr\x00ipt>steal()</scr\x00ipt>\ufffe\x0b</p>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_runs(payload: str) -> None:
    cleaned(payload)
    cleaned(f"<p>before {payload} after</p>")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:steal()",
        "JaVaScRiPt:steal()",
        " \x01javascript:steal()",
        "java\tscript:steal()",
        "java\nscript\r:steal()",
        "&#106;avascript&colon;steal()",
        "&#x6A&#x61vascript:steal()",
        "jav&#x09;ascript:steal()",
        "vbscript:steal()",
        "data:text/html;base64,PHNjcmlwdD4=",
        "feed:javascript:steal()",
        "file:///etc/passwd",
        "blob:https://news.example.org/x",
        "view-source:javascript:x",
        "http:javascript:steal()",
        "http://",
        "http://[::1",
        "http://ex ample.org/",
        "http://example.org:port/",
    ],
)
def test_an_unsafe_address_is_dropped_everywhere(address: str) -> None:
    assert cleaned(f'<a href="{address}">text</a>') == "<a>text</a>"
    assert cleaned(f'a<img src="{address}" alt="x">b') == "ab"
    assert "href" not in cleaned(f'<iframe src="{address}"></iframe>')


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ("other", f"{BASE}other"),
        ("/a/b.html?q=1#x", "https://news.example.org/a/b.html?q=1#x"),
        ("/a/../b", "https://news.example.org/b"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("/\\cdn.example/x", "https://cdn.example/x"),
        ("https://e.example/a b|c", "https://e.example/a%20b%7Cc"),
        (" https://e.example/x\n", "https://e.example/x"),
        ("https://e.example/記事?a=1&amp;b=2", "https://e.example/記事?a=1&amp;b=2"),
        ("?page=2", f"{BASE}?page=2"),
        ("mailto:desk@e.example", "mailto:desk@e.example"),
        ("#note", "#note"),
    ],
)
def test_addresses_become_absolute(given_: str, made: str) -> None:
    assert cleaned(f'<a href="{given_}">x</a>') == f'<a href="{made}">x</a>'


@given(
    st.text("ab.~%=+-/?&1_", max_size=8).filter(lambda value: not value.startswith("//")),
    st.sampled_from(
        ["", "/", "/a", "/a/b", "/a/../b", "/a/..", "/a?x/y", "/a#x/y", ":80/a/b.html", "//a/b", "/a;p/b", "/./a"]
    ),
)
def test_addresses_inside_a_site_are_what_they_are_to_all(value: str, path: str) -> None:
    base = f"https://e.example{path}"
    assert absolute(value, base) == urljoin(base, value)


def test_every_attribute_that_holds_an_address() -> None:
    picture = '<picture><source srcset="{0}/a,b.webp 1x, {1}c.webp 2x" media="print"><img src="{1}d.png"></picture>'
    video = '<video src="{0}/v.mp4" poster="{1}p.jpg"></video>'
    clean = cleaned((picture + video).format("", ""))
    assert clean == (picture + video.replace("></", ' controls=""></')).format("https://news.example.org", BASE)


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ('<img src="data:image/gif;base64,R0" data-src="/a.jpg">', '<img src="https://news.example.org/a.jpg">'),
        ('<img data-lazy-src="/a.jpg" alt="5 > 4">', '<img alt="5 &gt; 4" src="https://news.example.org/a.jpg">'),
        ('<img src="/blank.gif" data-original="/a.jpg">', '<img src="https://news.example.org/a.jpg">'),
        ('<img src="/a.jpg" data-src="/other.jpg">', '<img src="https://news.example.org/a.jpg">'),
        ('<img data-srcset="/a.jpg 2x">', '<img srcset="https://news.example.org/a.jpg 2x">'),
        ('<img src="data:x"><noscript><img src="/a.jpg"></noscript>', '<img src="https://news.example.org/a.jpg">'),
        ('<img src="/a.jpg"><noscript><img src="/a.jpg"></noscript>', '<img src="https://news.example.org/a.jpg">'),
        ('<p>x<noscript><img src="/a.jpg"></noscript>y</p>', '<p>x<img src="https://news.example.org/a.jpg">y</p>'),
        ("<p>x</p><noscript>Turn scripts on.</noscript>", "<p>x</p>"),
        ('<p>x<img src="/t.gif" width="1" height=1>y</p>', "<p>xy</p>"),
        ('<p>x<img src="/t.gif" style="height:1px; width: 1px">y</p>', "<p>xy</p>"),
        ("<iframe src=//t.example/ width=0 height=0></iframe>x", "x"),
        ("<h1>A</h1><h2>B</h2>", "<h2>A</h2><h2>B</h2>"),
        ("<pre>\n\n  a\n</pre>", "<pre>  a\n</pre>"),
        ('<code class="x language-rust y">a</code>', '<code class="language-rust">a</code>'),
    ],
)
def test_what_worked_on_the_page_only(html: str, clean: str) -> None:
    assert cleaned(html) == clean


def test_embeds_become_links() -> None:
    html = (
        '<iframe src="https://www.youtube.com/embed/abc123?rel=0" title="A <b>film"></iframe>'
        '<p>See <iframe src="/chart?a=1"></iframe> here.</p>'
        '<object data="/movie.swf"><param name="x"><embed src="/movie.swf"></object>'
    )
    result = clean_body(html, BASE)
    assert result.html == (
        '<p><a href="https://www.youtube.com/watch?v=abc123">A &lt;b&gt;film</a></p>'
        '<p>See <a href="https://news.example.org/chart?a=1">https://news.example.org/chart?a=1</a> here.</p>'
        '<p><a href="https://news.example.org/movie.swf">https://news.example.org/movie.swf</a></p>'
    )
    assert [each.code for each in result.findings] == ["embed-linked", "embed-linked"]
    assert cleaned(html) == result.html


def test_footnotes_keep_their_places_and_nothing_else_does() -> None:
    html = '<h2 id="top">T</h2><a href="#n1">1</a> <a href="#gone">2</a> <p id="n1">note</p><p id="n2">x</p>'
    clean = cleaned(html)
    assert clean == '<h2>T</h2><a href="#n1">1</a> <a href="#gone">2</a> <p id="n1">note</p><p>x</p>'
    url = "https://news.example.org/articles/a?b&c"
    resolved = resolve_fragments(clean, url)
    assert resolved == clean.replace("#gone", f"{url.replace('&', '&amp;')}#gone")
    assert resolve_fragments(resolved, url) == resolved


def test_fragments_are_resolved_in_links_only() -> None:
    clean = cleaned('<code>&lt;a href="#x"&gt;</code><a title=\'<a href="#z"\' href="#y">y</a>')
    assert clean.count("#y") == 1
    assert resolve_fragments(clean, "https://e.example/").count("https://e.example/#") == 1


def test_findings_name_what_was_removed() -> None:
    result = clean_body("<p onclick=x>a<a href=javascript:x>b</a></p><script>c</script>", BASE)
    (finding,) = result.findings
    assert finding.code == "unsafe-markup-removed"
    assert "a script, an event handler, an unsafe link" in finding.message
    assert clean_body("<p>on = 1, script: no, <b>data</b></p>", BASE).findings == ()


def test_a_hostile_body_takes_no_more_time_than_its_size_allows() -> None:
    for piece in (
        "<img src='",
        "<a href=#",
        "<iframe src=x>",
        "<noscript><img>",
        "<b><p>",
        "<!--",
        "<pre>\n",
        'srcset="a,',
    ):
        cleaned(piece * 3000)
    cleaned(f'<img srcset="{"a, " * 50_000}" src="{"lazy" * 50_000}/">')


FRAGMENTS = """
<p> </p> <div/id=a> </div> <a/href='#a'> </a> <pre> </pre> <table><tr> <td> </table> <svg> </svg> <math> <mi>
<style> </style> <title> <noscript> </noscript> <template> <!-- --> <ul><li>
<img/data-src='/x' <img/src='data:x'/data-srcset='a'>
> " ' ` = &lt; &#0; <iframe/src='/x'/title='<'> <object/data=x> </object> <h1/a='<h1>'> </h1> <picture>
<source/srcset=x> <select> <b> </b> <font> <li/value=3> <frameset> <body/id=x> <br> <caption> <button> <dd> </dd>
""".split()
PIECES = st.sampled_from([*PAYLOADS, *FRAGMENTS, " ", "\n"])


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES | st.text(max_size=8), max_size=14))
def test_any_mixture_is_safe_and_clean_once_is_clean_for_ever(pieces: list[str]) -> None:
    cleaned("".join(pieces))
