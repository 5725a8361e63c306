"""Long work is a row: claimed by a conditional update, finished in the transaction of its own work."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.days import EventDateField
from core.scope import Scope, ScopedQuerySet


class JobQuerySet(ScopedQuerySet):
    """Jobs are seen by whoever started them."""

    def seen_by(self, scope: Scope) -> JobQuerySet:
        return self.filter(created_by_id=scope.user_id)


class Job(models.Model):
    """A piece of background work: `kind` names the function, `arguments` its ids."""

    class Status(models.TextChoices):
        QUEUED = "QUEUED", "等待"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "完成"
        FAILED = "FAILED", "失败"

    ACTIVE = (Status.QUEUED, Status.RUNNING)  # not yet at an end

    kind = models.CharField("种类", max_length=60)
    arguments = models.JSONField("参数", default=dict)
    day = EventDateField("日期", null=True)  # of a daily job
    status = models.CharField("状态", max_length=8, choices=Status, default=Status.QUEUED)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    worker = models.CharField("执行者", max_length=80, blank=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("失败原因", blank=True)

    objects = JobQuerySet.as_manager()
    change_permission = ""  # goes on by itself

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        indexes = [models.Index(fields=["status", "id"], name="job_waiting")]
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="job_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_status_display()}"
