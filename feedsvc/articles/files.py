"""Files of the inbox that an article refers to: which ones it means, and where they are published."""

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath
from urllib.parse import quote, unquote, urlsplit

from lxml import etree
from msgspec import Struct, field

from feedsvc.media import MEDIA_TYPES, suffix_of
from feedsvc.model import Draft, Finding, Lookup, MediaFile

# A quick look, so that most bodies are not parsed for it.
_NAMED = re.compile(rf"\.(?:{'|'.join(each[1:] for each in MEDIA_TYPES)})\b", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\|#|\?")
_SINGLE = frozenset("src href poster data-src data-lazy-src data-original data-original-src data-full-src".split())
_SETS = frozenset("srcset data-srcset data-lazy-srcset data-original-set".split())


def may_refer(html: str) -> bool:
    """Whether a body may refer to files, in an attribute: a quick look."""
    return "=" in html and _NAMED.search(html) is not None


def references(draft: Draft) -> frozenset[str]:
    """What ``draft`` says of files that may lie in the inbox: addresses without a host that end like media."""
    stated = [each.url for each in draft.enclosures]
    if draft.picture is not None:
        stated.append(draft.picture.url)
    return frozenset(each for each in map(str.strip, (*stated, *_in_body(draft.html))) if _is_local(each))


def file_name(reference: str, document: str) -> str | None:
    """The name in the inbox that ``reference`` means in ``document``; None when it leads out of the inbox.

    An address from the root means the inbox.
    """
    path = unquote(re.split(r"[?#]", reference, maxsplit=1)[0])
    folder = "" if path.startswith("/") else document.rpartition("/")[0]
    name = normpath(f"{folder}/{path}" if folder else path.lstrip("/"))
    hidden = any(part.startswith(".") for part in name.split("/"))
    return None if hidden or "\0" in name or name.startswith("/") else name


class Files(Struct):
    """The files of one draft: asked for each address as it is written, it tells where that is published."""

    draft: Draft
    document: str
    media: Mapping[str, Lookup]
    base: str
    used: dict[str, MediaFile] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)

    def find(self, reference: str) -> MediaFile | None:
        """The file that ``reference`` means, None when it means none; a missing one is remarked."""
        reference = reference.strip()
        if not _is_local(reference):
            return None
        name = file_name(reference, self.document)
        found = self.media.get(name) if name is not None else None
        if found is not None and found.file is not None:
            self.used[found.file.name] = found.file
            return found.file
        if found is not None and found.finding is not None:
            self.findings[reference] = found.finding
        elif self.is_missing(reference):
            message = f"{reference[:80]!r} is not in the inbox; put the file beside the document or correct the name."
            self.findings[reference] = Finding("media-missing", "warning", message, "text")
        return None

    def address(self, reference: str) -> str | None:
        """Where the file that ``reference`` means is published; empty when it is missing, None when it means none."""
        found = self.find(reference)
        if found is not None:
            return published_address(self.base, found)
        return "" if self.is_missing(reference.strip()) else None

    def is_missing(self, reference: str) -> bool:
        """Whether ``reference`` can only mean a file beside the document: one without an address of its own."""
        return _is_local(reference) and self.draft.base is None and not reference.startswith("/")


def published_address(base: str, file: MediaFile) -> str:
    """The address of a published file, below the publication's ``base``."""
    return base + quote(file.path)


def _in_body(html: str) -> Iterator[str]:
    if not may_refer(html):
        return
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    root = etree.fromstring(b"<div>" + html.encode("utf-8", "replace") + b"</div>", parser)
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name in _SINGLE:
                yield str(value)
            elif name in _SETS:
                yield from (candidate.rstrip(",") for candidate in str(value).split())


def _is_local(reference: str) -> bool:
    if not reference or _SCHEME.match(reference):
        return False
    try:
        path = urlsplit(reference).path
    except ValueError:
        return False
    return suffix_of(unquote(path)) in MEDIA_TYPES
