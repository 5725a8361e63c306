"""The small tables of a branch on the phone: a list of each kind, and a page on which a row is added, changed or ended."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from activities.row_kinds import RowKind, row_kinds
from activities.services.rows import Document
from activities.views.branch import branch_of
from core.formats import iso
from core.locks import derived_once
from core.pages import FormPage, PageRequest, PermissionMixin, to_change
from core.refusals import Refusal
from orgs.models import PartyOrganization

SHOWN = 200


def kind_of(code: str) -> RowKind:
    if code not in row_kinds:
        raise Http404("没有这种资料")
    return row_kinds[code]


class RowList(PermissionMixin, View):
    """The rows of one kind, the newest first, and what the branch lacks of them."""

    permission = P.ACTIVITIES_FILE

    def get(self, request: PageRequest, pk: int, kind: str) -> HttpResponse:
        branch, shown, today = branch_of(request.scope, pk), kind_of(kind), timezone.localdate()
        found = list(shown.of(branch).within(request.scope)[: SHOWN + 1])  # type: ignore[attr-defined]
        for row in found:
            day = getattr(row, shown.day)
            row.detail, row.when = shown.detail(row), iso(day) if isinstance(day, date) else day
            row.ended = shown.services.ended(row, today)
        context = {
            "title": shown.title,
            "branch": branch,
            "kind": shown,
            "rows": found[:SHOWN],
            "more": len(found) > SHOWN,
            "lacks": list(shown.lacks(branch, today)),
            "table": reverse(f"admin:{shown.model._meta.label_lower.replace('.', '_')}_changelist"),
        }
        return render(request, "activities/rows.html", context)


class RowPage(FormPage):
    """A row of the branch in the address, added, changed, or ended today."""

    permission = P.ACTIVITIES_FILE
    template_name = "activities/row.html"

    @cached_property
    def kind(self) -> RowKind:
        return kind_of(self.kwargs["kind"])

    @cached_property
    def row(self) -> Any:
        rows = self.kind.model._default_manager.select_related("party_organization")
        return to_change(rows, self.request.scope, self.kwargs["row"]) if "row" in self.kwargs else None

    @cached_property
    def branch(self) -> PartyOrganization:
        return self.row.party_organization if self.row else branch_of(self.request.scope, self.kwargs["pk"])

    def get_form_class(self) -> type[forms.Form]:
        return self.kind.form(self.branch, on=timezone.localdate(), adding=self.row is None)

    def get_initial(self) -> dict[str, Any]:
        if self.row is None:
            return self.kind.begins(timezone.localdate())
        return {name: getattr(self.row, name) for name in self.get_form_class().base_fields if name != "document"}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """An end asks for nothing else."""
        empty = forms.Form(request.POST)
        return self.form_valid(empty) if self._ends and empty.is_valid() else super().post(request, *args, **kwargs)

    @property
    def _ends(self) -> bool:
        return bool(self.row and self.kind.ends and "end" in self.request.POST)

    @transaction.atomic
    @derived_once()
    def act(self, data: dict[str, Any]) -> str:
        today, services = timezone.localdate(), self.kind.services
        told: dict[str, Any] = {"by": self.request.user, "on": today}
        if self._ends:
            services.end(row=self.row, day=today, **told)
            return f"“{self.row}”已{self.kind.ends}。"
        if self.request.META.get("ningju.too_large"):
            raise Refusal("文件超过上限，没有上传；请压缩后再上传")
        if file := data.pop("document", None):
            told["document"] = Document(str(file.name), file.read())
        values = data if self.row else data | {"party_organization": self.branch}
        if self.row or not self.kind.each:
            services.write(row=self.row, values=values, **told)
            return f"{self.kind.model._meta.verbose_name}已保存。"
        for one in values.pop(self.kind.each):
            services.write(row=None, values=values | {self.kind.each: one}, **told)
        return f"{self.kind.model._meta.verbose_name}已保存。"

    def get_success_url(self) -> str:
        return reverse("rows", args=[self.branch.pk, self.kind.code])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        ended = self.row and self.kind.services.ended(self.row, timezone.localdate())
        name = str(self.row) if self.row else self.kind.does
        return super().get_context_data(
            title=name, branch=self.branch, row=self.row, kind=self.kind, ended=ended, **more
        )
