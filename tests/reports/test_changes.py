"""A term of the bridge opens its units: why each came or went, since when, by which source, and how it stands after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from core.models import Parameter
from core.months import YearMonth
from orgs.facts import refresh
from orgs.figures import Narrow
from orgs.models import Coverage, Organization
from orgs.services import bulk, organizations, party
from orgs.services.coverage import change_form
from reports.models import FrozenChange
from reports.queries.bridge import between_of, bridge, terms
from reports.queries.moments import Moment, closed_months
from reports.services.months import freeze
from tests.people import TODAY, City
from tests.reports.closing import close

CHANGED_ON = date(2026, 11, 20)


@pytest.fixture
def city(city: City) -> City:
    """October is closed; since then one thing happened to each unit, which is named after it."""
    units = {name: city.organization(name, staff=120) for name in ("新建", "注销", "划出", "人数少了")}
    small = {name: city.organization(name, staff=20) for name in ("人数多了", "党员多了", "停业后恢复")}
    few = city.organization("党员少了", staff=20)
    was = city.organization("不是改制", staff=20, restructured_on=date(2020, 5, 1), restructured_from="国营厂")
    members = [city.member(at=few) for _ in range(3)]
    covered = city.organization("失去覆盖", staff=120)
    coverage = city.cover(covered, "CZ1112", "JOINT")
    city.organization("口径", staff=90)
    refresh(None, on=date(2026, 9, 30))
    close(city, "2026-09")
    Organization.objects.filter(pk=small["停业后恢复"].pk).update(staff=120, status="SUSPENDED")
    refresh(None, on=date(2026, 10, 31))
    close(city, "2026-10")
    told = {"by": city.user("city"), "on": TODAY}
    city.cover(units["新建"], "CZ1111", since=CHANGED_ON)
    for name, status in (("注销", "STRUCK_OFF"), ("停业后恢复", "NORMAL")):
        unit = Organization.objects.get(name=name)
        bulk.apply(change=bulk.to_status(status, status_on=CHANGED_ON), organization_ids=[unit.pk], **told)
    bulk.apply(change=bulk.to_committee(city["CZ121"], since=CHANGED_ON), organization_ids=[units["划出"].pk], **told)
    for name, number in (("人数少了", 12), ("人数多了", 130)):
        unit = Organization.objects.get(name=name)
        organizations.count_headcount(organization=unit, kind="staff", number=number, counted_on=CHANGED_ON, **told)
    for _ in range(3):
        city.member(at=small["党员多了"], organization_since=CHANGED_ON)
    for member in members[:1]:
        member.organization, member.organization_since = None, None
        member.save()
    Coverage.objects.filter(pk=coverage.pk).update(until=CHANGED_ON, end_reason="楼宇调整")
    Organization.objects.filter(pk=was.pk).update(restructured_on=None, restructured_from="")
    city.organization("新登记", staff=120)
    Parameter.objects.create(key="econ.org_headcount", value=90, valid_from=CHANGED_ON, set_by=city.user("city"))
    refresh(None, on=TODAY)
    return city


EXPECTED = {  # by term, as the city sees it: unit, reason, date
    "due": ("新登记", "新登记或新纳入统计", None),
    "lost": ("失去覆盖", "中共云台街道楼宇联合支部委员会的覆盖终止 楼宇调整", CHANGED_ON),
    "resumed": ("停业后恢复", "经营状态：正常", CHANGED_ON),
    "size_in": ("人数多了", "人数由 20 变为 130", CHANGED_ON),
    "members_in": ("党员多了", "正式党员由 0 名变为 3 名", CHANGED_ON),
    "rule_in": ("口径", "新经济组织应有党组织的职工数由 100 改为 90", CHANGED_ON),
    "built": ("新建", "单独组建：中共澄州明川电子有限公司支部委员会", CHANGED_ON),
    "ended": ("注销", "经营状态：注销", CHANGED_ON),
    "size_out": ("人数少了", "人数由 120 变为 12", CHANGED_ON),
    "members_out": ("党员少了", "正式党员由 3 名变为 2 名", None),
    "other": ("不是改制", "改制情况变化", None),
}


def rows(page: str) -> list[list[str]]:
    """The cells of a list."""
    body = page[page.index("<tbody") : page.index("</tbody>")]
    lines = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("</tr>")]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells] for cells in lines if cells]


def test_every_term_names_its_unit_with_date_and_reason(city: City, opened: Callable[..., Client]) -> None:
    browser = opened("city")
    page = browser.get("/dashboard/").content.decode()
    for code, (name, reason, on) in EXPECTED.items():
        assert f"/changes/?change={code}" in page, code
        listed = rows(browser.get(f"/changes/?change={code}").content.decode())
        assert [cells[0] for cells in listed] == [name], code
        cells = listed[0]
        assert reason in cells[1]
        if on:
            assert cells[2] == f"{on:%Y-%m-%d}"


def test_whatever_brought_a_unit_in_or_out_is_told(city: City, opened: Callable[..., Client]) -> None:
    told = {"by": city.user("city"), "on": TODAY}
    parted, joined, functional = (
        city.organization(name, staff=120, company_type=kind)
        for name, kind in (("成了分公司", "1130"), ("不再是分公司", "2130"), ("改为功能型", "1130"))
    )
    covered = city.cover(functional, "CZ1112", "JOINT")
    refresh(None, on=TODAY)
    cache.clear()
    close(city, "2026-11")
    for unit, kind in ((parted, "2130"), (joined, "1130")):
        Organization.objects.filter(pk=unit.pk).update(company_type=kind)
    change_form(coverage=covered, form="FUNCTIONAL", **told)
    for value, day in ((95, TODAY), (40, date(2027, 3, 1))):
        Parameter.objects.create(key="econ.org_headcount", value=value, valid_from=day, set_by=city.user("city"))
    refresh(None, on=TODAY)
    cache.clear()
    browser = opened("city")
    for code, name, reason, since in (
        ("other", "成了分公司", "是分支机构，由总机构统一计算", "—"),
        ("due", "不再是分公司", "不再是分支机构，单独计算", "—"),
        ("lost", "改为功能型", "改为功能型，不计入已建：中共云台街道楼宇联合支部委员会", f"{TODAY}"),
        ("rule_out", "口径", "新经济组织应有党组织的职工数由 90 改为 95", f"{TODAY}"),
    ):
        found = rows(browser.get(f"/changes/?change={code}").content.decode())
        assert [cells[:3] for cells in found] == [[name, reason, since]], code


def test_the_list_shows_the_state_after_the_change(city: City, opened: Callable[..., Client]) -> None:
    (cells,) = rows(opened("city").get("/changes/?change=built").content.decode())
    assert cells[3:] == ["120", "0", "单独组建", "中共澄州明川电子有限公司支部委员会", "中共云台街道工作委员会"]
    (cells,) = rows(opened("city").get("/changes/?change=size_out").content.decode())
    assert cells[3] == "12"


def test_what_was_handed_over_leaves_a_term_on_both_sides(city: City, opened: Callable[..., Client]) -> None:
    for who, code in (("district", "moved_out"), ("stranger", "moved_in")):
        (cells,) = rows(opened(who).get(f"/changes/?change={code}").content.decode())
        assert cells[:3] == ["划出", "由中共云台街道工作委员会划至中共望江街道工作委员会", "2026-11-20"]
    assert cells[3] == "120"
    (cells,) = rows(opened("district").get("/changes/?change=moved_out").content.decode())
    assert cells[3] == "—"  # how it stands now is for whoever has it now


def test_a_moved_street_takes_its_units_along_and_leaves_a_reason(city: City, opened: Callable[..., Client]) -> None:
    close(city, "2026-11")
    party.move(party_organization=city["CZ111"], to=city["CZ12"], by=city.user("city"), on=TODAY)
    scope = city.scope("stranger")
    tree = Moment(TODAY).tree(scope)
    found = between_of(scope, Moment(TODAY), Narrow(), closed_months(), tree)
    assert found
    missing = found.gap(found.now).count()
    numbers = {term.code: number for term, number in bridge(found).terms}
    assert bridge(found).before + numbers["moved_in"] == missing
    cells = rows(opened("stranger").get("/changes/?change=moved_in").content.decode())
    assert len(cells) == numbers["moved_in"] > 3
    assert {cell[1] for cell in cells} == {"中共云台街道工作委员会由中共云溪区委两新工委划至中共临江区委两新工委"}


def test_a_closed_month_keeps_the_reasons_that_were_read_when_it_was_taken(
    city: City, opened: Callable[..., Client]
) -> None:
    freeze(month=YearMonth(2026, 11), counted_on=TODAY)
    kept = opened("city").get("/changes/?change=lost&month=2026-11").content.decode()
    Coverage.objects.filter(end_reason="楼宇调整").update(end_reason="另有原因")
    Organization.objects.filter(name="失去覆盖").update(name="改名")
    again = opened("city").get("/changes/?change=lost&month=2026-11").content.decode()
    assert rows(kept) == rows(again)
    assert "楼宇调整" in rows(again)[0][1]
    assert {term.kind for term in terms} >= set(FrozenChange.objects.values_list("kind", flat=True))
