"""Who has to be reminded: of what nothing came, who holds nothing, who has not done what is asked; and whom to phone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from activities.models import Obligation
from activities.queries.lists import shortfalls
from activities.services import months, obligations, plans, rows
from core.due import due_kinds
from core.models import AuditEntry
from members.models import Member, Post
from tests.activities.plain_life import LAID, MONTH, branches
from tests.filing import file_record, members
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import Workbook

pytestmark = pytest.mark.django_db
MISSING, WANTED = "/reviews/missing/", "/reviews/branches/"
PHONE = "13800001234"


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def listed(city: City, address: str, who: str = "street", **asked: Any) -> list[Any]:
    return [row for row, _ in city.client(who).get(address, asked).context["rows"]]


def secretary(city: City, of: str = "CZ1111") -> Member:
    """A member who is secretary, with a telephone."""
    member = city.member("赵支书", of=of, phone=PHONE)
    Post.objects.create(
        party_organization=city[of], post="SECRETARY", member=member, name=member.name, source="STAFF", since=LONG_AGO
    )
    return member


def test_who_is_missing_is_listed_with_whom_to_phone(city: City) -> None:
    obligations.lay_out(on=LAID)
    secretary(city)
    first, second = listed(city, MISSING, month="2026-10")
    assert (first.branch, first.secretary, first.phone) == (city["CZ1111"], "赵支书", "*******1234")
    assert (second.branch, second.phone, second.days) == (city["CZ1112"], "", 20)
    assert first.reveal_url == "", "the street reveals nothing"
    [above, _] = listed(city, MISSING, "district")
    assert above.reveal_url.startswith("/reveal/members.member/")
    members(city, 2)
    file_record(city, by="city", held_on=LAID, late_reason="补报")
    assert [row.branch for row in listed(city, MISSING)] == [city["CZ1112"]]
    obligations.not_held(by=None, party_organization=city["CZ1112"], month=MONTH, reason="停产", on=TODAY)
    assert listed(city, MISSING) == []
    assert listed(city, MISSING, "stranger") == []


def test_the_list_goes_out_as_a_workbook_with_numbers_for_those_who_may(city: City, tmp_path: Path) -> None:
    obligations.lay_out(on=LAID)
    secretary(city)
    masked = Workbook.of(city, tmp_path, MISSING, "street", whole="on").lines()
    assert any("*******1234" in line for line in masked)
    assert not any(PHONE in line for line in masked)
    whole = Workbook.of(city, tmp_path, MISSING, "district", whole="on").lines()
    assert any(PHONE in line for line in whole)
    assert AuditEntry.objects.filter(user=city.user("district"), action__contains="export").exists()


def test_other_kinds_and_other_months_are_asked_for(city: City) -> None:
    obligations.lay_out(on=date(2026, 9, 9))
    obligations.lay_out(on=LAID)
    assert len(listed(city, MISSING)) == 4
    assert len(listed(city, MISSING, month="2026-09")) == 2
    assert {row.kind for row in listed(city, MISSING, kind="CONGRESS")} == {"CONGRESS"}
    assert listed(city, MISSING, kind="TALK") == [], "not due before the end of the year"
    months.close_month(by=city.user("city"), month=MONTH, at=timezone.now(), on=TODAY)
    assert len(listed(city, MISSING)) == 4, "a closed month still takes what comes late"
    months.lock_month(by=city.user("city"), month=MONTH, at=timezone.now())
    assert len(listed(city, MISSING)) == 2


def test_silent_branches_and_what_is_asked_of_each(city: City) -> None:
    branches(city, 4)  # the fourth one is too young to be silent
    for code, month in (("CZ1111", 7), ("CZ1112", 10)):
        members(city, 2, of=code)
        day = date(2026, month, 20)
        file_record(city, of=code, by="city", on=day, held_on=day, topics=["LAW"])
    assert {row.code for row in listed(city, WANTED, "city")} == {"CZ1111", "B0", "B1", "B2"}
    assert {row.code for row in listed(city, WANTED, "city", wanted="silent_6")} == {"B0", "B1", "B2"}
    assert {row.code for row in listed(city, WANTED, "city", wanted="law")} == {"B0", "B1", "B2", "B3"}
    assert {row.code for row in listed(city, WANTED, wanted="culture")} == {"CZ1111", "CZ1112", "B0", "B3"}
    narrowed = listed(city, WANTED, "city", wanted="law", committee=city["CZ112"].pk)
    assert [(row.code, row.until) for row in narrowed] == [("B1", date(2026, 12, 31))]
    assert narrowed[0].wanted == "今年还没有上报法制宣传教育（意见二-4）"


def test_branches_without_pledge_deeds_or_one_of_the_four_groups_of_rules_are_listed(city: City) -> None:
    mine = {"by": None, "on": TODAY, "party_organization": city["CZ1111"]}
    last_year = TODAY.replace(year=TODAY.year - 1)
    other = mine | {"party_organization": city["CZ1112"]}
    rows.pledges.add(year=2026, signed_with=city["CZ1"], signed_on=TODAY, **mine)
    rows.pledges.add(year=2025, signed_with=city["CZ1"], signed_on=last_year, **other)
    plans.contributions.add(kind="SERVICE", what="办实事", done_on=TODAY, **mine)
    plans.contributions.add(kind="SERVICE", what="办实事", done_on=last_year, **other)
    rows.regulations.add(group="LIFE", title="三会一课制度", adopted_on=LONG_AGO, **mine)
    over = rows.regulations.add(group="LIFE", title="三会一课制度", adopted_on=LONG_AGO, **other)
    rows.regulations.end(row=over, day=TODAY, by=None, on=TODAY)
    for wanted, until in (("pledge", date(2026, 12, 31)), ("contribution", date(2026, 12, 31)), ("rules_life", None)):
        [row] = listed(city, WANTED, wanted=wanted)
        assert (row.code, row.until) == ("CZ1112", until), wanted
    assert row.wanted == "还没有登记现行的组织生活制度（意见二-5）"
    both = {"CZ1111", "CZ1112"}
    assert {row.code for row in listed(city, WANTED, wanted="rules_masses")} == both
    for one in shortfalls:
        assert {row.code for row in listed(city, WANTED, wanted=one.code)} <= both, one.code


def test_the_front_page_of_the_street_names_what_waits(city: City) -> None:
    obligations.lay_out(on=LAID)
    members(city, 2)
    record = file_record(city, by="city", on=TODAY)
    scope = city.scope("street")
    waiting, missing = due_kinds["activities.reviews"], due_kinds["activities.missing"]
    [item] = waiting.items(waiting.of(scope, TODAY), scope, TODAY)
    assert (item.who, item.until, item.url) == (str(city["CZ1111"]), date(2026, 12, 1), f"/reviews/{record.pk}/")
    items = list(missing.items(missing.of(scope, TODAY), scope, TODAY))
    assert [item.what for item in items] == ["2026-10 没有上报组织生活"] * 2
    page = city.client("street").get("/due/").content.decode()
    assert "待审核" in page
    assert "月报未上报" in page
    assert Obligation.objects.open().filter(kind="ANY").count() == 2
    assert list(missing.of(city.scope("secretary"), TODAY)) == []
