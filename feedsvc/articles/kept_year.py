"""The year that a story had when it was taken: it keeps it while its bytes are the same, whatever lies around it now."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from feedsvc.articles.dates import YEAR_UNKNOWN
from feedsvc.model import Article, Finding, Story

# What a finding is about, and where the moment stands in a story.
_MOMENTS = {"published": "date", "updated": "stated_updated", "embargo": "embargo", "expires": "expires"}
_ALSO_TOLD = frozenset(("date-only", "zone-assumed"))


def lacks_year(story: Story) -> bool:
    """Whether a date of ``story`` names no year, and nothing near it does."""
    return any(each.code == YEAR_UNKNOWN for each in story.findings)


def with_year_kept(story: Story, before: Article) -> Story:
    """``story`` with those moments of ``before``, which was read from the same bytes, whose year nothing tells any more."""
    kept: dict[str, Any] = {}
    evidence, findings = dict(story.evidence), list[Finding]()
    for each in story.findings:
        moment = _moment(before, each)
        if moment is None or each.field is None:
            findings.append(each)
            continue
        kept[_MOMENTS[each.field]] = moment
        evidence[each.field] = "the year that the document had when it was first taken"
        message = f"The date names no year, and nothing near it does now; it keeps {moment.year}, which it had. Write it out."
        findings.append(Finding("year-inferred", "warning", message, each.field, each.line))
        findings += (other for other in before.findings if other.field == each.field and other.code in _ALSO_TOLD)
    return replace(story, **kept, evidence=evidence, findings=tuple(findings))


def _moment(before: Article, finding: Finding) -> datetime | None:
    """The moment of ``before`` of which ``finding`` says that its year is not known."""
    if finding.code != YEAR_UNKNOWN or finding.field not in _MOMENTS:
        return None
    moment: datetime | None = getattr(before, _MOMENTS[finding.field])
    return moment
