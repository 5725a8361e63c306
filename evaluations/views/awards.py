"""/awards/<pk>/: a 评选表彰 with its quotas, what waits, what is public and what was honoured. /awards/proposals/<pk>/: one proposal with
what it is asked for and what the registers say; whoever is next decides here."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.pages import PageRequest, PermissionMixin, blame, number, to_change
from core.refusals import Refusal, as_sentence
from core.scope import may_change
from evaluations.addresses import proofs_of, seen
from evaluations.choices import Award
from evaluations.forms import ListObjectionForm, ReplyForm
from evaluations.models import AwardObjection, Commendation, Proposal
from evaluations.queries.awards import checks_of, quotas_of
from evaluations.rules.awards import CRITERIA, Check
from evaluations.services import applications, award_objections, awards

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

    @property
    def told(self) -> dict[str, Any]:
        return {"by": self.request.user, "on": timezone.localdate()}

    @property
    def listed(self) -> QuerySet[Proposal]:
        """Who is public or honoured: by name and unit, to everybody who takes part."""
        rows = self.held.proposals.filter(state__in=[State.AGREED, State.NAMED])
        return rows.select_related("party_organization", "unit").order_by("pk") if self.held.notice_on else rows.none()

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        held, scope, today = self.held, self.request.scope, timezone.localdate()
        seen: list[Any] = list(Proposal.objects.within(scope).filter(commendation=held).select_related(*awards.WHOM))
        checks = checks_of([one for one in seen if one.undecided], on=today)
        for one in seen:
            one.wrong = sum(not check.fits for check in checks.get(one.pk, ()))
        public: dict[str, list[tuple[str, str]]] = {name: [] for name in Award.labels}
        for one in self.listed:
            public[one.get_award_display()].append((one.name, (one.unit or one.party_organization).name))
        open_, reviews = not held.notice_on and today <= held.propose_until, scope.may(P.EVALUATIONS_REVIEW)
        quotas = quotas_of(held, scope)
        offered = {one.award for one, _ in quotas} if open_ and (reviews or scope.may(P.EVALUATIONS_SCORE)) else set()
        may = may_change(held, scope)
        return super().get_context_data(
            waits_for=awards.waits_for(held, today) if may and not held.named_on else "",
            title=held.name, held=held, quotas=quotas, proposals=sorted(seen, key=lambda one: (Award.values.index(one.award), one.pk)),
            public={award: names for award, names in public.items() if names}, may_change=may,
            offered=[choice for choice in Award.choices if choice[0] in offered], reviews=reviews,
            awards=[(one.label, CRITERIA[one]) for one in Award], **self._objections(more.pop("answered", None)) | more,
        )  # fmt: skip

    # --- what is objected ---
    def _objections(self, answered: Any) -> dict[str, Any]:
        """Those that the reader is told of, each with the form of its answer; `answered` is what was typed in one."""
        held, scope = self.held, self.request.scope
        rows = AwardObjection.objects.within(scope).filter(proposal__commendation=held).order_by("pk")
        found: list[Any] = list(rows.select_related("proposal", "entered_by", "answered_by"))
        for one in found:
            typed = answered if answered and answered.get("objection") == str(one.pk) else None
            one.item, one.named, one.form = str(one.proposal), True, ReplyForm(typed, auto_id=f"id_{one.pk}_%s")
        public = bool(held.notice_on and not held.named_on)
        writes = any(scope.may(one) for one in award_objections.WRITERS)
        return {
            "objections": found, "objection_form": self._objection_form(), "may_object": public and writes,
            "may_answer": public and may_change(held, scope), "only_own": not may_change(held, scope),
        }  # fmt: skip

    def _objection_form(self, data: Any = None) -> ListObjectionForm:
        return ListObjectionForm(data, listed=self.listed, initial={"received_on": timezone.localdate()})

    # --- what is done here ---
    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        assert self.held, "404 before anything else"
        doing = {"publish": self._publish, "honour": self._honour, "object": self._object, "answer": self._answer}
        if (do := request.POST.get("do", "")) not in doing:
            raise BadRequest("没有这项操作")
        try:
            done = doing[do](request)
        except Refusal as refusal:
            typed = self._as_typed(do, request.POST)
            if form := typed.get("objection_form"):
                blame(form, refusal)
            else:
                messages.error(request, as_sentence(refusal))
            return self.render_to_response(self.get_context_data(**typed))
        if not done:
            return self.render_to_response(self.get_context_data(**self._as_typed(do, request.POST)))
        messages.success(request, done)
        return HttpResponseRedirect(request.path)

    def _as_typed(self, do: str, data: Any) -> dict[str, Any]:
        """What was typed in the form that was refused."""
        match do:
            case "object":
                return {"objection_form": self._objection_form(data)}
            case "answer":
                return {"answered": data}
        return {"document": data.get("document", "")}

    def _publish(self, request: PageRequest) -> str:
        row = to_change(Commendation.objects.all(), request.scope, self.kwargs["pk"])
        return f"已公示，到 {awards.publish(row=row, **self.told).notice_until} 为止。"

    def _honour(self, request: PageRequest) -> str:
        row = to_change(Commendation.objects.all(), request.scope, self.kwargs["pk"])
        given = awards.honour(row=row, document=request.POST.get("document", "")[:60], **self.told)
        return f"已表彰 {given} 个，荣誉已登记。"

    def _object(self, request: PageRequest) -> str:
        form = self._objection_form(request.POST)
        if not form.is_valid():
            return ""
        award_objections.enter(**form.cleaned_data, **self.told)
        return "异议已登记，由另一名工作人员核实答复。"

    def _answer(self, request: PageRequest) -> str:
        rows = AwardObjection.objects.within(request.scope).filter(proposal__commendation=self.held)
        found = get_object_or_404(rows.select_related("proposal"), pk=number(request.POST.get("objection")))
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return ""
        data = form.cleaned_data
        award_objections.answer(objection=found, accepted=data["accepted"], text=data["answer"], **self.told)
        return "已答复。"


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
        if row.undecided or row.state == State.AGREED:
            return checks_of([row], on=timezone.localdate())[row.pk]
        return [Check.of_kept(one) for one in row.checks]

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, scope = self.proposal, self.request.scope
        above = scope.having(P.EVALUATIONS_DECIDE).holds_path(row.commendation.node.path)
        reviews = row.undecided and may_change(row, scope)
        return super().get_context_data(
            title=str(row), proposal=row, held=row.commendation, criteria=CRITERIA[row.award],
            checks=[(one, proofs_of(seen(one.records, scope))) for one in self.checks],
            wrong=sum(not one.fits for one in self.checks), may_change=row.open and reviews,
            may_forward=row.state == State.APPLIED and reviews, may_amend=row.of_branch and self.applies,
            may_decide=above and row.state in (State.PROPOSED, State.AGREED), **more,
        )  # fmt: skip

    @property
    def applies(self) -> bool:
        """Whether the reader may for the branch that applied."""
        branch = self.proposal.branch
        return bool(branch and self.request.scope.having(P.EVALUATIONS_SCORE).holds_path(branch.path))

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        row = self.proposal
        if not (row.of_branch and self.applies):
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
                case "forward":
                    applications.forward(**told)
                    messages.success(request, "已推荐，等待审定。")
                case "give_back":
                    applications.give_back(reason=typed, **told)
                    messages.success(request, "已退回。")
                case "withdraw":
                    awards.withdraw(reason=typed, **told)
                    messages.success(request, "已撤回。")
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return self.render_to_response(self.get_context_data(typed=typed))
        return HttpResponseRedirect(request.path)
