"""/branch/<pk>/dues/assess/: who pays how much and why, step by step; one member in the form, many from a list."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.months import YearMonth
from core.pages import FormPage, PageRequest, PermissionMixin, begun_with, number
from core.parameters import values_on
from core.refusals import Refusal, as_sentence
from dues.forms import AssessForm, ReliefForm
from dues.lists import read_assessments
from dues.queries.assessments import payers
from dues.queries.branches import branch_collected
from dues.rules.standards import assess
from dues.services import reliefs
from dues.services.assessments import assess_many, assess_member, first_month, require_month
from members.models import Member
from orgs.models import PartyOrganization


class OfBranch(PermissionMixin):
    """A page of the branch in the address, for whoever collects there."""

    permission = P.DUES_COLLECT

    @cached_property
    def branch(self) -> PartyOrganization:
        view: Any = self
        return branch_collected(view.request.scope, view.kwargs["pk"])

    @property
    def members(self) -> Any:
        return Member.objects.on_the_roll().filter(party_organization=self.branch).order_by("name", "pk")


class MemberPage(OfBranch, FormPage):
    """A form about one of the members of the branch."""

    back = "dues_assess"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"members": self.members}

    def get_success_url(self) -> str:
        return reverse(self.back, args=[self.branch.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(branch=self.branch, **more)


class AssessPage(MemberPage):
    """试算 shows each step; 核定 writes. Below stands what holds for everybody of the branch."""

    template_name = "dues/assess.html"
    form_class = AssessForm

    def get_initial(self) -> dict[str, Any]:
        """Of a member who is named in the address, what held before."""
        today = timezone.localdate()
        member = self.members.filter(pk=number(self.request.GET.get("member")) or 0).first()
        if member is None:
            return {"since": today.replace(month=1, day=1)}
        before = member.assessments.order_by("since", "pk").last()
        since = first_month(member, today.year)
        known = before and before.since.year == today.year
        told = {"member": member.pk, "since": today.replace(day=1) if known else since}
        return told | ({"payer": before.payer} if before else {})

    def form_valid(self, form: Any) -> HttpResponseBase:
        if "try" not in self.request.POST:
            return super().form_valid(form)
        data, tried = form.cleaned_data, None
        try:
            require_month(data["member"], data["since"], on=timezone.localdate())
            tried = assess(data["payer"], data["base"], values_on(data["since"].first_day))
        except Refusal as refusal:
            form.add_error(begun_with(form, str(refusal)), as_sentence(refusal))
        return self.render_to_response(self.get_context_data(form=form, tried=tried))

    def act(self, data: dict[str, Any]) -> str:
        row = assess_member(by=self.request.user, at=timezone.now(), on=timezone.localdate(), **data)
        return f"已核定：{row}。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        month = YearMonth.of(timezone.localdate())
        rows = payers(self.branch, year=month.year)
        for one in rows:
            one.now = one.holding(month.first_day)  # type: ignore[attr-defined]
            one.monthly = one.due(month.first_day)  # type: ignore[attr-defined]
            one.stale = one.is_stale(month.first_day)  # type: ignore[attr-defined]
        told = {
            "title": f"{month.year} 年度党费核定",
            "rows": rows,
            "missing": sum(not one.assessments for one in rows),
            "year": month.year,
        }
        return super().get_context_data(**told | more)


def uploaded(request: PageRequest) -> tuple[Path, str]:
    """Where the list that was sent lies, which is no copy of it, and its name. Raises Refusal."""
    file = request.FILES.get("file")
    if request.META.get("ningju.too_large") or file is None:
        raise Refusal("请选择名单文件（不超过上限的 .xlsx、.xls 或 .csv）")
    return Path(file.temporary_file_path()), str(file.name)  # type: ignore[attr-defined]


class AssessList(OfBranch, View):
    """Many members from a workbook: all lines or none, and what is wrong with each line."""

    request: PageRequest

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        today = timezone.localdate()
        try:
            path, name = uploaded(request)
            lines, problems = read_assessments(path, name=name, branch=self.branch, on=today)
            if problems:
                context = {"title": "名单没有核定", "branch": self.branch, "problems": problems, "good": len(lines)}
                return render(request, "dues/list_problems.html", context)
            written = assess_many(by=request.user, lines=lines, at=timezone.now(), on=today)
            same = len(lines) - written
            messages.success(request, f"已按名单核定 {written} 名" + (f"，{same} 名没有变化。" if same else "。"))
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("dues_assess", self.branch.pk)


class ReliefPage(MemberPage):
    """The branch proposes; the level above decides."""

    template_name = "dues/relief.html"
    form_class = ReliefForm

    def get_initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        member = number(self.request.GET.get("member"))
        return {"since": today.replace(day=1), "last": today.replace(month=12, day=1), "member": member}

    def act(self, data: dict[str, Any]) -> str:
        row = reliefs.propose(by=self.request.user, on=timezone.localdate(), **data)
        return f"已提出：{row}，等上级党组织审批。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title="提出党费减免", **more)
