"""What the tests share."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from publication import Publication


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    """An empty publication."""
    return Publication(tmp_path)


# Parsers are imported when first used, so that a first example takes longer; benchmarks measure speed, tests do not.
settings.register_profile("feedsvc", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("feedsvc")
