"""What was done with many organizations at once, so that it can be taken back."""

from __future__ import annotations

from django.db import models

from core.fields import PathField, person
from core.scope import ScopedQuerySet


class BulkAct(models.Model):
    """One bulk change. Its entries in the audit trail carry the act's number below zero where an import has its batch."""

    title = models.CharField("办理", max_length=200)
    reason = models.CharField("原因或依据", max_length=200)
    done_at = models.DateTimeField("办理时间")
    done_by = person("办理人", missing=False)
    path = PathField("办理人所属党组织路径")
    changed = models.PositiveIntegerField("已修改", default=0)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = person("撤销人")
    restored = models.PositiveIntegerField("已恢复", default=0)
    left = models.JSONField("没有恢复的", default=list, blank=True)  # names of those edited since or out of reach

    objects = ScopedQuerySet.as_manager()
    view_permission = "registry.change"
    change_permission = "registry.change"
    scope_path = "path"

    class Meta:
        verbose_name = "批量修改"
        verbose_name_plural = "批量修改"

    def __str__(self) -> str:
        return self.title

    @property
    def batch(self) -> int:
        """The number that its entries carry."""
        return -self.pk
