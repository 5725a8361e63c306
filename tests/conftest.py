"""Fixtures shared by all tests."""

from __future__ import annotations

import pytest

from tests.people import City, build_city


@pytest.fixture
def city(db: None) -> City:
    """The small Party tree with its named people."""
    return build_city()
