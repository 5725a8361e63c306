"""What a committee gives to all branches below it: 主题实践活动 to join (Opinion 二-2), 典型经验 to learn from (三-4)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from activities.models.records import ActivityRecord
from core.days import EventDateField
from core.fields import person
from core.periods import Period, holding_on
from orgs.models import PartyOrganization
from orgs.models.party import FromAboveQuerySet, steps


class FromCommitteeQuerySet(FromAboveQuerySet):
    def for_branch(self, branch: PartyOrganization) -> Self:
        return self.filter(committee__in=steps(branch.path))


class CampaignQuerySet(FromCommitteeQuerySet):
    def on(self, day: date) -> Self:
        return self.filter(holding_on(day))


class Campaign(Period):
    """主题实践活动. Records say that they belong to one (`ActivityRecord.campaign`)."""

    committee = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="campaigns", verbose_name="开展的党组织"
    )
    name = models.CharField("名称", max_length=60)
    asks = models.CharField("要求", max_length=300, blank=True)

    objects = CampaignQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.review"
    scope_path = "committee__path"

    class Meta:
        verbose_name = "主题实践活动"
        verbose_name_plural = "主题实践活动"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["committee", "name", "since"],
                name="campaign_once",
                violation_error_message="这项主题实践活动已登记",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Experience(models.Model):
    """典型经验: what other branches may learn from a record that was accepted. It has words of its own, without names; who
    learned from it says so in a record (`ActivityRecord.adopted_from`)."""

    record = models.ForeignKey(ActivityRecord, models.PROTECT, related_name="experiences", verbose_name="活动记录")
    committee = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="experiences", verbose_name="公布的党组织"
    )
    title = models.CharField("题目", max_length=120)
    why = models.CharField("推荐理由", max_length=300)
    outline = models.TextField("做法", max_length=5000)
    published_by = person("公布人", missing=False)
    published_on = EventDateField("公布日期")
    withdrawn_on = EventDateField("撤回日期", null=True, blank=True)
    withdrawn_why = models.CharField("撤回原因", max_length=200, blank=True)

    objects = FromCommitteeQuerySet.as_manager()
    view_permission = "activities.view"
    change_permission = "activities.review"
    scope_path = "committee__path"

    class Meta:
        verbose_name = "典型经验"
        verbose_name_plural = "典型经验"
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(withdrawn_on=None),
                name="experience_once",
                violation_error_message="这份记录已公布为典型经验",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None, withdrawn_why="")
                | (Q(withdrawn_on__gte=F("published_on")) & ~Q(withdrawn_why="")),
                name="experience_withdrawn_with_reason",
                violation_error_message="撤回典型经验请写明原因",
            ),
        ]

    def __str__(self) -> str:
        return self.title
