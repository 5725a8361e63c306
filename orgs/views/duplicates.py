"""Two records side by side, made one; and taken apart again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.pages import PageRequest, PermissionMixin, to_change
from core.refusals import Refusal, as_sentence
from core.scope import may_change
from orgs.models import Organization
from orgs.provenance import printed
from orgs.services import duplicates

COMPARED = (
    "name", "credit_code", "old_number", "registrar", "registered_on", "company_type", "legal_representative",
    "contact_phone", "address", "region", "category", "status", "staff", "membership", "managed_by",
)  # fmt: skip


class MergeForm(forms.Form):
    """Which of the two stays, and why they are one."""

    keep = forms.IntegerField()
    reason = forms.CharField(label="依据", max_length=200, initial="同一单位重复登记")


class MergePage(PermissionMixin, View):
    """Compare, then merge. Both must be the user's to change."""

    permission = P.REGISTRY_CHANGE

    def get(self, request: PageRequest, pk: int, other: int) -> HttpResponse:
        return self._page(request, *self._both(request, pk, other), MergeForm())

    def post(self, request: PageRequest, pk: int, other: int) -> HttpResponse:
        """Merge into the one that was chosen."""
        first, second = self._both(request, pk, other)
        form = MergeForm(request.POST)
        if not form.is_valid():
            return self._page(request, first, second, form)
        keep, drop = (first, second) if form.cleaned_data["keep"] == first.pk else (second, first)
        try:
            duplicates.merge(
                by=request.user, keep=keep, drop=drop, on=timezone.localdate(), reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._page(request, first, second, form)
        messages.success(request, f"“{drop}”已并入这条登记，覆盖关系、党员、人数等一并转来；可以在那条登记上撤销。")
        return redirect("organization", keep.pk)

    def _both(self, request: PageRequest, pk: int, other: int) -> tuple[Organization, Organization]:
        return to_change(Organization.objects.all(), request.scope, pk), to_change(
            Organization.objects.all(), request.scope, other
        )

    def _page(self, request: PageRequest, first: Organization, second: Organization, form: MergeForm) -> HttpResponse:
        lines = []
        for name in COMPARED:
            field: Any = Organization._meta.get_field(name)
            ours, theirs = printed(first, field), printed(second, field)
            lines.append((field.verbose_name, ours, theirs, ours != theirs))
        context = {"title": "合并重复登记", "first": first, "second": second, "lines": lines, "form": form}
        return render(request, "orgs/merge.html", context)


class UnmergeView(PermissionMixin, View):
    """Take a merge back."""

    permission = P.REGISTRY_CHANGE

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """From the dropped record's page. What moved is taken from the other record, which must be the user's too: it may
        have been handed over since."""
        dropped = to_change(Organization.objects.select_related("merged_into"), request.scope, pk)
        if dropped.merged_into and not may_change(dropped.merged_into, request.scope):
            raise PermissionDenied("它并入的登记已不归您的党组织管理，不能撤销合并；请由上级组织部门办理。")
        try:
            duplicates.unmerge(
                by=request.user, dropped=dropped, on=timezone.localdate(), reason=request.POST.get("reason", "")[:200]
            )
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        else:
            messages.success(request, "已撤销合并。合并以后又改过的内容保持不变。")
        return redirect("organization", dropped.pk)
