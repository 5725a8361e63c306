"""What the night does for organization life."""

from __future__ import annotations

from django.utils import timezone

from activities.services.obligations import LAYING_OUT, lay_out
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job


def _lay_out(job: Job, progress: Progress) -> dict[str, int]:
    return {"added": lay_out(on=timezone.localdate())}


job_kinds.add(JobKind(LAYING_OUT, "生成应办事项", "", _lay_out, daily=True))
