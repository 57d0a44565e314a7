"""Blocks of YAML, as they stand on top of Markdown files.

Scalars are kept as the author wrote them and converted by the field's type: YAML 1.1 would read ``no`` as false and
``12:30`` as 750. It is read event by event: libyaml's own composer recurses on the C stack, so that a page of hyphens
would end the process, and it expands aliases, so that a few lines would fill the memory.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from feedsvc.parsers.broken import BrokenError

_LOADER: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_DEEPEST = 20


def read_yaml(source: str) -> tuple[dict[str, object], dict[str, int]]:
    """The fields of a block of YAML, and the line of each, counted from 0. Raises BrokenError."""
    lines: dict[str, int] = {}
    try:
        events = yaml.parse(source, Loader=_LOADER)
        next(events), next(events, None)  # the stream and the document begin
        value = _node(next(events, None), events, {}, lines, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenError(mark.line if mark else 0, str(error.problem or error.context)) from error
    except yaml.YAMLError as error:
        raise BrokenError(0, str(error).partition("\n")[0]) from error
    return (value if isinstance(value, dict) else {}), lines


def _node(event: Any, events: Iterator[Any], anchors: dict[str, str], lines: dict[str, int], depth: int) -> object:
    """The plain value that begins with ``event``; ``lines`` gets the places of the keys on top."""
    match event:
        case yaml.ScalarEvent():
            if event.anchor:
                anchors[event.anchor] = event.value
            return event.value
        case yaml.AliasEvent() if event.anchor in anchors:
            return anchors[event.anchor]
        case yaml.AliasEvent():
            raise BrokenError(_line(event), f"*{event.anchor} stands for no text; write out what it means")
        case yaml.CollectionStartEvent() if depth >= _DEEPEST:
            raise BrokenError(_line(event), "lists and tables are nested too deeply")
        case yaml.SequenceStartEvent():
            items = []
            while not isinstance(each := next(events), yaml.SequenceEndEvent):
                items.append(_node(each, events, anchors, lines, depth + 1))
            return items
        case yaml.MappingStartEvent():
            table: dict[str, object] = {}
            while not isinstance(key := next(events), yaml.MappingEndEvent):
                name = str(_node(key, events, anchors, lines, depth + 1))
                if depth == 0:
                    lines.setdefault(name, _line(key))
                table[name] = _node(next(events), events, anchors, lines, depth + 1)
            return table
        case _:
            return None


def _line(event: Any) -> int:
    return int(event.start_mark.line)
