"""Answers: a Representation, a page or one line of text becomes a response with all its headers."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from flask import Response
from msgspec.structs import replace
from werkzeug.datastructures import Headers

from feedsvc.codings import encode
from feedsvc.model import Representation
from feedsvc.web.conditional import Preconditions, etag, evaluate
from feedsvc.web.encoding import IDENTITY, negotiate

# What feeds and other documents for programs carry, on errors and 304 too.
OPEN_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# The label of a feed depends on who asks (see ``for_browsers``).
FEED_HEADERS = OPEN_HEADERS | {"Vary": "Accept-Encoding, Sec-Fetch-Dest"}
_XML_FEEDS = ("application/atom+xml", "application/rss+xml")
PAGE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' https: http: data:; media-src https: http:; "
        "script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}

DAY = 86400
NO_STORE = "no-store"


def kept(seconds: int) -> str:
    """``Cache-Control`` of what may be kept for so long, and a little longer while a fault lasts (RFC 5861)."""
    return f"public, max-age={seconds}, stale-while-revalidate=60, stale-if-error=86400"


def kept_error(seconds: int) -> str:
    """``Cache-Control`` of an error that stands for a while."""
    return f"public, max-age={seconds}"


class Answer(Response):
    """A response whose headers are sent as they are: Werkzeug would take Last-Modified out of a 304.

    ``whole`` is the length of the whole document without a coding, in bytes.
    """

    whole = 0

    def get_wsgi_headers(self, environ: object) -> Headers:  # noqa: ARG002 - Werkzeug's signature
        """The headers, unchanged."""
        return self.headers


def represent(
    representation: Representation,
    asked: Preconditions,
    accept_encoding: str | None,
    now: datetime,
    headers: Mapping[str, str],
) -> Answer:
    """The answer to a GET or HEAD for a document: 200, 304 or 412."""
    now = now.replace(microsecond=0)
    # A builder's clock may run ahead of this one; RFC 9110, 8.8.2.1 forbids a date in the future.
    last_modified = min(representation.last_modified, now)
    coding = negotiate(accept_encoding, representation.bodies)
    verdict = evaluate(asked, representation.digest, coding, last_modified, now)
    if verdict.status == 412:
        return line(412, "The document has changed since.", now, NO_STORE)
    shared = {
        "ETag": etag(representation.digest, verdict.coding),
        "Last-Modified": http_date(last_modified),
        "Cache-Control": kept(representation.max_age),
        "Vary": "Accept-Encoding",
        "Accept-Ranges": "none",
        **headers,
    }
    whole = len(representation.bodies[IDENTITY])
    if verdict.status == 304:
        return _answer(304, b"", shared, now, whole)
    content = {"Content-Type": _content_type(representation.media_type)}
    if coding != IDENTITY:
        content["Content-Encoding"] = coding
    return _answer(200, representation.bodies[coding], shared | content, now, whole)


def delta(
    representation: Representation,
    body: bytes,
    accept_encoding: str | None,
    now: datetime,
    headers: Mapping[str, str],
) -> Answer:
    """The entries of a document that its reader lacks (RFC 3229, section 10.5.3)."""
    bodies = encode(body)
    coding = negotiate(accept_encoding, bodies)
    content = {
        "ETag": etag(representation.digest, coding),
        "Last-Modified": http_date(min(representation.last_modified, now.replace(microsecond=0))),
        "Cache-Control": NO_STORE,
        "IM": "feed",
        "Vary": "Accept-Encoding",
        "Accept-Ranges": "none",
        "Content-Type": _content_type(representation.media_type),
        **headers,
        **({"Content-Encoding": coding} if coding != IDENTITY else {}),
    }
    return _answer(226, bodies[coding], content, now, len(representation.bodies[IDENTITY]))


def is_xml_feed(representation: Representation) -> bool:
    """Whether the document is Atom or RSS, which browsers show when it is labelled as XML."""
    return representation.media_type.startswith(_XML_FEEDS)


def for_browsers(representation: Representation, link: Mapping[str, str]) -> tuple[Representation, dict[str, str]]:
    """The document and its headers for a browser that opens its address: the same bytes, labelled as XML.

    Under a feed's own type Chromium shows source text and Firefox downloads a file. Shared caches keep no such
    answer, so that none can hand it to a reader, not even one that disregards ``Vary``.
    """
    alone = {
        "Cache-Control": f"private, max-age={representation.max_age}",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; sandbox",
    }
    labelled = replace(representation, media_type="application/xml; charset=utf-8")
    return labelled, {**FEED_HEADERS, **link, **alone}


def page(status: int, html: str, now: datetime, cache_control: str) -> Answer:
    """A page that is no document of the edition: one that is missing or gone."""
    content = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": cache_control}
    return _answer(status, html.encode(), PAGE_HEADERS | content, now)


def line(status: int, text: str, now: datetime, cache_control: str, extra: Mapping[str, str] | None = None) -> Answer:
    """One line of plain text."""
    content = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": cache_control}
    return _answer(status, f"{text}\n".encode(), OPEN_HEADERS | content | dict(extra or {}), now)


def moved(location: str, now: datetime) -> Answer:
    """A lasting redirect. 301, because clients are seen that do not follow a 308."""
    return line(301, f"Moved to {location}", now, kept_error(DAY), {"Location": location})


def json_answer(status: int, body: bytes, now: datetime) -> Answer:
    """A JSON object that no cache may keep."""
    content = {"Content-Type": "application/json", "Cache-Control": NO_STORE}
    return _answer(status, body, OPEN_HEADERS | content, now)


def own_bytes(body: bytes, media_type: str, now: datetime) -> Answer:
    """Bytes for the operator, which no cache may keep."""
    return _answer(200, body, OPEN_HEADERS | {"Content-Type": media_type, "Cache-Control": NO_STORE}, now)


def unauthorized(now: datetime) -> Answer:
    """401 for what only the operator may see (RFC 6750)."""
    text = "This is for the operator: ask from this machine, or with Authorization: Bearer and the token of [serve]."
    return line(401, text, now, NO_STORE, {"WWW-Authenticate": 'Bearer realm="feedsvc"'})


def locked(now: datetime) -> Answer:
    """401 for the desk. A browser asks for a password then, which is the token (RFC 7617)."""
    text = "This is for the operator: ask with Authorization: Bearer and the token of [serve], or give it as the password."
    answer = line(401, text, now, NO_STORE, {"WWW-Authenticate": 'Bearer realm="feedsvc"'})
    answer.headers.add("WWW-Authenticate", 'Basic realm="feedsvc", charset="UTF-8"')
    return answer


def http_date(moment: datetime) -> str:
    """``moment`` as an IMF-fixdate (RFC 9110, section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def stream(
    status: int, body: Iterable[bytes], headers: Mapping[str, str], now: datetime, length: int | None
) -> Answer:
    """Bytes that come by and by; ``length`` of them, None for a 304, which has none."""
    answer = Answer(body, status=status)
    answer.headers = Headers(headers)
    answer.headers["Date"] = http_date(now)
    if length is not None:
        answer.headers["Content-Length"] = str(length)
    return answer


def _content_type(media_type: str) -> str:
    """Text names its charset in the header: some clients (coldsweat) look nowhere else."""
    named = "charset=" in media_type or media_type.startswith("image/")
    return media_type if named else f"{media_type}; charset=utf-8"


def _answer(status: int, body: bytes, headers: Mapping[str, str], now: datetime, whole: int = 0) -> Answer:
    answer = Answer(body, status=status)
    answer.whole = whole
    answer.headers = Headers(headers)
    answer.headers["Date"] = http_date(now)
    if status != 304:
        answer.headers["Content-Length"] = str(len(body))
    return answer
