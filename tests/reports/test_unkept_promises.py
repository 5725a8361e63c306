"""已承诺未兑现: units still without a Party organization although the day that was promised is past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orgs.models import Organization
from reports.models import GapAnswer
from tests.people import TODAY, City
from tests.reports.closing import close
from tests.reports.test_dashboard import PAGE, answer, numbers


@pytest.fixture
def promised(city: City, gaps: dict[str, Organization]) -> None:
    """One was to be founded by yesterday, one by tomorrow, and of one nothing but the reason is known."""
    days = {"large": -1, "lonely": 1}
    for name, unit in gaps.items():
        GapAnswer.objects.create(
            organization=unit,
            reason="正在筹建",
            planned_by=TODAY + timedelta(days=days[name]) if name in days else None,
            answered_by=city.user("street"),
            answered_at=timezone.now(),
        )


def test_the_answer_counts_promises_whose_day_is_past_and_opens_their_list(
    city: City, gaps: dict[str, Organization], promised: None, opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    page = browser.get(PAGE).content.decode()
    assert "已承诺未兑现1家。" in answer(page)
    assert "未建原因：正在筹建 4 家。" in page, "a promise of any day is an answer"
    (url,) = [url for url, number in numbers(page) if "promised" in url and number == 1]
    assert [row.organization_id for row, _ in browser.get(url).context["rows"]] == [gaps["large"].pk]


def test_nothing_is_said_where_nothing_was_promised(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    assert "已承诺" not in answer(opened("city").get(PAGE).content.decode())


def test_a_closed_month_keeps_reasons_and_no_days(city: City, promised: None, opened: Callable[..., Client]) -> None:
    close(city, "2026-10")
    page = opened("city").get(PAGE, {"month": "2026-10"}).content.decode()
    assert "已承诺" not in answer(page)
    assert "未建原因：正在筹建" in page
