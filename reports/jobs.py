"""What the reports do every night."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from reports.services.months import take_months


def _take_months(job: Job, progress: Progress) -> dict[str, list[str]]:
    """After midnight of a month's last day it is taken as it stood; a month that was missed is taken late."""
    return {"taken": [closed.month for closed in take_months(at=timezone.now())]}


job_kinds.add(JobKind("reports.take_months", "月末取数", "", _take_months, daily=True))
