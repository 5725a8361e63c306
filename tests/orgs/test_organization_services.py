"""Organizations registered, changed, counted, handed over and merged, with their entries."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from core.days import InFuture
from core.models import AuditEntry
from core.refusals import Refusal
from members.models import Member
from orgs.models import Coverage, FormerManagement, Headcount, Organization, Region
from orgs.services import bulk, duplicates, organizations
from tests.people import LONG_AGO, TODAY, City

GOOD_CODE = "91350100M000100Y43"


def register(city: City, **values: object) -> Organization:
    values = {
        "name": "澄州明川电子有限公司",
        "credit_code": GOOD_CODE,
        "company_type": "1130",
        "control": "3",
        **values,
    }
    return organizations.register(
        by=city.user("street"), values=values, own_committee=city["CZ111"], on=TODAY, staff=128
    )


def test_a_firm_is_managed_where_it_stands(city: City) -> None:
    unit = register(city, region=Region(pk="990102001001"))
    assert (unit.category, unit.managed_by, unit.managed_basis) == ("E4", city["CZ111"], "TERRITORY")
    assert (unit.staff, unit.staff_on, unit.staff_source) == (128, TODAY, "hand")
    assert AuditEntry.objects.get(action="organizations.register").user == city.user("street")


def test_a_school_is_managed_by_its_industry(city: City) -> None:
    unit = register(
        city, name="澄州明德学校", credit_code=None, no_code_reason="换证中", company_type="52", control="",
        industry="P", authority="澄州市教育局", region=Region(pk="990102001001"),
    )  # fmt: skip
    assert (unit.category, unit.managed_by, unit.managed_basis) == ("SO4", city["CZ13"], "INDUSTRY")


@pytest.mark.django_db(transaction=True)
def test_registering_twice_at_once_without_a_code_makes_one_record(city: City) -> None:
    codeless = {"credit_code": None, "no_code_reason": "换证中"}
    together, told = threading.Barrier(4), []

    def click() -> None:
        together.wait(10)
        try:
            register(city, **codeless)
        except Refusal as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(click) for _ in range(4)]:
            done.result(timeout=60)
    assert Organization.objects.count() == 1
    assert [why for why in told if "没有重复登记" in why] == told
    assert len(told) == 3
    register(city, old_number="440300123", **codeless)
    assert Organization.objects.count() == 2


def test_what_cannot_be_told_stays_with_the_one_who_registered_it(city: City) -> None:
    unit = register(city, company_type="", control="", region=Region(pk="990103001000"))
    assert (unit.category, unit.managed_by, unit.managed_basis) == ("", city["CZ111"], "UNDECIDED")
    assert unit.undecided


@pytest.mark.parametrize(
    ("code", "word"),
    [("91350100M000100Y4", "18 位"), ("91350100M000100Y44", "校验位"), ("9.135E+17", "科学计数")],
)
def test_a_wrong_credit_code_is_refused_at_its_field(city: City, code: str, word: str) -> None:
    with pytest.raises(ValidationError) as refused:
        register(city, credit_code=code)
    assert word in refused.value.message_dict["credit_code"][0]


def test_a_code_with_spaces_and_full_width_letters_is_taken(city: City) -> None:
    assert register(city, credit_code="９１350100 m000100Y43").credit_code == GOOD_CODE


def test_a_change_writes_what_differs(city: City) -> None:
    unit = city.organization("旧名")
    organizations.change(
        by=city.user("street"), organization=unit, values={"name": "新名", "address": ""}, version=1, on=TODAY
    )
    unit.refresh_from_db()
    assert (unit.name, unit.version) == ("新名", 2)
    assert AuditEntry.objects.get(action="organizations.change").changes == {"name": ["旧名", "新名"]}


def test_the_same_sum_in_another_spelling_is_no_change(city: City) -> None:
    unit = city.organization(capital=Decimal("100.00"))
    values = {"capital": Decimal("100")}
    organizations.change(by=city.user("street"), organization=unit, values=values, version=1, on=TODAY)
    assert not AuditEntry.objects.filter(action="organizations.change").exists()


def test_what_was_undecided_is_decided_when_it_can_be_told(city: City) -> None:
    unit = register(city, company_type="", control="", region=Region(pk="990102002000"))
    assert unit.undecided
    values = {"company_type": "1130", "control": "3"}
    organizations.change(by=None, organization=unit, values=values, version=unit.version, on=TODAY)
    unit.refresh_from_db()
    assert (unit.category, unit.managed_by, unit.managed_basis) == ("E4", city["CZ112"], "TERRITORY")
    entry = AuditEntry.objects.get(action="organizations.change")
    assert entry.changes["category"] == ["", "E4"]
    assert entry.changes["managed_by_id"] == [city["CZ111"].pk, city["CZ112"].pk]


def test_a_category_that_a_person_decided_is_left_alone(city: City) -> None:
    unit = city.organization(category="E5", category_note="查档", company_type="1190", control="3")
    organizations.change(by=None, organization=unit, values={"company_type": "1130"}, version=1, on=TODAY)
    unit.refresh_from_db()
    assert unit.category == "E5"


def test_a_change_from_an_old_form_is_refused_and_says_who_was_first(city: City) -> None:
    unit = city.organization("旧名")
    organizations.change(by=city.user("street"), organization=unit, values={"name": "新名"}, version=1, on=TODAY)
    with pytest.raises(Refusal, match=r"孙街.*修改过"):
        organizations.change(by=city.user("city"), organization=unit, values={"name": "别名"}, version=1, on=TODAY)
    unit.refresh_from_db()
    assert unit.name == "新名"


def test_the_same_values_write_nothing(city: City) -> None:
    unit = city.organization("旧名")
    organizations.change(by=None, organization=unit, values={"name": "旧名"}, version=1, on=TODAY)
    unit.refresh_from_db()
    assert unit.version == 1
    assert not AuditEntry.objects.filter(action="organizations.change").exists()


def test_only_the_newest_headcount_is_copied(city: City) -> None:
    unit = city.organization(staff=10)

    def count(number: int, days_ago: int) -> None:
        organizations.count_headcount(
            by=None, organization=unit, kind="staff", number=number, counted_on=TODAY - timedelta(days=days_ago), on=TODAY
        )  # fmt: skip

    count(60, 1)
    count(50, 30)
    unit.refresh_from_db()
    assert (unit.staff, unit.staff_on, unit.staff_source) == (60, TODAY - timedelta(days=1), "hand")
    assert Headcount.objects.count() == 2
    with pytest.raises(InFuture):
        count(70, -1)


def test_a_bulk_change_says_beforehand_exactly_what_it_does(city: City) -> None:
    moving = [city.organization() for _ in range(3)]
    there = city.organization(managed_by="CZ12")
    gone = city.organization(merged_into=there)
    ids = [unit.pk for unit in (*moving, there, gone)]
    change = bulk.to_committee(city["CZ12"], since=TODAY)
    foreseen = bulk.plan(change, Organization.objects.filter(pk__in=ids))
    done = bulk.apply(by=city.user("city"), change=change, organization_ids=ids, on=TODAY, reason="区划调整")
    assert foreseen == done
    assert done.changing == [unit.pk for unit in moving]
    assert done.left == {f"已经由“{city['CZ12']}”管理": [there.pk], "已并入另一条登记": [gone.pk]}
    assert Organization.objects.filter(managed_by=city["CZ12"], managed_since=TODAY, version=2).count() == 3
    assert FormerManagement.objects.filter(committee=city["CZ111"], since=LONG_AGO, until=TODAY).count() == 3
    assert AuditEntry.objects.filter(action="organizations.manager", reason="区划调整").count() == 3


def test_a_bulk_change_takes_a_constant_number_of_queries(city: City, django_assert_max_num_queries) -> None:
    ids = [city.organization().pk for _ in range(40)]
    with django_assert_max_num_queries(17):
        bulk.apply(by=None, change=bulk.to_status("SUSPENDED", status_on=TODAY), organization_ids=ids, on=TODAY)


def test_striking_off_can_end_the_coverage_too(city: City) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1111")
    change = bulk.to_status("STRUCK_OFF", status_on=TODAY, end_coverages=True)
    bulk.apply(by=None, change=change, organization_ids=[unit.pk], on=TODAY)
    assert Coverage.objects.get().until == TODAY


def test_a_category_decided_by_hand_keeps_its_note(city: City) -> None:
    unit = city.organization(category="")
    bulk.apply(by=None, change=bulk.to_category("E5", note="查档"), organization_ids=[unit.pk], on=TODAY)
    unit.refresh_from_db()
    assert (unit.category, unit.category_note) == ("E5", "查档")


def test_duplicates_are_merged_and_taken_apart_again(city: City) -> None:
    keep, drop = city.organization("甲", address=""), city.organization("甲(重复)", address="云台路 1 号", staff=80)
    city.cover(keep, "CZ1111")
    second = city.cover(drop, "CZ1112", "JOINT")
    member = city.member(of="CZ1112", at=drop)
    kept = duplicates.merge(by=None, keep=keep, drop=drop, on=TODAY, reason="同一单位")
    assert (kept.address, kept.staff) == ("云台路 1 号", 80)
    assert Member.objects.get(pk=member.pk).organization == keep
    assert Coverage.objects.get(pk=second.pk).until == TODAY
    assert Coverage.objects.filter(organization=keep).count() == 2
    drop.refresh_from_db()
    assert drop.merged_into == keep

    duplicates.unmerge(by=None, dropped=drop, on=TODAY, reason="弄错了")
    kept.refresh_from_db()
    drop.refresh_from_db()
    second.refresh_from_db()
    assert (kept.address, kept.staff, drop.merged_into) == ("", None, None)
    assert (second.organization, second.until) == (drop, None)
    assert Member.objects.get(pk=member.pk).organization == drop


def test_taking_apart_leaves_what_was_edited_since(city: City) -> None:
    keep, drop = city.organization(address=""), city.organization(address="云台路 1 号")
    kept = duplicates.merge(by=None, keep=keep, drop=drop, on=TODAY, reason="")
    organizations.change(by=None, organization=kept, values={"address": "云台路 2 号"}, version=kept.version, on=TODAY)
    drop.refresh_from_db()
    duplicates.unmerge(by=None, dropped=drop, on=TODAY, reason="")
    kept.refresh_from_db()
    assert kept.address == "云台路 2 号"


def test_the_record_with_a_code_is_kept(city: City) -> None:
    with pytest.raises(Refusal, match="有统一社会信用代码，请保留这一条"):
        duplicates.merge(
            by=None, keep=city.organization(), drop=city.organization(credit_code=GOOD_CODE), on=TODAY, reason=""
        )
