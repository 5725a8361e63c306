"""The one audit trail: who did what to which record, when and why. Rows are added and never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.fields import PathField
from core.models.append_only import AppendOnly, AppendOnlyQuerySet


class AuditEntry(AppendOnly):
    """One change, one look at a masked value, one export or one sign-in.

    `changes` is `{field: [before, after]}`. A personal value stands in it as `{"cipher": …, "digest": …}`; only new keys
    write it anew (`core.sealing.reseal`). The record is named by text and by model and id, so that it stays
    readable when the record is gone. `path` is the path of the node it belonged to, for the scope of readers.
    """

    at = models.DateTimeField("时间")
    # the index of user and id serves
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="操作人",
        db_index=False,
    )
    user_name = models.CharField("操作人姓名", max_length=60)
    action = models.CharField("操作", max_length=60)
    model = models.CharField("对象类型", max_length=60)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    label = models.CharField("对象", max_length=250)
    path = PathField("所属党组织路径", blank=True)
    changes = models.JSONField("变化", default=dict)
    reason = models.CharField("原因", max_length=250, blank=True)
    batch_id = models.BigIntegerField("导入批次", null=True, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)

    objects = AppendOnlyQuerySet.as_manager()
    view_permission = "audit.view"
    change_permission = ""  # added to, never changed
    scope_path = "path"

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["model", "object_id", "id"], name="audit_record"),
            models.Index(fields=["user", "id"], name="audit_user"),
            models.Index(fields=["at", "id"], name="audit_newest"),
            models.Index(fields=["batch_id"], name="audit_batch", condition=models.Q(batch_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.action} {self.label}"


class AuditSeal(models.Model):
    """A hash over a run of entries and the seal before it: a changed or missing entry breaks the chain."""

    first_id = models.BigIntegerField("首条")
    last_id = models.BigIntegerField("末条", unique=True)
    entries = models.PositiveIntegerField("条数")
    digest = models.CharField("摘要", max_length=64)
    sealed_at = models.DateTimeField("封存时间")
    version = models.PositiveSmallIntegerField("版本", default=1)  # what it covers (`core.sealing`)
    key = models.CharField("密钥", max_length=60, blank=True)  # the id of the key that its digest is made with

    class Meta:
        verbose_name = "审计封存"
        verbose_name_plural = "审计封存"

    def __str__(self) -> str:
        return f"{self.first_id}–{self.last_id}"
