"""口径 is worded from the parameters in force: of today for live figures, of then for a closed month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from core.indicators import indicators, measures
from core.models import Parameter
from core.parameters import parameters, spoken
from orgs.facts import refresh
from orgs.models import Organization
from orgs.services.parameters import set_parameter
from reports.models import ClosedMonth
from tests.people import LONG_AGO, TODAY, City
from tests.reports.closing import close


def test_a_closed_month_says_the_thresholds_of_then(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    close(city, "2026-10")
    Parameter.objects.create(key="econ.org_headcount", value=80, valid_from=LONG_AGO, set_by=city.user("city"))
    refresh(None, on=TODAY)
    browser = opened("leader")
    for query, number in (("", 80), ("?month=2026-10", 100)):
        page = browser.get(f"/dashboard/{query}").content.decode()
        for words in (f"{number} 人以上新经济组织有党组织", f"新经济组织职工 {number} 名"):
            assert words in page, query
        listed = browser.get(f"/units/?gap=T2&{query[1:]}").content.decode()
        assert f"职工 {number} 名以上、经营正常的新经济组织中" in listed, query


def test_a_value_of_today_is_said_once_it_was_counted(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    """Set in the morning, with no worker that counts it."""
    today, browser = timezone.localdate(), opened("leader")
    refresh(None, on=today)
    for value in (80, 90):
        told: dict[str, Any] = {"valid_from": today, "note": "文件", "on": today}
        set_parameter(by=city.user("city"), code="econ.org_headcount", value=value, **told)
        assert "100 人以上新经济组织有党组织" in browser.get("/dashboard/").content.decode()
    refresh(None, on=today)
    assert "90 人以上新经济组织有党组织" in browser.get("/dashboard/").content.decode()


def test_no_text_of_a_figure_names_a_parameter_that_there_is_not_or_a_number_beside_one() -> None:
    marks = {one.code: f"〔{one.code}〕" for one in parameters}
    for one in indicators:
        told = one.worded(marks)
        texts = (told.name, told.basis, told.denominator.name, told.numerator.name)
        assert not any(char.isdigit() for text in texts for char in text.split("〔")[0]), one.code
        assert all("%(" not in text for text in texts)
    assert all("%(" not in measure.worded(spoken({})).name for measure in measures)


def test_a_figure_that_there_was_not_prints_a_dash_for_the_months_before_it(
    city: City, gaps: dict[str, Organization], opened: Callable[..., Client]
) -> None:
    closed = close(city, "2026-10")
    for code in ("restructured", "restructured_built"):
        del closed.words["measures"][code]
    del closed.words["indicators"]["T5"]
    ClosedMonth.objects.filter(pk=closed.pk).update(words=closed.words)
    page = opened("leader").get("/dashboard/?month=2026-10").content.decode()
    card = page[page.index("改制单位有党组织") :]
    assert card[card.index('class="figure">') :].startswith('class="figure">—')
    now = opened("leader").get("/dashboard/").content.decode()
    assert "改制单位有党组织" in now
