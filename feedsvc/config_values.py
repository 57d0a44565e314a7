"""The values of settings: what TOML gave becomes a typed value, or a ValueError that says what is wanted.

The first sentence of each reader's docstring names the value in the settings reference (docs/settings.md).
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from feedsvc.patterns import pattern
from feedsvc.query import Query, parse_query
from feedsvc.text import one_line, slugify

# RFC 4151, section 2.1: an authority name and a date.
_AUTHORITY = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9\-]+)*,\d{4}(?:-\d\d(?:-\d\d)?)?")
_LONGEST_AUTHORITY = 264  # a name of a host has 253 characters at most
_LANGUAGE = pattern(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_RESERVED = pattern(r"all(?:-[a-z]{2,3}(?:-[a-z0-9]{2,8})*)?")


def text(value: object) -> str:
    """Text on one line."""
    if not isinstance(value, str) or not one_line(value):
        raise ValueError('a text in quotes is wanted, such as "The Example Wire"')
    return one_line(value)


def parse_address(value: object) -> str:
    """An http or https address without a query, in ASCII. Raises ValueError saying what is wanted."""
    address = text(value)
    if not _is_base(address):
        raise ValueError('an absolute http or https address is wanted, such as "https://news.example.org"')
    if not address.isascii():
        raise ValueError("write the address in ASCII: the host in punycode, the path percent-encoded")
    return urlsplit(address).geturl().rstrip("/")


def _is_base(address: str) -> bool:
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_web and not (parts.query or parts.fragment)


def license_address(value: object) -> str:
    """An http or https address, kept as it is written."""
    parse_address(value)
    return text(value)  # its closing slash belongs to the name of a licence


def web_address(value: object) -> str:
    """An http or https address, which may have a query."""
    address = text(value)
    if not _is_base(address.partition("?")[0]) or not address.isascii():
        raise ValueError('an http or https address in ASCII is wanted, such as "https://news.example.org/art.jpg"')
    return address


def email(value: object) -> str:
    """An e-mail address."""
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ValueError('an e-mail address is wanted, such as "desk@news.example.org"')
    return value


def authority(value: object) -> str:
    """A domain, a comma and a date (RFC 4151, section 2.1)."""
    if not isinstance(value, str) or len(value) > _LONGEST_AUTHORITY or not _AUTHORITY.fullmatch(value):
        raise ValueError('a domain you own and a date are wanted, such as "news.example.org,2026" (RFC 4151)')
    return value.lower()


def language_tag(value: object) -> str:
    """A language tag (BCP 47)."""
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError('a language tag is wanted, such as "en" or "pt-BR" (BCP 47)')
    return value


def zone(value: object) -> ZoneInfo:
    """The name of a time zone, such as `Asia/Tokyo`."""
    try:
        return ZoneInfo(text(value))
    except (LookupError, OSError, ValueError) as error:
        raise ValueError('the name of a time zone is wanted, such as "Asia/Tokyo" or "UTC"') from error


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not value:
        raise ValueError('a list of texts is wanted, such as ["Politics", "Japan"]')
    return tuple(text(each) for each in value)


def networks(value: object) -> tuple[IPv4Network | IPv6Network, ...]:
    """A list of addresses and networks."""
    try:
        return tuple(ip_network(each, strict=False) for each in texts(value))
    except ValueError as error:
        raise ValueError('a list of addresses or networks is wanted, such as ["127.0.0.1", "10.0.0.0/8"]') from error


def token(value: object) -> str:
    """A secret: 16 or more ASCII letters, digits and signs."""
    found = text(value)
    if len(found) < 16 or not re.fullmatch(r"[!-~]+", found):
        raise ValueError("at least 16 ASCII letters, digits and signs without a space are wanted; take random ones")
    return found


def flag(value: object) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted, without quotes")
    return value


def number(low: int, high: int) -> Callable[[object], int]:
    """A reader of whole numbers from ``low`` to ``high``."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high} is wanted")
        return value

    read.__doc__ = f"A whole number from {low} to {high}."
    return read


def one_of(*allowed: str) -> Callable[[object], str]:
    """A reader of one of the words ``allowed``."""

    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError("one of " + ", ".join(f'"{each}"' for each in allowed) + " is wanted")
        return str(value)

    read.__doc__ = " or ".join(f'`"{each}"`' for each in allowed) + "."
    return read


def is_reserved(slug: str) -> bool:
    """Whether ``slug`` names a feed of the whole publication: ``all``, or ``all-LANGUAGE``."""
    return _RESERVED.fullmatch(slug) is not None


def topic_slug(value: object) -> str:
    """Lower-case letters, digits and single hyphens."""
    slug = text(value)
    if slugify(slug) != slug:
        better = slugify(slug) or "my-topic"
        raise ValueError(f'lower-case letters, digits and single hyphens are wanted, such as "{better}"')
    if is_reserved(slug):
        raise ValueError('"all" and "all-LANGUAGE" name the feeds of the whole publication; choose another')
    return slug


def path(value: object) -> str:
    """An address without the base, such as `/feeds/old-name`."""
    found = unquote(text(value))
    if not found.startswith("/") or found.startswith("//") or re.search(r"[?#]", found):
        raise ValueError('an address without the base is wanted, such as "/feeds/old-name"')
    return found


def target(value: object) -> str:
    """An address without the base, or a whole one."""
    if isinstance(value, str) and value.startswith("/"):
        return path(value)
    parse_address(value)
    return text(value)


def article_path(value: object) -> str:
    """The address of an article without the base, `/articles/SLUG`."""
    found = path(value)
    if not re.fullmatch(r"/articles/[^/]+", found):
        raise ValueError('the address of an article is wanted, such as "/articles/its-slug"')
    return found


def query(value: object) -> Query:
    """A query in the language of topic rules. Raises QueryError."""
    text(value)
    return parse_query(str(value))
