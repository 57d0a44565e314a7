"""What the ledger knows of a batch of stories, fetched at once: the memory that identity asks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from posixpath import splitext

from sqlalchemy import Column

from feedsvc.articles.identity import minted_id
from feedsvc.model import Identity, Story
from feedsvc.store.ledger import Ledger
from feedsvc.store.schema import identities
from feedsvc.text import fold, slugify


class Recall:
    """The ledger's identities as far as a batch of stories needs them; what is entered is known at once.

    ``is_vacant`` tells whether the document of a name is gone from the inbox in this build; ``held`` are the ids that
    stood under the stories' names until now.
    """

    def __init__(
        self, ledger: Ledger, authority: str, is_vacant: Callable[[str], bool], held: Mapping[str, str]
    ) -> None:
        self.authority = authority
        self._ledger = ledger
        self._is_vacant = is_vacant
        self._held = held
        self._ids: dict[str, Identity | None] = {}
        self._names: dict[str, str | None] = {}
        self._slugs: dict[str, str | None] = {}
        self._vacated: dict[str, dict[str, None]] = {}
        self._entered: set[str] = set()

    def prefetch(self, stories: Sequence[tuple[Story, str]], vacant: Iterable[str]) -> None:
        """Fetch what the stories (each with its document's digest) may be compared with, and who left."""
        self._fetch(
            identities.c.id,
            {story.own_id or minted_id(story.name, self.authority) for story, _ in stories},
            self._ids,
        )
        self._fetch(identities.c.name, {story.name for story, _ in stories}, self._names)
        self._fetch_slugs({story.own_slug or slugify(story.headline) for story, _ in stories})
        for identity in self._ledger.identities_where_in(identities.c.name, set(vacant)):
            self.learn(identity)
        if self._ledger.has_withdrawn():
            digests = {digest for _, digest in stories}
            fingerprints = {story.fingerprint for story, _ in stories}
            for column, values in ((identities.c.digest, digests), (identities.c.fingerprint, fingerprints)):
                for identity in self._ledger.withdrawn_where_in(column, values):
                    self.learn(identity)

    def learnt(self) -> list[Identity]:
        """The identities that were entered, as they are from now on."""
        return [identity for id_ in sorted(self._entered) if (identity := self._ids[id_]) is not None]

    def learn(self, identity: Identity, *, entered: bool = False) -> None:
        """Take in an identity as it is from now on; ``entered``: it must be saved."""
        if entered:
            self._entered.add(identity.id)
        self._ids[identity.id] = identity
        self._slugs[identity.slug] = identity.id
        had = self.by_name(identity.name)
        if had is None or _use(identity) >= _use(had):
            self._names[identity.name] = identity.id
        if identity.withdrawn is None and not self._is_vacant(identity.name):
            return
        for key in (_bytes(identity.digest, identity.name), identity.fingerprint, _stem(identity.name)):
            self._vacated.setdefault(key, {})[identity.id] = None

    def by_id(self, id: str) -> Identity | None:
        """The identity with this id, withdrawn or not."""
        if id not in self._ids:
            self._fetch(identities.c.id, {id}, self._ids)
        return self._ids[id]

    def by_name(self, name: str) -> Identity | None:
        """The identity whose article was last seen under this name: the one that stands there, else one in use, else the newest."""
        for found in (self._held.get(name), self._names.get(name)):
            identity = self._ids.get(found) if found is not None else None
            if identity is not None and identity.name == name:
                return identity
        return None

    def vacated(self, story: Story, digest: str) -> Identity | None:
        """The identity whose document is gone and reappears here: with the same bytes, text, or another suffix."""
        for key in (_bytes(digest, story.name), story.fingerprint, _stem(story.name)):
            for held in sorted(self._vacated.get(key, ())):
                identity = self._ids[held]
                if identity is not None and self._is_free(identity, story) and self._is_same(identity, story, key):
                    return identity
        return None

    def slug_owner(self, slug: str) -> str | None:
        """The id that owns this slug, or owned it before its page moved."""
        if slug not in self._slugs:
            self._fetch_slugs({slug})
        return self._slugs[slug]

    def _is_free(self, identity: Identity, story: Story) -> bool:
        if identity.name == story.name:
            return False
        if self._is_vacant(identity.name):
            return True
        # Its document may stand there all the same, run out or waiting for its time.
        return identity.withdrawn is not None and not self._ledger.is_standing(identity)

    def _is_same(self, identity: Identity, story: Story, key: str) -> bool:
        if key != _stem(story.name):
            return True
        same_day = story.date is not None and story.date.date() == identity.published.date()
        return self._is_vacant(identity.name) and (identity.headline == fold(story.headline) or same_day)

    def _fetch_slugs(self, slugs: set[str]) -> None:
        """Fetch who owns slugs now, else who owned them before."""
        # "slugs - keys()" would go through all that is known.
        unknown = {each for each in slugs if each not in self._slugs}
        self._slugs.update(self._ledger.former_owners(unknown))
        self._fetch(identities.c.slug, slugs, self._slugs)

    def _fetch(
        self, column: Column[str], values: set[str], into: dict[str, str | None] | dict[str, Identity | None]
    ) -> None:
        for value in values:
            into.setdefault(value, None)
        for identity in self._ledger.identities_where_in(column, values):
            self.learn(identity)


def _use(identity: Identity) -> tuple[bool, datetime]:
    """By what one of several that had a name goes before the others."""
    return identity.withdrawn is None, identity.first_seen


def _part(name: str) -> str:
    return name.rpartition("#")[2] if "#" in name else ""


def _bytes(digest: str, name: str) -> str:
    """The bytes that an article was read from: its document's, and which part of them."""
    return f"bytes {digest}#{_part(name)}"


def _stem(name: str) -> str:
    """A document's name without its suffix: the same story saved in another format."""
    folder, slash, file = name.partition("#")[0].rpartition("/")
    return f"stem of {folder}{slash}{splitext(file)[0]}#{_part(name)}"
