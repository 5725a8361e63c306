"""Background work of the registry."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from orgs.services.appointments import close_unused_accounts


def _close_unused_accounts(job: Job, progress: Progress) -> dict[str, int]:
    return {"closed": close_unused_accounts(at=timezone.now())}


job_kinds.add(JobKind("accounts.close_unused", "停用长期未使用的账号", "", _close_unused_accounts, daily=True))
