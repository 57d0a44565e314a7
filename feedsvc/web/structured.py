"""What an article's page tells programs: schema.org as JSON-LD, for search engines and archives."""

import json
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from feedsvc.model import Article, Person
from feedsvc.views import FeedView, PublicationView

_LONGEST_HEADLINE = 110  # characters; what search engines take


def news_article(
    article: Article,
    url: str,
    authors: Iterable[Person],
    topics: Iterable[FeedView],
    publication: PublicationView,
) -> Mapping[str, object]:
    """The article as a NewsArticle (schema.org). ``url`` is its page; ``authors`` are those that the page names."""
    publisher = _organization(publication.title, publication.home)
    titles = [topic.title for topic in topics]
    people = [{"@type": "Person", "name": each.name, **({"url": each.uri} if each.uri else {})} for each in authors]
    told: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline[:_LONGEST_HEADLINE],
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": article.published.isoformat(),
        "dateModified": max(article.published, article.updated).isoformat(),
        "inLanguage": article.language,
        "author": people or [_organization(article.source) if article.source else publisher],
        "publisher": publisher,
        "isAccessibleForFree": True,
    }
    optional = {
        "description": article.summary,
        "articleSection": titles[:1],
        "keywords": titles,
        "image": [article.picture.url] if article.picture else None,
        "dateline": article.dateline,
        "sourceOrganization": _organization(article.source) if article.source else None,
        "isBasedOn": article.via,
        "license": article.license,
        "copyrightNotice": article.rights,
        "correction": article.ednote,
    }
    return told | {name: value for name, value in optional.items() if value}


def data_block(told: Mapping[str, object]) -> Markup:
    """``told`` as it may stand inside a ``script`` element: no ``<`` in it ends the element or opens a comment."""
    return Markup(json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - escaped here


def locale_of(language: str) -> str | None:
    """A language as Open Graph writes it, with its region; None where none is named."""
    parts = language.split("-")
    region = next((part for part in parts[1:] if len(part) == 2 and part.isalpha()), None)
    return f"{parts[0].lower()}_{region.upper()}" if region else None


def _organization(name: str, url: str | None = None) -> dict[str, object]:
    return {"@type": "Organization", "name": name, **({"url": url} if url else {})}
