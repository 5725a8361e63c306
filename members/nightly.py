"""What the calendar brings: posts and groups that begin or end."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from members.services import groups, nodes


def _turn(job: Job, progress: Progress) -> dict[str, Any]:
    today = timezone.localdate()
    groups.leave_ended(by=None, on=today)
    return {"changed": len(nodes.restate(None, by=None, on=today))}


job_kinds.add(JobKind("members.posts", "更新在任书记和党小组", "", _turn, daily=True))
