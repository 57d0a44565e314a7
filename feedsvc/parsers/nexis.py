"""Stories saved from Nexis: a head of source, day, edition and ``KEY: value`` lines, the text, a tail of more of these.

Both layouts are read: "1 of 20 DOCUMENTS" with keys in capitals, headline below the day; and the one of Nexis Uni, headline
above the source, with ``Body``, ``Classification`` and ``End of Document`` on lines of their own.
"""

import re
from collections.abc import Iterator, Sequence

from feedsvc.model import SourceDate
from feedsvc.parsers.wire_saved import Saved, blocks_of, date_of, is_rights, joined
from feedsvc.patterns import pattern

_HEAD_KEYS = frozenset(
    "headline byline section length dateline highlight body title series rubrik ressort autor länge column column-name distribution "
    "source-note compiler".split()
)
_TAIL_KEYS = frozenset(
    "load-date update language graphic publication-type document-type subject organization company ticker industry geographic city state country "
    "person type notes correction correction-date journal-code acc-no url loaddate sprache publikationstyp photo table chart drawing "
    "category name names doc-type pub-type publication-subtype zeitungs-code".split()
)
_KEY = pattern(r"([A-ZÄÖÜ][A-Za-zÄÖÜäöü]*(?:-[A-Za-z]+)*):(?:\s+(.*))?")
_COUNTER = pattern(
    r"(?:document |dokument )?\d{1,5} (?:of|von|de) \d{1,5}(?: documents?| dokumente[n]?)?", re.IGNORECASE
)
_PAGE = pattern(r"page \d{1,4} of \d{1,4}", re.IGNORECASE)
_TAIL_TITLES = frozenset(("Classification", "Graphic", "Notes", "End of Document", "Load-Date", "Correction"))
_MONTH = pattern(r"(?:[^\W\d_]{3,9}(?: ?[/–-] ?[^\W\d_]{3,9})?,? )(?:19|20)\d\d")
_FARTHEST_DATE = 60
_MOST_KEYS = 40
_RIGHTS_LINES = 4


def saved(texts: Sequence[str], order: str | None) -> list[Saved] | None:
    """The stories of a file of Nexis; None when it is none."""
    documents = list(_documents(texts))
    found = [_story(texts, start, end, order) for start, end in documents]
    if not any(found):
        return None
    return [each or Saved("Nexis", start=start, end=end) for each, (start, end) in zip(found, documents, strict=True)]


def _documents(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each document begins and ends: at its counter, or behind the end of the one before."""
    counters = [
        at
        for at, text in enumerate(texts)
        if len(text) < 40 and text.endswith(("DOCUMENTS", "DOCUMENT", "DOKUMENTEN")) and _COUNTER.fullmatch(text)
    ]
    ends = [] if counters else [at + 1 for at, text in enumerate(texts) if text == "End of Document"]
    starts = counters or [0, *ends]
    for start, end in zip(starts, [*starts[1:], len(texts)], strict=True):
        if any(texts[start + bool(counters) : end]):
            yield start + bool(counters), end


def _story(texts: Sequence[str], start: int, end: int, order: str | None) -> Saved | None:
    """The story between two lines; None where its head or its tail is not that of the archive."""
    keys = _keys(texts, start, end)
    dated: tuple[int, SourceDate | None] | None = next(
        (
            (at, date)
            for at in range(start, min(end, start + _FARTHEST_DATE))
            if texts[at] and (date := _day(texts[at], order, at))
        ),
        None,
    )
    if dated is None and "load-date" in keys:
        # A magazine's month: the day on which the archive took it in stands for it.
        dated = next(
            ((at, None) for at in range(start, min(end, start + _FARTHEST_DATE)) if _MONTH.fullmatch(texts[at])), None
        )
    if dated is None or keys.keys().isdisjoint(("length", "länge", "load-date", "body")):
        return None
    story = Saved("Nexis", published=dated[1])
    body = _read_head(story, texts, (start, dated[0], end), keys)
    story.start, story.end = body, _text_end(texts, body, end)
    _read_keys(story, keys, order)
    return story if story.headline and any(texts[story.start : story.end]) else None


def _keys(texts: Sequence[str], start: int, end: int) -> dict[str, tuple[int, str]]:
    """The keys of a document with their lines and values, which may go on on the lines below."""
    found: dict[str, tuple[int, str]] = {}
    for at in range(start, end):
        text = texts[at]
        if text == "Body":
            found.setdefault("body", (at, ""))
        key = _KEY.fullmatch(text) if ":" in text else None
        name = key[1].lower() if key else ""
        if key is None or (name not in _HEAD_KEYS and name not in _TAIL_KEYS):
            continue
        value = [key[2] or ""]
        if name != "body":
            value += _below(texts, at + 1, end)
        if len(found) < _MOST_KEYS:
            found.setdefault(name, (at, " ".join(value).strip()))
    return found


def _below(texts: Sequence[str], start: int, end: int) -> Iterator[str]:
    """The lines with which a value goes on."""
    for at in range(start, min(end, start + 10)):
        if not texts[at] or _known(texts[at]) is not None:
            return
        yield texts[at]


def _known(text: str) -> str | None:
    """The key with which ``text`` begins, if it is one of the archive's."""
    key = _KEY.fullmatch(text) if ":" in text else None
    name = key[1].lower() if key else ""
    return name if name in _HEAD_KEYS or name in _TAIL_KEYS else None


def _day(text: str, order: str | None, at: int) -> SourceDate | None:
    """The day that a line states, be it with the edition behind it: "March 14, 2023 Tuesday Final Edition"."""
    if not any(map(str.isdigit, text)) or len(text) > 100 or is_rights(text):
        return None
    words = text.split()
    for count in range(len(words), max(2, len(words) - 5), -1):
        if date := date_of(" ".join(words[:count]).rstrip(",;"), order, at + 1):
            return date
    return None


def _read_head(
    story: Saved, texts: Sequence[str], places: tuple[int, int, int], keys: dict[str, tuple[int, str]]
) -> int:
    """Read source and headline around the line of the day; where the text begins."""
    start, day, end = places
    first = min((at for name, (at, _) in keys.items() if name in _HEAD_KEYS and at > day), default=None)
    above = [at for at in range(start, day) if texts[at] and not is_rights(texts[at]) and _known(texts[at]) is None]
    story.source = texts[above[-1]] if above else ""
    rights = [at for at in range(start, end) if is_rights(texts[at])]
    story.rights = joined(texts, [at for at in rights if at - rights[0] < _RIGHTS_LINES])
    head = [block for block in blocks_of(texts, day + 1, first or end) if not is_rights(texts[block[0]])]
    if head and head[0][0] == day + 1:
        # The edition stands directly below the day.
        head = head[1:]
    if "headline" in keys:
        story.headline = keys["headline"][1]
    elif len(above) > 1:
        story.headline = texts[above[-2]]
    elif head:
        story.headline = joined(texts, head[0])
        head = head[1:]
    if first is None:
        return head[0][0] if head else end
    return _text_start(texts, first, end, keys)


def _text_start(texts: Sequence[str], first: int, end: int, keys: dict[str, tuple[int, str]]) -> int:
    """The line behind the keys of the head, the first of which stands at ``first``."""
    if "body" in keys:
        at, words = keys["body"]
        return at if words else at + 1
    at, inside = first, True
    while at < end:
        name = _known(texts[at])
        if name is None and texts[at] and not inside:
            break
        if name is not None and name not in _HEAD_KEYS:
            break
        inside = name is not None or (inside and bool(texts[at]))
        at += 1
    return at


def _text_end(texts: Sequence[str], start: int, end: int) -> int:
    """The line at which the tail begins."""
    for at in range(start, end):
        text = texts[at]
        if (
            at > start
            and not texts[at - 1]
            and (
                text in _TAIL_TITLES
                or (_known(text) in _TAIL_KEYS)
                or (is_rights(text) and not any(len(each) > 90 for each in texts[at : min(end, at + 10)]))
            )
        ):
            return at
    return end


def _read_keys(story: Saved, keys: dict[str, tuple[int, str]], order: str | None) -> None:
    def value(name: str) -> str:
        return keys[name][1] if name in keys else ""

    story.byline = value("byline") or value("autor")
    story.section = (value("section") or value("rubrik") or value("ressort")).partition(";")[0].strip()
    story.dateline = value("dateline")
    story.summary = value("highlight")
    story.ednote = value("correction") or value("notes")
    story.language = (value("language") or value("sprache")).split(";")[0].strip()
    story.url = value("url")
    if "load-date" in keys:
        story.guessed = date_of(keys["load-date"][1], order, keys["load-date"][0] + 1)


def without_pages(lines: Sequence[str], headline: str) -> list[str]:
    """The ``lines`` of a text without those that end a page and begin the next one; each keeps its place."""
    kept: list[str] = []
    at_page = False
    for line in lines:
        text = line.strip()
        if not kept and text.startswith("BODY:"):
            line = text.removeprefix("BODY:")
        mark = _PAGE.fullmatch(text) is not None
        kept.append("" if mark or (at_page and text == headline) else line)
        at_page = mark or (at_page and not text)
    return kept
