"""A request that another writer holds up for too long is told so, and not that the system is out of order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from config.urls import handler500  # noqa: F401 - what this module is asked for as the root of addresses
from core.locks import _TURN, one_at_a_time


@login_not_required
def write(request: HttpRequest) -> None:
    """What many do: take the turn, in a transaction."""
    with transaction.atomic():
        one_at_a_time()


@login_not_required
def fail(request: HttpRequest) -> None:
    """What nobody foresaw."""
    raise ValueError


urlpatterns = [path("write/", write), path("fail/", fail)]


@pytest.fixture
def visitor(settings: Any) -> Client:
    """Gets the page of a failure."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def writer(transactional_db: None) -> Iterator[None]:
    """Somebody who is writing, while others have little patience."""
    other = connection.copy()
    with other.cursor() as cursor, connection.cursor() as own:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_lock(%s)", [_TURN])
            own.execute("SET lock_timeout = '50ms'")
        else:
            cursor.execute("BEGIN IMMEDIATE")
            own.execute("PRAGMA busy_timeout = 50")
    yield
    other.close()
    connection.close()  # its patience ends with it


def test_who_waits_too_long_is_told_to_come_back(writer: None, visitor: Client) -> None:
    answer = visitor.post("/write/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "正在写入名单，这一步没有保存" in answer.content.decode()


@pytest.mark.django_db
def test_any_other_failure_is_none_of_that(visitor: Client) -> None:
    answer = visitor.post("/fail/")
    assert answer.status_code == 500
    assert "系统出错,这一步没有保存" in answer.content.decode()
