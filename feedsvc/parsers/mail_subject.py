"""The subject of a message as a headline: without the marks of replies, lists and gateways."""

import re

from feedsvc.text import fold

_MARK = re.compile(
    r"(?:re|aw|antw|antwort|sv|vs|odp|ynt|ref|rv|res|回复|答复|回覆|返信|fw|fwd|wg|tr|doorst|enc|vb|转发|轉寄|転送)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"(?:fw|fwd|wg|tr|doorst|enc|vb|转发|轉寄|転送)\b", re.IGNORECASE)
_ENDING = re.compile(r"\s*\((?:fwd|fw)\)$", re.IGNORECASE)
_TAG = re.compile(r"[\[(【]([^\[\]()【】]{1,60})[\])】]\s*")
_NUMBERED = re.compile(r"[\s:#-]*\d{1,7}$")
# What gateways put before a subject to warn their own people.
_GATEWAY = frozenset(
    "ext extern external externe externo extérieur spam *spam* ***spam*** suspected spam probable spam bulk "
    "caution suspicious external email external sender outside".split()
) | {"external email", "external sender", "suspected spam", "probable spam", "possible spam", "spam?"}
_STARS = re.compile(r"\*{2,}\s*spam\s*\*{2,}\s*", re.IGNORECASE)
_NOTHING = frozenset(("no subject", "kein betreff", "sans objet", "sin asunto", "無題", "none"))


def headline_of(subject: str, lists: frozenset[str]) -> tuple[str | None, bool, bool]:
    """The headline in ``subject``, None when it says nothing; whether it is a reply; whether it is a forward."""
    reply = forward = False
    rest = subject.strip()
    while True:
        if mark := _MARK.match(rest):
            if _FORWARD.match(mark[0]):
                forward = True
            else:
                reply = True
            rest = rest[mark.end() :]
        elif (stars := _STARS.match(rest)) is not None:
            rest = rest[stars.end() :]
        elif (tag := _TAG.match(rest)) is not None and _is_mark(tag[1], lists) and rest[tag.end() :]:
            rest = rest[tag.end() :]
        else:
            break
    if ending := _ENDING.search(rest):
        forward, rest = True, rest[: ending.start()]
    rest = rest.strip()
    if not any(map(str.isalnum, rest)) or fold(rest).strip("()<>[]. ") in _NOTHING:
        return None, reply, forward
    return rest, reply, forward


def _is_mark(tag: str, lists: frozenset[str]) -> bool:
    """Whether a tag names the list (``[announce 123]`` too) or is a gateway's warning."""
    name = fold(tag)
    return name in _GATEWAY or name in lists or _NUMBERED.sub("", name) in lists
