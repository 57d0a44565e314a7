"""Who sent a message: mailboxes (RFC 5322, section 3.4) and the people behind them."""

import re
from dataclasses import dataclass

from feedsvc.model import Person
from feedsvc.parsers.mail_head import Head
from feedsvc.parsers.mail_words import header, words
from feedsvc.text import fold, one_line

# Encoded words first: what they hold is not punctuation.
_TOKEN = re.compile(
    r'=\?[^?\s]{1,60}\?[BbQq]\?[^?]*+\?=|"(?:[^"\\]|\\.)*+"?|\((?:[^()\\]|\\.)*+\)?|<[^<>]*+>?|[,;]|[^",;(<=]++|.',
    re.DOTALL,
)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,190}")
_ESCAPED = re.compile(r"\\(.)")
_VIA = re.compile(r"\s+(?:via|por|über)\s+(\S.{0,80})$", re.IGNORECASE)
_ROBOT = re.compile(
    r"(?:no|do[._-]?not)[._-]?reply|noreply|mailer|mailer-daemon|bounces?|notifications?|postmaster|owner-.*", re.I
)
_LIST_ID = re.compile(r"<([^<>\s]{1,200})>?\s*$")
_LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, empty when there is none, and an address."""

    name: str
    address: str

    @property
    def is_robot(self) -> bool:
        """Whether nobody reads what is sent there."""
        return _ROBOT.fullmatch(self.address.partition("@")[0]) is not None


@dataclass(frozen=True, slots=True)
class Sender:
    """The people of a message, the organisation that it comes from, and where both were found."""

    authors: tuple[Person, ...]
    source: str | None
    evidence: dict[str, str]


def mailboxes(raw: str, charset: str | None = None) -> tuple[Mailbox, ...]:
    """The mailboxes of an address field; a part without address and name is passed over."""
    found: list[Mailbox] = []
    tokens: list[str] = []
    for match in _TOKEN.finditer(raw[:_LONGEST]):
        if match[0] in ",;":
            found += _mailbox(tokens, charset)
            tokens = []
        else:
            tokens.append(match[0])
    return tuple(dict.fromkeys(found + _mailbox(tokens, charset)))


def _mailbox(tokens: list[str], charset: str | None) -> list[Mailbox]:
    phrase = words(" ".join(_unquoted(each) for each in tokens if each[0] not in "(<"), charset)
    comment = words(" ".join(each.strip("()") for each in tokens if each[0] == "("), charset)
    angles = [each.strip("<> ") for each in tokens if each[0] == "<"]
    if angles and (angles[-1] or phrase):
        return [Mailbox(phrase or comment, "".join(angles[-1].split()))]
    addresses = _ADDRESS.findall(phrase)
    if len(addresses) == 1:
        rest = one_line(phrase.replace(addresses[0], " "))
        return [Mailbox(comment or rest, addresses[0])]
    return [Mailbox("", each) for each in addresses] or ([Mailbox(phrase, "")] if phrase else [])


def _unquoted(token: str) -> str:
    return _ESCAPED.sub(r"\1", token.strip().strip('"')) if token[0] == '"' else token


def sender_of(head: Head, charset: str | None) -> Sender:
    """1. The list or organisation. 2. The people of ``From``, else of ``Sender`` or ``Reply-To``."""
    evidence: dict[str, str] = {}
    source = _organisation(head, charset, evidence)
    people: list[Person] = []
    for field in ("x-original-from", "from", "sender", "reply-to"):
        several = [each for raw in head.all(field) for each in mailboxes(raw, charset)]
        for each in several:
            name, via = _without_list(each.name)
            source = source or via
            if name or (each.address and not each.is_robot):
                people.append(Person(name or each.address))
        if people:
            evidence["authors"] = f"the {field.title()} field"
            break
    if source is None and people and head.has("list-id", "list-unsubscribe"):
        # A newsletter without a name of its own is known by its sender.
        source = people[0].name
        evidence["source"] = evidence["authors"]
    return Sender(tuple(dict.fromkeys(people)), source, evidence)


def _organisation(head: Head, charset: str | None, evidence: dict[str, str]) -> str | None:
    raw = head.first("list-id")
    if raw:
        name = words(_LIST_ID.sub("", raw).strip().strip('"'), charset)
        if name and "." not in name.strip("."):
            evidence["source"] = "the List-Id field"
            return name
    organisation = header(head, "organization", charset) or header(head, "organisation", charset)
    if organisation:
        evidence["source"] = "the Organization field"
    return organisation or None


def _without_list(name: str) -> tuple[str, str | None]:
    """``Jane Doe via Announcements`` in its two parts: lists write it so to pass the checks of receivers."""
    found = _VIA.search(name)
    return (name[: found.start()].strip("'\" "), found[1].strip("'\" ")) if found else (name.strip("'\" "), None)


def list_names(head: Head) -> frozenset[str]:
    """The names by which the message's list may tag its subjects, folded."""
    found = _LIST_ID.search(head.first("list-id"))
    names = [head.first("list-id").partition("<")[0], found[1].partition(".")[0] if found else ""]
    for field in ("list-post", "x-mailing-list", "mailing-list", "sender", "to"):
        names += [
            each.partition("@")[0].removeprefix("owner-") for each in _ADDRESS.findall(head.first(field)[:2000])
        ]
        names += [each.name for each in mailboxes(head.first(field)[:2000])] if field == "to" else []
    cleaned = {fold(name.replace("mailto:", "").strip("\"' <>")) for name in names}
    return frozenset(cleaned | {name.removesuffix("-bounces") for name in cleaned}) - {""}
