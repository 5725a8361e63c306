"""What can be done with many members at once: their membership moves to another Party organization."""

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
from members.models import Member
from members.services import move_many
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


MOVE = BulkAction("move", "接转组织关系", P.MEMBERS_CHANGE, MoveForm, _plan, _apply)
