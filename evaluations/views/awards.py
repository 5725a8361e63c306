"""/awards/<pk>/: a 评选表彰 with its quotas, what waits, what is public and what was honoured. /awards/proposals/<pk>/: one proposal with
what it is asked for and what the registers say; whoever is next decides here."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.pages import PageRequest, PermissionMixin, to_change
from core.refusals import Refusal, as_sentence
from core.scope import may_change
from evaluations.addresses import proofs_of
from evaluations.choices import Award
from evaluations.models import Commendation, Proposal
from evaluations.queries.awards import checks_of, quotas_of
from evaluations.rules.awards import CRITERIA, Check
from evaluations.services import awards

State = Proposal.State
LONGEST = 300  # of an answer, and of the reason of a withdrawal


class CommendationPage(PermissionMixin, TemplateView):
    """What others propose is seen by those above them alone, until it is public."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/commendation.html"
    request: Any
    kwargs: Any

    @cached_property
    def held(self) -> Commendation:
        rows = Commendation.objects.within(self.request.scope).select_related("node", "named_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        held, scope, today = self.held, self.request.scope, timezone.localdate()
        seen: list[Any] = list(Proposal.objects.within(scope).filter(commendation=held).select_related(*awards.WHOM))
        checks = checks_of([one for one in seen if one.open], on=today)
        for one in seen:
            one.wrong = sum(not check.fits for check in checks.get(one.pk, ()))
        public = held.proposals.filter(state__in=[State.AGREED, State.NAMED]) if held.notice_on else None
        named = public and public.order_by("pk").values_list("award", "name", "party_organization__name", "unit__name")
        by_award = {
            award.label: [(name, unit or node) for one, name, node, unit in named or () if one == award]
            for award in Award
        }
        may_propose = scope.may(P.EVALUATIONS_REVIEW) and not held.notice_on and today <= held.propose_until
        quotas = quotas_of(held, scope)
        offered = {one.award for one, _ in quotas} if may_propose else set()
        return super().get_context_data(
            title=held.name, held=held, quotas=quotas, proposals=sorted(seen, key=lambda one: (Award.values.index(one.award), one.pk)),
            public={award: names for award, names in by_award.items() if names}, may_change=may_change(held, scope),
            offered=[choice for choice in Award.choices if choice[0] in offered],
            awards=[(one.label, CRITERIA[one]) for one in Award], **more,
        )  # fmt: skip

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        row = to_change(Commendation.objects.all(), request.scope, pk)
        told: dict[str, Any] = {"by": request.user, "row": row, "on": timezone.localdate()}
        try:
            match request.POST.get("do"):
                case "publish":
                    messages.success(request, f"已公示，到 {awards.publish(**told).notice_until} 为止。")
                case "honour":
                    number = awards.honour(**told, document=request.POST.get("document", "")[:60])
                    messages.success(request, f"已表彰 {number} 个，荣誉已登记。")
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(request.path)


class ProposalPage(PermissionMixin, TemplateView):
    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/proposal.html"
    request: Any
    kwargs: Any

    @cached_property
    def proposal(self) -> Proposal:
        rows = Proposal.objects.within(self.request.scope).select_related(*awards.WHOM, "decided_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def checks(self) -> list[Check]:
        """As the registers are now; of what is decided for good, as they were then."""
        row = self.proposal
        if row.state in (State.PROPOSED, State.AGREED):
            return checks_of([row], on=timezone.localdate())[row.pk]
        return [Check.of_kept(one) for one in row.checks]

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, scope = self.proposal, self.request.scope
        above = scope.having(P.EVALUATIONS_DECIDE).holds_path(row.commendation.node.path)
        return super().get_context_data(
            title=str(row), proposal=row, held=row.commendation, criteria=CRITERIA[row.award],
            checks=[(one, proofs_of(one.records)) for one in self.checks],
            wrong=sum(not one.fits for one in self.checks), may_change=row.open and may_change(row, scope),
            may_decide=above and row.state in (State.PROPOSED, State.AGREED), **more,
        )  # fmt: skip

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        assert self.proposal, "404 before anything else"
        row = to_change(Proposal.objects.all(), request.scope, pk)
        told: dict[str, Any] = {"by": request.user, "row": row, "on": timezone.localdate()}
        typed = request.POST.get("text", "")[:LONGEST]
        try:
            match request.POST.get("do"):
                case "agree":
                    awards.decide(agreed=True, text=typed, **told)
                    messages.success(request, "已同意。")
                case "refuse":
                    awards.decide(agreed=False, text=typed, **told)
                    messages.success(request, "已登记不同意。")
                case "withdraw":
                    awards.withdraw(reason=typed, **told)
                    messages.success(request, "已撤回，名额可以另用。")
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return self.render_to_response(self.get_context_data(typed=typed))
        return HttpResponseRedirect(request.path)
