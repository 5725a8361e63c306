"""/parameters/: thresholds and deadlines as they hold today, and from when they will hold otherwise."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import View

from accounts.permissions import Permission
from core.days import AnyDay
from core.edit_conflicts import NOW, SETTLED, MergingForm
from core.models import Parameter
from core.pages import FormPage, PageRequest, PermissionMixin
from core.parameters import ParameterDefinition, parameters, values_on
from orgs.services.parameters import set_parameter


def may_set(request: PageRequest) -> bool:
    """Parameters hold for the whole city: only whoever has the right at the root may set them."""
    return request.scope.having(Permission.PARAMETERS_CHANGE).whole


class ParametersPage(PermissionMixin, View):
    permission = Permission.PARAMETERS_CHANGE

    def get(self, request: PageRequest) -> HttpResponse:
        """Value today, default, clause, and values of later days."""
        today = timezone.localdate()
        now = values_on(today)
        later: dict[str, list[Parameter]] = {}
        for row in Parameter.objects.filter(valid_from__gt=today).order_by("valid_from"):
            later.setdefault(row.key, []).append(row)
        rows = sorted(parameters, key=lambda definition: definition.group)
        groups = [
            (group, [(one, now[one.code], later.get(one.code, ())) for one in found])
            for group, found in groupby(rows, key=lambda definition: definition.group)
        ]
        return render(request, "orgs/parameters.html", {"groups": groups, "today": today})


class ParameterForm(MergingForm, forms.Form):
    """A value, from when, by which paper; asked about when somebody has set the parameter meanwhile, for whatever day."""

    value = forms.DecimalField(label="新值", min_value=0, max_digits=10, decimal_places=4)
    valid_from = AnyDay(label="生效日期")
    note = forms.CharField(label="依据（文件名称、文号或会议）", max_length=250)

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        self.rows = list(Parameter.objects.filter(key=code).select_related("set_by").order_by("-valid_from"))
        super().__init__(*args, **kwargs)

    @property
    def instance(self) -> Parameter:
        """The row that was set meanwhile; an empty one when nothing was."""
        seen = self._seen.get("value", ())
        return next((row for row in self.rows if _said(row) not in seen), Parameter())

    def _now(self) -> dict[str, list[str]]:
        return {"value": list(map(_said, self.rows))}


def _said(row: Parameter) -> str:
    return f"{row.valid_from}：{row.value}"


class ParameterPage(FormPage):
    """One parameter: its values so far, and a new one."""

    permission = Permission.PARAMETERS_CHANGE
    template_name = "orgs/parameter.html"
    form_class = ParameterForm
    success_url = reverse_lazy("parameters")

    @cached_property
    def definition(self) -> ParameterDefinition:
        if self.kwargs["code"] not in parameters:
            raise Http404("没有这个参数")
        return parameters[self.kwargs["code"]]

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"code": self.definition.code}

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        if not may_set(request):
            raise PermissionDenied("参数对全市生效，由市级组织部门设置。")
        if request.POST.get(f"{SETTLED}value") == NOW:
            messages.success(request, "没有改动，用现在的值。")
            return redirect("parameters")
        return super().post(request, *args, **kwargs)

    def act(self, data: dict[str, Any]) -> str:
        number = float(data["value"])
        value = int(number) if number.is_integer() else number
        trail: Any = {"by": self.request.user, "code": self.definition.code, "on": timezone.localdate()}
        row = set_parameter(**trail, **data | {"value": value})
        return f"“{self.definition.name}”自 {row.valid_from} 起为 {row.value}"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        now = values_on(timezone.localdate())[self.definition.code]
        context = super().get_context_data(definition=self.definition, now=now, **more)
        context["values"] = context["form"].rows
        return context if may_set(self.request) else context | {"form": None}
