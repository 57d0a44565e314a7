"""What of a page is no story: its machinery by tag, its furniture by role and class.

Class and id are read as words ("shareBar", "share-bar" and "share_bar" are the words share and bar), so one
short list serves all sites. A name can lie: whoever drops furniture first looks whether the story stands in it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from feedsvc.parsers.html_tree import tag_of

Element = etree._Element

MACHINERY = (
    "script", "style", "template", "link", "meta", "base", "object", "embed", "applet", "canvas", "svg", "button",
    "input", "select", "textarea", "dialog", "noframes", "frameset", "frame", "map", "area", "param", "datalist", "nav", "title",
)  # fmt: skip
# Those of them in which other elements stand.
_SWALLOWING = frozenset("nav button dialog object canvas svg map template noframes".split())
# A page with fewer paragraphs does not tell where its story stands.
_FEW = 5
_ROLES = frozenset(
    "navigation banner contentinfo complementary search menu menubar toolbar dialog alertdialog alert form tablist".split()
)
_WORDS = frozenset(
    """share shares sharing sharer sharebar sharebuttons sharedaddy sharethis addtoany addthis shariff social socials
    socialmedia socialbar socialshare related relatedposts relatedarticles relatedcontent recommended recommendation
    recommendations recirc recirculation readmore readalso seealso alsoread newsletter newsletters comment comments commentlist
    commentform disqus respond livefyre sidebar breadcrumb breadcrumbs nav navbar navigation navi menu
    submenu footer cookie cookies cookiebanner consent gdpr advert advertisement advertising advertorial ad ads adslot adunit adbox
    sponsor sponsored sponsors outbrain taboola subscribe subscription signup popup modal overlay pagination pager
    paging byline bylines promo promos promobox promotion trending popular mostread mostpopular toolbar tagcloud taglist tags rating ratings
    login skip skiplink dropdown teaser teasers linklist postmeta entrymeta articlemeta metadata masthead authorbio
    authorbox authorinfo aboutauthor biography printonly noprint donate donation donations feedback postnav backlink toplink
    prevnext dsgvo onetrust credit credits copyright imagecredit photocredit slidecount shoutbox livechat blogroll screenreader visuallyhidden banner werbung anzeige publicidad
    reactions trackback trackbacks pingback pingbacks crosslinks marginal suggested suggestions affiliate disclosure disclaimer cta nocomments followus sociable button buttons btn author authors
    authorcard authorprofile postauthor abouttheauthor saboxplugin autorenbox autoreninfo autor """.split()
)
_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "author bio,author box,author info,about author,about the,post meta,entry meta,article meta,entry footer,"
        "post footer,article footer,sr only,off screen,screen reader,visually hidden,post navigation,most read,most popular,"
        "read more,read also,see also,read next,up next,also like,may like,more from,more stories,more articles,"
        "latest news,latest posts,recent posts,follow us,sign up,back top,print only,post tags,entry tags,tag list,"
        "post date,meta data,link list,social media,no print,jump link,side bar,post categories,entry header,"
        "further reading,more news,similar posts,next post,previous post,author meta,widget area,site header,site footer,"
        "page header,page footer,call action,rec posts,more topic,recipe print,recipe pin,print recipe,jump recipe,interesting articles,trust badge,cat links,tags links,posted on,edit link"
    ).split(",")
)
# Furniture by whose side the story may stand.
_LAYOUT = frozenset(("sidebar",))
_GRIDS = frozenset(("grid", "layout"))
_COMMENTS = frozenset("comment comments commentlist commentform disqus respond livefyre shoutbox".split())
_DIALOGS = frozenset(("dialog", "alertdialog"))
_UNMISTAKABLE = _COMMENTS | frozenset(
    "cookie cookies consent gdpr dsgvo onetrust outbrain taboola newsletter".split()
)
BUILDERS = frozenset("elementor wpb vc fusion divi et avia fl".split())
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_LETTERS = re.compile(r"[^a-z]+")
# Classes that tell the terms of a story, or that advertisements stand in it.
_TERM_CLASS = re.compile(
    r"(?:category|tag|topic|section|type|format|status|has|no|with|is|wp)-\S*|--ads?\b", re.IGNORECASE
)
_BODY_NAMES = re.compile(
    r"\b(?:article|entry|post|story|news|blog|content|text|single)[-_]*(?:body|content|text|copy)\b|\bbody[-_]*(?:copy|text|content)\b",
    re.IGNORECASE,
)
# A page without scripts says so in a few lines; longer text is the page itself.
_NOTICE = 1000
_HIDING = frozenset(
    ("hidden", "d-none", "is-hidden", "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text")
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def words_of(element: Element) -> tuple[str, ...]:
    """The words of an element's class and id, in lower case."""
    classes, identity = element.get("class"), element.get("id")
    return _words(classes or "", identity or "") if classes or identity else ()


@lru_cache(maxsize=8192)
def _words(classes: str, identity: str) -> tuple[str, ...]:
    names = _TERM_CLASS.sub(" ", f"{classes} {identity}"[:300])
    return tuple(filter(None, _NO_LETTERS.split(_CAMEL.sub(" ", names).lower())))


def is_furniture(element: Element) -> bool:
    """Whether an element's role, class or id says that it is no part of the story."""
    if element.get("role") in _ROLES:
        return True
    if element.get("class") is None and element.get("id") is None:
        return False
    words = words_of(element)
    # Many sites call the first paragraph of a story its teaser; a teaser of another story is a link.
    if (
        "teaser" in words
        and element.find(".//a") is None
        and (parent := element.getparent()) is not None
        and tag_of(parent) != "a"
    ):
        return False
    if not _names_furniture(words):
        return False
    # "sidebar-grid__content article__content" is the text of an article beside a sidebar.
    is_beside = not _GRIDS.isdisjoint(words) or names_body(element)
    return not (is_beside and _LAYOUT.issuperset(_WORDS.intersection(words)))


@lru_cache(maxsize=8192)
def _names_furniture(words: tuple[str, ...]) -> bool:
    if BUILDERS.isdisjoint(words) and not _WORDS.isdisjoint(words):
        return True
    return any(pair in _PAIRS for pair in pairwise(words))


def names_body(element: Element) -> bool:
    """Whether the markup says that the text of the story stands here."""
    if element.get("itemprop") in ("articleBody", "text"):
        return True
    return bool(_BODY_NAMES.search(element.get("class") or ""))


def is_unmistakable(element: Element) -> bool:
    """Whether the name leaves no doubt, however much text stands there."""
    return element.get("role") in _DIALOGS or not _UNMISTAKABLE.isdisjoint(words_of(element))


def is_comments(element: Element) -> bool:
    """Whether the name says that readers wrote what stands here."""
    return not _COMMENTS.isdisjoint(words_of(element))


def is_hidden(element: Element) -> bool:
    """Whether readers of the page do not see the element."""
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(element.get("style") or ""))
        or not _HIDING.isdisjoint((element.get("class") or "").split())
    )


def strip_machinery(root: Element, heading: Element | None = None) -> None:
    """Take out what never holds text of a story, unless the page stands in it. ``noscript`` stays where it holds a picture only."""
    above = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    paragraphs = sum(1 for _ in root.iter("p"))
    for element in list(root.iter(*MACHINERY)):
        if tag_of(element) in _SWALLOWING and _swallows(element, above, paragraphs):
            element.tag = "div"
        else:
            drop(element)
    for element in list(root.iter("noscript")):
        text = len("".join(map(str, element.itertext())).strip())
        if text > _NOTICE:
            element.tag = "div"
        elif text or element.find(".//img") is None:
            drop(element)


def _swallows(element: Element, above: frozenset[Element], paragraphs: int) -> bool:
    """Whether something in ``element`` was never closed, so that the rest of the page stands in it."""
    if element in above or element.find(".//article") is not None:
        return True
    return paragraphs > _FEW and 2 * sum(1 for _ in element.iter("p")) > paragraphs


def drop(element: Element) -> None:
    """Take ``element`` out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def drop_all(elements: Iterable[Element]) -> None:
    """Take several elements out of their tree."""
    for element in elements:
        drop(element)


def holds(element: Element, other: Element | None) -> bool:
    """Whether ``other`` stands inside ``element`` or is it."""
    return other is not None and (other is element or any(each is element for each in other.iterancestors()))


def inside(element: Element, tags: frozenset[str]) -> bool:
    """Whether ``element`` stands inside one of ``tags``."""
    return any(tag_of(each) in tags for each in element.iterancestors())
