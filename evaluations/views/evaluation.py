"""/evaluations/<pk>/: one branch or member with what it gave itself, what the street and what the department gave, side by side, and
what proves each; whoever is next goes on here. Objections and their answers below."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core import attachments
from core.due import DueItem, due_kinds
from core.pages import PageRequest, PermissionMixin, blame, number
from core.refusals import Refusal, as_sentence
from core.views.kept import KeptFilePage
from evaluations.choices import dimensions_of
from evaluations.forms import AnswerForm, ExtraForm, ObjectionForm, ScoresForm
from evaluations.models import Evaluation, Evidence, Exempt, Extra, Objection, Round, Score, Stage, Survey
from evaluations.queries.goals import goals_of, reached
from evaluations.queries.results import Sheet, asked, item_of, last_before, sheets_of, standing, to_lift
from evaluations.rules.rounds import Given
from evaluations.rules.totals import DimensionTotal
from evaluations.services import evidence, meetings, objections, stages
from evaluations.views.sides import Block, Line

TEXTS = {Stage.SELF: "说明", Stage.STREET: "与自评不同的，写明理由", Stage.DEPARTMENT: "与复核不同的，写明理由"}
WAITING = {Stage.STREET: "evaluations.street", Stage.DEPARTMENT: "evaluations.department"}
DONE = {Stage.SELF: "自评已提交，等待街道复核。", Stage.STREET: "复核已提交，等待审定。", Stage.DEPARTMENT: "已审定。"}
BUTTONS = {Stage.SELF: "提交自评", Stage.STREET: "提交复核", Stage.DEPARTMENT: "审定"}


class EvaluationPage(PermissionMixin, TemplateView):
    """As many queries for one with many records as for a new one: what proves a fact was kept with it."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/evaluation.html"
    request: Any
    kwargs: Any

    @cached_property
    def sheet(self) -> Sheet:
        seen = Evaluation.objects.within(self.request.scope).filter(pk=self.kwargs["pk"])
        if found := next(iter(sheets_of(seen)), None):
            return found
        raise Http404("没有这份评定，或不在您的管辖范围。")

    @property
    def evaluation(self) -> Evaluation:
        return self.sheet.evaluation

    @property
    def told(self) -> dict[str, Any]:
        return {"by": self.request.user, "on": timezone.localdate()}

    def holds(self, permission: P) -> bool:
        """Whether the reader has this right over the branch."""
        return bool(self.request.scope.having(permission).holds_path(self.evaluation.party_organization.path))

    @cached_property
    def turn(self) -> tuple[Stage | None, str]:
        """The stage that the reader takes now; else why he does not take the one whose turn it is."""
        why = ""
        if self.evaluation.round.state != Round.State.OPEN:
            return None, ""
        for step in stages.STEPS.values():
            if not self.holds(step.permission):
                continue
            found = stages.why_not(evaluation=self.evaluation, stage=step.stage, **self.told)
            if not found:
                return step.stage, ""
            why = why or (found if step.stage == self.evaluation.stage else "")
        return None, why

    def scores_form(self, data: Any = None, *, whole: bool = True) -> ScoresForm | None:
        """What the reader gives now; it begins with what he saved, or with what stood before."""
        stage, _ = self.turn
        if stage is None:
            return None
        step = stages.STEPS[stage]
        scores, begins = self.sheet.scores, {}
        before = {one.pk: stages.before(one, stage) for one in scores}
        for one in scores:
            own: Decimal | None = getattr(one, step.column)
            begins[one.pk] = Given(before[one.pk] if own is None else own, getattr(one, step.text))
        return ScoresForm(data, scores=scores, begins=begins, before=before, text=TEXTS[stage], whole=whole)

    # --- what is done here ---
    def post(self, request: PageRequest, pk: int) -> HttpResponseBase:
        assert self.sheet, "404 before anything else"
        doing = {
            "take": self._take, "save": self._save, "attach": self._attach, "detach": self._detach, "extra": self._extra,
            "without": self._without, "object": self._object, "answer": self._answer, "exempt": self._exempt,
        }  # fmt: skip
        do = request.POST.get("do", "").partition(":")[0]
        if do not in doing:
            raise BadRequest("没有这项操作")
        try:
            done = doing[do](request)
        except Refusal as refusal:
            typed = self._as_typed(do, request.POST)
            if form := typed.get("extra_form") or typed.get("objection_form"):
                blame(form, refusal)
            else:
                messages.error(request, as_sentence(refusal))
            return self.render_to_response(self.get_context_data(**typed))
        if not done:
            return self.render_to_response(self.get_context_data(**self._as_typed(do, request.POST)))
        messages.success(request, done)
        return HttpResponseRedirect(request.path)

    def _as_typed(self, do: str, data: Any) -> dict[str, Any]:
        """The form that was refused with all that stood in it."""
        match do:
            case "extra":
                return {"extra_form": self._extra_form(data)}
            case "object":
                return {"objection_form": self._objection_form(data)}
            case "answer":
                return {"answered": data}
            case "without" | "exempt":
                return {}
        return {"form": self.scores_form(data, whole=do == "take")}

    # --- each act says that it is done; nothing where its form does not stand ---
    def _take(self, request: PageRequest) -> str:
        if (given := self._given(request, whole=True)) is None:
            return ""
        stage, _ = self.turn
        assert stage, "it has a form"
        stages.take(evaluation=self.evaluation, stage=stage, given=given, **self.told)
        return DONE[stage]

    def _save(self, request: PageRequest) -> str:
        if (given := self._given(request, whole=False)) is None:
            return ""
        stages.keep(evaluation=self.evaluation, given=given, **self.told)
        return "已保存，还没有提交。"

    def _given(self, request: PageRequest, *, whole: bool) -> dict[int, Given] | None:
        form, (stage, why) = self.scores_form(request.POST, whole=whole), self.turn
        if form is None or request.POST.get("stage") != stage:
            raise Refusal(why or "您打开这一页以后，这份评定有了新的进度，请重新打开本页")
        return form.given() if form.is_valid() else None

    def _attach(self, request: PageRequest) -> str:
        """What was typed is kept before the file comes: the page is loaded anew after it."""
        score = self._score(request.POST.get("do", "").partition(":")[2])
        if request.META.get("ningju.too_large"):
            raise Refusal("文件超过上限，没有上传；请压缩后再上传")
        if not (sent := request.FILES.getlist(f"file-{score.pk}")):
            raise Refusal("请先选择照片或文件")
        if not self._save(request):
            return ""
        for file in sent:
            evidence.attach(score=score, data=file.read(), name=str(file.name), at=timezone.now(), **self.told)
        return f"已上传 {len(sent)} 个文件。"

    def _detach(self, request: PageRequest) -> str:
        rows = Evidence.objects.within(request.scope).filter(score__evaluation=self.evaluation)
        found = get_object_or_404(rows.select_related("score"), pk=number(request.POST.get("do", "").partition(":")[2]))
        if not self._save(request):
            return ""
        evidence.detach(evidence=found, **self.told)
        return "文件已删除。"

    def _extra(self, request: PageRequest) -> str:
        form = self._extra_form(request.POST)
        if not form.is_valid():
            return ""
        kind, _, code = form.cleaned_data["extra"].partition(":")
        text = form.cleaned_data["text"]
        objections.add_extra(evaluation=self.evaluation, kind=kind, code=code, text=text, **self.told)
        return "已登记。"

    def _without(self, request: PageRequest) -> str:
        found = get_object_or_404(self._extras.select_related("evaluation"), pk=number(request.POST.get("extra")))
        objections.remove_extra(extra=found, reason=request.POST.get("reason", "")[:150], **self.told)
        return "已删除。"

    def _exempt(self, request: PageRequest) -> str:
        back = bool(self.evaluation.exempt)
        meetings.exempt(evaluation=self.evaluation, back=back, **self.told)
        return "已改为评分。" if back else "已登记为不评分。"

    def _object(self, request: PageRequest) -> str:
        form = self._objection_form(request.POST)
        if not form.is_valid():
            return ""
        objections.enter(evaluation=self.evaluation, **form.cleaned_data, **self.told)
        return "异议已登记，由另一名工作人员核实答复。"

    def _answer(self, request: PageRequest) -> str:
        rows = Objection.objects.within(request.scope).filter(evaluation=self.evaluation)
        found = get_object_or_404(rows.select_related("evaluation"), pk=number(request.POST.get("objection")))
        form = self._answer_form(found, request.POST)
        if not form.is_valid():
            return ""
        data = form.cleaned_data
        objections.answer(
            objection=found, accepted=data["accepted"], text=data["answer"], points=data.get("points"),
            without=data["without"], chosen=data.get("chosen"), **self.told,
        )  # fmt: skip
        return "已答复。"

    def _score(self, key: str) -> Score:
        found = next((one for one in self.sheet.scores if str(one.pk) == key), None)
        if found is None:
            raise Http404("没有这一项")
        return found

    # --- its forms ---
    def _extra_form(self, data: Any = None) -> ExtraForm:
        return ExtraForm(data, of_members=bool(self.evaluation.member_id))

    def _objection_form(self, data: Any = None) -> ObjectionForm:
        return ObjectionForm(data, scores=self.sheet.scores, initial={"received_on": timezone.localdate()})

    def _answer_form(self, objection: Objection, data: Any = None) -> AnswerForm:
        of = {"whole": objection.score_id is None, "of_members": bool(self.evaluation.member_id)}
        return AnswerForm(data, extras=self._extras, **of, auto_id=f"id_{objection.pk}_%s")

    @property
    def _extras(self) -> Any:
        return Extra.objects.within(self.request.scope).filter(evaluation=self.evaluation).select_related("added_by")

    # --- what is shown ---
    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, (stage, why), state = self.evaluation, self.turn, self.evaluation.round.state
        form = more.pop("form", None) or self.scores_form()
        public, above = state == Round.State.NOTICE, self.holds(P.EVALUATIONS_REVIEW)
        stands = standing(row.stage)
        total, last = self.sheet.total_at(stands), last_before(row, self.request.scope)
        context = {
            "title": row.name, "evaluation": row, "round": row.round, "form": form, "stage": stage, "why": why,
            "button": self._button(stage), "may_save": stage == Stage.SELF, "total": total, "stands": row.act_of(stands),
            "blocks": self._blocks(form, {one.code: one for one in total.dimensions}, last), "extras": self._extras.order_by("pk"),
            "objections": self._objections(more.get("answered")), "wrong": list(self.sheet.differences()) if row.stage == Stage.REVIEWED else None,
            "roads": self._road(), "largest": attachments.LARGEST >> 20, "most": evidence.MOST,
            "may_extra": state == Round.State.OPEN and self.holds(objections.above(row)), "may_object": public and (above or self.holds(P.EVALUATIONS_SCORE)),
            "may_answer": public and self.holds(P.EVALUATIONS_DECIDE), "lifts": to_lift(row), "last": last,
            "may_exempt": self._may_exempt(stage), "following": self._following(stage), **self._goal(),
            "survey": Survey.objects.within(self.request.scope).filter(evaluation=row).first(),
        }  # fmt: skip
        forms = {"extra_form": self._extra_form(), "objection_form": self._objection_form()}
        return super().get_context_data(**context | forms | more)

    def _goal(self) -> dict[str, Any]:
        row = self.evaluation
        goal = goals_of([row], self.request.scope).get(row.pk)
        return {"goal": goal, "reached": reached(goal, row) if goal else None}

    def _button(self, stage: Stage | None) -> str:
        """What hands in; members are handed in together, by the meeting of their branch."""
        return "" if stage is None or (stage == Stage.SELF and self.evaluation.member_id) else BUTTONS[stage]

    def _following(self, stage: Stage | None) -> DueItem | None:
        """What to go on with: of members of a branch that scores them the next one, else what waits for the reader in this round."""
        row, scope, today = self.evaluation, self.request.scope, timezone.localdate()
        if row.round.state != Round.State.OPEN or (stage and not row.member_id):
            return None
        if stage == Stage.SELF:
            rows = Evaluation.objects.within(scope).filter(round=row.round, party_organization=row.party_organization)
            after = rows.filter(stage=Stage.SELF, pk__gt=row.pk).order_by("pk").first()
            url = reverse("evaluation", args=[after.pk]) if after else ""
            return DueItem(after.name, "", row.round.self_until, url, "评分") if after else None
        for one, code in WAITING.items():
            kind = due_kinds[code]
            if stage in (None, one) and scope.may(kind.permission):
                waiting = kind.of(scope, today).filter(round=row.round).exclude(pk=row.pk)
                if found := next(iter(kind.items(waiting[:1], scope, today)), None):
                    return found
        return None

    def _may_exempt(self, stage: Stage | None) -> bool:
        row = self.evaluation
        if not row.member_id or row.round.state != Round.State.OPEN:
            return False
        return stage == Stage.SELF or (row.exempt == Exempt.FRAIL and self.holds(P.EVALUATIONS_SCORE))

    def _road(self) -> list[tuple[str, Any, Any, Any]]:
        """Each stage: its sum, who took it and when."""
        row = self.evaluation
        return [
            (row.act_of(stage), *(getattr(row, f"{stage.lower()}_{what}") for what in ("total", "by", "on")))
            for stage in stages.STEPS
        ]

    def _blocks(self, form: ScoresForm | None, sums: dict[str, DimensionTotal], last: Evaluation | None) -> list[Block]:
        files: dict[int, list[Evidence]] = {}
        for file in (
            Evidence.objects.within(self.request.scope).filter(score__evaluation=self.evaluation).order_by("pk")
        ):
            files.setdefault(file.score_id, []).append(file)
        own = "支部" if self.evaluation.member_id else "自评"
        lines = [
            Line(one, files.get(one.pk, ()), own, form.fields_of(one) if form and asked(one) else None)
            for one in self.sheet.scores
        ]
        before = (last and last.by_dimension) or {}
        return [
            Block(
                name,
                sums[code],
                before.get(code, ""),
                [line for line in lines if line.score.criterion.dimension == code],
            )
            for code, name in dimensions_of(self.evaluation.rubric.category).items()
        ]

    def _objections(self, answered: Any) -> list[Any]:
        """Each with its item, and with the form of its answer where it waits for one; `answered` is what was typed there. The
        branch is not told who turned to those above it."""
        rows = Objection.objects.within(self.request.scope).filter(evaluation=self.evaluation)
        found: list[Any] = list(rows.select_related("score__criterion", "entered_by", "answered_by").order_by("pk"))
        for one in found:
            one.item = item_of(one.score).criterion.title if one.score else "整个结果"
            one.named = one.entered_by == self.request.user or self.holds(P.EVALUATIONS_REVIEW)
            typed = answered if answered and answered.get("objection") == str(one.pk) else None
            one.form = None if one.outcome else self._answer_form(one, typed)
        return found


class EvidenceFile(KeptFilePage):
    permission = P.EVALUATIONS_VIEW
    model: Any = Evidence
