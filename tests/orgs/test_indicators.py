"""Every indicator agrees with a plain computation over the raw rows, and stays so through any sequence of edits."""

from __future__ import annotations

import random

import pytest

from core.indicators import Indicator, indicators, measures, percent
from instructors.models import Assignment, Instructor, Visit
from members.models import Member
from orgs.facts import differences, forget, refresh
from orgs.figures import Figures, Narrow, by_category, facts_of, live, total
from orgs.indicators import R1, R2, R3, R4, R7
from orgs.models import MassOrganization, OrganizationFacts
from orgs.models.coverage import Coverage
from orgs.subjects import ORGANIZATIONS
from tests.orgs.plain import EDITS, RULES, plain_units, random_units
from tests.orgs.plain import unit as random_unit
from tests.people import TODAY, City


def summed(figures: Figures, measured: list[Indicator]) -> dict[str, int]:
    """All measures of some indicators over everything."""
    codes = list(dict.fromkeys(m.code for i in measured for m in (i.denominator, i.numerator)))
    return total(by_category(figures, Narrow(), codes), codes, Narrow()).sums


def test_every_indicator_has_a_plain_rule() -> None:
    assert set(RULES) == {one.code for one in indicators if one.denominator.subject is ORGANIZATIONS}


def test_each_subject_has_the_measure_that_counts_all_of_it() -> None:
    """By it cuts find every place that has anything of the subject."""
    assert [one.code for one in measures if one.subject.code not in measures] == []


@pytest.mark.parametrize("seed", range(6))
def test_figure_and_list_agree_with_a_plain_computation(city: City, seed: int) -> None:
    random_units(city, random.Random(seed), 40)
    refresh(None, on=TODAY)
    units, scope = plain_units(), city.scope("city")
    figures = live(scope)
    sums = summed(figures, [indicators[code] for code in RULES])
    for code, (should, has) in RULES.items():
        indicator = indicators[code]
        below = {u.id for u in units if should(u)}
        above = {u.id for u in units if should(u) and has(u)}
        assert (sums[indicator.denominator.code], sums[indicator.numerator.code]) == (len(below), len(above)), code
        for where, expected in (
            (indicator.denominator.where, below),
            (indicator.numerator.where, above),
            (indicator.gap, below - above),
        ):
            listed = facts_of(scope, where, Narrow(), figures.tree).values_list("pk", flat=True)
            assert set(listed) == expected, code


@pytest.mark.parametrize("seed", range(12))
def test_after_any_edits_a_recount_finds_no_difference(city: City, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third time as if the touched organizations were very many."""
    if seed % 3 == 2:
        for limit in ("MANY", "SWEEPING"):
            monkeypatch.setattr(f"orgs.facts.statement.{limit}", 1)
    pick = random.Random(seed)
    units = random_units(city, pick, 12)
    refresh([unit.pk for unit in units], on=TODAY)
    for _ in range(12):
        touched = pick.sample(units, pick.choice([1, 2, 5]))
        for unit in touched:
            unit.refresh_from_db()
            pick.choice(EDITS)(city, pick, unit)
        if pick.random() < 0.3:
            units.append(random_unit(city, pick))
            touched.append(units[-1])
        refresh([unit.pk for unit in touched], on=TODAY, nodes=[node.pk for node in city.nodes.values()])
        if pick.random() < 0.2:
            gone = units.pop()
            forget([gone.pk], on=TODAY)
            Member.objects.filter(organization=gone).delete()
            gone.delete()
            refresh((), on=TODAY, nodes=[node.pk for node in city.nodes.values()])
        assert differences(on=TODAY) == []
    assert refresh(None, on=TODAY) == 0


def test_differences_are_named_in_chinese(city: City) -> None:
    right, wrong = city.organization("澄州甲厂", staff=120), city.organization("澄州乙厂", staff=120)
    missing = city.organization("澄州丙厂")
    refresh([right.pk, wrong.pk], on=TODAY)
    OrganizationFacts.objects.filter(pk=wrong.pk).update(formal=4)
    found = differences(on=TODAY)
    assert found == [
        "组织情况有 2 家与来源不一致：",
        f"  澄州乙厂（编号 {wrong.pk}）：正式党员应为 0，现为 4",
        f"  澄州丙厂（编号 {missing.pk}）：没有组织情况",
        "汇总有 24 个数与组织情况不一致",
    ]
    assert refresh(None, on=TODAY) == 2
    assert differences(on=TODAY) == []


def test_the_worked_example_of_the_field(city: City) -> None:
    """rules §7: U = 200; 40 alone, 60 joint or attached; of 100 without 70 have an instructor, 10 a union at work."""
    forms = ["SINGLE"] * 40 + ["JOINT"] * 30 + ["ATTACHED"] * 30 + [""] * 100
    units = [city.organization(category="E4", staff=30) for _ in forms]
    Coverage.objects.bulk_create(
        Coverage(organization=unit, party_organization=city["CZ1112"], form=form, since=TODAY)
        for unit, form in zip(units, forms, strict=True)
        if form
    )
    for unit in [*units[:44], *units[100:102]]:
        for _ in range(3):
            city.member(at=unit)
    instructor = Instructor.objects.create(name="吴指导", source="OFFICE", sent_by=city["CZ111"], since=TODAY)
    for unit in units[100:170]:
        Assignment.objects.create(instructor=instructor, organization=unit, since=TODAY)
        Visit.objects.create(instructor=instructor, organization=unit, visited_on=TODAY, done="走访")
    for unit in units[170:180]:
        MassOrganization.objects.create(organization=unit, kind="UNION", party_work_on=TODAY)
    refresh(None, on=TODAY)
    measured = [R1, R2, R3, R4, R7]
    sums = summed(live(city.scope("city")), measured)
    rates = {i.code: str(percent(sums[i.numerator.code], sums[i.denominator.code])) for i in measured}
    assert rates == {"R1": "50.0", "R2": "20.0", "R3": "95.7", "R4": "90.0", "R7": "70.0"}


@pytest.mark.parametrize("code", ["SHOULD", "T1", "T2", "T3", "T4", "T5"])
def test_what_leaves_branch_offices_out_says_so(code: str) -> None:
    assert indicators[code].basis.endswith("分支机构由总机构统一计算，不计入。")
