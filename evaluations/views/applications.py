"""/awards/<pk>/apply/: a branch applies (申报) for an award; /awards/proposals/<pk>/amend/: what it wrote is mended and handed in again."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.pages import FormPage
from evaluations.choices import Award
from evaluations.forms import AmendmentForm, ApplicationForm
from evaluations.models import Commendation, Proposal
from evaluations.rules.awards import CRITERIA
from evaluations.services import applications
from orgs.models import PartyOrganization


class Application(FormPage):
    permission = P.EVALUATIONS_SCORE
    template_name = "evaluations/apply.html"
    form_class = ApplicationForm

    @cached_property
    def held(self) -> Commendation:
        return get_object_or_404(Commendation.objects.within(self.request.scope), pk=self.kwargs["pk"])

    @cached_property
    def award(self) -> Award:
        if (code := self.request.GET.get("award", "")) in Award.values:
            return Award(code)
        raise Http404("没有这个奖项")

    def get_form_kwargs(self) -> dict[str, Any]:
        """For the branches at which the reader may."""
        assert self.held, "404 before anything else"
        nodes = [grant.node_id for grant in self.request.scope.having(self.permission).grants]
        branches = PartyOrganization.objects.within(self.request.scope).filter(pk__in=nodes).order_by("path")
        return super().get_form_kwargs() | {"award": self.award, "branches": branches, "on": timezone.localdate()}

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        told: dict[str, Any] = {"by": self.request.user, "on": timezone.localdate()}
        row = applications.apply(commendation=self.held, award=self.award, **data, **told)
        messages.success(self.request, "已申报，等待上级推荐。下面是系统中的记录核对的情况，不符合的请补齐。")
        return HttpResponseRedirect(reverse("proposal", args=[row.pk]))

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("commendation", args=[self.held.pk])
        return super().get_context_data(
            title=f"申报{self.award.label}",
            held=self.held,
            criteria=CRITERIA[self.award],
            back=back,
            button="申报",
            **more,
        )


class Amendment(FormPage):
    permission = P.EVALUATIONS_SCORE
    template_name = "evaluations/apply.html"
    form_class = AmendmentForm

    @cached_property
    def proposal(self) -> Proposal:
        rows = Proposal.objects.within(self.request.scope).select_related("commendation", "branch")
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        if found.branch and self.request.scope.having(self.permission).holds_path(found.branch.path):
            return found
        raise PermissionDenied("由申报的党支部修改")

    def get_initial(self) -> dict[str, Any]:
        return {"why": self.proposal.why}

    def act(self, data: dict[str, Any]) -> str:
        applications.amend(by=self.request.user, row=self.proposal, on=timezone.localdate(), **data)
        return "已申报，等待上级推荐。"

    def get_success_url(self) -> str:
        return reverse("proposal", args=[self.proposal.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row = self.proposal
        return super().get_context_data(
            title=f"修改申报：{row}", held=row.commendation, criteria=CRITERIA[row.award], back=self.get_success_url(),
            returned=row.returned_why, button="再次申报" if row.returned_why else "保存", **more,
        )  # fmt: skip
