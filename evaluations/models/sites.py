"""示范点 (Opinion 三-4): Party organizations from which others learn, who came to see them, and with whom they are paired."""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField
from core.periods import Period, PeriodQuerySet
from core.scope import Scope, ScopedQuerySet
from evaluations.models.awards import Honour
from orgs.models import PartyOrganization


class SiteQuerySet(ScopedQuerySet):
    def standing(self) -> Self:
        return self.filter(withdrawn_on=None)

    def named(self) -> Self:
        return self.standing().filter(named_on__isnull=False)


class Site(models.Model):
    """示范点: cultivated, named for some years, looked at anew before they are over, or withdrawn with a reason."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="sites", verbose_name="党组织"
    )
    name = models.CharField("示范点", max_length=80)
    level = models.CharField("级别", max_length=8, choices=Honour.Level)
    theme = models.CharField("特色", max_length=300)
    cultivated_since = EventDateField("培育日期")
    named_on = EventDateField("命名日期", null=True, blank=True)
    document = models.CharField("命名文号", max_length=60, blank=True)
    expires_on = DeadlineField(
        "有效期至", null=True, blank=True, help_text="不填的，从命名或复核之日起按“参数”中的年数计算"
    )
    rechecked_on = EventDateField("复核日期", null=True, blank=True)
    recheck = models.CharField("复核情况", max_length=300, blank=True)
    withdrawn_on = EventDateField("撤销日期", null=True, blank=True)
    withdrawn_why = models.CharField("撤销原因", max_length=200, blank=True)

    objects = SiteQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "示范点"
        verbose_name_plural = "示范点"
        indexes = [models.Index(fields=["expires_on", "id"], name="site_to_recheck", condition=Q(withdrawn_on=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization"],
                condition=Q(withdrawn_on=None),
                name="site_once",
                violation_error_message="这个党组织已登记示范点",
            ),
            models.CheckConstraint(
                condition=Q(named_on=None, expires_on=None, rechecked_on=None)
                | Q(named_on__isnull=False, named_on__gte=F("cultivated_since"))
                & (Q(expires_on=None) | Q(expires_on__gte=F("named_on"))),
                name="site_named_after_cultivation",
                violation_error_message="命名日期不能早于培育日期；命名以后才有有效期和复核，有效期不能早于命名日期",
            ),
            models.CheckConstraint(
                condition=Q(rechecked_on=None) | Q(rechecked_on__gte=F("named_on")) & ~Q(recheck=""),
                name="site_rechecked_after_naming",
                violation_error_message="复核在命名以后，请写明复核情况",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("cultivated_since")) & ~Q(withdrawn_why=""),
                name="site_withdrawn_with_reason",
                violation_error_message="撤销示范点请写明原因，撤销日期不能早于培育日期",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SiteVisit(models.Model):
    """参观: who came to learn from a 示范点."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="visits", verbose_name="示范点")
    visited_on = EventDateField("参观日期")
    visitors = models.CharField("参观单位", max_length=100)
    people = models.PositiveSmallIntegerField("人数", validators=[MinValueValidator(1)])
    note = models.CharField("学习内容", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "activities.file"
    scope_path = "site__party_organization__path"

    class Meta:
        verbose_name = "参观"
        verbose_name_plural = "参观"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "visited_on", "visitors"],
                name="site_visit_once",
                violation_error_message="这一天的这次参观已登记",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.visitors}"


class PairQuerySet(PeriodQuerySet):
    """Seen on both sides, kept where the 示范点 is."""

    def reached_by(self, scope: Scope) -> Self:
        there = scope.path_filter("site__party_organization__path")
        return self.filter(there | scope.path_filter("party_organization__path"))


class Pair(Period):
    """结对: a Party organization that a 示范点 helps from a day until a day."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="pairs", verbose_name="示范点")
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="pairs", verbose_name="党组织"
    )
    tasks = models.CharField("帮带内容", max_length=300)
    result = models.CharField("成效", max_length=300, blank=True)

    objects = PairQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "site__party_organization__path"

    class Meta:
        verbose_name = "结对"
        verbose_name_plural = "结对"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["site", "party_organization"],
                condition=Q(until=None),
                name="pair_once",
                violation_error_message="这个示范点已与它结对",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} 与 {self.party_organization} 结对"
