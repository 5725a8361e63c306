"""民主评议党员 as its page, its record and the health sheet read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from activities.models import ActivityRecord, Appraisal, AppraisalGrade, Kind
from activities.queries.branches import roll, seat_of
from activities.rules.appraisal import meetings_of
from members.models import Member
from orgs.models import PartyOrganization

Grade = AppraisalGrade.Grade


@dataclass(frozen=True)
class Appraised:
    """Somebody who takes part: `graded` is whether a grade is due, which nobody on probation gets."""

    member: Member
    grade: str
    graded: bool
    left: bool  # the branch, since


def taking_part(party_organization: PartyOrganization, *, day: date, given: dict[int, str]) -> list[Appraised]:
    """The roll of a day, and whoever has a grade and is on it no more. Two queries."""
    there = {member.pk: member for member in roll(party_organization, day=day)}
    others = Member.objects.filter(pk__in=given.keys() - there.keys())
    found = there | {member.pk: member for member in others}
    sits = seat_of(day)
    return [
        Appraised(
            found[key],
            given.get(key, ""),
            key in given or sits(found[key]).votes,
            found[key].party_organization_id != party_organization.pk,
        )
        for key in sorted(found)
    ]


def grades_of(appraisal: Appraisal | None) -> dict[int, str]:
    return dict(appraisal.grades.values_list("member", "grade")) if appraisal and appraisal.pk else {}


def appraisal_of(party_organization: PartyOrganization, *, year: int) -> Appraisal | None:
    return Appraisal.objects.filter(party_organization=party_organization, year=year).first()


def numbers(grades: Iterable[str]) -> list[tuple[str, int]]:
    """How many have each grade, in the words of the form."""
    given = list(grades)
    return [(label, given.count(value)) for value, label in Grade.choices]


def meeting(party_organization: PartyOrganization, appraisal: Appraisal | None, *, year: int) -> ActivityRecord | None:
    """The record of the meeting: of one of the days of the appraisal; where none is known yet, the newest one about the year."""
    rows = ActivityRecord.objects.filed().filter(party_organization=party_organization, kind=Kind.APPRAISAL)
    days = [day for _, day in appraisal.steps if day] if appraisal else []
    rows = rows.filter(held_on__in=days) if days else rows.filter(held_on__range=meetings_of(year))
    return rows.order_by("-held_on", "-pk").first()


def grade_of_year(on: date) -> Coalesce:
    """What the member of the outer query was graded this year up to a day, whatever year it was about; empty for nothing."""
    rows = AppraisalGrade.objects.decided().filter(member=OuterRef("pk"))
    rows = rows.filter(appraisal__decided_on__range=(date(on.year, 1, 1), on))
    return Coalesce(Subquery(rows.values("grade")[:1]), Value(""))
