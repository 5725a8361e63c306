"""/dues/refunds/: where each refund waits and with whom; its road; the application of a branch; the notice."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.formats import DASH
from core.listing import Column, ListPage, Order
from core.months import YearMonth
from core.pages import FormPage, PageRequest, PermissionMixin, numbers
from core.refusals import as_sentence
from core.rendering import drawn
from dues.forms import GrantForm, RefundForm, StepForm
from dues.models import Refund, RefundMonth, RefundStep
from dues.queries.roads import months_of, road_of
from dues.queries.steps import MOVES, NEXT
from dues.queries.waiting import for_me, waiting_for
from dues.rules.amounts import ZERO, yuan
from dues.rules.capitals import capitals
from dues.services import refunds
from dues.views.funds import BeginPage
from orgs.filters import OfBranchFilters

State, Step = Refund.State, RefundStep.Step
MOST = 500  # refunds that are approved at once
NAMED = 5  # of those that stay, how many are named with their reason
WAITING, ALL = "waiting", "all"
OUT_OF_SIGHT = "没有这项返还申请，或不在您的管辖范围。"
REFUND, GRANT = "申请返还党费", "申请补助"
OF_REFUND = (
    "金额按台账上这几个月收缴的党费和返还比例计算，生成清单后核对、提交；上级审核，县级以上组织部门审批，另一人拨付。"
)
OF_GRANT = "经费确有困难的，可以申请从上级留成党费中补助，逐级审核，县级以上组织部门审批。"


class RefundFilters(OfBranchFilters):
    """Whose, of what kind, in what state; what waits unless something else is asked for."""

    state = django_filters.ChoiceFilter(
        label="状态", method="standing", empty_label=None,
        choices=[(WAITING, "正在办理"), *Refund.State.choices, (ALL, "全部状态")],
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(label="类型", choices=Refund.Kind.choices)
    mine = django_filters.BooleanFilter(label="轮到我办理", method="next_is_mine", widget=forms.CheckboxInput)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return (
            found if self.form.cleaned_data.get("state") else found.filter(pk__in=Refund.objects.waiting().values("pk"))
        )

    def standing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == WAITING:
            return queryset.exclude(state__in=Refund.ENDED)
        return queryset if value == ALL else queryset.filter(state=value)

    def next_is_mine(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(pk__in=for_me(self.request.scope).values("pk")) if value else queryset


def _waits_cell(row: Any, waiting: Any) -> SafeString:
    if not waiting:
        return drawn("<span>{}</span>", row.get_state_display())
    days = f"，已等 {row.days} 天" if row.days else "，今天"
    return drawn("{}<small>{} {}{}</small>", f"待{waiting.step}", waiting.node, waiting.whom, days)


def _tick_cell(row: Any, key: int) -> SafeString:
    if row.state != State.REVIEWED or not row.mine:
        return SafeString("")
    box = '<label class="tick"><input type="checkbox" name="refund" value="{}" form="bulk" aria-label="选择{}"></label>'
    return drawn(box, key, str(row))


def _money_cell(row: Any, amount: Any) -> SafeString:
    return drawn("{}", DASH if amount is None else yuan(amount))


class RefundQueue(ListPage):
    """What waits, the longest first."""

    title, unit = "返还党费", "件"
    permission, export_permission = P.DUES_VIEW, P.REGISTRY_EXPORT
    empty = "没有符合条件的申请。党支部在“活动经费”中申请返还后，列在这里。"
    filters = RefundFilters
    template_name = "dues/refunds.html"
    columns = (
        Column("选择", "pk", kind="pick", html=_tick_cell, export=False),
        Column("党支部", "party_organization", kind="name", link=lambda row: reverse("refund", args=[row.pk])),
        Column("类型", lambda row: row.get_kind_display()),
        Column("月份", "months", kind="date"),
        Column(
            "收缴合计（元）", lambda row: row.paid_total if row.first_month else None, kind="number", html=_money_cell
        ),
        Column("金额（元）", "amount", kind="number", html=_money_cell, order="amount"),
        Column("等待", "waiting", kind="words", html=_waits_cell, export=False),
        Column("状态", lambda row: row.get_state_display(), screen=False),
        Column("等待办理", lambda row: f"{row.waiting.node} {row.waiting.whom}" if row.waiting else "", screen=False),
        Column("到本步日期", "state_on", kind="date", order="waiting"),
    )
    orders = (Order("waiting", ("state_on", "pk")), Order("amount", ("-amount", "-pk")))

    def records(self) -> QuerySet:
        return Refund.objects.within(self.request.scope).select_related("party_organization")

    def prepare(self, rows: list[Any]) -> None:
        """Where each waits, and whether the reader may approve it."""
        today = timezone.localdate()
        found = waiting_for(rows, on=today)
        mine = set(
            for_me(self.request.scope, State.REVIEWED)
            .filter(pk__in=[row.pk for row in rows])
            .values_list("pk", flat=True)
        )
        for row in rows:
            row.waiting, row.days, row.mine = found.get(row.pk), (today - row.state_on).days, row.pk in mine

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("do") != "approve":
            return super().post(request, *args, **kwargs)
        chosen = numbers(request.POST.getlist("refund"))[:MOST]
        seen = Refund.objects.within(request.scope).filter(pk__in=chosen).values_list("pk", flat=True)
        done, stay = refunds.approve_many(
            by=request.user, refunds=list(seen), at=timezone.now(), on=timezone.localdate()
        )
        if done:
            messages.success(
                request,
                f"已审批 {len(done)} 件，合计 {yuan(sum((row.amount for row in done), ZERO))} 元，请由另一名人员拨付。",
            )
        for row, why in stay[:NAMED]:
            messages.error(request, f"{row} 没有审批：{as_sentence(why)}")
        if len(stay) > NAMED:
            messages.error(request, f"另有 {len(stay) - NAMED} 件没有审批，请逐件打开查看原因。")
        if not done and not stay:
            messages.error(request, "没有审批：请先勾选等待审批的申请。")
        return HttpResponseRedirect(self.url())

    def extra(self) -> dict[str, Any]:
        return {"mine": for_me(self.request.scope).count(), "may_approve": self.request.scope.may(P.DUES_APPROVE)}


class RefundPage(FormPage):
    """One refund: its road, the money at each step, what it waits for; whoever is next goes on here."""

    permission = P.DUES_VIEW
    template_name = "dues/refund.html"
    form_class = StepForm
    doing = {
        "apply": refunds.apply, "review": refunds.review, "approve": refunds.approve, "withdraw": refunds.withdraw,
    }  # fmt: skip

    @cached_property
    def refund(self) -> Refund:
        rows = Refund.objects.within(self.request.scope).select_related(
            "party_organization__parent", "payer", "paid_entry", "received_entry"
        )
        found: Refund = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    @property
    def mine(self) -> bool:
        return bool(for_me(self.request.scope).filter(pk=self.refund.pk).exists())

    def get_initial(self) -> dict[str, Any]:
        return {"day": timezone.localdate()}

    def act(self, data: dict[str, Any]) -> str:
        told: dict[str, Any] = {
            "by": self.request.user, "refund": self.refund, "at": timezone.now(), "on": timezone.localdate(),
        }  # fmt: skip
        match do := data["do"]:
            case "pay" | "receive":
                service = refunds.pay if do == "pay" else refunds.receive
                row = service(day=data["day"] or timezone.localdate(), **told)
            case "return" | "reject":
                row = refunds.send_back(reason=data["reason"], reject=do == "reject", **told)
            case _:
                row = self.doing[do](**told)
        return f"{row}：{row.get_state_display()}。"

    def field_of(self, refusal: Exception) -> str | None:
        return "reason" if "写明原因" in str(refusal) else None

    def get_success_url(self) -> str:
        return reverse("refund", args=[self.refund.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        refund, today = self.refund, timezone.localdate()
        stages, taken = road_of(refund)
        step = NEXT[refund.state][0].value.lower() if refund.state in NEXT else ""
        mine = self.mine
        why = refunds.why_not(by=self.request.user, refund=refund, on=today) if mine else ""
        withdrawable = refund.state in MOVES[Step.WITHDRAW].since
        own = self.request.scope.having(P.DUES_APPLY).holds_path(refund.party_organization.path)
        return super().get_context_data(
            title=str(refund), refund=refund, stages=stages, taken=taken, months=months_of(refund),
            waiting=waiting_for([refund], on=today).get(refund.pk), days=(today - refund.state_on).days,
            step=step if mine and not why else "", why=why, may_withdraw=own and withdrawable,
            may_return=mine and not why and refund.state in MOVES[Step.RETURN].since,
            may_reject=mine and not why and refund.state in MOVES[Step.REJECT].since,
            has_notice=refund.payer_id, came_back=taken[-1].reason if taken else "", **more,
        )  # fmt: skip


class RefundNotice(PermissionMixin, TemplateView):
    """返还通知 to print, once it was approved."""

    permission = P.DUES_VIEW
    template_name = "dues/notice.html"
    request: PageRequest

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = Refund.objects.within(self.request.scope).exclude(payer=None)
        refund: Refund | None = rows.select_related("party_organization", "payer").filter(pk=self.kwargs["pk"]).first()
        if refund is None:
            raise Http404(OUT_OF_SIGHT)
        stages, _ = road_of(refund)
        done = {one.done.step: one.done for one in stages if one.done}
        return super().get_context_data(
            title=f"{refund.get_kind_display()}通知", refund=refund, months=months_of(refund),
            capitals=capitals(refund.amount), done=done, **more,
        )  # fmt: skip


class AskPage(BeginPage):
    """The branch asks for its dues back, or for a grant. The list is drawn up first; its page hands it in."""

    template_name, button = "dues/ask.html", "生成清单"

    @property
    def grant(self) -> bool:
        return self.request.GET.get("kind") == "grant"

    def get_form_class(self) -> type[forms.Form]:
        return GrantForm if self.grant else RefundForm

    def get_initial(self) -> dict[str, Any]:
        """From the month after the last refund, or the first of the year, to the month before this one."""
        if self.grant:
            return {}
        last = YearMonth.of(timezone.localdate()).plus(-1)
        done = RefundMonth.objects.filter(party_organization=self.node).order_by("-month").first()
        first = YearMonth.of(done.month).plus(1) if done else YearMonth(last.year, 1)
        first = first if last.plus(1 - refunds.MOST_MONTHS) <= first <= last else last
        return {"first": str(first), "last": str(last)}

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        told: dict[str, Any] = {
            "by": self.request.user, "party_organization": self.node, "at": timezone.now(), "on": timezone.localdate(),
        }  # fmt: skip
        row = refunds.ask_grant(**data, **told) if self.grant else refunds.draw_up(**data, **told)
        messages.success(self.request, f"{'申请已填好' if self.grant else '清单已生成'}，请核对后提交申请。")
        return HttpResponseRedirect(reverse("refund", args=[row.pk]))

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = Refund.objects.within(self.request.scope).filter(party_organization=self.node)
        title, note, button = (GRANT, OF_GRANT, "下一步，核对") if self.grant else (REFUND, OF_REFUND, self.button)
        told = {"title": title, "note": note, "button": button, "grant": self.grant}
        return super().get_context_data(earlier=rows.order_by("-pk")[:NAMED], **told | more)
