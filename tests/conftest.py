"""What the tests share."""

from pathlib import Path

import pytest
from publication import Publication


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    """An empty publication."""
    return Publication(tmp_path)
