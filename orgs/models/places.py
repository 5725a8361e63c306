"""Where organizations are: statistical areas, which committee manages them, and functional areas (rules §4)."""

from __future__ import annotations

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from core.scope import PublicQuerySet, Scope

DISTRICT_DIGITS, STREET_DIGITS = 6, 9  # leading digits of a code that name the district and the street


class RegionQuerySet(PublicQuerySet):
    def attachable(self, scope: Scope, to: type[models.Model]) -> Self:
        """Any area may be named, but zones and jurisdictions are kept in the own ones."""
        return self.governed(scope.having("tree.change")) if to in (Zone, Jurisdiction) else self.all()

    def governed(self, scope: Scope) -> Self:
        """Areas that a committee within the scope manages, with all that lies in them."""
        if scope.whole:
            return self.all()
        managed = Jurisdiction.objects.filter(scope.path_filter("committee__path")).values("region")
        condition = Q(pk__in=[])
        for region in Region.objects.filter(pk__in=managed):
            condition |= Q(code__startswith=region.prefix)
        return self.filter(condition)


class Region(models.Model):
    """行政区划: a node of the 12-digit statistical area code tree. The code is the key: records keep it readable."""

    class Level(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "区县"
        STREET = "street", "街道（乡镇）"
        COMMUNITY = "community", "社区（村）"

    code = models.CharField(
        "区划代码", max_length=12, primary_key=True, validators=[RegexValidator(r"^\d{12}$", "区划代码是 12 位数字")]
    )
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )

    objects = RegionQuerySet.as_manager()
    change_permission = ""  # the national list, loaded by a command

    class Meta:
        verbose_name = "行政区划"
        verbose_name_plural = "行政区划"

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The digits that all codes below share."""
        digits = {self.Level.CITY: 4, self.Level.DISTRICT: DISTRICT_DIGITS, self.Level.STREET: STREET_DIGITS}
        return self.code[: digits.get(self.Level(self.level), 12)]


class JurisdictionQuerySet(PublicQuerySet):
    def changed_by(self, scope: Scope) -> Self:
        """Of committees below the own node, over areas of its own; an industry authority is the whole city's."""
        if scope.whole:
            return self.all()
        return self.filter(scope.below_filter("committee__path"), region__in=Region.objects.governed(scope))


class Jurisdiction(models.Model):
    """Which committee manages which region (economic organizations) or which industry authority's social ones
    (Opinion 三-2)."""

    committee = models.ForeignKey(
        "orgs.PartyOrganization", models.PROTECT, related_name="jurisdictions", verbose_name="管理党组织"
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="管理区划")
    authority = models.CharField("业务主管单位", max_length=80, blank=True)

    objects = JurisdictionQuerySet.as_manager()
    scope_path = "committee__path"
    change_permission = "tree.change"
    given_from_above = True

    class Meta:
        verbose_name = "管理权限"
        verbose_name_plural = "管理权限"
        constraints = [
            models.CheckConstraint(
                condition=Q(region__isnull=False, authority="") | (Q(region=None) & ~Q(authority="")),
                name="jurisdiction_region_or_authority",
                violation_error_message="请填写管理区划或业务主管单位，二者选一",
            ),
            models.UniqueConstraint(
                fields=["region"],
                condition=Q(region__isnull=False),
                name="jurisdiction_region_once",
                violation_error_message="这个区划已有管理党组织",
            ),
            models.UniqueConstraint(
                fields=["authority"],
                condition=~Q(authority=""),
                name="jurisdiction_authority_once",
                violation_error_message="这个业务主管单位已有管理党组织",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee}：{self.region or self.authority}"


class ZoneQuerySet(PublicQuerySet):
    def changed_by(self, scope: Scope) -> Self:
        """Those that lie in the areas of the scope."""
        return self.filter(region__in=Region.objects.governed(scope))


class Zone(models.Model):
    """园区、商圈、楼宇、市场、产业链: a functional area in which Party organizations are set up (Opinion 二-1)."""

    class Kind(models.TextChoices):
        PARK = "park", "园区"
        BUILDING = "building", "楼宇"
        BUSINESS_DISTRICT = "business_district", "商圈"
        MARKET = "market", "市场"
        CHAIN = "chain", "产业链"

    code = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类型", max_length=20, choices=Kind)
    name = models.CharField("名称", max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="zones", verbose_name="所在区划")

    objects = ZoneQuerySet.as_manager()
    change_permission = "tree.change"

    class Meta:
        verbose_name = "园区、楼宇、商圈、市场、产业链"
        verbose_name_plural = "园区、楼宇、商圈、市场、产业链"

    def __str__(self) -> str:
        return self.name
