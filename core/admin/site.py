"""The admin site: who may enter, and an index by work instead of by app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

OTHER = "其他"


@dataclass(frozen=True)
class WorkLink:
    """A line of the index: a list, with what it is for."""

    title: str
    url: str
    add_url: str
    note: str


class Suggestions(AutocompleteJsonView):
    """Answers of an autocomplete, each as its admin class calls it there: what the form that asks may choose."""

    def get_queryset(self) -> QuerySet:
        """Rows that the asking model may name; a model that nobody writes asks for what may be changed itself."""
        asked: Any = self.model_admin
        asking: Any = self.source_field.model
        to = asking if asking.change_permission else asked.model
        offered = asked.model._default_manager.attachable(self.request.scope, to).order_by(*asked.ordering)  # type: ignore[attr-defined]
        return asked.get_search_results(self.request, offered, self.term)[0]

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """People of one name are told apart by what stands behind it."""
        result = super().serialize_result(obj, to_field_name)
        return {**result, "text": self.model_admin.suggestion(obj)}  # type: ignore[attr-defined]


class NingjuAdminSite(AdminSite):
    site_header = "凝聚 · 两新组织党建"
    site_title = "凝聚"
    index_title = "业务管理"
    empty_value_display = "—"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever holds an appointment may enter; what they see there is decided model by model."""
        return request.user.is_active and bool(getattr(request, "scope", None) and request.scope.grants)  # type: ignore[attr-defined]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing: our pages have a frame of their own, and Django's list of all apps takes longer than a form."""
        return {}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in page; whoever comes here signed in has no appointment."""
        raise PermissionDenied

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one page for the own password."""
        return redirect("password")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one way out; 307 keeps the method."""
        return HttpResponseRedirect(reverse("logout"), status=307)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:  # type: ignore[override]
        return Suggestions.as_view(admin_site=self)(request)

    def index(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The lists that the user may open, grouped by work."""
        return render(request, "admin/index.html", {"title": self.index_title, "groups": self.work(request)})

    def work(self, request: HttpRequest) -> dict[str, list[WorkLink]]:
        """Group → its lists, both in the order that the admin classes give."""
        found: list[tuple[int, str, WorkLink]] = []
        admin: Any
        for model, admin in self._registry.items():
            if not admin.has_view_permission(request):
                continue
            here = f"{self.name}:{model._meta.app_label}_{model._meta.model_name}"
            add_url = reverse(f"{here}_add") if admin.has_add_permission(request) else ""
            link = WorkLink(str(model._meta.verbose_name_plural), reverse(f"{here}_changelist"), add_url, admin.note)
            found.append((admin.order, admin.group, link))
        groups: dict[str, list[WorkLink]] = {}
        for _, group, link in sorted(found, key=lambda item: item[0]):
            groups.setdefault(group, []).append(link)
        return groups
