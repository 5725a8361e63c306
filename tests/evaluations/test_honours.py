"""荣誉: entered and brought in, seen where whoever has them stands today, withdrawn with a reason, handed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from core.refusals import Refusal
from evaluations.models import Honour
from evaluations.services.honours import honours
from orgs.handover import Handover, organization_dependants
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import carried_in

pytestmark = pytest.mark.django_db


def honour(city: City, **values: Any) -> Honour:
    told: dict[str, Any] = {
        "party_organization": city["CZ1111"], "title": "先进基层党组织", "level": "CITY", "given_by": "中共澄州市委",
        "awarded_on": date(2021, 7, 1), "on": TODAY,
    }  # fmt: skip
    return honours.add(by=city.user("street"), **told | values)


def test_it_has_the_name_of_whoever_it_is(city: City) -> None:
    member, unit = city.member("周党员"), city.organization("澄州明川电子有限公司")
    for values, name in (
        ({}, city["CZ1111"].name), ({"member": member, "name": "别的"}, "周党员"), ({"unit": unit}, unit.name),
        ({"unit": unit, "name": "马老板"}, "马老板"), ({"name": "已离开的李某"}, "已离开的李某"),
    ):  # fmt: skip
        assert honour(city, **values).name == name
    with pytest.raises(ValidationError, match="只填一项"):
        honour(city, member=member, unit=unit, title="另一个称号")


def test_it_is_seen_where_whoever_has_it_stands(city: City) -> None:
    member = city.member("周党员")
    unit = city.organization("澄州食品厂")
    of_branch, of_member, of_owner = honour(city), honour(city, member=member), honour(city, unit=unit, name="马老板")

    def seen(who: str) -> set[int]:
        return {*Honour.objects.within(city.scope(who)).values_list("pk", flat=True)}

    assert seen("city") == seen("street") == {of_branch.pk, of_member.pk, of_owner.pk}
    assert seen("secretary") == {of_branch.pk, of_member.pk}
    assert seen("stranger") == seen("leader") == set()
    member.party_organization, unit.managed_by = city["CZ121"], city["CZ121"]
    member.save()
    unit.save()
    assert seen("stranger") == {of_member.pk, of_owner.pk}, "they went along"
    assert seen("street") == seen("secretary") == {of_branch.pk}


def test_it_is_withdrawn_with_a_reason_and_stays(city: City) -> None:
    row = honour(city)
    told: dict[str, Any] = {"by": city.user("district"), "row": row, "on": TODAY}
    with pytest.raises(ValidationError, match="写明原因"):
        honours.write(values={"withdrawn_on": TODAY}, **told)
    honours.write(values={"withdrawn_on": TODAY, "withdrawn_why": "弄虚作假"}, **told)
    with pytest.raises(Refusal, match="已于 2026-11-24 撤销"):
        honours.change(title="别的", **told)
    page = city.client("street").get(f"/party/{city['CZ1111'].pk}/").content.decode()
    assert "2026-11-24 撤销：弄虚作假" in page


def test_the_pages_of_whoever_has_it_show_it(city: City) -> None:
    member, unit = city.member("周党员"), city.organization("澄州食品厂")
    honour(city, member=member, title="优秀共产党员")
    honour(city, unit=unit, title="双强企业", name="澄州食品厂")
    for who, url, title in (
        ("street", f"/admin/members/member/{member.pk}/change/", "优秀共产党员"),
        ("secretary", f"/party/{city['CZ1111'].pk}/", "优秀共产党员"),
        ("street", f"/organizations/{unit.pk}/", "双强企业"),
    ):
        assert title in city.client(who).get(url).content.decode(), url
    assert "登记荣誉" not in city.client("secretary").get(f"/party/{city['CZ1111'].pk}/").content.decode()


def test_it_goes_along_with_a_unit_that_becomes_part_of_another(city: City) -> None:
    old, new = city.organization("澄州旧厂"), city.organization("澄州新厂")
    row = honour(city, unit=old)
    handover = Handover(city.user("street"), old.pk, new.pk, TODAY, TODAY, "重复")
    along = organization_dependants["unit_honour"]
    assert along.give_back
    moved = along.move(handover)
    assert (moved, Honour.objects.get().unit) == ([row.pk], new)
    along.give_back(Handover(city.user("street"), new.pk, old.pk, TODAY, TODAY, "撤销"), moved)
    assert Honour.objects.get().unit == old


def test_nothing_is_dated_ahead_or_before_it_was_given(city: City) -> None:
    with pytest.raises(ValidationError, match="之后"):
        honour(city, awarded_on=date(2026, 11, 25))
    row = honour(city)
    with pytest.raises(ValidationError, match="不能早于授予日期"):
        honours.write(
            by=city.user("city"), row=row, values={"withdrawn_on": LONG_AGO, "withdrawn_why": "误登记"}, on=TODAY
        )


HEADERS = ("党组织", "称号", "姓名（名称）", "级别", "授予单位", "授予日期", "单位", "文号")
OLD = (
    ("CZ1111", "先进基层党组织", "", "市级", "中共澄州市委", "2011-07-01", "", "澄委〔2011〕5 号"),
    ("CZ1111", "优秀共产党员", "已离开的李某", "县级", "中共云溪区委", "2011-07-01", "", ""),
    ("CZ1112", "优秀共产党员", "周某", "县级", "中共云溪区委", "2011-07-01", "", ""),
)


def old_list(rows: Iterable[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook()
    for line in (HEADERS, *rows):
        book.active.append(line)
    book.save(file := BytesIO())
    return file.getvalue()


def test_older_ones_come_in_by_workbook_once(city: City) -> None:
    client = city.client("street")
    for outcome in ("新增", "未变"):
        lines = carried_in(client, "/admin/evaluations/honour/", old_list(OLD), "荣誉.xlsx", write=True)
        assert [(line.outcome, line.problems) for line in lines] == [(outcome, [])] * 3
    assert {*Honour.objects.values_list("name", "title")} == {
        (city["CZ1111"].name, "先进基层党组织"), ("已离开的李某", "优秀共产党员"), ("周某", "优秀共产党员")
    }  # fmt: skip
    with pytest.raises(Refusal, match="已登记"):
        honour(city, awarded_on=date(2011, 7, 1))
    [line] = carried_in(client, "/admin/evaluations/honour/", old_list([("CZ121", *OLD[0][1:])]), "荣誉.xlsx")
    assert "不在您的管辖范围" in line.problems[0]
