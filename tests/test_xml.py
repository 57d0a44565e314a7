"""XML from outside: entities refused, damage mended and told, nothing raised but XmlError."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.parsers.xml import XmlError, parse_xml, root_name

BOMB = b'<!DOCTYPE a [<!ENTITY b "%s"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>' % (b"x" * 100)


@pytest.mark.parametrize(
    ("data", "root"),
    [
        (b"<rss/>", "rss"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <feed> --><a:Feed xmlns:a='x'>", "feed"),
        (b'<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.4//EN" "nitf.dtd"><nitf>', "nitf"),
        (b"<!DOCTYPE a [<!ELEMENT a (b)>]><a>", "a"),
        ("\ufeff<?xml version='1.0'?><newsItem >".encode("utf-16-le"), "newsitem"),
        (b"no element", None),
        (b"<", None),
    ],
)
def test_the_root_is_seen_in_the_first_bytes(data: bytes, root: str | None) -> None:
    assert root_name(data) == root


@pytest.mark.parametrize("data", [BOMB, BOMB.decode().encode("utf-16"), BOMB.replace(b"ENTITY", b"entity", 1)])
def test_declared_entities_are_refused(data: bytes) -> None:
    with pytest.raises(XmlError) as refused:
        parse_xml(data)
    assert refused.value.finding.code == "xml-entities"


def test_the_word_entity_in_the_text_is_text() -> None:
    root, findings = parse_xml(b"<a><![CDATA[<!ENTITY b 'c'>]]></a>")
    assert (root.text, findings) == ("<!ENTITY b 'c'>", ())


def test_an_external_document_type_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY s "secret">')
    data = f'<!DOCTYPE a SYSTEM "{secret.as_uri()}"><a>before &s; after</a>'.encode()
    assert "secret" not in "".join(parse_xml(data)[0].itertext())


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a>caf&eacute; &amp; bar</a>", "caf\u00e9 & bar"),
        (b"<a>Smith & Sons</a>", "Smith & Sons"),
        (b"<?xml version='1.0' encoding='utf-8'?><a>caf\xe9</a>", "caf\u00e9"),
        (b"<a>\x01one</a>", "one"),
        (b"<a>cut <b>off", "cut off"),
        (b"<a>two &#55296;&#x00dfff; halves & one &#xE000;</a>", "two \ufffd\ufffd halves & one \ue000"),
    ],
)
def test_what_is_broken_is_mended_and_told(data: bytes, text: str) -> None:
    root, findings = parse_xml(data)
    assert "".join(root.itertext()) == text
    assert "xml-mended" in {finding.code for finding in findings}


def outcome(data: bytes) -> str:
    """``tree``, or the code of the finding with which ``data`` is refused."""
    try:
        parse_xml(data)
    except XmlError as error:
        return error.finding.code
    return "tree"


@given(st.binary(max_size=200) | st.text(alphabet="<>/&;!?[]-a \x00\ufeff\"'", max_size=80).map(str.encode))
def test_any_bytes_give_a_tree_or_an_xml_error(data: bytes) -> None:
    root_name(data)
    assert outcome(data) in {"tree", "xml-broken", "undecodable", "xml-entities"}


@pytest.mark.parametrize("piece", [b"<a>", b"<!--", b"<!DOCTYPE [", b"<?", b"<a b='c' ", b"&amp;&"])
def test_deep_and_endless_input_ends(piece: bytes) -> None:
    data = b"<r>" + piece * 100_000
    root_name(piece * 100_000)
    assert outcome(data) in {"tree", "xml-broken"}
