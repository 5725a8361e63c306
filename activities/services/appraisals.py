"""民主评议党员 is written whole: its days and the grades of all. It may be begun with a day and finished weeks later (rules §13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from activities.models import Appraisal, AppraisalGrade
from activities.models.appraisals import STEPS
from activities.queries.appraisals import Appraised, grades_of, taking_part
from activities.rules.appraisal import beyond
from activities.services.locking import hold_branches
from core import writing
from core.days import require_past
from core.formats import some
from core.parameters import values_on
from core.refusals import Refusal
from members.models import Member
from orgs.facts import refresh
from orgs.models import PartyOrganization
from orgs.services.locking import require_editable

Grade = AppraisalGrade.Grade
ACTION = "activities.appraise"
EDITABLE = frozenset({*STEPS, "excess_reason"})
NAMED = 3


class TooManyExcellent(Refusal):
    """More than the usual part are 优秀, and nothing says why."""


@transaction.atomic
def appraise(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    year: int,
    values: Mapping[str, Any],
    grades: Mapping[int, str],
    on: date,
) -> Appraisal:
    """Say how far the appraisal of a year is (`values` are its days), and who was graded what, by the member's id.

    Raises Refusal for a grade of somebody who gets none, TooManyExcellent where a reason is wanted.
    """
    require_editable(values, EDITABLE)
    require_past(Appraisal, values, on=on)
    hold_branches([party_organization.pk])
    told = {"party_organization": party_organization, "year": year}
    row = Appraisal.objects.select_related("party_organization").filter(**told).first() or Appraisal(**told)
    known, filled = grades_of(row), copy(row)
    for name, value in values.items():
        setattr(filled, name, value)
    _require_days(filled, on)
    people = taking_part(party_organization, day=filled.met_on or on, given=known)
    _require_gradable(people, grades)
    _require_within_the_cap(filled, grades, on)
    if row.pk is None:
        row = filled
        writing.add(by=by, record=row, action=ACTION, on=on)
    changes = writing.put(row, values, on=on)
    names = {one.member.pk: one.member.name for one in people}
    also = {"grades": [_spoken(known, names), _spoken(grades, names)]} if known != grades else None
    path = party_organization.path
    writing.keep(by=by, record=row, changes=changes, action=ACTION, path=path, also=also)
    if also:
        _grade(by, row, grades)
    holders = Member.objects.filter(pk__in=known.keys() | grades.keys()).values_list("party_organization", flat=True)
    refresh((), on=on, nodes={party_organization.pk, *holders})
    return row


def _grade(by: User | None, row: Appraisal, grades: Mapping[int, str]) -> None:
    writing.remove_rows(AppraisalGrade, "appraisal_id", [row.pk], by=by, events=())
    given, of_row = sorted(grades.items()), {"appraisal_id": row.pk}
    writing.add_rows(AppraisalGrade, ["member_id", "grade"], given, of_row, by=by, events=())


def _require_days(row: Appraisal, on: date) -> None:
    if not on.year - 10 <= row.year <= on.year:
        raise Refusal(f"{row.year} 年度的民主评议不能登记，请选择今年或以前的年度")
    if wrong := next((day for _, day in row.steps if day and not row.year <= day.year <= row.year + 1), None):
        raise Refusal(f"{row.year} 年度的民主评议在当年或第二年进行，{wrong} 请核对")


def _require_gradable(people: Collection[Appraised], grades: Mapping[int, str]) -> None:
    there = {one.member.pk: one for one in people}
    if strangers := len(grades.keys() - there.keys()):  # whose names are not told
        raise Refusal(f"有 {strangers} 名党员评议时不在本支部名册上，请重新打开后再填")
    if early := [one.member.name for one in people if one.member.pk in grades and not one.graded]:
        raise Refusal(f"{some(early, most=NAMED, unit='名')}评议时是预备党员，参加评议，不评定等次")


def _require_within_the_cap(row: Appraisal, grades: Mapping[int, str], on: date) -> None:
    excellent = sum(grade == Grade.EXCELLENT for grade in grades.values())
    one_in = int(values_on(on)["life.excellent_one_in"])
    sentence = beyond(excellent=excellent, graded=len(grades), one_in=one_in)
    if sentence and not row.excess_reason.strip():
        raise TooManyExcellent(sentence)


def _spoken(grades: Mapping[int, str], names: Mapping[int, str]) -> str:
    """The grades in the words of the trail."""
    found = {
        label: "、".join(names[key] for key in sorted(grades) if grades[key] == value) for value, label in Grade.choices
    }
    return "；".join(f"{label}：{people}" for label, people in found.items() if people)
