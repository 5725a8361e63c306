"""民主评议党员 on the phone: the days of its steps, everybody 合格 with one tap, then those who differ."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.permissions import Permission as P
from activities.forms import GRADE, AppraisalForm
from activities.models import Appraisal, AppraisalGrade, Kind
from activities.models.appraisals import MEETINGS
from activities.queries.appraisals import appraisal_of, grades_of, meeting, numbers, taking_part
from activities.services.appraisals import EDITABLE, TooManyExcellent, appraise
from activities.views.branch import branch_of
from core.pages import FormPage
from orgs.models import PartyOrganization

QUALIFIED = AppraisalGrade.Grade.QUALIFIED.value
YEARS_BACK = 10


class AppraisalPage(FormPage):
    """A constant number of queries."""

    permission = P.ACTIVITIES_FILE
    template_name = "activities/appraisal.html"
    form_class = AppraisalForm

    @cached_property
    def branch(self) -> PartyOrganization:
        branch = branch_of(self.request.scope, self.kwargs["pk"])
        this_year = timezone.localdate().year
        if not this_year - YEARS_BACK <= self.year <= this_year:
            raise Http404("没有这个年度的民主评议，请选择今年或以前的年度")
        return branch

    @property
    def year(self) -> int:
        year: int = self.kwargs["year"]
        return year

    @cached_property
    def appraisal(self) -> Appraisal:
        found = appraisal_of(self.branch, year=self.year)
        return found or Appraisal(party_organization=self.branch, year=self.year)

    @cached_property
    def record(self) -> Any:
        """The meeting's record: its day is that of the steps that nobody has typed yet."""
        return meeting(self.branch, self.appraisal, year=self.year)

    def get_initial(self) -> dict[str, Any]:
        initial = {name: getattr(self.appraisal, name) for name in EDITABLE}
        if self.record and not self.appraisal.self_on:
            initial |= dict.fromkeys(MEETINGS, self.record.held_on)
        return initial

    def get_form_kwargs(self) -> dict[str, Any]:
        kept, today = super().get_form_kwargs(), timezone.localdate()
        day = next((kept["initial"][name] for name in MEETINGS if kept["initial"].get(name)), today)
        people = taking_part(self.branch, day=day, given=grades_of(self.appraisal))
        if "all" in self.request.POST:
            kept["data"] = self._filled(kept["data"], [one.member.pk for one in people if one.graded])
        return kept | {"people": people}

    def _filled(self, data: Any, members: list[int]) -> Any:
        """What was typed, with 合格 for everybody who has no grade yet."""
        filled = data.copy()
        for key in members:
            filled[f"{GRADE}{key}"] = filled.get(f"{GRADE}{key}") or QUALIFIED
        return filled

    def form_valid(self, form: forms.Form) -> Any:
        if "all" in self.request.POST:  # shown to be changed before it is kept
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> str:
        values = {name: data[name] for name in EDITABLE}
        typed = {int(name.removeprefix(GRADE)): value for name, value in data.items() if name.startswith(GRADE)}
        unseen = {
            key: grade for key, grade in grades_of(self.appraisal).items() if f"{GRADE}{key}" not in self.request.POST
        }
        grades = {key: grade for key, grade in (typed | unseen).items() if grade}
        told: dict[str, Any] = {"party_organization": self.branch, "year": self.year, "on": timezone.localdate()}
        row = appraise(by=self.request.user, values=values, grades=grades, **told)
        return f"{row}已保存。"

    def field_of(self, refusal: Exception) -> str | None:
        return "excess_reason" if isinstance(refusal, TooManyExcellent) else None

    def get_success_url(self) -> str:
        return reverse("branch_of", args=[self.branch.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        form: Any = more.get("form") or self.get_form()
        context = {
            "title": f"{self.year} 年度民主评议党员",
            "branch": self.branch,
            "year": self.year,
            "before": self.year - 1,
            "record": self.record,
            "record_url": self._new_record_url(),
            "numbers": numbers(form.shown()),
            "form": form,
        }
        return super().get_context_data(**context | more)

    def _new_record_url(self) -> str:
        return f"{reverse('record_form', args=[self.branch.pk, uuid4()])}?kind={Kind.APPRAISAL}&appraisal={self.year}"
