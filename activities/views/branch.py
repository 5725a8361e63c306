"""/branch/: what a secretary does on the phone. The street opens the same page of a branch that it files for."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from activities.models import ActivityRecord, Decision, Experience, Kind, Obligation
from activities.queries import todo
from activities.queries.appraisals import appraisal_of, meeting
from activities.queries.from_above import not_joined
from activities.queries.health import SIGNS
from activities.queries.home import duties, newest_reason, numbers_of, take_up, twelve_months
from activities.queries.learning import learned_of
from activities.row_kinds import RowKind, row_kinds
from activities.rules.appraisal import year_of_meeting
from activities.services import obligations, parts, records
from activities.wording import progress
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin, number, to_attach, to_change
from core.panels import panels_for
from core.refusals import Refusal, as_sentence
from core.scope import Scope
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS
from orgs.subjects import number_of

SHOWN = 5
REASONS = ("生产任务重，时间未能安排", "党员外出较多，未能集中", "节假日停工", "与下月活动合并开展")


def branch_of(scope: Scope, pk: object) -> PartyOrganization:
    """The branch that the scope files for: 404 out of sight, 403 where it is only seen."""
    found: PartyOrganization = to_attach(PartyOrganization.objects.all(), scope, pk, to=ActivityRecord)
    if found.kind not in BRANCH_KINDS:
        raise Http404("委员会不填报活动记录，请打开其下的党支部")
    return found


def served(scope: Scope) -> set[int]:
    return {grant.node_id for grant in scope.having(P.BRANCH_WORK).grants}


class BranchPage(PermissionMixin, View):
    """本月待办 first, then what came back or was begun, the last twelve months, the year's work, who belongs to it."""

    permission = P.ACTIVITIES_FILE

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        return show(request, branch_of(request.scope, pk))

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """本月未开展, or taken back; a decision carried out; a draft thrown away."""
        branch = branch_of(request.scope, pk)
        try:
            messages.success(request, self._done(request, branch))
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("branch_of", branch.pk)

    def _done(self, request: PageRequest, branch: PartyOrganization) -> str:
        told: dict[str, Any] = {"by": request.user, "on": timezone.localdate()}
        match request.POST.get("do"):
            case "not_held":
                kind = request.POST.get("kind", "")
                changed = obligations.not_held(
                    party_organization=branch, month=_month(request.POST.get("month", "")), kinds=[kind] if kind else None,
                    reason=(request.POST.get("reason") or request.POST.get("words", "")).strip()[:200], **told,
                )  # fmt: skip
                return f"已说明 {changed} 项未开展。"
            case "held":
                duty = to_change(Obligation.objects.all(), request.scope, number(request.POST.get("duty")) or 0)
                obligations.held_after_all(obligation=duty, **told)
                return "已撤回未开展说明。"
            case "done":
                row = to_change(Decision.objects.all(), request.scope, number(request.POST.get("decision")) or 0)
                parts.carry_out(by=request.user, decision=row, on=told["on"])
                return "决议已落实。"
            case "discard":
                draft = to_change(ActivityRecord.objects.all(), request.scope, number(request.POST.get("record")) or 0)
                records.discard(by=request.user, record=draft)
                return "草稿已删除。"
        raise Refusal("没有这项操作")


class OwnBranch(PermissionMixin, View):
    """Where a secretary's day begins: the own branch; whoever serves in several chooses."""

    permission = P.BRANCH_WORK

    def get(self, request: PageRequest) -> HttpResponse:
        rows = PartyOrganization.objects.standing().filter(pk__in=served(request.scope))
        branches = list(rows.order_by("path"))
        if len(branches) == 1:
            return show(request, branches[0])
        return render(request, "activities/branches.html", {"title": "本支部", "branches": branches})


def show(request: PageRequest, branch: PartyOrganization) -> HttpResponse:
    """The page of a branch. A constant number of queries."""
    scope, today = request.scope, timezone.localdate()
    appraised_year = year_of_meeting(today)
    appraisal = appraisal_of(branch, year=appraised_year)
    mine = {"party_organization": branch}
    returned: list[Any] = list(todo.returned(scope).filter(**mine)[:SHOWN])
    for record in returned:
        record.why = newest_reason(record.reviews.all())
    drafts, due = list(todo.drafts(scope).filter(**mine)[:SHOWN]), duties(branch, scope, on=today)
    take_up(due, drafts)
    context = {
        "title": branch.name,
        "branch": branch,
        "today": today,
        "month": YearMonth.of(today),
        "duties": due,
        "reasons": REASONS,
        "returned": returned,
        "drafts": drafts,
        "waiting": ActivityRecord.objects.within(scope).waiting().filter(**mine).count(),
        "months": twelve_months(branch, on=today),
        "signs": SIGNS.values(),
        "numbers": numbers_of(branch),
        "decisions": todo.open_decisions(scope).filter(record__party_organization=branch)[:SHOWN],
        "year": kept_rows(branch, on=today),
        "campaigns": not_joined(branch, on=today).count(),
        "experiences": Experience.objects.for_branch(branch).filter(withdrawn_on=None).count(),
        "appraised": progress(appraisal, None if appraisal else meeting(branch, None, year=appraised_year)),
        "appraised_year": appraised_year,
        "learned": learned_of(branch, on=today),
        "kinds": Kind.choices,
        "key": uuid4(),
        "stands_in": branch.pk not in served(scope),
        "to_do": panels_for(branch, scope, today, page="branch_due"),
        "more": panels_for(branch, scope, today, page="branch"),
    }
    return render(request, "activities/branch.html", context)


def kept_rows(branch: PartyOrganization, *, on: date) -> list[tuple[RowKind, str]]:
    """Each kind of rows with what its line tells. One query."""
    counted = [number_of(kind.open(on), "party_organization") for kind in row_kinds]
    numbers = PartyOrganization.objects.filter(pk=branch.pk).values_list(*counted).get()
    return [(kind, kind.says(number)) for kind, number in zip(row_kinds, numbers, strict=True)]


def _month(text: str) -> YearMonth:
    try:
        return YearMonth.parse(text)
    except ValueError as error:
        raise Refusal(str(error)) from error
