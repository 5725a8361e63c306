"""Fixtures shared by all tests."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests import processes
from tests.people import City, build_city


@pytest.fixture
def city(db: None) -> City:
    """The small Party tree with its named people."""
    return build_city()


@pytest.fixture
def start_process(transactional_db: None) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts other processes on the test's database; none of them outlives the test."""
    with processes.starting() as start:
        yield start
