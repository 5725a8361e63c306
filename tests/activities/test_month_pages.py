"""Months of records: what came of each, closing, locking and opening again by the city, with what comes late in sight."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from activities.models import ActivityMonth, Obligation
from activities.services import months, obligations
from core.refusals import Refusal
from orgs.services import endings
from tests.activities.plain_life import LAID, MONTH, branches
from tests.filing import file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
ADDRESS = "/reviews/months/"


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def october(city: City, who: str = "city"):
    """What the page says of the month before."""
    told = {one.month: one for one in city.client(who).get(ADDRESS).context["months"]}
    return told[MONTH]


def test_each_month_says_what_came_of_it(city: City) -> None:
    branches(city, 4)
    obligations.lay_out(on=LAID)
    for code, on in (("CZ1111", date(2026, 10, 21)), ("B0", date(2026, 11, 20))):
        members(city, 2, of=code)
        file_record(
            city, of=code, by="city", on=on, held_on=date(2026, 10, 20), late_reason="" if on.month == 10 else "出差"
        )
    obligations.not_held(by=None, party_organization=city["CZ1112"], month=MONTH, reason="停产", on=TODAY)
    told = october(city)
    assert (told.due, told.on_time, told.late, told.not_held, told.missing) == (5, 1, 1, 1, 2), "one is too young"
    assert told.ahead == 0
    obligations.lay_out(on=TODAY)
    this = city.client("city").get(ADDRESS).context["months"][0]
    assert this.ahead == this.due - this.reported > 0, "what is not over is not missing"
    assert (told.rate, told.held_rate, told.explained) == ("60.0%", "40.0%", 1)
    assert (october(city, "street").due, october(city, "stranger").due) == (3, 1)
    late = city.client("city").get("/reviews/?status=all&late=2026-10").context["rows"]
    assert [row.late_reason for row, _ in late] == ["出差"]
    missing = city.client("city").get("/reviews/missing/?month=2026-10").context["rows"]
    assert len(missing) == told.missing


@pytest.mark.parametrize("then", ["locked", "dissolved", "long ago"])
def test_the_number_of_a_month_and_its_list_are_the_same_whatever_became_of_it(city: City, then: str) -> None:
    obligations.lay_out(on=LAID)
    if then == "locked":
        told = {"by": city.user("city"), "month": MONTH, "at": timezone.now()}
        months.close_month(**told, on=TODAY)
        months.lock_month(**told)
    if then == "dissolved":
        endings.dissolve(by=city.user("city"), party_organization=city["CZ1111"], on=TODAY, reason="核对")
    if then == "long ago":
        Obligation.objects.filter(month=MONTH.first_day).update(month=MONTH.plus(-20).first_day)
    page = {one.month: one.missing for one in city.client("city").get(ADDRESS).context["months"]}
    month = MONTH.plus(-20) if then == "long ago" else MONTH
    rows = [row for row, _ in city.client("city").get(f"/reviews/missing/?month={month}").context["rows"]]
    assert len(rows) == page[month] == 2
    said = {"locked": "月份已锁定", "dissolved": f"党支部已于 {TODAY} 撤销", "long ago": ""}[then]
    assert rows[0].ended == said
    assert len(city.client("city").get("/reviews/missing/").context["rows"]) == (1 if then == "dissolved" else 0)


def test_the_city_closes_locks_and_opens_again_with_a_reason(city: City) -> None:
    members(city, 2)
    client, month = city.client("city"), str(MONTH)
    steps = [code for code, _ in october_steps(city)]
    assert steps == ["close", "put_off"]
    client.post(ADDRESS, {"do": "close", "month": month})
    with pytest.raises(Refusal, match="已关账，补报请填写迟报原因"):
        file_record(city, held_on=date(2026, 10, 30))
    client.post(ADDRESS, {"do": "lock", "month": month})
    with pytest.raises(Refusal, match="已锁定"):
        file_record(city, held_on=date(2026, 10, 30), late_reason="出差")
    assert "请写明原因" in client.post(ADDRESS, {"do": "reopen", "month": month}, follow=True).content.decode()
    client.post(ADDRESS, {"do": "reopen", "month": month, "reason": "审计要求补录"})
    client.post(ADDRESS, {"do": "close", "month": month})
    body = client.get(ADDRESS).content.decode()
    assert "重新开放：审计要求补录" in body, "also after it was closed again"
    words = [word.removeprefix("填报月份") for word, _ in october(city).history]
    assert words == ["关账", "锁定", "重新开放", "关账"]
    assert ActivityMonth.objects.get().state == "CLOSED"


def october_steps(city: City):
    obligations.lay_out(on=LAID)
    return october(city).steps


def test_others_look_and_do_not_close(city: City) -> None:
    assert october_steps(city)
    for who in ("street", "district"):
        assert october(city, who).steps == []
        assert city.client(who).post(ADDRESS, {"do": "close", "month": str(MONTH)}).status_code == 403
    assert city.client("city").post(ADDRESS, {"do": "close", "month": "2026-13"}).status_code == 400
    assert city.client("city").post(ADDRESS, {"do": "none", "month": "2026-10"}).status_code == 400
    refused = city.client("city").post(ADDRESS, {"do": "close", "month": "2026-11"}, follow=True)
    assert "还没有结束，不能关账" in refused.content.decode()
