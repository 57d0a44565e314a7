"""Settle: a Draft becomes a Story, whole, safe and dated. Every repair and every guess is a Finding.

What needs the ledger (id, slug, published, updated) is done by ``identity``.
"""

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, field

from feedsvc.articles.clean import clean_body
from feedsvc.articles.dates import Dated, Surroundings, publication_date, resolve
from feedsvc.articles.files import Files, may_refer, published_address
from feedsvc.articles.fingerprint import Meaning, fingerprint
from feedsvc.articles.language import guess_language
from feedsvc.articles.language_doubt import is_doubtful
from feedsvc.articles.origin import origin_of
from feedsvc.articles.summary import summarise
from feedsvc.config import FolderDefaults, Publication, Settings
from feedsvc.model import (
    TOO_LONG,
    Draft,
    Enclosure,
    Finding,
    Origin,
    Person,
    Picture,
    Severity,
    SourceDate,
    Status,
    Story,
)
from feedsvc.parsers.limits import few
from feedsvc.text import fold, one_line, slugify

_Value = TypeVar("_Value")

_HEADLINE_LENGTH = 100
# RFC 5646, section 2.1, as far as feeds and pages need it: a language, then parts of it.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# Tags, sections, authors and files of one article: real ones have some dozens at most. Tags and sections get feeds of their
# own, of which 10,000 take a minute.
_MOST_VALUES = 200
_LONGEST_ID = 10_000
_LONGEST_NAME = 1_000  # of an author, a tag, a section
_NO_DEFAULTS = FolderDefaults()


class _Notes(Struct):
    """Evidence and findings as they are gathered while one draft is settled."""

    evidence: dict[str, str]
    findings: list[Finding] = field(default_factory=list)

    def remark(self, code: str, severity: Severity, message: str, about: str) -> None:
        self.findings.append(Finding(code, severity, message, about))

    def keep(self, dated: Dated, about: str) -> datetime | None:
        self.findings.extend(dated.findings)
        if dated.evidence is not None:
            stated = self.evidence.get(about)
            self.evidence[about] = f"{stated}; its year: {dated.evidence}" if stated else dated.evidence
        return dated.moment


def settle(draft: Draft, around: Surroundings, settings: Settings) -> Story:
    """The story that ``draft`` tells; ``standing.is_rejected`` tells whether it may enter the ledger."""
    notes = _Notes(dict(draft.evidence), list(draft.findings))
    local = _local(settings.publication, around.defaults)
    base = _joined(settings.article_base, draft.base) if draft.base else settings.article_base
    files = Files(draft, around.name, around.media, settings.publication.url)
    body = clean_body(
        draft.html,
        base if draft.base and _is_web(base) else settings.article_base,
        files.address if may_refer(draft.html) else None,
    )
    notes.findings.extend(body.findings)
    headline = _headline(draft, body.text, notes)
    authors = _authors(draft, local.author or local.title, notes)
    language = _language(draft, f"{headline}\n{body.text}", local.language, around.defaults.language, notes)
    origin = origin_of(draft.origin, settings.publication)
    status, ednote = draft.status or Status.USABLE, _line(draft.ednote)
    return Story(
        name=f"{around.name}#{draft.part}" if draft.part else around.name,
        format=draft.format,
        headline=headline,
        authors=authors,
        language=language,
        html=body.html,
        text=body.text,
        summary=one_line(draft.summary or "") or summarise(body.text),
        own_id=_own_id(draft.id, notes),
        own_slug=_own_slug(draft.slug, settings, notes),
        version=draft.version,
        stated_status=status,
        date=notes.keep(publication_date(draft.published, around, local.timezone), "published"),
        stated_updated=_date(draft.updated, "updated", around, local.timezone, notes),
        embargo=_date(draft.embargo, "embargo", around, local.timezone, notes),
        expires=_date(draft.expires, "expires", around, local.timezone, notes),
        source=_source(draft.source, around.defaults.source, origin, notes),
        origin=origin if draft.source or around.defaults.source is None else None,
        dateline=_line(draft.dateline),
        slugline=_line(draft.slugline),
        ednote=ednote,
        via=_address(draft.url, base, "url", notes),
        tags=_names(draft.tags, "tags", notes),
        sections=_names((*draft.sections, *around.defaults.topics), "sections", notes),
        rights=_line(draft.rights) or local.rights,
        license=_address(draft.license, base, "license", notes) or local.license,
        picture=_picture(draft.picture, base, files, notes),
        enclosures=(enclosures := _enclosures(draft.enclosures, base, files, notes)),
        episode=draft.episode,
        files=tuple(files.used[name] for name in sorted(files.used)),
        fingerprint=fingerprint(Meaning(headline, body.html, authors, ednote, language, enclosures, status)),
        evidence=notes.evidence,
        findings=(*notes.findings, *dict.fromkeys(files.findings.values())),
    )


def _own_id(stated: str | None, notes: _Notes) -> str | None:
    """The id that the source gives the article, unless it is a text."""
    if stated and len(stated) > _LONGEST_ID:
        message = f"The id has {len(stated):,} characters and was left out; give the article a shorter one."
        notes.remark("id-too-long", "warning", message, "id")
        return None
    return one_line(stated or "") or None


def _own_slug(stated: str | None, settings: Settings, notes: _Notes) -> str | None:
    """The name in its address that the source gives the article, unless the settings moved that page."""
    if not stated or not stated.strip():
        return None
    slug = slugify(stated)
    if not slug:
        notes.remark("slug-unusable", "warning", f"{stated[:80]!r} holds no letter or digit; write one.", "slug")
        return None
    moved = settings.moves.get(f"/articles/{slug}") or ""
    return moved.removeprefix("/articles/") if moved.startswith("/articles/") else slug


def _headline(draft: Draft, text: str, notes: _Notes) -> str:
    if headline := one_line(draft.headline or ""):
        if not text and all(each.code != TOO_LONG for each in draft.findings):
            notes.remark("no-body", "warning", "There is a headline but no text; write the story below it.", "text")
        return headline
    if not text:
        notes.remark("no-content", "error", "There is neither a headline nor a text; write the article.", "headline")
        return ""
    notes.remark(
        "headline-derived",
        "warning",
        "There is no headline; it was made from the first words. Write one.",
        "headline",
    )
    notes.evidence["headline"] = "the first words of the text"
    return summarise(text, _HEADLINE_LENGTH)


def _authors(draft: Draft, default: str, notes: _Notes) -> tuple[Person, ...]:
    stated = few(draft.authors, "authors", notes.findings)
    cleaned = [Person(_name(each.name, "authors", notes), _line(each.email), _web(each.uri)) for each in stated]
    unique = {fold(each.name): each for each in reversed(cleaned) if each.name}
    if unique:
        return _bounded(tuple(reversed(unique.values())), "authors", notes)
    notes.evidence["authors"] = "the settings: nobody is named"
    return (Person(default),)


def _language(draft: Draft, text: str, publication: str, folder: str | None, notes: _Notes) -> str:
    """The language that is stated, else its folder's, else the one that the text is surely in, else the settings'."""
    if stated := one_line(draft.language or "").replace("_", "-"):
        if _LANGUAGE.fullmatch(stated):
            return stated
        message = f"{stated[:40]!r} is no language tag (BCP 47); write one like en or pt-BR."
        notes.remark("language-unknown", "warning", message, "language")
    if folder is not None:
        notes.evidence["language"] = "the settings of its folder (inbox.toml): none is named"
        return folder
    guessed = guess_language(text)
    if guessed is None or guessed == publication.partition("-")[0]:
        notes.evidence["language"] = "the settings: none is named"
        if guessed is None and is_doubtful(text, publication):
            message = f"No language is named, and the text shows none for sure; it was taken for {publication}: name it in the document."
            notes.remark("language-assumed", "info", message, "language")
        return publication
    notes.evidence["language"] = "the script or the commonest words of the text"
    message = f"No language is named; the text says {guessed}: name it in the document."
    notes.remark("language-guessed", "info", message, "language")
    return guessed


def _date(
    stated: SourceDate | None, about: str, around: Surroundings, zone: tzinfo, notes: _Notes
) -> datetime | None:
    if stated is None:
        return None
    return notes.keep(resolve(stated, about, around, zone), about)


def _local(publication: Publication, defaults: FolderDefaults) -> Publication:
    """The publication's settings as they hold in a folder."""
    if defaults == _NO_DEFAULTS:
        return publication
    return replace(
        publication,
        author=defaults.author or publication.author,
        timezone=defaults.timezone or publication.timezone,
        rights=defaults.rights or publication.rights,
        license=defaults.license or publication.license,
    )


def _source(stated: str | None, default: str | None, origin: Origin | None, notes: _Notes) -> str | None:
    """The source that is stated, else its folder's, else the feed from which the article was taken."""
    if (source := _line(stated)) is not None:
        return source
    if default is not None:
        notes.evidence["source"] = "the settings of its folder (inbox.toml)"
        return default
    if origin is not None:
        notes.evidence["source"] = "the title of the feed from which it was taken"
        return origin.title
    return None


def _line(text: str | None) -> str | None:
    return (one_line(text) or None) if text else None


def _names(names: tuple[str, ...], about: str, notes: _Notes) -> tuple[str, ...]:
    """``names`` cleaned, each once, as first written."""
    unique: dict[str, str] = {}
    for stated in few(names, about, notes.findings):
        if name := _name(stated, about, notes):
            unique.setdefault(fold(name), name)
    return _bounded(tuple(unique.values()), about, notes)


def _name(stated: str, about: str, notes: _Notes) -> str:
    """A name on one line, as far as names go."""
    if len(stated) > _LONGEST_NAME:
        message = f"A name of {len(stated):,} characters was cut; give names, not texts."
        notes.remark("name-too-long", "warning", message, about)
    return one_line(stated[:_LONGEST_NAME])


def _bounded(values: tuple[_Value, ...], about: str, notes: _Notes) -> tuple[_Value, ...]:
    """``values`` as far as an article goes."""
    if len(values) <= _MOST_VALUES:
        return values
    message = (
        f"There are {len(values):,} {about}, of which the first {_MOST_VALUES} count; leave those that say something."
    )
    if all((each.code, each.field) != ("too-many-values", about) for each in notes.findings):
        notes.remark("too-many-values", "warning", message, about)
    return values[:_MOST_VALUES]


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _joined(base: str, address: str) -> str:
    """``address`` made absolute against ``base``; empty when it is no address ("http://[")."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _web(address: str | None) -> str | None:
    cleaned = one_line(address or "")
    return cleaned if _is_web(cleaned) else None


def _address(stated: str | None, base: str, about: str, notes: _Notes) -> str | None:
    """``stated`` made absolute, or None with a finding when it is no web address."""
    if not stated:
        return None
    cleaned = one_line(stated)
    address = _joined(base, cleaned)
    if _is_web(address):
        return address
    message = f"{cleaned[:80]!r} is no http or https address and was left out; correct it."
    notes.remark("unsafe-address", "warning", message, about)
    return None


def _picture(stated: Picture | None, base: str, files: Files, notes: _Notes) -> Picture | None:
    if stated is None:
        return None
    published = files.address(stated.url)
    address = _address(stated.url, base, "picture", notes) if published is None else published
    return Picture(address, _line(stated.alt), _line(stated.credit)) if address else None


def _enclosures(stated: tuple[Enclosure, ...], base: str, files: Files, notes: _Notes) -> tuple[Enclosure, ...]:
    incomplete: list[str] = []
    found = (_enclosure(each, base, files, notes, incomplete) for each in few(stated, "enclosures", notes.findings))
    unique = {each.url: each for each in found if each is not None}
    if incomplete:
        count = len(incomplete)
        message = (
            "An enclosure elsewhere needs its type and its length in bytes; "
            + (f"{count:,} were" if count > 1 else "it was")
            + f" left out until both are given: {incomplete[0][:80]}{' and others' if count > 1 else ''}."
        )
        notes.remark("enclosure-incomplete", "warning", message, "enclosures")
    return _bounded(tuple(unique.values()), "enclosures", notes)


def _enclosure(stated: Enclosure, base: str, files: Files, notes: _Notes, incomplete: list[str]) -> Enclosure | None:
    """``stated`` with its type and length, which a file of the inbox tells itself; None when they are not known.

    The address of one elsewhere that lacks them is added to ``incomplete``.
    """
    title = _line(stated.title)
    if (file := files.find(stated.url)) is not None:
        address = published_address(files.base, file)
        return Enclosure(address, file.type, file.length, title, stated.seconds or file.seconds)
    if files.is_missing(stated.url.strip()):
        return None
    remote = _address(stated.url, base, "enclosures", notes)
    if remote is None:
        return None
    if "/" not in stated.type or stated.length < 1:
        incomplete.append(remote)
        return None
    return Enclosure(remote, stated.type, stated.length, title, stated.seconds)
