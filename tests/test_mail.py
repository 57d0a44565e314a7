"""E-mail as input: what is taken for mail, headers in every state, boxes and Maildirs, damage of every kind."""

import base64
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_parsers import CASES, shown

from feedsvc.inbox.scan import scan
from feedsvc.model import Document, Draft, Hints, Neighbours, Parsed
from feedsvc.parsers import parse, parser_for
from feedsvc.parsers.mail import parse as parse_mail
from feedsvc.parsers.mail_head import read_head, token_and_parameters
from feedsvc.parsers.mail_people import mailboxes
from feedsvc.parsers.mail_subject import headline_of
from feedsvc.parsers.mail_words import words

HEAD = (
    b"From: Mara <mara@example.org>\nTo: desk@example.org\nSubject: One\nDate: Tue, 3 Mar 2026 10:00:00 +0000\n"
    b"Message-ID: <one@example.org>\nMIME-Version: 1.0\n"
)
MAILS = sorted(path for folder in ("mail", "mbox") for path in (CASES / folder).glob("*") if path.suffix != ".json")


def document(data: bytes, name: str = "one.eml") -> Document:
    return Document(name, data, datetime(2026, 1, 1, tzinfo=UTC))


def read(data: bytes, name: str = "one.eml") -> Parsed:
    return parse(document(data, name))


def only(data: bytes) -> Draft:
    (draft,) = read(data).drafts
    return draft


def codes(parsed: Parsed) -> set[str]:
    found = (*parsed.findings, *(each for draft in parsed.drafts for each in draft.findings))
    return {finding.code for finding in found}


# What is taken for mail


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\nText.",
        b"\r\n   \r\n" + HEAD.replace(b"\n", b"\r\n") + b"\r\nText.",
        b"From mara@example.org Tue Mar  3 10:00:00 2026\n" + HEAD + b"\nText.",
        b"X-One: 1\n" * 60 + b"Received: from a\n\tby b; now\n\nText.",
        b"From: a@example.org\nDate: today\nSubject: x\nTo: b@example.org\n\nText.",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a", "cur/1700000000.M1P2.host.example:2,S", "a.eml"])
def test_mail_is_known_by_its_header_whatever_its_name(data: bytes, name: str) -> None:
    assert parser_for(document(data, name)).format == "mail"


@pytest.mark.parametrize(
    "data",
    [
        b"Title: The lamp\nDate: 2026-03-03\nAuthor: Mara\n\nText.",
        b"Headline: The lamp\nFrom: Northport\nDate: 3 March 2026\n\nText.",
        b"From Northport our correspondent writes:\nDate: unknown\n\nText.",
        b"NORTHPORT, March 3: The lamp\nis lit.\n",
        b"The lamp is lit\n\nReceived: with joy.\n",
        b"from: desk\nto: all\ndate: 3 March 2026\n\nThe lamp is lit.\n",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a", "a.md"])
def test_stories_with_keys_are_not_taken_for_mail(data: bytes, name: str) -> None:
    assert parser_for(document(data, name)).format != "mail"


# Headers


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?caf=C3=A9_noir?=", "café noir"),
        ("=?UTF-8?b?Y2Fmw6k=?= =?UTF-8?B?IG5vaXI=?=", "café noir"),
        ("=?UTF-8?B?Y2Fmww==?=\t=?UTF-8?B?qQ==?=", "café"),
        ("=?UTF-8?B?Y2Fmw?= =?UTF-8?B?6k=?=", "café"),
        ("=?utf-8*en?Q?with_language?=", "with language"),
        ("=?utf-8?Q?What?_No?=", "What? No"),
        ("=?utf-8?Q?cut off", "cut off"),
        ("=?utf-8?Q?blanks inside=2C yes?=", "blanks inside, yes"),
        ("=?no-such-set?Q?caf=C3=A9?=", "café"),
        ("=?iso-8859-1?Q?caf=C3=A9?=", "café"),
        ("=?shift_jis?B?kbmOuEw=?=", "損失L"),
        ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fcaf=3DC3=3DA9=3F=3D?=", "café"),
        ("before =?utf-8?Q?in?= after", "before in after"),
        ("=?", "=?"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?B??=", ""),
    ],
)
def test_encoded_words_in_every_form(raw: str, text: str) -> None:
    assert words(raw) == text


@pytest.mark.parametrize(
    ("value", "token", "parameters"),
    [
        ('text/HTML; Charset="utf-8"', "text/html", {"charset": "utf-8"}),
        ("text/plain (a comment); charset=us-ascii; format=flowed", "text/plain", None),
        (
            "a/b; name*0=one; name*1*=%20two; name*2=%41",
            "a/b",
            {"name*": "one%20two%2541"},
        ),
        ('multipart/mixed; boundary="a;b\\"c"', "multipart/mixed", {"boundary": 'a;b"c'}),
        ("multipart/mixed; boundary=----=_Next_1", "multipart/mixed", {"boundary": "----=_Next_1"}),
        ("", "", {}),
    ],
)
def test_types_and_parameters(value: str, token: str, parameters: dict[str, str] | None) -> None:
    found, named = token_and_parameters(value)
    assert found == token
    assert named == (parameters if parameters is not None else {"charset": "us-ascii", "format": "flowed"})


@pytest.mark.parametrize(
    ("raw", "people"),
    [
        ("mara@example.org", [("", "mara@example.org")]),
        ('"Lindqvist, Mara" <mara@example.org>', [("Lindqvist, Mara", "mara@example.org")]),
        ("mara@example.org (Mara Lindqvist)", [("Mara Lindqvist", "mara@example.org")]),
        ("=?utf-8?Q?A,_B?= <a@example.org>, b@example.org", [("A, B", "a@example.org"), ("", "b@example.org")]),
        ("a@example.org b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
        ('"Mara \\"M\\" L" <mara@example.org>', [('Mara "M" L', "mara@example.org")]),
        ("Mara <>", [("Mara", "")]),
        ("undisclosed recipients: ;", [("undisclosed recipients:", "")]),
        ("<>, ,;", []),
    ],
)
def test_mailboxes(raw: str, people: list[tuple[str, str]]) -> None:
    assert [(each.name, each.address) for each in mailboxes(raw)] == people


@pytest.mark.parametrize(
    ("subject", "headline", "reply", "forward"),
    [
        ("The lamp", "The lamp", False, False),
        ("RE: AW: [desk] Re[3]: The lamp", "The lamp", True, False),
        ("Fwd: WG: The lamp", "The lamp", False, True),
        ("[Desk 12] The lamp", "The lamp", False, False),
        ("[EXTERNAL] The lamp", "The lamp", False, False),
        ("***SPAM*** The lamp", "The lamp", False, False),
        ("[Analysis] The lamp", "[Analysis] The lamp", False, False),
        ("Report: the lamp", "Report: the lamp", False, False),
        ("答复：灯", "灯", True, False),
        ("Re: ", None, True, False),
        ("(no subject)", None, False, False),
        ("[desk]", "[desk]", False, False),
    ],
)
def test_subjects(subject: str, headline: str | None, reply: bool, forward: bool) -> None:
    assert headline_of(subject, frozenset({"desk"})) == (headline, reply, forward)


def test_a_broken_line_does_not_end_a_header() -> None:
    head, at = read_head(b"A: 1\njunk\nB: 2\n  more\n\t\nC: 3\n\nbody", 0, 100)
    assert head.fields == (("a", "1"), ("b", "2 more"), ("c", "3"))
    assert b"A: 1\njunk\nB: 2\n  more\n\t\nC: 3\n\nbody"[at:] == b"body"


def test_a_header_without_an_empty_line_below_it_ends_at_the_text() -> None:
    data = b"A: 1\nThis is text.\nAnd more of it.\n"
    head, at = read_head(data, 0, len(data))
    assert (head.fields, data[at : at + 4]) == ((("a", "1"),), b"This")


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (b"From: no-reply@example.org\nReply-To: Mara <m@example.org>\n", "Mara"),
        (b"From: Mara via desk <desk@lists.example.org>\n", "Mara"),
        (b"From: \nSender: Mara <m@example.org>\n", "Mara"),
        (b"From: mara@example.org\n", "mara@example.org"),
    ],
)
def test_who_wrote_it(headers: bytes, name: str) -> None:
    draft = only(headers + b"Subject: s\nMessage-ID: <1@example.org>\n\nText.")
    assert [person.name for person in draft.authors] == [name]
    assert all(person.email is None for person in draft.authors), "the address of a sender is nobody else's business"


# Parts


def part(type_: bytes, body: bytes, *more: bytes) -> bytes:
    return b"\n".join((b"--b", b"Content-Type: " + type_, *more, b"", body, b""))


def multi(kind: bytes, *parts: bytes) -> bytes:
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=b\n\n" + b"".join(parts) + b"--b--\n"


def text_of(data: bytes) -> str:
    return str(shown(only(data), "text"))


def test_of_alternatives_the_richer_is_read_unless_it_says_less() -> None:
    rich, plain = part(b"text/html", b"<p>The lamp is <b>lit</b>.</p>"), part(b"text/plain", b"The lamp is lit.")
    assert "<strong>" in only(multi(b"alternative", plain, rich)).html
    stub = part(b"text/html", b"<p>See text.</p>")
    assert text_of(multi(b"alternative", part(b"text/plain", b"The lamp is lit. " * 9), stub)).startswith("The lamp")


def test_a_signed_message_is_read_without_its_seal() -> None:
    data = multi(b"signed", part(b"text/plain", b"Signed."), part(b"application/pgp-signature", b"----"))
    assert (text_of(data), codes(read(data))) == ("Signed.", set())
    armoured = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -- dash\nText.\n-----BEGIN PGP SIGNATURE-----\nx\n"
    )
    assert "Text." in text_of(HEAD + b"\n" + armoured)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx", "encrypted"),
        (b"Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx", "sealed"),
        (b"\n-----BEGIN PGP MESSAGE-----\nx", "encrypted"),
        (b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR", "calendar"),
        (b"Content-Type: text/plain\n\n\0\0\0\0binary\0\0", "undecodable"),
    ],
)
def test_what_is_no_article_is_refused_with_its_reason(head: bytes, code: str) -> None:
    parsed = read(HEAD + head)
    assert (parsed.drafts, codes(parsed)) == ((), {code})
    assert parsed.findings[0].severity == "error"


def test_a_message_that_only_carries_another_is_that_other() -> None:
    inner = HEAD.replace(b"one@", b"two@").replace(b"One", b"Two") + b"\nInside."
    draft = only(multi(b"mixed", part(b"message/rfc822", inner)))
    assert (draft.id, draft.headline, shown(draft, "text")) == ("two@example.org", "Two", "Inside.")
    assert codes(read(multi(b"mixed", part(b"text/plain", b"See below."), part(b"message/rfc822", inner)))) == {
        "message-left-out"
    }


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"quoted printable", b"caf=C3=A9=20=\nnoir"),
        (b'"BASE64"', base64.b64encode("café noir".encode())),
        (b"8bits", "café noir".encode()),
        (b"", "café noir".encode()),
        (b"x-uuencode", b"begin 644 a\n*8V%FPZD@;F]I<@  \n`\nend"),
        (b"base64", "café noir".encode()),
    ],
)
def test_transfer_encodings_as_mailers_spell_them(encoding: bytes, body: bytes) -> None:
    data = HEAD + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body
    assert text_of(data) == "café noir"


def test_embargoes_hold() -> None:
    timed = only(HEAD + b"\nEMBARGO: 5 March 2026, 06:00 GMT\n\nText.")
    assert (shown(timed, "embargo"), shown(timed, "text")) == ("2026-03-05T06:00:00+00:00", "Text.")
    assert only(HEAD + b"\nStrictly embargoed until noon\n\nText.").status == "embargoed"
    assert only(HEAD.replace(b"One", b"Embargo on oil extended") + b"\nText.").status is None


# Text


def test_links_by_which_one_reader_leaves_are_never_published() -> None:
    body = b'<p>The lamp is lit. %s</p><p>More of it, and more. <a href="https://l.example/unsubscribe?u=7">Leave</a> now.</p>'
    html = only(HEAD + b"Content-Type: text/html\n\n" + body % (b"It burns. " * 200)).html
    assert "unsubscribe" not in html
    assert "More of it" in html


def test_an_article_about_unsubscribing_stays() -> None:
    paragraphs = b"".join(
        b"<p>How to unsubscribe from letters, part %d. %s</p>" % (n, b"Words. " * 99) for n in range(4)
    )
    assert only(HEAD + b"Content-Type: text/html\n\n" + paragraphs).html.count("<p>") == 4


def test_plain_text_keeps_lists_and_lines_that_were_broken_by_hand() -> None:
    text = b"Dear all,\nplease bring:\n* a lamp\n* a key that is as long as the line, so that the mailer breaks this item here\n  in two\n\nMara\nTom\n"
    assert text_of(HEAD + b"\n" + text) == (
        "Dear all,\nplease bring:\n\na lamp\n\n"
        "a key that is as long as the line, so that the mailer breaks this item here in two\n\nMara\nTom"
    )


# Boxes, folders


def test_a_refused_message_of_a_box_leaves_its_place_empty() -> None:
    parsed = read((CASES / "mbox" / "box.mbox").read_bytes(), "box.mbox")
    assert [draft.part for draft in parsed.drafts] == [1, 3]


def test_a_message_as_apple_mail_keeps_it() -> None:
    notes = b'<?xml version="1.0"?><plist version="1.0"><dict/></plist>'
    assert text_of(b"999\n" + HEAD + b"\nText.\n" + notes) == "Text."


def test_of_a_maildir_the_messages_count_and_nothing_else(tmp_path: Path) -> None:
    for name in ("cur/1.a:2,S", "new/2.b", "tmp/3.c", "dovecot-uidlist", ".Sent/cur/4.d:2,"):
        file = tmp_path / "Mail" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(HEAD + b"\nText.")
    assert list(scan(tmp_path).documents) == ["Mail/cur/1.a:2,S", "Mail/new/2.b"]


def test_a_folder_that_is_called_new_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    assert list(scan(tmp_path).documents) == ["b.txt", "new/a.txt"]


# Damage


def test_a_thousand_parts_and_endless_nesting_end_at_once() -> None:
    nested = b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(9000))
    deep = HEAD + b"Content-Type: multipart/mixed; boundary=b0\n\n" + nested
    start = time.process_time()
    assert text_of(multi(b"mixed", *[part(b"text/plain", b"x")] * 1000)).count("x") == 1000
    assert "too-many-parts" in codes(read(multi(b"mixed", *[part(b"text/plain", b"x")] * 1001)))
    assert "too-deep" in codes(read(deep))
    assert "text-too-long" in codes(read(HEAD + b"\n" + b"x" * 10_000_000))
    assert time.process_time() - start < 4


@pytest.mark.parametrize("name", ["a.eml", "a.mbox", "a.emlx"])
@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"no header", b"\0", b"From ", b"From x\n", b":", b"9\n", b"\xff\xfe"]
)
def test_next_to_nothing_is_refused(name: str, data: bytes) -> None:
    parsed = read(data, name)
    assert parsed.drafts == ()
    assert parsed.findings


PIECES = st.sampled_from(
    [b"--b\n", b"--b--", b"\n\n", b"\n", b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/html\n",
     b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"Subject: =?utf-8?B?", b"?=", b"<p>",
     b"<table><tr><td>", b"> ", b"-- \n", b"From x\n", b"Date: ", b"(", b'"', b"=", b"\xff", b"\x1b$B", b"name*1*=a;"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=6), max_size=40).map(b"".join))
def test_any_pieces_give_drafts_or_a_reason(data: bytes) -> None:
    for body in (HEAD + data, data):
        parsed = read(body)
        assert parsed.drafts or parsed.findings


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MAILS), st.data())
def test_damaged_cases_never_raise(path: Path, draw: st.DataObject) -> None:
    data = path.read_bytes()
    start = draw.draw(st.integers(0, len(data)))
    end = min(len(data), start + draw.draw(st.integers(0, 40)))
    damaged = data[:start] + draw.draw(st.binary(max_size=8)) + data[end:]
    parsed = parse_mail(document(damaged, path.name), Neighbours(), Hints())
    assert parsed.drafts or parsed.findings


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="=?utf-8QqBb_ \t\n'\"<>(),;:@é*%0123\\", max_size=80))
def test_header_readers_take_any_text(raw: str) -> None:
    words(raw)
    mailboxes(raw)
    token_and_parameters(raw)
    headline_of(raw, frozenset())
