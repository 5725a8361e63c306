"""待办 counts what there is, not what is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import ROLES
from core.due import due_kinds
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


def test_every_kind_has_a_page_that_lists_all_of_it(city: City, opened: Callable[..., Client]) -> None:
    for kind in due_kinds:
        who = next(name for name, _, role, _ in PEOPLE if kind.permission in ROLES[role].permissions)
        assert opened(who).get(kind.url, follow=True).status_code == 200, kind.code
