"""/evaluations/<pk>/survey/: 满意度测评 of a branch as whoever keeps it runs it; the branch itself sees how many came, and at the
end everybody who sees the evaluation what came of it. …/sheet/: the sheet of paper that is handed out beside the codes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import qrcode
from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import TemplateView
from qrcode.image.svg import SvgPathImage

from accounts.permissions import Permission as P
from core import attachments
from core.pages import PageRequest, PermissionMixin, blame, number
from core.refusals import Refusal, as_sentence
from core.views.kept import KeptFilePage
from evaluations.criteria.satisfaction import fact_of
from evaluations.forms import BeginForm, PaperForm, PutOffForm
from evaluations.models import Evaluation, Round, Stage, Survey, SurveyPaper
from evaluations.queries.surveys import came, lines_of, people_of
from evaluations.rules.formulas import plain, rounded
from evaluations.rules.surveys import GRADES, QUESTIONS, SMALLEST, printed
from evaluations.services import surveys

FORMS: dict[str, type[forms.Form]] = {"begin": BeginForm, "put_off": PutOffForm, "paper": PaperForm}


class OfBranch(PermissionMixin, TemplateView):
    """A page of the survey of an evaluation."""

    permission = P.EVALUATIONS_VIEW
    request: Any
    kwargs: Any

    @cached_property
    def evaluation(self) -> Evaluation:
        rows = Evaluation.objects.within(self.request.scope).filter(member=None)
        return get_object_or_404(rows.select_related("round", "party_organization"), pk=self.kwargs["pk"])

    @property
    def survey(self) -> Survey | None:
        rows = Survey.objects.within(self.request.scope).filter(evaluation=self.evaluation)
        found: Survey | None = rows.select_related("closed_by", "opened_by").first()
        if found:
            found.evaluation = self.evaluation
        return found


class Sheet(OfBranch):
    """纸质问卷 to be copied: it has no place for a name, and not even when or by whom it was printed, which would tell one sheet
    from another."""

    template_name = "evaluations/survey_sheet.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        survey = self.survey
        if survey is None or not survey.running:
            raise Http404("满意度测评没有进行，没有问卷可以打印。")
        return super().get_context_data(
            title="满意度测评问卷", evaluation=self.evaluation, survey=survey, questions=QUESTIONS.values(),
            grades=GRADES.values(), **more,
        )  # fmt: skip


class SurveyPage(OfBranch):
    template_name = "evaluations/survey.html"

    @property
    def told(self) -> dict[str, Any]:
        return {"by": self.request.user, "on": timezone.localdate()}

    @property
    def keeps(self) -> bool:
        """Whether the reader may run it: above the branch."""
        reviews = self.request.scope.having(P.EVALUATIONS_REVIEW)
        return bool(reviews.holds_path(self.evaluation.party_organization.path))

    def post(self, request: PageRequest, pk: int) -> HttpResponseBase:
        assert self.evaluation, "404 before anything else"
        doing: dict[str, Callable[[PageRequest, Any], str | HttpResponseBase]] = {
            "begin": self._begin, "put_off": self._put_off, "issue": self._issue, "withdraw": self._withdraw,
            "paper": self._paper, "without": self._without, "close": self._close,
        }  # fmt: skip
        do = request.POST.get("do", "")
        if do not in doing:
            raise BadRequest("没有这项操作")
        form = FORMS[do](request.POST, request.FILES) if do in FORMS else None
        try:
            done: str | HttpResponseBase = doing[do](request, form)
        except Refusal as refusal:
            if form:
                blame(form, refusal)
            else:
                messages.error(request, as_sentence(refusal))
            done = ""
        if not isinstance(done, str):
            return done
        if not done:
            return self.render_to_response(self.get_context_data(**{f"{do}_form": form} if form else {}))
        messages.success(request, done)
        return HttpResponseRedirect(request.path)

    # --- each act says that it is done; nothing where its form does not stand ---
    def _begin(self, request: PageRequest, form: BeginForm) -> str:
        if not form.is_valid():
            return ""
        survey = surveys.begin(evaluation=self.evaluation, **form.cleaned_data, **self.told)
        return f"满意度测评已开始，到 {survey.until} 为止。请打印答卷码，分发给党员和职工。"

    def _put_off(self, request: PageRequest, form: PutOffForm) -> str:
        if not form.is_valid():
            return ""
        survey = surveys.put_off(survey=self._there(), **form.cleaned_data, **self.told)
        return f"截止日期已推迟到 {survey.until}，发出的答卷码照常可用。"

    def _issue(self, request: PageRequest, form: None) -> HttpResponse:
        """The codes are on this page and nowhere else; it is printed at once."""
        survey, sent = self._there(), request.POST
        codes = surveys.issue(
            survey=survey, number=number(sent.get("number")) or 0, seen=number(sent.get("seen")) or 0, **self.told
        )
        address = request.build_absolute_uri(reverse("answer"))
        slips = [(printed(code), _picture(f"{address}#{code}")) for code in codes]
        context = {
            "title": "答卷码",
            "survey": survey,
            "evaluation": self.evaluation,
            "address": address,
            "slips": slips,
        }
        return render(request, "evaluations/survey_slips.html", context)

    def _withdraw(self, request: PageRequest, form: None) -> str:
        taken = surveys.withdraw(survey=self._there(), **self.told)
        return f"已收回没有用的答卷码 {taken} 张，这些答卷码不能再用。"

    def _paper(self, request: PageRequest, form: PaperForm) -> str:
        if request.META.get("ningju.too_large"):
            raise Refusal("文件超过上限，没有上传；请压缩后再上传")
        if not form.is_valid():
            return ""
        file = form.cleaned_data["file"]
        made = surveys.enter_paper(
            survey=self._there(), counts=form.counts(), data=file.read(), name=str(file.name), **self.told
        )
        return f"已录入纸质问卷 {made.sheets} 份。"

    def _without(self, request: PageRequest, form: None) -> str:
        rows = SurveyPaper.objects.within(request.scope).filter(survey__evaluation=self.evaluation)
        found = get_object_or_404(rows.select_related("survey__evaluation"), pk=number(request.POST.get("paper")))
        surveys.remove_paper(paper=found, **self.told)
        return "已删除。"

    def _close(self, request: PageRequest, form: None) -> str:
        row = surveys.close(survey=self._there(), **self.told)
        return "满意度测评已结束。" if row.counted is not None else "满意度测评已结束，收回的份数不够，不计算满意率。"

    def _there(self) -> Survey:
        if (found := self.survey) is None:
            raise Refusal("满意度测评还没有开始")
        return found

    # --- what is shown ---
    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, survey = self.evaluation, self.survey
        context: dict[str, Any] = {
            "title": f"满意度测评：{row.name}", "evaluation": row, "round": row.round, "survey": survey, "keeps": self.keeps,
            "begin_form": BeginForm(initial={"until": row.round.department_until}), "put_off_form": PutOffForm(),
            "paper_form": PaperForm(), "grades": GRADES.values(),
            "smallest": SMALLEST, "largest": attachments.LARGEST >> 20, "at_once": surveys.AT_ONCE,
        }  # fmt: skip
        if survey:
            online, paper = came(survey)
            left = min(survey.people - paper, surveys.MOST) - survey.slips
            papers = SurveyPaper.objects.within(self.request.scope).filter(survey=survey).select_related("added_by")
            context["may_put_off"] = surveys.may_put_off(survey)
            context |= {"online": online, "paper": paper, "number": online + paper, "left": max(left, 0)}
            context |= {
                "papers": papers.order_by("pk"),
                "fact": (fact := fact_of(survey, paper)),
                "lines": list(lines_of(survey)),
            }
            context["rate"] = plain(rounded(fact.rate)) if fact.known else None
        else:
            open_ = row.round.state == Round.State.OPEN and row.stage != Stage.REVIEWED
            people = people_of(row.party_organization, on=timezone.localdate())
            context |= {"may_begin": self.keeps and open_, "people": people}
        return super().get_context_data(**context | more)


def _picture(address: str) -> SafeString:
    image = qrcode.make(address, image_factory=SvgPathImage, box_size=5, border=1)
    return mark_safe(image.to_string(encoding="unicode"))


class PaperFile(KeptFilePage):
    permission = P.EVALUATIONS_VIEW
    model: Any = SurveyPaper
