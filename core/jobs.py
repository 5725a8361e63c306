"""Work in the background: a job is a row, `manage.py work` runs it.

An app declares its kinds of jobs in `jobs.py`: `job_kinds.add(JobKind("orgs.recount", "重新计算", "", recount, daily=True))`.
A job runs in one transaction, which also holds the word that it is done; so a job happens once or not at all, whatever
is killed when. A worker holds a file lock for as long as it lives: the system releases it at the moment of its death,
and whoever sees that takes over its job. Everyone who shares the database shares DATA_DIR, where uploaded lists lie too.
"""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from core.models import Job
from core.refusals import Refusal
from core.registries import Registry

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

ATTEMPTS = 25  # a job that takes its worker down so often (it needs more memory than there is) is given up
NIGHT_HOUR = 2  # daily jobs start at this hour of local time, or at the worker's next start
PROGRESS_SECONDS = 0.2  # between two writes of the progress


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
            told = {"done": done, "total": total, "note": note, "began": self.began}
            fresh.write_text(json.dumps(told, ensure_ascii=False))
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
    `daily` kinds run once a night with `job.day` set.
    """

    code: str
    name: str
    permission: str
    run: Callable[[Job, Progress], Mapping[str, Any] | None]
    daily: bool = False


job_kinds: Registry[JobKind] = Registry()


def enqueue(*, kind: str, arguments: Mapping[str, Any], by: User | None) -> Job:
    """Put a job into the queue; workers see it when the caller's transaction commits. KeyError for an unknown kind."""
    return Job.objects.create(kind=job_kinds[kind].code, arguments=dict(arguments), created_by=by)


def enqueue_daily(*, now: datetime) -> bool:
    """Put the jobs of the night into the queue, once a day however many workers ask; False before their hour."""
    local = timezone.localtime(now)
    if local.hour < NIGHT_HOUR:
        return False
    jobs = [Job(kind=kind.code, day=local.date()) for kind in job_kinds if kind.daily]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    return True


def progress_of(job: Job) -> Progress:
    """How far the job is, as its worker wrote it last."""
    path = _progress_file(job)
    try:
        return Progress(None, **json.loads(path.read_text()))
    except FileNotFoundError:
        return Progress()


class Worker:
    """Takes jobs one after the other. Others see by its lock whether it lives."""

    def __init__(self) -> None:
        self.name = f"{os.uname().nodename[:50]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        path = _lock_file(self.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = path.open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock:
            _lock_file(self.name).unlink(missing_ok=True)
            self._lock.close()

    def run_next(self) -> bool:
        """Run the oldest job that waits or lost its worker; False when there is none."""
        job = self._claim()
        if job:
            run(job)
        return job is not None

    def _claim(self) -> Job | None:
        for job in Job.objects.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING]).order_by("pk"):
            # a running job of this very worker was left behind when the database went away
            if job.status == Job.Status.RUNNING and job.worker != self.name and _lives(job.worker):
                continue
            # the row count tells who won, when two workers see the same job
            taken = Job.objects.filter(pk=job.pk, status=job.status, worker=job.worker).update(
                status=Job.Status.RUNNING, worker=self.name, started_at=timezone.now(), attempts=F("attempts") + 1
            )
            if taken:
                return Job.objects.get(pk=job.pk)
        return None


def run(job: Job) -> None:
    """Run a claimed job to its end: done, or failed with a sentence.

    OperationalError (locked too long, a deadlock broken, server away, disk full) passes through: worth another attempt.
    """
    logger.info("job %s (%s) starts, attempt %s", job.pk, job.kind, job.attempts)
    try:
        if job.attempts > ATTEMPTS:
            raise Refusal(f"任务中断了 {ATTEMPTS} 次(可能是内存不足),不再重试。没有写入任何内容,请告诉系统管理员")
        with transaction.atomic():
            result = job_kinds[job.kind].run(job, Progress(_progress_file(job)))
            if not _end(job, Job.Status.DONE, result=dict(result or {})):
                raise Superseded(f"job {job.pk} was taken over")
    except Refusal as refusal:
        _end(job, Job.Status.FAILED, error=str(refusal))
    except OperationalError:
        raise
    except Superseded:
        logger.warning("job %s (%s) was taken over by another worker", job.pk, job.kind)
    except Exception:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        sentence = f"后台任务出错,没有写入任何内容。错误已经记录,请把任务编号 {job.pk} 告诉系统管理员"
        _end(job, Job.Status.FAILED, error=sentence)
    _progress_file(job).unlink(missing_ok=True)


def _end(job: Job, status: Job.Status, **values: Any) -> bool:
    """Write the end, if the job is still this worker's."""
    mine = Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, worker=job.worker)
    return bool(mine.update(status=status, finished_at=timezone.now(), **values))


def _lives(worker: str) -> bool:
    """Tell whether a worker still holds its lock; remove the lock of a dead one."""
    path = _lock_file(worker)
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    path.unlink(missing_ok=True)
    return False


def _lock_file(worker: str) -> Path:
    return Path(settings.DATA_DIR) / "jobs" / f"{worker}.lock"


def _progress_file(job: Job) -> Path:
    return Path(settings.DATA_DIR) / "jobs" / f"{job.pk}.json"
