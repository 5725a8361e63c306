"""The small tables of a branch as its pages have them, each declared once: its fields, its words, what its line tells.

List, form and address follow; a further kind is one more `RowKind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.db.models import F, QuerySet
from django.forms.models import fields_for_model

from activities.forms import TimeInput
from activities.models import (
    Contribution,
    DutyTarget,
    Plan,
    Pledge,
    PledgeItem,
    Rectification,
    Regulation,
    RoleModelPost,
)
from activities.queries.home import venues_for
from activities.queries.mends import (
    Mend,
    missing_regulations,
    no_contribution,
    no_pledge,
    overdue_promises,
    unmended,
    without_post,
    without_target,
)
from activities.queries.rights import unions
from activities.services import plans, rows
from core.fields import YearField
from core.registries import Registry
from core.services import RowServices
from members.models import Member
from orgs.models import PartyOrganization, Venue
from orgs.models.party import steps

LINE = 200  # signs that fit into one line
Branch = PartyOrganization


@dataclass(frozen=True)
class RowKind:
    """One kind of rows. `open` are those that its line on /branch/ counts, in the words of `counted`."""

    code: str  # in its address
    services: RowServices[Any]
    fields: tuple[str, ...]
    does: str  # what the button says that adds one
    empty: str
    counted: str
    open: Callable[[date], QuerySet]
    detail: Callable[[Any], str]  # what stands small below the name of a row
    day: str  # the field that tells when: a day or a year
    none: str = "还没有登记"  # what it tells instead of 0
    each: str = ""  # the field of which several are named when it is added: a row for each
    once: tuple[str, ...] = ()  # fields that say what a row is about: another one is another row
    uploads: bool = False  # a row has a document
    first: Callable[[date], Mapping[str, Any]] = lambda on: {}
    help: dict[str, str] | None = None
    hint: Callable[[Branch, date], Mapping[str, str]] = lambda branch, on: {}  # what else a field says to this branch
    lacks: Callable[[Branch, date], Iterable[Mend]] = lambda branch, on: ()

    @property
    def model(self) -> Any:
        return self.services.model

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    @property
    def ends(self) -> str:
        """The word of the button that ends a row today, where one can be ended: 取消, 终止, 废止."""
        name = self.services.ends_with
        return str(self.model._meta.get_field(name).verbose_name).removesuffix("日期") if name else ""

    def says(self, number: int) -> str:
        return self.counted.format(number) if number else self.none

    def of(self, branch: Branch) -> QuerySet:
        """The rows of a branch, the newest first."""
        found: QuerySet = self.model._default_manager.filter(party_organization=branch)
        relations = [name for name in self.fields if self.model._meta.get_field(name).is_relation]
        return found.select_related(*relations).order_by(F(self.day).desc(nulls_first=True), "-pk")

    def form(self, branch: Branch, *, on: date, adding: bool) -> type[forms.Form]:
        """The form of a row of this branch, to add one or to change it."""
        names = [name for name in self.fields if adding or name not in self.once]
        hints = self.hint(branch, on)
        helps = {name: (self.help or {}).get(name, "") + hints.get(name, "") for name in {*(self.help or {}), *hints}}
        fields = fields_for_model(self.model, names, formfield_callback=_form_field, help_texts=helps)
        for field in fields.values():
            if isinstance(field, forms.ModelChoiceField):
                model: Any = field.queryset.model  # type: ignore[union-attr]
                field.queryset = OFFERED[model](branch, on)
                field.empty_label = "请选择" if field.required else "不选"
        if adding and self.each:
            chosen: Any = fields[self.each]
            fields[self.each] = forms.ModelMultipleChoiceField(
                chosen.queryset, label=chosen.label, widget=forms.CheckboxSelectMultiple
            )
        if self.uploads:
            fields["document"] = forms.FileField(label="文本", required=False, help_text=DOCUMENT)
        return type("RowForm", (forms.Form,), fields)

    def begins(self, on: date) -> dict[str, Any]:
        years = {name: on.year for name in self.fields if isinstance(self.model._meta.get_field(name), YearField)}
        return years | dict(self.first(on))


DOCUMENT = "PDF、Word（docx）、Excel（xlsx）或照片，不超过 10 MB；已有文本的，不选就不改。"
OFFERED: Mapping[type[models.Model], Callable[[Branch, date], QuerySet]] = {  # what a field may name, by what it names
    Member: lambda branch, on: Member.objects.on_the_roll().filter(party_organization=branch).order_by("pk"),
    Venue: lambda branch, on: venues_for(branch, on=on),
    PartyOrganization: lambda branch, on: (
        PartyOrganization.objects.standing().filter(pk__in=steps(branch.path)[:-1]).order_by("-path")
    ),
}


def _form_field(field: Any, **told: Any) -> forms.Field | None:
    """As the model says; a time as the phone picks it, a long text in several lines."""
    if isinstance(field, models.TimeField):
        told["widget"] = TimeInput
    if isinstance(field, models.CharField) and not field.choices and (field.max_length or 0) > LINE:
        told["widget"] = forms.Textarea({"rows": 3})
    made: Any = field.formfield(**told)
    if field.choices:
        made.choices = [(value, name if value else "请选择") for value, name in made.choices]
    return made  # type: ignore[no-any-return]


def _deed(row: Contribution) -> str:
    if row.result or not row.passed_to_union_on:
        return f"{row.get_kind_display()}，{row.result or '还没有结果'}"
    return f"{row.get_kind_display()}，{row.passed_to_union_on} 转交工会"


def _unions(branch: Branch, on: date) -> Mapping[str, str]:
    """To which unions the branch may pass on what it cannot resolve."""
    found = unions([branch.pk], on=on).get(branch.pk)
    return {"passed_to_union_on": f"本支部所在单位：{'、'.join(found)}。"} if found else {}


def _done(row: PledgeItem | DutyTarget | Rectification) -> str:
    return f"{row.done_on} 完成{f'：{row.result}' if row.result else ''}" if row.done_on else "还没有完成"


row_kinds: Registry[RowKind] = Registry(
    RowKind(
        "plans", plans.plans, ("kind", "planned_on", "starts_at", "ends_at", "topic", "place", "venue"),
        does="制定计划", counted="{} 项今后的计划", none="没有今后的计划", day="planned_on",
        empty="没有活动计划。计划好的活动到时会带入填报页，共享场所可以在计划中预约。",
        open=lambda on: Plan.objects.filter(planned_on__gte=on, cancelled_on=None),
        detail=lambda row: "，".join(filter(None, [row.topic, f"{row.starts_at:%H:%M}", str(row.venue or row.place)])),
        first=lambda on: {"kind": "THEME_DAY"},
        help={"venue": "党群服务中心等共享场所，同一时间只由一个支部使用。"},
    ),
    RowKind(
        "contributions", plans.contributions, ("kind", "done_on", "what", "result", "evidence", "passed_to_union_on"),
        does="登记作用发挥", counted="今年 {} 件", day="done_on",
        empty="还没有登记。合理化建议、攻关、办实事、参与决策、维权，登记后列在这里。",
        open=lambda on: Contribution.objects.filter(done_on__year=on.year),
        detail=_deed,
        first=lambda on: {"done_on": on, "kind": Contribution.Kind.PROPOSAL},
        help={
            "evidence": "文件、照片、证明人等在哪里。",
            "passed_to_union_on": "维权事项没有得到解决的，转交工会依法办理，填写转交日期。",
        },
        hint=_unions,
        lacks=no_contribution,
    ),
    RowKind(
        "pledges", rows.pledges, ("year", "signed_with", "signed_on"),
        does="登记责任书", counted="今年 {} 份", day="signed_on",
        empty="还没有登记责任书。与上级党组织签订的年度目标责任书，登记后列在这里。",
        open=lambda on: Pledge.objects.filter(year=on.year),
        detail=lambda row: f"与{row.signed_with}签订",
        lacks=no_pledge,
    ),
    RowKind(
        "promises", rows.pledge_items, ("year", "what", "due_on", "done_on", "result"),
        does="登记责任事项", counted="{} 项没有完成", none="没有待完成的", day="due_on",
        empty="还没有登记责任事项。责任书中的每一项内容和完成期限，登记后列在这里，到期提醒。",
        open=lambda on: PledgeItem.objects.filter(done_on=None),
        detail=_done,
        lacks=overdue_promises,
    ),
    RowKind(
        "posts", rows.role_model_posts, ("kind", "name", "member", "since"), each="member", once=("member",),
        does="登记责任区、先锋岗", counted="{} 人次承担", day="since",
        empty="还没有登记。党员责任区、党员先锋岗由谁承担，登记后列在这里。",
        open=lambda on: RoleModelPost.objects.on(on),
        detail=lambda row: row.get_kind_display(),
        first=lambda on: {"kind": RoleModelPost.Kind.AREA, "since": on},
        lacks=without_post,
    ),
    RowKind(
        "targets", rows.duty_targets, ("member", "year", "duty", "target", "result", "done_on"), once=("member",),
        does="登记目标", counted="今年 {} 项", day="year",
        empty="还没有登记。每名党员的岗位职责和年度目标，登记后列在这里。",
        open=lambda on: DutyTarget.objects.filter(year=on.year),
        detail=lambda row: f"{row.year} 年，{_done(row)}",
        lacks=without_target,
    ),
    RowKind(
        "rectifications", rows.rectifications, ("problem", "measure", "responsible", "due_on", "done_on", "result"),
        does="登记整改", counted="{} 项没有完成", none="没有待完成的", day="due_on",
        empty="还没有登记。组织生活会查摆的问题、整改措施、责任人和期限，登记后列在这里，到期提醒。",
        open=lambda on: Rectification.objects.filter(done_on=None),
        detail=lambda row: f"责任人 {row.responsible}，{_done(row)}",
        lacks=unmended,
    ),
    RowKind(
        "regulations", rows.regulations, ("group", "title", "adopted_on"), uploads=True,
        does="登记制度", counted="{} 项", day="adopted_on",
        empty="还没有登记。组织生活、党员教育管理、自我约束、党群共建四类制度，登记后列在这里。",
        open=lambda on: Regulation.objects.filter(repealed_on=None),
        detail=lambda row: f"{row.get_group_display()}{'' if row.document else '，没有文本'}",
        lacks=missing_regulations,
    ),
)  # fmt: skip
