"""Fixtures shared by all tests."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import settings as hypothesis

from core import append_only
from orgs import context
from tests import processes
from tests.people import City, build_city

hypothesis.register_profile("untimed", deadline=None)  # speed is measured by `make bench`; a busy machine is no fault
hypothesis.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What says the same on every database runs once: tests that touch none, and those marked so."""
    if connection.vendor == "sqlite":
        return
    twice = [item for item in items if _touches_a_database(item) and not item.get_closest_marker("once")]
    kept = set(twice)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = twice


def _touches_a_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return bool(item.get_closest_marker("django_db")) or not {"db", "transactional_db"}.isdisjoint(fixtures)


@pytest.fixture(scope="session", autouse=True)
def tests_may_empty_the_trail(django_db_modify_db_settings: None) -> None:
    """Tests that commit empty all tables at their end; the trail would refuse, and so would whatever is published."""
    operations: Any = type(connection.ops)  # the class: a browser's event loop has a connection of its own
    flush = operations.sql_flush

    def sql_flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        if connection.vendor == "postgresql":
            return [*append_only.lift("postgresql"), *flush(self, *args, **kwargs), *append_only.restore("postgresql")]
        with connection.cursor() as cursor:
            triggers = dict(cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
        return [*(f"DROP TRIGGER {name}" for name in triggers), *flush(self, *args, **kwargs), *triggers.values()]

    operations.sql_flush = sql_flush


@pytest.fixture(autouse=True)
def no_seals_of_other_tests() -> None:
    """The log of seals belongs to one database."""
    settings.SEAL_LOG.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def no_city_of_other_tests() -> None:
    """What a process knows for good or keeps for a day, a test must not leave to the next."""
    context._known.clear()
    cache.clear()


@pytest.fixture
def city(db: None) -> City:
    """The small Party tree with its named people."""
    return build_city()


@pytest.fixture
def client_of(city: City) -> Callable[..., Client]:
    """Gives the browser of a named person."""
    return city.client


@pytest.fixture
def start_process(transactional_db: None) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts other processes on the test's database; none of them outlives the test."""
    with processes.starting() as start:
        yield start
