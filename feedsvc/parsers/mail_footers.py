"""What belongs to the mail and not to the article: unsubscribe footers, list footers, signatures, notes of carriers.

Phrases in the usual languages; they count at the ends of a message, where nothing of the article follows or
precedes. A link by which one reader unsubscribes is never published, wherever it stands.
"""

import re
from dataclasses import dataclass, replace

from feedsvc.model import Finding
from feedsvc.parsers.mail_blocks import Block, length
from feedsvc.parsers.mail_text import Line

# What no article says of itself: the reader can leave the list.
_LEAVING = re.compile(
    r"unsubscrib|opt[ -]?out\b|safe unsubscribe|manage (?:your )?(?:subscription|preference|email)|"
    r"(?:update|change|edit|manage|set) (?:your )?(?:e-?mail |subscription |account |profile |contact )*(?:preferences|settings|profile)|"
    r"remove (?:yourself|me|your (?:e-?mail|address|name)) from|stop receiving|no longer (?:wish|want) to receive|"
    r"abbestell|abmelden|newsletter abbestellen|austragen|keine weiteren (?:e-?mails|newsletter)|"
    r"d[ée]sabonn|d[ée]sinscri|ne (?:souhaitez )?plus recevoir|se d[ée]sinscrire|"
    r"darse de baja|cancelar (?:la |su |tu )?suscripci|date de baja|anular (?:la )?suscripci|"
    r"disiscri|annulla(?:re)? (?:l')?iscrizione|cancella(?:re|ti) (?:dalla|l'iscrizione)|"
    r"cancelar (?:a )?(?:inscri|subscri|assinatura)|descadastr|uitschrijv|afmelden|avregistrer|avprenumerer|avmeld|"
    r"afmeld|peruuta tilaus|odhl[áa]sit|wypisz|отписаться|отписка|配信停止|配信解除|購読解除|退会|退订|取消订阅|退訂|수신거부|구독 취소",
    re.IGNORECASE,
)
_CARRIAGE = re.compile(
    r"you(?:'re| are)? (?:are )?(?:receiv(?:ed?|ing) this|getting this|subscribed|on this list)|why (?:did|am) i (?:get|receiv)|"
    r"this (?:e-?mail|message|newsletter) (?:was|has been|is) (?:sent|scanned|intended|delivered|generated)|"
    r"sent (?:to|by|via|from|using|with) (?:my )?(?:\S+@\S+|mailchimp|iphone|ipad|android|blackberry|samsung|mobile|yahoo|"
    r"outlook|mail for windows|bell|proton)|get outlook for|powered by|our (?:mailing|postal) address|"
    r"forward (?:this|to a friend)|add us to your address book|do not reply to this|please do not reply|"
    r"this (?:e-?mail|message) and any (?:attachments|files)|(?:is|are) confidential|privileged and confidential|"
    r"consider the environment|scanned for viruses|believed to be clean|mailscanner|virus-free|checked by avg|"
    r"all rights reserved|privacy (?:policy|statement|notice)|terms (?:of (?:use|service)|and conditions)|"
    r"(?:^|\s)(?:©|\(c\)|copyright)\s|mailing list\b|listinfo|group/|diese (?:e-?mail|nachricht) (?:wurde|ist)|"
    r"sie erhalten diese|vous recevez ce|recibe(?:s)? este|ricevi questa|u ontvangt|impressum|datenschutz|"
    r"von meinem \w+ gesendet|envoy[ée] (?:de|depuis|par le service)|enviado desde|inviato da|__+\s*$|"
    r"^(?:follow|connect with|find|contact|visit|like|join) us\b.{0,40}$|^(?:share|tweet|forward|print)\b.{0,20}$",
    re.IGNORECASE,
)
_ONLINE = re.compile(
    r"(?:view|read|see|open) (?:this |the |it |our )?(?:e-?mail|message|newsletter|it|version|issue|campaign)?\s*(?:in|on) (?:a |your |the )?(?:web ?)?(?:browser|site|web|online)|"
    r"view (?:it )?online|(?:view|read) (?:as |in )?(?:a )?web ?(?:page|version)|web version|online version|"
    r"(?:can't|cannot|can not|trouble|problems?|having difficulty|unable to) (?:read|view|see|viewing|reading|seeing)|"
    r"im browser|online-?version|webansicht|dans (?:votre|le) navigateur|version en ligne|en (?:su|tu|el) navegador|"
    r"nel (?:tuo )?browser|in (?:je|uw) browser|i (?:din )?webbläsare|ブラウザで|add .{1,60} to your (?:address book|safe senders)",
    re.IGNORECASE,
)
_LEAVING_LINK = re.compile(
    r"""<a href="(?=[^"]*(?:unsub|opt-?out|optout|preferences|manage[-_]?subscription|list-manage\.com/(?:profile|unsub)|abmeld|abbestell|d[ée]sabonn|desinscri))"""
    r"""[^"]*">(.*?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
_MAIL_LINK = re.compile(r'<a href="mailto:[^"]*unsub[^"]*">(.*?)</a>', re.IGNORECASE | re.DOTALL)
_LIST_RULE = re.compile(r"_{20,}\s*")
_LIST_NOTE = re.compile(r"mailing list|listinfo|mailman|unsubscribe|/listinfo|lists?\.", re.IGNORECASE)
# How much text that is no footer may stand among footers: addresses, "Follow us", names of sponsors.
_SLACK = 400
_LONGEST_NOTE = 200
_LONGEST_FOOTER = 1200
_HEAD_BLOCKS = 8
_SIGNATURE_LINES = 15


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Blocks without what belongs to the mail, and whether any of it was there."""

    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...] = ()


def trim(blocks: list[Block]) -> Trimmed:
    """1. The footer at the end. 2. The notes at the start. 3. Links by which one reader leaves the list."""
    end = _footer_start(blocks)
    kept = [each for number, each in enumerate(blocks[:end]) if not _is_note(each, number)]
    if not length(kept) and length(blocks):
        # Nothing else is there: then it is the message.
        kept = list(blocks)
    unlinked = [_without_leaving(each) for each in kept]
    removed = len(blocks) - len(kept) + sum(a != b for a, b in zip(kept, unlinked, strict=True))
    while unlinked and unlinked[-1].tag == "hr":
        unlinked.pop()
    while unlinked and unlinked[0].tag == "hr":
        del unlinked[0]
    if not removed:
        return Trimmed(tuple(unlinked))
    message = (
        "Notes of the mail itself (how to unsubscribe, who sent it, view it online) were removed; check the text."
    )
    return Trimmed(tuple(unlinked), (Finding("mail-footer-removed", "info", message, "text"),))


def _footer_start(blocks: list[Block]) -> int:
    """Where the footer begins: the first of its notes behind which no article goes on."""
    start = len(blocks)
    slack = 0
    for number in range(len(blocks) - 1, -1, -1):
        block = blocks[number]
        if _is_footer(block):
            start, slack = number, 0
        elif block.tag != "hr":
            slack += len(block.text) + (100 if block.has_picture else 0)
            if slack > _SLACK or len(block.text) > _LONGEST_NOTE:
                break
    return start


def _is_footer(block: Block) -> bool:
    if block.tag == "blockquote" or len(block.text) > _LONGEST_FOOTER:
        return False
    if _LEAVING.search(block.text):
        return True
    return len(block.text) < 2 * _LONGEST_NOTE and _CARRIAGE.search(block.text) is not None


def _is_note(block: Block, number: int) -> bool:
    """Whether a block above the footer is a note of the mail: view it online, or leave."""
    if len(block.text) > _LONGEST_NOTE or block.tag in ("blockquote", "pre"):
        return False
    if number < _HEAD_BLOCKS and _ONLINE.search(block.text):
        return True
    return "<a " in block.html and _LEAVING.search(block.text) is not None


def _without_leaving(block: Block) -> Block:
    if "<a " not in block.html:
        return block
    html = _MAIL_LINK.sub(r"\1", _LEAVING_LINK.sub(r"\1", block.html))
    return replace(block, html=html) if html != block.html else block


def without_signature(lines: list[Line]) -> tuple[list[Line], bool]:
    """``lines`` without a signature (RFC 3676, section 4.3) or the footer of a mailing list, and whether one was there."""
    last = max((number for number, line in enumerate(lines) if line.text.strip()), default=-1)
    for number in range(last, max(-1, last - _SIGNATURE_LINES - 1), -1):
        line = lines[number]
        if line.depth:
            break
        below = lines[number + 1 : last + 1]
        is_signature = line.text in ("-- ", "--", "--\xa0", "—")
        is_list = _LIST_RULE.fullmatch(line.text) and any(_LIST_NOTE.search(each.text) for each in below)
        if is_signature or is_list:
            return lines[:number], True
    return lines, False
