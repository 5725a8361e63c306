"""The back office: Django's admin, bound to the request's scope."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class NingjuAdminSite(AdminSite):
    """The admin site of the product."""

    site_header = "凝聚 · 两新组织党建"
    site_title = "凝聚"
    index_title = "管理"
    empty_value_display = "—"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever holds an appointment may enter; what they see there is decided model by model."""
        return request.user.is_active and bool(getattr(request, "scope", None) and request.scope.grants)  # type: ignore[attr-defined]
