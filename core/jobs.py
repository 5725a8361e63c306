"""Work in the background: a job is a row, `manage.py work` runs it.

An app declares its kinds of jobs in `jobs.py`: `job_kinds.add(JobKind("orgs.recount", "重新计算", "", recount, daily=True))`.
A job runs in one transaction, which also holds the word that it is done; so a job happens once or not at all, whatever
is killed when. Whoever sees that a worker is dead (`core.workers`) takes over its job. What passes by itself (`core.outages`)
ends no job: it is tried again until it is through. Everyone who shares the database shares DATA_DIR, where uploaded lists
lie too.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from core import workers
from core.masking import struck
from core.models import AuditEntry, Job
from core.outages import Trouble, trouble_of
from core.refusals import Refusal
from core.registries import Registry

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

ATTEMPTS = 25  # a job that takes its worker down so often (it needs more memory than there is) is given up
HOUR = timedelta(hours=1)
NIGHT_HOUR = 2  # daily jobs start at this hour of local time, or at the worker's next start
PROGRESS_SECONDS = 0.2  # between two writes of the progress
FULL_SECONDS = 30.0  # until a job that found the disk full is tried again; others go on meanwhile
WAITS = {
    Trouble.FULL: "磁盘空间不足，正在等待；系统管理员清理出空间后自动继续，不必重新提交",
    Trouble.AWAY: "数据库暂时连不上，正在等待；恢复后自动继续，不必重新提交",
}
HOLIDAYS = timedelta(days=14)  # so long a server may stand still without being asked about its clock
CLOCK_IS_RIGHT = "core.clock_is_right"
CLOCK_AHEAD = (
    "服务器时钟比上一次夜间计算晚了不止一天，后台任务暂停，以免误删数据、误停账号；请系统管理员核对时钟"
    f"（时钟无误的：停机不超过 {HOLIDAYS.days} 天，有人登录后自动继续；更久的，由系统管理员在“运行状况”确认）"
)


class Superseded(Exception):
    """Another worker has taken the job over: what this one did must not be committed."""


class Progress:
    """How far a piece of work is. It stands in a file: the database is locked by the work itself on SQLite.

    `Progress()` is for work that nobody watches.
    """

    def __init__(
        self, path: Path | None = None, done: int = 0, total: int = 0, note: str = "", began: float = 0.0
    ) -> None:
        self.done, self.total, self.note = done, total, note
        self.began = began  # of what `note` says, in seconds of the system's clock
        self._path, self._written = path, 0.0

    def step(self, done: int, total: int, note: str = "") -> None:
        """Say how many of how many are done, and what is being done (`note`, in Chinese). Cheap enough for each chunk."""
        changed = note != self.note
        self.done, self.total, self.note = done, total, note
        if changed or not self.began:
            self.began = time.time()
        now = time.monotonic()
        if self._path and (changed or done >= total or now - self._written >= PROGRESS_SECONDS):
            self._written = now
            fresh = self._path.with_suffix(".new")
            state = {"done": done, "total": total, "note": struck(note), "began": self.began}
            with suppress(OSError):  # the disk is full: the work itself may need no room
                fresh.write_text(json.dumps(state, ensure_ascii=False))
                fresh.replace(self._path)  # a reader sees the old text or the new one, never half of it

    @property
    def percent(self) -> int | None:
        """Whole percent, or None while the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None

    def seconds_left(self, *, now: float) -> int | None:
        """Seconds until this step is through at its pace so far, or None while that cannot be told."""
        spent = now - self.began
        return math.ceil(spent * (self.total - self.done) / self.done) if self.total and self.done else None


@dataclass(frozen=True)
class JobKind:
    """What a job does. `run` works on the database and returns the result; it never commits and never catches a kill.

    `permission` is what whoever starts it must hold (checked by the view that starts it; empty for the system's own).
    `daily` kinds run once a night with `job.day` set, `hourly` ones when an hour has passed. Kinds `in_parts` commit as they go, and may be run again from the
    start after any of their commits: they hold up no other writer on SQLite.
    """

    code: str
    name: str
    permission: str
    run: Callable[[Job, Progress], Mapping[str, Any] | None]
    daily: bool = False
    hourly: bool = False
    in_parts: bool = False


job_kinds: Registry[JobKind] = Registry()


def night_before(job: Job, today: date) -> date | None:
    """The day on which this job of the night was last done, however long the server stood still since."""
    nights = Job.objects.filter(kind=job.kind, status=Job.Status.DONE, day__lte=today)
    return nights.aggregate(day=Max("day"))["day"]  # type: ignore[no-any-return]


def kind_name(code: str) -> str:
    """A kind of job in Chinese; its code when the kind is no longer known."""
    return job_kinds[code].name if code in job_kinds else code


def enqueue(*, kind: str, arguments: Mapping[str, Any], by: User | None) -> Job:
    """Put a job into the queue; workers see it when the caller's transaction commits. KeyError for an unknown kind."""
    return Job.objects.create(kind=job_kinds[kind].code, arguments=dict(arguments), created_by=by)


def clock_is_ahead(now: datetime) -> bool:
    """Whether the clock is more than a day after the last night, and nobody says that it is right: on an implausible day
    accounts would be closed and data erased.

    Whoever signs in says so of a server that stood still over holidays; after a longer time a system administrator must
    (`CLOCK_IS_RIGHT`), since people sign in whatever the clock says. A failed sign-in has no person and counts for nothing.
    What lies in the future counts for nothing either.
    """
    today, day_before = timezone.localdate(now), now - timedelta(days=1)
    night = Job.objects.filter(day__lte=today).aggregate(night=Max("day"))["night"]
    entries = AuditEntry.objects.filter(user__isnull=False, at__lte=now)
    if night is None:  # a system that has just been set up
        known = [entries.aggregate(at=Max("at"))["at"], Job.objects.aggregate(at=Max("created_at"))["at"]]
        return any(known) and day_before > max(filter(None, known))
    if today <= night + timedelta(days=1):
        return False
    if today > night + HOLIDAYS:
        entries = entries.filter(action=CLOCK_IS_RIGHT)
    return not entries.filter(at__gt=day_before).exists()


def active(*kinds: str, **arguments: Any) -> Job | None:
    """The first of these kinds with these arguments that has not ended."""
    about = {f"arguments__{name}": value for name, value in arguments.items()}
    found = Job.objects.filter(kind__in=kinds, status__in=Job.ACTIVE, **about)
    return found.select_related("created_by").order_by("pk").first()  # type: ignore[no-any-return]


def enqueue_daily(*, now: datetime) -> bool:
    """Put the jobs of the night into the queue, once a day however many workers ask; False before their hour."""
    local = timezone.localtime(now)
    if local.hour < NIGHT_HOUR:
        return False
    jobs = [Job(kind=kind.code, day=local.date()) for kind in job_kinds if kind.daily]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    return True


def enqueue_hourly(*, now: datetime) -> None:
    """Put the jobs of the hour into the queue, unless they were within the last one."""
    for kind in job_kinds:
        if kind.hourly and not Job.objects.filter(kind=kind.code, created_at__gt=now - HOUR).exists():
            enqueue(kind=kind.code, arguments={}, by=None)


def progress_of(job: Job) -> Progress:
    """How far the job is, as its worker wrote it last."""
    path = _progress_file(job)
    try:
        return Progress(None, **json.loads(path.read_text()))
    except FileNotFoundError:
        return Progress()


class Worker(workers.Presence):
    """Takes jobs one after the other. Others see by its lock whether it lives."""

    def __init__(self) -> None:
        super().__init__()
        self._night: date | None = None
        self._hour: datetime | None = None
        self._later: dict[int, float] = {}  # jobs that wait for room, and when they are tried again

    def turn(self, *, now: datetime) -> bool:
        """Queue the jobs of the night and of the hour, and run the next job; False when there is nothing to do."""
        if clock_is_ahead(now):
            logger.error("the clock is ahead of everything the database knows: no job is run")
            self.say({workers.ANY: CLOCK_AHEAD})
            return False
        if self._night != timezone.localdate(now) and enqueue_daily(now=now):
            self._night = timezone.localdate(now)
        if self._hour is None or now - self._hour >= HOUR:
            enqueue_hourly(now=now)
            self._hour = now
        return self.run_next()

    def run_next(self) -> bool:
        """Run the oldest job that waits or lost its worker; False when there is none.

        Raises what passes by itself, but for a job that finds no room: it lets the others go first.
        """
        job = None
        try:
            job = self._claim()
            self.say({str(pk): WAITS[Trouble.FULL] for pk in self._later})
            if job:
                run(job)
                self._later.pop(job.pk, None)
        except Exception as error:
            if (trouble := trouble_of(error)) is None:
                raise
            if trouble is not Trouble.FULL or job is None:
                self.say({workers.ANY: WAITS[trouble]} if trouble in WAITS else {})
                raise
            logger.warning("job %s waits for room on the disk", job.pk)
            self._later[job.pk] = time.monotonic() + FULL_SECONDS
            self.say({str(pk): WAITS[Trouble.FULL] for pk in self._later})
        return job is not None

    def _claim(self) -> Job | None:
        for job in Job.objects.filter(status__in=Job.ACTIVE).order_by("pk"):
            if self._later.get(job.pk, 0.0) > time.monotonic():
                continue
            # a running job of this very worker was left behind when the database went away: that counts as no attempt
            own = job.status == Job.Status.RUNNING and job.worker == self.name
            if job.status == Job.Status.RUNNING and not own and workers.lives(job.worker):
                continue
            # the row count tells who won, when two workers see the same job
            taken = Job.objects.filter(pk=job.pk, status=job.status, worker=job.worker).update(
                status=Job.Status.RUNNING,
                worker=self.name,
                started_at=timezone.now(),
                attempts=F("attempts") + (0 if own else 1),
            )
            if taken:
                return Job.objects.get(pk=job.pk)
        return None


def run(job: Job) -> None:
    """Run a claimed job to its end: done, or failed with a sentence. What passes by itself is raised: worth another attempt."""
    logger.info("job %s (%s) starts, attempt %s", job.pk, job.kind, job.attempts)
    try:
        _run(job)
    except Refusal as refusal:
        logger.warning("job %s (%s) was refused: /status/ says why", job.pk, job.kind)
        _end(job, Job.Status.FAILED, error=struck(str(refusal)))
    except Superseded:
        logger.warning("job %s (%s) was taken over by another worker", job.pk, job.kind)
    except Exception as error:
        if trouble_of(error):
            raise
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        sentence = f"后台任务出错，没有写入任何内容。错误已经记录，请把任务编号 {job.pk} 告诉系统管理员"
        _end(job, Job.Status.FAILED, error=sentence)
    _progress_file(job).unlink(missing_ok=True)


def _run(job: Job) -> None:
    if job.attempts > ATTEMPTS:
        raise Refusal(f"任务中断了 {ATTEMPTS} 次（可能是内存不足），不再重试。没有写入任何内容，请告诉系统管理员")
    if job.kind not in job_kinds:
        raise Refusal(f"系统里没有“{job.kind}”这种任务（可能升级后已取消），没有执行；请告诉系统管理员")
    kind = job_kinds[job.kind]
    with nullcontext() if kind.in_parts else transaction.atomic():
        result = kind.run(job, Progress(_progress_file(job)))
        if not _end(job, Job.Status.DONE, result=dict(result or {})):
            raise Superseded(f"job {job.pk} was taken over")


def _end(job: Job, status: Job.Status, **values: Any) -> bool:
    """Write the end, if the job is still this worker's."""
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, worker=job.worker)
    return bool(mine.update(status=status, finished_at=timezone.now(), **values))


def _progress_file(job: Job) -> Path:
    return workers.folder() / f"{job.pk}.json"
