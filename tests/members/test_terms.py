"""Elections and terms: four fifths are there, the usual years, one year more at most; the newest term is the Party organization's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.due import due_kinds
from core.refusals import Refusal
from members.models import Term
from members.rules.persons import needed_to_elect, years_after
from members.services.terms import terms
from orgs.facts import differences
from orgs.models import PartyOrganization
from orgs.services import endings, party
from tests.people import TODAY, City

ELECTED = date(2025, 3, 1)


def elect(city: City, elected_on: date = ELECTED, *, of: str = "CZ1112", **values: Any) -> Term:
    return terms.add(by=city.user("street"), party_organization=city[of], elected_on=elected_on, on=TODAY, **values)


def ends(city: City, code: str = "CZ1112") -> date | None:
    return PartyOrganization.objects.get(code=code).term_ends_on


@pytest.mark.parametrize(("entitled", "needed"), [(5, 4), (6, 5), (10, 8), (11, 9), (1, 1), (0, 0)])
def test_four_fifths_are_needed(entitled: int, needed: int) -> None:
    assert needed_to_elect(entitled) == needed


def test_the_same_day_of_a_later_year() -> None:
    assert (years_after(date(2024, 2, 29), 3), years_after(ELECTED, 5)) == (date(2027, 2, 28), date(2030, 3, 1))


@pytest.mark.parametrize(("of", "end"), [("CZ1112", date(2028, 3, 1)), ("CZ111", date(2030, 3, 1))])
def test_a_term_has_the_usual_years(city: City, of: str, end: date) -> None:
    assert (elect(city, of=of).ends_on, ends(city, of)) == (end, end)
    assert differences(on=TODAY) == []


def test_the_newest_term_counts(city: City) -> None:
    elect(city)
    older = elect(city, date(2022, 3, 1))
    assert ends(city) == date(2028, 3, 1)
    terms.change(by=None, row=older, ends_on=date(2024, 1, 1), on=TODAY)
    assert ends(city) == date(2028, 3, 1)


def test_a_corrected_day_moves_the_usual_end(city: City) -> None:
    term = elect(city)
    terms.change(by=None, row=term, elected_on=date(2025, 4, 1), on=TODAY)
    assert ends(city) == date(2028, 4, 1)
    terms.change(by=None, row=term, ends_on=date(2028, 1, 1), on=TODAY)
    terms.change(by=None, row=term, elected_on=ELECTED, on=TODAY)
    assert ends(city) == date(2028, 1, 1)


@pytest.mark.parametrize(("present", "refused"), [(8, False), (7, True)])
def test_fewer_than_four_fifths_elect_nobody(city: City, present: int, refused: bool) -> None:
    if not refused:
        assert elect(city, entitled=10, present=present).present == present
        return
    with pytest.raises(Refusal, match=r"实到会 7 人，不到应到会 10 人的五分之四（8 人）"):
        elect(city, entitled=10, present=present)
    assert not Term.objects.exists()


def test_no_more_come_than_may(city: City) -> None:
    with pytest.raises(ValidationError, match="实到会人数不能多于应到会人数"):
        elect(city, entitled=10, present=11)


def test_a_term_is_put_off_for_a_reason_and_by_a_year_at_most(city: City) -> None:
    term = elect(city)
    with pytest.raises(ValidationError, match="延期须写明原因"):
        terms.extend(by=None, row=term, to=date(2028, 9, 1), why="", on=TODAY)
    term.refresh_from_db()
    with pytest.raises(Refusal, match="最晚延至 2029-03-01"):
        terms.extend(by=None, row=term, to=date(2029, 3, 2), why="单位搬迁", on=TODAY)
    term.refresh_from_db()
    terms.extend(by=city.user("street"), row=term, to=date(2029, 3, 1), why="单位搬迁，云台工委〔2028〕3 号", on=TODAY)
    assert ends(city) == date(2029, 3, 1)


def test_where_there_are_terms_they_alone_say_when_it_ends(city: City) -> None:
    elect(city)
    node = PartyOrganization.objects.get(code="CZ1112")
    with pytest.raises(Refusal, match="的届满日期由登记的任期得出"):
        party.change(by=None, party_organization=node, values={"term_ends_on": TODAY}, on=TODAY)


def test_terms_stay_with_the_one_that_was_elected(city: City) -> None:
    elect(city)
    endings.merge(by=None, party_organization=city["CZ1112"], into=city["CZ1111"], on=TODAY, reason="合并")
    assert (Term.objects.get().party_organization, ends(city, "CZ1111")) == (city["CZ1112"], None)


def test_the_end_of_a_term_falls_due_in_steps(city: City) -> None:
    kind = due_kinds["terms"]
    said = {}
    for days in (181, 180, 90, 30, 0, -10):
        PartyOrganization.objects.filter(code="CZ1112").update(term_ends_on=TODAY + timedelta(days=days))
        rows = kind.rows(city.scope("street"), TODAY)
        said[days] = [item.what for item in kind.items(rows, city.scope("street"), TODAY)]
    assert said == {
        181: [],
        180: ["还有 180 天届满，着手准备换届"],
        90: ["还有 90 天届满，向上级请示换届"],
        30: ["还有 30 天届满，尽快召开党员大会换届"],
        0: ["还有 0 天届满，尽快召开党员大会换届"],
        -10: ["届满已 10 天，尚未换届；延期须经上级批准"],
    }
    own = due_kinds["terms.own"]
    PartyOrganization.objects.filter(code="CZ1111").update(term_ends_on=TODAY)
    assert [row.code for row in own.rows(city.scope("secretary"), TODAY)] == ["CZ1111"]
    assert not kind.rows(city.scope("stranger"), TODAY).exists()
    assert not kind.rows(city.scope("leader"), TODAY).exists()
