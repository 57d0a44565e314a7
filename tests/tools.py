"""The real clients of the tests: programs that are no Python packages."""

import os
import shutil
from pathlib import Path

import pytest


def tool(name: str) -> str:
    """The path of a program. Where it is missing the test is skipped; in CI it fails."""
    path = shutil.which(name)
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed; tests/tools.sh installs it")
    assert path is not None, f"{name} must be there in CI"
    return path


def client(name: str) -> Path:
    """A program of the environment that tests/tools.sh makes for clients from PyPI."""
    path = Path(__file__).parent.parent / ".venv" / "clients" / "bin" / name
    if not path.exists() and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed; tests/tools.sh installs it")
    assert path.exists(), f"{name} must be there in CI"
    return path
