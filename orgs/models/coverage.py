"""Coverage: which Party organization covers which organization, how, from when to when; and where it meets."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from core.days import EventDateField
from core.periods import Period, PeriodQuerySet
from core.scope import Scope, ScopedQuerySet
from orgs.models.organizations import Organization
from orgs.models.party import PartyOrganization
from orgs.models.places import Region, Zone


class CoverageQuerySet(PeriodQuerySet):
    def reached_by(self, scope: Scope) -> Self:
        """Of an organization managed within the scope, or by a Party organization within it."""
        return self.filter(
            Q(organization__managed_by__in=scope.unit_managers) | scope.path_filter("party_organization__path")
        )


class Coverage(Period):
    """覆盖关系. One open primary coverage per organization; a joint branch covers several (Opinion 二-1)."""

    class Form(models.TextChoices):
        """The ways the Opinion names. All but 功能型 count as having a Party organization (rules §7)."""

        SINGLE = "SINGLE", "单独组建"
        JOINT = "JOINT", "联合组建"
        ATTACHED = "ATTACHED", "挂靠"
        AREA = "AREA", "区域覆盖"
        INDUSTRY = "INDUSTRY", "行业覆盖"
        CHAIN = "CHAIN", "产业链龙头带动"
        FUNCTIONAL = "FUNCTIONAL", "功能型"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="coverages", verbose_name="两新组织")
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="coverages", verbose_name="党组织", db_index=False
    )  # the index of both keys serves
    form = models.CharField("形式", max_length=10, choices=Form)
    primary = models.BooleanField("主要覆盖", default=True)
    end_reason = models.CharField("终止原因", max_length=100, blank=True)
    batch_id = models.BigIntegerField("导入批次", null=True, blank=True, editable=False)

    objects = CoverageQuerySet.as_manager()
    view_permission = "registry.view"
    scope_path = "party_organization__path"
    change_permission = "coverage.change"
    change_path = "organization__managed_by__path"

    class Meta:
        verbose_name = "覆盖关系"
        verbose_name_plural = "覆盖关系"
        indexes = [
            models.Index(fields=["party_organization", "organization"], name="coverage_party"),
        ]
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(until=None, primary=True),
                name="coverage_one_primary",
                violation_error_message="该单位已有主要覆盖关系，请先终止原覆盖关系",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.get_form_display()} {self.organization}"


COUNTING_FORMS = tuple(form.value for form in Coverage.Form if form != Coverage.Form.FUNCTIONAL)


class Venue(models.Model):
    """活动场所: an organization's own, or a shared 党群服务中心 of a region or zone (Opinion 三-3)."""

    class Kind(models.TextChoices):
        OWN = "OWN", "本单位场所"
        SHARED = "SHARED", "党群服务中心（共享）"

    name = models.CharField("名称", max_length=100)
    kind = models.CharField("类型", max_length=6, choices=Kind)
    managed_by = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="venues", verbose_name="管理党组织")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在区划")
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="园区（楼宇等）"
    )
    address = models.CharField("地址", max_length=200, blank=True)
    area = models.PositiveIntegerField("面积（平方米）", null=True, blank=True)
    closed_on = EventDateField("停用日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "registry.view"
    change_permission = "registry.change"
    scope_path = "managed_by__path"

    class Meta:
        verbose_name = "活动场所"
        verbose_name_plural = "活动场所"

    def __str__(self) -> str:
        return self.name


class VenueUse(Period):
    """A Party organization meets at a venue."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="uses", verbose_name="场所")
    party_organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="venue_uses", verbose_name="使用的党组织"
    )

    objects = PeriodQuerySet.as_manager()
    view_permission = "registry.view"
    change_permission = "registry.change"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "场所使用"
        verbose_name_plural = "场所使用"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["venue", "party_organization"],
                condition=Q(until=None),
                name="venue_use_once",
                violation_error_message="该党组织已登记使用这个场所",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} 使用 {self.venue}"
