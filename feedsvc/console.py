"""What the commands show on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from feedsvc.model import document_of
from feedsvc.report import Progress, Report, quiet_progress


@contextmanager
def bars(*, quiet: bool) -> Iterator[Progress]:
    """A progress bar for each step on a terminal; nothing elsewhere, or when ``quiet``."""
    if quiet or not sys.stderr.isatty():
        yield quiet_progress
        return
    from tqdm import tqdm

    shown: dict[str, tqdm[NoReturn]] = {}

    def progress(step: str, done: int, total: int) -> None:
        if step not in shown and total > 1:
            shown[step] = tqdm(total=total, desc=f"{step:6}", leave=False, file=sys.stderr)
        if step in shown:
            shown[step].update(done - shown[step].n)

    try:
        yield progress
    finally:
        for bar in shown.values():
            bar.close()


def summary(report: Report) -> str:
    """One line: what a build found and did."""
    counts = report.documents
    changes = ", ".join(
        f"{number} {what}"
        for what, number in (
            ("new", counts.new),
            ("changed", counts.changed),
            ("moved", counts.moved),
            ("withdrawn", counts.withdrawn),
            ("rejected", counts.rejected),
        )
        if number
    )
    return (
        f"edition {report.revision}: {_counted(counts.seen, 'document')} ({changes or 'nothing changed'}), "
        f"{_counted(report.articles, 'article')} in {_counted(report.feeds['total'], 'feed')}, "
        f"{report.feeds['rendered']} rendered, "
        f"{sum(report.seconds.values()):.2f} s"
    )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def complaints(report: Report) -> Iterator[str]:
    """A line for each error in a document that this build rejected."""
    for document, finding in report.findings:
        if finding.severity == "error" and document_of(document) in report.fresh_rejects:
            place = document if finding.line is None else f"{document}:{finding.line}"
            yield f"{place}: {finding.message}"
