"""The history of a record reads like a sentence: who changed what from what to what, and why."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.template.loader import render_to_string

from core import audit, audit_words
from core.history import EMPTY, history_of, lines
from core.models import AuditEntry
from orgs.services.organizations import change
from tests.people import TODAY, City
from tests.test_trail import audited

SHORT = 20  # characters of a field that may hold a code
PLAIN = {  # short fields whose values people know as they stand
    ("activities.attachment", "look"),
    ("evaluations.evaluation", "grade"),
    ("evaluations.extra", "code"),
    ("evaluations.rubriccriterion", "code"),
    ("orgs.organization", "credit_code"),
    ("orgs.organization", "currency"),
    ("orgs.organization", "old_number"),
    ("orgs.organization", "survey_form"),
    ("orgs.region", "code"),
    ("orgs.zone", "code"),
    ("reports.closedmonth", "month"),
}


def told(city: City, record: object, username: str = "street") -> list[tuple[str, str, list[str]]]:
    return [
        (line.entry.user_name, line.action, [str(one) for one in line.changes])
        for line in history_of(record, city.scope(username))
    ]


def test_values_are_named_as_people_know_them(city: City) -> None:
    unit = city.organization("明川电子", hmt=False)
    changes = {
        "region_id": ["990102001000", "990102002000"],
        "managed_by_id": [city["CZ111"].pk, city["CZ112"].pk],
        "hmt": [False, True],
        "category": ["E4", "E5"],
        "address": ["", "云台街 1 号"],
    }
    audit.record(by=city.user("street"), action="organizations.change", target=unit, changes=changes, reason="核实")
    assert told(city, unit) == [
        (
            "孙街",
            "修改单位",
            [
                f"地址：{EMPTY} → 云台街 1 号",
                "类别：个人控股的公司制企业 → 其他类型的私营企业",
                "港澳台投资：否 → 是",
                "所在区划：云台街道 → 溪口街道",
                "管理党组织：中共云台街道工作委员会 → 中共溪口街道工作委员会",
            ],
        )
    ]


def test_personal_values_stay_masked_and_are_not_in_the_table(city: City) -> None:
    person = city.member(phone="13812345678")
    changes = audit.difference({"phone": ""}, audit.snapshot(person, ["phone"]))
    audit.record(by=city.user("street"), action="members.change", target=person, changes=changes)
    assert told(city, person)[0][2] == [f"联系电话：{EMPTY} → *******5678"]
    assert "12345678" not in str(AuditEntry.objects.get(model="members.member").changes)


def test_a_service_s_entry_is_told_too(city: City) -> None:
    unit = city.organization("明川电子")
    change(by=city.user("street"), organization=unit, values={"address": "云台街 1 号"}, version=unit.version, on=TODAY)
    assert told(city, unit)[0][:2] == ("孙街", "修改单位")


def test_what_has_no_field_is_named_or_counted(city: City) -> None:
    unit = city.organization()
    changes = {"coverages_ended": [[1, 2, 3], unit.pk], "rows": [None, 12], "strange": "x"}
    audit.record(by=None, action="gone.verb", target=unit, changes=changes)
    assert told(city, unit) == [
        ("系统", "gone.verb", [f"终止的覆盖关系：3 条 → {unit.pk}", f"行数：{EMPTY} → 12", f"strange：{EMPTY} → x"])
    ]


def test_an_unreadable_ciphertext_is_said_and_does_not_break_the_page(city: City) -> None:
    person = city.member()
    changes = {"phone": [None, {"cipher": "gone:AAAA", "digest": "0" * 64}]}
    audit.record(by=None, action="members.change", target=person, changes=changes)
    assert "密文无法解密" in told(city, person)[0][2][0]


@pytest.mark.parametrize(("username", "seen"), [("street", 1), ("stranger", 0), ("instructor", 0), ("auditor", 0)])
def test_a_record_outside_the_scope_has_no_history(city: City, username: str, seen: int) -> None:
    unit = city.organization()
    audit.record(by=None, action="organizations.change", target=unit)
    assert len(history_of(unit, city.scope(username))) == seen


def test_what_belongs_to_a_record_is_told_with_it_newest_first(city: City) -> None:
    unit = city.organization()
    coverage = city.cover(unit, "CZ1111")
    audit.record(by=None, action="organizations.register", target=unit)
    audit.record(by=None, action="coverage.begin", target=coverage)
    found = history_of(unit, city.scope("street"), also=[coverage])
    assert [(line.kind, line.action) for line in found] == [("覆盖关系", "建立覆盖"), ("两新组织", "登记单位")]
    page = render_to_string("core/history.html", {"lines": found})
    assert page.index("建立覆盖") < page.index("登记单位")


def test_the_number_of_queries_does_not_grow_with_the_lines(city: City, django_assert_num_queries) -> None:
    unit = city.organization()
    for number in range(20):
        changes = {"region_id": ["990102001000", "990102002000"], "managed_by_id": [city["CZ11"].pk, number + 1]}
        audit.record(by=None, action="organizations.change", target=unit, changes=changes)
    with django_assert_num_queries(3):
        lines(AuditEntry.objects.all())


def test_a_field_that_holds_a_structure_is_told_as_it_is(city: City) -> None:
    unit = city.organization("明川电子")
    changes = {"sources": [{}, {"7": ["name"]}], "other_columns": [{}, {"备注": "新设"}]}
    audit.record(by=None, action="organizations.change", target=unit, changes=changes)
    label = str(type(unit)._meta.get_field("sources").verbose_name)
    assert told(city, unit)[0][2] == [f"原表其他列：{EMPTY} → ****", f'{label}：{EMPTY} → {{"7": ["name"]}}']


def test_a_moment_is_told_in_local_time(city: City) -> None:
    user = city.user("leader")
    audit.record(
        by=None, action="accounts.close", target=user, changes={"last_seen_at": [None, "2026-11-01T18:05:09+00:00"]}
    )
    entry = AuditEntry.objects.get(action="accounts.close")
    assert [one.after for line in lines([entry]) for one in line.changes] == ["2026-11-02 02:05"]


def test_codes_are_told_in_words(city: City) -> None:
    unit = city.organization("明川电子")
    changes = {"staff_source": ["survey", "hand"], "company_type": ["1130", ""], "industry": ["39", "gone"]}
    audit.record(by=None, action="organizations.change", target=unit, changes=changes)
    (told_of,) = (changed for _, _, changed in told(city, unit))
    assert "职工数来源：党建摸底表 → 人工核定" in told_of
    assert not any("1130" in one or "survey" in one for one in told_of)


def test_a_short_field_of_an_audited_model_says_what_its_codes_are_called() -> None:
    held = {
        (kind._meta.label_lower, field.name)
        for kind in apps.get_models()
        if audited(kind)
        for field in kind._meta.concrete_fields
        if isinstance(field, models.CharField) and not field.choices and (field.max_length or SHORT + 1) <= SHORT
    }
    assert held - set(audit_words.values) == PLAIN
