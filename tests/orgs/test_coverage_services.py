"""Coverage begins, changes, is handed over and ends; refusals name what stands in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.models import AuditEntry
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Coverage
from orgs.services import coverage
from orgs.services.endings import dissolve
from tests.people import LONG_AGO, TODAY, City


def begin(city: City, by: str = "CZ1111", form: str = "SINGLE", **more: object) -> coverage.Covered:
    unit = more.pop("organization", None) or city.organization()
    return coverage.cover(
        by=city.user("street"), organization=unit, party_organization=city[by], form=form, since=TODAY, on=TODAY, **more
    )  # type: ignore[arg-type]


def test_a_coverage_begins_with_its_entry(city: City) -> None:
    covered = begin(city)
    assert (covered.coverage.until, covered.warnings) == (None, ())
    assert AuditEntry.objects.get(action="coverage.begin").object_id == str(covered.coverage.pk)


def test_a_second_primary_coverage_is_refused_with_the_name_of_the_first(city: City) -> None:
    first = begin(city).coverage
    with pytest.raises(Refusal, match="明川电子"):
        begin(city, "CZ1112", "JOINT", organization=first.organization)
    begin(city, "CZ1112", "FUNCTIONAL", organization=first.organization, primary=False)
    assert first.organization.coverages.count() == 2


def test_a_branch_of_ones_own_covers_one_organization(city: City) -> None:
    begin(city)
    with pytest.raises(Refusal, match="请选择联合组建或挂靠"):
        begin(city)
    begin(city, form="ATTACHED")


def test_a_dissolved_branch_covers_nothing(city: City) -> None:
    dissolve(by=None, party_organization=city["CZ1112"], on=TODAY, reason="")
    city["CZ1112"].refresh_from_db()
    with pytest.raises(Refusal, match="撤销，不能覆盖单位"):
        begin(city, "CZ1112", "JOINT")


@pytest.mark.parametrize(
    ("units", "word"), [(4, None), (5, None), (6, "一般不超过 5 家"), (10, "一般不超过 5 家"), (11, "超过上限 10 家")]
)
def test_a_joint_branch_with_many_units_is_warned_about(city: City, units: int, word: str | None) -> None:
    for _ in range(units - 1):
        city.cover(city.organization(), "CZ1112", "JOINT")
    warnings = begin(city, "CZ1112", "JOINT").warnings
    assert (word in warnings[0]) if word else warnings == ()


def test_another_form_ends_the_old_period_and_begins_a_new_one(city: City) -> None:
    row = city.cover(city.organization(), "CZ1112", "JOINT")
    coverage.change_form(by=None, coverage=row, form="ATTACHED", on=TODAY)
    assert list(Coverage.objects.order_by("since").values_list("form", "since", "until")) == [
        ("JOINT", LONG_AGO, TODAY),
        ("ATTACHED", TODAY, None),
    ]


@pytest.mark.parametrize("days", [-40, 40])
def test_a_day_before_or_after_today_leaves_the_facts_those_of_today(city: City, days: int) -> None:
    day, by = TODAY + timedelta(days=days), city.user("city")
    moved, changed, ended = (city.cover(city.organization(staff=128), "CZ1112", "JOINT") for _ in range(3))
    refresh(None, on=TODAY)
    coverage.hand_over(by=by, coverage=moved, to=city["CZ112"], form="AREA", since=day, on=TODAY)
    coverage.change_form(by=by, coverage=changed, form="ATTACHED", since=day, on=TODAY)
    if days < 0:
        coverage.end(by=by, coverage=ended, until=day, on=TODAY, reason="单位注销")
    assert refresh(None, on=TODAY) == 0
    assert (moved.organization.facts.covered_by == city["CZ112"]) == (days < 0)


def test_a_first_day_is_corrected_but_not_into_the_future_or_into_the_coverage_before(city: City) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1112", "JOINT", since=LONG_AGO, until=LONG_AGO + timedelta(days=100))
    row = city.cover(unit, "CZ1111", since=LONG_AGO + timedelta(days=200))
    coverage.begin_on(by=None, coverage=row, since=LONG_AGO + timedelta(days=100), on=TODAY)
    row.refresh_from_db()
    assert row.since == LONG_AGO + timedelta(days=100)
    for day, why in ((LONG_AGO + timedelta(days=99), "此前的覆盖关系"), (TODAY + timedelta(days=1), "在今天之后")):
        with pytest.raises(Refusal, match=why):
            coverage.begin_on(by=None, coverage=row, since=day, on=TODAY)


def test_a_handover_on_the_first_day_leaves_no_empty_period(city: City) -> None:
    row = begin(city, "CZ1112", "JOINT").coverage
    coverage.hand_over(by=None, coverage=row, to=city["CZ1111"], on=TODAY, form="ATTACHED")
    only = Coverage.objects.get()
    assert (only.party_organization, only.form, only.since, only.until) == (city["CZ1111"], "ATTACHED", TODAY, None)


def test_an_end_has_day_and_reason_and_comes_once(city: City) -> None:
    row = city.cover(city.organization(), "CZ1111")
    coverage.end(by=None, coverage=row, on=TODAY, reason="单位注销")
    row.refresh_from_db()
    assert (row.until, row.end_reason) == (TODAY, "单位注销")
    with pytest.raises(Refusal, match="不能再修改；需要时请重新登记"):
        coverage.end(by=None, coverage=row, on=TODAY, reason="")


def test_an_end_before_the_beginning_is_refused(city: City) -> None:
    row = begin(city).coverage
    with pytest.raises(Refusal, match="终止日期不能早于这一天"):
        coverage.end(by=None, coverage=row, on=TODAY - timedelta(days=1), reason="")


def test_many_are_covered_at_once_except_those_that_are(city: City, django_assert_max_num_queries) -> None:
    free = [city.organization() for _ in range(20)]
    taken = city.organization()
    city.cover(taken, "CZ1111")
    ids = [unit.pk for unit in (*free, taken)]
    with django_assert_max_num_queries(23):
        done = coverage.cover_many(
            by=None, organization_ids=ids, party_organization=city["CZ1112"], form="AREA", since=TODAY, on=TODAY
        )
    assert done == [unit.pk for unit in free]
    assert AuditEntry.objects.filter(action="coverage.begin").count() == 20
