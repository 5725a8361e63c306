"""What lists, worklists, indicators and the dashboard read: one row per organization, and the same facts summed.

Both are kept true by `orgs.facts.refresh`, which every service calls for the organizations it touched, in its own
transaction; `manage.py recount --check` recomputes them from the sources.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.days import EventDateField
from core.scope import PublicQuerySet, Scope, ScopedQuerySet
from orgs.models.organizations import Category, Organization
from orgs.models.party import PartyOrganization


class ManagedWithin(ScopedQuerySet):
    """Rows are read with the committee that manages what they tell of, so that each is counted once."""

    def reached_by(self, scope: Scope) -> Self:
        """Rows whose managing committee is within the scope."""
        return self.all() if scope.whole else self.filter(managed_by__in=scope.unit_managers)


class SizeBand(models.TextChoices):
    """By the thresholds of the Opinion for the organization's sector."""

    LARGE = "L", "规模较大"  # at or above the threshold for a Party organization
    MIDDLE = "M", "中等"  # at or above the threshold for a member
    SMALL = "S", "较小"
    UNKNOWN = "U", "人数不明"


class StatedFacts(models.Model):
    """What measures read of an organization, and what a list of names prints beside it.

    Stated now in `OrganizationFacts`, and frozen by the apps above with the same columns: a measure's condition filters both.
    Foreign keys are neither checked nor indexed alone: the rows they are copied from are checked, and the indexes of the
    lists begin with them.
    """

    # keys of every cut, copied from the organization
    managed_by = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    region_code = models.CharField(max_length=12, blank=True)
    zone_key = models.BigIntegerField(default=0)  # id of the zone, 0 for none
    category = models.CharField("类别", max_length=3, choices=Category, blank=True)
    band = models.CharField("规模", max_length=1, choices=SizeBand, default=SizeBand.UNKNOWN)
    # who counts: `counted` is in scope and 正常; a unit besides is a legal person and not self-employed (U of rules §7)
    counted = models.BooleanField("纳入统计", default=False)
    unit = models.BooleanField("法人单位", default=False)
    # counted, but a branch or office of another body: said apart, and never judged whether it should have anything
    branch_office = models.BooleanField("分支机构", default=False)
    undecided = models.BooleanField("待判定", default=False)
    restructured = models.BooleanField("国有（集体）改制", default=False)
    influential = models.BooleanField("影响较大", default=False)
    # how many
    size = models.PositiveIntegerField("人数", null=True)  # the size the thresholds use
    stale = models.BooleanField("人数过期", default=False)  # the size was counted too long ago
    disputed = models.BooleanField(
        "人数有争议", default=False
    )  # another source puts it on the other side of a threshold
    staff = models.PositiveIntegerField("职工数", default=0)
    formal = models.PositiveIntegerField("正式党员", default=0)
    probationary = models.PositiveIntegerField("预备党员", default=0)
    # coverage
    form = models.CharField("覆盖形式", max_length=10, blank=True)
    covered_by = models.ForeignKey(
        PartyOrganization,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="覆盖党组织",
    )
    has_org = models.BooleanField("已建党组织", default=False)
    venue = models.BooleanField("有活动场所", default=False)
    # people responsible, work
    instructor = models.BooleanField("有指导员", default=False)
    liaison = models.BooleanField("有联络员", default=False)
    union = models.BooleanField("有工会", default=False)
    youth = models.BooleanField("有团组织", default=False)
    women = models.BooleanField("有妇联", default=False)
    work_covered = models.BooleanField("工作覆盖", default=False)
    # what should be
    should = models.BooleanField("应建党组织", default=False)
    should_since = EventDateField("应建起始", null=True)
    should_member = models.BooleanField("应有党员", default=False)
    should_member_since = EventDateField("应有党员起始", null=True)
    formal_ready = models.BooleanField("正式党员三名以上", default=False)  # the strict `should` of rules §7 (R3)

    class Meta:
        abstract = True


class OrganizationFacts(StatedFacts):
    """组织情况: one row per organization with what all apps know of it."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="facts", db_constraint=False
    )
    covered_since = EventDateField("覆盖起始", null=True)
    instructor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    instructor_name = models.CharField("指导员", max_length=60, blank=True)
    visited_on = EventDateField("最近走访", null=True)
    # the newest of visit, liaison's contact and mass organization's Party work
    evidence_on = EventDateField("最近工作记录", null=True)

    objects = ManagedWithin.as_manager()
    view_permission = "registry.view"
    change_permission = ""  # stated from the sources

    class Meta:
        verbose_name = "组织情况"
        verbose_name_plural = "组织情况"
        indexes = [
            models.Index(fields=["managed_by", "organization"], name="facts_managed"),
            models.Index(
                fields=["managed_by", "organization"], name="facts_gap", condition=Q(should=True, has_org=False)
            ),
            # who could join a neighbour, and by whom a zone is covered: read beside every page of a worklist
            models.Index(
                fields=["region_code"],
                name="facts_joinable",
                condition=Q(counted=True, has_org=False, formal__gt=0),
            ),
            models.Index(fields=["zone_key"], name="facts_area", condition=Q(form="AREA")),
            models.Index(
                fields=["should_since", "organization"],
                name="facts_overdue",
                condition=Q(should=True, has_org=False),
            ),
            models.Index(
                fields=["managed_by", "organization"],
                name="facts_member_gap",
                condition=Q(should_member=True, formal=0, probationary=0),
            ),
            models.Index(fields=["covered_by"], name="facts_covered_by", condition=Q(covered_by__isnull=False)),
            models.Index(fields=["instructor_user"], name="facts_own", condition=Q(instructor_user__isnull=False)),
            models.Index(fields=["managed_by", "organization"], name="facts_undecided", condition=Q(undecided=True)),
        ]

    def __str__(self) -> str:
        return f"组织情况 {self.organization_id}"


class StatedNode(models.Model):
    """What is counted by Party organization: where it stands, and its measures by code, but for those that are 0."""

    managed_by = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )  # the committee at or above it
    region_code = models.CharField(max_length=12, blank=True)  # its own, or that of the nearest above
    measured = models.JSONField("各项数", default=dict)

    class Meta:
        abstract = True


class PartyFacts(StatedNode):
    """党组织情况: one row per standing Party organization."""

    node = models.OneToOneField(
        PartyOrganization, models.CASCADE, primary_key=True, related_name="facts", db_constraint=False
    )

    objects = ManagedWithin.as_manager()
    view_permission = "registry.view"
    change_permission = ""  # stated from the sources

    class Meta:
        verbose_name = "党组织情况"
        verbose_name_plural = "党组织情况"
        indexes = [models.Index(fields=["managed_by"], name="party_facts_managed")]

    def __str__(self) -> str:
        return f"党组织情况 {self.node_id}"


class Recount(models.Model):
    """The last time that all facts were stated, the day they were stated for, and the parameters of then: one row."""

    on = EventDateField("日期")
    at = models.DateTimeField("时间")
    parameters = models.JSONField("参数", default=dict)
    measures = models.CharField("各项数的定义", max_length=64, blank=True)  # a digest: what was counted

    objects = PublicQuerySet.as_manager()
    change_permission = ""  # the system's own

    class Meta:
        verbose_name = "重新计算"
        verbose_name_plural = "重新计算"

    def __str__(self) -> str:
        return f"{self.on}"


class Figure(models.Model):
    """One measure, counted or summed for one managing committee × region × zone × category × size band.

    Most questions ask for one of the four at a time or for none, so the same is summed once more by each alone and by none
    (`cut`): then the other keys are empty and say nothing. Keys are plain values with '' and 0 for none, so that a figure
    is unique on both databases.
    """

    cut = models.CharField(max_length=8, blank=True)  # empty: by all four
    managed_by = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    region_code = models.CharField(max_length=12, blank=True)
    zone_key = models.BigIntegerField(default=0)
    category = models.CharField(max_length=3, blank=True)
    band = models.CharField(max_length=1, blank=True)
    measure = models.CharField(max_length=40)
    value = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class Tally(Figure):
    """The figures as they stand. Those that have become 0 may remain until the next full recount.

    The measure without a code (`STATED`) counts how often anything of a committee was stated, also where its sums stayed
    as they were: see `orgs.facts.state`.
    """

    objects = ManagedWithin.as_manager()
    view_permission = "registry.view"
    change_permission = ""  # summed from the facts

    class Meta:
        verbose_name = "汇总"
        verbose_name_plural = "汇总"
        constraints = [
            # in this order it is also the index that figures are read by
            models.UniqueConstraint(
                fields=["cut", "measure", "managed_by", "region_code", "zone_key", "category", "band"],
                name="tally_figure",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.cut} {self.managed_by_id} {self.region_code} {self.category}"


STATED = ""  # the measure that counts statements
CELL_KEYS = ("managed_by_id", "region_code", "zone_key", "category", "band")
TALLY_KEYS = ("cut", *CELL_KEYS, "measure")
NODE_KEYS = ("region_code",)  # of what is counted by Party organization
SMALLEST = "whole"  # of the cuts: by the committee alone
CUTS = {"region": "region_code", "zone": "zone_key", "category": "category", "band": "band"}  # to the key that it keeps


def cut_knowing(columns: Set[str]) -> str:
    """The cut with the fewest rows that knows these keys: with several at once only the one by all of them does."""
    asked = [cut for cut, key in CUTS.items() if key in columns]
    return "" if len(asked) > 1 else asked[0] if asked else SMALLEST
