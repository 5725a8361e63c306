"""异议: what is objected while a result is public, and its answer (rules §15)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import person
from evaluations.models.evaluations import Evaluation, OfEvaluationQuerySet, Score
from evaluations.models.rubrics import points


class Objection(models.Model):
    """异议 against a published result, of one score or of all of it: who raised it, who entered it, who answered, and which points
    followed."""

    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED", "异议成立"
        REJECTED = "REJECTED", "异议不成立"

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="objections", verbose_name="评定")
    score = models.ForeignKey(
        Score, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name="评分项"
    )
    text = models.CharField("异议", max_length=500)
    raised_by = models.CharField("提出人", max_length=60)
    raised_unit = models.CharField("提出人单位", max_length=100, blank=True)
    received_on = EventDateField("收到日期")
    entered_by = person("登记人")
    outcome = models.CharField("结论", max_length=8, choices=Outcome, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    points_before = points("原得分", null=True, blank=True)
    points = points("改为", null=True, blank=True)
    answered_by = person("答复人")
    answered_on = EventDateField("答复日期", null=True, blank=True)

    objects = OfEvaluationQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.decide"
    scope_path = "evaluation__party_organization__path"

    class Meta:
        verbose_name = "异议"
        verbose_name_plural = "异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", answered_by=None, answered_on=None, points=None, answer="")
                | (~Q(outcome="") & ~Q(answer="") & Q(answered_by__isnull=False, answered_on__isnull=False)),
                name="objection_answered",
                violation_error_message="答复须有结论、理由和答复人",
            ),
            models.CheckConstraint(
                condition=Q(points=None) | Q(outcome="ACCEPTED", score__isnull=False),
                name="objection_points",
                violation_error_message="异议成立、针对一项得分的，才改分",
            ),
            models.UniqueConstraint(
                fields=["score"],
                condition=Q(points__isnull=False),
                name="objection_changes_once",
                violation_error_message="这一项已因异议改过一次",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("entered_by")),
                name="objection_other_person",
                violation_error_message="答复人不能是登记人",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} 异议"
