"""Editions made ahead: what the next ends of embargoes and the next expiries change, prepared for their second.

The server takes such an edition up when its moment comes, whether a build runs then or not. The build that
finds one taken up first makes it the ledger's truth, by the same steps, and goes on from there; so it makes no
difference to a reader when builds run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedsvc.build.entering import Entering
from feedsvc.build.indexing import bring_up
from feedsvc.build.publishing import Publishing
from feedsvc.config import Settings
from feedsvc.store.edition import Edition
from feedsvc.store.ledger import Ledger
from feedsvc.store.prepared import Prepared
from feedsvc.topics.classify import Classifier

# How many moments are prepared. Each costs as much as a small build; what lies beyond waits for the next one.
MOMENTS = 8
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Time goes on without documents: embargoes end and articles expire."""

    settings: Settings
    ledger: Ledger
    classifier: Classifier
    authority: str

    def catch_up(self, now: datetime) -> bool:
        """Make those editions the ledger's truth that the server has taken up by ``now``; whether there were any."""
        prepared = Prepared(self.ledger.connection)
        due = prepared.due(now)
        if not due:
            return False
        prepared.reopen(max(revision for revision, _ in due))
        for revision, moment in due:
            self._pass(moment, Edition(self.ledger.connection, revision), moment)
        prepared.settle()
        return True

    def prepare(self) -> None:
        """Make the editions of the next moments at which an article changes by itself, in place of those made before."""
        connection = self.ledger.connection
        prepared = Prepared(connection)
        prepared.forget()
        current = Edition(connection)
        last = current.published()
        if self.ledger.next_change() is None or last is None:
            return
        with connection.begin_nested() as trial:
            for revision in range(current.revision() + 1, current.revision() + 1 + MOMENTS):
                moment = self.ledger.next_change()
                if moment is None:
                    break
                last = max(moment, last + _SECOND)
                self._pass(moment, Edition(connection, revision, ahead=True), last)
            made = prepared.take()
            trial.rollback()
        prepared.put(made)

    def _pass(self, moment: datetime, edition: Edition, published: datetime) -> None:
        """Let ``moment`` come."""
        missing: frozenset[str] = frozenset()
        entering = Entering(
            self.settings, self.ledger, self.classifier, self.authority, moment, missing, pages_stay=True
        )
        entering.renew(self.ledger.changing(moment))
        publishing = Publishing(self.settings, self.ledger, edition, self.authority, moment)
        publishing.release()
        if not edition.ahead:
            bring_up(self.ledger, entering.touched)
        publishing.join(entering.touched)
        publishing.feeds(everything=False)
        publishing.swap(published)
