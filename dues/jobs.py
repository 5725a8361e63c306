"""What the night does for dues: the month that began is due, the one that ended and was not paid is in arrears."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import JobKind, Progress, job_kinds, night_before
from core.models import Job
from core.months import YearMonth
from core.proof import Check, checks
from dues.queries.reconciliation import unreconciled
from dues.services.months import restate


def _turn(job: Job, progress: Progress) -> dict[str, int]:
    """From the month before the last night on: a server that stood still leaves no month out."""
    today = timezone.localdate()
    last = night_before(job, today)
    restate(None, on=today, since=YearMonth.of(last).plus(-1).first_day if last else None)
    return {}


checks.add(Check("dues", unreconciled))
job_kinds.add(JobKind("dues.months", "更新应交党费和欠交", "", _turn, daily=True))
