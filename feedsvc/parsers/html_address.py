"""Addresses a page states: its own canonical one, the base of its links, its licence, its picture."""

from urllib.parse import urljoin, urlsplit

from lxml import etree

from feedsvc.model import Picture
from feedsvc.parsers.html_stated import Stated, string

Element = etree._Element


def link_with(root: Element, rel: str, tags: tuple[str, ...] = ("link", "a")) -> str | None:
    """The address of the first link that stands in the relation ``rel``."""
    for link in root.iter(*tags):
        if rel in (link.get("rel") or "").lower().split() and (link.get("href") or "").strip():
            return (link.get("href") or "").strip()
    return None


def canonical(root: Element, facts: Stated) -> str | None:
    """The page's own address, absolute; None when it states none."""
    stated = (
        link_with(root, "canonical", ("link",)),
        facts.meta("og:url"),
        string(facts.article("url")),
        facts.meta("twitter:url"),
    )
    for address in stated:
        if address and is_web(address):
            return address
    return None


def base_of(root: Element, address: str | None) -> str | None:
    """Against what the relative links of the page stand."""
    stated = next((href for each in root.iter("base") if (href := (each.get("href") or "").strip())), None)
    if stated is None:
        return address
    joined = urljoin(address or "", stated)
    return joined if is_web(joined) else address


def picture(facts: Stated) -> Picture | None:
    """The lead picture."""
    image = facts.article("image")
    first = image[0] if isinstance(image, list) and image else image
    stated = first.get("url") or first.get("contentUrl") if isinstance(first, dict) else first
    address = facts.meta(
        "og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"
    ) or string(stated)
    if not address or address.startswith("data:"):
        return None
    return Picture(address, alt=facts.meta("og:image:alt", "twitter:image:alt"))


def is_web(address: str) -> bool:
    """Whether ``address`` is an absolute http or https address."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
