"""A round of many is opened and made final in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from core.refusals import Refusal
from evaluations.models import Round
from evaluations.services import rounds

OPEN, FINALISE = "evaluations.open", "evaluations.finalise"


def _open(job: Job, progress: Progress) -> Mapping[str, Any]:
    keywords, there = _told(job)
    rounds.open_(**keywords, progress=progress)
    return {"there": there}


def _finalise(job: Job, progress: Progress) -> Mapping[str, Any]:
    keywords, there = _told(job)
    rounds.finalise(**keywords)
    return {"there": there}


def _told(job: Job) -> tuple[dict[str, Any], str]:
    """What the service is told, and where the round is looked at."""
    if job.created_by is None:
        raise Refusal("没有发起人，不能办理评定")
    row = Round.objects.get(pk=job.arguments["round"])
    return {"by": job.created_by, "row": row, "on": timezone.localdate()}, reverse("round", args=[row.pk])


job_kinds.add(
    JobKind(OPEN, "开始评定", P.EVALUATIONS_DECIDE, _open),
    JobKind(FINALISE, "确定评定结果", P.EVALUATIONS_DECIDE, _finalise),
)
