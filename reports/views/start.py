"""发起: from a worklist to a branch, a coverage or an answer, for one unit or several."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.forms import Media
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views import View

from accounts.permissions import Permission
from core.pages import PageRequest, PermissionMixin, numbers, way_back
from core.parameters import values_on
from core.refusals import Refusal, as_sentence
from core.scope import Scope
from members.panels import enrolled_elsewhere
from orgs.models import Organization, OrganizationFacts
from orgs.rules.setup import NextStep, Thresholds
from reports.filters import organization_url
from reports.forms import AnswerForm, CoverForm, EmployForm, FoundForm
from reports.queries.surroundings import NOTHING, surroundings_of
from reports.services.gaps import Answer, NewBranch, answer_gaps, cover_units, employ_member, found_branch
from reports.steps import instructor_url, member_url
from reports.worklists import INSTRUCTOR_WAY, MEMBER_WAYS, Worklist, WorklistRow, lines, worklists

MOST_UNITS = 200
RIGHTS: dict[str, Permission] = {
    "found": Permission.COVERAGE_CHANGE,
    "cover": Permission.COVERAGE_CHANGE,
    "employ": Permission.MEMBERS_CHANGE,
    "answer": Permission.REGISTRY_CHANGE,
}
TITLES = {  # title, button and note of each form
    "found": (
        "成立新的党组织",
        "成立并建立覆盖关系",
        "一步完成：设立党组织，并由它覆盖上面的单位。一家为单独组建，几家为联合组建。",
    ),
    "cover": (
        "由现有党组织覆盖",
        "建立覆盖关系",
        "园区、楼宇、市场、行业或产业链龙头的党组织区域覆盖，或者挂靠。",
    ),
    "employ": (
        "党员已在这里工作，接转组织关系",
        "登记",
        "名册里的党员到这家单位工作（流动党员接转、推荐就业到岗）的，登记工作单位，组织关系转来的一并登记。",
    ),
    "answer": (
        "暂时办不了，填报原因和计划",
        "提交",
        "推荐就业、发展党员等要一段时间的，在这里定方式、责任人和时限：单位仍在清单里，计划显示在旁边，到期列入“待办”。",
    ),
}


class StartPage(PermissionMixin, View):
    """What can be started for the units of the address, the recommended way first."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        """The forms with what the rules recommend."""
        return self._page(request, *self._asked(request, code))

    def post(self, request: PageRequest, code: str) -> HttpResponse:
        """Do one of them, and go back to the list."""
        worklist, rows = self._asked(request, code)
        do = request.POST.get("do", "")
        if do in RIGHTS and not _may(request.scope, do, rows):
            raise PermissionDenied("所选单位不全归您的党组织管理，可以查看，不能办理；请只选择本级管理的单位。")
        forms = self._forms(request, worklist, rows, self._lines(request, worklist, rows), sent=do)
        if do not in forms:
            raise BadRequest("没有这项操作")
        form = forms[do]
        if form.is_valid():
            try:
                message = getattr(self, f"_{do}")(request, rows, form.cleaned_data)
            except (Refusal, ValidationError) as refusal:
                form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else as_sentence(refusal))
            else:
                messages.success(request, message)
                return HttpResponseRedirect(way_back(request, reverse("worklist", args=[code])))
        return self._page(request, worklist, rows, sent=forms, status=422)

    def _asked(self, request: PageRequest, code: str) -> tuple[Worklist, list[OrganizationFacts]]:
        """The list and the units that the scope manages; any other unit is not there."""
        if code not in worklists:
            raise Http404
        asked = set(numbers(request.GET.getlist("unit")))
        if not asked:
            raise BadRequest("请先在清单里选择单位")
        if len(asked) > MOST_UNITS:
            raise BadRequest(f"一次最多选择 {MOST_UNITS} 家单位")
        worklist = worklists[code]
        rows = list(worklist.records(request.scope).filter(pk__in=asked).order_by("pk"))
        if len(rows) != len(asked):
            raise Http404
        return worklist, rows

    def _lines(self, request: PageRequest, worklist: Worklist, rows: list[OrganizationFacts]) -> list[WorklistRow]:
        today = timezone.localdate()
        thresholds = Thresholds.of(values_on(today))
        return lines(worklist, rows, scope=request.scope, thresholds=thresholds, on=today)

    def _forms(
        self,
        request: PageRequest,
        worklist: Worklist,
        rows: list[OrganizationFacts],
        found: list[WorklistRow],
        sent: str,
    ) -> dict[str, Any]:
        """What may be done, each with what the first unit's next step recommends filled in."""
        today, scope = timezone.localdate(), request.scope
        thresholds, step = Thresholds.of(values_on(today)), found[0].step

        def data(name: str) -> Any:
            return request.POST if sent == name else None

        forms: dict[str, Any] = {}
        if worklist.code == "party-organization":
            around = surroundings_of(rows, scope=scope, thresholds=thresholds).get(rows[0].pk, NOTHING)
            about: dict[str, Any] = {"rows": rows, "around": around, "scope": scope, "step": step}
            forms["found"] = FoundForm(data("found"), **about, thresholds=thresholds)
            forms["cover"] = CoverForm(data("cover"), **about)
        if len(rows) == 1:
            forms["employ"] = EmployForm(data("employ"), scope=scope, party_organization=rows[0].covered_by_id)
        forms["answer"] = AnswerForm(data("answer"), asked=worklist.asked, initial=_answered(found, step))
        for form in forms.values():
            if "since" in form.fields:
                form.fields["since"].initial = today
        return {name: form for name, form in forms.items() if _may(scope, name, rows)}

    def _page(
        self,
        request: PageRequest,
        worklist: Worklist,
        rows: list[OrganizationFacts],
        *,
        sent: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        found = self._lines(request, worklist, rows)
        forms = sent or self._forms(request, worklist, rows, found, sent="")
        wanted = _recommended({line.step.code for line in found}, several=len(rows) > 1)
        back = way_back(request, reverse("worklist", args=[worklist.code]))
        context = {
            "worklist": worklist,
            "back": back,
            "lines": [(row, line, organization_url(row)) for row, line in zip(rows, found, strict=True)],
            "forms": [(name, form, *TITLES[name], name == wanted) for name, form in forms.items()],
            "media": sum((form.media for form in forms.values()), Media()),
            "elsewhere": _elsewhere(request.scope, rows, back),
        }
        return render(request, "reports/start.html", context, status=status)

    def _found(self, request: PageRequest, rows: list[OrganizationFacts], data: dict[str, Any]) -> str:
        mine = Organization.objects.changeable(request.scope, RIGHTS["found"])
        partners = mine.filter(pk__in=data.get("partners", []))
        units = [row.organization for row in rows] + list(partners.order_by("pk"))
        branch = NewBranch(**{name: value for name, value in data.items() if name != "partners"})
        node = found_branch(by=request.user, units=units, branch=branch, on=timezone.localdate())
        message = format_html("已成立“{}”，覆盖 {} 家单位。", node, len(units))
        number, url = enrolled_elsewhere(node, request.scope)
        if number:
            message += format_html(
                '它名下还没有党员：这些单位的 {} 名党员组织关系仍在其他党组织。<a href="{}">接转组织关系</a>',
                number,
                url,
            )
        return message

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

    def _employ(self, request: PageRequest, rows: list[OrganizationFacts], data: dict[str, Any]) -> str:
        unit = rows[0].organization
        member = employ_member(by=request.user, unit=unit, on=timezone.localdate(), **data)
        return f"已登记“{member}”在“{unit}”工作。"

    def _answer(self, request: PageRequest, rows: list[OrganizationFacts], data: dict[str, Any]) -> str:
        units = [row.organization for row in rows]
        answer_gaps(by=request.user, units=units, answer=Answer(**data), at=timezone.now())
        return f"已填报 {len(units)} 家单位的原因和计划。"


def _may(scope: Scope, do: str, rows: list[OrganizationFacts]) -> bool:
    """Whether all units are the user's to do it with."""
    return all(scope.manages(row.managed_by_id, RIGHTS[do]) for row in rows)


def _recommended(steps: set[str], *, several: bool) -> str:
    """Which form stands open: the one that the next step needs."""
    if steps & {"establish", "joint"} or several:
        return "found"
    if steps & {"zone", "chain", "attach"}:
        return "cover"
    return "employ" if "transfer_member" in steps else "answer"


def _answered(found: list[WorklistRow], step: NextStep) -> dict[str, Any]:
    """What was answered about the unit; without an answer the way that the next step means."""
    answer = found[0].answer if len(found) == 1 else None
    if answer:
        return {name: getattr(answer, name) for name in ("reason", "planned_form", "planned_by", "responsible")}
    return {"planned_form": MEMBER_WAYS.get(step.code, INSTRUCTOR_WAY if step.code == "instructor" else "")}


def _elsewhere(scope: Scope, rows: list[OrganizationFacts], back: str) -> list[tuple[str, str]]:
    """What starts on pages of its own, for one unit."""
    if len(rows) > 1:
        return []
    (row,) = rows
    ways = [
        (Permission.VISITS_CHANGE, "派指导员", instructor_url(row.pk, back=back)),
        (
            Permission.MEMBERS_CHANGE,
            "登记党员",
            member_url(row.pk, party_organization=row.covered_by_id, back=back),
        ),
    ]
    return [(name, url) for permission, name, url in ways if scope.manages(row.managed_by_id, permission)]
