"""The steps of the import road that take long, as background jobs. Each calls one service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from core.importing import identity, services
from core.importing.mapping import look
from core.importing.undo import Undone
from core.jobs import JobKind, Progress, enqueue, job_kinds
from core.models import ImportBatch, Job
from core.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

LOOK, CHECK, APPLY, FORESEE, UNDO = "import.look", "import.check", "import.apply", "import.foresee", "import.undo"
SAME = "import.same"
PERMISSION = ImportBatch.view_permission
ACTIVE = (Job.Status.QUEUED, Job.Status.RUNNING)
LEFT_SHOWN = 200  # of what an undo leaves as it is
Status = ImportBatch.Status
# the states in which a step may begin
FROM: Mapping[str, tuple[Status, ...]] = {
    LOOK: (Status.UPLOADED,),
    CHECK: (Status.MAPPED,),
    APPLY: (Status.STAGED,),
    FORESEE: (Status.APPLIED,),
    UNDO: (Status.APPLIED,),
    SAME: (Status.STAGED, Status.APPLIED),
}

UPLOADERS = (LOOK, CHECK, APPLY, SAME)  # rows go in under the uploader's name and within the uploader's area


@transaction.atomic
def start(step: str, *, batch: ImportBatch, by: User, **more: Any) -> Job:
    """Put a step into the queue; while one waits or runs, that one is returned: a second click does nothing more.

    Raises NotReady when the batch has gone on meanwhile, a refusal when only the uploader may go on.
    """
    locked = ImportBatch.objects.select_for_update(of=("self",), no_key=True).select_related("job").get(pk=batch.pk)
    if locked.job and locked.job.status in ACTIVE:
        return locked.job
    if step in UPLOADERS and locked.created_by_id != by.pk:
        raise Refusal(f"批次 {batch.pk} 由上传人本人继续；如须由您办理，请自行上传这份名单")
    if locked.status not in FROM[step]:
        raise services.NotReady(
            f"批次 {batch.pk} 的状态已经是“{locked.get_status_display()}”，不能再{job_kinds[step].name}"
        )
    job = enqueue(kind=step, arguments={"batch": batch.pk, **more}, by=by)
    ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    return job


def _batch(job: Job) -> ImportBatch:
    return ImportBatch.objects.get(pk=job.arguments["batch"])


def _look(job: Job, progress: Progress) -> None:
    progress.step(0, 0, "读取表头")
    look(_batch(job))


def _check(job: Job, progress: Progress) -> dict[str, int]:
    batch = _batch(job)
    if batch.status != Status.STAGED:  # else an attempt was broken off after that
        services.stage(batch, progress=progress)
    return services.compare(batch, progress=progress)


def _apply(job: Job, progress: Progress) -> dict[str, int]:
    return services.apply(_batch(job), progress=progress)


def _same(job: Job, progress: Progress) -> dict[str, int]:
    """`picked` is None for all; the job kind is the same for rows that mean another unit."""
    if job.arguments.get("other"):
        return identity.deny(batch=_batch(job), picked=job.arguments["picked"], by=_by(job))
    return identity.accept(batch=_batch(job), picked=job.arguments["picked"], by=_by(job), progress=progress)


def _foresee(job: Job, progress: Progress) -> dict[str, Any]:
    return _told(services.foresee_undo(_batch(job), by=_by(job), progress=progress))


def _undo(job: Job, progress: Progress) -> dict[str, Any]:
    return _told(services.undo(_batch(job), by=_by(job), progress=progress))


def _told(undone: Undone) -> dict[str, Any]:
    shown = [[left.id, left.label, list(left.columns)] for left in undone.left[:LEFT_SHOWN]]
    return {"deleted": undone.deleted, "restored": undone.restored, "left": len(undone.left), "shown": shown}


def _by(job: Job) -> User:
    assert job.created_by is not None
    return job.created_by


def _erase(job: Job, progress: Progress) -> dict[str, int]:
    return {"rows": services.erase_old(today=timezone.localdate())}


job_kinds.add(
    JobKind(LOOK, "读取表头", PERMISSION, _look, in_parts=True),
    JobKind(CHECK, "核对名单", PERMISSION, _check, in_parts=True),
    JobKind(APPLY, "写入名单", PERMISSION, _apply),
    JobKind(SAME, "确认是不是同一单位", PERMISSION, _same),
    JobKind(FORESEE, "核对能撤销的内容", PERMISSION, _foresee, in_parts=True),
    JobKind(UNDO, "撤销导入", PERMISSION, _undo),
    JobKind("import.erase", "删除过期的上传文件和名单行", "", _erase, daily=True),
)
