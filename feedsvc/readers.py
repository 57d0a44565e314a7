"""Who asks for a feed: what a User-Agent tells of the program, and of the people who read through it.

Hosted readers fetch once for all their subscribers and say how many they are; any other program is one
installation for one person. Nobody vouches for any of it: names and numbers are bounded here, and what an
unknown program claims is marked.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

UNKNOWN, BROWSER, OTHER = "Unknown", "Browser", "Other"

# More than the largest readers have for all but a handful of feeds; and what a program that nobody knows may claim.
MOST_STATED, MOST_UNVERIFIED = 1_000_000, 1_000

_LONGEST_AGENT, _LONGEST_NAME = 512, 40
_STATED = re.compile(r"(?<![\w.-])([0-9][0-9,]{0,40}) (?:subscribers?|readers?)\b", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._+-]*(?: [A-Z][A-Za-z0-9._+-]*)*(?=/|\s|\(|;|$)")
_COMMENT = re.compile(r"\(compatible;\s*([^;/()\s]+)", re.IGNORECASE)

# What is found in the User-Agent of the readers people use, and what they are called.
_KNOWN = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"\bfeedly", "Feedly"),
        (r"\binoreader", "Inoreader"),
        (r"\bnewsblur", "NewsBlur"),
        (r"\bfeedbin", "Feedbin"),
        (r"\bbazqux", "BazQux"),
        (r"\btheoldreader", "The Old Reader"),
        (r"\bfeeder\.co\b", "Feeder.co"),
        (r"\bnetnewswire", "NetNewsWire"),
        (r"\breeder\b", "Reeder"),
        (r"\bminiflux", "Miniflux"),
        (r"\bfreshrss", "FreshRSS"),
        (r"\btiny ?tiny ?rss", "Tiny Tiny RSS"),
        (r"\bnewsboat", "Newsboat"),
        (r"\bthunderbird", "Thunderbird"),
        (r"\bpython-reader", "python-reader"),
        (r"\brss2email", "rss2email"),
        (r"\brsstail", "rsstail"),
        (r"\bfeed2exec", "feed2exec"),
        (r"\belfeed|^emacs\b|\burl/emacs", "Elfeed"),
        (r"\bliferea", "Liferea"),
        (r"\bakregator", "Akregator"),
        (r"\bfeedparser\b|\buniversalfeedparser", "feedparser"),
        (r"\bsimplepie", "SimplePie"),
        (r"\bcoldsweat", "Coldsweat"),
    )
)


@dataclass(frozen=True, slots=True)
class Reader:
    """The program that asks.

    ``stated`` is the number of people it says it fetches for, None when it says none; ``is_known``, whether its
    name is that of a reader people use. ``is_bounded`` says that it claimed more than is believed.
    """

    name: str
    stated: int | None = None
    is_known: bool = False
    is_bounded: bool = False


def identify(agent: str | None) -> Reader:
    """The reader that sends this User-Agent, whatever stands in it."""
    return _identified((agent or "")[:_LONGEST_AGENT])


@lru_cache(maxsize=1024)
def _identified(agent: str) -> Reader:
    known = next((name for pattern, name in _KNOWN if pattern.search(agent)), None)
    claimed = _STATED.search(agent)
    if claimed is None:
        return Reader(known or _own_name(agent), is_known=known is not None)
    most = MOST_STATED if known else MOST_UNVERIFIED
    stated = int(claimed[1].replace(",", ""))
    return Reader(known or _own_name(agent), min(stated, most), known is not None, stated > most)


def _own_name(agent: str) -> str:
    """What a program that is not known calls itself: its first product token (RFC 9110, section 10.1.5)."""
    if not agent.strip():
        return UNKNOWN
    if agent.startswith("Mozilla/"):
        comment = _COMMENT.search(agent)
        return _bounded(comment[1]) if comment else BROWSER
    product = _PRODUCT.match(agent.strip())
    return _bounded(product[0]) if product else OTHER


def _bounded(name: str) -> str:
    return name[:_LONGEST_NAME] if name.isascii() and name.isprintable() else OTHER
