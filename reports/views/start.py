"""发起: from a worklist to a branch, a coverage or an answer, for one unit or several."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.pages import PageRequest, PermissionMixin
from core.parameters import values_on
from core.refusals import Refusal, as_sentence
from orgs.models import Organization, OrganizationFacts
from orgs.rules.setup import Thresholds
from reports.filters import organization_url
from reports.forms import AnswerForm, CoverForm, FoundForm
from reports.queries.surroundings import NOTHING, surroundings_of
from reports.services.gaps import Answer, NewBranch, answer_gaps, cover_units, found_branch
from reports.worklists import Worklist, lines, worklists

MOST_UNITS = 200


class StartPage(PermissionMixin, View):
    """What can be started for the units of the address, the recommended way first."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        """The forms with what the rules recommend."""
        return self._page(request, *self._asked(request, code))

    def post(self, request: PageRequest, code: str) -> HttpResponse:
        """Do one of them."""
        worklist, rows = self._asked(request, code)
        do = request.POST.get("do", "")
        may = Permission.REGISTRY_CHANGE if do == "answer" else Permission.COVERAGE_CHANGE
        if not request.scope.may(may):
            raise PermissionDenied
        forms = self._forms(request, worklist, rows, sent=do)
        if do not in forms:
            raise BadRequest("没有这项操作")
        form = forms[do]
        if form.is_valid():
            try:
                said = getattr(self, f"_{do}")(request, rows, form.cleaned_data)
            except (Refusal, ValidationError) as refusal:
                form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else as_sentence(refusal))
            else:
                messages.success(request, said)
                return HttpResponseRedirect(reverse("worklist", args=[code]))
        return self._page(request, worklist, rows, forms=forms, status=422)

    def _asked(self, request: PageRequest, code: str) -> tuple[Worklist, list[OrganizationFacts]]:
        """The list and the units that the scope manages; any other unit is not there."""
        if code not in worklists:
            raise Http404
        asked = {int(text) for text in request.GET.getlist("unit") if text.isdecimal()}
        if not asked:
            raise BadRequest("请先在清单里选择单位")
        if len(asked) > MOST_UNITS:
            raise BadRequest(f"一次最多选择 {MOST_UNITS} 家单位")
        worklist = worklists[code]
        rows = list(worklist.records(request.scope).filter(pk__in=asked).order_by("pk"))
        if len(rows) != len(asked):
            raise Http404
        return worklist, rows

    def _forms(
        self, request: PageRequest, worklist: Worklist, rows: list[OrganizationFacts], sent: str
    ) -> dict[str, Any]:
        today = timezone.localdate()
        thresholds = Thresholds.of(values_on(today))
        around = surroundings_of(rows, scope=request.scope, thresholds=thresholds).get(rows[0].pk, NOTHING)

        def data(name: str) -> Any:
            return request.POST if sent == name else None

        answer = getattr(rows[0].organization, "gap_answer", None) if len(rows) == 1 else None
        initial = {n: getattr(answer, n) for n in ("reason", "planned_form", "planned_by")} if answer else None
        forms: dict[str, Any] = {"answer": AnswerForm(data("answer"), worklist=worklist, initial=initial)}
        if worklist.code == "party-organization":
            forms["found"] = FoundForm(
                data("found"), rows=rows, around=around, scope=request.scope, thresholds=thresholds
            )
            forms["cover"] = CoverForm(data("cover"), rows=rows, around=around, scope=request.scope)
            for name in ("found", "cover"):
                forms[name].fields["since"].initial = today
        return forms

    def _page(
        self,
        request: PageRequest,
        worklist: Worklist,
        rows: list[OrganizationFacts],
        *,
        forms: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        today = timezone.localdate()
        thresholds = Thresholds.of(values_on(today))
        found = lines(worklist, rows, scope=request.scope, thresholds=thresholds, on=today)
        steps = {line.step.code for line in found}
        context = {
            "worklist": worklist,
            "lines": [(row, line, organization_url(row)) for row, line in zip(rows, found, strict=True)],
            "forms": forms or self._forms(request, worklist, rows, sent=""),
            "open": _recommended(steps, several=len(rows) > 1),
            "may_cover": request.scope.may(Permission.COVERAGE_CHANGE),
            "may_answer": request.scope.may(Permission.REGISTRY_CHANGE),
        }
        return render(request, "reports/start.html", context, status=status)

    def _found(self, request: PageRequest, rows: list[OrganizationFacts], data: dict[str, Any]) -> str:
        partners = Organization.objects.managed_within(request.scope).filter(pk__in=data.get("partners", []))
        units = [row.organization for row in rows] + list(partners.order_by("pk"))
        branch = NewBranch(
            name=data["name"],
            kind=data["kind"],
            parent=data["parent"],
            since=data["since"],
            approval_no=data["approval_no"],
            secretary_name=data["secretary_name"],
        )
        node = found_branch(by=request.user, units=units, branch=branch, on=timezone.localdate())
        return f"已成立“{node}”,覆盖 {len(units)} 家单位。"

    def _cover(self, request: PageRequest, rows: list[OrganizationFacts], data: dict[str, Any]) -> str:
        units = [row.organization for row in rows]
        cover_units(
            by=request.user,
            units=units,
            node=data["node"],
            form=data["form"],
            since=data["since"],
            on=timezone.localdate(),
        )
        return f"已由“{data['node']}”覆盖 {len(units)} 家单位。"

    def _answer(self, request: PageRequest, rows: list[OrganizationFacts], data: dict[str, Any]) -> str:
        units = [row.organization for row in rows]
        answer_gaps(by=request.user, units=units, answer=Answer(**data), at=timezone.now())
        return f"已填报 {len(units)} 家单位的未建情况。"


def _recommended(steps: set[str], *, several: bool) -> str:
    """Which form stands open: the one that the next step needs."""
    if steps & {"establish", "joint"} or several:
        return "found"
    return "cover" if steps & {"zone", "chain", "attach"} else "answer"
