"""A closed month keeps its figures and its names, whatever is edited later."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q, QuerySet

from core.indicators import indicators, measures
from core.models import AuditEntry
from core.months import YearMonth
from core.refusals import Refusal
from core.scope import Scope
from orgs.facts import refresh
from orgs.figures import Figures, Narrow, Tree, by_party, by_region, facts_of, live
from orgs.models import Organization, PartyOrganization
from orgs.subjects import ORGANIZATIONS
from reports.models import ClosedMonth, FrozenUnit
from reports.queries.moments import Moment
from reports.services.months import (
    close_month,
)
from tests.orgs.plain import EDITS, random_units
from tests.people import City

OCTOBER, NOVEMBER = YearMonth(2026, 10), YearMonth(2026, 11)
IN_NOVEMBER, IN_DECEMBER = date(2026, 11, 2), date(2026, 12, 1)
CODES = [one.code for one in measures if one.subject is ORGANIZATIONS and one.code != "organizations"]


def close(city: City, month: YearMonth, on: date) -> ClosedMonth:
    """Close as the city's clerk."""
    return close_month(month=month, by=city.user("city"), on=on)


def frozen(scope: Scope, closed: ClosedMonth) -> Figures:
    """The frozen figures of a scope, cut by the tree as it stood."""
    return Moment(closed.counted_on, closed).figures(scope)


def names_of(scope: Scope, closed: ClosedMonth, where: Q, narrow: Narrow, tree: Tree) -> QuerySet[FrozenUnit]:
    """The names behind a frozen number."""
    return Moment(closed.counted_on, closed).units(scope, where, narrow, tree)


def numbers(city: City, closed: ClosedMonth, who: str = "city") -> dict[str, dict[str, int]]:
    """All frozen measures by district."""
    return {row.name: row.sums for row in by_region(frozen(city.scope(who), closed), Narrow(), CODES)}


def test_closing_freezes_what_the_figures_say(city: City) -> None:
    random_units(city, random.Random(1), 40)
    refresh(None, on=IN_NOVEMBER)
    before = {row.name: row.sums for row in by_region(live(city.scope("city")), Narrow(), CODES)}
    closed = close(city, OCTOBER, IN_NOVEMBER)
    assert numbers(city, closed) == before
    assert (closed.counted_on, closed.parameters["econ.org_headcount"]) == (IN_NOVEMBER, 100)


def test_later_edits_change_neither_frozen_figures_nor_names(city: City) -> None:
    pick = random.Random(2)
    units = random_units(city, pick, 30)
    closed = close(city, OCTOBER, IN_NOVEMBER)
    columns = [field.attname for field in FrozenUnit._meta.concrete_fields if field.name not in ("id", "last_month")]
    names = set(FrozenUnit.objects.of_month("2026-10").values_list(*columns))
    figures = numbers(city, closed)
    for unit in units:
        pick.choice(EDITS)(city, pick, unit)
    Organization.objects.filter(pk=units[0].pk).update(name="改了名")
    PartyOrganization.objects.filter(code="CZ111").update(parent=city["CZ12"])
    close(city, NOVEMBER, IN_DECEMBER)
    assert set(FrozenUnit.objects.of_month("2026-10").values_list(*columns)) == names
    assert numbers(city, closed) == figures
    assert numbers(city, ClosedMonth.objects.get(month="2026-11")) != figures


@pytest.mark.parametrize("who", ["city", "district", "street", "leader"])
def test_every_frozen_number_is_the_length_of_its_list(city: City, who: str) -> None:
    pick = random.Random(3)
    units = random_units(city, pick, 30)
    close(city, OCTOBER, IN_NOVEMBER)
    for unit in units[:10]:
        pick.choice(EDITS)(city, pick, unit)
    close(city, NOVEMBER, IN_DECEMBER)
    scope = city.scope(who)
    for closed in ClosedMonth.objects.all():
        figures = frozen(scope, closed)
        for row in by_party(figures, Narrow(), CODES):
            for code in CODES:
                names = names_of(scope, closed, measures[code].where, row.narrow, figures.tree)
                column = measures[code].sums
                listed = sum(names.values_list(column, flat=True)) if column else names.count()
                assert listed == row.sums[code], (closed.month, row.name, code)


def test_a_unit_that_does_not_change_keeps_one_row(city: City) -> None:
    same, changed, gone = (city.organization(name, staff=120) for name in ("甲", "乙", "丙"))
    close(city, OCTOBER, IN_NOVEMBER)
    changed.staff = 130
    changed.save()
    gone.status = "STRUCK_OFF"
    gone.save()
    close(city, NOVEMBER, IN_DECEMBER)
    rows = FrozenUnit.objects.order_by("organization", "first_month").values_list(
        "organization", "first_month", "last_month", "staff"
    )
    assert list(rows) == [
        (same.pk, "2026-10", None, 120),
        (changed.pk, "2026-10", "2026-10", 120),
        (changed.pk, "2026-11", None, 130),
        (gone.pk, "2026-10", "2026-10", 120),
        (gone.pk, "2026-11", None, 120),
    ]
    assert FrozenUnit.objects.of_month("2026-11").get(organization=gone.pk).status == "STRUCK_OFF"


def test_the_gap_of_a_closed_month_opens_its_names(city: City) -> None:
    missing, covered = city.organization("缺", staff=120), city.organization("有", staff=120)
    city.cover(covered, "CZ1111")
    closed = close(city, OCTOBER, IN_NOVEMBER)
    city.cover(missing, "CZ1112", "JOINT")
    refresh([missing.pk], on=IN_NOVEMBER)
    scope, gap = city.scope("city"), indicators["SHOULD"].gap
    then = names_of(scope, closed, gap, Narrow(), frozen(scope, closed).tree)
    assert [unit.name for unit in then] == ["缺"]
    assert not facts_of(scope, gap, Narrow(), live(scope).tree)


@pytest.mark.parametrize(
    ("closing", "sentence"),
    [
        pytest.param(
            lambda city: close(city, NOVEMBER, date(2026, 11, 30)),
            "2026-11 还没有结束，请在 2026-12-01 以后关账",
            id="on its last day",
        ),
        pytest.param(
            lambda city: close(city, OCTOBER, IN_NOVEMBER), "2026-10 已经关账", id="a second time"
        ),
        pytest.param(
            lambda city: close(city, YearMonth(2026, 9), IN_NOVEMBER), "不能再关更早的 2026-09", id="earlier"
        ),
        pytest.param(
            lambda city: close(city, YearMonth(2026, 12), date(2027, 1, 1)), "请先关 2026-11", id="a gap"
        ),
        pytest.param(
            lambda city: close_month(month=NOVEMBER, by=city.user("district"), on=IN_DECEMBER),
            "市级",
            id="a district's clerk",
        ),
        pytest.param(
            lambda city: close_month(month=NOVEMBER, by=city.user("leader"), on=IN_DECEMBER),
            "市级",
            id="a leader",
        ),
    ],
)  # fmt: skip
def test_a_month_is_refused_in_a_sentence(city: City, closing: Callable[[City], ClosedMonth], sentence: str) -> None:
    close(city, OCTOBER, IN_NOVEMBER)
    with pytest.raises(Refusal, match=sentence):
        closing(city)
    assert ClosedMonth.objects.count() == 1


def test_closing_is_written_into_the_trail(city: City) -> None:
    city.organization(staff=120)
    close(city, OCTOBER, IN_NOVEMBER)
    taken, signed = AuditEntry.objects.get(action="months.take"), AuditEntry.objects.get(action="months.close")
    assert (taken.user, taken.label, taken.changes["counted_on"]) == (None, "2026-10", [None, "2026-11-02"])
    assert (signed.user, signed.label, signed.changes["signed_by_id"]) == (
        city.user("city"),
        "2026-10",
        [None, city.user("city").pk],
    )


def test_the_command_closes_and_refuses(city: City) -> None:
    out = StringIO()
    call_command("close_month", "2025-01", by="city", stdout=out)
    assert out.getvalue().startswith("2025-01 已关账")
    for arguments in (["2025-01", "--by", "city"], ["2025-13", "--by", "city"], ["2025-02", "--by", "nobody"]):
        with pytest.raises(CommandError):
            call_command("close_month", *arguments)


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_once(city: City) -> None:
    def hand(_: int) -> bool:
        try:
            close(city, OCTOBER, IN_NOVEMBER)
        except Refusal as refusal:
            return "已经关账" not in str(refusal)
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as hands:
        assert sorted(hands.map(hand, range(2))) == [False, True]
