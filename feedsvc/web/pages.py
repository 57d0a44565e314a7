"""The pages for people, as HTML: the publication, a feed, an article, and what is missing or gone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup

from feedsvc.errors import QueryError
from feedsvc.feeds.content import is_located
from feedsvc.languages import language_feed
from feedsvc.model import Article, Enclosure, Person, Representation
from feedsvc.query import FIELDS
from feedsvc.text import direction, has_words, slugify
from feedsvc.views import MOST_COUNTED, ArticleView, FeedView, Gone, MonthView, SearchView
from feedsvc.web import structured, typesetting
from feedsvc.web.addresses import FORMATS, Addresses
from feedsvc.web.bodies import set_body
from feedsvc.web.browsing import LISTED as LISTED_IN_MONTH
from feedsvc.web.browsing import beside, by_day, by_year, grouped, listed, pages_of
from feedsvc.web.edition import Edition
from feedsvc.web.highlighting import excerpt, marked
from feedsvc.web.searching import LONGEST, PAGE_LENGTH, PAGES, Asked, around, author_query, topic_lines, understand
from feedsvc.web.theme import Theme

LATEST = 24  # articles on the home page
LISTED = 50  # articles on a feed's page
MORE_TOPICS = 60  # automatic topics on the home page; the others stand in the OPML

NO_THEME = Theme()
FORMAT_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON"}


@dataclass(frozen=True, slots=True)
class Alternate:
    """A document in one format, to be subscribed: ``href`` is absolute, ``path`` is for links.

    ``language`` is that of a feed of one language.
    """

    format: str
    type: str
    title: str
    href: str
    path: str
    language: str | None = None


class Pages:
    """Makes each page from what the edition shows."""

    def __init__(
        self,
        edition: Edition,
        addresses: Addresses,
        assets: Mapping[str, Representation],
        *,
        is_live: bool = True,
        theme: Theme = NO_THEME,
    ) -> None:
        self._edition = edition
        self._addresses = addresses
        self._templates = theme.environments()
        named = {name: f"{addresses.path(name)}?v={asset.digest[:8]}" for name, asset in assets.items()}
        self._is_live = is_live
        for environment in self._templates.each():
            environment.filters |= self._filters()
            environment.globals |= {"is_live": is_live, "asset": named}

    def _filters(self) -> dict[str, Callable[..., object]]:
        """What templates may ask of values."""
        addresses = self._addresses
        return {
            "direction": direction,
            "day": typesetting.day,
            "day_language": typesetting.day_language,
            "moment": typesetting.moment,
            "local": self._local,
            "credited": self._credited,
            "joint": typesetting.joint,
            "names": typesetting.names,
            "has_words": has_words,
            "month": typesetting.month,
            "slug": slugify,
            "matches": lambda total: typesetting.matches(total, MOST_COUNTED),
            "size": typesetting.size,
            "path": addresses.path,
            "marked": marked,
            "excerpt": excerpt,
            "quoted": lambda url: quote(url, safe=""),
            "locale": structured.locale_of,
            "absolute": addresses.absolute,
            "host": lambda url: urlsplit(url).hostname or url,
        }

    def home(self) -> str:
        """The publication: its topics, its latest articles, how to subscribe."""
        feeds = listed(self._edition.feeds())
        automatic = sorted((feed for feed in feeds if feed.automatic), key=lambda feed: -feed.entries)
        shown = {feed.name for feed in automatic[:MORE_TOPICS]}
        everything = _all_of(feeds)
        return self._render(
            "home.html",
            self._edition.publication().language,
            everything=everything,
            formats=self._formats(everything),
            discovery=self._formats(everything) + self._languages(),
            languages=[feed for feed in feeds if feed.language],
            topics=[feed for feed in feeds if feed.name != "all" and not feed.automatic and not feed.language],
            more_topics=[feed for feed in feeds if feed.name in shown],
            untold=len(automatic) - len(shown),
            entries=self._edition.entries("all", LATEST),
            updated=self._edition.last_modified(),
        )

    def feed(self, name: str) -> str | None:
        """A feed: its addresses and its newest articles. None when there is no such feed."""
        feed = self._edition.feed(name)
        if feed is None:
            return None
        discovery = self._formats(feed)
        if name == "all":
            discovery += self._languages()
        else:
            discovery += self._formats(_all_of(self._edition.feeds()))
        return self._render(
            "feed.html",
            feed.language or self._edition.publication().language,
            feed=feed,
            heading="All articles" if name == "all" else feed.title,
            formats=self._formats(feed),
            discovery=discovery,
            entries=self._edition.entries(name, LISTED),
        )

    def article(self, view: ArticleView) -> str:
        """An article's permanent page."""
        article = view.article
        feeds = {feed.name: feed for feed in self._edition.feeds()}
        topics = [feeds[each.topic.slug] for each in view.topics if each.topic.slug in feeds]
        # A program picks the first address it finds, so one format of each topic will do.
        discovery = [self._formats(topic)[0] for topic in topics] + self._formats(_all_of(feeds.values()))
        spoken = feeds.get(language_feed(article.language) or "")
        discovery += self._formats(spoken)[:1]
        page = self._addresses.absolute(f"/articles/{article.slug}")
        told = structured.news_article(article, page, self._credited(article), topics, self._edition.publication())
        return self._render(
            "article.html",
            article.language,
            article=article,
            page=page,
            structured=structured.data_block(told),
            body=set_body(article.html),
            standfirst=_standfirst(article),
            revised=article.updated if article.updated > article.published else None,
            picture=article.picture if article.picture and article.picture.url not in article.html else None,
            # The publication's own line stands at the foot of every page.
            rights=article.rights if article.rights != self._edition.publication().rights else None,
            media=[(each, _media_element(each)) for each in article.enclosures],
            canonical=article.via or page,
            topics=topics,
            everything=[feed for feed in (spoken, feeds.get("all")) if feed],
            dateline=_dateline(article),
            discovery=discovery,
        )

    def archive(self) -> str:
        """The months in which articles were published."""
        language = self._edition.publication().language
        return self._render(
            "archive.html", language, years=by_year(self._edition.months()), discovery=self._all_formats()
        )

    def month(self, year: int, month: int, page: int) -> str | None:
        """A month's articles by day, one page of them; None when there is no such page."""
        months = self._edition.months()
        shown = next((each for each in months if (each.year, each.month) == (year, month)), None)
        if shown is None or not 1 <= page <= pages_of(shown):
            return None
        language = self._edition.publication().language
        views = self._edition.month(shown, (page - 1) * LISTED_IN_MONTH, LISTED_IN_MONTH)
        return self._render(
            "month.html",
            language,
            shown=shown,
            page=page,
            pages=pages_of(shown),
            days=by_day(views, self._local),
            newer=self._turn(months, shown, page, -1),
            older=self._turn(months, shown, page, 1),
            discovery=self._all_formats(),
        )

    def _turn(self, months: Sequence[MonthView], shown: MonthView, page: int, step: int) -> tuple[str, str] | None:
        """Address and name of the page beside one of a month: the month's next one, or the next month."""
        if 1 <= page + step <= pages_of(shown):
            return (
                f"{shown.page}/{page + step}" if page + step > 1 else shown.page,
                "Newer" if step < 0 else "Older",
            )
        other = beside(months, shown, step)
        return None if other is None else (other.page, typesetting.month(other))

    def author(self, slug: str) -> str | None:
        """Who wrote, and the newest articles; None when nobody wrote under this slug."""
        author = self._edition.author(slug, LISTED)
        if author is None:
            return None
        formats = self._search_formats(understand(author_query(author.name))) if self._is_live else []
        return self._render(
            "author.html",
            self._edition.publication().language,
            author=author,
            entries=author.newest,
            formats=formats,
            discovery=formats + self._all_formats(),
        )

    def topics(self) -> str:
        """Every feed, to choose from."""
        language = self._edition.publication().language
        groups = grouped(listed(self._edition.feeds()))
        return self._render("topics.html", language, groups=groups, discovery=self._all_formats())

    def search(self, text: str, asked: Asked, view: SearchView, page: int) -> str:
        """What a search found, one page of it."""
        here = f"{self._addresses.path('/search')}?{asked.parameters}"
        formats = self._search_formats(asked)
        behind = page * PAGE_LENGTH
        return self._search(
            text,
            found=True,
            query=asked.query,
            told=typesetting.matches(view.total, MOST_COUNTED),
            waiting=view.waiting,
            entries=view.articles,
            formats=formats,
            discovery=formats + self._all_formats(),
            settings=topic_lines(view.query),
            page=page,
            newer=f"{here}&page={page - 1}" if page > 1 else None,
            older=f"{here}&page={page + 1}" if view.total > behind and page < PAGES else None,
        )

    def search_form(self, text: str = "", fault: QueryError | None = None) -> str:
        """The page to search from; with ``fault``, where the query ``text`` cannot be understood."""
        shown = text[:LONGEST]
        return self._search(
            shown, found=False, fault=fault, around=around(text, fault), discovery=self._all_formats()
        )

    def _search_formats(self, asked: Asked) -> list[Alternate]:
        """The feeds of a search."""
        return [
            Alternate(
                format=FORMAT_NAMES[name],
                type=media_type,
                title=f"{asked.canonical} ({FORMAT_NAMES[name]})",
                href=f"{self._addresses.absolute(f'/search.{name}')}?{asked.parameters}",
                path=f"{self._addresses.path(f'/search.{name}')}?{asked.parameters}",
            )
            for name, media_type in FORMATS.items()
        ]

    def _search(self, text: str, **values: object) -> str:
        language = self._edition.publication().language
        shared = {"fault": None, "longest": LONGEST, "fields": ", ".join(f"{each}:" for each in FIELDS)}
        return self._render("search.html", language, text=text, **shared | values)

    def desk(self, template: str, **values: object) -> str:
        """A page of the operator's desk."""
        return self._render(template, "en", discovery=self._all_formats(), **values)

    def gone(self, gone: Gone) -> str:
        """What is said in the place of a withdrawn article."""
        return self._render("gone.html", "en", gone=gone, discovery=self._all_formats())

    def closed(self) -> str:
        """What is said at an address that was closed."""
        return self._render("closed.html", "en", discovery=self._all_formats())

    def missing(self) -> str:
        """What is said where nothing ever was."""
        return self._render("missing.html", "en", discovery=self._all_formats())

    def _render(self, template: str, language: str, **values: object) -> str:
        """The page in ``language``; ``english`` marks our own words where the rest is not English."""
        english = Markup("") if language.lower().startswith("en") else Markup(' lang="en" dir="ltr"')
        shared = {"publication": self._edition.publication(), "language": language, "english": english}
        return self._templates.render(template, shared | values)

    def _local(self, when: datetime) -> datetime:
        """A moment of the publication's own, in its zone."""
        return when.astimezone(ZoneInfo(self._edition.publication().timezone))

    def _credited(self, article: Article) -> Sequence[Person]:
        """Who is named as the author: not the publication's stand-in where a source is credited."""
        publication = self._edition.publication()
        stand_in = (Person(publication.author or publication.title),)
        return () if article.source and article.authors == stand_in else article.authors

    def _all_formats(self) -> list[Alternate]:
        return self._formats(_all_of(self._edition.feeds()))

    def _formats(self, feed: FeedView | None) -> list[Alternate]:
        """The documents of a feed, the most capable format first."""
        if feed is None:
            return []
        return [self._alternate(feed, name, media_type) for name, media_type in FORMATS.items()]

    def _alternate(self, feed: FeedView, name: str, media_type: str) -> Alternate:
        path = f"{feed.page}.{name}"
        return Alternate(
            format=FORMAT_NAMES[name],
            type=media_type,
            title=f"{feed.title} ({FORMAT_NAMES[name]})",
            href=self._addresses.absolute(path),
            path=self._addresses.path(path),
            language=feed.language,
        )

    def _languages(self) -> list[Alternate]:
        """The feed of each language, where there are several."""
        return [self._formats(feed)[0] for feed in self._edition.feeds() if feed.language]


def _all_of(feeds: Iterable[FeedView]) -> FeedView | None:
    return next((feed for feed in feeds if feed.name == "all"), None)


def _standfirst(article: Article) -> str | None:
    """The summary, unless it only repeats how the text begins."""
    opening = " ".join(article.text[:2000].split())
    start = " ".join(article.summary.rstrip(" .…").split())[:60]
    return article.summary if start and start not in opening else None


def _dateline(article: Article) -> str | None:
    """The dateline, unless the text begins with it."""
    dateline = article.dateline
    return dateline if dateline and not is_located(article.text[:300].splitlines(), dateline) else None


def _media_element(enclosure: Enclosure) -> str | None:
    """The element that plays an enclosure; None when a browser can only download it."""
    kind = enclosure.type.partition("/")[0]
    return kind if kind in ("audio", "video") else None
