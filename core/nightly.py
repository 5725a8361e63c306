"""What the shared machinery does every night and every hour."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.fields import kept_files
from core.files import forget_strays
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from core.proof import disagreements
from core.refusals import Refusal
from core.sealing import JOB, PROVE, seal, seal_meanwhile

CALL = "请不要重启或改动数据库，先由审计管理员抄录上述内容并向单位安全负责人报告，再由系统管理员对照备份查明原因"


def _seal(job: Job, progress: Progress) -> dict[str, Any]:
    """Verify and seal; what does not fit ends the job with its sentence, for the auditor and the system administrator."""
    checked = seal(at=timezone.now())
    return {
        "seals": checked.seals,
        "entries": checked.entries,
        "unsealed": checked.unsealed,
        "head": checked.last_digest,
    }


def _prove(job: Job, progress: Progress) -> dict[str, Any]:
    """Rows that were changed outside the product end the job with their names."""
    if found := list(disagreements()):
        raise Refusal(f"台账与审计记录不符：{'；'.join(found)}。{CALL}")
    return {}


def _seal_meanwhile(job: Job, progress: Progress) -> dict[str, Any]:
    return {"entries": seal_meanwhile(at=timezone.now()).entries}


def _forget_strays(job: Job, progress: Progress) -> dict[str, Any]:
    return {"files": forget_strays(kept_files())}


job_kinds.add(
    JobKind("core.forget_strays", "删除上传中断留下的文件", "", _forget_strays, daily=True),
    JobKind(JOB, "核对并封存审计记录", "", _seal, daily=True),
    JobKind(PROVE, "核对台账与审计记录", "", _prove, daily=True, in_parts=True),
    JobKind("core.seal_meanwhile", "封存审计记录", "", _seal_meanwhile, hourly=True),
)
