"""JSON as agencies and feeds write it: control characters within strings pass, a key that stands twice is told."""

import json
from typing import Any

from feedsvc.model import Finding

_SHOWN = 5


class JsonError(ValueError):
    """The text is no JSON. ``line`` counts from 1; the message says what is wrong, without a remedy."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_json(text: str, *, lowered: bool = False) -> tuple[Any, tuple[Finding, ...]]:
    """The value, and what is to remark; the keys in lower case when ``lowered``. Raises JsonError."""
    repeated: dict[str, None] = {}

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {key.lower(): value for key, value in pairs} if lowered else dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.update((key, None) for key in keys if keys.count(key) > 1)
        return found

    try:
        value = json.loads(text.lstrip("\ufeff"), object_pairs_hook=members, strict=False)
    except RecursionError:
        raise JsonError("its brackets stand too deep") from None
    except json.JSONDecodeError as error:
        raise JsonError(error.msg[:120], error.lineno) from None
    except ValueError:
        # int() refuses to read more than some thousand digits.
        raise JsonError("a number is too long") from None
    if not repeated:
        return value, ()
    keys = ", ".join(f'"{key[:40]}"' for key in list(repeated)[:_SHOWN])
    message = f"The JSON says {keys} twice in one object, and the last one counts; leave one of them."
    return value, (Finding("key-repeated", "warning", message),)
