"""The feeds of single languages: ``all-fr``, ``all-zh-hant``. A language is told apart by its script, not by its region."""

import re

from feedsvc.patterns import pattern

_TAG = pattern(r"([a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-([a-z]{4}))?(?:-.*)?", re.IGNORECASE)
_FEED = pattern(r"all-([a-z]{2,3})(?:-([a-z]{4}))?")


def language_feed(tag: str) -> str | None:
    """The feed for articles in the language ``tag`` (BCP 47); None for what is no language tag."""
    found = _TAG.fullmatch(tag)
    return "-".join(filter(None, ("all", *found.groups()))).lower() if found else None


def feed_language(name: str) -> str | None:
    """The language of which ``name`` is the feed; None for every other feed."""
    found = _FEED.fullmatch(name)
    if found is None:
        return None
    language, script = found.groups()
    return f"{language}-{script.title()}" if script else language
