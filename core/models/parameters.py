"""Dated thresholds, rates and deadlines that the department may change (rules §9)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from core.days import PeriodDateField
from core.scope import PublicQuerySet


class Parameter(models.Model):
    """One value from a day on. What it means and its default are declared in an app's `parameters.py`."""

    key = models.CharField("参数", max_length=60)
    valid_from = PeriodDateField("生效日期")
    value = models.JSONField("值")
    note = models.CharField("依据", max_length=250)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设置人")
    set_at = models.DateTimeField("设置时间", auto_now_add=True)

    objects = PublicQuerySet.as_manager()
    change_permission = "parameters.change"

    class Meta:
        verbose_name = "参数"
        verbose_name_plural = "参数"
        constraints = [
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                name="parameter_once_a_day",
                violation_error_message="这个参数在这一天已经有一个值，请改日期或修改原值",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} 自 {self.valid_from}"
