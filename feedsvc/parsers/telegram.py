"""What IPTC 7901 and ANPA 1312 share: a story sent down a wire, its head and its text apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from feedsvc.model import Draft, Finding, Hints, Neighbours, Person, SourceDate
from feedsvc.parsers.charset import decode
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire import read_story
from feedsvc.parsers.wire_lines import lines_of

_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
# The date-time group that ends a message: 131137 GMT Nov 13 (day, time, month, year); some leave out the zone.
# Where the story ends and notes to the desk begin.
_DESK = re.compile(
    r"^[#*\s]*(?:\w{1,12}[ -])?(?:notebook|notizblock)\s*$|\bnot (?:intended )?for publication\b"
    r"|\bnicht (?:zur|für die) Veröffentlichung\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Telegram:
    """One message: the lines of its text, and what its head says. ``offset`` counts the lines above the text."""

    format: str
    lines: list[str]
    offset: int = 0
    headline: str | None = None
    byline: str | None = None
    slugline: str | None = None
    notes: list[str] = field(default_factory=list)
    date: SourceDate | None = None
    evidence: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def draft(self, neighbours: Neighbours, hints: Hints) -> Draft | None:
        """The story: its text read like that of any wire story, its head counting for more."""
        public = self._public_lines()
        lines = lines_of([self.headline or "", "", *public])
        story = read_story(lines, max(0, self.offset - 2), neighbours, hints)
        if story is None:
            return None
        findings = (*self.findings, *story.findings)
        if len(public) < len(self.lines):
            message = "What stands below it is for the desk alone and was left out; check that nothing is missing."
            line = self.offset + len(public) + 1
            findings += (Finding("not-for-publication", "info", message, "html", line),)
        if self.headline:
            findings = tuple(each for each in findings if each.field != "headline")
        return replace(
            story,
            format=self.format,
            headline=self.headline or story.headline,
            authors=self._authors(story),
            slugline=self.slugline or story.slugline,
            ednote=" ".join(self.notes) or story.ednote,
            published=self.date or story.published,
            evidence={**story.evidence, **self.evidence},
            findings=findings,
        )

    def _authors(self, story: Draft) -> tuple[Person, ...]:
        """The people of the byline; the agency behind a name is none of them."""
        if self.byline is None:
            return story.authors
        agency = (story.source or "").casefold()
        return tuple(each for each in split_authors(self.byline) if each.name.casefold() != agency)

    def _public_lines(self) -> list[str]:
        """The lines above the notes that agencies send to the desk below a story."""
        end = next((index for index, line in enumerate(self.lines) if index and _DESK.search(line)), len(self.lines))
        return self.lines[:end]


def with_lines_above(messages: Iterable[re.Match[bytes]]) -> Iterator[tuple[re.Match[bytes], int]]:
    """Each message with the number of lines above its text, counted from the message before."""
    above = counted = 0
    for message in messages:
        start = message.start("text")
        above += message.string.count(b"\n", counted, start)
        counted = start
        yield message, above


def telegram_text(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    """A piece of a message as text, without what steered the printers. Raises DecodeError for what is no text."""
    return decode(data.translate(None, _CONTROLS))


def folded(lines: Sequence[str]) -> str:
    """Several lines of a head as one."""
    return " ".join(" ".join(lines).split())
