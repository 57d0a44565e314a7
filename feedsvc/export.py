"""Export: the whole edition as static files with precompressed siblings, for a web server or a CDN.

What is written is what the app answers, address by address, beginning at the home page and following every
link that stays within the publication. Each export is a folder of its own beside DEST, which is a symbolic
link to the newest: it is swapped in one step, and whoever reads the one before can finish.
"""

import os
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from werkzeug.test import Client, TestResponse

from feedsvc.codings import IDENTITY, encode
from feedsvc.config import Settings
from feedsvc.errors import StoreError, UsageError
from feedsvc.store.database import open_database
from feedsvc.store.lock import build_lock
from feedsvc.store.reader import PublishedEdition
from feedsvc.web.addresses import HABITUAL, Addresses
from feedsvc.web.app import create_app
from feedsvc.web.theme import Theme

_SUFFIXES = {"gzip": ".gz", "br": ".br", "zstd": ".zst"}
# Where links stand in pages, feeds, sitemaps and the list of feeds.
_LINK = re.compile(r"""(?:(?:href|src|poster|xmlUrl|htmlUrl|url)=(?:"([^"]*)"|'([^']*)')|<loc>([^<]*)</loc>)""")
_SRCSET = re.compile(r'srcset="([^"]*)"')
_LINKED_TYPES = ("text/html", "application/atom+xml", "text/x-opml", "application/xml", "text/xml")
_SEEDS = ("/", "/feeds.opml", "/robots.txt", "/favicon.ico", "/sitemap.xml", *HABITUAL)
# What only the running server can answer.
_LIVE = re.compile(r"/(?:healthz|metrics|desk|search|inbox|hub)\b")
_EDITIONS_KEPT = 2
_MARK = ".feedsvc-export"


@dataclass(slots=True)
class Exported:
    """What an export wrote: ``files`` without their siblings, bytes with them; addresses it had to leave out.

    ``base`` is the public base of its addresses.
    """

    base: str
    files: int = 0
    bytes: int = 0
    redirects: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def export(
    settings: Settings, dest: Path, now: datetime, progress: Callable[[int], None] = lambda _: None
) -> Exported:
    """Write what is public at ``now`` to ``dest``.

    Raises UsageError when ``dest`` is something else than an export, StoreError when nothing was built yet or
    the disk refuses, LockHeldError while a build is under way.
    """
    target = Path(os.path.abspath(dest))  # noqa: PTH100 (not resolved: it is to be the link itself)
    _check_target(target, settings)
    with build_lock(settings):
        database = open_database(settings, create=False)
        try:
            edition = PublishedEdition(database, now=lambda: now, copies=settings.media_folder)
            if not edition.revision():
                raise StoreError(f"{settings.file}: nothing was built yet; run `feedsvc build` first")
            # The base for which the feeds were built, which may be another than the settings' now.
            base = edition.publication().url
            app = create_app(edition, base=base, clock=lambda: now, is_live=False, theme=Theme(settings.folder))
            return _Export(Client(app), Addresses(base), progress).run(target)
        except OSError as error:
            message = f"{error.filename or target}: the export cannot be written ({error.strerror}); check the disk"
            raise StoreError(f"{message}. What was exported before stays as it is") from error
        finally:
            database.close()


def _check_target(target: Path, settings: Settings) -> None:
    """Refuse to take the place of anything that is no export."""
    inbox = settings.inbox_folder.resolve()
    if inbox in (target, *target.parents):
        raise UsageError(f"{target}: it lies in the inbox; choose a folder elsewhere")
    if target.is_symlink():
        if target.exists() and not (target / _MARK).exists():
            raise UsageError(f"{target}: this link leads to something that is no export; choose another folder")
    elif target.is_dir():
        if any(target.iterdir()):
            raise UsageError(f"{target}: this folder is not empty and no export; choose another, or empty it")
    elif target.exists():
        raise UsageError(f"{target}: this is a file; choose a folder")


@dataclass(slots=True)
class _Export:
    """One export under way."""

    client: Client
    addresses: Addresses
    progress: Callable[[int], None]
    done: Exported = field(init=False)
    _seen: set[str] = field(default_factory=set)
    _waiting: deque[str] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.done = Exported(self.addresses.base)

    def run(self, target: Path) -> Exported:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            folder.chmod(0o755)
            self._follow(_SEEDS)
            while self._waiting:
                self._fetch(self._waiting.popleft(), folder)
                self.progress(self.done.files)
            self._write_rules(folder)
            (folder / _MARK).write_bytes(b"")
            _swap(folder, target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _sweep(target)
        return self.done

    def _follow(self, paths: Iterator[str] | tuple[str, ...]) -> None:
        for path in paths:
            if path not in self._seen and not _LIVE.match(path):
                self._seen.add(path)
                self._waiting.append(path)

    def _fetch(self, path: str, folder: Path) -> None:
        """Write what the app answers at ``path``, and follow its links."""
        answer = self.client.get(quote(self.addresses.prefix + path), headers={"Accept-Encoding": IDENTITY})
        if answer.status_code in (301, 308):
            self.done.redirects[path] = answer.headers["Location"]
            self._follow(self._links([answer.headers["Location"]]))
        if answer.status_code != 200:
            return
        data = answer.get_data()
        try:
            self._write(_file(folder, path, answer), data, answer)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.strerror != os.strerror(36):
                raise
            self.done.left_out[path] = "its name is too long, or no name, for a file"
        if answer.mimetype in _LINKED_TYPES:
            text = data.decode("utf-8", "replace")
            found = [next(filter(None, each), "") for each in _LINK.findall(text)]
            found += [each.split()[0] for sets in _SRCSET.findall(text) for each in sets.split(",") if each.split()]
            self._follow(self._links(map(unescape, found)))

    def _links(self, found: "Iterator[str] | list[str] | map[str]") -> Iterator[str]:
        """The paths, without the base, of those addresses that lie within the publication; queries are left off."""
        base = urlsplit(self.addresses.base)
        for address in found:
            try:
                parts = urlsplit(address)
            except ValueError:
                continue
            path = unquote(parts.path)
            is_here = (parts.scheme, parts.netloc) in (("", ""), (base.scheme, base.netloc))
            if is_here and path.startswith(f"{self.addresses.prefix}/"):
                yield path.removeprefix(self.addresses.prefix)

    def _write(self, file: Path, data: bytes, answer: TestResponse) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        stated = answer.headers.get("Last-Modified")
        modified = parsedate_to_datetime(stated).timestamp() if stated else None
        # Only what the server itself offers in other codings: media are compressed already.
        bodies = encode(data) if "Accept-Encoding" in answer.headers.get("Vary", "") else {}
        siblings = {suffix: bodies[each] for each, suffix in _SUFFIXES.items() if each in bodies}
        for suffix, body in {"": data, **siblings}.items():
            path = file.with_name(file.name + suffix)
            path.write_bytes(body)
            if modified is not None:
                os.utime(path, (modified, modified))
            self.done.bytes += len(body)
        self.done.files += 1

    def _write_rules(self, folder: Path) -> None:
        """Redirects and headers, as hosts of static files read them."""
        redirects = "".join(
            f"{quote(self.addresses.prefix + path)} {to} 301\n" for path, to in sorted(self.done.redirects.items())
        )
        (folder / "_redirects").write_text(redirects, "utf-8")
        (folder / "_headers").write_text(_HEADERS, "utf-8")


# The format of Netlify and Cloudflare Pages; docs/operations.md says the same to nginx.
_HEADERS = """\
/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
/feeds/*.atom
  Content-Type: application/atom+xml; charset=utf-8
  Access-Control-Allow-Origin: *
/feeds/*.rss
  Content-Type: application/rss+xml; charset=utf-8
  Access-Control-Allow-Origin: *
/feeds/*.json
  Content-Type: application/feed+json; charset=utf-8
  Access-Control-Allow-Origin: *
/feeds.opml
  Content-Type: text/x-opml; charset=utf-8
  Access-Control-Allow-Origin: *
/media/*
  Content-Security-Policy: default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; sandbox
"""


def _file(folder: Path, path: str, answer: TestResponse) -> Path:
    """Where the answer at ``path`` is written. Raises ValueError when that is no name of a file."""
    parts = path.strip("/").split("/")
    if path == "/":
        return folder / "index.html"
    if any(part in ("", ".", "..") or "\0" in part or part.startswith(".") for part in parts):
        raise ValueError(path)
    is_page = answer.mimetype == "text/html" and not path.endswith(".html")
    return folder.joinpath(*parts[:-1], parts[-1] + (".html" if is_page else ""))


def _swap(folder: Path, target: Path) -> None:
    """Let ``target`` lead to ``folder``, in one step."""
    if target.is_dir() and not target.is_symlink():
        target.rmdir()  # it is empty
    link = folder.with_name(f"{folder.name}.link")
    link.symlink_to(folder.name, target_is_directory=True)
    link.replace(target)


def _sweep(target: Path) -> None:
    """Delete the exports before the last ones, and what was left of one that was killed."""
    current = target.resolve()
    others = [
        each
        for each in target.parent.glob(f".{target.name}-*")
        if each.is_dir() and not each.is_symlink() and each.resolve() != current
    ]
    whole = sorted((each for each in others if (each / _MARK).exists()), key=lambda each: each.stat().st_mtime)
    kept = whole[len(whole) - _EDITIONS_KEPT + 1 :] if len(whole) >= _EDITIONS_KEPT else whole
    for each in others:
        if each not in kept:
            shutil.rmtree(each, ignore_errors=True)
