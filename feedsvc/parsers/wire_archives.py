"""Files of plain text in which an archive of news saved its stories, one or many: Nexis, Factiva."""

from collections.abc import Sequence
from typing import Any

from feedsvc.parsers import factiva, nexis
from feedsvc.parsers.names import split_authors
from feedsvc.parsers.wire_saved import Saved

# How many characters at the end of a file may hold the load date of its last document, and its last line.
_TAIL, _LAST = 600, 200
_LANGUAGES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl", "polish": "pl",
    "russian": "ru", "turkish": "tr", "arabic": "ar", "japanese": "ja", "chinese": "zh", "korean": "ko", "swedish": "sv", "danish": "da",
    "norwegian": "no", "finnish": "fi", "greek": "el", "hebrew": "he", "indonesian": "id", "ukrainian": "uk", "czech": "cs", "hungarian": "hu",
    "englisch": "en", "deutsch": "de", "französisch": "fr", "spanisch": "es",
}  # fmt: skip


def may_be_archived(text: str) -> bool:
    """Whether ``text`` may be a file of an archive: a fast first look, for "LOAD-DATE", "Document …" and "of 20 DOCUMENTS"."""
    if " DOCUMENTS" in text[:200]:
        return True
    return "Document" in text[-_LAST:] or "-D" in text[-_TAIL:]


def archived_stories(texts: Sequence[str], order: str | None) -> list[Saved]:
    """The stories of a file of an archive, by its lines without the blanks around them; none when it is none."""
    return nexis.saved(texts, order) or factiva.saved(texts, order) or []


def text_of(saved: Saved, lines: Sequence[str]) -> list[str]:
    """The ``lines`` of the text of a story without what the archive put between them."""
    return factiva.without_codes(lines) if saved.archive == "Factiva" else nexis.without_pages(lines, saved.headline)


def stated(saved: Saved) -> dict[str, Any]:
    """The fields of a draft that the archive states."""
    byline, _, helpers = saved.byline.partition(";")
    fields = {
        "headline": saved.headline,
        "authors": split_authors(byline if "contribut" in helpers else saved.byline),
        "source": saved.source,
        "dateline": saved.dateline,
        "sections": (saved.section,) if saved.section else (),
        "rights": saved.rights,
        "summary": saved.summary,
        "ednote": saved.ednote,
        "language": _LANGUAGES.get(saved.language.lower(), ""),
        "url": saved.url if "://" in saved.url else "",
        "id": saved.id,
    }
    return {name: value for name, value in fields.items() if value}
