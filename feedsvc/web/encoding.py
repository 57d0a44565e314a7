"""Content codings (RFC 9110, section 12.5.3): which of the prepared bodies a client gets."""

import re
from collections.abc import Collection, Iterator

IDENTITY = "identity"

# Equal weights: the smallest body wins. A coding that only `*` allows is a guess at what the client can
# decode, and gzip is the best one.
_RANK_NAMED = {"br": 4, "zstd": 3, "gzip": 2, IDENTITY: 1}
_RANK_GUESSED = {"gzip": 4, "br": 3, "zstd": 2, IDENTITY: 1}
_ALIASES = {"x-gzip": "gzip"}

_ITEM = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(?:;[ \t]*[qQ]=([01](?:\.\d{0,3})?)[ \t]*)?")


def negotiate(accept_encoding: str | None, offered: Collection[str]) -> str:
    """The coding of ``offered`` that the header asks for.

    ``identity`` when there is no header (the client may decode nothing), and also when the header excludes
    all that is offered: feed readers are never answered 406 (RFC 9110, section 12.4.1 allows this). Items
    that do not parse are passed over.
    """
    if accept_encoding is None:
        return IDENTITY
    weights = dict(_weights(accept_encoding))
    best = max((_preference(coding, weights) for coding in offered), default=(0.0, 0, IDENTITY))
    return best[2] if best[0] > 0 else IDENTITY


def _weights(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(","):
        if found := _ITEM.fullmatch(item.strip(" \t")):
            coding = found[1].lower()
            yield _ALIASES.get(coding, coding), min(float(found[2] or 1), 1.0)


def _preference(coding: str, weights: dict[str, float]) -> tuple[float, int, str]:
    """How much a client wants ``coding``: its weight, then our rank."""
    if coding in weights:
        return weights[coding], _RANK_NAMED.get(coding, 0), coding
    if "*" in weights:
        return weights["*"], _RANK_GUESSED.get(coding, 0), coding
    if coding == IDENTITY:
        return 0.0001, 0, coding
    if weights.get(IDENTITY) == 0 and coding == "gzip":
        return 0.0001, 0, coding
    return 0.0, 0, coding
