"""Entering stories into the ledger, and taking out those whose document is gone."""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from feedsvc.articles.identity import article_of, continue_as, enter, enter_anew, keeps_minted
from feedsvc.articles.kept_year import lacks_year
from feedsvc.articles.standing import is_rejected, term
from feedsvc.build.admitting import admissible
from feedsvc.build.contests import contest
from feedsvc.build.corrected import corrected, is_made
from feedsvc.build.dating import dated_before
from feedsvc.build.newcomers import Newcomer
from feedsvc.build.reading import Outcome
from feedsvc.build.recall import Recall
from feedsvc.build.remarks import Remarks
from feedsvc.build.windows import kept
from feedsvc.config import Settings
from feedsvc.model import Article, Classification, Finding, Identity, Status, Story, Term, Topic, document_of
from feedsvc.moves import feed_of
from feedsvc.store.ledger import Ledger
from feedsvc.store.records import ArticleRecord
from feedsvc.store.removed import Removed, decode_removed, encode_removed
from feedsvc.store.schema import articles, identities
from feedsvc.store.touched import Touched
from feedsvc.topics.classify import Classifier

T = TypeVar("T")
_BATCH = 500
_CONTEST_CODES = ("superseded", "supersedes-later")


@dataclass(slots=True)
class Entering:
    """One build's changes to the ledger. ``touched`` holds the ids of all articles that it changed.

    ``is_known`` tells whether the ledger holds anything of a document; of others nothing need be asked or taken out.
    With ``pages_stay``, what takes a place takes its page: an edition made ahead moves none.
    """

    settings: Settings
    ledger: Ledger
    classifier: Classifier
    authority: str
    now: datetime
    missing: frozenset[str]
    is_known: Callable[[str], bool] = lambda _document: True
    pages_stay: bool = False
    touched: Touched = field(init=False)
    moved: dict[str, str] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    remarks: Remarks = field(default_factory=Remarks)
    _contested: set[str] = field(default_factory=set)
    _gone: dict[str, str] | None = None  # the documents that are missing, by the hash of their bytes

    def __post_init__(self) -> None:
        self.touched = Touched(self.ledger.connection)

    def enter_all(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Enter the stories of each outcome, batch by batch; yields the outcomes as they are done."""
        for batch in _batches(outcomes, _BATCH):
            self._enter_batch(batch)
            yield from batch

    def withdraw_missing(self) -> None:
        """Take out the articles of documents that are gone and did not turn up under another name."""
        self._withdraw(self.ledger.articles_where_in(articles.c.document, self.missing))

    def renew(self, records: Sequence[ArticleRecord]) -> None:
        """Give articles the status that they have now, and let those stand under their id that may from now on."""
        known = self._identities(record.article.id for record in records)
        self.touched.add(known)
        renewed = []
        for record in records:
            holder = known[record.article.id]
            if holder.name == record.article.name:
                article = article_of(record.article, holder, self._base, self.now)
                renewed.append(self._record(record.document, article, holder))
        self.ledger.save_articles(renewed)
        opened = [known[each.article.id] for each in renewed if each.term.holds(self.now)]
        self.ledger.save_identities(replace(each, withdrawn=None) for each in opened if each.withdrawn is not None)
        self.settle_contests()

    def settle_contests(self) -> None:
        """Of several documents with one id, let one stand, better ones wait for their embargo, and the others be superseded."""
        contested = self._contested | (self.ledger.rivals(self.touched.ids) if self.touched else set())
        self._contested.clear()
        claims: dict[str, list[ArticleRecord]] = {}
        for record in self.ledger.articles_where_in(articles.c.id, contested):
            claims.setdefault(record.article.id, []).append(record)
        known = self._identities(claims)
        for claimed, claimants in sorted(claims.items()):
            records = self._let_go(claimants, known[claimed])
            winner, waiting, beaten = contest(records, self.now)
            holder = known[claimed]
            if holder.name != winner.article.name or winner.article.status is Status.SUPERSEDED:
                holder = self._promote(winner, holder)
            self._let_wait(waiting, winner, holder)
            self._supersede(beaten, winner)

    def move_pages(self) -> None:
        """Let the articles whose page the settings moved stand under their new slug, where that is free."""
        moves = {old: new for path, to in self.settings.moves.items() if (old := _slug(path)) and (new := _slug(to))}
        taken = {each.slug for each in self.ledger.identities_where_in(identities.c.slug, set(moves.values()))}
        for known in self.ledger.identities_where_in(identities.c.slug, moves.keys()):
            slug = moves[known.slug]
            if slug not in taken and self.ledger.former_owner(slug) in (None, known.id):
                taken.add(slug)
                self.ledger.save_identities([replace(known, slug=slug)])
                self.ledger.save_former_slugs({known.slug: known.id})
                self.renew(self.ledger.articles_where_in(articles.c.id, {known.id}))

    def erase(self) -> bool:
        """Erase the articles that the settings removed; whether there was anything to erase."""
        before = decode_removed(self.ledger.recall("removed"))
        removed: dict[str, Removed] = {}
        for rule in self.settings.removed:
            owners = self.ledger.identities_where_in(identities.c.slug, {rule.slug})
            id_ = owners[0].id if owners else self.ledger.former_owner(rule.slug)
            if id_ is None:
                message = f"No article ever stood at {rule.path}; correct the path."
                unknown = Finding("removed-unknown", "warning", message, "removed")
                self.remarks.add(self.settings.file.name, unknown)
                continue
            when = before[id_].when if id_ in before else self.now
            removed[id_] = Removed(451 if rule.legal else 410, when, rule.notice)
        self.ledger.remember("removed", encode_removed(removed))
        if not removed:
            return False
        message = "The settings removed this article for good; delete the document."
        finding = Finding("removed", "warning", message)
        for record in self.ledger.articles_where_in(articles.c.id, removed.keys()):
            self.remarks.note(record.article.name, (finding,))
        self.touched.add(removed)
        return self.ledger.erase(removed.keys(), finding)

    def moved_documents(self) -> set[str]:
        """The documents that were known under another name before."""
        return {document_of(name) for name in self.moved}

    def vacated_documents(self) -> set[str]:
        """The names under which those documents were known."""
        return {document_of(name) for name in self.moved.values()}

    # One batch

    def _enter_batch(self, batch: Sequence[Outcome]) -> None:
        read = [outcome for outcome in batch if outcome.unread is None]
        self._keep_made_ids(read)
        others = [story for outcome in read for story in outcome.stories]
        admitted = self._admit([each for outcome in read for each in outcome.newcomers], others)
        self.ledger.delete_rejects([outcome.name for outcome in batch if self.is_known(outcome.name)])
        good = self._judged([(story, outcome) for outcome in read for story in self._waiting(outcome, admitted)])
        self.rejected |= {outcome.name for outcome in read if not (outcome.stories or outcome.newcomers)}
        known = [outcome for outcome in read if self.is_known(outcome.name)]
        places = self._make_room(known)
        held = self.ledger.ids_by_name([story.name for story, outcome in good if self.is_known(outcome.name)])
        entered = admitted | self._enter_stories(good, held)
        self._classify((entered[name] for name in _names(read) if name in entered), held)
        self._withdraw_vanished(known, places)

    def _keep_made_ids(self, read: Sequence[Outcome]) -> None:
        """Let entries without id keep the one that was made for them before their headline was corrected."""
        doubtful = {each.name: each for each in read if self.is_known(each.name) and any(map(is_made, each.stories))}
        held: dict[str, list[Article]] = {}
        for record in self.ledger.articles_where_in(articles.c.document, doubtful.keys()):
            held.setdefault(record.document, []).append(record.article)
        for name, before in held.items():
            ids = corrected(doubtful[name].stories, before)
            for told in doubtful[name].told:
                if id_ := ids.get(told.story.name):
                    told.story = replace(told.story, own_id=id_)

    def _waiting(self, outcome: Outcome, admitted: Container[str]) -> Iterable[Story]:
        """The stories of an outcome that are yet to be entered; those of a document with another name now keep ids that were made, too."""
        stories = tuple(_stories(outcome, admitted))
        if not self.missing or self.is_known(outcome.name) or not any(map(is_made, stories)):
            return stories
        gone = self._gone_documents()
        before = {gone[outcome.digest]} if outcome.digest in gone else ()
        ids = corrected(
            stories, (each.article for each in self.ledger.articles_where_in(articles.c.document, before))
        )
        return [replace(each, own_id=ids[each.name]) if each.name in ids else each for each in stories]

    def _gone_documents(self) -> Mapping[str, str]:
        if self._gone is None:
            self._gone = {each.digest: each.name for each in self.ledger.documents_where_in(self.missing).values()}
        return self._gone

    def _judged(self, stories: Sequence[tuple[Story, Outcome]]) -> list[tuple[Story, Outcome]]:
        """Those that may enter; of the others it is kept what was understood of them."""
        if undated := [(story, outcome) for story, outcome in stories if is_rejected(story) and lacks_year(story)]:
            known = dated_before(undated, self.ledger, self._gone_documents())
            stories = [(known.get(story.name, story), outcome) for story, outcome in stories]
        bad = [(outcome.name, story) for story, outcome in stories if is_rejected(story)]
        self.rejected |= {name for name, _ in bad}
        self.ledger.save_rejects(bad)
        return [(story, outcome) for story, outcome in stories if not is_rejected(story)]

    def _enter_stories(self, stories: Sequence[tuple[Story, Outcome]], held: Mapping[str, str]) -> dict[str, Article]:
        """Let stories become articles; ``held`` are the ids that stood under their names. The articles by name."""
        recall = Recall(self.ledger, self.authority, self._is_missing, held)
        recall.prefetch([(story, outcome.content) for story, outcome in stories], self.missing)
        records = [self._enter(story, outcome, recall, held.get(story.name)) for story, outcome in stories]
        self.touched.add({record.article.id for record in records} | set(held.values()))
        self.ledger.save_identities(recall.learnt())
        self.ledger.save_articles(each for each in records if self.is_known(each.document))
        self.ledger.save_articles((each for each in records if not self.is_known(each.document)), are_new=True)
        return {record.article.name: record.article for record in records}

    def _admit(self, newcomers: Sequence[Newcomer], others: Sequence[Story]) -> dict[str, Newcomer | Article]:
        """Enter the newcomers of a batch that may go their short way; they by name."""
        if self.missing:
            return {}  # any of them may be the new place of a document that is gone
        admitted = admissible(newcomers, others, self.ledger)
        self.touched.add(each.id for each in admitted)
        self.ledger.insert_fresh([each.rows for each in admitted])
        return {each.name: each for each in admitted}

    def _enter(self, story: Story, outcome: Outcome, recall: Recall, before: str | None) -> ArticleRecord:
        """The article of ``story``; ``before`` is the id under which one of its name stood until now."""
        known = recall.by_id(story.own_id) if story.own_id is not None else None
        is_kept = keeps_minted(recall.by_name(story.name), story, outcome.content)
        if known is not None and not is_kept and self._is_held(known, story):
            self._contested.add(known.id)
            article = article_of(story, known, self._base, self.now)
            return self._record(outcome.name, replace(article, status=Status.SUPERSEDED), known)
        entered = enter(story, outcome.content, recall, self._base, self.now)
        if before is not None and before != entered.identity.id:
            self._contested.add(before)
            self._leave_name(before, story.name, recall)
        if entered.moved_from is not None:
            self.moved[story.name] = entered.moved_from
        former = recall.by_id(entered.identity.id)
        if former is not None and former.slug != entered.identity.slug:
            self.ledger.save_former_slugs({former.slug: former.id})
        recall.learn(entered.identity, entered=True)
        return self._record(outcome.name, entered.article, entered.identity)

    def _leave_name(self, id_: str, name: str, recall: Recall) -> None:
        """Take out what stood under a name that another story has now; of several that had it, but one has it still."""
        known = recall.by_id(id_)
        if known is not None and known.name == name and known.withdrawn is None:
            recall.learn(replace(known, withdrawn=self.now), entered=True)

    def _is_held(self, known: Identity, story: Story) -> bool:
        """Whether another document of the inbox stands under this id."""
        if known.name == story.name or self._is_missing(known.name):
            return False
        return known.withdrawn is None or self.ledger.is_standing(known)

    def _is_missing(self, name: str) -> bool:
        """Whether the document of an article is gone from the inbox."""
        return document_of(name) in self.missing

    def _make_room(self, read: Sequence[Outcome]) -> set[str]:
        """Move articles that their document no longer shows, but that stay, behind those it shows; their places."""
        several = {outcome.name: outcome for outcome in read if len(outcome.stories) > 1 or _is_part(outcome)}
        held: dict[str, list[ArticleRecord]] = {}
        for record in self.ledger.articles_where_in(articles.c.document, several.keys()):
            held.setdefault(record.document, []).append(record)
        known = self._identities(record.article.id for records in held.values() for record in records)
        minted = {each.id for each in known.values() if each.minted}
        keep_all = self.settings.inbox.deleted == "keep"
        moves = [move for name in held for move in kept(several[name], held[name], minted, keep_all=keep_all)]
        changed = [(was, is_) for was, is_ in moves if was.article.name != is_.article.name]
        if changed:
            self.touched.add(record.article.id for records in held.values() for record in records)
            self.ledger.delete_articles([was.article.name for was, _ in changed])
            self.ledger.save_identities([replace(known[is_.article.id], name=is_.article.name) for _, is_ in changed])
            self.ledger.save_articles([is_ for _, is_ in changed])
            self._classify((is_.article for _, is_ in changed), [is_.article.name for _, is_ in changed])
        return {is_.article.name for _, is_ in moves}

    def _withdraw_vanished(self, read: Sequence[Outcome], places: set[str]) -> None:
        """Take out the articles that a document held before and no longer holds, if it was read well."""
        whole = {outcome.name: {story.name for story in outcome.stories} for outcome in read if outcome.stories}
        held = self.ledger.names_in(whole.keys())
        gone = {name for document, name in held if name not in whole[document] and name not in places}
        self._withdraw(self.ledger.articles_where_in(articles.c.name, gone))

    # Changes of single articles

    def _withdraw(self, records: Sequence[ArticleRecord]) -> None:
        known = self._identities(record.article.id for record in records)
        self.touched.add(known)
        left = [
            replace(known[record.article.id], withdrawn=self.now)
            for record in records
            if known[record.article.id].name == record.article.name
        ]
        self._contested.update(record.article.id for record in records)
        self.ledger.save_identities(left)
        self.ledger.delete_articles([record.article.name for record in records])

    def _let_go(self, records: Sequence[ArticleRecord], known: Identity) -> Sequence[ArticleRecord]:
        """Those of ``records`` that claim an id; who named it once and no more gets one of its own where another names it."""
        claiming = [each for each in records if known.minted or each.article.own_id == known.id]
        if not claiming or len(claiming) == len(records):
            return records
        recall = Recall(self.ledger, self.authority, self._is_missing, {})
        for record in records:
            if record not in claiming:
                digest = self.ledger.document_digest(record.document)
                findings = tuple(each for each in record.article.findings if each.code not in _CONTEST_CODES)
                story = replace(record.article, findings=findings)
                article, identity = enter_anew(story, digest, recall, self._base, self.now)
                recall.learn(identity, entered=True)
                self.touched.add((identity.id,))
                self.ledger.save_articles([self._record(record.document, article, identity)])
        self.ledger.save_identities(recall.learnt())
        return claiming

    def _promote(self, record: ArticleRecord, known: Identity) -> Identity:
        self.touched.add((known.id,))
        digest = self.ledger.document_digest(record.document)
        memory = None if self.pages_stay else Recall(self.ledger, self.authority, self._is_missing, {})
        article, identity = continue_as(known, record.article, digest, memory, self._base, self.now)
        if identity.slug != known.slug:
            self.ledger.save_former_slugs({known.slug: known.id})
        self.ledger.save_identities([identity])
        self.ledger.save_articles([self._record(record.document, article, identity)])
        return identity

    def _let_wait(self, records: Sequence[ArticleRecord], winner: ArticleRecord, holder: Identity) -> None:
        """Let ``records`` stand in the place of ``winner`` when they open, and it until the first of them does."""
        finding = Finding("supersedes-later", "info", f"It takes the place of {winner.article.name} then.", "id")
        waiting = []
        for record in records:
            findings = (*(each for each in record.article.findings if each.code not in _CONTEST_CODES), finding)
            article = article_of(replace(record.article, findings=findings), holder, self._base, self.now)
            waiting.append(self._record(record.document, article, holder))
        opens = min((each.term.opens for each in waiting if each.term.opens is not None), default=None)
        (standing,) = self.ledger.articles_where_in(articles.c.name, {winner.article.name})
        until = self._record(standing.document, standing.article, holder).term.until(opens)
        self.ledger.save_articles(waiting)
        if until != standing.term:
            self.ledger.save_articles([replace(standing, term=until, changes=until.next_change(self.now))])

    def _supersede(self, records: Sequence[ArticleRecord], winner: ArticleRecord) -> None:
        self.touched.add(record.article.id for record in records)
        message = f"{winner.article.name} has the same id and is the one that counts; give one of them another id."
        finding = Finding("superseded", "warning", message, "id")
        beaten = []
        for record in records:
            findings = (*(each for each in record.article.findings if each.code not in _CONTEST_CODES), finding)
            article = replace(record.article, status=Status.SUPERSEDED, findings=findings)
            beaten.append(replace(record, article=article, term=Term(), changes=None))
            self.remarks.note(article.name, findings)
        self.ledger.save_articles(beaten)

    def _classify(self, entered: Iterable[Article | Newcomer], sorted_before: Collection[str]) -> None:
        """Sort articles into topics; clashes of topics are remarked on the article that brought them.

        ``sorted_before`` names those that the ledger may have sorted into topics already.
        """
        found, clashes = {}, {}
        moves = self.settings.moves
        for article in entered:
            topics, findings = self.classifier.classify(article)
            found[article.name] = self._in_open_topics(topics, moves) if moves else topics
            if findings:
                clashes[article.name] = findings
            if remarks := (*article.findings, *findings):
                self.remarks.note(article.name, remarks)
        self.ledger.save_classifications(found, sorted_before)
        self.ledger.add_findings(clashes)

    def _in_open_topics(
        self, topics: Sequence[Classification], moves: Mapping[str, str | None]
    ) -> tuple[Classification, ...]:
        """``topics`` without those whose feed is closed; those whose feed moved by the name that it has now."""
        titles = {rule.slug: rule.title for rule in self.settings.topics}
        found: dict[str, Classification] = {}
        for each in topics:
            path = f"/feeds/{each.topic.slug}"
            slug = feed_of(moves[path]) if path in moves else each.topic.slug
            if slug is not None:
                topic = each.topic if slug == each.topic.slug else Topic(slug, titles.get(slug, each.topic.title))
                found.setdefault(slug, replace(each, topic=topic))
        return tuple(found.values())

    # Lookups

    @property
    def _base(self) -> str:
        return self.settings.article_base

    def _record(self, document: str, article: Article, identity: Identity) -> ArticleRecord:
        public = term(article, identity.canceled) if article.status is not Status.SUPERSEDED else Term()
        return ArticleRecord(document, article, identity.release, public, public.next_change(self.now))

    def _identities(self, ids: Iterable[str]) -> dict[str, Identity]:
        return {each.id: each for each in self.ledger.identities_where_in(identities.c.id, set(ids))}


def _names(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """The names of all stories, in the order in which they were read."""
    for outcome in outcomes:
        yield from (each.name for each in outcome.stories)
        yield from (each.name for each in outcome.newcomers)


def _stories(outcome: Outcome, admitted: Container[str]) -> Iterator[Story]:
    """The stories of an outcome that are yet to be entered."""
    yield from outcome.stories
    yield from (each.story for each in outcome.newcomers if each.name not in admitted)


def _is_part(outcome: Outcome) -> bool:
    """Whether a document has but one story now, and had others."""
    return any(document_of(story.name) != story.name for story in outcome.stories)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _slug(path: str | None) -> str | None:
    """The slug in the address of an article; None in any other."""
    found = (path or "").removeprefix("/articles/")
    return found if found and found != path and "/" not in found else None
