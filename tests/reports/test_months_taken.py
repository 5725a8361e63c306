"""The night takes a month as it stood at its end; when it could not, later, and then the month says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from core import audit
from core.jobs import job_kinds
from core.models import AuditEntry, Parameter
from core.months import YearMonth
from core.refusals import Refusal
from orgs.facts import differences, refresh
from orgs.figures import Narrow
from orgs.indicators import T2
from orgs.models import Organization
from reports.figures import Standing, standings
from reports.models import ClosedMonth, FrozenUnit, Target
from reports.queries.moments import Moment, closed_months
from reports.services.months import close_month, freeze, take_months
from tests.people import City

SEPTEMBER, OCTOBER = YearMonth(2026, 9), YearMonth(2026, 10)


def at(*moment: int) -> datetime:
    """A moment of local time."""
    return timezone.make_aware(datetime(*moment))


@pytest.fixture
def begun(city: City) -> City:
    """A system whose first entry is of September."""
    audit.record(by=None, action="organizations.register", target=city["CZ"], at=at(2026, 9, 20, 9))
    city.organization("甲", staff=120)
    refresh(None, on=date(2026, 9, 30))
    return city


def taken(*moment: int) -> list[str]:
    """The months that a night takes."""
    return [closed.month for closed in take_months(at=at(*moment))]


def test_the_night_takes_the_month_as_it_stood_on_its_last_day(begun: City) -> None:
    covered = begun.organization("乙", staff=120)
    begun.cover(covered, "CZ1111", until=date(2026, 10, 1))  # the last day is the 30th
    assert taken(2026, 9, 30, 23) == []
    assert taken(2026, 10, 1, 2) == ["2026-09"]
    assert taken(2026, 10, 1, 3) == []
    closed = ClosedMonth.objects.get()
    assert (closed.counted_on, closed.late, closed.notes) == (date(2026, 9, 30), False, ["未签发"])
    assert FrozenUnit.objects.get(organization=covered).has_org
    covered.refresh_from_db()
    assert not covered.facts.has_org  # facts are those of today again
    assert differences(on=date(2026, 10, 1)) == []


def test_what_is_entered_after_the_night_counts_in_the_next_month(begun: City) -> None:
    take_months(at=at(2026, 10, 1, 2))
    begun.organization("补登的", staff=120, registered_on=date(2026, 9, 3))
    take_months(at=at(2026, 11, 1, 2))
    assert FrozenUnit.objects.of_month("2026-09").count() == 1
    assert FrozenUnit.objects.of_month("2026-10").count() == 2


def test_months_missed_for_weeks_are_taken_in_order_and_say_of_which_day_they_are(begun: City) -> None:
    assert taken(2026, 11, 17, 2) == ["2026-09", "2026-10"]
    for closed in ClosedMonth.objects.all():
        assert closed.counted_on == date(2026, 11, 17)
        assert closed.notes[0] == "本月末未取数，按 2026-11-17 的数据补取"
        assert "补取" in Moment(closed.counted_on, closed).words


def test_a_december_taken_in_january_has_the_target_and_the_year_before_of_its_own_year(begun: City) -> None:
    Target.objects.create(node=begun["CZ"], year=2026, indicator="T2", value=80)
    Target.objects.create(node=begun["CZ"], year=2027, indicator="T2", value=100)
    for month in ("2025-12", "2026-11"):
        freeze(month=YearMonth.parse(month), counted_on=YearMonth.parse(month).last_day)
    begun.cover(Organization.objects.get(), "CZ111")
    assert taken(2027, 1, 4, 2) == ["2026-12"]
    closed = closed_months()
    moment, scope = Moment(closed[0].counted_on, closed[0]), begun.scope("city")
    figures = moment.figures(scope)
    [found] = standings(scope, [T2], moment=moment, closed=closed, narrow=Narrow(), figures=figures)
    assert (found.goal, found.since_month, found.since_year) == (80, 100, 100)
    assert found.pace is not None
    assert found.pace.expected == 80  # the line of 2026 has ended


def test_a_change_is_named_by_the_month_it_is_against_as_long_as_the_last_one_is_not_taken(begun: City) -> None:
    freeze(month=YearMonth.parse("2026-09"), counted_on=date(2026, 9, 30))
    at_once, late = Moment(date(2026, 10, 31)), Moment(date(2026, 11, 1))
    assert at_once.before(closed_months()) == late.before(closed_months()) == ClosedMonth.objects.get()
    assert at_once.named_before(closed_months()) == "上月"
    assert late.named_before(closed_months()) == " 2026-09 "
    browser = begun.client("city")
    for page in ("/figures/", "/dashboard/"):  # read today, on a day of November
        shown = browser.get(page).content.decode()
        assert "较 2026-09 末" in shown
        assert "上月末" not in shown


def test_a_worker_that_starts_on_the_first_working_day_takes_what_stands_then(begun: City) -> None:
    assert taken(2026, 10, 1, 9) == ["2026-09"]
    assert ClosedMonth.objects.get().counted_on == date(2026, 10, 1)


def test_a_system_has_no_month_before_its_first_entry(city: City) -> None:
    begins = timezone.localtime(AuditEntry.objects.order_by("at")[0].at)
    month = YearMonth.of(begins.date())
    after = month.plus(1)
    assert taken(month.year, month.month, 1, 2) == []
    assert taken(after.year, after.month, 1, 2) == [str(month)]


def test_it_is_a_job_of_the_night() -> None:
    assert job_kinds["reports.take_months"].daily


def test_closing_signs_what_the_night_took_and_in_order(begun: City) -> None:
    take_months(at=at(2026, 11, 1, 2))
    city, today = begun.user("city"), date(2026, 11, 2)
    with pytest.raises(Refusal, match="2026-09 已取数、还未签发"):
        close_month(month=OCTOBER, by=city, on=today)
    signed = close_month(month=SEPTEMBER, by=city, on=today)
    assert (signed.signed_by, signed.counted_on) == (city, date(2026, 11, 1))
    assert close_month(month=OCTOBER, by=city, on=today).counted_on == date(2026, 10, 31)
    with pytest.raises(Refusal, match="已经关账"):
        close_month(month=SEPTEMBER, by=city, on=today)


def test_what_no_night_took_is_taken_by_closing_dated_now(begun: City) -> None:
    closed = close_month(month=SEPTEMBER, by=begun.user("city"), on=date(2026, 10, 9))
    assert (closed.counted_on, closed.late) == (date(2026, 10, 9), True)
    assert Organization.objects.count() == FrozenUnit.objects.count() == 1


def test_live_figures_name_their_last_recount_when_it_is_not_of_today(begun: City) -> None:
    refresh(None, on=date(2026, 9, 30))
    assert Moment(date(2026, 9, 30)).words == "2026-09-30（实时）"
    assert Moment(date(2026, 9, 30)).label == "实时"
    assert Moment(date(2026, 10, 2)).label.startswith(f"实时（截至 {timezone.localtime():%Y-%m-%d %H:}")
    assert Moment(date(2026, 10, 2)).words.endswith("（实时）")


def test_a_value_is_said_of_live_figures_when_the_night_has_counted_it(begun: City) -> None:
    first, second = date(2026, 9, 30), date(2026, 10, 1)
    Parameter.objects.create(key="econ.org_headcount", value=60, valid_from=second, set_by=begun.user("city"))
    refresh(None, on=first)
    assert Moment(second).indicator(T2).name == "100 人以上新经济组织有党组织", "no night has passed yet"
    refresh(None, on=second)
    assert Moment(second).indicator(T2).name == "60 人以上新经济组织有党组织"


def test_a_figure_that_begins_anew_each_year_is_compared_and_foretold_within_its_year(begun: City) -> None:
    second, _ = (begun.organization(name, staff=120) for name in "乙丙")
    refresh(None, on=date(2025, 12, 31))
    freeze(month=YearMonth(2025, 12), counted_on=date(2025, 12, 31))
    begun.cover(second, "CZ111")
    refresh(None, on=date(2026, 1, 20))
    scope, both = (
        begun.scope("city"),
        (replace(T2, target=Decimal(100)), replace(T2, target=Decimal(100), of_year=True)),
    )

    def stand(*day: int) -> list[Standing]:
        moment, closed = Moment(date(*day)), closed_months()
        told = {"moment": moment, "closed": closed, "narrow": Narrow(), "figures": moment.figures(scope)}
        return standings(scope, both, **told)  # type: ignore[arg-type]

    ever, yearly = stand(2026, 1, 20)
    assert (str(ever.since_month), str(ever.expected_in)) == ("33.3", "2026-04")
    assert (yearly.since_month, yearly.expected_in) == (None, None), "last December is no beginning of this January"
    freeze(month=YearMonth(2026, 1), counted_on=date(2026, 1, 31))
    begun.cover(Organization.objects.get(name="甲"), "CZ111")
    refresh(None, on=date(2026, 2, 20))
    _, yearly = stand(2026, 2, 20)
    assert (str(yearly.since_month), str(yearly.expected_in)) == ("33.4", "2026-03")
    ever, yearly = stand(2026, 12, 20)
    assert (str(ever.expected_in), yearly.expected_in) == ("2027-01", None), "in January it begins at nothing again"
