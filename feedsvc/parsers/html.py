"""HTML: a saved article page, or what a newsroom wrote by hand, becomes one Draft."""

from urllib.parse import urljoin

from lxml import etree

from feedsvc.model import Document, Draft, Finding, Hints, Neighbours, Parsed
from feedsvc.parsers.charset import DecodeError
from feedsvc.parsers.html_address import base_of, canonical, link_with, picture
from feedsvc.parsers.html_content import main_content
from feedsvc.parsers.html_dates import date_order, find_published, find_updated
from feedsvc.parsers.html_headline import find_headline
from feedsvc.parsers.html_index import count_teasers
from feedsvc.parsers.html_layout import layout
from feedsvc.parsers.html_orders import find_orders
from feedsvc.parsers.html_people import find_authors
from feedsvc.parsers.html_site import site_names
from feedsvc.parsers.html_stated import Stated, stated, string
from feedsvc.parsers.html_topics import find_topics
from feedsvc.parsers.html_tree import Page, read_page
from feedsvc.parsers.html_trim import Clues

Element = etree._Element

# Shorter than this, a page that states no headline and no date is a login form or an error.
_SHORT = 40


def parse(document: Document, _neighbours: Neighbours, hints: Hints) -> Parsed:
    """The article of a page; no draft and an error where there is neither headline nor text."""
    try:
        page = read_page(document.data)
    except DecodeError as error:
        return Parsed((), (Finding("undecodable", "error", str(error)),))
    if page is not None:
        facts = stated(page.root)
        if listed := count_teasers(page.root, facts):
            message = f"The page lists {listed} articles and is none itself; put the articles into the inbox."
            return Parsed((), (*page.findings, Finding("no-article", "error", message)))
        if (draft := _draft(page, facts, hints.date_order)) is not None:
            return Parsed((draft,))
    message = "The page has neither a headline nor a text; write them, or take the file out of the inbox."
    return Parsed((), (Finding("no-article", "error", message),))


def _draft(page: Page, facts: Stated, order: str | None) -> Draft | None:
    """1. What is stated. 2. What is shown. 3. The text, which takes the tree apart and so comes last."""
    root = page.root
    address = canonical(root, facts)
    language = _language(root, facts)
    order = order or date_order(root, language)
    sites = site_names(root, facts, address)
    headline = find_headline(root, facts, sites, address)
    where = layout(root, headline.element if headline else None)
    authors, authors_from = find_authors(root, facts, sites, where)
    published, published_from, date_findings = find_published(root, facts, where, address, order, language)
    tags, sections = find_topics(root, facts, sites, where, (headline.text if headline else "", authors))
    orders = find_orders(facts, published, order)
    base = base_of(root, address)
    licence = link_with(root, "license")
    updated = find_updated(facts, order)
    summary = facts.meta("description", "og:description", "dc.description", "twitter:description")
    clues = Clues(
        headline.text if headline else None,
        headline.element if headline else None,
        tuple(person.name for person in authors),
        string(facts.article("articleBody")),
        summary,
        language,
    )
    content = main_content(root, clues)
    html = _markup(content)
    if not html and headline is None:
        return None
    evidence = {
        "headline": headline.evidence if headline else "",
        "authors": authors_from,
        "published": published_from,
    }
    return Draft(
        format="html",
        id=orders.id,
        status=orders.status,
        headline=headline.text if headline else None,
        authors=authors,
        source=facts.meta("og:site_name") or string(facts.article("publisher")) or facts.meta("publisher"),
        language=language,
        published=published,
        updated=updated,
        embargo=orders.embargo,
        expires=orders.expires,
        url=address,
        base=base,
        html=html,
        summary=summary,
        tags=tags,
        sections=sections,
        rights=facts.meta("copyright", "dc.rights", "dcterms.rights"),
        license=urljoin(base or "", licence) if licence else None,
        picture=picture(facts),
        evidence={field: sentence for field, sentence in evidence.items() if sentence},
        findings=(*page.findings, *facts.findings, *date_findings, *orders.findings),
    )


def _language(root: Element, facts: Stated) -> str | None:
    stated_language = (
        root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang"),
        string(facts.article("inLanguage")),
        facts.meta("og:locale", "content-language", "language", "dc.language"),
    )
    return next((value.strip().replace("_", "-") for value in stated_language if value and value.strip()), None)


def _markup(content: Element | None) -> str:
    if content is None:
        return ""
    content.tail = None
    return etree.tostring(content, encoding="unicode", method="html").strip()
