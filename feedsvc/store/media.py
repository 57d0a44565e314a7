"""The copies of published media files, each under the hash of its bytes, and the taking out of those of no article."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from feedsvc.errors import StoreError
from feedsvc.store.database import Database
from feedsvc.store.schema import media

_PIECE = 256 * 1024


def pieces(copies: Path, digest: str, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from ``start`` to before ``stop`` of a copy, a little at a time.

    Raises StoreError at once when the copy is not there.
    """
    try:
        file = (copies / digest).open("rb")
    except OSError as error:
        raise StoreError(f"{copies / digest}: cannot be read ({error.strerror}); build again") from error

    def read() -> Iterator[bytes]:
        with file:
            file.seek(start)
            left = stop - start
            while left and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece

    return read()


def sweep(copies: Path, database: Database) -> None:
    """Delete the copies that no article of the ledger refers to, and what was left half-copied."""
    try:
        found = {each.name for each in copies.iterdir()}
    except FileNotFoundError:
        return
    with database.reading() as connection:
        kept = {row.digest for row in connection.execute(select(media.c.digest).distinct())}
    for name in found - kept:
        (copies / name).unlink(missing_ok=True)
