"""党建工作指导员: who they are, where they are assigned, when they visited (Opinion 二-1)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.days import EventDateField, PeriodDateField
from core.fields import EncryptedTextField, person
from core.periods import Period, PeriodQuerySet
from core.scope import Scope
from orgs.models import Organization, PartyOrganization


class Instructor(Period):
    """A Party-building instructor, selected by a committee."""

    class Source(models.TextChoices):
        """Where the Opinion says they come from."""

        OFFICE = "OFFICE", "党政机关"
        ENTERPRISE = "ENTERPRISE", "企事业单位"
        VETERAN = "VETERAN", "复转军人"
        RETIRED = "RETIRED", "离退休老同志"
        OTHER = "OTHER", "其他"

    name = models.CharField("姓名", max_length=60)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    source = models.CharField("来源", max_length=10, choices=Source)
    home_unit = models.CharField("人事关系所在单位", max_length=120, blank=True)
    paid_by = models.CharField("报酬发放单位", max_length=120, blank=True)
    full_time = models.BooleanField("专职", default=False)
    phone = EncryptedTextField("联系电话", blank=True)
    sent_by = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="选派党组织")
    since = PeriodDateField("选派日期")
    until = PeriodDateField("终止日期", null=True, blank=True)

    objects = PeriodQuerySet.as_manager()
    view_permission = "visits.view"
    change_permission = reveal_permission = "visits.change"
    scope_path = "sent_by__path"

    class Meta(Period.Meta):
        verbose_name = "党建工作指导员"
        verbose_name_plural = "党建工作指导员"

    def __str__(self) -> str:
        return self.name


class OfOrganizationOrOwn(PeriodQuerySet):
    """Rows seen with their organization's managing committee, or by the instructor in person."""

    own_lookup = "instructor__user"

    def reached_by(self, scope: Scope) -> Self:
        """Rows of organizations managed within the scope, and the user's own."""
        if scope.whole:
            return self.all()
        reach = Q(organization__managed_by__in=scope.unit_managers)
        if scope.own:
            reach |= Q(**{self.own_lookup: scope.user_id})
        return self.filter(reach)


class Assignment(Period):
    """派驻: an instructor looks after an organization from a day until a day."""

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="assignments", verbose_name="指导员")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="assignments", verbose_name="两新组织")
    tasks = models.CharField("任务", max_length=200, blank=True)

    objects = OfOrganizationOrOwn.as_manager()
    view_permission = "visits.view"
    scope_path = "organization__managed_by__path"
    change_permission = "visits.change"

    class Meta:
        verbose_name = "派驻"
        verbose_name_plural = "派驻"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["instructor", "organization"],
                condition=Q(until=None),
                name="assignment_once",
                violation_error_message="该指导员已派驻这个单位",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instructor} 派驻 {self.organization}"


class Visit(models.Model):
    """走访: what was done at an organization on a day."""

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="visits", verbose_name="指导员")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="visits", verbose_name="两新组织")
    visited_on = EventDateField("走访日期")
    done = models.CharField("工作内容", max_length=500)
    result = models.CharField("结果", max_length=500, blank=True)
    entered_by = person("代登记人")  # who entered it for the instructor; empty when that was the instructor in person
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OfOrganizationOrOwn.as_manager()
    view_permission = "visits.view"
    scope_path = "organization__managed_by__path"
    change_permission = ""  # entered once

    class Meta:
        verbose_name = "走访"
        verbose_name_plural = "走访"
        indexes = [models.Index(fields=["organization", "visited_on"], name="visit_newest")]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.organization}"
