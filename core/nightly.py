"""What the shared machinery does every night."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from core.sealing import seal
from core.search import settle_names


def _seal(job: Job, progress: Progress) -> dict[str, int]:
    return {"sealed": seal(at=timezone.now())}


def _settle_names(job: Job, progress: Progress) -> None:
    settle_names()


job_kinds.add(JobKind("core.settle_names", "更新名称索引", "", _settle_names, daily=True))
job_kinds.add(JobKind("core.seal", "封存审计记录", "", _seal, daily=True))
