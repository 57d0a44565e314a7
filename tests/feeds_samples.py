"""Articles of every kind, made for the tests of the feeds, and the strategies that make any others."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st

from feedsvc.config import Settings, parse_settings
from feedsvc.feeds.compose import compose_entry, compose_feed
from feedsvc.model import Article, Enclosure, Entry, Feed, Person, Picture, Status, Tombstone, Topic
from feedsvc.text import one_line, xml_clean

HOME = "https://news.example.org"
AUTHORITY = "news.example.org,2026"
TOKYO = timezone(timedelta(hours=9))
FLOOR = datetime(2026, 1, 1, tzinfo=UTC)
HARBOUR = Topic("harbour", "Harbour & Sea")
TOWN = Topic("港町", "港町")


def settings(**feeds: object) -> Settings:
    """The settings of the sample publication; ``feeds`` are keys of its ``[feeds]``."""
    lines = "".join(f"{name} = {value!r}\n".replace("'", '"') for name, value in feeds.items())
    source = (
        f'[publication]\ntitle = "The Example Wire"\nurl = "{HOME}"\nid_authority = "{AUTHORITY}"\n'
        f'author = "Example Desk"\nrights = "© Example Wire"\n'
        f'license = "https://creativecommons.org/licenses/by/4.0/"\n[feeds]\n{lines}'
    )
    return parse_settings(source, Path("feedsvc.toml"))


def article(slug: str, headline: str, **fields: object) -> Article:
    """An article of which only what matters to a test is given."""
    published = fields.pop("published", datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    text = str(fields.pop("text", f"{headline}, told in one paragraph."))
    values: dict[str, object] = {
        "name": f"{slug}.txt",
        "format": "wire",
        "id": f"tag:{AUTHORITY}:{slug}",
        "uri": f"tag:{AUTHORITY}:{slug}",
        "slug": slug,
        "url": f"{HOME}/articles/{slug}",
        "status": Status.USABLE,
        "headline": headline,
        "authors": (Person("Example Desk"),),
        "language": "en",
        "published": published,
        "updated": published,
        "html": f"<p>{text}</p>",
        "text": text,
        "summary": text,
    }
    return Article(**{**values, **fields})  # type: ignore[arg-type]


ARTICLES: dict[str, Article] = {
    each.slug: each
    for each in (
        article("plain", "Ferry service resumes", published=datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        article(
            "full",
            'Tom & Jerry <live> at the "Pier"',
            id="urn:newsml:example.org:20260302:full:2",
            uri="urn:newsml:example.org:20260302:full:2",
            authors=(Person("Ana María Ruiz", "ana@example.org", "https://example.org/ana"), Person("B. Osei")),
            published=datetime(2026, 3, 2, 9, tzinfo=TOKYO),
            updated=datetime(2026, 3, 3, 10, 15, tzinfo=TOKYO),
            html='<p>One &amp; two.</p><p><a href="https://example.org/a?b=1&amp;c=2">A</a></p><pre>a\n  b</pre>',
            summary="One & two: a < b.",
            source="Example News Agency",
            ednote="CORRECTION: the pier is <south>, not north.",
            via="https://source.example.com/full?x=1&y=2",
            rights="© 2026 Example News Agency",
            license="https://creativecommons.org/licenses/by-sa/4.0/",
            picture=Picture("https://news.example.org/media/pier.jpg", "The pier & its lamp", "A. Ruiz / ENA"),
            enclosures=(
                Enclosure("https://news.example.org/media/talk.mp3", "audio/mpeg", 1234567, "The talk"),
                Enclosure("https://news.example.org/media/plan.pdf", "application/pdf", 4321, 'The "plan"'),
            ),
        ),
        article(
            "japanese",
            "港町に新しい灯台が完成",
            id="kyodo-2026-0303",
            uri=f"tag:{AUTHORITY}:kyodo-2026-0303",
            url=f"{HOME}/articles/%E6%B8%AF%E7%94%BA",
            language="ja",
            published=datetime(2026, 3, 3, tzinfo=TOKYO),
            text="新しい灯台が三日、港町に完成した。",
        ),
        article(
            "arabic",
            "افتتاح منارة جديدة في المدينة",
            language="ar",
            published=datetime(2026, 3, 4, 12, tzinfo=UTC),
            text="افتتحت منارة جديدة (الثالثة) في المدينة.",
        ),
        article("bare", "Nobody wrote this", authors=(), html="", text="", summary=""),
    )
}
TOPICS = {"full": (HARBOUR, TOWN), "japanese": (TOWN,)}
TOMBSTONES = (
    Tombstone("gone-1", f"tag:{AUTHORITY}:gone-1", datetime(2026, 2, 1, tzinfo=UTC)),
    Tombstone(f"tag:{AUTHORITY}:gone-2", f"tag:{AUTHORITY}:gone-2", datetime(2026, 2, 2, tzinfo=UTC)),
)


def entries(chosen: Settings) -> list[Entry]:
    """The entries of all sample articles."""
    return [compose_entry(each, TOPICS.get(slug, ()), chosen)[0] for slug, each in ARTICLES.items()]


def feed(chosen: Settings | None = None, **changed: object) -> Feed:
    """The feed ``all`` of the sample articles; ``changed`` are arguments of ``compose_feed``."""
    chosen = chosen or settings()
    values: dict[str, object] = {
        "name": "all",
        "title": "The Example Wire",
        "description": "News of an example town & its harbour.",
        "entries": entries(chosen),
        "tombstones": TOMBSTONES,
        "floor": FLOOR,
        "authority": AUTHORITY,
    }
    return compose_feed(chosen, **{**values, **changed})  # type: ignore[arg-type]


# Any text that an Article may hold: `settle` has cleaned it, so these are the characters that XML allows.
texts = st.text(st.characters(codec="utf-8"), max_size=60).map(xml_clean)
lines = texts.map(one_line)
names = lines.filter(bool)
moments = st.builds(
    lambda seconds, zone: datetime(1000, 1, 2, tzinfo=UTC).astimezone(zone) + timedelta(seconds=seconds),
    st.integers(0, 280_000_000_000),
    st.sampled_from([UTC, TOKYO]),
)
addresses = st.builds("https://news.example.org/{}?{}&{}".format, *[st.text("abc%20'()-._~", max_size=9)] * 3)
persons = st.builds(Person, names, st.none() | st.just("a@example.org"), st.none() | addresses)
files = st.builds(Enclosure, addresses, st.just("audio/mpeg"), st.integers(1, 10**12), st.none() | names)
pictures = st.builds(Picture, addresses, st.none() | names, st.none() | names)
any_entry = st.builds(
    Entry,
    id=names,
    uri=st.builds("tag:news.example.org,2026:{}".format, st.integers(0)),
    url=addresses,
    title=names,
    authors=st.lists(persons, max_size=3).map(tuple),
    published=moments,
    updated=moments,
    language=st.sampled_from(["en", "ar", "pt-BR"]),
    summary=lines,
    html=st.none() | texts.filter(bool),
    topics=st.lists(st.builds(Topic, names, names), max_size=3).map(tuple),
    via=st.none() | addresses,
    source=st.none() | names,
    ednote=st.none() | names,
    rights=st.none() | names,
    license=st.none() | addresses,
    picture=st.none() | pictures,
    enclosures=st.lists(files, max_size=3).map(tuple),
)
