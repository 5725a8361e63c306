"""Background work of the registry."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from core.id_sets import among
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job
from core.refusals import Refusal
from orgs.access import scope_for
from orgs.bulk_actions import JOB, ORGANIZATION_ACTIONS, UNDO
from orgs.facts import refresh
from orgs.models import BulkAct, Organization
from orgs.services.acts import undo
from orgs.services.appointments import close_unused_accounts


def change_many(job: Job, progress: Progress) -> dict[str, Any]:
    """Apply a bulk action as the user could today: rows that left their scope since stay as they are."""
    today = timezone.localdate()
    action = next(found for found in ORGANIZATION_ACTIONS if found.code == job.arguments["action"])
    if job.created_by is None:
        raise Refusal("没有发起人，不能批量修改")
    scope = scope_for(job.created_by, on=today).having(action.permission)
    form = action.form(job.arguments["data"], scope=scope)
    if not form.is_valid():
        raise Refusal("；".join(str(message) for messages in form.errors.values() for message in messages))
    asked = job.arguments["ids"]
    progress.step(0, len(asked), action.title)
    ids = list(
        Organization.objects.changeable(scope, action.permission)
        .filter(pk__in=among(asked))
        .values_list("pk", flat=True)
    )
    done = action.apply(form, ids, job.created_by, today, progress)
    progress.step(len(asked), len(asked), action.title)
    left = {why: len(pks) for why, pks in done.left.items()}
    if missing := len(asked) - len(ids):
        left["不在管辖范围"] = missing
    return {
        "changed": len(done.changing),
        "left": left,
        "url": reverse("bulk_act", args=[done.act]) if done.act else "",
    }


def undo_many(job: Job, progress: Progress) -> dict[str, Any]:
    """Take a bulk change back as the user could today."""
    today, act = timezone.localdate(), BulkAct.objects.get(pk=job.arguments["act"])
    if job.created_by is None:
        raise Refusal("没有发起人，不能撤销")
    scope = scope_for(job.created_by, on=today)
    done = undo(act=act, by=job.created_by, scope=scope, on=today, at=timezone.now(), progress=progress)
    return {"changed": done.restored, "url": reverse("bulk_act", args=[done.pk])}


def _close_unused_accounts(job: Job, progress: Progress) -> dict[str, int]:
    return {"closed": close_unused_accounts(at=timezone.now())}


def _recount(job: Job, progress: Progress) -> dict[str, int]:
    """What the calendar brings since it last ran: periods that begin or end, evidence that runs out, parameters."""
    return {"changed": refresh(None, on=timezone.localdate())}


job_kinds.add(
    JobKind(JOB, "批量修改两新组织", P.REGISTRY_CHANGE, change_many),
    JobKind(UNDO, "撤销批量修改", P.REGISTRY_CHANGE, undo_many),
    JobKind("accounts.close_unused", "停用长期未使用的账号", "", _close_unused_accounts, daily=True),
    JobKind("orgs.recount", "重新计算组织情况", "", _recount, daily=True),
)
