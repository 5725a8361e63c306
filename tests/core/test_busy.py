"""A request that another writer holds up for too long is told so, and not that the system is out of order."""

from __future__ import annotations

import runpy
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.urls import handler500  # noqa: F401 - what this module is asked for as the root of addresses
from core.locks import _TURN, one_at_a_time
from core.middleware import WritersMiddleware
from core.outages import Trouble, trouble_of
from tests.people import City


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
    assert "系统出错，这一步没有保存" in answer.content.decode()


@login_not_required
def look(request: HttpRequest) -> HttpResponse:
    """What every page does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("here")


urlpatterns += [path("look/", look)]


@pytest.mark.django_db(transaction=True)
def test_a_page_tries_again_by_itself_while_the_database_is_away_and_finds_it_back(visitor: Client) -> None:
    """A killed session of PostgreSQL, and what SQLite cannot show."""
    assert visitor.get("/look/").content == b"here"
    if connection.vendor == "postgresql":
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        other.close()
        answer = visitor.get("/look/")
    else:
        with connection.execute_wrapper(_away):
            answer = visitor.get("/look/")
    assert answer.status_code == 503
    text = answer.content.decode()
    assert '<meta http-equiv="refresh" content="5">' in text
    assert "数据库正在重新启动或暂时连不上" in text
    close_old_connections()  # as every request begins
    assert visitor.get("/look/").content == b"here"


def _away(execute: Any, sql: str, *told: Any) -> Any:
    raise InterfaceError("connection already closed")


CODES = [("57P01", "AWAY"), ("57P03", "AWAY"), ("08006", "AWAY"), ("53300", "AWAY"), (None, "AWAY"), ("53100", "FULL"),
         ("55P03", "BUSY"), ("40P01", "BUSY"), ("42P01", None), ("22012", None)]  # fmt: skip


@pytest.mark.parametrize(("code", "name"), CODES)
def test_what_passes_by_itself_is_told_by_the_code_of_postgresql(code: str | None, name: str | None) -> None:
    cause = type("Cause", (Exception,), {"pgcode": code})()
    error = OperationalError("…")
    error.__cause__ = cause
    wrapped = RuntimeError("in the middle of something")
    wrapped.__cause__ = error
    found = trouble_of(wrapped)
    assert (found and found.name) == name


def test_a_session_that_breaks_off_while_it_is_answered_is_the_database_being_away() -> None:
    """psycopg2 tells it by its plainest class; so does Django what is a mistake of the program."""
    broken_off, mistake = DatabaseError("server closed the connection unexpectedly"), DatabaseError("no row affected")
    broken_off.__cause__ = psycopg2.DatabaseError()
    assert (trouble_of(broken_off), trouble_of(mistake)) == (Trouble.AWAY, None)
    malformed = DatabaseError("database disk image is malformed")
    malformed.__cause__ = sqlite3.DatabaseError()
    assert trouble_of(malformed) is None


@pytest.mark.parametrize(
    ("told", "trouble"),
    [("connection already closed", Trouble.AWAY), ("cursor already closed", None), ("Error binding parameter 0", None)],
)
def test_a_mistake_with_a_connection_that_is_there_is_no_database_away(told: str, trouble: Trouble | None) -> None:
    error = InterfaceError(told)
    error.__cause__ = psycopg2.InterfaceError(told)
    assert trouble_of(error) == trouble


@pytest.mark.django_db
def test_whoever_waits_to_write_leaves_threads_for_reading(city: City, client: Client, monkeypatch: Any) -> None:
    """When all places of writers are taken the next one is told at once; readers and sign-in go on."""
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(WritersMiddleware, "places", places)
    unit = city.organization()
    client.force_login(city.user("city"))
    address = f"/admin/orgs/organization/{unit.pk}/change/"
    for _ in range(3):
        assert client.post(address, {}).status_code == 200, "a place is given back"
    with places:
        answer = client.post(address, {"name": "保留的名称"})
        assert answer.status_code == 503
        assert "保留的名称" in answer.content.decode()
        assert ("同时保存的人较多，这一步没有保存" in answer.content.decode(), answer.headers["Retry-After"]) == (
            True,
            "5",
        )
        assert client.get(address).status_code == 200
        assert Client().post("/login/", {"username": "city", "password": "x"}).status_code == 200


def test_some_threads_never_wait_for_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCK_PATIENCE_SECONDS", "30")  # the server sets it where nobody did
    assert runpy.run_path("config/gunicorn.py")["threads"] >= settings.WEB_WRITERS * 2
