"""What the tests share."""

from pathlib import Path

import pytest
from hypothesis import settings
from publication import Publication


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    """An empty publication."""
    return Publication(tmp_path)


# Parsers are imported when first used, so that a first example takes longer; benchmarks measure speed, no deadline does.
settings.register_profile("feedsvc", deadline=None)
settings.load_profile("feedsvc")
