"""/rounds/: each round with its timetable; how far it is and who is late; its publication and its end. /evaluations/: all that is in
them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.jobs import active, enqueue, kind_name
from core.listing import Column, ListPage, Order
from core.listing.filters import TickFilter
from core.locks import alone_with
from core.pages import FormPage, PageRequest, PermissionMixin, number, to_change
from core.refusals import Refusal, as_sentence
from core.scope import may_change
from core.workers import what_waits
from evaluations.choices import GRADES, STARS, Category
from evaluations.criteria.registry import criteria
from evaluations.forms import RoundForm, TimetableForm
from evaluations.jobs import CHECK, FINALISE, OPEN
from evaluations.models import Evaluation, Round, Stage
from evaluations.models.evaluations import stage_names
from evaluations.queries.distribution import lifted_by
from evaluations.queries.progress import progress, sum_of
from evaluations.queries.results import checked, published
from evaluations.services import rounds, stages
from evaluations.views.trial import spans
from orgs.figures import NONE
from orgs.filters import OfBranchFilters
from orgs.models import PartyOrganization

State = Round.State
NAMED = 20
MOST = 500  # evaluations that are confirmed at once
AT_ONCE = 500  # of a round with more, what touches all of them is done in the background
GRADED = [*((one, one) for one in (*STARS[::-1], *GRADES[Category.MEMBER][::-1])), (NONE, "未评定")]
LONG = {"open": OPEN, "finalise": FINALISE}


class Rounds(PermissionMixin, TemplateView):
    """The newest first; of whoever sees no evaluation those that are final, with their results. Two queries."""

    permission = P.EVALUATIONS_RESULTS
    template_name = "evaluations/rounds.html"
    request: Any

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        scope = self.request.scope
        rows = Round.objects.told(scope).select_related("node").order_by("-last_day", "-pk")
        seen = {*Round.objects.within(scope).values_list("pk", flat=True)}
        may, sees = scope.may(P.EVALUATIONS_DECIDE), scope.may(P.EVALUATIONS_VIEW)
        return super().get_context_data(title="五个好评定", rounds=rows, seen=seen, sees=sees, may_prepare=may, **more)


class NewRound(FormPage):
    """A round is set up: whose, of which time, until when each stage is taken."""

    permission = P.EVALUATIONS_DECIDE
    template_name = "evaluations/round_form.html"
    form_class = RoundForm

    def get_form_kwargs(self) -> dict[str, Any]:
        nodes = [grant.node_id for grant in self.request.scope.having(self.permission).grants]
        rows = PartyOrganization.objects.within(self.request.scope).filter(pk__in=nodes).order_by("path")
        return super().get_form_kwargs() | {"nodes": rows, "spans": spans(timezone.localdate())}

    def form_valid(self, form: Any) -> HttpResponseBase:
        self.typed = form
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        node, values = data["node"], self.typed.values()
        row = rounds.prepare(by=self.request.user, node=node, values=values, on=timezone.localdate())
        messages.success(self.request, "评定批次已建立，核对后开始评定。")
        return HttpResponseRedirect(reverse("round", args=[row.pk]))

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title="建立评定批次", button="建立", back=reverse("rounds"), **more)


class RoundDeadlines(FormPage):
    """Until when each stage is taken; once the round is open, only later."""

    permission = P.EVALUATIONS_DECIDE
    template_name = "evaluations/round_form.html"
    form_class = TimetableForm

    @cached_property
    def round(self) -> Round:
        found: Round = to_change(Round.objects.all(), self.request.scope, self.kwargs["pk"])
        return found

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.round, name) for name in rounds.DEADLINES}

    def act(self, data: dict[str, Any]) -> str:
        rounds.edit(by=self.request.user, row=self.round, values=data, on=timezone.localdate())
        return "已保存"

    def get_success_url(self) -> str:
        return reverse("round", args=[self.round.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        back = reverse("round", args=[self.round.pk])
        return super().get_context_data(title=f"截止日期：{self.round}", button="保存", back=back, **more)


class RoundPage(PermissionMixin, TemplateView):
    """How far it is, committee by committee; who is late; once it is public, name and unit of whoever reached five goods."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/round.html"
    request: Any
    kwargs: Any

    @cached_property
    def round(self) -> Round:
        rows = Round.objects.within(self.request.scope).select_related("node", "final_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, today = self.round, timezone.localdate()
        boards = progress(row, self.request.scope, on=today)
        seen = Evaluation.objects.within(self.request.scope).filter(round=row)
        late = seen.late(today).order_by("stage", "pk")
        public, names = published(row, self.request.scope), stage_names(of_members=row.of_members)
        job, may = active(*LONG.values(), round=row.pk), may_change(row, self.request.scope)
        drawn = [(one, [(name, one.waiting[code], code) for code, name in names.items()]) for one in boards]
        return super().get_context_data(
            title=row.name, round=row, boards=drawn, sums=sum_of(boards), number=sum(one.number for one in boards),
            late=late[:NAMED], late_number=sum(one.late for one in boards), public=public.order_by("pk")[:NAMED], public_number=public.count(),
            may_change=may, waits_for=rounds.waits_for(row, today) if may else "", today=today, stages=names.values(),
            job=job, job_name=kind_name(job.kind) if job else "", job_waits=what_waits(job.pk) if job else "",
            timetable=[(f"{names[stage].removeprefix('待')}截止", until) for stage, until in row.until.items()], **more,
        )  # fmt: skip

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        do = request.POST.get("do")
        if do == "check":
            return self._check(request)
        row = to_change(Round.objects.all(), request.scope, pk)
        told: dict[str, Any] = {"by": request.user, "row": row, "on": timezone.localdate()}
        there = reverse("round", args=[pk])
        if do in LONG and rounds.size(row) > AT_ONCE:
            with transaction.atomic():
                alone_with("evaluations.job")
                return self._later(request, LONG[do])
        try:
            match do:
                case "open":
                    number = rounds.open_(**told)
                    messages.success(request, f"评定已开始，共 {number} 个{row.get_subject_display()}，请通知自评。")
                case "publish":
                    done = rounds.publish(**told)
                    messages.success(request, f"已公示，到 {done.notice_until} 为止。")
                case "finalise":
                    rounds.finalise(**told)
                    messages.success(request, "结果已确定，从此不再改动。")
                case "discard":
                    rounds.discard(**told)
                    messages.success(request, "评定批次已删除。")
                    there = reverse("rounds")
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(there)

    def _check(self, request: PageRequest) -> HttpResponse:
        """All that the reader may see, worked out anew."""
        seen = Evaluation.objects.within(request.scope).filter(round=self.round)
        if seen.count() > AT_ONCE:
            return self._later(request, CHECK)
        same, text = checked(seen)
        messages.add_message(request, messages.SUCCESS if same else messages.ERROR, text)
        return HttpResponseRedirect(reverse("round", args=[self.round.pk]))

    def _later(self, request: PageRequest, kind: str) -> HttpResponse:
        """Once, however often it is asked for. What somebody else asked for stands on the page of the round."""
        told = {"round": self.round.pk}
        waits = None if kind == CHECK else active(kind, **told)  # each works out anew what he himself may see
        if waits and waits.created_by != request.user:
            return HttpResponseRedirect(reverse("round", args=[self.round.pk]))
        job = waits or enqueue(kind=kind, arguments=told, by=request.user)
        return HttpResponseRedirect(reverse("job", args=[job.pk]))


class PublishedNames(ListPage):
    """名单 of whoever reached five goods: name and unit, as it is put up."""

    title, unit, empty = "“五个好”名单", "个", "没有符合条件的名称。还没有公示，或没有达到“五个好”的。"
    permission, export_permission = P.EVALUATIONS_VIEW, P.MEMBERS_EXPORT
    personal = True  # of members
    filters = OfBranchFilters
    columns = (Column("名称", "name", kind="name"), Column("单位", "unit", kind="words"))
    orders = (Order("id", ("pk",)),)

    def records(self) -> QuerySet:
        row = get_object_or_404(Round.objects.within(self.request.scope), pk=self.kwargs["pk"])
        return published(row, self.request.scope)


class EvaluationFilters(OfBranchFilters):
    """Of which round, at which stage, late, with which result; and what a number of /rounds/<pk>/results/ is of."""

    round = django_filters.ModelChoiceFilter(label="批次", queryset=lambda request: Round.objects.within(request.scope))
    stage = django_filters.ChoiceFilter(label="进度", choices=Stage.choices)
    category = django_filters.ChoiceFilter(label="类别", choices=Category.choices, field_name="rubric__category")
    grade = django_filters.ChoiceFilter(label="等次", choices=GRADED, method="graded")
    late = TickFilter("逾期", ticked=lambda rows: rows.late(timezone.localdate()))
    result = TickFilter("有结果", ticked=lambda rows: rows.filter(total__isnull=False))
    five = TickFilter("五个好", ticked=lambda rows: rows.filter(five_good=True))
    node = django_filters.CharFilter(method="at", label="党组织", widget=forms.HiddenInput)
    lift = django_filters.CharFilter(method="lifted", label="补足的评分项", widget=forms.HiddenInput)

    def at(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Of a branch, or below a committee, whether or not it stands today."""
        return self.below(queryset, name, value) if number(value) else queryset.none()

    def graded(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Of one grade; or of none, though there is a result."""
        return queryset.filter(total__isnull=False, grade="" if value == NONE else value)

    def lifted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return lifted_by(queryset, value) if value in criteria else queryset.none()


class Evaluations(ListPage):
    """What each branch or member got at each stage, as far as the reader may see."""

    title, unit = "评定情况", "份"
    permission, export_permission = P.EVALUATIONS_VIEW, P.MEMBERS_EXPORT
    personal = True  # the names of members with what they got
    empty = "没有符合条件的评定。评定批次开始以后，列在这里。"
    filters = EvaluationFilters
    template_name = "evaluations/evaluations.html"
    columns = (
        Column("名称", "name", kind="name", link=lambda row: reverse("evaluation", args=[row.pk])),
        Column("单位", "unit", kind="words"),
        Column("批次", "round", kind="words"),
        Column("进度", "waits", kind="key"),
        Column("自评", "self_total", kind="number"),
        Column("街道复核", "street_total", kind="number"),
        Column("审定", "department_total", kind="number"),
        Column("最后得分", "total", kind="number"),
        Column("等次", "grade"),
        Column("五个好", lambda row: "是" if row.five_good else ""),
    )
    orders = (Order("id", ("-pk",)),)

    def records(self) -> QuerySet:
        return Evaluation.objects.within(self.request.scope).select_related("round", "party_organization")

    def extra(self) -> dict[str, Any]:
        """What the reader may take of all that is listed: 审定, of members 复核 too; nothing for which none waits."""
        offered = (stages.STEPS[Stage.STREET], stages.STEPS[Stage.DEPARTMENT])
        return {"steps": [step for step in offered if self.request.scope.may(step.permission) and self._waiting(step)]}

    def _waiting(self, step: stages.Step) -> bool:
        """Whether any may be taken together at a stage, whatever the list is narrowed to now."""
        rows = self.records().filter(round__state=State.OPEN, stage=step.stage)
        return rows.filter(member__isnull=False).exists() if step.stage == Stage.STREET else rows.exists()

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """All that wait at a stage and are listed now, as the stage before gave them."""
        do, _, stage = request.POST.get("do", "").partition(":")
        if do != "confirm" or stage not in (Stage.STREET, Stage.DEPARTMENT):
            return super().post(request, *args, **kwargs)
        waiting = self._found()[1].filter(stage=stage)
        if stage == Stage.STREET:
            waiting = waiting.filter(member__isnull=False)
        keys = list(waiting.values_list("pk", flat=True)[:MOST])
        done, stay = stages.confirm_many(by=request.user, evaluations=keys, stage=stage, on=timezone.localdate())
        act = stages.STEPS[Stage(stage)].act
        if done:
            messages.success(request, f"已按上一步的得分{act} {len(done)} 份。")
        for row, why in stay[:NAMED]:
            messages.error(request, f"{row.name} 没有{act}：{as_sentence(why)}")
        if not keys:
            messages.error(request, f"没有等待{act}的评定，请核对筛选条件。")
        return HttpResponseRedirect(self.url())
