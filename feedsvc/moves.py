"""Addresses that moved or closed: where each of them leads.

A feed's own address, ``/feeds/NAME``, stands for its page, its documents in every format and its archive.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FEED = re.compile(r"/feeds/([^/.]+)")
_BELOW_FEED = re.compile(r"(/feeds/[^/.]+)(\.(?:atom|rss|json)|/archive/[0-9]+\.atom)")


@dataclass(frozen=True, slots=True)
class Move:
    """Where an address leads: a path of the publication or a whole address; None when it is closed."""

    to: str | None


def lookup(moves: Mapping[str, str | None], path: str) -> Move | None:
    """Where ``path`` leads; None when it did not move."""
    if path in moves:
        return Move(moves[path])
    below = _BELOW_FEED.fullmatch(path)
    if below is None or below[1] not in moves:
        return None
    to = moves[below[1]]
    return Move(None if to is None else to + below[2])


def settled(moves: Mapping[str, str | None]) -> dict[str, str | None]:
    """``moves``, each in one hop. Raises ValueError with a path that leads back to itself."""
    final: dict[str, str | None] = {}
    for path, first in moves.items():
        to, seen = first, {path}
        while to is not None and (further := lookup(moves, to)) is not None:
            if to in seen:
                raise ValueError(path)
            seen.add(to)
            to = further.to
        final[path] = to
    return final


def feed_of(path: str | None) -> str | None:
    """The feed whose own address ``path`` is."""
    found = _FEED.fullmatch(path or "")
    return found[1] if found else None
