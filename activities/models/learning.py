"""培训: hours that a member is credited with beside those of records (党员条例; rules §13)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from core.days import EventDateField
from core.scope import ScopedQuerySet
from members.models import Member

MOST = 200  # hours of one course


class Training(models.Model):
    """A course that somebody took. Entered by whoever keeps the members; one that was entered in error counts 0."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="trainings", verbose_name="党员")
    course = models.CharField("课程", max_length=100)
    held_on = EventDateField("日期")
    hours = models.PositiveSmallIntegerField(
        "学时", validators=[MaxValueValidator(MOST)], help_text="整天 8 学时，半天 4 学时；登记错了的改为 0"
    )

    objects = ScopedQuerySet.as_manager()
    view_permission = "members.view"
    change_permission = "members.change"
    scope_path = "member__party_organization__path"

    class Meta:
        verbose_name = "培训"
        verbose_name_plural = "培训"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "course", "held_on"],
                name="training_once",
                violation_error_message="这名党员这一天的这门课程已经登记",
            ),
            models.CheckConstraint(
                condition=Q(hours__lte=MOST),
                name="training_hours",
                violation_error_message=f"一门课程不超过 {MOST} 学时",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}：{self.course}"
