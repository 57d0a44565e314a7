"""What is found in the head of a story, line by line."""

from msgspec import Struct, field

from feedsvc.model import Finding, Person, SourceDate
from feedsvc.parsers.wire_dateline import Dateline
from feedsvc.parsers.wire_headline import Text


class Head(Struct):
    """What the lines above the text say. ``lines`` are the indexes that are no text; ``order`` settles 01/02/2017.

    ``decks`` are the lines, by their numbers, that stand between headline and text and explain the headline.
    """

    order: str | None
    offset: int = 0
    lines: set[int] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    dates: list[tuple[SourceDate, str]] = field(default_factory=list)
    updated: SourceDate | None = None
    embargo: SourceDate | None = None
    authors: tuple[Person, ...] = ()
    dateline: Dateline | None = None
    findings: list[Finding] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    decks: set[int] = field(default_factory=set)
    below_stamp: bool = False

    def number(self, index: int) -> int:
        """The line of the document, from 1, that stands at ``index``."""
        return self.offset + index + 1

    def note(self, name: str, value: str, evidence: str) -> None:
        """Keep the first value of a field."""
        if value and name not in self.fields:
            self.fields[name] = value
            self.evidence[name] = evidence

    @property
    def candidates(self) -> list[Text]:
        """The lines so far that may be the headline."""
        return [each for each in self.texts if each.doubt.points < 3]
