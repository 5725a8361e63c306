"""组织生活 on the record page of a branch: this month's duties, the last activity, and the way to the health sheet; on that of a
member: hours and grades; on that of an organization: when it gave no leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from accounts.permissions import Permission as P
from activities.models import ActivityRecord, AppraisalGrade, Kind, Obligation, Training
from activities.queries.learning import with_hours
from activities.queries.leave import leave_refused
from core.months import YearMonth
from core.panels import Panel, panels
from core.scope import Scope, may_change
from members.models import Member
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS

SHOWN = 5


def of_branch(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What is due this month and the month before; a committee shows nothing."""
    assert isinstance(record, PartyOrganization)
    if record.kind not in BRANCH_KINDS:
        return None
    month = YearMonth.of(on)
    duties = Obligation.objects.within(scope).filter(
        party_organization=record, month__in=[month.first_day, month.plus(-1).first_day]
    )
    held = ActivityRecord.objects.within(scope).filed().filter(party_organization=record)
    return {
        "may_file": may_change(record, scope, ActivityRecord.change_permission),
        "duties": list(duties.select_related("group").order_by("-month", "due_on", "pk")),
        "last": held.order_by("-held_on", "-pk").first(),
    }


def of_member(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    grades = AppraisalGrade.objects.within(scope).decided().filter(member=record.pk)
    trainings = (
        Training.objects.within(scope).filter(member=record.pk, held_on__year=on.year).order_by("-held_on", "-pk")
    )
    return {
        "grades": grades.select_related("appraisal__party_organization")[:SHOWN],
        "trainings": trainings,
        "member": with_hours(Member.objects.filter(pk=record.pk), on=on).get(),
        "year": on.year,
        "may": may_change(record, scope, Training.change_permission),
    }


def of_organization(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """When leave was not given, and for what; who asked for it is the branch's to know. Nothing where it always was."""
    columns = ("record__held_on", "record__kind", "record__party_organization__name")
    found = leave_refused(record.pk).values_list("record", *columns).distinct()[:SHOWN]
    rows = [{"held_on": day, "kind": Kind(kind).label, "branch": branch} for _, day, kind, branch in found]
    return {"rows": rows} if rows else None


panels.add(
    Panel("member_year", "学习和评议", "members.member", P.MEMBERS_VIEW, "activities/member.html", of_member, 15),
    Panel(
        "activities", "组织生活", "orgs.partyorganization", P.ACTIVITIES_VIEW, "activities/panel.html", of_branch, 15
    ),
    Panel("leave", "单位未准假", "orgs.organization", P.REGISTRY_VIEW, "activities/leave.html", of_organization, 90),
)
