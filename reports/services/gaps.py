"""Starting what a worklist asks for: a new branch with its coverage in one step, coverage by an existing Party
organization, or the answer of whoever is responsible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from core import audit, writing
from core.locks import between_turns, derived_once, hold
from core.parameters import values_on
from core.plain import to_plain
from core.refusals import Refusal
from members.models import Member
from members.services.members import move_to, set_employer
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from orgs.rules.setup import Thresholds
from orgs.services.coverage import cover_many
from orgs.services.party import establish
from reports.models import GapAnswer

Kind = PartyOrganization.Kind


@dataclass(frozen=True)
class NewBranch:
    """The Party organization that is to be set up."""

    name: str
    kind: str
    parent: PartyOrganization
    since: date
    approval_no: str = ""
    secretary_name: str = ""


@dataclass(frozen=True)
class Answer:
    """Why, how, until when and by whom, of one organization (`reports.worklists.Asked`)."""

    reason: str
    planned_form: str
    planned_by: date | None
    responsible: str = ""


@transaction.atomic
@derived_once()
def found_branch(*, by: User, units: Sequence[Organization], branch: NewBranch, on: date) -> PartyOrganization:
    """Set up a branch and let it cover the units: 单独组建 for one, 联合组建 for several. All or nothing."""
    between_turns()  # before the tree, in which the branch is set up; then the organizations
    ids = [unit.pk for unit in units]
    if branch.kind != Kind.PROVISIONAL_BRANCH:
        _require_members(ids, on)
    described = {name: value for name, value in vars(branch).items() if name != "since"}
    region = branch.parent.region_id
    node = establish(
        by=by, code=next_code(branch.parent), established_on=branch.since, on=on, region_id=region, **described
    )
    form = Coverage.Form.SINGLE if len(units) == 1 else Coverage.Form.JOINT
    _cover(by=by, units=units, node=node, form=form, since=branch.since, on=on)
    return node


@transaction.atomic
def cover_units(
    *, by: User, units: Sequence[Organization], node: PartyOrganization, form: str, since: date, on: date
) -> None:
    """Let an existing Party organization cover the units. All or nothing."""
    _cover(by=by, units=units, node=node, form=form, since=since, on=on)


@transaction.atomic
def answer_gaps(*, by: User, units: Sequence[Organization], answer: Answer, at: datetime) -> int:
    """Keep what was answered about each unit; a later answer replaces an earlier one. Returns how many changed."""
    if not (answer.reason or answer.planned_form or answer.planned_by):
        raise Refusal("请至少填写原因、方式（措施）、完成时限中的一项")
    return write_answers(by=by, answers={unit.pk: answer for unit in units}, at=at)


@transaction.atomic
@derived_once()
def employ_member(
    *,
    by: User,
    unit: Organization,
    member: Member,
    since: date,
    on: date,
    party_organization: PartyOrganization | None = None,
) -> Member:
    """Register that a member works at the unit from a day on, and, where one is given, that the membership has moved to a
    Party organization. Raises Refusal."""
    if member.organization_id == unit.pk:
        raise Refusal(f"“{member}”已登记在“{unit}”工作，不需要再登记")
    hold(Organization, [unit.pk, member.organization_id])
    trail: dict[str, Any] = {"by": by, "since": since, "on": on, "reason": f"接转到“{unit}”"[:200]}
    if party_organization and party_organization.pk != member.party_organization_id:
        member = move_to(member=member, party_organization=party_organization, **trail)
    return set_employer(member=member, organization=unit, **trail)


def write_answers(*, by: User | None, answers: dict[int, Answer], at: datetime, reason: str = "") -> int:
    """Write answers by organization id with their entries, set-based; returns how many differ from what was held."""
    hold(Organization, answers)
    held = GapAnswer.objects.filter(organization__in=answers).in_bulk(field_name="organization_id")
    units = Organization.objects.filter(pk__in=answers).select_related("managed_by").in_bulk()
    rows, events = [], []
    for key, answer in sorted(answers.items(), key=itemgetter(0)):  # in the order in which others lock them
        before = held.get(key)
        after = {
            "reason": answer.reason,
            "planned_form": answer.planned_form,
            "planned_by": to_plain(answer.planned_by),
            "responsible": answer.responsible,
        }
        changes = audit.difference(audit.snapshot(before, after) if before else {}, after)
        if not changes:
            continue
        rows.append((key, answer.reason, answer.planned_form, answer.planned_by, answer.responsible))
        unit = units[key]
        events.append(
            audit.Event("gaps.answer", "orgs.organization", str(key), unit.name, unit.managed_by.path, changes, reason)
        )
    columns = ("organization_id", "reason", "planned_form", "planned_by", "responsible")
    answered = {"answered_at": at, "answered_by_id": by and by.pk}
    writing.add_rows(GapAnswer, columns, [row for row in rows if row[0] not in held], answered, by=by, events=())
    again = [(held[key].pk, *values, *answered.values()) for key, *values in rows if key in held]
    writing.change_rows(GapAnswer, (*columns[1:], *answered), again, by=by, events=())
    audit.record_many(by=by, events=events, at=at)
    return len(rows)


def next_code(parent: PartyOrganization) -> str:
    """The next free code under a parent: its own with a running number, as `CZ001001001-12`."""
    taken = PartyOrganization.objects.filter(parent=parent, code__startswith=f"{parent.code}-")
    numbers = [int(found[1]) for code in taken.values_list("code", flat=True) if (found := re.search(r"-(\d+)$", code))]
    return f"{parent.code}-{max(numbers, default=0) + 1}"


def _require_members(ids: list[int], on: date) -> None:
    least = Thresholds.of(values_on(on)).formal_min
    formal = OrganizationFacts.objects.filter(pk__in=ids).aggregate(formal=Sum("formal"))["formal"] or 0
    if formal < least:
        raise Refusal(
            f"所选单位共有正式党员 {formal} 名，不足 {least} 名，不能组建党支部；可增加联合的单位，或由现有党组织覆盖、挂靠"
        )


def _cover(
    *, by: User, units: Sequence[Organization], node: PartyOrganization, form: str, since: date, on: date
) -> None:
    ids = [unit.pk for unit in units]
    done = cover_many(by=by, organization_ids=ids, party_organization=node, form=form, since=since, on=on)
    missed = [unit.name for unit in units if unit.pk not in set(done)]
    if missed:
        raise Refusal(f"{'、'.join(missed)}已有主要覆盖关系或已并入其他登记，请刷新清单后重新选择")
