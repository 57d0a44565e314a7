"""What the ledger remembers of articles that the settings removed for good, by id."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct


class Removed(Struct, frozen=True):
    """What stands in the place of a removed article: 410, or 451 for legal reasons, since when, and a notice."""

    status: Literal[410, 451]
    when: datetime
    notice: str | None


def encode_removed(removed: dict[str, Removed]) -> str:
    """``removed`` as the ledger remembers it."""
    return msgspec.json.encode(removed).decode()


def decode_removed(kept: str | None) -> dict[str, Removed]:
    """What the ledger remembers."""
    return {} if kept is None else msgspec.json.decode(kept, type=dict[str, Removed])
