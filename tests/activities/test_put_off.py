"""The day for filing a month is put off by the city with a reason: what came by the new day is in time, and it stays visible."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from activities.models import ActivityMonth, Obligation
from activities.services import deadlines, months, obligations
from core.models import AuditEntry
from core.months import YearMonth
from core.refusals import Refusal
from orgs.facts import differences, refresh
from tests.activities.plain_life import LAID, MONTH, branches
from tests.filing import file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
USUAL, LATER = date(2026, 11, 4), date(2026, 11, 20)
ADDRESS = "/reviews/months/"


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def put_off(city: City, *, month: YearMonth = MONTH, to: date = LATER, reason: str = "国庆假期") -> ActivityMonth:
    return deadlines.put_off(by=city.user("city"), month=month, to=to, reason=reason, at=timezone.now(), on=TODAY)


@pytest.mark.parametrize(
    ("on", "before", "after"),
    [
        (USUAL, "ON_TIME", "ON_TIME"),
        (date(2026, 11, 5), "LATE", "ON_TIME"),
        (LATER, "LATE", "ON_TIME"),
        (date(2026, 11, 21), "LATE", "LATE"),
    ],
)
def test_what_came_by_the_new_day_is_in_time(city: City, on: date, before: str, after: str) -> None:
    members(city, 2)
    obligations.lay_out(on=LAID)
    file_record(city, by="city", on=on, held_on=date(2026, 10, 20), late_reason="补报")
    refresh(None, on=TODAY)
    duty = Obligation.objects.of_month(MONTH).get(party_organization=city["CZ1111"], kind="ANY")
    assert (duty.due_on, duty.state) == (USUAL, before)
    put_off(city)
    duty.refresh_from_db()
    assert (duty.due_on, duty.state) == (LATER, after)
    assert differences(on=TODAY) == []
    entry = AuditEntry.objects.get(action="activities.put_off")
    assert (entry.reason, entry.changes["put_off_to"][1]) == ("国庆假期", LATER.isoformat())


def test_what_is_laid_out_afterwards_has_the_new_day(city: City) -> None:
    month = YearMonth.of(TODAY)
    put_off(city, month=month, to=date(2026, 12, 20))
    obligations.lay_out(on=TODAY)
    assert set(Obligation.objects.of_month(month).values_list("due_on", flat=True)) == {date(2026, 12, 20)}
    assert set(Obligation.objects.of_month(month.plus(1)).values_list("due_on", flat=True)) == {date(2027, 1, 6)}
    put_off(city, month=month, to=date(2026, 12, 21))


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"reason": " "}, "请写明原因"),
        ({"to": USUAL}, "只能推迟到更晚的日期"),
        ({"to": date(2027, 2, 1)}, "最晚推迟到 2027-01-31"),
    ],
)
def test_it_is_put_off_with_a_reason_and_within_measure(city: City, told: dict[str, Any], word: str) -> None:
    obligations.lay_out(on=LAID)
    with pytest.raises(Refusal, match=word):
        put_off(city, **told)
    put_off(city, to=date(2027, 1, 31))
    months.close_month(by=city.user("city"), month=MONTH, at=timezone.now(), on=TODAY)
    with pytest.raises(Refusal, match="已关账，请先重新开放"):
        put_off(city, to=date(2027, 1, 31))


def test_the_page_offers_it_to_the_city_and_keeps_it_in_sight(city: City) -> None:
    obligations.lay_out(on=TODAY)
    obligations.lay_out(on=LAID)
    client = city.client("city")
    steps = {one.month: [code for code, _ in one.steps] for one in client.get(ADDRESS).context["months"]}
    assert (steps[MONTH], steps[YearMonth.of(TODAY)]) == (["close", "put_off"], ["put_off"])
    told = {"do": "put_off", "month": str(MONTH), "to": LATER.isoformat(), "reason": "台风停工"}
    assert city.client("district").post(ADDRESS, told).status_code == 403
    assert "推迟到哪一天" in client.post(ADDRESS, told | {"to": "明天"}, follow=True).content.decode()
    body = client.post(ADDRESS, told, follow=True).content.decode()
    assert "2026-10 的填报截止已推迟" in body
    assert "填报月份推迟截止：台风停工" in body
    assert f'data-label="填报截止">{LATER}<' in body


def test_putting_off_takes_as_many_queries_for_many_branches(city: City, django_assert_max_num_queries: Any) -> None:
    branches(city, 12)
    obligations.lay_out(on=LAID)
    refresh(None, on=TODAY)
    with django_assert_max_num_queries(40):
        put_off(city)
