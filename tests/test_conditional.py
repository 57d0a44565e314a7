"""The pure decisions of the web: content codings, ETags, dates."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.web.conditional import Preconditions, Verdict, etag, evaluate, parse_http_date
from feedsvc.web.encoding import negotiate

ALL = ("identity", "gzip", "br", "zstd")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHANGED = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
DIGEST = "0123456789abcdef"


def none_match(header: str, coding: str = "identity") -> Verdict:
    return evaluate(Preconditions(if_none_match=header), DIGEST, coding, CHANGED, NOW)


def since(header: str) -> int:
    return evaluate(Preconditions(if_modified_since=header), DIGEST, "identity", CHANGED, NOW).status


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate", "gzip"),
        ("deflate, gzip, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip ; q=0.2 , br ; Q=0.1", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.000", "identity"),
        ("gzip;q=0, *", "br"),
        ("*", "gzip"),
        ("*;q=0", "identity"),
        ("br;q=0, gzip;q=0, *;q=0.1", "zstd"),
        ("identity", "identity"),
        ("identity, gzip", "gzip"),
        ("identity;q=1, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.1", "identity"),
        ("identity;q=0", "gzip"),
        ("identity;q=0, br", "br"),
        ("identity;q=0, gzip;q=0, zstd", "zstd"),
        ("identity;q=0, *;q=0", "identity"),
        ("gzip;q=nonsense", "identity"),
        (";;;,,gzip", "gzip"),
        ("compress", "identity"),
    ],
)
def test_coding_asked_for(header: str | None, coding: str) -> None:
    assert negotiate(header, ALL) == coding


def test_tiny_document_has_identity_only() -> None:
    assert negotiate("gzip, br, identity;q=0", ["identity"]) == "identity"


weights = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=0.001"])


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from([*ALL, "*", "deflate"]), weights), st.sets(st.sampled_from(ALL), min_size=1))
def test_coding_is_one_that_is_offered_and_allowed(asked: dict[str, str], offered: set[str]) -> None:
    offered |= {"identity"}
    chosen = negotiate(", ".join(f"{coding}{weight}" for coding, weight in asked.items()), offered)
    assert chosen in offered
    if chosen != "identity":
        assert asked.get(chosen, asked.get("*", ";q=0" if asked.get("identity") != ";q=0" else "")) != ";q=0"


@settings(deadline=None, max_examples=150)
@given(st.text())
def test_any_header_is_answered(header: str) -> None:
    assert negotiate(header, ALL) in ALL
    assert none_match(header).status in (200, 304)
    assert since(header) in (200, 304)


@pytest.mark.parametrize(
    ("header", "carried"),
    [
        (f'"{DIGEST}"', "identity"),
        (f'W/"{DIGEST}"', "identity"),
        (f'"{DIGEST}-gz"', "gzip"),
        (f'W/"{DIGEST}-gz"', "gzip"),
        (f'"{DIGEST}-br"', "br"),
        (f'"{DIGEST}-zstd"', "zstd"),
        (DIGEST, "identity"),
        (f"{DIGEST}-gz", "gzip"),
        (f'"{DIGEST}-gzip"', "identity"),
        (f'"{DIGEST}"-gzip', "identity"),
        (f'"{DIGEST}--gzip"', "identity"),
        (f'"{DIGEST}-gz-gzip"', "gzip"),
        (f'"{DIGEST}-zstd-br"', "zstd"),
        (f'"old", "with, comma", W/"{DIGEST}-br"', "br"),
        (f'"old","{DIGEST}"', "identity"),
        ("*", "gzip"),
    ],
)
def test_tag_of_any_coding_is_not_modified_and_carried_back(header: str, carried: str) -> None:
    assert none_match(header, coding="gzip") == Verdict(304, carried)


@pytest.mark.parametrize("header", ['"old"', "", '""', f'"{DIGEST}x"', f'"x{DIGEST}"', '"', "W/", f'"{DIGEST[:-1]}"'])
def test_other_tag_is_modified(header: str) -> None:
    assert none_match(header).status == 200


def test_negotiated_tag_goes_first() -> None:
    assert none_match(f'"{DIGEST}", "{DIGEST}-br"', coding="br") == Verdict(304, "br")


def test_none_match_decides_alone() -> None:
    asked = Preconditions(if_none_match='"old"', if_modified_since=format_datetime(NOW, usegmt=True))
    assert evaluate(asked, DIGEST, "identity", CHANGED, NOW).status == 200


def test_long_hostile_tag_is_decided_at_once() -> None:
    started = datetime.now(UTC)
    for hostile in ("a" * 200_000 + '"', '"' * 200_001, ('W/"' + " ") * 50_000):
        assert none_match(hostile).status == 200
    assert datetime.now(UTC) - started < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Sun, 01 Mar 2026 08:30:00 GMT", 304),
        ("Sun, 01 Mar 2026 08:29:59 GMT", 200),
        ("Mon, 02 Mar 2026 00:00:00 GMT", 304),
        ("Sunday, 01-Mar-26 08:30:00 GMT", 304),
        ("Sunday, 01-Mar-99 08:30:00 GMT", 200),
        ("Sun Mar  1 08:30:00 2026", 304),
        ("Sun Mar  1 08:29:59 2026", 200),
        ("sun, 1 mar 2026 08:30:00 +0000", 304),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 200),
        ("Wed, 01 Jan 1800 00:00:00 GMT", 200),
        ("Thu, 31 Dec 9999 23:59:59 GMT", 304),
        ("Mon, 30 Feb 2026 08:30:00 GMT", 200),
        ("Mon, 02 Foo 2026 08:30:00 GMT", 200),
        ("Mon, 02 Mar 0000 08:30:00 GMT", 200),
        ("Mon, 02 Mar 2026 08:30:00 +0900", 200),
        ("2026-03-02T00:00:00Z", 200),
        ("garbage", 200),
        ("0", 200),
        ("", 200),
    ],
)
def test_modified_since_compares_dates(header: str, status: int) -> None:
    assert since(header) == status


moments = st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(deadline=None)
@given(moments.map(lambda moment: moment.replace(microsecond=0)))
def test_every_form_of_a_date_is_the_same_date(moment: datetime) -> None:
    assert parse_http_date(format_datetime(moment, usegmt=True), NOW) == moment
    day = f"{moment.day:2}"
    assert parse_http_date(moment.strftime(f"%a %b {day} %H:%M:%S ") + f"{moment.year:04}", NOW) == moment
    short = parse_http_date(moment.strftime("%A, %d-%b-%y %H:%M:%S GMT"), NOW)
    assert short is None or (short.year - moment.year) % 100 == 0


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Preconditions(if_match="*"), 200),
        (Preconditions(if_match=etag(DIGEST, "br")), 200),
        (Preconditions(if_match=f'W/"{DIGEST}"'), 412),
        (Preconditions(if_match='"old"'), 412),
        (Preconditions(if_match='"old"', if_none_match=f'"{DIGEST}"'), 412),
        (Preconditions(if_match=f'"{DIGEST}"', if_none_match=f'"{DIGEST}"'), 304),
        (Preconditions(if_unmodified_since="Sun, 01 Mar 2026 08:30:00 GMT"), 200),
        (Preconditions(if_unmodified_since="Sun, 01 Mar 2026 08:29:59 GMT"), 412),
        (Preconditions(if_unmodified_since="garbage"), 200),
        (Preconditions(), 200),
    ],
)
def test_other_preconditions(asked: Preconditions, status: int) -> None:
    assert evaluate(asked, DIGEST, "identity", CHANGED, NOW).status == status
