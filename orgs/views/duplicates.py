"""Two records side by side, made one; and taken apart again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import View

from accounts.permissions import Permission as P
from core.pages import FormPage, PageRequest, PermissionMixin, to_change
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


class MergePage(FormPage):
    """Compare, then merge into the one that was chosen. Both must be the user's to change."""

    permission = P.REGISTRY_CHANGE
    template_name = "orgs/merge.html"
    form_class = MergeForm
    extra_context = {"title": "合并重复登记"}

    @cached_property
    def both(self) -> tuple[Organization, Organization]:
        first, second = (
            to_change(Organization.objects.all(), self.request.scope, self.kwargs[name]) for name in ("pk", "other")
        )
        return first, second

    def act(self, data: dict[str, Any]) -> str:
        first, second = self.both
        keep, drop = (first, second) if data["keep"] == first.pk else (second, first)
        trail: Any = {"by": self.request.user, "on": timezone.localdate(), "reason": data["reason"]}
        duplicates.merge(keep=keep, drop=drop, **trail)
        self.success_url = reverse("organization", args=[keep.pk])
        return f"“{drop}”已并入这条登记，覆盖关系、党员、人数等一并转来；可以在那条登记上撤销。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        first, second = self.both
        lines = []
        for name in COMPARED:
            field: Any = Organization._meta.get_field(name)
            ours, theirs = printed(first, field), printed(second, field)
            lines.append((field.verbose_name, ours, theirs, ours != theirs))
        return super().get_context_data(first=first, second=second, lines=lines, **more)


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
