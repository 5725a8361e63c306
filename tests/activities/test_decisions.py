"""A13: what was decided has somebody and a day, and is asked for from that day until it is done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from activities.models import Decision
from activities.queries.reviews import checks_of
from activities.rules.checks import Vote
from activities.services import reviews
from core.models import AuditEntry
from tests.filing import file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


def a13(record: Any, city: City) -> str:
    [found] = [one for one in checks_of(record, city.scope("street"), on=TODAY) if one.code == "A13"]
    return found.sentence if found.level else ""


@pytest.mark.parametrize(
    ("due_on", "done_on", "word"),
    [
        (TODAY, None, ""),
        (YESTERDAY, None, "有 1 项决议已过完成时限，还没有落实"),
        (YESTERDAY, TODAY, ""),
        (None, None, "有 1 项决议没有责任人或完成时限"),
    ],
    ids=["due today", "late", "done", "without a day"],
)
def test_a_decision_is_a_task_from_the_day_after_it_was_due(
    city: City, due_on: date | None, done_on: date | None, word: str
) -> None:
    members(city, 3)
    vote = Vote("更换灭火器", responsible="孙勤", due_on=due_on, done_on=done_on)
    assert a13(file_record(city, kind="CONGRESS", votes=[vote]), city) == word


def test_the_branch_says_that_it_is_done_and_it_stays_so_when_the_record_comes_again(city: City) -> None:
    members(city, 3)
    today = timezone.localdate()
    vote = Vote("更换灭火器", responsible="孙勤", due_on=YESTERDAY)
    record = file_record(city, kind="CONGRESS", votes=[vote])
    secretary, branch = city.client("secretary"), f"/branch/{city['CZ1111'].pk}/"
    told = {"do": "done", "decision": Decision.objects.get().pk}
    assert "已落实：更换灭火器" in secretary.get(branch).content.decode()
    assert city.client("stranger").post(branch, told).status_code == 404
    assert "决议已落实" in secretary.post(branch, told, follow=True).content.decode()
    assert "已落实：更换灭火器" not in secretary.get(branch).content.decode()
    assert f"这项决议已于 {today} 落实" in secretary.post(branch, told, follow=True).content.decode()
    assert AuditEntry.objects.get(action="activities.carry_out").user == city.user("secretary")
    reviews.send_back(by=city.user("street"), record=record, reason="请补充", at=timezone.now(), on=today)
    file_record(city, kind="CONGRESS", votes=[vote], key=record.draft_key, content="补充了发言要点。" * 20, on=today)
    assert Decision.objects.get().done_on == today
    page = secretary.get(f"/branch/records/{record.pk}/").content.decode()
    assert f"已于 {today} 落实" in page
