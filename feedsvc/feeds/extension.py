"""What feedgen lacks, written into the elements that it made: the extension that ``syndication.py`` registers.

feedgen's own elements of Atom have no namespace until they are parsed again, so Atom's are found and made
here without one; those of other vocabularies are made with theirs. Each entry stands on a line of its own.
"""

from collections.abc import Callable, Iterator, Mapping

from lxml.etree import SubElement, _Element

from feedsvc.feeds.compose import archive_address
from feedsvc.feeds.pieces import Manner
from feedsvc.feeds.podcast import extend_channel, extend_item, podcast_namespaces
from feedsvc.model import Enclosure, Entry, Feed, Origin, Picture

ARCHIVES = "http://purl.org/syndication/history/1.0"
ATOM = "http://www.w3.org/2005/Atom"
CREATIVE_COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
XHTML = "http://www.w3.org/1999/xhtml"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_RSS_NAMESPACES = {"creativeCommons": CREATIVE_COMMONS, "dc": DUBLIN_CORE, "media": MEDIA, "sy": SYNDICATION}


def atom_namespaces(feed: Feed) -> dict[str, str]:
    """What is used; the W3C validator warns of the vocabulary of tombstones, which it does not know."""
    archived = {"fh": ARCHIVES} if feed.number is not None else {}
    buried = {"at": TOMBSTONES} if feed.tombstones else {}
    return {**buried, "dc": DUBLIN_CORE, **archived, "media": MEDIA}


def rss_namespaces(feed: Feed) -> dict[str, str]:
    """Those of every feed, and those of podcasts where there are episodes."""
    return {**_RSS_NAMESPACES, **podcast_namespaces(feed)}


class Extension:
    """An extension as feedgen wants it: made without arguments, called when its element is written."""

    namespaces: Mapping[str, str]
    atom: Callable[[_Element], None]
    rss: Callable[[_Element], None]

    def extend_ns(self) -> dict[str, str]:
        return dict(self.namespaces)

    def extend_atom(self, element: _Element) -> None:
        self.atom(element)

    def extend_rss(self, element: _Element) -> None:
        self.rss(element)


def extend_atom_feed(element: _Element, *, feed: Feed) -> None:
    """The licence, the archives (RFC 5005), and a tombstone for each withdrawn entry (RFC 6721)."""
    if feed.license:
        SubElement(element, "link", rel="license", href=feed.license)
    for rel, address in archive_links(feed):
        SubElement(element, "link", rel=rel, href=address, type="application/atom+xml")
    if feed.number is not None:
        SubElement(element, f"{{{ARCHIVES}}}archive")
    for each in feed.tombstones:
        SubElement(element, f"{{{TOMBSTONES}}}deleted-entry", ref=each.uri, when=each.when.isoformat())
    _note_for_people(element, feed)
    _lines(element)


def extend_atom_entry(element: _Element, *, manner: Manner, entry: Entry) -> None:
    """The language, all links with their attributes, the credited source, the picture."""
    element.tail = "\n"
    if entry.language != manner.language:
        element.set(XML_LANG, entry.language)
    for page in element.iterchildren("link"):
        page.set("rel", "alternate")
        page.set("type", "text/html")
        if entry.language != manner.language:
            page.set("hreflang", entry.language)
    if entry.via:
        SubElement(element, "link", rel="via", href=entry.via)
    if entry.license:
        SubElement(element, "link", rel="license", href=entry.license)
    for each in entry.enclosures:
        link = SubElement(element, "link", rel="enclosure", href=each.url, type=each.type, length=str(each.length))
        if each.title:
            link.set("title", each.title)
    if entry.origin and entry.origin.id:
        _origin(element, entry.origin)
    if entry.source and not (entry.origin and entry.origin.id and entry.origin.title == entry.source):
        _text(element, DUBLIN_CORE, "source", entry.source)
    _lead_picture(element, entry)


def extend_rss_channel(element: _Element, *, feed: Feed) -> None:
    """How often to ask, the licence, the author."""
    channel = element[0]
    channel.text = "\n"
    channel.tail = "\n"
    period, seconds = ("hourly", 3600) if feed.refresh <= 3600 else ("daily", 86400)
    _text(channel, SYNDICATION, "updatePeriod", period)
    _text(channel, SYNDICATION, "updateFrequency", str(max(1, seconds // feed.refresh)))
    _text(channel, DUBLIN_CORE, "creator", feed.author.name)
    if feed.license:
        _text(channel, CREATIVE_COMMONS, "license", feed.license)
    for rel, address in archive_links(feed):
        SubElement(channel, f"{{{ATOM}}}link", rel=rel, href=address, type="application/atom+xml")
    extend_channel(channel, feed)
    _note_for_people(channel, feed)
    _lines(channel)


def extend_rss_item(element: _Element, *, manner: Manner, entry: Entry) -> None:
    """Authors, the date of the last change, language, rights, the source's address, further media."""
    element.tail = "\n"
    for person in entry.authors:
        _text(element, DUBLIN_CORE, "creator", person.name)
    _text(element, ATOM, "updated", entry.updated.isoformat())
    if entry.language != manner.language:
        element.set(XML_LANG, entry.language)
    if entry.rights:
        _text(element, DUBLIN_CORE, "rights", entry.rights)
    if entry.license:
        _text(element, CREATIVE_COMMONS, "license", entry.license)
    if entry.via:
        SubElement(element, f"{{{ATOM}}}link", rel="via", href=entry.via)
    if entry.origin and entry.origin.url and entry.origin.title == entry.source:
        SubElement(element, "source", url=entry.origin.url).text = entry.source
    elif entry.source:  # not both: one element credits one source
        _text(element, DUBLIN_CORE, "source", entry.source)
    _lead_picture(element, entry)
    extend_item(element, manner, entry)
    for each in entry.enclosures[1:]:
        _media_file(element, each)


def archive_links(feed: Feed) -> Iterator[tuple[str, str]]:
    """The links of RFC 5005, section 4, by relation; archive documents are Atom."""
    if feed.number is not None:
        yield "current", f"{feed.page}.atom"
    if feed.previous is not None:
        yield "prev-archive", archive_address(feed.page, feed.previous)
    if feed.following is not None:
        yield "next-archive", archive_address(feed.page, feed.following)


def _note_for_people(head: _Element, feed: Feed) -> None:
    """What a browser shows on top of the feed; readers pass over it."""
    note = SubElement(head, f"{{{XHTML}}}div", nsmap={"h": XHTML})
    note.set(XML_LANG, "en")
    note.text = "This is a web feed, made for feed readers: paste its address into yours. For people there is "
    SubElement(note, f"{{{XHTML}}}a", href=feed.address()).text = "a page with the same articles"
    note[0].tail = "."


def _origin(element: _Element, origin: Origin) -> None:
    """The feed from which the entry was taken (RFC 4287, section 4.2.11). Not when that feed was updated, which would make another
    entry of this one whenever anything is new there."""
    source = SubElement(element, "source")
    SubElement(source, "id").text = origin.id
    SubElement(source, "title").text = origin.title
    if origin.url:
        SubElement(source, "link", rel="self", href=origin.url)
    if origin.page:
        SubElement(source, "link", rel="alternate", href=origin.page)


def _lead_picture(element: _Element, entry: Entry) -> None:
    if entry.picture:
        _media_picture(element, entry.picture, described=entry.html is not None)


def _media_picture(element: _Element, picture: Picture, *, described: bool) -> None:
    """The lead image. Not ``described`` in entries without content: feedparser takes the description for it."""
    content = SubElement(element, f"{{{MEDIA}}}content", url=picture.url, medium="image")
    if picture.alt and described:
        _text(content, MEDIA, "description", picture.alt).set("type", "plain")
    if picture.credit:
        _text(content, MEDIA, "credit", picture.credit)


def _media_file(element: _Element, file: Enclosure) -> None:
    content = SubElement(element, f"{{{MEDIA}}}content", url=file.url, type=file.type, fileSize=str(file.length))
    if file.title:
        _text(content, MEDIA, "title", file.title).set("type", "plain")


def _text(parent: _Element, namespace: str, name: str, text: str) -> _Element:
    element = SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element


def _lines(head: _Element) -> None:
    """Each element of the head on a line of its own."""
    head.text = "\n"
    for each in head:
        each.tail = "\n"
