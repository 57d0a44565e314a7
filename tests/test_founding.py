"""The ledger of a first build is written aside and put in place whole, whatever happens meanwhile."""

import shutil
from collections.abc import Iterator, KeysView
from contextlib import closing
from pathlib import Path

import pytest
from publication import Publication
from sqlalchemy import text

from feedsvc.build.recall import Recall
from feedsvc.config import load_settings
from feedsvc.errors import StoreError
from feedsvc.store import database as module
from feedsvc.store.database import Database, open_database
from feedsvc.store.ledger import Ledger


@pytest.fixture
def ledger(publication: Publication) -> Database:
    return open_database(load_settings(publication.folder / "feedsvc.toml"))


def remembered(publication: Publication) -> str | None:
    database = open_database(load_settings(publication.folder / "feedsvc.toml"))
    with closing(database), database.reading() as connection:
        return Ledger(connection).recall("a")


def files(publication: Publication) -> set[str]:
    return {each.name for each in (publication.folder / "var").iterdir()} - {"feedsvc.db-wal", "feedsvc.db-shm"}


def note(ledger: Database) -> None:
    with ledger.founding() as connection:
        Ledger(connection).remember("a", "b")


def fail(ledger: Database) -> None:
    with ledger.founding() as connection:
        Ledger(connection).remember("a", "b")
        raise ZeroDivisionError


def test_nothing_stands_there_until_it_is_whole(publication: Publication, ledger: Database) -> None:
    with closing(ledger), ledger.founding() as connection:
        Ledger(connection).remember("a", "b")
        assert files(publication) == {"feedsvc.db.first"}
    assert files(publication) == {"feedsvc.db"}
    assert remembered(publication) == "b"
    with closing(ledger), ledger.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA page_size")).scalar() == 8192


def test_a_failure_leaves_nothing_and_the_next_one_begins_anew(publication: Publication, ledger: Database) -> None:
    (publication.folder / "var" / "feedsvc.db.first").write_bytes(b"of a build that was killed")
    with pytest.raises(ZeroDivisionError), closing(ledger):
        fail(ledger)
    assert not files(publication)
    with closing(ledger), ledger.founding() as connection:
        assert Ledger(connection).recall("a") is None


def test_a_server_that_opened_an_empty_ledger_meanwhile_reads_the_first_edition(
    publication: Publication, ledger: Database
) -> None:
    server = open_database(load_settings(publication.folder / "feedsvc.toml"))
    with closing(server), closing(ledger):
        with ledger.founding() as connection:
            Ledger(connection).remember("a", "b")
            with server.reading() as looking:
                assert looking.execute(text("SELECT count(*) FROM sqlite_schema")).scalar() == 0
        with server.reading() as looking:
            assert Ledger(looking).recall("a") == "b"
    assert files(publication) == {"feedsvc.db"}


def test_a_file_system_without_links_gets_a_copy(
    publication: Publication, ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(module.os, "link", refuse)
    with closing(ledger), ledger.founding() as connection:
        Ledger(connection).remember("a", "b")
    assert remembered(publication) == "b"


def test_a_place_that_takes_no_ledger_is_said(
    publication: Publication, ledger: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: Path, target: Path) -> None:
        target.mkdir()
        raise FileExistsError(17, "File exists")

    monkeypatch.setattr(module.os, "link", refuse)
    publication.article("good.md", "A story")
    with pytest.raises(StoreError, match="cannot be put in place"), closing(ledger):
        note(ledger)


def test_a_ledger_that_stands_is_written_where_it_is(publication: Publication, ledger: Database) -> None:
    publication.article("good.md", "A story")
    publication.build()
    aside = publication.folder / "before.db"
    shutil.copy(publication.folder / "var" / "feedsvc.db", aside)
    with pytest.raises(ZeroDivisionError), closing(ledger):
        fail(ledger)
    assert remembered(publication) is None
    assert publication.titles() == ["A story"]


class Remembered(dict[str, str | None]):
    """A memory that counts how much of it is gone through."""

    gone_through = 0

    def __iter__(self) -> Iterator[str]:
        self.gone_through += len(self)
        return super().__iter__()

    def keys(self) -> KeysView[str]:
        """All keys."""
        self.gone_through += len(self)
        return super().keys()

    def __ror__(self, other: dict[str, str | None]) -> "Remembered":
        self.gone_through += len(self)
        return Remembered({**other, **dict(self)})


def test_what_is_remembered_of_slugs_is_not_gone_through_for_each_that_is_asked_for(publication: Publication) -> None:
    publication.build()
    database = open_database(load_settings(publication.folder / "feedsvc.toml"))
    with closing(database), database.reading() as connection:
        recall = Recall(Ledger(connection), "a", lambda _: False, {})
        memory = recall._slugs = Remembered({f"slug-{at}": None for at in range(1_000)})
        assert [recall.slug_owner(f"other-{at}") for at in range(100)] == [None] * 100
    assert recall._slugs is memory
    assert memory.gone_through == 0


def test_the_parts_of_a_document_that_was_renamed_are_each_looked_for_once(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = "\x01a\x02^Headline {0}<\nOSLO, Feb. 20, 2016 (AP) - Words of story {0}.\x03\x04"
    publication.write("a.txt", "".join(message.format(at) for at in range(200)))
    publication.build()
    before = {each["title"]: each["id"] for each in publication.json_feed()["items"]}
    looked = []
    is_free = Recall._is_free
    monkeypatch.setattr(Recall, "_is_free", lambda *asked: looked.append(1) or is_free(*asked))
    (publication.inbox / "a.txt").rename(publication.inbox / "b.txt")
    publication.build_here()
    assert {each["title"]: each["id"] for each in publication.json_feed()["items"]} == before
    assert len(before) > 10
    assert 0 < len(looked) <= 2 * 200
