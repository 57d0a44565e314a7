"""Stories saved from Factiva: with its two-letter codes (``HD``, ``PD``, ``LP``, ``TD``), or the same lines without these."""

import re
from collections.abc import Iterator, Sequence

from feedsvc.parsers.wire_byline import bare_name, read_byline
from feedsvc.parsers.wire_saved import Saved, date_of, is_rights, is_word_count, joined
from feedsvc.patterns import pattern

_CODES = frozenset(
    "SE HD BY CR WC PD ET SN SC ED PG VOL LA CY LP TD CO IN NS RE IPD IPC PUB AN CLM CX CT RF ART DE".split()
)
_CODE = pattern(r"([A-Z]{2,3})(?:\s+(.*))?")
_DOCUMENT = pattern(r"Document ([A-Z][A-Z0-9]{2,9}\d{8}[a-z0-9]{6,14})")
_TIME = pattern(r"\d{1,2}:\d\d(?::\d\d)?")
_SOURCE_CODE = pattern(r"[A-Z][A-Z0-9]{1,7}")
_PAGE = pattern(r"(?:[A-Z]{0,3}-?\d{1,4}|\d{1,4}[A-Z]?)")
_FARTHEST = 14
_LONGEST_SECTION = 3


def saved(texts: Sequence[str], order: str | None) -> list[Saved] | None:
    """The stories of a file of Factiva; None when it is none."""
    found = []
    for start, end, name in _documents(texts):
        story = _coded(texts, start, end, order) or _plain(texts, start, end, order)
        found.append(story or Saved("Factiva", start=start, end=end))
        found[-1].id = name
    return found if any(each.headline for each in found) else None


def _documents(texts: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where each document begins and ends, and its number, with which it ends."""
    start = 0
    for at, text in enumerate(texts):
        number = text.removeprefix("AN").strip() if text.startswith("AN ") else text
        if number.startswith("Document ") and (match := _DOCUMENT.fullmatch(number)):
            yield start, at, match[1]
            start = at + 1


def _coded(texts: Sequence[str], start: int, end: int, order: str | None) -> Saved | None:
    """The story whose lines have codes in front of them."""
    parts: dict[str, list[tuple[int, str]]] = {}
    code = ""
    for at in range(start, end):
        match = _CODE.fullmatch(texts[at])
        if match and match[1] in _CODES and match[1] not in parts:
            code = match[1]
            parts[code] = [(at, match[2] or "")]
        elif code:
            parts[code].append((at, texts[at]))
    if not {"HD", "PD"} <= parts.keys() or not ({"LP", "TD"} & parts.keys()):
        return None
    value = {name: " ".join(text for _, text in lines if text).strip() for name, lines in parts.items()}
    day = f"{value['PD']} {value.get('ET', '')}".strip()
    body = [at for name in ("LP", "TD") if name in parts for at, _ in parts[name]]
    return Saved(
        "Factiva",
        headline=value["HD"],
        byline=value.get("BY", ""),
        source=value.get("SN", ""),
        published=date_of(day, order, parts["PD"][0][0] + 1) or date_of(value["PD"], order, parts["PD"][0][0] + 1),
        section=value.get("SE", ""),
        rights=value.get("CY", ""),
        language=value.get("LA", ""),
        ednote=value.get("CX", ""),
        start=body[0],
        end=body[-1] + 1,
    )


def without_codes(lines: Sequence[str]) -> list[str]:
    """The ``lines`` of a text without the codes of its two parts."""
    return [re.sub(r"^\s*(?:LP|TD)(?:\s{1,8}|$)", "", line) for line in lines]


def _plain(texts: Sequence[str], start: int, end: int, order: str | None) -> Saved | None:
    """The story whose head has no codes: headline, byline, count of words, day, time, source, its code, language, rights."""
    count = next((at for at in range(start, min(end, start + 40)) if is_word_count(texts[at])), None)
    if count is None:
        return None
    above = [at for at in range(start, count) if texts[at]]
    below = [at for at in range(count + 1, min(end, count + 1 + 2 * _FARTHEST)) if texts[at]][:_FARTHEST]
    dated = next((at for at in below[:3] if date_of(texts[at], order, at + 1)), None)
    if dated is None or not above:
        return None
    story = Saved("Factiva", published=date_of(texts[dated], order, dated + 1))
    _read_above(story, texts, above)
    rest = below[below.index(dated) + 1 :]
    if rest and _TIME.fullmatch(texts[rest[0]]):
        story.published = date_of(f"{texts[dated]} {texts[rest[0]]}", order, dated + 1)
        rest = rest[1:]
    story.source = texts[rest[0]] if rest else ""
    story.start, story.end = _read_below(story, texts, rest[1:], (rest[0] if rest else dated) + 1), end
    return story if any(texts[story.start : story.end]) else None


def _read_above(story: Saved, texts: Sequence[str], above: list[int]) -> None:
    """The section, the headline and the byline, which stand above the count of words."""
    if len(above) > 1 and (read_byline(texts[above[-1]]) or (bare_name(texts[above[-1]]) and len(above) < 4)):
        story.byline = texts[above.pop()]
    if len(above) > 1 and len(texts[above[0]].split()) <= _LONGEST_SECTION:
        story.section = texts[above.pop(0)]
    story.headline = joined(texts, above)


def _read_below(story: Saved, texts: Sequence[str], rest: list[int], start: int) -> int:
    """The lines behind the source, up to the rights; where the text begins."""
    rights = next((at for at in rest if is_rights(texts[at])), None)
    if rights is not None:
        last = rights
        while (
            last + 1 < len(texts)
            and texts[last + 1]
            and len(texts[last]) > len("All rights reserved")
            and last < rights + 3
        ):
            last += 1
        story.rights = joined(texts, range(rights, last + 1))
        return last + 1
    for at in rest:
        if not (
            _SOURCE_CODE.fullmatch(texts[at])
            or _PAGE.fullmatch(texts[at])
            or (len(texts[at].split()) == 1 and texts[at].istitle())
        ):
            break
        start = at + 1
    return start
