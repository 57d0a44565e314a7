"""Queries and articles of few words, so that they meet often."""

from feeds_samples import article
from hypothesis import strategies as st

from feedsvc.model import Person
from feedsvc.query import And, Not, Or, Phrase, Prefix, Term

_WORDS = st.sampled_from(
    ["abe", "trump", "ja", "japan", "japanese", "U.S.", "u", "日本", "日", "white house", "house"]
)
_LEAF_FIELDS = st.sampled_from([None, None, "headline", "text", "tag", "author", "source", "folder", "language"])
_LEAVES = st.one_of(st.builds(kind, _WORDS, _LEAF_FIELDS) for kind in (Term, Phrase, Prefix))
QUERIES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        *(st.builds(kind, st.lists(inner, min_size=2, max_size=3).map(tuple)) for kind in (And, Or)),
    ),
    max_leaves=8,
)
_PHRASES = st.lists(_WORDS, max_size=6).map(" ".join)
ARTICLES = st.builds(
    article,
    st.just("x"),
    _PHRASES,
    text=_PHRASES,
    tags=st.lists(_WORDS, max_size=2).map(tuple),
    source=st.one_of(st.none(), _PHRASES),
    authors=st.lists(st.builds(Person, _WORDS), max_size=2).map(tuple),
    language=st.sampled_from(["ja", "ja-JP", "u"]),
    name=st.sampled_from(["a.txt", "japan/a.txt", "japan/abe/a.txt", "u.s./a.txt"]),
)
