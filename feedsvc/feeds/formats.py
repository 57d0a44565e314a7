"""The formats in which a feed is offered: one row each. Renderers load feedgen and lxml only when used."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from feedsvc.feeds.pieces import Pieces, cut
from feedsvc.model import Feed

OPML_TYPE = "text/x-opml; charset=utf-8"


class Format(Struct, frozen=True):
    """A format: its name, its media type, what its addresses end in, how a feed becomes its bytes."""

    name: str
    media_type: str
    suffix: str
    render: Callable[[Feed], bytes]

    @property
    def bare_type(self) -> str:
        """The media type without parameters, as ``type`` attributes of links carry it."""
        return self.media_type.partition(";")[0]


def _atom(feed: Feed) -> bytes:
    from feedsvc.feeds.syndication import render_atom

    return render_atom(feed)


def _rss(feed: Feed) -> bytes:
    from feedsvc.feeds.syndication import render_rss

    return render_rss(feed)


def _json(feed: Feed) -> bytes:
    from feedsvc.feeds.jsonfeed import render_json

    return render_json(feed)


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("atom", "application/atom+xml; charset=utf-8", ".atom", _atom),
        Format("rss", "application/rss+xml; charset=utf-8", ".rss", _rss),
        Format("json", "application/feed+json; charset=utf-8", ".json", _json),
    )
}


def entries_in(name: str, document: bytes) -> tuple[bytes, ...]:
    """The entries of a document of the format ``name``, as ``pieces_of`` gave them."""
    if name == "json":
        return tuple(line.removesuffix(b",") for line in document.split(b"\n")[1:-2] if line)
    entry, around = (b"entry", b"feed") if name == "atom" else (b"item", b"channel")
    return cut(document, entry, around).entries


def pieces_of(feed: Feed) -> Mapping[str, Pieces]:
    """``feed`` in pieces, by format."""
    from feedsvc.feeds import frames, jsonfeed, syndication

    atom, rss = frames.framed(feed) or syndication.pieces(feed)
    return {"atom": atom, "rss": rss, "json": jsonfeed.pieces(feed)}
