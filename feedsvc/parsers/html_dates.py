"""When a page was published and updated: what it states, what it shows, at last a search through its text."""

from collections.abc import Iterator
from datetime import date

from htmldate import find_date
from lxml import etree
from lxml.html import fromstring

from feedsvc.model import Finding, SourceDate
from feedsvc.parsers.dates import DateError, date_in_name, parse_date
from feedsvc.parsers.html_furniture import inside
from feedsvc.parsers.html_stated import Stated, string
from feedsvc.parsers.html_tree import text_of

Element = etree._Element

_PUBLISHED = (
    "article:published_time", "datepublished", "date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date",
    "dc.date.created", "dcterms.date", "sailthru.date", "parsely-pub-date", "pubdate", "publish-date", "publish_date",
    "publication_date", "publishdate", "og:article:published_time", "rnews:datepublished", "cxenseparse:recs:publishtime",
    "citation_publication_date", "article.published", "published-date", "og:pubdate", "datecreated", "last-modified-date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "revised",
)
# htmldate takes a second for four times as many characters.
_LONGEST_SEARCH = 1_000_000
_ASIDES = frozenset(("aside", "footer", "nav"))


def find_published(
    root: Element, facts: Stated, address: str | None, order: str | None
) -> tuple[SourceDate | None, str, tuple[Finding, ...]]:
    """The date, where it was found, and what was guessed about it."""
    findings: list[Finding] = []
    for text, evidence in _published(root, facts):
        found = _read(text, order, findings)
        if found is not None:
            return found, evidence, ()
    if address is not None:
        found = date_in_name(address)
        if found is not None and found.year:
            message = "The day was taken from the page's address; state it in a meta element article:published_time."
            return found, "the page's address", (Finding("date-guessed", "warning", message, "published"),)
    found = _searched(root, address)
    if found is not None:
        message = "The day was found in the text of the page; state it in a meta element article:published_time."
        return found, "a date in the page's text", (Finding("date-guessed", "warning", message, "published"),)
    return None, "", tuple(findings)


def find_updated(facts: Stated, order: str | None) -> SourceDate | None:
    """When the page says that it was last changed."""
    for text in (string(facts.article("dateModified")), *facts.every(*_UPDATED)):
        found = _read(text, order, [])
        if found is not None:
            return found
    return None


def _published(root: Element, facts: Stated) -> Iterator[tuple[str | None, str]]:
    yield string(facts.article("datePublished")), "datePublished of the JSON-LD"
    for name in _PUBLISHED:
        for value in facts.every(name):
            yield value, f"meta {name}"
    for element in root.iter():
        if element.get("itemprop") in ("datePublished", "dateCreated"):
            yield element.get("datetime") or element.get("content") or text_of(element), "itemprop datePublished"
    for element in root.iter("time"):
        if not inside(element, _ASIDES):
            yield element.get("datetime") or text_of(element), "the page's time element"
    yield string(facts.page("datePublished")), "datePublished of the JSON-LD"


def _read(text: str | None, order: str | None, findings: list[Finding]) -> SourceDate | None:
    if not text:
        return None
    try:
        found = parse_date(text, order=order)
    except DateError as error:
        findings.append(Finding("date-unreadable", "warning", str(error), "published"))
        return None
    return found if found is not None and found.year else None


def _searched(root: Element, address: str | None) -> SourceDate | None:
    """The day that htmldate finds. Its latest day is fixed, so that no clock is read."""
    markup = etree.tostring(root, encoding="unicode", method="html")
    if len(markup) > _LONGEST_SEARCH:
        return None
    copy = fromstring(markup)
    text = find_date(copy, extensive_search=True, original_date=True, url=address, max_date="2099-12-31")
    if text is None:
        return None
    day = date.fromisoformat(text)
    return SourceDate(day.year, day.month, day.day)
