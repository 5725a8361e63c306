"""The back office: Django's admin, bound to the request's scope."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse


class NingjuAdminSite(AdminSite):
    """The admin site of the product."""

    site_header = "凝聚 · 两新组织党建"
    site_title = "凝聚"
    index_title = "管理"
    empty_value_display = "—"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever holds an appointment may enter; what they see there is decided model by model."""
        return request.user.is_active and bool(getattr(request, "scope", None) and request.scope.grants)  # type: ignore[attr-defined]

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
