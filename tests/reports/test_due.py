"""待办 counts what there is, not what is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import ROLES
from activities.models import ActivityRecord
from core.due import due_kinds
from core.rows import insert_rows
from orgs.facts import refresh
from reports.models import GapAnswer
from reports.views.due import MOST
from tests.people import PEOPLE, TODAY, City


@pytest.mark.parametrize(
    ("until", "title"),
    [
        (TODAY - timedelta(days=1), "已逾期"),
        (TODAY, "今天"),
        (TODAY + timedelta(days=1), "本周"),
        (TODAY + timedelta(days=30), "以后"),
    ],
)
def test_every_stretch_counts_all_of_its_lines(
    city: City, opened: Callable[..., Client], until: date, title: str
) -> None:
    units = [city.organization(f"第{index}厂", staff=120) for index in range(MOST + 5)]
    for unit in units:
        GapAnswer.objects.create(
            organization=unit, planned_by=until, answered_by=city.user("street"), answered_at=timezone.now()
        )
    refresh(None, on=TODAY)
    response = opened("street").get("/due/")
    stretches = {stretch.title: stretch for stretch in response.context["stretches"]}
    assert {name: stretch.number for name, stretch in stretches.items() if stretch.number} == {title: len(units)}
    (lines,) = stretches[title].kinds
    assert (lines.number, len(lines.items)) == (len(units), MOST)
    page = response.content.decode()
    assert f"</span> {len(units)}</h2>" in page
    assert "查看全部" in page


def test_each_stretch_shows_its_own_lines_however_many_are_more_urgent(
    city: City, opened: Callable[..., Client]
) -> None:
    """Records may be reviewed within seven days: those of a day eight days ago are late, those of a day seven ago are due today."""
    of_day = {8: MOST + 3, 7: 2, 6: 4, 0: MOST + 1}
    held = {"kind": "THEME_DAY", "held_on": TODAY - timedelta(days=9), "status": "SUBMITTED", "topic": "学习"}
    for ago, number in of_day.items():
        rows = [(city["CZ1111"].pk, uuid4().hex, TODAY - timedelta(days=ago)) for _ in range(number)]
        insert_rows(ActivityRecord, ("party_organization_id", "draft_key", "submitted_on"), rows, held)
    stretches = opened("street").get("/due/").context["stretches"]
    found = {
        stretch.title: (lines.number, {item.until for item in lines.items}, len(lines.items))
        for stretch in stretches
        for lines in stretch.kinds
        if lines.kind.code == "activities.reviews"
    }
    assert found == {
        "已逾期": (MOST + 3, {TODAY - timedelta(days=1)}, MOST),
        "今天": (2, {TODAY}, 2),
        "本周": (4, {TODAY + timedelta(days=1)}, 4),
        "以后": (MOST + 1, {TODAY + timedelta(days=7)}, MOST),
    }


def test_every_kind_has_a_page_that_lists_all_of_it(city: City, opened: Callable[..., Client]) -> None:
    for kind in due_kinds:
        who = next(name for name, _, role, _ in PEOPLE if kind.permission in ROLES[role].permissions)
        assert opened(who).get(kind.url, follow=True).status_code == 200, kind.code
