"""关账 in the browser: the next month is offered to whoever may close it, once it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from core.months import YearMonth
from orgs.models import Organization
from reports.models import ClosedMonth
from reports.views.months import next_month
from tests.people import TODAY, City
from tests.reports.closing import close

PAGE = "/months/"


def test_the_city_closes_the_month_that_is_over(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    assert "关账 2026-10" in browser.get(PAGE).content.decode()
    page = browser.post(PAGE, {"month": "2026-10"}, follow=True).content.decode()
    assert "2026-10 已关账" in page
    assert "上个月已经关账" in page
    assert ClosedMonth.objects.get().counted_on == TODAY


@pytest.mark.parametrize(("month", "said"), [("2026-11", "还没有结束"), ("2026-09", "已经关账")])
def test_a_month_that_cannot_be_closed_is_refused_in_a_sentence(
    city: City, opened: Callable[..., Client], month: str, said: str
) -> None:
    close(city, "2026-09")
    assert said in opened("city").post(PAGE, {"month": month}, follow=True).content.decode()
    assert ClosedMonth.objects.count() == 1


@pytest.mark.parametrize(("username", "status"), [("leader", 403), ("street", 403), ("district", 403)])
def test_only_the_city_closes(city: City, opened: Callable[..., Client], username: str, status: int) -> None:
    browser = opened(username)
    assert "关账 2026-10" not in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"month": "2026-10"}).status_code == status
    assert not ClosedMonth.objects.exists()


def test_something_else_than_a_month_is_a_bad_request(city: City, opened: Callable[..., Client]) -> None:
    assert opened("city").post(PAGE, {"month": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("closed", "today", "expected"),
    [
        ([], date(2026, 11, 1), YearMonth(2026, 10)),
        (["2026-09"], date(2026, 11, 30), YearMonth(2026, 10)),
        (["2026-10"], date(2026, 11, 30), None),
        (["2026-10"], date(2026, 12, 1), YearMonth(2026, 11)),
    ],
)
def test_the_next_month_follows_the_last_closed_one(closed: list[str], today: date, expected: YearMonth | None) -> None:
    assert next_month([ClosedMonth(month=month, signed_at=timezone.now()) for month in closed], today) == expected
