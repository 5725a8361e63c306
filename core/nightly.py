"""What the shared machinery does every night and every hour."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from core.sealing import JOB, seal, seal_meanwhile


def _seal(job: Job, progress: Progress) -> dict[str, Any]:
    """Verify and seal; what does not fit ends the job with its sentence, for the auditor and the system administrator."""
    checked = seal(at=timezone.now())
    return {
        "seals": checked.seals,
        "entries": checked.entries,
        "unsealed": checked.unsealed,
        "head": checked.last_digest,
    }


def _seal_meanwhile(job: Job, progress: Progress) -> dict[str, Any]:
    return {"entries": seal_meanwhile(at=timezone.now()).entries}


job_kinds.add(
    JobKind(JOB, "核对并封存审计记录", "", _seal, daily=True),
    JobKind("core.seal_meanwhile", "封存审计记录", "", _seal_meanwhile, hourly=True),
)
