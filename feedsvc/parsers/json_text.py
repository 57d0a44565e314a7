"""JSON as agencies and feeds write it: control characters within strings pass, a key that stands twice is told."""

import json
import re
from collections import Counter
from typing import Any

from feedsvc.model import TOO_LONG, Finding
from feedsvc.parsers.limits import MOST_OBJECTS, MOST_VALUES

_SHOWN = 5
# Whatever stands before a bracket or comma that is no part of a string; possessive, so that no input makes it slow.
_UP_TO_MARK = re.compile(r'(?:[^"{\[,]++|"(?:[^"\\]++|\\.)*+"?)*+([{\[,]|\Z)', re.DOTALL)


class JsonError(ValueError):
    """The text is no JSON that may be read; ``finding`` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_json(text: str, *, lowered: bool = False) -> tuple[Any, tuple[Finding, ...]]:
    """The value, and what is to remark; the keys in lower case when ``lowered``.

    Raises JsonError for what is no JSON, or has too many values.
    """
    _refuse_floods(text)
    repeated: dict[str, None] = {}

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {key.lower(): value for key, value in pairs} if lowered else dict(pairs)
        if len(found) < len(pairs):
            times = Counter(key for key, _ in pairs)
            repeated.update((key, None) for key, count in times.items() if count > 1)
        return found

    try:
        value = json.loads(text.lstrip("\ufeff"), object_pairs_hook=members, strict=False)
    except RecursionError:
        raise _broken("its brackets stand too deep") from None
    except json.JSONDecodeError as error:
        raise _broken(error.msg[:120], error.lineno) from None
    except ValueError:
        # int() refuses to read more than some thousand digits.
        raise _broken("a number is too long") from None
    if not repeated:
        return value, ()
    keys = ", ".join(f'"{key[:40]}"' for key in list(repeated)[:_SHOWN])
    message = f"The JSON says {keys} twice in one object, and the last one counts; leave one of them."
    return value, (Finding("key-repeated", "warning", message),)


def _refuse_floods(text: str) -> None:
    """Refuse what has more objects or values than any document, before they are made."""
    if _are_too_many(text.count("{") + text.count("["), text.count(",")) and _is_flood(text):
        message = (
            f"The JSON has more than {MOST_OBJECTS:,} objects and lists, or more than {MOST_VALUES:,} values; "
            "part it into several files."
        )
        raise JsonError(Finding(TOO_LONG, "error", message))


def _is_flood(text: str) -> bool:
    """Whether there are too many brackets or commas in ``text`` outside of its strings, which are prose."""
    brackets = commas = 0
    for found in _UP_TO_MARK.finditer(text):
        if found[1] == ",":
            commas += 1
        elif found[1]:
            brackets += 1
        if _are_too_many(brackets, commas):
            return True
    return False


def _are_too_many(brackets: int, commas: int) -> bool:
    return brackets > MOST_OBJECTS or commas > MOST_VALUES


def _broken(reason: str, line: int | None = None) -> JsonError:
    return JsonError(Finding("json-broken", "error", f"This is no JSON ({reason}); send the file again.", line=line))
