"""What the careful app got for its few lines. Run by `tests/test_nothing_forgotten.py`, in a project that has the app."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.due import due_kinds
from core.models import AuditEntry
from core.sources import sources
from orgs.facts import refresh
from orgs.models import MassOrganization
from orgs.services import duplicates
from tests.people import TODAY, City
from tests.workbooks import Workbook
from tests.world import World, build_world

LESSONS = "/admin/careful/lesson/"


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


@pytest.fixture
def street(world: World) -> Client:
    client = Client()
    client.force_login(world.city.user("street"))
    return client


def test_list_form_history_and_trail(world: World, street: Client) -> None:
    said = {
        "organization": world.here["unit"],
        "topic": "学习意见",
        "kind": "HALL",
        "held_on": "2026-11-02",
        "reason": "安排",
    }
    assert street.post(f"{LESSONS}add/", said).status_code == 302
    assert "学习意见" in street.get(LESSONS).content.decode()
    assert "学习意见" in street.get("/lessons/").content.decode()
    assert "学习意见" in street.get(f"/organizations/{world.here['unit']}/").content.decode()
    entry = AuditEntry.objects.get(action="lesson.add")
    assert (entry.reason, entry.changes["topic"]) == ("安排", [None, "学习意见"])
    assert "登记党课" in street.get(f"{LESSONS}{entry.object_id}/history/").content.decode()


def test_workbook_both_ways(world: World, tmp_path: Path) -> None:
    book = Workbook.of(world.city, tmp_path, LESSONS, "street")
    assert {line.outcome for line in book.carried_in()} == {"未变"}
    book.edit("本区主题", 方式="线上")
    (line,) = book.carried_in(write=True)
    assert line.changes == [("方式", "集中授课", "线上")]


def test_due_source_and_hand_over(world: World) -> None:
    lesson = apps.get_model("careful.Lesson").objects.get(pk=world.here["lesson"])
    lesson.due_on = timezone.localdate()
    lesson.save()
    scope = world.city.scope("street")
    kind = due_kinds["lessons"]
    (item,) = kind.items(kind.rows(scope, TODAY), scope, TODAY)
    assert item.what == "党课（本区主题）"
    assert "lessons" in sources
    MassOrganization.objects.filter(organization=lesson.organization).update(kind="UNION")
    refresh(None, on=TODAY)
    told = StringIO()
    call_command("figures", "--json", stdout=told)
    (unions,) = [one for one in json.loads(told.getvalue()) if one["indicator"] == "UNIONS"]
    assert 0 < unions["numerator"] < unions["denominator"]
    keep, drop = world.city.organization("旧档"), lesson.organization
    duplicates.merge(by=world.city.user("street"), keep=keep, drop=drop, on=TODAY, reason="同一家")
    lesson.refresh_from_db()
    assert lesson.organization == keep
