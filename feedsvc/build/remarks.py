"""What is to be said of articles in the report of a build, as far as a report may grow.

All of it stands in the ledger, with the articles. In the first build of a large inbox every article may have something.
"""

from collections.abc import Iterator, Sequence

from feedsvc.model import Finding


class Remarks:
    """Findings by article, or by another name; of no more than ``MOST`` names."""

    MOST = 20_000  # more than anyone reads, in little memory

    def __init__(self) -> None:
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self.are_cut_off = False

    def note(self, name: str, findings: Sequence[Finding]) -> None:
        """Say this of ``name``, in place of what was said before."""
        if name in self._findings or len(self._findings) < self.MOST:
            self._findings[name] = tuple(findings)
        else:
            self.are_cut_off = True

    def add(self, name: str, finding: Finding) -> None:
        """Say this of ``name``, too."""
        self.note(name, (*self._findings.get(name, ()), finding))

    def listed(self) -> Iterator[tuple[str, Finding]]:
        """Each finding with its name."""
        for name, findings in self._findings.items():
            for finding in findings:
                yield name, finding
