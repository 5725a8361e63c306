"""What can be done with many members at once: they move to another Party organization, or into a group of theirs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from accounts.permissions import Permission as P
from core.admin import BulkAction, BulkForm
from core.days import PastDay
from core.id_sets import among
from core.plans import Plan
from core.refusals import Refusal
from members.models import Member, PartyGroup
from members.services.groups import join
from members.services.members import move_many
from orgs.models import PartyOrganization

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200  # in one request


class MoveForm(BulkForm):
    party_organization = forms.ModelChoiceField(label="转入的党组织", queryset=PartyOrganization.objects.none())
    since = PastDay(label="转入日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = PartyOrganization.objects.attachable(self.scope, Member).without_departments()
        self.fields["party_organization"].queryset = nodes.order_by("path")  # type: ignore[attr-defined]


def _plan(form: BulkForm, rows: QuerySet, on: date) -> Plan:
    to, since, plan = form.cleaned_data["party_organization"], form.cleaned_data["since"], Plan()
    members = list(rows.select_related("party_organization").order_by("pk")[: MOST + 1])
    if len(members) > MOST:
        raise Refusal(f"一次最多接转 {MOST} 名，请先用筛选缩小范围")
    for row in members:
        if row.party_organization_id == to.pk:
            plan.leave(row.pk, f"已在“{to}”")
        elif since < row.since:
            plan.leave(row.pk, "转入现党组织的日期晚于所填的转入日期")
        else:
            plan.change(row.pk, f"{row.party_organization} → {to}")
    return plan


def _apply(form: BulkForm, ids: list[int], by: User, on: date) -> Plan:
    rows = Member.objects.filter(pk__in=among(ids))
    plan, move = _plan(form, rows, on), form.cleaned_data
    move_many(by=by, members=list(rows.filter(pk__in=among(plan.changing))), on=on, **move)
    return plan


class GroupForm(BulkForm):
    """One of the groups of the Party organization that all of them belong to."""

    group = forms.CharField(
        label="党小组", max_length=60, required=False, help_text="填写党小组的名称；不填则不再属于党小组"
    )


def _plan_group(form: BulkForm, rows: QuerySet, on: date) -> Plan:
    name, plan = form.cleaned_data["group"], Plan()
    members = list(rows.select_related("party_organization", "party_group").order_by("pk")[: MOST + 1])
    if len(members) > MOST:
        raise Refusal(f"一次最多编入 {MOST} 名，请先用筛选缩小范围")
    homes = {row.party_organization_id for row in members}
    known = set(_groups(name, on).filter(party_organization__in=homes).values_list("party_organization", flat=True))
    for row in members:
        if name and row.party_organization_id not in known:
            plan.leave(row.pk, f"所在党组织没有党小组“{name}”")
        elif (row.party_group.name if row.party_group else "") == name:
            plan.leave(row.pk, f"已在“{name}”" if name else "不在党小组中")
        else:
            plan.change(row.pk, f"{row.party_group or '未编组'} → {name or '未编组'}")
    return plan


def _apply_group(form: BulkForm, ids: list[int], by: User, on: date) -> Plan:
    rows = Member.objects.filter(pk__in=among(ids))
    plan, name = _plan_group(form, rows, on), form.cleaned_data["group"]
    by_home: dict[int, list[Member]] = {}
    for row in rows.filter(pk__in=among(plan.changing)).order_by("pk"):
        by_home.setdefault(row.party_organization_id, []).append(row)
    trail: dict[str, Any] = {"by": by, "on": on, "reason": form.cleaned_data["reason"]}
    for home, members in by_home.items():
        group = _groups(name, on).get(party_organization=home) if name else None
        join(members=members, group=group, **trail)
    return plan


def _groups(name: str, on: date) -> QuerySet[PartyGroup]:
    return PartyGroup.objects.on(on).filter(name=name)


MOVE = BulkAction("move", "接转组织关系", P.MEMBERS_CHANGE, MoveForm, _plan, _apply)
GROUP = BulkAction("group", "编入党小组", P.MEMBERS_CHANGE, GroupForm, _plan_group, _apply_group)
