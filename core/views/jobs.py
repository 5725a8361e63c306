"""A piece of background work as whoever started it sees it: how far it is, and what came of it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from core.jobs import kind_name, progress_of
from core.models import Job
from core.pages import PageRequest
from core.workers import what_waits


def show_job(request: PageRequest, pk: int) -> HttpResponse:
    """One's own job, else 404. The part that moves asks again by itself until the job has ended."""
    job = Job.objects.within(request.scope).filter(pk=pk).first()
    if job is None:
        raise Http404("没有这项后台任务，或不是您发起的")
    context = {
        "title": kind_name(job.kind),
        "job": job,
        "progress": progress_of(job),
        "waiting": job.status in Job.ACTIVE,
        "waits": what_waits(job.pk) if job.status in Job.ACTIVE else "",
        "left": job.result.get("left", {}),
    }
    part = request.headers.get("HX-Target") == "job"
    return render(request, "core/job_state.html" if part else "core/job.html", context)


show_job.is_poll = True  # type: ignore[attr-defined]  # it asks by itself: no use of the session
