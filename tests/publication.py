"""A publication for tests: real files in a real folder, built by the real command."""

import json
import os
import subprocess
import sys
import zlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feedsvc.build import build
from feedsvc.clock import fixed_stamp
from feedsvc.config import load_settings
from feedsvc.model import Representation
from feedsvc.report import Report
from feedsvc.store.database import open_database
from feedsvc.store.edition import Edition
from feedsvc.store.ledger import Ledger
from feedsvc.store.reader import PublishedEdition

SETTINGS = """\
[publication]
title = "The Test Wire"
url = "https://news.example.org"
id_authority = "news.example.org,2026"
timezone = "Asia/Tokyo"
author = "Test Desk"
"""
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        return json.loads(self.out)


class Publication:
    """A folder with settings and an inbox. Its clock stands at ``now`` and is moved by hand."""

    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        self.folder = folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.settings(settings)
        self.now = START

    def settings(self, text: str) -> None:
        (self.folder / "feedsvc.toml").write_text(text, "utf-8")

    def write(self, name: str, content: str | bytes, modified: datetime = START) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (modified.timestamp(), modified.timestamp()))
        return path

    def article(self, name: str, title: str, body: str = "The text of the article.", **fields: str) -> Path:
        """A Markdown article; its file time tells one version from the next."""
        front = {"title": json.dumps(title), "date": "2026-02-01T09:00:00+09:00", **fields}
        head = "\n".join(f"{key}: {value}" for key, value in front.items())
        modified = START + timedelta(seconds=zlib.crc32(f"{head}{body}".encode()) % 10**6)
        return self.write(name, f"---\n{head}\n---\n\n{body}\n", modified)

    def later(self, **passed: float) -> None:
        """Move the clock."""
        self.now += timedelta(**(passed or {"minutes": 10}))

    def run(self, *arguments: str) -> Ran:
        """A command as a process of its own."""
        command = [sys.executable, "-m", "feedsvc", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    def build(self, *options: str, code: int = 0) -> Any:
        """Build at the publication's clock; the report."""
        ran = self.run("build", str(self.folder), "--json", "--now", self.now.isoformat(), *options)
        assert ran.code == code, ran
        return ran.report if ran.out else ran.err

    def build_here(self, **options: Any) -> Report:
        """Build in this process, at the publication's clock."""
        settings = load_settings(self.folder / "feedsvc.toml")
        with closing(open_database(settings)) as database, database.writing() as connection:
            return build(settings, connection, now=self.now, stamp=fixed_stamp(self.now), **options)

    def explain(self, name: str) -> Any:
        ran = self.run("explain", str(self.folder), name, "--json", "--now", self.now.isoformat())
        assert ran.code == 0, ran
        return json.loads(ran.out)

    def edition(self) -> PublishedEdition:
        """What is served at the publication's clock, taking notice of a new edition at once."""
        database = open_database(load_settings(self.folder / "feedsvc.toml"))
        return PublishedEdition(database, now=lambda: self.now, notice=0, copies=self.folder / "var" / "media")

    def document(self, path: str) -> Representation:
        found = self.edition().representation(path)
        assert found is not None, path
        return found

    def body(self, path: str = "/feeds/all.atom") -> bytes:
        return self.document(path).bodies["identity"]

    def json_feed(self, name: str = "all") -> Any:
        return json.loads(self.body(f"/feeds/{name}.json"))

    def titles(self, name: str = "all") -> list[str]:
        return [item["title"] for item in self.json_feed(name)["items"]]

    def bytes(self) -> dict[str, bytes]:
        """Every document of the edition."""
        with open_database(load_settings(self.folder / "feedsvc.toml")).reading() as connection:
            return {path: body for _, path, _, body in Edition(connection).bodies()}


def reread(publication: Publication) -> dict[str, bytes]:
    """The edition as a build would leave it that distrusts every stamp."""
    settings = load_settings(publication.folder / "feedsvc.toml")
    with open_database(settings).rehearsing() as connection:
        Ledger(connection).remember("settings", "others")
        build(settings, connection, now=publication.now, stamp=fixed_stamp(publication.now))
        return {path: body for _, path, _, body in Edition(connection).bodies()}
