"""What the careful app got for its few lines. Run by `tests/test_nothing_forgotten.py`, in a project that has the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from core.due import due_kinds
from core.indicators import measures
from core.models import AuditEntry
from core.sources import sources
from dues.models import HandUp, Income, Refund, Spending
from orgs.facts import differences, refresh
from orgs.figures import Narrow
from orgs.models import MassOrganization, PartyFacts
from orgs.services import duplicates
from orgs.services.endings import merge
from reports.queries.moments import Moment
from tests.people import TODAY, City
from tests.reports.test_every_figure import figures, listed, numbers
from tests.workbooks import Workbook
from tests.world import World, build_world

LESSONS, STUDIES = "/admin/careful/lesson/", "/admin/careful/study/"


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def figure(code: str) -> tuple[int, int]:
    """What the command says of an indicator."""
    (found,) = [one for one in figures() if one["indicator"] == code]
    return found["numerator"], found["denominator"]  # type: ignore[return-value]


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


def test_rows_of_a_party_organization_are_counted_where_they_are(world: World, tmp_path: Path) -> None:
    """Also what comes in as a workbook, and what a merge takes along."""
    city, scope = world.city, world.city.scope("city")
    assert figure("STUDIES") == (0, 2)
    book = Workbook.of(city, tmp_path, STUDIES)
    book.edit("本区主题", 线上="是")
    assert sorted(line.outcome for line in book.carried_in(write=True)) == ["有变化", "未变"]
    assert figure("STUDIES") == (1, 2)
    told = {"by": city.user("city"), "on": TODAY, "reason": "合并"}
    for model, ended in ((Refund, "REJECTED"), (Income, "DROPPED"), (Spending, "RETURNED")):
        model.objects.filter(party_organization=city["CZ1111"]).update(
            state=ended
        )  # money on its way would keep them from it
    HandUp.objects.filter(from_node=city["CZ1111"]).update(state="CONFIRMED")
    merge(party_organization=city["CZ1111"], into=city["CZ1112"], **told)
    assert differences(on=TODAY) == []
    assert PartyFacts.objects.get(node=city["CZ1112"]).measured["studies_online"] == 1
    place = Narrow(node="CZ111")
    whole = numbers(scope, Moment(TODAY), place)
    assert (whole["studies"], whole["studies_online"]) == (1, 1)
    assert [listed(scope, Moment(TODAY), measures[code], place) for code in ("studies", "studies_online")] == [1, 1]


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
    some, whole = figure("UNIONS")
    assert 0 < some < whole
    keep, drop = world.city.organization("旧档"), lesson.organization
    duplicates.merge(by=world.city.user("street"), keep=keep, drop=drop, on=TODAY, reason="同一家")
    lesson.refresh_from_db()
    assert lesson.organization == keep
