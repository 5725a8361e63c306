"""Figures of 组织生活 agree with a plain count: due branches are counted whether they file or not, and what raises a rate on
paper alone is beside it."""

from __future__ import annotations

import pytest

from activities.models import Obligation
from activities.services import obligations, reviews
from core.indicators import indicators
from orgs.facts import differences, refresh
from orgs.figures import Narrow, live
from orgs.indicators import LIFE
from reports.queries.moments import Moment
from tests.activities.plain_life import LAID, MONTH, lived, plain_figures
from tests.filing import file_record
from tests.people import TODAY, City
from tests.reports.closing import close

pytestmark = pytest.mark.django_db


def told(city: City, who: str = "city", moment: Moment | None = None) -> dict[str, tuple[int, int]]:
    figures = moment.figures(city.scope(who)) if moment else live(city.scope(who))
    ours = [one for one in indicators if one.group == LIFE and one.code != "VENUE"]
    sums = figures.whole(Narrow(), tuple({code for one in ours for code in (one.numerator.code, one.denominator.code)}))
    return {one.code: (sums[one.numerator.code], sums[one.denominator.code]) for one in ours}


def test_all_figures_agree_with_a_plain_count(city: City) -> None:
    lived(city)
    refresh(None, on=TODAY)
    plain = plain_figures()
    assert told(city) == plain
    assert [code for code, (part, whole) in plain.items() if not 0 < part < whole] == []
    assert differences(on=TODAY) == []


def test_services_keep_the_figures_true(city: City) -> None:
    lived(city, 8)
    refresh(None, on=TODAY)
    city.member(of="CZ1111")
    record = file_record(city, by="street", held_on=LAID, late_reason="补报", on=TODAY, topics=["LAW"])
    reviews.send_back(
        by=city.user("district"), record=record, reason="请补充", at="2026-11-24T09:00:00+08:00", on=TODAY
    )
    open_one = Obligation.objects.of_month(MONTH).open().filter(kind="ANY").first()
    told_why = {"reason": "停产", "month": MONTH, "party_organization": open_one.party_organization}
    obligations.not_held(by=city.user("city"), on=TODAY, **told_why)
    assert differences(on=TODAY) == []
    assert told(city) == plain_figures()


def test_a_branch_that_files_nothing_is_in_the_denominator_and_a_reason_is_no_activity(city: City) -> None:
    obligations.lay_out(on=LAID)
    refresh(None, on=TODAY)
    assert told(city)["LIFE_REPORTED"] == told(city)["LIFE_HELD"] == (0, 2)
    assert told(city)["LIFE_MISSING"] == (2, 2)
    obligations.not_held(by=None, party_organization=city["CZ1111"], month=MONTH, reason="停产", on=TODAY)
    found = told(city)
    assert (found["LIFE_REPORTED"], found["LIFE_HELD"], found["LIFE_MISSING"]) == ((1, 2), (0, 2), (1, 2))
    assert told(city, "stranger")["LIFE_REPORTED"] == (0, 0)


def test_a_closed_month_keeps_its_numbers(city: City) -> None:
    lived(city, 4)
    refresh(None, on=TODAY)
    moment = Moment(TODAY, close(city, "2026-11"))
    before = told(city, moment=moment)
    assert before["LIFE_REPORTED"][1] > 0
    file_record(city, of="B2", by="city", held_on=LAID, late_reason="补报", on=TODAY)
    assert told(city, moment=moment) == before


def test_a_figure_of_the_month_before_is_named_so_and_one_of_the_year_declared() -> None:
    for one in indicators:
        if one.group == LIFE:
            assert one.name.startswith("上月") == ("上一个月" in one.basis), one.code
            assert one.of_year == ("今年" in one.basis), one.code
