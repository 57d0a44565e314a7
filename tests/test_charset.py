"""Bytes into text: every label of the web, the encodings of Japan, marks, and files that were cut."""

import codecs
import json

import pytest
import webencodings
from hypothesis import given
from hypothesis import strategies as st
from webencodings.labels import LABELS

from feedsvc.parsers.charset import DecodeError, decode

ENGLISH = "The ferries are back; nobody was hurt.\n"
JAPANESE = "嵐でフェリー全便が欠航した。列車は平常どおり運転している。\n運航会社は三十日午後の再開を目指す。\n"
NEC = "①髙橋さんが㈱フェリーの再開を伝えた。\n"


def codes(data: bytes, declared: str | None = None) -> set[str]:
    return {each.code for each in decode(data, declared)[1]}


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_of_the_web(label: str) -> None:
    encoding = webencodings.lookup(label)
    if encoding.name in ("x-user-defined", "replacement"):
        return
    assert decode(ENGLISH.encode(), f" {label.upper()}\n")[0] == ENGLISH
    letters = bytes(range(0xA1, 0xFF))
    try:
        text = letters.decode(encoding.codec_info.name)
    except UnicodeError:
        return
    if encoding.name != "utf-8" and "\ufffd" not in text:
        assert decode(letters, label) == (text, ())


@pytest.mark.parametrize("label", ["x-user-defined", "replacement", "iso-2022-cn", "klingon", "", "utf-99"])
def test_labels_that_say_nothing(label: str) -> None:
    assert decode("Fähre".encode(), label)[0] == "Fähre"
    assert codes("Fähre".encode(), label) == {"charset-mismatch"}


def test_latin_1_is_windows_1252_as_on_the_web() -> None:
    assert decode(b"\x93Ferry\x94 \x96 \x80 5", "iso-8859-1") == ("“Ferry” – € 5", ())


@pytest.mark.parametrize("codec", ["utf-8", "shift_jis", "cp932", "euc_jp", "iso2022_jp"])
def test_japanese_without_a_label(codec: str) -> None:
    assert decode(JAPANESE.encode(codec))[0] == JAPANESE


def test_shift_jis_means_cp932() -> None:
    assert decode((JAPANESE + NEC).encode("cp932"), "shift_jis") == (JAPANESE + NEC, ())
    assert decode((JAPANESE + NEC).encode("cp932"))[0] == JAPANESE + NEC


def test_the_rows_of_nec_in_iso_2022_jp_and_euc_jp() -> None:
    euc = "①㈱フェリー".encode("euc_jis_2004")
    assert decode(euc, "euc-jp")[0] == "①㈱フェリー"
    escaped = b"\x1b$B" + bytes(byte & 0x7F for byte in euc) + b"\x1b(B\n"
    assert decode(escaped)[0] == "①㈱フェリー\n"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    assert decode(JAPANESE.encode(codec), "iso-8859-1") == (JAPANESE, ())


@pytest.mark.parametrize(("mark", "codec"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le")])
def test_utf_16_that_was_cut_within_a_character(mark: bytes, codec: str) -> None:
    data = mark + (JAPANESE * 3).encode(codec)
    text, findings = decode(data[:-1])
    assert text.startswith(JAPANESE)
    assert [each.code for each in findings] == ["undecodable-characters"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zero_bytes(codec: str) -> None:
    text, findings = decode((ENGLISH + "Fähre – 5 €").encode(codec))
    assert text == ENGLISH + "Fähre – 5 €"
    assert [each.code for each in findings] == ["charset-guessed"]


@pytest.mark.parametrize("cut", [1, 2])
def test_utf_8_that_was_cut_within_a_character(cut: int) -> None:
    text, findings = decode(JAPANESE.rstrip().encode()[:-cut])
    assert text == JAPANESE.rstrip()[:-1]
    assert [each.code for each in findings] == ["undecodable-characters"]


def test_a_few_foreign_bytes_are_replaced_and_told() -> None:
    data = (JAPANESE * 5).encode() + b"\x93 end"
    text, findings = decode(data)
    assert text.startswith(JAPANESE)
    assert "\ufffd" in text
    assert [each.code for each in findings] == ["undecodable-characters"]


def test_characters_that_xml_does_not_allow_go_with_a_finding() -> None:
    assert decode(b"a\x01b\r\nc\rd\x1a") == ("ab\nc\nd", decode(b"a\x01b")[1])
    assert codes(b"a\x01b") == {"illegal-characters"}


@pytest.mark.parametrize("data", [b"a\0b", bytes(range(256)) * 4, b"\x00\x01\x02\x03"])
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="binary"):
        decode(data)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_utf_8_is_read_back(text: str) -> None:
    read, _ = decode(text.encode())
    assert text.startswith("\ufeff") or set(read) <= set(text)


@given(st.binary(max_size=200), st.sampled_from([None, *sorted(LABELS)]))
def test_any_bytes_give_text_or_the_one_error(data: bytes, label: str | None) -> None:
    try:
        text, findings = decode(data, label)
    except DecodeError as error:
        text, findings = str(error), ()
        told = text.endswith(".")
    else:
        told = all(each.message.endswith(".") for each in findings)
    assert told
    assert "\0" not in text
    json.dumps(text).encode("ascii")
