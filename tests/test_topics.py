"""Which articles a query matches and why, which slug a topic gets, and what an article is sorted into."""

from pathlib import Path

import pytest
from feeds_samples import article
from hypothesis import given, settings
from hypothesis import strategies as st
from query_samples import ARTICLES, QUERIES

from feedsvc.config import parse_settings
from feedsvc.config_values import is_reserved
from feedsvc.model import Person, Topic
from feedsvc.query import VALUE_FIELDS, And, Not, Or, Prefix, parse_query, words
from feedsvc.text import SLUG_LENGTH, fold, short_hash, slugify
from feedsvc.topics.classify import Classifier
from feedsvc.topics.index import RuleIndex
from feedsvc.topics.match import folders, matches, subject_of
from feedsvc.topics.registry import TopicRegistry

STORY = article(
    "talks",
    "Abe meets Trump: “America first”?",
    name="2017/politics/talks.md",
    format="markdown",
    language="en-GB",
    source="The Example Wire",
    authors=(Person("Hanako Yamada"), Person("Sam O’Neill")),
    tags=("Japan", "White House", "C++"),
    sections=("World",),
    text="Japan’s prime minister flew to the U.S. on Friday.\n\nThe Japanese side spoke of trade.",
)
JAPANESE = article(
    "kaidan",
    "日米首脳会談",
    language="ja",
    tags=("政治",),
    text="安倍首相はﾄﾗﾝﾌﾟ大統領と東京で会談した。NHKが伝えた。",
)
TALKS = subject_of(STORY, frozenset({"japan-us", "world"}))


@pytest.mark.parametrize(
    ("query", "evidence"),
    [
        ("abe", ('headline has "abe"',)),
        ("ABE Trump", ('headline has "abe"', 'headline has "trump"')),
        ("prime", ('text has "prime"',)),
        ("C", ('a tag has "c"',)),
        ('"America first"', ('headline has "america first"',)),
        ('"first America"', None),
        ('"trump america"', ('headline has "trump america"',)),
        ("U.S.", ('text has "u.s."',)),
        ("u-s", ('text has "u-s"',)),
        ("Japan", ('text has "japan"',)),
        ("japanes*", ('text has "japanese"',)),
        ("apan*", None),
        ("U.S* frid*", ('text has "u.s"', 'text has "friday"')),
        ("prime-min*", ('text has "prime-minister"',)),
        ('"friday the"', ('text has "friday the"',)),
        ("headline:japan", None),
        ("headline:abe text:friday", ('headline has "abe"', 'text has "friday"')),
        ("tag:japan", ('tag is "japan"',)),
        ("tag:house", None),
        ('tag:"WHITE  house"', ('tag is "white house"',)),
        ('"Japan White"', None),
        ("tag:c", None),
        ("tag:C++", ('tag is "c++"',)),
        ("tag:whi*", ('tag is "white house"',)),
        ("author:yamada", ('an author has "yamada"',)),
        ('author:"O\'Neill"', ('an author has "o\'neill"',)),
        ('author:"Yamada Sam"', None),
        ("yamada", None),
        ('source:"the example wire"', ('source has "the example wire"',)),
        ("source:example", ('source has "example"',)),
        ("language:en", ('language is "en"',)),
        ("language:EN-gb", ('language is "en-gb"',)),
        ("language:e", None),
        ("language:ja", None),
        ("folder:2017", ('folder is "2017"',)),
        ("folder:2017/politics", ('folder is "2017/politics"',)),
        ("folder:/2017/", ('folder is "2017"',)),
        ("folder:politics", None),
        ("folder:2017/pol*", ('folder is "2017/politics"',)),
        ("folder:201", None),
        ("format:markdown", ('format is "markdown"',)),
        ("topic:Japan-US", ('topic is "japan-us"',)),
        ("topic:japan", None),
        ("sports OR abe", ('headline has "abe"',)),
        ("abe -sports", ('headline has "abe"',)),
        ("abe -trump", None),
        ("-sports", ()),
        ("NOT (sports OR opera)", ()),
        ("tag:(opera OR japan)", ('tag is "japan"',)),
    ],
)
def test_matching(query, evidence):
    assert matches(parse_query(query), TALKS) == evidence


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("会談", True),
        ("首脳 政治", True),
        ("談会", False),
        ("トランプ", True),
        ("トラン*", True),
        ("NHK", True),
        ("nhkが", True),
        ("東京で会談", True),
        ("tag:政治 language:ja", True),
        ("tag:政", False),
        ("tag:政*", True),
    ],
)
def test_scripts_without_spaces_match_any_run_of_characters(query, found):
    assert (matches(parse_query(query), subject_of(JAPANESE)) is not None) == found


def plainly(query, story):
    """Whether ``query`` matches, said in the plainest way."""
    match query:
        case And(clauses):
            return all(plainly(each, story) for each in clauses)
        case Or(clauses):
            return any(plainly(each, story) for each in clauses)
        case Not(clause):
            return not plainly(clause, story)
    values = {
        "headline": [story.headline],
        "text": [story.text],
        "tag": story.tags,
        "author": [person.name for person in story.authors],
        "source": [story.source or ""],
        "folder": folders(story.name),
        "language": [story.language, story.language.split("-")[0]],
    }
    if query.field in VALUE_FIELDS:
        wanted, found = fold(query.text), map(fold, values[query.field])
        return any(value.startswith(wanted) if isinstance(query, Prefix) else value == wanted for value in found)
    fields = [query.field] if query.field else ["headline", "text", "tag"]
    return any(follow(words(query.text), words(value), query) for field in fields for value in values[field])


def follow(wanted, listed, query):
    for start in range(len(listed) - len(wanted) + 1):
        *first, last = listed[start : start + len(wanted)]
        if first == wanted[:-1] and (
            last.startswith(wanted[-1]) if isinstance(query, Prefix) else last == wanted[-1]
        ):
            return True
    return False


@settings(deadline=None, max_examples=300)
@given(QUERIES, ARTICLES)
def test_matching_is_what_plain_reading_says_and_printing_keeps_the_meaning(query, story):
    found = matches(query, subject_of(story)) is not None
    assert found == plainly(query, story)
    assert parse_query(str(query)) == query


@settings(deadline=None, max_examples=100)
@given(QUERIES, QUERIES, ARTICLES)
def test_de_morgan(one, other, story):
    subject = subject_of(story)
    for left, right in (
        (Not(Or((one, other))), And((Not(one), Not(other)))),
        (Not(And((one, other))), Or((Not(one), Not(other)))),
        (Not(Not(one)), one),
    ):
        assert (matches(left, subject) is None) == (matches(right, subject) is None)


@settings(deadline=None, max_examples=200)
@given(st.lists(QUERIES, max_size=8), ARTICLES)
def test_the_index_finds_every_rule_that_matches(queries, story):
    subject = subject_of(story)
    candidates = RuleIndex(queries).candidates(subject)
    matching = [position for position, query in enumerate(queries) if matches(query, subject) is not None]
    assert candidates == sorted(set(candidates))
    assert set(matching) <= set(candidates)


def test_the_index_spares_most_rules():
    queries = [parse_query(f'the AND (w{n} OR "the v{n}") -sports') for n in range(1000)]
    queries += [parse_query("-sports"), parse_query("topic:a"), parse_query("tag:ja*"), parse_query("folder:2016")]
    assert RuleIndex(queries).candidates(subject_of(article("x", "The w7 and the v12", tags=("Japan",)))) == [
        7,
        12,
        1000,
        1001,
        1002,
    ]


PUBLICATION = '[publication]\ntitle = "The Example Wire"\nurl = "https://news.example.org"\n'


def configured(*topics, feeds=""):
    """Settings with ``topics``, each a slug, a title and perhaps a query."""
    sections = [
        f"[[topic]]\nslug = '{slug}'\ntitle = '{title}'\n" + "".join(f"match = '{query}'\n" for query in match)
        for slug, title, *match in topics
    ]
    return parse_settings(PUBLICATION + f"[feeds]\n{feeds}\n" + "".join(sections), Path("feedsvc.toml"))


def test_a_name_is_the_topic_of_the_settings_then_the_remembered_one_then_a_new_one():
    rules = configured(("japan-us", "Japan–U.S. relations"), ("world", "The World")).topics
    registry = TopicRegistry(rules, [("opera", Topic("oper", "Opera")), ("world news", Topic("world", "World news"))])
    assert registry.explicit("Japan-US") == Topic("japan-us", "Japan–U.S. relations")
    assert registry.explicit("JAPAN–U.S.  relations") == Topic("japan-us", "Japan–U.S. relations")
    assert registry.explicit("OPERA") == Topic("oper", "Opera")
    assert registry.explicit("World News") == Topic("world", "The World")
    assert registry.minted == []
    assert registry.explicit("Ice  Hockey") == Topic("ice-hockey", "Ice Hockey")
    assert registry.explicit("ice hockey") == Topic("ice-hockey", "Ice Hockey")
    assert registry.minted == [("ice hockey", Topic("ice-hockey", "Ice Hockey"))]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("White House", "white-house"),
        ("Japan-U.S.", "japan-u-s"),
        ("政治", "政治"),
        ("سياسة", "سياسة"),
        ("हिन्दी", "हिन्दी"),
        ("🎌", f"topic-{short_hash('🎌')}"),
        ("All", f"all-{short_hash('all')}"),
        ("all/en", f"all-en-{short_hash('all/en', 10)}"),
        ("All Stars", "all-stars"),
    ],
)
def test_slugs_of_names_in_any_script(name, slug):
    assert TopicRegistry(()).explicit(name) == Topic(slug, name)


def test_a_clash_is_reported_and_nothing_is_dropped():
    registry = TopicRegistry(configured(("c", "The C language")).topics)
    topic = registry.explicit("C++")
    assert topic == Topic(f"c-{short_hash('c++')}", "C++")
    finding = registry.clash("C++", "tags")
    assert (finding.code, finding.severity, finding.field) == ("topic-slug-clash", "warning", "tags")
    assert '"C++"' in finding.message
    assert '"The C language"' in finding.message
    assert "a feed of the whole publication" in registry.clash("all", "sections").message
    assert registry.clash("c", "tags") is None
    assert registry.clash("Opera", "tags") is None


def test_a_clash_is_reported_by_later_builds_too():
    first = TopicRegistry(())
    first.explicit("C"), first.explicit("C++")
    later = TopicRegistry((), first.minted)
    assert later.clash("C++", "tags") == first.clash("C++", "tags") is not None
    assert later.minted == []


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(max_size=100).filter(fold), max_size=8))
def test_every_name_has_one_lasting_slug_of_its_own(names):
    registry = TopicRegistry(configured(("a", "A")).topics)
    topics = {fold(name): registry.explicit(name) for name in names}
    assert len({topic.slug for topic in topics.values()}) == len(topics)
    assert all(slugify(topic.slug) == topic.slug and len(topic.slug) <= SLUG_LENGTH for topic in topics.values())
    assert not any(is_reserved(topic.slug) for topic in topics.values())
    later = TopicRegistry(configured(("a", "A")).topics, registry.minted)
    assert {fold(name): later.explicit(name) for name in reversed(names)} == topics
    assert later.minted == []


def classified(story, *topics, feeds=""):
    settings = configured(*topics, feeds=feeds)
    found, _ = Classifier(settings, TopicRegistry(settings.topics)).classify(story)
    return {each.topic.slug: each.reason for each in found}


def test_an_article_is_in_the_topics_that_it_names_then_in_its_folders_then_in_those_of_rules():
    found = classified(
        STORY,
        ("japan-us", "Japan–U.S.", "(Abe OR Japan*) AND (Trump OR Obama) -sports"),
        ("japan", "Nippon", "abe"),
        ("sports", "Sports", "sports OR football"),
        ("quiet", "Quiet days", "-football"),
        feeds="folder_topics = true",
    )
    assert list(found.items()) == [
        ("japan", 'tag "Japan"'),
        ("white-house", 'tag "White House"'),
        ("c", 'tag "C++"'),
        ("world", 'section "World"'),
        ("2017", 'folder "2017"'),
        ("2017-politics", 'folder "2017/politics"'),
        ("japan-us", 'rule of japan-us: headline has "abe" and headline has "trump"'),
        ("quiet", "rule of quiet: nothing that it excludes occurs"),
    ]


def test_without_automatic_topics_only_names_of_the_settings_count():
    found = classified(STORY, ("japan", "Nippon"), ("earth", "World"), feeds="automatic_topics = false")
    assert found == {"japan": 'tag "Japan"', "earth": 'section "World"'}


def test_rules_may_use_other_topics_named_or_ruled_in_any_order():
    found = classified(
        STORY,
        ("third", "Third", "topic:second -topic:never"),
        ("second", "Second", "topic:first topic:white-house"),
        ("never", "Never", "opera"),
        ("first", "First", "abe"),
    )
    assert found["third"] == 'rule of third: topic is "second"'
    assert found["second"] == 'rule of second: topic is "first" and topic is "white-house"'
    assert "never" not in found


def test_a_long_reason_is_cut():
    found = classified(STORY, ("a", "A", "abe meets trump america first prime minister"))
    assert found["a"].endswith('headline has "first" and 2 more')


def test_clashes_are_findings_of_the_article():
    settings = configured()
    classifier = Classifier(settings, TopicRegistry(settings.topics))
    found, findings = classifier.classify(article("x", "X", tags=("C", "C++"), sections=("c",)))
    assert [each.topic.title for each in found] == ["C", "C++"]
    assert [(each.code, each.field) for each in findings] == [("topic-slug-clash", "tags")]


@settings(deadline=None, max_examples=100)
@given(st.lists(QUERIES, min_size=1, max_size=5), ARTICLES)
def test_classifying_through_the_index_is_asking_every_rule(queries, story):
    rules = [(f"rule-{n}", f"Rule {n}", str(query)) for n, query in enumerate(queries)]
    found = classified(story, *rules, feeds="automatic_topics = false")
    assert list(found) == [slug for slug, _, query in rules if plainly(parse_query(query), story)]
