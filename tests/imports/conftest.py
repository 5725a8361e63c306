"""The road, driven by the city's department on the day of the tests."""

from __future__ import annotations

import pytest

from tests.lists import Road
from tests.people import TODAY


@pytest.fixture
def road(city, tmp_path) -> Road:
    """Lists sent by the city's department."""
    return Road(tmp_path, city.user("city"), TODAY)
