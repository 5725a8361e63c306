"""/status/: whether everything that should run runs, for the system administrator."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from core.audit import record
from core.health import failed_jobs, signs
from core.jobs import CLOCK_IS_RIGHT, clock_is_ahead, kind_name
from core.pages import PageRequest, PermissionMixin


class StatusPage(PermissionMixin, View):
    permission = "system.watch"

    def get(self, request: PageRequest) -> HttpResponse:
        """What is well, what is not and what to do; below the jobs that failed for good."""
        now = timezone.now()
        failed = [(job, kind_name(job.kind)) for job in failed_jobs(now=now)]
        context = {"signs": signs(now=now), "failed": failed, "clock": clock_is_ahead(now) and timezone.localtime(now)}
        return render(request, "core/status.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        """The clock is right: the server stood still for long."""
        record(by=request.user, action=CLOCK_IS_RIGHT, target=request.user)
        return redirect("status")
