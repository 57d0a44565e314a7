"""The grammar of queries: what they mean, and what people are told when they mean nothing."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.errors import QueryError
from feedsvc.query import DEEPEST, FIELDS, LONGEST, And, Not, Or, Phrase, Prefix, Term, parse_query, topics_in, words

ABE, TRUMP, SPORTS = Term("Abe"), Term("Trump"), Term("sports")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '("Abe" OR Japan*) AND (Trump OR "White House") -sports',
            And((Or((Phrase("Abe"), Prefix("Japan"))), Or((TRUMP, Phrase("White House"))), Not(SPORTS))),
        ),
        ("Abe Trump", And((ABE, TRUMP))),
        ("Abe Trump OR sports", Or((And((ABE, TRUMP)), SPORTS))),
        ("Abe OR Trump AND sports", Or((ABE, And((TRUMP, SPORTS))))),
        ("Abe OR Trump sports", Or((ABE, And((TRUMP, SPORTS))))),
        ("NOT Abe AND Trump", And((Not(ABE), TRUMP))),
        ("Abe NOT Trump", And((ABE, Not(TRUMP)))),
        ("-(Abe OR Trump)", Not(Or((ABE, TRUMP)))),
        ("NOT -Abe", Not(Not(ABE))),
        ("+Abe +(Trump)", And((ABE, TRUMP))),
        ("Abe or not", And((ABE, Term("or"), Term("not")))),
        ("Japan-U.S. C/C++", And((Term("Japan-U.S."), Term("C/C++")))),
        ("tag:Japan", Term("Japan", "tag")),
        ('headline: "White House"', Phrase("White House", "headline")),
        ("AUTHOR:Ab*", Prefix("Ab", "author")),
        ("-tag:(Abe OR -text:Tr*)", Not(Or((Term("Abe", "tag"), Not(Prefix("Tr", "text")))))),
        (r"\-Abe \AND 10\:30 a\*b", And((Term("-Abe"), Term("AND"), Term("10:30"), Term("a*b")))),
        (r'"the \"Abe\" \\ pact"', Phrase('the "Abe" \\ pact')),
        ("“White House” „Abe“ «Trump»", And((Phrase("White House"), Phrase("Abe"), Phrase("Trump")))),
        ("（日本 OR 米国）　tag：政治", And((Or((Term("日本"), Term("米国"))), Term("政治", "tag")))),
        ('Abe"Trump"(sports)', And((ABE, Phrase("Trump"), SPORTS))),
        ('tag:"C++"', Phrase("C++", "tag")),
        (r"tag:\+\+", Term("++", "tag")),
    ],
)
def test_meaning(text, expected):
    assert parse_query(text) == expected
    assert parse_query(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "the query is empty"),
        (" \n ", 1, "the query is empty"),
        ("AND", 1, 'before "AND"'),
        ("Abe AND", 5, 'after "AND"'),
        ("Abe OR OR Trump", 5, 'after "OR"'),
        ("Abe OR AND Trump", 5, 'after "OR"'),
        ("(OR Abe)", 2, 'before "OR"'),
        ("Abe NOT", 5, 'after "NOT"'),
        ("Abe -)", 5, 'after "-"'),
        ("Abe - Trump", 5, "take the space out"),
        ('Abe "White House', 5, "this quote is never closed"),
        ("Abe (Trump", 5, "this parenthesis is never closed"),
        ("tag:(", 5, "this parenthesis is never closed"),
        ("Abe)", 4, "this parenthesis closes nothing"),
        ("Abe ()", 5, "nothing stands between"),
        ("Abe title:x", 5, f'no field "title"; known are {", ".join(FIELDS)}'),
        ("http://example.org", 1, r"For a colon itself write \:"),
        ("Abe :x", 5, "directly before the colon"),
        ("Abe tag:", 5, 'after "tag:"'),
        ("tag:-Japan", 1, "- or NOT before it"),
        ("tag: AND Abe", 1, 'after "tag:"'),
        ("tag:headline:x", 1, 'after "tag:"'),
        ("Abe *", 5, "only at the end of a word"),
        ("*pan", 1, "only at the end of a word"),
        ("Ja*an", 3, "only at the end of a word"),
        ('"White House"*', 14, "only at the end of a word"),
        ("Abe\\", 4, "a backslash stands before"),
        ("Abe && Trump", 5, "write AND"),
        ("Abe || Trump", 5, "write OR"),
        ("Abe&&Trump", 1, "write AND"),
        ("x Abe||Trump", 3, "write OR"),
        ("Abe|Trump", 1, "write OR"),
        ("x Tag=Japan", 3, "as in tag:Japan"),
        ("Abe !Trump", 5, "write NOT"),
        ("Abe Tr?mp", 5, "*"),
        ("roam~2", 1, "similar words"),
        ("Abe^4", 1, "weights"),
        ("[Abe TO Trump]", 1, "ranges"),
        ("Abe …", 5, "no letter or digit"),
        ('""', 1, "no letter or digit"),
        ('tag:" "', 5, "nothing stands in these quotes"),
        ("topic:ja*", 7, "whole slug"),
        ('topic:"!"', 7, "slug"),
        ("x" * (LONGEST + 1), LONGEST + 1, f"at most {LONGEST}"),
        ("(" * 100_000, LONGEST + 1, f"at most {LONGEST}"),
        ("(" * LONGEST, DEEPEST + 1, f"more than {DEEPEST} deep"),
        ("-" * 5000 + "x", DEEPEST + 1, f"more than {DEEPEST} deep"),
        ("NOT " * 1000, DEEPEST * 4 + 1, f"more than {DEEPEST} deep"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_means_nothing_is_refused_with_its_column_and_a_remedy(text, column, says):
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert caught.value.column == column
    assert says in caught.value.message


def test_a_query_may_be_as_long_and_deep_as_the_limits_say():
    assert parse_query("(" * (DEEPEST - 1) + "x" + ")" * (DEEPEST - 1)) == Term("x")
    assert len(parse_query("x " * (LONGEST // 2)).clauses) == LONGEST // 2


def test_topics_in():
    query = parse_query('topic:Japan-US OR (Abe -topic:(a OR "b c")) tag:d')
    assert topics_in(query) == {"japan-us", "a", "b-c"}


_pieces = st.sampled_from(
    [
        "(",
        ")",
        '"',
        "“",
        "*",
        "-",
        "+",
        ":",
        "\\",
        " ",
        "AND ",
        "OR ",
        " NOT ",
        "tag:",
        "topic:",
        "Abe",
        "日本",
        "U.S.",
        "（",
    ]
)
_texts = st.one_of(st.text(max_size=60), st.lists(_pieces, max_size=16).map("".join))


@settings(deadline=None, max_examples=400)
@given(_texts)
def test_any_text_parses_or_is_refused_with_a_column_inside_it(text):
    try:
        query = parse_query(text)
    except QueryError as error:
        assert 1 <= error.column <= max(len(text), 1)  # noqa: PT017
    else:
        assert parse_query(str(query)) == query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Japan’s Prime-Minister, U.S.", ["japan", "s", "prime", "minister", "u", "s"]),
        ("ＡＢＥ Ⅸ ﬁsh STRASSE straße", ["abe", "ix", "fish", "strasse", "strasse"]),
        ("日本は東京", ["日", "本", "は", "東", "京"]),
        ("NHKニュース7", ["nhk", "ニ", "ュ", "ー", "ス", "7"]),
        ("ﾆｭｰｽ", ["ニ", "ュ", "ー", "ス"]),
        ("일본은", ["일", "본", "은"]),
        ("हिन्दी", ["हिन्दी"]),
        ("می\u200cخواهم co\u00adop a\u200bb", ["میخواهم", "coop", "a", "b"]),
        ("é e\u0301", ["é", "é"]),
        ("…🎌 -- ", []),
    ],
)
def test_words(text, expected):
    assert words(text) == [unicodedata.normalize("NFC", word) for word in expected]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_words_of_words_are_the_same_words(text):
    once = words(text)
    assert words(" ".join(once)) == once
