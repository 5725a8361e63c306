"""评分办法: what is given points in an evaluation, and where the lines are drawn (rules §15)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from core.days import EventDateField, PeriodDateField
from core.fields import person
from core.scope import PublicQuerySet, Scope
from evaluations.choices import Category, Dimension, MemberDimension

DIMENSIONS = [*Dimension.choices, *MemberDimension.choices]
MOST = 100


def points(name: str, **more: object) -> models.DecimalField:
    return models.DecimalField(name, max_digits=5, decimal_places=2, **more)  # type: ignore[arg-type]


class RubricQuerySet(PublicQuerySet):
    """Whoever is evaluated may know by what; the city makes them, and sees its drafts."""

    def seen_by(self, scope: Scope) -> Self:
        return self.all() if scope.having("evaluations.rubrics").whole else self.published()

    def published(self) -> Self:
        return self.filter(published_on__isnull=False)

    def in_force(self, on: date) -> Self:
        """The newest published one of each category that holds by a day."""
        holding = self.published().filter(since__lte=on)
        later = holding.filter(category=models.OuterRef("category")).order_by("-since", "-edition").values("pk")
        return holding.filter(pk=models.Subquery(later[:1]))


class Rubric(models.Model):
    """A version for a category. Once it is published it never changes, nor does what belongs to it: the database refuses."""

    category = models.CharField("适用对象", max_length=10, choices=Category)
    edition = models.PositiveSmallIntegerField("版次")
    name = models.CharField("名称", max_length=60)
    since = PeriodDateField("施行日期")
    five_total = points("“五个好”总分线", default=85)
    five_dimension = points("“五个好”每个维度的最低分", default=14)
    bonus_cap = points("加分上限", default=5)
    penalty_cap = points("扣分上限", default=10)
    bands = models.JSONField("等次分数线")  # rising, as texts
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复制自"
    )
    published_on = EventDateField("发布日期", null=True, blank=True)
    published_by = person("发布人")

    objects = RubricQuerySet.as_manager()
    change_permission = "evaluations.rubrics"
    given_from_above = True

    class Meta:
        verbose_name = "评分办法"
        verbose_name_plural = "评分办法"
        constraints = [
            models.UniqueConstraint(
                fields=["category", "edition"], name="rubric_edition", violation_error_message="这个版次已有"
            ),
            models.CheckConstraint(
                condition=Q(
                    five_total__range=(0, MOST), five_dimension__range=(0, MOST), bonus_cap__range=(0, MOST),
                    penalty_cap__range=(0, MOST),
                ),
                name="rubric_lines",
                violation_error_message="分数线和上限在 0 至 100 之间",
            ),
            models.CheckConstraint(
                condition=Q(published_on=None) | Q(published_by__isnull=False),
                name="rubric_published_by",
                violation_error_message="发布的评分办法须有发布人",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name}（第 {self.edition} 版）"

    @property
    def draft(self) -> bool:
        return self.published_on is None


class RubricCriterion(models.Model):
    """A criterion with the points that it brings in a rubric, and the numbers of its formula. What is automatic may be judged
    instead, never the other way round."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="criteria", verbose_name="评分办法")
    code = models.CharField("编号", max_length=8)
    dimension = models.CharField("维度", max_length=8, choices=DIMENSIONS)
    points = points("分值")
    numbers = models.JSONField("计分数字", default=dict, blank=True)
    judged = models.BooleanField("改为评分", default=False)
    asks = models.CharField("评分要求和佐证", max_length=300, blank=True)  # the clerk's own words, else the criterion's

    objects = PublicQuerySet.as_manager()
    change_permission = "evaluations.rubrics"
    given_from_above = True

    class Meta:
        verbose_name = "评分项"
        verbose_name_plural = "评分项"
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "code"], name="rubric_criterion_once", violation_error_message="这一项已在评分办法中"
            ),
            models.CheckConstraint(
                condition=Q(points__gt=0, points__lte=MOST),
                name="rubric_criterion_points",
                violation_error_message="分值大于 0，不超过 100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rubric} {self.code}"
