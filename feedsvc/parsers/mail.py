"""E-mail: a message (RFC 5322), an mbox, a file of a Maildir, a digest, a page saved as MHTML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from feedsvc.model import Document, Draft, Finding, Hints, Neighbours, Parsed, Person, SourceDate, Status
from feedsvc.parsers import html
from feedsvc.parsers.charset import DecodeError
from feedsvc.parsers.dates import DateError, parse_date
from feedsvc.parsers.mail_body import Body, body_of, left_out, select
from feedsvc.parsers.mail_box import messages, normal_lines
from feedsvc.parsers.mail_head import Head, without_comments
from feedsvc.parsers.mail_orders import embargo_of, status_of
from feedsvc.parsers.mail_parts import Part, content, read_parts
from feedsvc.parsers.mail_people import Sender, list_names, mailboxes, sender_of
from feedsvc.parsers.mail_subject import headline_of
from feedsvc.parsers.mail_words import header, is_utf8
from feedsvc.parsers.names import split_authors
from feedsvc.text import one_line

FORMAT = "mail"
# Mail is younger than this, and a feed's readers older than that.
_YEARS = range(1970, 2101)
_DEEPEST = 3
_COLON = re.compile(r"(?<=\d)\s*:\s*(?=\d)")
_ENVELOPE_DATE = re.compile(r"((?:mon|tue|wed|thu|fri|sat|sun)\s.*)$", re.IGNORECASE)
_ARMOUR = b"-----BEGIN PGP MESSAGE-----"
_ADDRESS = re.compile(r"<(https?://[^<>\s]+)>|(https?://[^<>\s]+)")
_WIDE_ID = re.compile(r"\s+|\([^()]*\)")


class _RefusedError(Exception):
    """A message that is no article; ``finding`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.finding = Finding(code, "error", message)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, the line of its envelope, and where it stands."""

    part: Part
    envelope: str
    name: str
    findings: tuple[Finding, ...] = ()

    @property
    def head(self) -> Head:
        return self.part.head

    @property
    def charset(self) -> str | None:
        """The charset of its text, for headers that name none."""
        return next((each.charset for each in self.part.leaves() if each.charset), None)


def parse(document: Document, _neighbours: Neighbours, _hints: Hints) -> Parsed:
    """The articles in a file of mail: one for each message, and for each message of a digest."""
    data = normal_lines(document.data)
    found, findings = messages(data)
    drafts: list[Draft] = []
    refusals: list[Finding] = []
    position = 0
    for envelope, raw in found:
        part, remarks = read_parts(raw, 0, len(raw))
        message = _Message(part, envelope.decode("latin-1").strip(), document.name, remarks)
        for each in _articles(message, document):
            position += 1
            if isinstance(each, Finding):
                refusals.append(each)
            else:
                drafts.append(replace(each, part=position))
    if position == 1:
        drafts = [replace(each, part=0) for each in drafts]
    elif refusals:
        refusals = _numbered(refusals, position)
    return Parsed(tuple(drafts), (*findings, *refusals))


def _numbered(refusals: list[Finding], position: int) -> list[Finding]:
    message = f"{len(refusals)} of {position} messages were refused. The first: {refusals[0].message}"
    return [replace(refusals[0], severity="warning" if len(refusals) < position else "error", message=message)]


def _articles(message: _Message, document: Document) -> Iterator[Draft | Finding]:
    """What a message is: an article or several, or the finding that says why it is none."""
    if message.part.type == "multipart/digest" and message.part.parts:
        for each in message.part.parts:
            inner = _inner(each, message)
            yield _article(inner, document, 1) if inner is not None else _no_header()
    else:
        yield _article(message, document, 0)


def _article(message: _Message, document: Document, depth: int) -> Draft | Finding:
    try:
        return _draft(message, document, depth)
    except _RefusedError as refused:
        return refused.finding
    except DecodeError as error:
        return Finding("undecodable", "error", str(error))


def _no_header() -> Finding:
    text = "This has no header of a mail; save the whole message, or name the file .txt if it is a text."
    return Finding("no-mail-header", "error", text)


def _inner(part: Part, around: _Message) -> _Message | None:
    """The message that ``part`` holds; None when it holds none."""
    data, _ = content(part)
    _, raw = messages(normal_lines(data))[0][0]
    found, findings = read_parts(raw, 0, len(raw))
    return _Message(found, "", around.name, findings) if found.head.fields else None


def _draft(message: _Message, document: Document, depth: int) -> Draft | Finding:
    """1. What is no article. 2. A page, or a message inside. 3. The text. 4. The header. 5. What is ordered."""
    _refuse(message)
    head, charset = message.head, message.charset
    if head.first("from").startswith("<Saved by") or head.has("snapshot-content-location"):
        return _page(message, document)
    selection = select(message.part)
    if selection.messages and not selection.texts and depth < _DEEPEST:
        inner = _inner(selection.messages[0], message)
        if inner is not None:
            return _forwarded(message, _article(inner, document, depth + 1))
    subject = header(head, "subject", charset)
    headline, is_reply, is_forward = headline_of(subject, list_names(head))
    body = body_of(selection, headline)
    form = body.form.fields
    sender = sender_of(head, charset)
    authors, authors_from = _authors(body, sender)
    published, published_from, date_findings = _published(message)
    held, embargo = _embargo(headline, body)
    status, status_findings = status_of(message.name, head)
    evidence = {
        **sender.evidence,
        "headline": "the form in the text" if form else _headline_from(headline, is_reply, is_forward),
        "authors": authors_from,
        "published": published_from,
        "html": body.evidence,
    }
    return Draft(
        format=FORMAT,
        id=_id(head),
        status=status or (Status.EMBARGOED if held and embargo is None else None),
        headline=form.get("headline") or headline,
        authors=authors,
        dateline=form.get("dateline"),
        source=form.get("source") or sender.source,
        slugline=form.get("slugline"),
        ednote=form.get("ednote"),
        language=form.get("language") or _language(head),
        published=published,
        embargo=embargo,
        url=_archived_at(head),
        base=body.base,
        html=body.html,
        summary=form.get("summary"),
        tags=_listed(form.get("tags") or header(head, "keywords", charset)),
        sections=_listed(form.get("sections", "")),
        evidence={field: sentence for field, sentence in evidence.items() if sentence},
        findings=(
            *message.findings,
            *date_findings,
            *status_findings,
            *body.findings,
            *left_out(selection),
            *_subject_remarks(head, subject),
        ),
    )


def _refuse(message: _Message) -> None:
    """Raise _RefusedError for what is no article: no header at all, reports of carriers, what is encrypted."""
    part, head = message.part, message.head
    if not head.fields:
        finding = _no_header()
        raise _RefusedError(finding.code, finding.message)
    kinds = {each.type for each in part.leaves()} | {part.type}
    if part.type == "multipart/report" or "message/delivery-status" in kinds or _is_bounce(head):
        raise _RefusedError("mail-report", "This is a report of a mail system, no article; take it out of the inbox.")
    smime = part.parameters.get("smime-type", "").lower()
    if part.type == "multipart/encrypted" or "enveloped" in smime or _is_armoured(part):
        raise _RefusedError("encrypted", "The message is encrypted; put the decrypted text into the inbox.")
    if part.type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise _RefusedError(
            "sealed", "The text is inside an S/MIME seal; have it sent signed in the clear, or as text."
        )
    if kinds == {"text/calendar"}:
        raise _RefusedError("calendar", "This is a calendar entry, no article; write a text about it.")


def _is_bounce(head: Head) -> bool:
    sender = head.first("from").lower()
    automatic = head.first("auto-submitted").lower().startswith("auto-replied") or head.first("return-path") == "<>"
    return automatic and ("mailer-daemon" in sender or "postmaster" in sender)


def _is_armoured(part: Part) -> bool:
    return any(each.type == "text/plain" and each.body.lstrip().startswith(_ARMOUR) for each in part.leaves())


def _page(message: _Message, document: Document) -> Draft | Finding:
    """A page that a browser saved (MHTML), as the page that it is."""
    root = next((each for each in message.part.leaves() if each.type in ("text/html", "application/xhtml+xml")), None)
    if root is None:
        return Finding("no-article", "error", "The saved page holds no HTML; save it again.")
    parsed = html.parse(replace(document, data=content(root)[0]), Neighbours(), Hints())
    if not parsed.drafts:
        return parsed.findings[0]
    address = message.head.first("snapshot-content-location") or root.head.first("content-location")
    draft = parsed.drafts[0]
    known = address if address.startswith(("http://", "https://")) else None
    return replace(draft, url=draft.url or known, base=draft.base or known)


def _forwarded(outer: _Message, inner: Draft | Finding) -> Draft | Finding:
    """The message inside one that says nothing itself."""
    if isinstance(inner, Finding):
        return inner
    text = "The message only forwards another one, which was read instead; check its date and author."
    status, findings = status_of(outer.name, outer.head)
    return replace(
        inner,
        status=status or inner.status,
        findings=(*inner.findings, *findings, Finding("forwarded-message", "info", text)),
    )


def _id(head: Head) -> str | None:
    """The Message-ID without its angle brackets, which are no part of it (RFC 5322, section 3.6.4)."""
    raw = head.first("message-id").strip()
    inside = raw.partition("<")[2].partition(">")[0].strip() or raw.strip("<> ")
    if any(map(str.isspace, inside)):
        inside = _WIDE_ID.sub("", inside)
    return one_line(inside)[:1000] or None


def _headline_from(headline: str | None, is_reply: bool, is_forward: bool) -> str:
    if headline is None:
        return ""
    marks = " without the mark of a " + ("forward" if is_forward else "reply") if is_reply or is_forward else ""
    return f"the Subject field{marks}"


def _subject_remarks(head: Head, subject: str) -> Iterator[Finding]:
    raw = head.first("subject")
    if not raw.isascii() and not is_utf8(raw.encode("latin-1", "replace")):
        message = "The subject has characters in no stated charset, which was guessed; check the headline."
        yield Finding("header-charset-guessed", "warning", message, "headline")
    if "\ufffd" in subject:
        message = "The subject has characters that cannot be read; correct the headline."
        yield Finding("undecodable-characters", "warning", message, "headline")


def _published(message: _Message) -> tuple[SourceDate | None, str, tuple[Finding, ...]]:
    """When the message was sent, by its header, else by the carriers' marks."""
    stated = message.head.first("date")
    date = _date(stated)
    if date is not None:
        return date, "the Date field", ()
    received = [each.rpartition(";")[2] for each in message.head.all("received")]
    envelope = _ENVELOPE_DATE.search(message.envelope)
    others = [(each, "the Received field of the last carrier") for each in received]
    if envelope:
        others.append((envelope[1], "the line above the header"))
    for text, evidence in others:
        date = _date(text)
        if date is not None:
            said = f"The Date field ({one_line(stated)[:60]!r}) is no date" if stated else "There is no Date field"
            remark = f"{said}; the day was taken from {evidence}. Correct the header."
            return date, evidence, (Finding("date-from-carrier", "warning", remark, "published"),)
    if not stated:
        return None, "", ()
    remark = f"The Date field is {one_line(stated)[:60]!r}, which is no date; write it as RFC 5322 has it."
    return None, "", (Finding("date-unreadable", "error", remark, "published"),)


def _date(text: str) -> SourceDate | None:
    plain = _COLON.sub(":", one_line(without_comments(text)))
    try:
        date = parse_date(plain)
    except DateError:
        return None
    return date if date is not None and date.year in _YEARS else None


def _language(head: Head) -> str | None:
    stated = head.first("content-language").partition(",")[0].strip()
    return stated if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", stated) else None


def _archived_at(head: Head) -> str | None:
    """Where the message itself stands on the web (RFC 5064)."""
    found = _ADDRESS.search(head.first("archived-at"))
    return (found[1] or found[2]) if found else None


def _authors(body: Body, sender: Sender) -> tuple[tuple[Person, ...], str]:
    """Who wrote it: by the form, by the header of a message that was forwarded, by the header."""
    byline = body.form.fields.get("byline")
    if byline and (people := split_authors(byline)):
        return people, "the form in the text"
    if body.forwarded_from:
        people = tuple(Person(each.name or each.address) for each in mailboxes(body.forwarded_from))
        if people:
            return people, "the header of the message that is forwarded"
    return sender.authors, sender.evidence.get("authors", "")


def _embargo(headline: str | None, body: Body) -> tuple[bool, SourceDate | None]:
    """Whether the story is held and until when; the line that says when is no part of the text."""
    stated = body.form.fields.get("embargo")
    held, embargo = embargo_of(headline or "", [*body.opening, *([f"Embargo: {stated}"] if stated else [])])
    if embargo is not None:
        body.blocks = [each for each in body.blocks if embargo_of("", [each.text])[1] is None or "\n" in each.text]
    return held, embargo


def _listed(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_line(each) for each in names.replace(";", ",").split(",") if each.strip()))
