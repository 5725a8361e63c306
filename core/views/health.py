"""/status/: whether everything that should run runs, for the system administrator."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from core.health import failed_jobs, kind_name, signs
from core.pages import PageRequest, PermissionMixin


class StatusPage(PermissionMixin, View):
    """运行状况."""

    permission = "system.watch"

    def get(self, request: PageRequest) -> HttpResponse:
        """What is well, what is not and what to do; below the jobs that failed for good."""
        now = timezone.now()
        failed = [(job, kind_name(job.kind)) for job in failed_jobs(now=now)]
        return render(request, "core/status.html", {"signs": signs(now=now), "failed": failed})
