"""A round of many is opened, made final and worked out anew in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from core.refusals import Refusal
from evaluations.models import Evaluation, Round
from evaluations.queries.results import checked
from evaluations.services import rounds
from orgs.access import scope_for

OPEN, FINALISE, CHECK = "evaluations.open", "evaluations.finalise", "evaluations.check"


def _open(job: Job, progress: Progress) -> Mapping[str, Any]:
    keywords, there = _told(job)
    rounds.open_(**keywords, progress=progress)
    return {"there": there}


def _finalise(job: Job, progress: Progress) -> Mapping[str, Any]:
    keywords, there = _told(job)
    rounds.finalise(**keywords)
    return {"there": there}


def _check(job: Job, progress: Progress) -> Mapping[str, Any]:
    keywords, there = _told(job)
    scope = scope_for(keywords["by"], on=keywords["on"])
    _, text = checked(Evaluation.objects.within(scope).filter(round=keywords["row"]))
    return {"there": there, "said": text}


def _told(job: Job) -> tuple[dict[str, Any], str]:
    """What the service is told, and where the round is looked at."""
    if job.created_by is None:
        raise Refusal("没有发起人，不能办理评定")
    row = Round.objects.filter(pk=job.arguments["round"]).first()
    if row is None:
        raise Refusal("评定批次已删除，不用再办理")
    return {"by": job.created_by, "row": row, "on": timezone.localdate()}, reverse("round", args=[row.pk])


job_kinds.add(
    JobKind(OPEN, "开始评定", P.EVALUATIONS_DECIDE, _open),
    JobKind(FINALISE, "确定评定结果", P.EVALUATIONS_DECIDE, _finalise),
    JobKind(CHECK, "重新计算评定结果", P.EVALUATIONS_VIEW, _check),
)
