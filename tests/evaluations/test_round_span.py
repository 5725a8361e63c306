"""What a round of a time that is over takes in: its last month and its last day too, and nobody whom another round of it has."""

from __future__ import annotations

from datetime import date

import pytest

from activities.models import Obligation, Pledge, PledgeItem
from core.indicators import indicators
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Due
from dues.services.months import restate_arrears
from evaluations.models import Evaluation, Extra, Round
from evaluations.queries.scores import score, vetoes
from evaluations.services import rounds
from members.models import Member
from orgs.facts import refresh
from orgs.figures import Narrow, live
from orgs.models import PartyOrganization
from orgs.services.party import move
from tests.people import TODAY, City
from tests.rounds import HALF, of, opened, prepared, scores

pytestmark = pytest.mark.django_db
LAST, FINAL, LATER = HALF["last_day"], date(2026, 12, 9), date(2027, 2, 9)


def test_what_fell_due_at_the_end_counts_and_the_trial_agrees(city: City) -> None:
    """Of June: what was due until 3 July and not filed; an item of 30 June; dues. What was signed later is not of the time."""
    branch, member = city["CZ1111"], city.member()
    for kind, interval in (("THEME_DAY", 1), ("COMMITTEE", 1), ("LECTURE", 3)):
        for month in range(interval, 7, interval):
            day = date(2026, month, 1)
            begins, ends = YearMonth(2026, month - interval + 1).first_day, YearMonth.of(day).last_day
            Obligation.objects.create(
                party_organization=branch, kind=kind, month=day, begins_on=begins, ends_on=ends, why="按期",
                due_on=YearMonth.of(day).plus(1).first_day.replace(day=3), state="OPEN" if month == 6 else "ON_TIME",
            )  # fmt: skip
    for due_on in (date(2026, 6, 15), LAST):
        done_on = None if due_on == LAST else due_on
        PledgeItem.objects.create(
            party_organization=branch, year=2026, what=f"事项{due_on}", due_on=due_on, done_on=done_on
        )
    Pledge.objects.create(party_organization=branch, year=2026, signed_on=date(2026, 9, 1), signed_with=city["CZ112"])
    for month in (5, 6):
        Due.objects.create(
            member=member,
            party_organization=branch,
            month=date(2026, month, 1),
            amount=10,
            paid=10 if month == 5 else 0,
        )
    one = of(row := opened(city), branch)
    found = scores(one)
    facts = {code: (found[code].fact.get("counted"), found[code].fact.get("of")) for code in ("1.5", "3.1", "4.4")}
    assert facts == {"1.5": ("5", "6"), "3.1": ("11", "14"), "4.4": ("1", "2")}
    assert found["1.4"].fact["value"] == "0"
    tried = score(one.rubric, PartyOrganization.objects.filter(pk=branch.pk), row.span, on=TODAY)[branch.pk]
    assert {scored.item.row.code: scored.points for scored in tried} == {
        code: kept.auto for code, kept in found.items()
    }
    [mine] = opened(city, subject="MEMBER").evaluations.all()
    fact = scores(mine)["M4.2"].fact
    assert (fact["counted"], fact["of"]) == ("1", "2")


def test_who_moves_after_being_taken_in_is_not_taken_in_again(city: City) -> None:
    """From one district to another, which holds its round of the year later: the half-year is in both."""
    city.member()
    for subject in ("BRANCH", "MEMBER"):
        rounds.open_(
            by=city.user("district"), row=prepared(city, by="district", node="CZ11", subject=subject), on=TODAY
        )
    move(by=city.user("city"), party_organization=city["CZ1111"], to=city["CZ12"], on=TODAY)
    for subject in ("BRANCH", "MEMBER"):
        later = prepared(city, by="stranger", node="CZ12", subject=subject)
        assert rounds.size(later) == 0
        with pytest.raises(Refusal, match="没有可以评定的"):
            rounds.open_(by=city.user("stranger"), row=later, on=TODAY)


def test_whoever_keeps_no_score_any_more_is_in_no_figure(city: City) -> None:
    member = city.member()
    first = opened(city, subject="MEMBER")
    first.evaluations.update(stage="REVIEWED", total=90, grade="优秀", five_good=True, by_dimension={}, lifts=[])
    told = {"notice_on": TODAY, "notice_until": date(2026, 12, 1), "final_on": FINAL, "final_by": city.user("city")}
    Round.objects.filter(pk=first.pk).update(state="FINAL", **told)
    assert _members(city, FINAL) == (1, 1)
    later = Round.objects.create(
        name="下半年", subject="MEMBER", node=first.node, first_day=date(2026, 7, 1), last_day=date(2026, 12, 31),
        state="NOTICE", self_until=date(2027, 1, 10), street_until=date(2027, 1, 20), department_until=date(2027, 1, 30),
        opened_on=date(2027, 1, 1), notice_on=date(2027, 2, 1), notice_until=date(2027, 2, 8),
    )  # fmt: skip
    one = first.evaluations.get()
    Evaluation.objects.create(
        round=later, party_organization=one.party_organization, member=member, rubric=one.rubric, name=one.name,
        stage="REVIEWED", exempt="AGE",
    )  # fmt: skip
    assert _members(city, LATER) == (1, 1), "not final yet"
    Round.objects.filter(pk=later.pk).update(state="FINAL", final_on=LATER, final_by=city.user("city"))
    assert _members(city, LATER) == (0, 0)


def _members(city: City, on: date) -> tuple[object, ...]:
    refresh(None, on=on)
    [one] = [one for one in indicators if one.code == "FIVE_MEMBERS"]
    found = live(city.scope("city")).whole(Narrow(), [one.numerator.code, one.denominator.code])
    return found[one.numerator.code], found[one.denominator.code]


def test_months_unpaid_after_the_time_are_no_veto_of_it(city: City) -> None:
    """Of a half-year that ended in June: who owes from May to October owed two months of it; from January on, six."""
    owe = {city.member("五月起"): range(5, 11), city.member("一月起"): range(1, 11)}
    for member, months in owe.items():
        for month in months:
            of_month = {"party_organization": city["CZ1111"], "month": date(2026, month, 1)}
            Due.objects.create(member=member, amount=10, paid=0, **of_month)
    restate_arrears(None, on=TODAY)
    row = opened(city, subject="MEMBER")
    assert [*Extra.objects.filter(code="DUES").values_list("evaluation__name", flat=True)] == ["一月起"]
    rubric = row.evaluations.select_related("rubric")[0].rubric
    tried = vetoes(rubric, Member.objects.all(), row.span, on=TODAY)
    assert [*tried] == [one.pk for one in owe if one.name == "一月起"]
