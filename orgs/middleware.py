"""Puts the scope on every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from core.scope import Scope
from orgs.access import scope_for


class ScopeMiddleware:
    """`request.scope` is what the signed-in user may see today; empty for others. Computed once, when first asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:

        def build() -> Scope:
            if not request.user.is_authenticated:
                return Scope(0)
            return scope_for(request.user, on=timezone.localdate())

        request.scope = SimpleLazyObject(build)  # type: ignore[attr-defined]
        return self.get_response(request)
