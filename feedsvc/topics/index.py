"""Which of many rules can match an article at all, found from its words instead of by asking each rule.

From every rule, keys are taken such that an article without any of them cannot match: for words that must
all occur, the one that fewest rules share; for alternatives, one of each. A rule of which nothing is sure
to occur (``-sports``, ``topic:a``) is a candidate always.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from feedsvc.query import VALUE_FIELDS, And, Leaf, Not, Or, Prefix, Query, leaves, needle, words
from feedsvc.topics.match import Subject

_LONGEST_PREFIX = 12  # of a key; a bound for the look-ups that one word costs

Key = tuple[str, bool]
"""A word, or ``field:value``; whether it is only the beginning of one."""


class RuleIndex:
    """An index over ``queries``; a rule is known by its position among them."""

    def __init__(self, queries: Sequence[Query]) -> None:
        shared = Counter(key for query in queries for leaf in leaves(query) for key in _keys(leaf))
        whole: defaultdict[str, set[int]] = defaultdict(set)
        beginnings: defaultdict[str, set[int]] = defaultdict(set)
        always: set[int] = set()
        for position, query in enumerate(queries):
            keys = _required(query, shared.__getitem__)
            if keys is None:
                always.add(position)
            for text, is_beginning in keys or ():
                (beginnings if is_beginning else whole)[text].add(position)
        self._whole, self._beginnings, self._always = dict(whole), dict(beginnings), always
        self._lengths = sorted({len(text) for text in beginnings})

    def candidates(self, subject: Subject) -> list[int]:
        """The positions of all rules that can match ``subject``, in order."""
        found = set(self._always)
        values = {f"{field}:{value}" for field, values in subject.values.items() for value in values}
        vocabulary = subject.vocabulary | values
        for text in self._whole.keys() & vocabulary:
            found |= self._whole[text]
        for length in self._lengths:
            for text in self._beginnings.keys() & {word[:length] for word in vocabulary}:
                found |= self._beginnings[text]
        return sorted(found)


def _keys(leaf: Leaf) -> list[Key]:
    """The keys of which every one occurs in an article that ``leaf`` matches."""
    is_beginning = isinstance(leaf, Prefix)
    if leaf.field == "topic":
        return []  # topics are still being found while rules are asked
    texts = [f"{leaf.field}:{needle(leaf)}"] if leaf.field in VALUE_FIELDS else words(leaf.text)
    last = (texts[-1][:_LONGEST_PREFIX], True) if is_beginning else (texts[-1], False)
    return [*((text, False) for text in texts[:-1]), last]


def _required(query: Query, shared: Callable[[Key], int]) -> frozenset[Key] | None:
    """Keys of which one or more occur in every article that ``query`` matches; None when none is sure to."""
    match query:
        case Or(clauses):
            each = [_required(clause, shared) for clause in clauses]
            sure = [keys for keys in each if keys is not None]
            return frozenset().union(*sure) if len(sure) == len(each) else None
        case And(clauses):
            sure = [keys for clause in clauses if (keys := _required(clause, shared)) is not None]
            return min(sure, key=lambda keys: sum(map(shared, keys)), default=None)
        case Not():
            return None
        case leaf:
            rarest = min(_keys(leaf), key=lambda key: (shared(key), -len(key[0])), default=None)
            return frozenset((rarest,)) if rarest else None
