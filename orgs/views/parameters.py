"""/parameters/: thresholds and deadlines as they hold today, and from when they will hold otherwise."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.days import AnyDay
from core.edit_conflicts import NOW, SETTLED, MergingForm
from core.models import Parameter
from core.pages import PageRequest, PermissionMixin
from core.parameters import parameters, values_on
from core.refusals import Refusal
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


class ParameterPage(PermissionMixin, View):
    """One parameter: its values so far, and a new one."""

    permission = Permission.PARAMETERS_CHANGE

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        """The form, beginning today."""
        return self._page(request, code, ParameterForm(code=code, initial={"valid_from": timezone.localdate()}))

    def post(self, request: PageRequest, code: str) -> HttpResponse:
        if not may_set(request):
            raise PermissionDenied("参数对全市生效，由市级组织部门设置。")
        if request.POST.get(f"{SETTLED}value") == NOW:
            messages.success(request, "没有改动，用现在的值。")
            return redirect("parameters")
        form = ParameterForm(request.POST, code=code)
        if code in parameters and form.is_valid():
            given = form.cleaned_data
            number = float(given["value"])
            try:
                row = set_parameter(
                    by=request.user,
                    code=code,
                    value=int(number) if number.is_integer() else number,
                    valid_from=given["valid_from"],
                    note=given["note"],
                    on=timezone.localdate(),
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"“{parameters[code].name}”自 {row.valid_from} 起为 {row.value}")
                return redirect("parameters")
        return self._page(request, code, form)

    def _page(self, request: PageRequest, code: str, form: ParameterForm) -> HttpResponse:
        if code not in parameters:
            raise Http404("没有这个参数")
        context = {
            "definition": parameters[code],
            "now": values_on(timezone.localdate())[code],
            "values": form.rows,
            "form": form if may_set(request) else None,
        }
        return render(request, "orgs/parameter.html", context)
