"""/rubrics/: by what is evaluated. The list, one rubric with every formula in words, and a draft to be changed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.pages import FormPage, PageRequest, PermissionMixin, to_change
from core.refusals import Refusal, as_sentence
from core.scope import Scope
from evaluations.choices import Category
from evaluations.models import Rubric
from evaluations.queries.rubrics import against_publishing, blocks_of, items_of, lines_of
from evaluations.rubric_forms import RubricForm
from evaluations.rules.extras import offered
from evaluations.services import rubrics


def may_write(scope: Scope) -> bool:
    """Rubrics hold for the whole city: they are made at the root."""
    return scope.having(P.EVALUATIONS_RUBRICS).whole


class Rubrics(PermissionMixin, TemplateView):
    """By category, the newest first, and which is in force. Two queries."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/rubrics.html"
    request: Any

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = list(Rubric.objects.within(self.request.scope).select_related("published_by").order_by("-edition"))
        in_force = {*Rubric.objects.in_force(timezone.localdate()).values_list("pk", flat=True)}
        groups = [(one.label, [row for row in rows if row.category == one]) for one in Category]
        return super().get_context_data(
            title="评分办法", groups=groups, in_force=in_force, may_write=may_write(self.request.scope),
            lacking=[name for name, found in groups if not found], **more,
        )  # fmt: skip

    def post(self, request: PageRequest) -> HttpResponse:
        """The default ones, where there are none."""
        if not may_write(request.scope):
            raise PermissionDenied("评分办法对全市有效，由市级组织部门制定。")
        try:
            made = rubrics.set_up(by=request.user, on=timezone.localdate())
            messages.success(request, f"已生成并发布 {len(made)} 份默认评分办法。")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(reverse("rubrics"))


class RubricPage(PermissionMixin, TemplateView):
    """Five dimensions, what each item asks, how it is reckoned, what it does not prove. Three queries."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/rubric.html"
    request: Any
    kwargs: Any

    @cached_property
    def rubric(self) -> Rubric:
        rows = Rubric.objects.within(self.request.scope).select_related("copied_from", "published_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rubric = self.rubric
        lines, blocks = lines_of(rubric), blocks_of(rubric, items_of(rubric))
        return super().get_context_data(
            title=rubric.name, rubric=rubric, blocks=blocks, whole=sum(block.points for block in blocks),
            grades=[*zip(lines.grades[1:], lines.bands, strict=True)][::-1], lowest=lines.grades[0],
            against=against_publishing(rubric) if rubric.draft else [], may_write=may_write(self.request.scope),
            extras=offered(members=rubric.category == Category.MEMBER), **more,
        )  # fmt: skip

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        row = to_change(Rubric.objects.all(), request.scope, pk)
        told: dict[str, Any] = {"by": request.user, "rubric": row, "on": timezone.localdate()}
        there = reverse("rubric", args=[pk])
        try:
            match request.POST.get("do"):
                case "copy":
                    made = rubrics.copy(**told)
                    messages.success(request, f"已复制为第 {made.edition} 版草稿，请修改后发布。")
                    there = reverse("rubric_edit", args=[made.pk])
                case "publish":
                    rubrics.publish(**told)
                    messages.success(request, "已发布，从此不再改动。")
                case "discard":
                    rubrics.discard(**told)
                    messages.success(request, "草稿已删除。")
                    there = reverse("rubrics")
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(there)


class RubricEdit(FormPage):
    """A draft: points, numbers, lines, with the sum beside them."""

    permission = P.EVALUATIONS_RUBRICS
    template_name = "evaluations/rubric_edit.html"
    form_class = RubricForm

    @cached_property
    def rubric(self) -> Rubric:
        found: Rubric = to_change(Rubric.objects.all(), self.request.scope, self.kwargs["pk"])
        return found

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What is published is looked at, on its own page."""
        if request.user.is_authenticated and request.scope.may(self.permission) and not self.rubric.draft:
            return HttpResponseRedirect(reverse("rubric", args=[self.rubric.pk]))
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"rubric": self.rubric}

    def form_valid(self, form: Any) -> HttpResponseBase:
        self.typed = form
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> str:
        told: dict[str, Any] = {"by": self.request.user, "rubric": self.rubric, "on": timezone.localdate()}
        rubrics.edit(**told, values=self.typed.values(), wanted=self.typed.wanted())
        return "已保存"

    def get_success_url(self) -> str:
        return reverse("rubric", args=[self.rubric.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title=f"修改：{self.rubric.name}", rubric=self.rubric, **more)
