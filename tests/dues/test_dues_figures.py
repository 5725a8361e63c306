"""Figures of 党费 agree with a plain count, by members and by amount; services keep them true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from core.formats import number
from core.indicators import indicators
from core.months import YearMonth
from dues.indicators import BEHIND
from dues.models import HandUp, Payment
from dues.services import hand_ups
from dues.services.assessments import Line, assess_many, assess_member
from dues.services.collection import correct
from dues.services.months import restate
from members.models import Member
from members.services.members import move_to
from orgs.facts import differences, refresh
from orgs.figures import Narrow, live
from orgs.indicators import MONEY
from reports.queries.moments import Moment
from tests.dues.plain_dues import NOON, a_year, plain_figures
from tests.people import TODAY, City
from tests.reports.closing import close

pytestmark = pytest.mark.django_db
LAST, FIRST = date(2026, 11, 30), date(2026, 12, 1)


def told(city: City, who: str = "city", moment: Moment | None = None) -> dict[str, tuple[object, object]]:
    figures = moment.figures(city.scope(who)) if moment else live(city.scope(who))
    ours = [one for one in indicators if one.group == MONEY]
    sums = figures.whole(Narrow(), [m.code for one in ours for m in (one.numerator, one.denominator)])
    return {
        one.code: tuple(m.amount(sums[m.code]) for m in (one.numerator, one.denominator))  # type: ignore[misc]
        for one in ours
    }


def test_all_figures_agree_with_a_plain_count(city: City) -> None:
    a_year(city)
    assert differences(on=TODAY) == [], "the services kept them"
    plain = plain_figures()
    found = told(city)
    assert {code: found[code] for code in plain} == plain
    assert [code for code, (part, whole) in plain.items() if not 0 < part < whole] == []  # type: ignore[operator]


def test_who_moves_or_is_assessed_late_is_counted_where_he_is(city: City) -> None:
    a_year(city)
    mover = Member.objects.filter(party_organization=city["CZ1111"], arrears__isnull=False).first()
    move_to(by=city.user("city"), member=mover, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    late = Member.objects.filter(party_organization=city["CZ1112"], assessments=None).first()
    assess_member(by=city.user("treasurer"), member=late, since=YearMonth(2026, 3), payer="WAGE",
                  base=Decimal(9000), at=NOON, on=TODAY)  # fmt: skip
    assert differences(on=TODAY) == []
    plain, found = plain_figures(), told(city)
    assert {code: found[code] for code in plain} == plain


def test_nobody_raises_the_rate_by_not_assessing(city: City) -> None:
    """Ten members and one of them assessed and paid: one of ten, not one of one."""
    for _ in range(10):
        city.member(of="CZ1111")
    refresh(None, on=TODAY)
    assert told(city)["R11"] == (0, 10)
    assert told(city, "stranger")["R11"] == (0, 0)


def test_a_closed_month_keeps_its_numbers_and_the_scope_narrows(city: City) -> None:
    a_year(city)
    moment = Moment(TODAY, close(city, "2026-11"))
    before, street = told(city, moment=moment), told(city, "street")
    assert before == told(city)
    assert 0 < street["R11_AMOUNT"][1] < before["R11_AMOUNT"][1]  # type: ignore[operator]
    for one in Member.objects.filter(assessments=None):
        assess_member(by=city.user("treasurer"), member=one, since=YearMonth(2026, 1), payer="TOKEN", base=None,
                      at=NOON, on=TODAY)  # fmt: skip
    assert told(city, moment=moment) == before != told(city)


def test_a_month_that_is_stated_after_its_end_counts_what_was_over_then(city: City) -> None:
    """The night lays out December and counts November before it takes November."""
    a_year(city)
    refresh(None, on=LAST)
    before = told(city)
    restate(None, on=FIRST)
    refresh(None, on=LAST)
    assert told(city) == before


def test_before_the_night_nobody_is_up_to_date_who_did_not_pay(city: City) -> None:
    a_year(city)
    refresh(None, on=FIRST)
    codes = ("R11", "R11_TOKEN", *(one.code for one in BEHIND))
    before = {code: told(city)[code] for code in codes}
    restate(None, on=FIRST)
    refresh(None, on=FIRST)
    assert before == {code: told(city)[code] for code in codes}


def test_in_january_too_what_is_kept_is_a_part_of_what_there_was_to_hand_up(city: City) -> None:
    a_year(city)
    waiting = HandUp.objects.filter(state="SENT").first()
    january = date(2027, 1, 8)
    hand_ups.send_back(by=city.user("city"), hand_up=waiting, reason="少了一张回单", at=NOON, on=january)
    refresh(None, on=january)
    kept, whole = told(city)["DUES_KEPT"]
    assert 0 < kept == whole  # type: ignore[operator]
    assert told(city)["REFUNDED"][1] == 0
    assert differences(on=january) == []


def test_a_list_adds_up_to_its_number_also_where_a_part_is_below_nothing(
    city: City, client_of: Callable[..., Client]
) -> None:
    """A payment of the year before is countered in the year that follows."""
    a_year(city)
    january = date(2027, 1, 8)
    refresh(None, on=january)
    payment = Payment.objects.filter(counter_of=None, countered_by=None).order_by("-entry", "pk").first()
    correct(payment=payment, reason="误登", by=city.user("treasurer"), at=NOON, on=january)
    assert differences(on=january) == []
    page = client_of("leader").get("/nodes/?measure=dues_collected").context
    assert page["sum"] == told(city)["REFUNDED"][1] == -payment.amount
    assert [row.shown for row, _ in page["rows"]] == [-payment.amount]


def test_dues_of_fewer_than_three_members_are_told_to_their_own_committee_alone(
    city: City, client_of: Callable[..., Client]
) -> None:
    members = [city.member(of="CZ1111") for _ in range(2)]
    lines = [Line(one.pk, "WAGE", Decimal(5000), date(2026, 1, 1)) for one in members]
    assess_many(by=city.user("treasurer"), lines=lines, at=NOON, on=TODAY)
    address = "/nodes/?measure=dues_due"
    assert [row.shown for row, _ in client_of("leader").get(address).context["rows"]] == ["不足 3"]
    assert client_of("leader").get(address).context["sum"] is None
    assert "不足 3" in client_of("leader").get("/figures/?of=R11_AMOUNT").content.decode()
    assert [number(row.shown) for row, _ in client_of("street").get(address).context["rows"]] == ["1,000.00 元"]
    city.member(of="CZ1111")
    refresh(None, on=TODAY)
    assert [number(row.shown) for row, _ in client_of("leader").get(address).context["rows"]] == ["1,000.00 元"]
