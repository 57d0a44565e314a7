"""What a build did, as the commands print it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from feedsvc.model import Finding

Progress = Callable[[str, int, int], None]
"""Is told of a step, how much of it is done, and of how much."""


def quiet_progress(_step: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Counts:
    """What became of the documents; ``rejected`` counts all that are rejected now, read in this build or before."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: int = 0
    withdrawn: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Report:
    """What a build did. ``findings`` are those of the documents that were read, and of all that are rejected."""

    revision: int = 0
    documents: Counts = field(default_factory=Counts)
    articles: int = 0
    feeds: dict[str, int] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    fresh_rejects: tuple[str, ...] = ()
    touched: bool = False
    erased: bool = False

    def as_json(self) -> dict[str, object]:
        """The object that ``build --json`` prints."""
        return {
            "revision": self.revision,
            "documents": asdict(self.documents),
            "articles": self.articles,
            "feeds": self.feeds,
            "findings": [finding_json(document, finding) for document, finding in self.findings],
            "seconds": {step: round(spent, 3) for step, spent in self.seconds.items()},
        }


def finding_json(document: str, finding: Finding) -> dict[str, object]:
    """A finding as every command prints it."""
    return {
        "document": document,
        "code": finding.code,
        "severity": finding.severity,
        "field": finding.field,
        "line": finding.line,
        "message": finding.message,
    }
