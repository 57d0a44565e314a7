"""Identity: a Story and what the ledger remembers become an Article.

Ids are minted once and remembered. A story is recognised by its own id, else by its document's name, else
as a renamed document by its content (the identity ladder of ``identify``).
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Protocol
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import fields, replace

from feedsvc.articles.fragments import move_fragments, resolve_fragments
from feedsvc.articles.standing import STANDING_CODES, standing
from feedsvc.model import Article, Finding, Identity, Status, Story
from feedsvc.text import fold, short_hash, slugify

# RFC 3986, section 4.3, with the schemes that feeds use for ids; anything else is mapped into a tag: URI.
_URI = re.compile(
    r"(?:https?://[^/?#\s]+|urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:|tag:[^,\s]+,\d{4}(?:-\d\d){0,2}:)"
    r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*"
)
_PART = re.compile(r"#\d+$")
_SECOND = timedelta(seconds=1)
_STORY_FIELDS = tuple(each.name for each in fields(Story))
_story_values = attrgetter(*_STORY_FIELDS)


class Memory(Protocol):
    """What the ledger knows, as far as recognising a story needs it."""

    @property
    def authority(self) -> str:
        """The authority of minted ids (RFC 4151)."""

    def by_id(self, id: str) -> Identity | None:
        """The identity with this id, withdrawn or not."""

    def by_name(self, name: str) -> Identity | None:
        """The identity whose article was last seen under this name."""

    def vacated(self, story: Story, digest: str) -> Identity | None:
        """The identity of a document that is gone, or was withdrawn, and of which ``story`` is the new place."""

    def slug_owner(self, slug: str) -> str | None:
        """The id that owns this slug, or owned it before its page moved."""


class Entered(Struct, frozen=True):
    """An article as it enters the ledger, and the identity to remember."""

    article: Article
    identity: Identity
    moved_from: str | None = None


def enter(story: Story, digest: str, memory: Memory, base: str, now: datetime) -> Entered:
    """The article that ``story`` is, with a permanent id, slug and dates.

    ``digest`` is the hash of the document's bytes, ``base`` the address below which articles have their page.
    """
    known, findings = _recognise(story, digest, memory)
    if known is None:
        identity = _mint(story, digest, memory, now)
    else:
        identity, kept = _continue(known, story, digest, now)
        identity, taken = _renamed(identity, story, known.digest != digest, memory)
        findings = (*findings, *kept, *taken)
    moved_from = known.name if known is not None and known.name != story.name else None
    return Entered(article_of(story, identity, base, now, findings), identity, moved_from)


def continue_as(
    known: Identity, story: Story, digest: str, memory: Memory | None, base: str, now: datetime
) -> tuple[Article, Identity]:
    """``story`` in the place of whatever stood under ``known`` before; without a ``memory``, on the page that stands there."""
    identity, findings = _continue(known, story, digest, now)
    if memory is not None:
        identity, taken = _renamed(identity, story, known.digest != digest, memory)
        findings = (*findings, *taken)
    elif story.own_slug not in (None, known.slug):
        message = f"The page stays at {known.slug!r} until the document changes; the slug counts from then on."
        findings = (*findings, Finding("slug-later", "info", message, "slug"))
    return article_of(story, identity, base, now, findings), identity


def enter_anew(story: Story, digest: str, memory: Memory, base: str, now: datetime) -> tuple[Article, Identity]:
    """``story`` under an identity of its own, whatever it was known as before."""
    identity = _mint(story, digest, memory, now)
    return article_of(story, identity, base, now), identity


def article_of(
    story: Story, identity: Identity, base: str, now: datetime, remarks: tuple[Finding, ...] = ()
) -> Article:
    """``story`` under ``identity``, with the status it has at ``now``, and ``remarks`` beside its findings."""
    url = base + quote(identity.slug)
    status, findings = standing(story, now)
    known = dict(zip(_STORY_FIELDS, _story_values(story), strict=True))
    html = move_fragments(story.html, story.url, url) if isinstance(story, Article) else story.html
    known["html"] = resolve_fragments(html, url)
    if story.findings or remarks or findings:
        lasting = (each for each in (*story.findings, *remarks) if each.code not in STANDING_CODES)
        known["findings"] = tuple(dict.fromkeys((*lasting, *findings)))
    return Article(
        **known,
        id=identity.id,
        uri=identity.uri,
        slug=identity.slug,
        url=url,
        status=status,
        published=identity.published,
        updated=identity.updated,
    )


@lru_cache(2048)  # asked for a batch of stories, then for each
def minted_id(name: str, authority: str) -> str:
    """The id of a story without one of its own: a tag: URI (RFC 4151) of the first name it was met under."""
    document, _, part = name.rpartition("#") if _PART.search(name) else (name, "", "")
    specific = quote(document, safe="/-._~!$&'()*+,;=:@", errors="surrogatepass")
    return f"tag:{authority}:{specific}" + (f"?part={part}" if part else "")


def uri_of(id: str, authority: str) -> str:
    """``id`` itself when it is a URI, else its one fixed mapping to a tag: URI."""
    return id if _URI.fullmatch(id) else f"tag:{authority}:?id={quote(id, safe='')}"


def keeps_minted(known: Identity | None, story: Story, digest: str) -> bool:
    """Whether a story stays ``known``, as the one of its name, under a minted id though it names another: it did when the
    same bytes were read before, and that the other id has come to exist since then changes nothing."""
    return (
        known is not None
        and known.minted
        and known.withdrawn is None
        and known.digest == digest
        and story.own_id not in (None, known.id)
    )


def _recognise(story: Story, digest: str, memory: Memory) -> tuple[Identity | None, tuple[Finding, ...]]:
    """The identity that ``story`` continues, by the ladder: own id, name, content of a vanished document."""
    known = memory.by_name(story.name)
    if not keeps_minted(known, story, digest) and story.own_id is not None and (own := memory.by_id(story.own_id)):
        return own, ()
    if known is not None and not _is_another(story, known):
        if story.own_id is None:
            return known, ()
        if known.minted:
            message = (
                f"The document now names the id {story.own_id!r}, but readers know the story as {known.id!r}, which "
                "stays; write that one, or take the id out."
            )
            return known, (Finding("id-kept", "warning", message, "id"),)
    if known is None or known.withdrawn is not None:
        vacated = memory.vacated(story, digest)
        if vacated is not None and (story.own_id is None or vacated.minted):
            return vacated, ()
    return None, ()


def _is_another(story: Story, known: Identity) -> bool:
    """Whether a name is reused by another story: headline and day both differ."""
    if story.date is None or fold(story.headline) == known.headline:
        return False
    return story.date.date() != known.published.date()


def _mint(story: Story, digest: str, memory: Memory, now: datetime) -> Identity:
    given = story.own_id or _free_id(minted_id(story.name, memory.authority), memory)
    published = story.date or now
    return Identity(
        id=given,
        uri=uri_of(given, memory.authority),
        slug=_free_slug(wanted_slug(story), given, memory),
        name=story.name,
        minted=story.own_id is None,
        first_seen=now,
        published=published,
        updated=_first_updated(story, published, now),
        headline=fold(story.headline),
        fingerprint=story.fingerprint,
        digest=digest,
    )


def _free_id(wanted: str, memory: Memory) -> str:
    """``wanted``, or the next id made from it that no story ever had."""
    free, count = wanted, 1
    while memory.by_id(free) is not None:
        count += 1
        free = f"{wanted}{'&' if '?' in wanted else '?'}story={count}"
    return free


def wanted_slug(story: Story) -> str:
    """The slug that ``story`` gets if it is free; empty when nothing of its headline can stand in an address."""
    return slugify(story.own_slug or story.headline)


def _free_slug(wanted: str, id: str, memory: Memory) -> str:
    slug = wanted or short_hash(id, 12)
    if memory.slug_owner(slug) is None:
        return slug
    length = 6
    while memory.slug_owner(f"{slug}-{short_hash(id, length)}") is not None:
        length += 2
    return f"{slug}-{short_hash(id, length)}"


def _renamed(identity: Identity, story: Story, is_new: bool, memory: Memory) -> tuple[Identity, tuple[Finding, ...]]:
    """``identity`` under the slug that its source gives it, if that is free.

    Unless the document ``is_new`` it was asked before, and a page that stayed then does not move by itself.
    """
    if not is_new or story.own_slug is None or story.own_slug == identity.slug:
        return identity, ()
    if memory.slug_owner(story.own_slug) not in (None, identity.id):
        message = f"The slug {story.own_slug!r} belongs to another article, so the page stays; choose another slug."
        return identity, (Finding("slug-taken", "warning", message, "slug"),)
    return replace(identity, slug=story.own_slug), ()


def _continue(known: Identity, story: Story, digest: str, now: datetime) -> tuple[Identity, tuple[Finding, ...]]:
    """``known`` after it met ``story``: once public, published stays and updated moves on a significant change."""
    published, updated = known.published, known.updated
    findings: tuple[Finding, ...] = ()
    if known.release is None:
        published = story.date or published
        updated = _first_updated(story, published, now)
    elif story.fingerprint != known.fingerprint and digest != known.digest:
        updated = _later_updated(story, known, now)
    if known.release is not None and story.date is not None and story.date != published:
        message = (
            f"The date has changed, but the article is public since {published.isoformat()}; that date stays. Write it into "
            "the document, or put another story into a document of its own."
        )
        findings = (Finding("published-kept", "info", message, "published"),)
    renewed = replace(
        known,
        name=story.name,
        published=published,
        updated=updated,
        headline=fold(story.headline),
        fingerprint=story.fingerprint,
        digest=digest,
        withdrawn=None,
        canceled=_canceled(known, story, now),
    )
    return renewed, findings


def _canceled(known: Identity, story: Story, now: datetime) -> datetime | None:
    """When the source canceled what readers had; None when it did not, or when they had it no more."""
    if story.stated_status is not Status.CANCELED:
        return None
    had_it = known.release is not None and known.withdrawn is None
    return known.canceled or (now if had_it else None)


def _first_updated(story: Story, published: datetime, now: datetime) -> datetime:
    """What the source says, if it lies between publication and now; else publication."""
    stated = story.stated_updated
    return stated if stated is not None and published <= stated <= max(now, published) else published


def _later_updated(story: Story, known: Identity, now: datetime) -> datetime:
    """The moment of a significant change: what the source says if it is new and past, else now; always later."""
    stated = story.stated_updated
    moment = stated if stated is not None and known.updated < stated <= now else now
    return max(moment, known.updated + _SECOND)
