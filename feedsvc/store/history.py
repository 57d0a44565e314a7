"""The last builds, as the operator's desk shows them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from feedsvc.report import Report
from feedsvc.store.ledger import Ledger
from feedsvc.views import BuildView

_KEPT = 200
_KEY = "builds"
_decode = msgspec.json.Decoder(tuple[BuildView, ...]).decode


def build_view(report: Report, finished: datetime) -> BuildView:
    """What is remembered of a build."""
    return BuildView(
        finished=finished,
        seconds=round(sum(report.seconds.values()), 3),
        new=report.documents.new,
        changed=report.documents.changed,
        withdrawn=report.documents.withdrawn,
        rejected=report.documents.rejected,
        articles=report.articles,
    )


def note_build(connection: Connection, done: BuildView) -> None:
    """Remember a build; the oldest beyond ``_KEPT`` are forgotten."""
    kept = (*builds(connection), done)[-_KEPT:]
    Ledger(connection).remember(_KEY, msgspec.json.encode(kept).decode())


def builds(connection: Connection) -> Sequence[BuildView]:
    """The last builds that changed something or failed, oldest first."""
    kept = Ledger(connection).recall(_KEY)
    return () if kept is None else _decode(kept)
