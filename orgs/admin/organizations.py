"""两新组织 in the back office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.asking import AskedTooOften
from core.cells import MOST_PEOPLE, CellProblem
from core.listing import Column, Order
from core.refusals import Refusal
from core.scope import Scope
from orgs.bulk_actions import ORGANIZATION_ACTIONS
from orgs.codelists import COMPANY_TYPES
from orgs.filters import OrganizationFilters
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from orgs.models.party import MANAGING_KINDS
from orgs.rules.credit_code import REGISTERS
from orgs.rules.words import industry
from orgs.services import organizations
from orgs.sources.authority import RETURNED
from orgs.sources.returned import ORGANIZATIONS

COMPANY_TYPE_CHOICES = [
    ("", "—"),
    *((code, f"{code} {register.kind}") for code, register in REGISTERS.items() if code[0] in "35"),
    *((row.code, f"{row.code} {row.name}") for row in COMPANY_TYPES.values()),
]
HEADCOUNT_FIELDS = ("staff", "membership")


def _people(label: str) -> forms.IntegerField:
    """A headcount; whoever clears it is told what that means."""
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=9_999_999,
        error_messages={"max_value": "人数超过 9,999,999，请核对", "min_value": "人数不能小于 0"},
        required=False,
        help_text="清空表示人数不明：不再按人数列入应建、应有党员，以前登记的人数留在历史里",
    )


class OrganizationForm(ServiceForm):
    """What is registered. Category, status and management are changed by their own actions, with their dates."""

    company_type = forms.ChoiceField(label="登记类型", choices=COMPANY_TYPE_CHOICES, required=False)
    industry = forms.CharField(
        label="行业", max_length=60, required=False, help_text="门类、大类名称或 GB/T 4754 代码，如“制造业”“39”"
    )
    staff = _people("职工（从业人员）数")
    membership = _people("会员数（社会团体）")
    count_confirmed = forms.BooleanField(label="人数已核对无误", widget=forms.HiddenInput, required=False)
    capital = forms.DecimalField(label="注册资本（万元）", min_value=0, max_digits=18, decimal_places=4, required=False)
    reason = forms.CharField(label="修改原因或依据", max_length=200, required=False)

    class Meta:
        model = Organization
        fields = sorted(organizations.EDITABLE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["credit_code"]
        code.help_text = "18 位；没有的请填写原注册号或无代码原因"
        code.widget.attrs |= {
            "hx-get": reverse("check_credit_code"),
            "hx-trigger": "change",
            "hx-target": "next .check",
        }
        if self.instance.pk:
            for name in HEADCOUNT_FIELDS:
                self.initial[name] = getattr(self.instance, name)

    def clean_industry(self) -> str:
        """A code, whichever word was typed."""
        try:
            return industry(self.cleaned_data["industry"]) or ""
        except CellProblem as problem:
            raise ValidationError("没有这个行业，请填写门类、大类名称或 2 至 4 位代码") from problem

    def clean(self) -> dict[str, Any]:
        """A code that another organization has is refused here, outside the service's savepoint: the attempt stays noted."""
        data = super().clean() or self.cleaned_data
        unit = self.instance if self.instance.pk else None
        code = data.get("credit_code") or ""
        try:
            organizations.checked_code(code)  # said with all else that is wrong, before the service says it
            organizations.require_free_code(by=self.request.user, code=code, organization=unit)
        except ValidationError as problem:
            self.add_error(None, problem)
        except (organizations.CodeTaken, AskedTooOften) as refusal:
            self.add_error("credit_code", str(refusal))
        self._question_headcounts(data)
        return data

    def _question_headcounts(self, data: dict[str, Any]) -> None:
        """A number that is most likely a slip is written when it is confirmed."""
        doubtful = [k for k in HEADCOUNT_FIELDS if k in self.changed_data and (data.get(k) or 0) > MOST_PEOPLE]
        for kind in doubtful if not data.get("count_confirmed") else ():
            self.add_error(kind, f"{data[kind]:,} 人明显偏多，请核对；确实无误的，勾选“人数已核对无误”再保存")
        if doubtful:
            self.fields["count_confirmed"].widget = forms.CheckboxInput()

    @property
    def registered(self) -> dict[str, Any]:
        """The typed values that belong to the register."""
        return {name: value for name, value in self.values.items() if name in organizations.EDITABLE}


def members_of(row: Organization) -> str | None:
    """正式 + 预备, as pages print it."""
    facts = getattr(row, "facts", None)
    if facts is None:
        return None
    return f"{facts.formal} + {facts.probationary}" if facts.probationary else str(facts.formal)


def _told_where(granted: Scope, column: Column) -> Column:
    """The column, empty for units that the scope does not manage."""
    return replace(column, value=lambda row: column.read(row) if row.managed_by_id in granted.unit_managers else None)


def coverage_of(row: Organization) -> str:
    """The form of the primary coverage, or that one is missing."""
    facts = getattr(row, "facts", None)
    if facts is None:
        return ""
    if facts.form:
        return str(Coverage.Form(facts.form).label)
    return "应建未建" if facts.should else ""


def size_of(row: Organization) -> int | None:
    facts = getattr(row, "facts", None)
    return facts.size if facts else row.staff


def organization_url(row: Organization) -> str:
    return f"/organizations/{row.pk}/"


@admin.register(Organization)
class OrganizationAdmin(ScopedModelAdmin):
    """Find, register, change; status, category and management for many at once."""

    export_permission = P.REGISTRY_EXPORT
    group, order, note = "单位与覆盖", 10, "登记、查找、批量修改，每家单位一页"
    form = OrganizationForm
    filters = OrganizationFilters
    bulk_actions = ORGANIZATION_ACTIONS
    acts = "bulk_acts"
    unit = "家"
    empty = "没有符合条件的单位。可以放宽条件，或导入登记机关的名单。"
    returning_source = RETURNED
    indexed_names = True
    codes = ("credit_code", "old_number")
    search_fields = ("name",)
    autocomplete_fields = ("region", "zone")
    orders = (Order("id", ()),)
    fieldsets = (
        ("身份", {"fields": ("name", "credit_code", "no_code_reason", "old_number", "registrar", "registered_on")}),
        ("性质", {"fields": ("company_type", "control", "industry", "hmt", "influential", "chain_leader")}),
        ("所在与联系", {"fields": ("region", "zone", "address", "legal_representative", "contact_phone", "authority")}),
        ("人数", {"fields": ("staff", "membership", "count_confirmed")}),
        (
            "登记情况",
            {"fields": ("capital", "currency", "inspected_on", "restructured_from", "restructured_on")},
        ),
        ("说明", {"fields": ("reason",)}),
    )
    columns = (
        Column("名称", "name", kind="name", link=organization_url),
        Column("统一社会信用代码", "credit_code", kind="date"),
        Column("类别", lambda row: label("category")(row) or "待判定"),
        Column("状态", label("status"), export=False),  # the workbook has those that can be edited
        Column("区划", "region", export=False),
        Column("人数", size_of, kind="number", export=False),
        Column("党员", members_of, kind="number"),
        Column("覆盖", coverage_of),
        Column("管理党组织", "managed_by"),
        Column("园区（楼宇等）", "zone", screen=False),
        Column("原注册号", "old_number", screen=False),
        Column("登记机关", "registrar", screen=False),
    )

    reads = ("name", "credit_code", "category", "status", "staff", "region__name", "zone__name", "managed_by__name")

    def listed(self, request: HttpRequest) -> QuerySet:
        """What the scope looks after, each organization once; merged records are found by their own page."""
        rows = Organization.objects.looked_after(request.scope).filter(merged_into=None)  # type: ignore[attr-defined]
        rows = rows.select_related("region", "zone", "managed_by").defer("other_columns", "sources")
        # facts by a query of their own: PostgreSQL merges both tables from their beginning for a page far behind
        facts = OrganizationFacts.objects.only("size", "formal", "probationary", "form", "should")
        return rows.prefetch_related(Prefetch("facts", facts))

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """Members per organization are for those responsible (rules §10): of several duties for those that see members. The
        workbook can come back edited."""
        scope: Scope = request.scope  # type: ignore[attr-defined]
        granted = scope.having(P.MEMBERS_VIEW)
        if granted.grants == scope.having(Organization.view_permission).grants:
            return ORGANIZATIONS.columns(self.columns)
        shown = [c for c in self.columns if c.header != "党员" or granted.unit_managers]
        return ORGANIZATIONS.columns([_told_where(granted, c) if c.header == "党员" else c for c in shown])

    def record_url(self, record: Any) -> str:
        return organization_url(record)

    def create(self, request: HttpRequest, form: ServiceForm) -> Organization:
        """Register under the committee of the one who registers, unless territory or industry say more."""
        assert isinstance(form, OrganizationForm)
        counts: dict[str, Any] = {kind: form.cleaned_data.get(kind) for kind in HEADCOUNT_FIELDS}
        return organizations.register(
            values=form.registered, own_committee=own_committee(request), **counts, **form.trail
        )

    def change(self, request: HttpRequest, form: ServiceForm) -> Organization:
        """Change the register, and count anew where a number was typed."""
        assert isinstance(form, OrganizationForm)
        trail, version = form.trail, form.instance.version
        unit = organizations.change(organization=form.instance, values=form.registered, version=version, **trail)
        for kind in HEADCOUNT_FIELDS:
            if kind not in form.changed_data:
                continue
            if (number := form.cleaned_data.get(kind)) is None:
                organizations.clear_headcount(organization=unit, kind=kind, **trail)
            else:
                organizations.count_headcount(
                    organization=unit, kind=kind, number=number, counted_on=trail["on"], **trail
                )
        return unit


def own_committee(request: HttpRequest) -> PartyOrganization:
    """The highest committee in which the user may register organizations."""
    nodes = PartyOrganization.objects.attachable(request.scope, Organization).filter(kind__in=MANAGING_KINDS)  # type: ignore[attr-defined]
    node = nodes.order_by("path").first()
    if node is None:
        raise Refusal("您的管辖范围内没有委员会或工作委员会，不能登记单位；请联系上级组织部门")
    return node
