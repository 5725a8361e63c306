"""/rounds/<pk>/members/<branch>/: the members of a branch in a round, how far each is scored, and what its meeting decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from activities.queries.branches import roll, seat_of
from activities.rules.appraisal import most_excellent
from core.pages import FormPage
from core.parameters import values_on
from evaluations.forms import MeetingForm
from evaluations.models import Evaluation, Goal, Meeting, Round, Stage
from evaluations.queries.goals import goals_of
from evaluations.queries.results import Sheet, sheets_of, standing
from evaluations.rules.totals import Total
from evaluations.services import meetings
from orgs.models import PartyOrganization


@dataclass(frozen=True)
class Line:
    """A member with what the scores come to now, and the fields of the meeting where it is still to be held."""

    evaluation: Evaluation
    total: Total | None  # none of who keeps no score
    goal: Goal | None
    fields: Any = None


class MeetingPage(FormPage):
    """A constant number of queries. Everybody above reads it; the branch writes."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/meeting.html"
    form_class = MeetingForm

    @cached_property
    def round(self) -> Round:
        rows = Round.objects.within(self.request.scope).filter(subject=Round.Subject.MEMBER)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def branch(self) -> PartyOrganization:
        return get_object_or_404(PartyOrganization.objects.within(self.request.scope), pk=self.kwargs["branch"])

    @cached_property
    def sheets(self) -> list[Sheet]:
        seen = Evaluation.objects.within(self.request.scope)
        if found := list(sheets_of(seen.filter(round=self.round, party_organization=self.branch))):
            return found
        raise Http404("这个党支部没有列入这个批次的党员，或不在您的管辖范围。")

    @cached_property
    def waiting(self) -> list[Sheet]:
        """Those whom the meeting can still choose, for whoever may say so."""
        granted = self.request.scope.having(P.EVALUATIONS_SCORE)
        may = self.round.state == Round.State.OPEN and granted.holds_path(self.branch.path)
        return [one for one in self.sheets if may and one.evaluation.stage == Stage.SELF]

    def get_initial(self) -> dict[str, Any]:
        today = timezone.localdate()
        votes = seat_of(today)
        number = sum(votes(member).votes for member in roll(self.branch, day=today))
        return {"held_on": today, "expected": number}

    def get_form_kwargs(self) -> dict[str, Any]:
        reaching = [one.evaluation for one in self.waiting if one.total_at(Stage.SELF).five_good]
        return super().get_form_kwargs() | {"evaluations": reaching}

    def act(self, data: dict[str, Any]) -> str:
        form: Any = self.typed
        meetings.decide(
            by=self.request.user, row=self.round, party_organization=self.branch, values=form.values(), chosen=form.chosen(),
            reasons=form.reasons(), on=timezone.localdate(),
        )  # fmt: skip
        return "支部党员大会评定已登记，等待街道复核。"

    def form_valid(self, form: Any) -> Any:
        self.typed = form
        return super().form_valid(form)

    def get_success_url(self) -> str:
        return reverse("round_meeting", args=[self.round.pk, self.branch.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        form: Any = more.pop("form", None) or self.get_form()
        goals = goals_of([one.evaluation for one in self.sheets], self.request.scope)
        lines = []
        for one in self.sheets:
            row = one.evaluation
            total = None if row.exempt else one.total_at(standing(row.stage))
            lines.append(Line(row, total, goals.get(row.pk), form.fields_of(row)))
        meeting = Meeting.objects.within(self.request.scope).filter(round=self.round, party_organization=self.branch)
        return super().get_context_data(
            title=f"{self.branch}党员评定", round=self.round, branch=self.branch, lines=lines, form=form, waiting=bool(self.waiting),
            meeting=meeting.select_related("entered_by").first(), most=self._most(), **more,
        )  # fmt: skip

    def _most(self) -> int:
        one_in = int(values_on(timezone.localdate())["five.members_one_in"])
        return most_excellent(sum(not one.evaluation.exempt for one in self.sheets), one_in=one_in)
