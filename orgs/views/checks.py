"""Checks that answer while a form is being filled in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.permissions import Permission as P
from core.asking import Asking
from core.pages import PageRequest, PermissionMixin
from orgs.models import Organization
from orgs.rules.credit_code import check_credit_code, normalise_code, register_of
from orgs.services.organizations import ASKED, CODE_PROBLEMS


class CheckCreditCode(PermissionMixin, View):
    """Is the credit code right, who issued it, and is it registered already?"""

    permission = P.REGISTRY_CHANGE

    def get(self, request: PageRequest) -> HttpResponse:
        """A fragment below the field; a record outside the scope is not named, and that it is there is told only so often."""
        code = normalise_code(request.GET.get("credit_code", "")[:40])
        problem = check_credit_code(code) if code else None
        taken = (
            Organization.objects.filter(credit_code=code).select_related("managed_by").first()
            if code and not problem
            else None
        )
        seen = taken and Organization.objects.within(request.scope).filter(pk=taken.pk).exists()
        foreign = taken if taken and not seen else None
        answered = bool(taken)
        if foreign:
            answered = Asking(request.user, ASKED).answers(foreign, foreign.managed_by.path)
        context = {
            "code": code,
            "problem": CODE_PROBLEMS[problem] if problem else "",
            "register": None if problem or not code else register_of(code),
            "taken": answered,
            "twin": taken if seen else None,
        }
        return render(request, "orgs/check_credit_code.html", context)
