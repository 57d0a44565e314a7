"""The feed of a search: composed and rendered when it is asked for."""

from urllib.parse import quote

from msgspec.structs import replace

from feedsvc.feeds.compose import compose_entry, compose_feed
from feedsvc.feeds.formats import FORMATS
from feedsvc.feeds.guard import held_back
from feedsvc.views import SearchView


def render_search(view: SearchView, format_name: str) -> bytes:
    """The bytes of the feed of a search in a format, without the entries that would make it invalid."""
    publication = view.settings.publication
    composed = (
        compose_entry(each.article, [found.topic for found in each.topics], view.settings)[0]
        for each in view.articles
    )
    entries = [entry for entry in composed if held_back(entry) is None]
    feed = compose_feed(
        view.settings,
        name="search",
        title=f"{publication.title}: {view.query}",
        description=f"Articles of {publication.title} that match: {view.query}",
        entries=entries,
        floor=max((entry.updated for entry in entries), default=view.published),
        authority=view.authority,
    )
    asked = quote(view.query, safe="")
    found = replace(
        feed, id=f"tag:{view.authority}:?search={asked}", page=f"{feed.home}search", query=f"?q={asked}", show=None
    )
    return FORMATS[format_name].render(found)
