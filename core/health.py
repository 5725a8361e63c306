"""运行状况: what the system administrator should know before anybody complains. Each is asked for when it is shown."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from core import sealing
from core.jobs import job_kinds
from core.models import Job
from core.outages import MEGABYTE, free_bytes
from core.workers import NONE_LIVES, living

GIGABYTE = 1 << 30
STALE = timedelta(days=2)  # a backup that is older: a night was missed
QUEUED_LONG = timedelta(hours=1)
FAILED_DAYS = 30
FAILED_SHOWN = 50


@dataclass(frozen=True)
class Sign:
    """One thing that is well or not, and then what to do."""

    name: str
    value: str
    well: bool
    advice: str = ""


def signs(*, now: datetime) -> list[Sign]:
    return [*_disks(), _worker(), _backup(now), _seal(now), _nights(), _queue(now)]


def backup_stamp() -> Path:
    """What the backup command leaves behind: when it ended, and where to."""
    return Path(settings.DATA_DIR) / "backup.json"


def failed_jobs(*, now: datetime) -> QuerySet[Job]:
    """The jobs of the last weeks that failed for good, newest first."""
    since = now - timedelta(days=FAILED_DAYS)
    found = Job.objects.filter(status=Job.Status.FAILED, finished_at__gte=since)
    return found.select_related("created_by").order_by("-pk")[:FAILED_SHOWN]


def _disks() -> Iterator[Sign]:
    reserve = settings.DISK_RESERVE_MB * MEGABYTE
    for name, folder in (("数据目录", Path(settings.DATA_DIR)), ("临时文件目录", Path(tempfile.gettempdir()))):
        free = free_bytes(folder)
        free_space = f"剩余 {free / GIGABYTE:,.1f} GB（{folder}）"
        full = f"少于保留的 {settings.DISK_RESERVE_MB:,} MB：上传和导出已停止；" if free < reserve else ""
        yield Sign(f"磁盘空间：{name}", free_space, free >= 2 * reserve, f"{full}请清理磁盘或扩容")


def _worker() -> Sign:
    found = living()
    waits = sorted({text for waiting in found for text in waiting.values()})
    if not found:
        return Sign("后台程序", "没有运行", well=False, advice=f"{NONE_LIVES}。启动：systemctl start ningju-work")
    return Sign("后台程序", f"运行中（{len(found)} 个）", not waits, "；".join(waits))


def _backup(now: datetime) -> Sign:
    advice = "请运行 manage.py backup 目录，并设为每天自动进行"
    try:
        stamp = json.loads(backup_stamp().read_text())
        at = datetime.fromisoformat(stamp["at"])
    except (FileNotFoundError, ValueError, KeyError):
        return Sign("最近备份", "没有备份过", well=False, advice=advice)
    return Sign("最近备份", f"{_local(at)}，存放在 {stamp['folder']}", now - at < STALE, advice)


def _seal(now: datetime) -> Sign:
    found = sealing.state(now=now)
    value = f"最近封存 {_local(found.sealed_at)}" if found.sealed_at else "还没有封存"
    if found.checked_at is None and not found.broken:
        return Sign("审计封存", f"{value}，还没有核对", well=False, advice="每天夜间自动核对和封存")
    result = "核对没有通过" if found.broken else "核对无误"
    at = f"{_local(found.checked_at)} " if found.checked_at else ""
    return Sign("审计封存", f"{value}，{at}{result}", not found.problem, found.problem)


def _nights() -> Sign:
    """The newest run of each job of the night; what checks the trail has a line of its own."""
    daily = [kind.code for kind in job_kinds if kind.daily and kind.code not in (sealing.JOB, sealing.PROVE)]
    ended = Job.objects.filter(kind__in=daily, finished_at__isnull=False).order_by()
    newest = [last for _, last in ended.values_list("kind").annotate(last=Max("pk"))]
    failed = Job.objects.filter(pk__in=newest, status=Job.Status.FAILED).order_by("pk")
    causes = [(job_kinds[job.kind].name, job.error) for job in failed]
    names = "、".join(name for name, _ in causes)
    return Sign(
        "夜间任务",
        f"没有完成：{names}" if causes else "最近一次都已完成",
        not causes,
        "；".join(f"{name}：{error}" for name, error in causes),
    )


def _queue(now: datetime) -> Sign:
    waiting = Job.objects.filter(status__in=Job.ACTIVE)
    count, first = waiting.count(), waiting.aggregate(first=Min("created_at"))["first"]
    if not count or first is None:
        return Sign("等待和进行中的任务", "没有", well=True)
    queue = f"{count:,} 项，最早的 {_local(first)} 发起"
    return Sign("等待和进行中的任务", queue, now - first < QUEUED_LONG, "已等待较长时间，请查看后台程序和磁盘空间")


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
