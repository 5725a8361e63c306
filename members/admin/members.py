"""党员 in the back office: the roster, registering and changing. What is personal stays masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import Permission as P
from core.admin import ScopedModelAdmin, ServiceForm, label
from core.asking import AskedTooOften
from core.listing import Column, Order
from core.rendering import masked
from core.scope import Scope
from members.bulk_actions import GROUP, MOVE
from members.filters import MemberFilters
from members.models import Member
from members.rules.persons import normalise_id_number
from members.services import members as services
from members.services.groups import join
from members.sources.returned import MEMBERS
from orgs.admin.places import PARTY

PLACED = ("party_organization", "since", "organization", "organization_since", "status", "status_on")
WRITTEN = services.EDITABLE.union(PLACED, {"party_group"})

DERIVED = "由公民身份号码得出，可不填"
HELP = {"sex": DERIVED, "born_on": f"{DERIVED}；已登记的不显示，留空不改", "status_on": "状态改变时填写"}


class MemberForm(ServiceForm):
    """Everything of a member on one page; the services that are needed follow from what was changed."""

    id_number = forms.CharField(label="公民身份号码", max_length=30, required=False)
    reason = forms.CharField(label="原因或依据", max_length=200, required=False)

    class Meta:
        model = Member
        fields = (*sorted(services.EDITABLE), *PLACED, "party_group")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in HELP.items():
            if name in self.fields:  # who may not write gets the form without its fields
                self.fields[name].help_text = text

    def clean(self) -> dict[str, Any]:
        """A number that somebody else has is refused here, outside the service's savepoint: the attempt stays noted."""
        data = super().clean() or self.cleaned_data
        if number := normalise_id_number(data.get("id_number")):
            member = self.instance if self.instance.pk else None
            try:
                services.require_free_number(by=self.request.user, id_number=number, member=member)
            except (services.NumberTaken, AskedTooOften) as refusal:
                self.add_error("id_number", str(refusal))
        return data


def employer_url(row: Member) -> str:
    return reverse("organization", args=[row.organization_id]) if row.organization_id else ""


@admin.register(Member)
class MemberAdmin(ScopedModelAdmin):
    """Find, register, change. Members are never deleted: they change their status."""

    view_permission = P.MEMBERS_VIEW
    export_permission = P.MEMBERS_EXPORT
    reveal_permission = P.MEMBERS_REVEAL
    personal = True
    returning_source = "member_list"
    group, order, note = "党员", 10, "名册、登记、组织关系和状态"
    form = MemberForm
    filters = MemberFilters
    bulk_actions = (MOVE, GROUP)
    unit = "名"
    empty = "没有符合条件的党员。可以放宽条件，或导入党员名册。"
    search_fields = ("name",)
    autocomplete_fields = ("party_organization", "party_group", "organization")
    orders = (Order("id", ()),)
    fieldsets = (
        ("本人", {"fields": ("name", "id_number", "id_note", "sex", "born_on", "ethnicity", "education", "phone")}),
        ("党籍", {"fields": ("joined_on", "formal_on", "status", "status_on")}),
        (
            "组织关系与工作单位",
            {"fields": ("party_organization", "since", "party_group", "organization", "organization_since", "job")},
        ),
        ("说明", {"fields": ("external_id", "reason")}),
    )
    columns = (
        Column("姓名", "name", kind="name", link=lambda row: reverse("admin:members_member_change", args=[row.pk])),
        Column(
            "公民身份号码",
            "masked_number",
            html=lambda row, value: masked(value, getattr(row, "reveal_url", "")),
            kind="date",
        ),
        Column("性别", label("sex")),
        PARTY,
        Column("工作单位", "organization", link=employer_url, to="organization"),
        Column("岗位", label("job")),
        Column("入党日期", "joined_on", kind="date"),
        Column("转正日期", "formal_on", kind="date"),
        Column("状态", label("status")),
        Column("出生日期", "masked_birth", kind="date", screen=False),
        Column("民族", label("ethnicity"), screen=False),
        Column("学历", label("education"), screen=False),
        Column("联系电话", "masked_phone", screen=False),
        Column("转入日期", "since", kind="date", screen=False),
        Column("党小组", "party_group", screen=False),
        Column("到岗日期", "organization_since", kind="date", screen=False),
    )

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """The workbook can come back edited. Numbers and phones are whole in it where that was asked for and the right is
        held."""
        scope: Scope = request.scope  # type: ignore[attr-defined]
        granted = scope.having(self.reveal_permission if request.POST.get("whole") else "")
        return MEMBERS.columns(self.columns, reveals=lambda member: granted.holds_path(member.party_organization.path))

    def listed(self, request: HttpRequest) -> QuerySet:
        """With the names of branch and employer."""
        return self.get_queryset(request).select_related("party_organization", "party_group", "organization")

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Where the right is held, a way to the whole number."""
        granted = request.scope.having(P.MEMBERS_REVEAL)  # type: ignore[attr-defined]
        for row in rows:
            if row.id_number and granted.holds_path(row.party_organization.path):
                row.reveal_url = reverse("reveal", args=["members.member", row.pk, "id_number"])

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Autocompletes look for the beginning of a name, among those on the roll."""
        found = queryset.on_the_roll().filter(name__begins=search_term.strip())  # type: ignore[attr-defined]
        return found.select_related("party_organization"), False

    def suggestion(self, record: Any) -> str:
        """The name with the branch: people share names."""
        return f"{record}（{record.party_organization}）"

    def create(self, request: HttpRequest, form: ServiceForm) -> Member:
        """Register in a Party organization."""
        assert isinstance(form, MemberForm)
        data = form.cleaned_data
        values = {name: value for name, value in data.items() if name in services.EDITABLE}
        placed: dict[str, Any] = {name: data.get(name) for name in PLACED if name != "status_on"}
        member = services.register(values=values, **placed, **form.trail)
        if group := data.get("party_group"):
            [member] = join(members=[member], group=group, **form.trail)
        return member

    def change(self, request: HttpRequest, form: ServiceForm) -> Member:
        """Whatever was changed, each thing as the step it is."""
        values = {name: value for name, value in form.values.items() if name in WRITTEN}
        member = Member.objects.get(pk=form.instance.pk)
        return services.revise(member=member, values=values, version=form.instance.version, **form.trail)
