"""What a user keeps about lists."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from core.scope import Scope, ScopedQuerySet


class SavedFilterQuerySet(ScopedQuerySet):
    def seen_by(self, scope: Scope) -> Self:
        return self.filter(user_id=scope.user_id)

    def changeable(self, scope: Scope, permission: str = "") -> Self:
        """The same, whatever the role."""
        return self.within(scope)


class SavedFilter(models.Model):
    """A named query string of one list page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="用户")
    page = models.CharField("页面", max_length=100)
    name = models.CharField("名称", max_length=40)
    query = models.CharField("条件", max_length=1000)

    objects = SavedFilterQuerySet.as_manager()
    change_permission = ""  # whoever has an account may keep some

    class Meta:
        verbose_name = "常用筛选"
        verbose_name_plural = "常用筛选"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"],
                name="saved_filter_name",
                violation_error_message="已有同名的常用筛选，请换一个名称",
            )
        ]

    def __str__(self) -> str:
        return self.name
