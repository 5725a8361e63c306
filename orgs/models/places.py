"""Where organizations are: statistical areas, and functional areas that are not area codes (domain §3.7)."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from core.scope import PublicQuerySet

DISTRICT_DIGITS, STREET_DIGITS = 6, 9  # leading digits of a code that name the district and the street


class Region(models.Model):
    """行政区划: a node of the 12-digit statistical area code tree. The code is the key: records keep it readable."""

    class Level(models.TextChoices):
        """Levels of the tree."""

        CITY = "city", "市"
        DISTRICT = "district", "区县"
        STREET = "street", "街道(乡镇)"
        COMMUNITY = "community", "社区(村)"

    code = models.CharField(
        "区划代码", max_length=12, primary_key=True, validators=[RegexValidator(r"^\d{12}$", "区划代码是 12 位数字")]
    )
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )

    objects = PublicQuerySet.as_manager()

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


class Zone(models.Model):
    """园区、商圈、楼宇、市场、产业链: a functional area in which Party organizations are set up (Opinion 二-1)."""

    class Kind(models.TextChoices):
        """Kinds that the Opinion names."""

        PARK = "park", "园区"
        BUILDING = "building", "楼宇"
        BUSINESS_DISTRICT = "business_district", "商圈"
        MARKET = "market", "市场"
        CHAIN = "chain", "产业链"

    code = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("类型", max_length=20, choices=Kind)
    name = models.CharField("名称", max_length=80)
    region = models.ForeignKey(Region, models.PROTECT, related_name="zones", verbose_name="所在区划")

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = "园区、楼宇、商圈、市场、产业链"
        verbose_name_plural = "园区、楼宇、商圈、市场、产业链"

    def __str__(self) -> str:
        return self.name
