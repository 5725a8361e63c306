"""Nightly work on sessions."""

from __future__ import annotations

from django.utils import timezone

from accounts.services.sessions import clear_ended
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job


def _clear_sessions(job: Job, progress: Progress) -> None:
    clear_ended(at=timezone.now())


job_kinds.add(JobKind("accounts.clear_sessions", "清除过期的登录会话", "", _clear_sessions, daily=True))
