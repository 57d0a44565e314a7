"""Patterns that are compiled when they are first asked for."""

import importlib
import pkgutil
import re

import pytest

import feedsvc
from feedsvc.patterns import Waiting, pattern


def test_every_pattern_of_feedsvc_compiles() -> None:
    found = 0
    for module in pkgutil.walk_packages(feedsvc.__path__, "feedsvc."):
        if module.name == "feedsvc.__main__":
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Waiting):
                re.compile(value.pattern, value.flags)
                found += 1
    assert found > 100


def test_it_does_what_a_compiled_one_does() -> None:
    late, now = pattern("(a)b", re.IGNORECASE), re.compile("(a)b", re.IGNORECASE)
    for text in ("xABab", "ab", "", "b"):
        for name in ("match", "fullmatch", "search"):
            ours, theirs = getattr(late, name)(text), getattr(now, name)(text)
            assert (ours and ours.span()) == (theirs and theirs.span())
        assert late.sub("-", text) == now.sub("-", text)
        assert late.split(text) == now.split(text)
        assert late.findall(text) == now.findall(text)


def test_a_wrong_one_is_told_when_it_is_asked() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.match("a")
    with pytest.raises(AttributeError):
        wrong.nothing  # type: ignore[attr-defined]  # noqa: B018
