"""Fixtures shared by all tests."""

from __future__ import annotations

import os

import pytest
from django.conf import settings

os.environ.setdefault("NINGJU_DEMO", "1")

from tests.people import City, build_city


def pytest_configure() -> None:
    """Hash passwords cheaply: the strong hash would cost every test with people seconds.

    SQLite tests use a file as in real use, not memory: other processes can open it, threads wait for its locks.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "test.sqlite3")


@pytest.fixture
def city(db: None) -> City:
    """The small Party tree with its named people."""
    return build_city()
