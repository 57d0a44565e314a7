"""What is left to do when a build has taken effect: nothing stays of what was erased, no copy of what no article has."""

from pathlib import Path

from feedsvc.store.database import Database
from feedsvc.store.ledger import Ledger
from feedsvc.store.media import sweep

SCRUB = "scrub"
"""The key under which the ledger remembers that something was erased whose bytes may still lie in the file."""


def clean_up(database: Database, copies: Path, *, touched: bool) -> None:
    """Overwrite what was erased, in this build or in one that was interrupted before it could, and delete the copies
    that no article has, if the build ``touched`` any."""
    with database.reading() as connection:
        is_due = bool(Ledger(connection).recall(SCRUB))
    if is_due and database.scrub():
        with database.writing() as connection:
            Ledger(connection).remember(SCRUB, "")
    if touched:
        sweep(copies, database)
