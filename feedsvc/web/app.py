"""The Flask app: which address gets which answer. It decides nothing else."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask, request
from werkzeug.exceptions import InternalServerError, MethodNotAllowed, NotFound

from feedsvc.errors import QueryError, StoreError
from feedsvc.feeds.delta import cut, entries_of
from feedsvc.model import Representation
from feedsvc.views import ArticleView, Gone, Moved
from feedsvc.web import answers
from feedsvc.web.addresses import FORMATS, HABITUAL, Addresses, is_for_programs
from feedsvc.web.answers import DAY, NO_STORE, OPEN_HEADERS, PAGE_HEADERS, Answer
from feedsvc.web.archives import Archives
from feedsvc.web.assets import load_assets, represent_bytes
from feedsvc.web.conditional import Preconditions, held_digests
from feedsvc.web.counting import Counter
from feedsvc.web.desk import Desk, Operations, is_operator
from feedsvc.web.edition import Edition
from feedsvc.web.express import WHOLE, Express
from feedsvc.web.media import MediaDesk
from feedsvc.web.operator import is_own
from feedsvc.web.pages import NO_THEME, Pages
from feedsvc.web.searching import PAGE_LENGTH, PAGES, Asked, Searches, Unfinished, understand
from feedsvc.web.shelf import Shelf
from feedsvc.web.sitemap import Sitemaps
from feedsvc.web.theme import Theme

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HELD = 4  # tags of a request that are looked up for a delta
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_EXPRESS = "feedsvc.express"  # where the app keeps its ready answers
MISSING_AGE = 60  # seconds for which a 404 may be kept: an article may appear there
RETRY_AFTER = {"Retry-After": "60"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    edition: Edition,
    *,
    base: str,
    clock: Callable[[], datetime] = _utc_now,
    counter: Counter | None = None,
    token: str | None = None,
    is_live: bool = True,
    theme: Theme = NO_THEME,
    operations: Operations | None = None,
) -> Flask:
    """The publication on the web. ``base`` is its public address; all routes live below the path in it.

    ``counter`` counts who reads; with ``token`` the operator's own addresses may be asked from elsewhere.
    ``operations`` is what the operator's desk asks; without it or the token there is no desk.
    ``is_live`` is false where nobody will be there to answer what is asked of forms; ``theme`` is the operator's own.
    """
    # Flask's own static route and its sorting of addresses (redirects made from Host) stay off.
    app = Flask("feedsvc.web", static_folder=None)
    app.url_map.merge_slashes = False
    site = _Site(edition, Addresses(base), clock, counter, token, is_live=is_live, theme=theme)
    if operations is not None:
        site.desk = Desk(operations)
    for rule, view in site.routes():
        app.add_url_rule(rule, rule, view, methods=["GET"], provide_automatic_options=False)
    app.before_request(site.empty)
    app.before_request(site.elsewhere)
    app.register_error_handler(NotFound, site.missing)
    app.register_error_handler(MethodNotAllowed, site.wrong_method)
    app.register_error_handler(StoreError, site.unavailable)
    app.register_error_handler(InternalServerError, site.broken)
    mounted = _Mounted(app.wsgi_app, site)
    express = Express(mounted, edition, clock, counter, site.addresses.prefix)
    app.wsgi_app, app.extensions[_EXPRESS] = express, express  # type: ignore[method-assign]
    return app


def ready_answers(app: Flask) -> Express:
    """The answers that ``app`` has ready for a server."""
    express: Express = app.extensions[_EXPRESS]
    return express


class _Site:
    """One view for each kind of address."""

    def __init__(
        self,
        edition: Edition,
        addresses: Addresses,
        clock: Callable[[], datetime],
        counter: Counter | None,
        token: str | None,
        *,
        is_live: bool,
        theme: Theme,
    ) -> None:
        self.edition = edition
        self.addresses = addresses
        self.clock = clock
        self.counter = counter
        self.token = token
        started = clock().replace(microsecond=0)
        self.desk: Desk | None = None
        self.assets = {**load_assets(started), **theme.files(started)}
        self.pages = Pages(edition, addresses, self.assets, is_live=is_live, theme=theme)
        self.shelf = Shelf(edition)
        self.sitemaps = Sitemaps(edition, addresses)
        self.files = MediaDesk(clock)
        self.searches = Searches(edition, self.shelf)
        self.archives = Archives(edition, self.shelf)

    def routes(self) -> Iterable[tuple[str, Callable[..., Answer]]]:
        """Every address of the contract with its view."""
        yield "/", self.home
        yield "/feeds.opml", self.opml
        yield "/feeds/<path:name>", self.feed
        yield "/articles/<slug>", self.article
        yield "/archive", self.archive
        yield "/archive/<month>", self.month
        yield "/archive/<month>/<int:page>", self.month
        yield "/authors/<slug>", self.author
        yield "/topics", self.topics
        yield "/search", self.search
        for name in FORMATS:
            yield f"/search.{name}", self.search_feed
        yield "/desk", self.desk_overview
        yield "/desk/document", self.desk_document
        yield "/desk/rule", self.desk_rule
        yield "/media/<digest>/<name>", self.media
        yield "/healthz", self.health
        yield "/metrics", self.metrics
        yield "/robots.txt", self.robots
        yield "/sitemap.xml", self.sitemap
        yield "/sitemap-news.xml", self.sitemap
        yield "/sitemap-<int:part>.xml", self.sitemap
        for path in self.assets:
            yield path, self.asset
        for path in HABITUAL:
            yield path, self.habitual

    def document(self) -> Answer:
        """A feed, one of its archive documents, or the OPML: bytes of the edition."""
        found = self.edition.representation(request.path) or self.archives.at(request.path)
        if found is None:
            raise NotFound
        link = {"Link": self.addresses.link_header(found)}
        if not answers.is_xml_feed(found):
            return self._represent(found, OPEN_HEADERS | link)
        if request.headers.get("Sec-Fetch-Dest") == "document":
            return self._represent(*answers.for_browsers(found, link))
        headers = answers.FEED_HEADERS | link
        body = self._lacking(found)
        if body is None:
            return self._represent(found, headers)
        return answers.delta(found, body, request.headers.get("Accept-Encoding"), self.clock(), headers)

    def _lacking(self, found: Representation) -> bytes | None:
        """The document with only the entries that its reader lacks, if the reader asks for that and it can be told."""
        asked = {each.partition(";")[0].strip().lower() for each in request.headers.get("A-IM", "").split(",")}
        held = held_digests(request.headers.get("If-None-Match"))[:_HELD]
        if "feed" not in asked or found.digest in held or request.headers.get("If-Match"):
            return None
        known = next((each for digest in held if (each := self.edition.generation(found.path, digest))), None)
        return None if known is None else cut(found.bodies["identity"], entries_of(known))

    def feed(self, name: str) -> Answer:
        """A feed as a document, or for people."""
        if is_for_programs(name):
            answer = self.document()
            request.environ[WHOLE] = answer.whole
            if self.counter is not None:
                sent = answer.content_length or 0
                self.counter.note(request.path, request.environ, answer.status_code, sent, answer.whole)
            return answer
        return self._page(self.shelf.page(request.path, lambda: self.pages.feed(name)))

    def home(self) -> Answer:
        """The publication for people, whatever the client accepts."""
        return self._page(self.shelf.page("/", self.pages.home))

    def article(self, slug: str) -> Answer:
        """An article's page, or what became of it."""

        def render() -> str | Gone | Moved | None:
            found = self.edition.article(slug)
            return self.pages.article(found) if isinstance(found, ArticleView) else found

        found = self.shelf.page(request.path, render)
        if isinstance(found, Moved):
            return self._moved(found)
        if isinstance(found, Gone):
            kept = answers.kept_error(self.edition.kept(DAY))
            return answers.page(found.status, self.pages.gone(found), self.clock(), kept)
        return self._page(found)

    def archive(self) -> Answer:
        """The months in which articles were published."""
        return self._page(self.shelf.page("/archive", self.pages.archive))

    def month(self, month: str, page: int = 1) -> Answer:
        """A month's articles."""
        found = _MONTH.fullmatch(month)
        if found is None or request.path.endswith("/1"):
            raise NotFound
        year, number = int(found[1]), int(found[2])
        return self._page(self.shelf.page(request.path, lambda: self.pages.month(year, number, page)))

    def author(self, slug: str) -> Answer:
        """Who wrote, and what."""
        return self._page(self.shelf.page(request.path, lambda: self.pages.author(slug)))

    def topics(self) -> Answer:
        """Every topic, to choose from."""
        return self._page(self.shelf.page("/topics", self.pages.topics))

    def opml(self) -> Answer:
        """Every feed as OPML, or those that were chosen."""
        from feedsvc.feeds.opml import choose  # brings lxml, which most processes never need

        chosen = frozenset(request.args.getlist("feed"))
        whole = self.edition.representation(request.path)
        if not chosen or whole is None:
            return self.document()
        pages = {self.addresses.absolute(f"/feeds/{name}") for name in chosen}
        data = choose(whole.bodies["identity"], pages)
        if data is None:
            raise NotFound
        made = represent_bytes(request.path, whole.media_type, data, whole.last_modified, whole.max_age)
        # A browser would show it as text; what a person chose is for a reader to take in.
        headers = OPEN_HEADERS | {"Content-Disposition": 'attachment; filename="feeds.opml"'}
        return self._unlisted(self._represent(made, headers))

    def search(self) -> Answer:
        """The search page: the form, what was found, or where the query is wrong."""
        text, number = request.args.get("q", "").strip(), request.args.get("page", "1")
        if not text:
            return self._unlisted(self._page(self.shelf.page("/search", self.pages.search_form)))
        page = _number(number)
        if page > PAGES:
            raise NotFound
        try:
            asked = understand(text)
        except QueryError as error:
            made = self.pages.search_form(text, error)
            return self._unlisted(answers.page(400, made, self.clock(), answers.kept_error(MISSING_AGE)))

        def render() -> str | Answer | None:
            view = self.edition.search(asked.query, (page - 1) * PAGE_LENGTH, PAGE_LENGTH)
            if view is None:
                return None
            made = self.pages.search(text, asked, view, page)
            return answers.page(200, made, self.clock(), answers.NO_STORE) if view.waiting else made

        # What was written stands in the form again, so that two spellings are two pages.
        found = self.shelf.page(f"/search?q={text}&page={page}", render)
        return self._unlisted(found if isinstance(found, Answer) else self._page(found))

    def search_feed(self) -> Answer:
        """A search as a feed, at the canonical spelling of its query."""
        text, name = request.args.get("q", "").strip(), request.path.rpartition(".")[2]
        try:
            asked = understand(text)
        except QueryError as error:
            return answers.line(400, f"{error}.", self.clock(), answers.kept_error(MISSING_AGE))
        if request.query_string.decode("latin-1") != asked.parameters:
            return answers.moved(f"{self.addresses.path(request.path)}?{asked.parameters}", self.clock())
        found = self.searches.feed(asked, name)
        if found is None:
            raise NotFound
        if isinstance(found, Unfinished):
            return self._unavailable(f"{found.waiting} articles are still being indexed for the search.")
        link = {"Link": self._search_links(asked, name)}
        if answers.is_xml_feed(found) and request.headers.get("Sec-Fetch-Dest") == "document":
            return self._unlisted(self._represent(*answers.for_browsers(found, link)))
        headers = answers.FEED_HEADERS if answers.is_xml_feed(found) else OPEN_HEADERS
        return self._unlisted(self._represent(found, headers | link))

    def _search_links(self, asked: Asked, name: str) -> str:
        here, page = (self.addresses.absolute(path) for path in (f"/search.{name}", "/search"))
        return (
            f'<{here}?{asked.parameters}>; rel="self", <{page}?{asked.parameters}>; rel="alternate"; type="text/html"'
        )

    def _unlisted(self, answer: Answer) -> Answer:
        """``answer``, which search engines are not to list: there is no end of searches."""
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def media(self, **_: str) -> Answer:
        """A media file of a public article."""
        found = self.edition.media(request.path)
        if found is None:
            raise NotFound
        return self.files.answer(found, request.headers, with_body=request.method != "HEAD")

    def health(self) -> Answer:
        """For the operator's monitoring: 503 only when there is nothing to serve."""
        health = self.edition.health()
        status = "empty" if not health.revision else "ok" if health.ok else "failing"
        body = {
            "status": status,
            "revision": health.revision,
            "built": health.built.isoformat() if health.built else None,
            "message": health.message,
        }
        data = json.dumps(body, ensure_ascii=False).encode() + b"\n"
        return answers.json_answer(200 if health.revision else 503, data, self.clock())

    def metrics(self) -> Answer:
        """For Prometheus, on this machine or with the token."""
        from feedsvc.web.metrics import MEDIA_TYPE, exposition

        if not is_own(request, self.token):
            return answers.unauthorized(self.clock())
        audiences = () if self.counter is None else self.counter.audiences()
        body = exposition(self.edition.health(), self.edition.feeds(), audiences)
        return answers.own_bytes(body, MEDIA_TYPE, self.clock())

    def desk_overview(self) -> Answer:
        """The operator's desk: the publication's health at a glance."""

        def shown(desk: Desk) -> str:
            audiences = () if self.counter is None else self.counter.audiences()
            traffic = [] if self.counter is None else self.counter.days()
            seen = desk.overview(self.edition.health(), self.edition.feeds(), audiences, traffic)
            return self.pages.desk("desk.html", **seen)

        return self._own(shown)

    def desk_document(self) -> Answer:
        """How a document was read; without a name, the articles to choose from."""
        name, page = request.args.get("name", "").strip(), _number(request.args.get("page", "1"))

        def shown(desk: Desk) -> str:
            if not name:
                return self.pages.desk("desk_articles.html", **desk.articles(page))
            explained = desk.document(name)
            if not explained:
                raise NotFound
            return self.pages.desk("desk_document.html", name=name, explained=explained)

        return self._own(shown)

    def desk_rule(self) -> Answer:
        """What a topic rule would match."""
        text = request.args.get("q", "").strip()
        return self._own(lambda desk: self.pages.desk("desk_rule.html", **desk.rule(text)))

    def _own(self, shown: Callable[[Desk], str]) -> Answer:
        """A page for the operator alone."""
        if self.desk is None or self.token is None:
            raise NotFound
        if not is_operator(request.headers.get("Authorization", ""), self.token):
            return answers.locked(self.clock())
        return self._unlisted(answers.page(200, shown(self.desk), self.clock(), NO_STORE))

    def robots(self) -> Answer:
        """Robots are welcome everywhere, and told where the sitemaps are."""
        sitemaps = "\n".join(
            f"Sitemap: {self.addresses.absolute(path)}" for path in ("/sitemap.xml", "/sitemap-news.xml")
        )
        return answers.line(200, f"User-agent: *\nDisallow:\n\n{sitemaps}", self.clock(), answers.kept_error(DAY))

    def sitemap(self, part: int | None = None) -> Answer:
        """The pages of the publication, for search engines."""

        def make() -> Representation | None:
            if part is not None:
                return self.sitemaps.part(request.path, part)
            return (self.sitemaps.news if "news" in request.path else self.sitemaps.whole)(request.path)

        found = self.shelf.document(request.path, make)
        if found is None:
            raise NotFound
        return self._represent(found, OPEN_HEADERS)

    def asset(self) -> Answer:
        """A file that ships with the pages."""
        return self._represent(self.assets[request.path], OPEN_HEADERS)

    def habitual(self) -> Answer:
        """An address tried by habit leads to the document it means."""
        return answers.moved(self.addresses.path(HABITUAL[request.path]), self.clock())

    def empty(self) -> Answer | None:
        """503 while nothing was built yet, except for monitoring and the shipped files."""
        always = request.path in ("/healthz", "/metrics", "/robots.txt") or request.path in self.assets
        return None if always or self.edition.revision() else self._unavailable("Nothing has been published yet.")

    def elsewhere(self) -> Answer | None:
        """What stands at an address that the operator moved or closed."""
        found = self.edition.moved(request.path)
        if isinstance(found, Moved):
            return self._moved(found)
        if found is None:
            return None
        if is_for_programs(request.path):
            return answers.line(410, "This feed is closed for good.", self.clock(), answers.kept_error(DAY))
        return answers.page(410, self.pages.closed(), self.clock(), answers.kept_error(DAY))

    def _moved(self, found: Moved) -> Answer:
        to = self.addresses.path(found.to) if found.to.startswith("/") else found.to
        return answers.moved(to, self.clock())

    def missing(self, error: NotFound) -> Answer:  # noqa: ARG002 - Flask's signature
        """404: a line for programs, a page for people."""
        if is_for_programs(request.path):
            known = self.addresses.absolute("/feeds.opml")
            return self.missing_line(f"There is no feed at this address. All feeds: {known}")
        return answers.page(404, self.pages.missing(), self.clock(), answers.kept_error(MISSING_AGE))

    def missing_line(self, text: str) -> Answer:
        """404 as one line of text."""
        return answers.line(404, text, self.clock(), answers.kept_error(MISSING_AGE))

    def wrong_method(self, error: MethodNotAllowed) -> Answer:
        """405, with the methods that do."""
        allow = ", ".join(sorted(error.valid_methods or ()))
        return answers.line(405, f"Only {allow} will do here.", self.clock(), NO_STORE, {"Allow": allow})

    def unavailable(self, error: StoreError) -> Answer:  # noqa: ARG002 - Flask's signature
        """503 while the store does not answer."""
        return self._unavailable("The store does not answer.")

    def broken(self, error: InternalServerError) -> Answer:  # noqa: ARG002 - Flask's signature
        """500; Flask has logged the reason."""
        return answers.line(500, "Something went wrong here; the operator's log says what.", self.clock(), NO_STORE)

    def _unavailable(self, text: str) -> Answer:
        return answers.line(503, f"{text} Try again in a minute.", self.clock(), NO_STORE, RETRY_AFTER)

    def _page(self, found: Representation | None) -> Answer:
        if found is None:
            raise NotFound
        return self._represent(found, PAGE_HEADERS)

    def _represent(self, found: Representation, headers: dict[str, str]) -> Answer:
        asked = Preconditions(
            request.headers.get("If-Match"),
            request.headers.get("If-Unmodified-Since"),
            request.headers.get("If-None-Match"),
            request.headers.get("If-Modified-Since"),
        )
        return answers.represent(found, asked, request.headers.get("Accept-Encoding"), self.clock(), headers)


def _number(text: str) -> int:
    """The number of a page. Raises NotFound for what is none."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise NotFound
    return int(text)


class _Mounted:
    """Takes the prefix of the base off each path, as the proxy passes them whole (WSGI: PEP 3333)."""

    def __init__(self, inner: "WSGIApplication", site: _Site) -> None:
        self._inner = inner
        self._site = site
        self._prefix = site.addresses.prefix.encode().decode("latin-1")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO") or "/")
        if self._prefix and path == self._prefix:
            answer = answers.moved(self._site.addresses.path("/"), self._site.clock())
            return answer(environ, start_response)
        if not path.startswith(f"{self._prefix}/"):
            return self._site.missing_line("There is nothing at this address.")(environ, start_response)
        environ["PATH_INFO"] = path.removeprefix(self._prefix)
        # No answer depends on it, and Werkzeug refuses requests whose Host it cannot read.
        environ["HTTP_HOST"] = "localhost"
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._prefix
        return self._inner(environ, start_response)
