"""What can be done with many organizations at once: the forms, and which change each of them means."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.permissions import Permission as P
from core.admin import BulkAction, BulkForm
from core.days import AnyDay, PastDay
from core.id_sets import among
from core.jobs import Progress
from core.plans import Plan
from orgs.models import Coverage, Organization, PartyOrganization, Region, Zone
from orgs.models.organizations import Category
from orgs.models.party import MANAGING_KINDS
from orgs.models.places import DISTRICT_DIGITS
from orgs.services import bulk
from orgs.services.acts import acting
from orgs.services.coverage import cover_many, plan_covering

if TYPE_CHECKING:
    from accounts.models import User

JOB, UNDO = "organizations.bulk", "organizations.undo_bulk"
OUT_OF_SCOPE = NO_ZONE = "-"
CHOOSE = ("", "请选择")  # nothing is chosen beforehand


class ChangeForm(BulkForm):
    """What one of the changes of `orgs.services.bulk` asks for, and which change it means."""

    def change(self, today: date) -> bulk.BulkChange:
        raise NotImplementedError


class DayForm(BulkForm):
    on: forms.DateField = PastDay(label="生效日期", help_text="不填为今天", required=False)

    def day(self, today: date) -> date:
        """The day asked for, else today."""
        return self.cleaned_data["on"] or today


class StatusForm(DayForm, ChangeForm):
    status = forms.ChoiceField(label="经营状态", choices=[CHOOSE, *Organization.Status.choices])
    end_coverages = forms.BooleanField(
        label="注销、迁出的，同时终止覆盖关系", required=False, help_text="不勾选的，列入核查“注销、迁出仍有党员或覆盖”"
    )

    def change(self, today: date) -> bulk.BulkChange:
        data = self.cleaned_data
        return bulk.to_status(data["status"], status_on=self.day(today), end_coverages=data["end_coverages"])


class CategoryForm(ChangeForm):
    """The category as judged by a person."""

    category = forms.ChoiceField(label="类别", choices=[CHOOSE, *Category.choices, (OUT_OF_SCOPE, "不属于两新组织")])

    def change(self, today: date) -> bulk.BulkChange:
        asked = self.cleaned_data["category"]
        category, in_scope = ("", False) if asked == OUT_OF_SCOPE else (asked, True)
        return bulk.to_category(category, note=self.cleaned_data["reason"], in_scope=in_scope)


class CommitteeForm(DayForm, ChangeForm):
    """The committee that takes over; it may lie outside the user's own scope (移交)."""

    committee = forms.ModelChoiceField(label="管理党组织", queryset=PartyOrganization.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = PartyOrganization.objects.standing().filter(kind__in=MANAGING_KINDS)
        self.fields["committee"].queryset = standing.order_by("path")  # type: ignore[attr-defined]

    def change(self, today: date) -> bulk.BulkChange:
        return bulk.to_committee(self.cleaned_data["committee"], since=self.day(today))


class ZoneForm(ChangeForm):
    """The zone, or none."""

    zone = forms.ChoiceField(label="园区（楼宇等）")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(str(zone.pk), str(zone)) for zone in Zone.objects.order_by("kind", "code")]
        self.fields["zone"].choices = [CHOOSE, (NO_ZONE, "不在园区（楼宇等）内"), *zones]  # type: ignore[attr-defined]

    def change(self, today: date) -> bulk.BulkChange:
        asked = self.cleaned_data["zone"]
        return bulk.to_zone(None if asked == NO_ZONE else Zone.objects.select_related("region").get(pk=asked))


class RegionForm(ChangeForm):
    region = forms.ModelChoiceField(label="所在区划", queryset=Region.objects.order_by("code"))

    def change(self, today: date) -> bulk.BulkChange:
        return bulk.to_region(self.cleaned_data["region"])


class CoverForm(DayForm):
    """The Party organization that covers from a day on, which may lie ahead, and how."""

    on: forms.DateField = AnyDay(label="起始日期", help_text="不填为今天", required=False)
    party_organization = forms.ModelChoiceField(label="党组织", queryset=PartyOrganization.objects.none())
    form = forms.ChoiceField(
        label="覆盖形式", choices=[CHOOSE, *(one for one in Coverage.Form.choices if one[0] != Coverage.Form.SINGLE)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = PartyOrganization.objects.attachable(self.scope, Coverage)
        self.fields["party_organization"].queryset = nodes.without_departments().order_by("path")  # type: ignore[attr-defined]


def _action(code: str, title: str, form: type[ChangeForm]) -> BulkAction:

    def plan(filled: Any, rows: QuerySet, on: date) -> Plan:
        return bulk.plan(filled.change(on), rows)

    def apply(filled: Any, ids: list[int], by: User, on: date, progress: Progress | None = None) -> Plan:
        wanted, reason = filled.change(on), filled.cleaned_data["reason"]
        with acting(by=by, scope=filled.scope, title=wanted.title, reason=reason, at=timezone.now()) as act:
            done = bulk.apply(by=by, change=wanted, organization_ids=ids, on=on, reason=reason, progress=progress)
            act.changed = len(done.changing)
        done.act = act.pk
        return done

    return BulkAction(code, title, P.REGISTRY_CHANGE, form, plan, apply, JOB)


def _cover_title(form: Any) -> str:
    data = form.cleaned_data
    return f"由“{data['party_organization']}”{Coverage.Form(data['form']).label}"


def _plan_cover(form: Any, rows: QuerySet, on: date) -> Plan:
    found = plan_covering(rows, since=form.day(on), on=on)
    found.groups = {f"无主要覆盖 → {_cover_title(form)}": found.changing}
    place = form.cleaned_data["party_organization"].region
    if place and len(place.prefix) >= DISTRICT_DIGITS:
        near = Q(region__code__startswith=place.code[:DISTRICT_DIGITS]) | Q(region=None)
        apart = Organization.objects.filter(pk__in=among(found.changing)).exclude(near)
        found.doubts = {f"不在“{place}”所在的区县": list(apart.values_list("pk", flat=True))}
    node, form_of = form.cleaned_data["party_organization"], form.cleaned_data["form"]
    if node.kind in MANAGING_KINDS and form_of in (Coverage.Form.AREA, Coverage.Form.JOINT):
        found.doubts[f"“{node}”是党委（工委），是否应由它下面的区域、联合党组织覆盖"] = found.changing
    return found


def _apply_cover(form: Any, ids: list[int], by: User, on: date, progress: Progress | None = None) -> Plan:
    data = form.cleaned_data
    plan = plan_covering(Organization.objects.filter(pk__in=among(ids)), since=form.day(on), on=on)
    with acting(by=by, scope=form.scope, title=_cover_title(form), reason=data["reason"], at=timezone.now()) as act:
        done: list[int] = []
        for start in range(0, len(plan.changing), bulk.BATCH):
            done += cover_many(
                by=by,
                organization_ids=plan.changing[start : start + bulk.BATCH],
                party_organization=data["party_organization"],
                form=data["form"],
                since=form.day(on),
                on=on,
                reason=data["reason"],
            )
            (progress or Progress()).step(len(done), len(plan.changing), "登记覆盖")
        act.changed = len(done)
    return Plan(done, plan.left, act=act.pk)


ORGANIZATION_ACTIONS = (
    _action("status", "改经营状态", StatusForm),
    _action("category", "判定类别", CategoryForm),
    _action("committee", "移交管理党组织", CommitteeForm),
    _action("zone", "改园区（楼宇等）", ZoneForm),
    _action("region", "改所在区划", RegionForm),
    BulkAction("cover", "登记覆盖", P.COVERAGE_CHANGE, CoverForm, _plan_cover, _apply_cover, JOB),
)
