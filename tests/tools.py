"""The real clients of the tests: programs that are no Python packages."""

import os
import shutil

import pytest


def tool(name: str) -> str:
    """The path of a program. Where it is missing the test is skipped; in CI it fails."""
    path = shutil.which(name)
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed; tests/tools.sh installs it")
    assert path is not None, f"{name} must be there in CI"
    return path
