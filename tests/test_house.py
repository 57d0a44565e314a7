"""The house: imports point one way, and the pure rooms touch nothing outside themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import feedsvc

ROOT = Path(feedsvc.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

# What each room may import of feedsvc, besides itself. Rooms are folders, or files beside them.
VALUES = {
    "audience",
    "readers",
    "model",
    "codings",
    "moves",
    "errors",
    "text",
    "languages",
    "media",
    "patterns",
    "query",
    "views",
    "config",
    "config_values",
}
ALLOWED = {
    "patterns": set(),
    "text": {"patterns"},
    "readers": set(),
    "audience": {"readers"},
    "languages": {"patterns"},
    "media": set(),
    "codings": set(),
    "errors": {"text"},
    "model": set(),
    "moves": set(),
    "packages": set(),
    "processes": set(),
    "query": {"errors", "patterns", "text"},
    "views": {"config", "model"},
    "config": {"config_values", "errors", "moves", "patterns", "query", "text"},
    "config_values": {"patterns", "query", "text"},
    "parsers": VALUES,
    "articles": VALUES | {"parsers"},
    "topics": VALUES,
    "feeds": VALUES,
    "inbox": VALUES,
    "store": VALUES | {"parsers", "report", "topics"},
    "build": VALUES
    | {
        "parsers",
        "articles",
        "packages",
        "pool",
        "processes",
        "topics",
        "feeds",
        "inbox",
        "report",
        "store",
        "unchanged",
        "",
    },
    "web": VALUES | {"feeds"},
    "clock": set(),
    "pool": {"errors"},
    "completion": set(),
    "manual": set(),
    "starter": {"config", "errors"},
    "report": {"model"},
    "unchanged": VALUES | {"inbox", "packages", "report", "store", ""},
    "console": {"model", "report"},
    "explain": VALUES | {"articles", "build", "report", "clock", "store"},
    "check": VALUES | {"feeds", "report", "store", "web"},
    "watch": VALUES | {"build", "clock", "console", "processes", "store", ""},
    "server": set(),
    "serve": VALUES | {"store", "watch", "worker"},
    "worker": VALUES | {"clock", "desk", "server", "store", "web", ""},
    "desk": VALUES | {"explain", "inbox", "parsers", "store", "topics"},
    "export": VALUES | {"store", "web"},
    "stats": VALUES | {"store"},
    "cli": VALUES
    | {
        "build",
        "check",
        "clock",
        "completion",
        "console",
        "explain",
        "export",
        "inbox",
        "manual",
        "report",
        "processes",
        "serve",
        "starter",
        "stats",
        "store",
        "unchanged",
        "",
    },
    "__main__": {"cli"},
    "__init__": set(),
}
PURE = {
    "audience",
    "readers",
    "model",
    "codings",
    "moves",
    "errors",
    "patterns",
    "text",
    "query",
    "views",
    "parsers",
    "articles",
    "topics",
    "feeds",
}
# Modules and functions by which code reaches a clock, a disk, the network or the environment.
OUTSIDE_MODULES = {"os", "io", "pathlib", "shutil", "tempfile", "socket", "subprocess", "time", "random", "secrets",
                   "urllib.request", "http.client", "requests", "httpx", "sqlite3", "sqlalchemy", "flask", "asyncio"}  # fmt: skip
OUTSIDE_CALLS = {"open", "input", "print", "now", "utcnow", "today", "getenv", "urlopen"}
# The parts of those modules that only compute.
HARMLESS = {"pathlib": {"PurePosixPath", "PurePath"}}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, set()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, {alias.name for alias in node.names}


def test_every_room_is_on_the_drawing() -> None:
    assert {room_of(path) for path in FILES} == ALLOWED.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    allowed = ALLOWED[room_of(path)] | {room_of(path)}
    for module, names in imports_of(path):
        if module == "feedsvc":
            found = {name if name in ALLOWED else "" for name in names}
            assert found <= allowed, f"{path}: from feedsvc import {names}"
        elif module.startswith("feedsvc."):
            assert module.split(".")[1] in allowed, f"{path}: {module}"


@pytest.mark.parametrize(
    "path", [path for path in FILES if room_of(path) in PURE], ids=lambda path: str(path.relative_to(ROOT))
)
def test_pure_rooms_touch_nothing_outside(path: Path) -> None:
    for module, names in imports_of(path):
        if names and names <= HARMLESS.get(module, set()):
            continue
        assert module not in OUTSIDE_MODULES, f"{path}: {module}"
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in OUTSIDE_CALLS, f"{path}:{node.lineno}: {called}()"


@pytest.mark.parametrize(
    ("library", "home"), [("feedgen", {"feeds/syndication.py"}), ("flask", {"web"}), ("h11", {"server"})]
)
def test_a_library_has_one_home(library: str, home: set[str]) -> None:
    users = {path for path in FILES if any(module.split(".")[0] == library for module, _ in imports_of(path))}
    assert users, f"nobody imports {library}"
    for path in users:
        place = path.relative_to(ROOT)
        assert {str(place), place.parts[0]} & home, f"{place} imports {library}"


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno + 1 > 60
    ]
    assert long == []
