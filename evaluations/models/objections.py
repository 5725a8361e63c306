"""异议 against what is public, of a score or of a list of awards: who raised it, who entered it, who answered (rules §15)."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import person
from core.scope import Scope, ScopedQuerySet
from evaluations.models.awards import Proposal
from evaluations.models.evaluations import Evaluation, OfEvaluationQuerySet, Score
from evaluations.models.rubrics import points


class Raised(models.Model):
    """What somebody has against it; whoever answers is another than whoever entered it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED", "异议成立"
        REJECTED = "REJECTED", "异议不成立"

    text = models.CharField("异议", max_length=500)
    raised_by = models.CharField("提出人", max_length=60)
    raised_unit = models.CharField("提出人单位", max_length=100, blank=True)
    received_on = EventDateField("收到日期")
    entered_by = person("登记人")
    outcome = models.CharField("结论", max_length=8, choices=Outcome, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = person("答复人")
    answered_on = EventDateField("答复日期", null=True, blank=True)

    about: tuple[str, ...]  # the columns that tell what it is raised against
    change_permission = "evaluations.decide"

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("entered_by")),
                name="%(class)s_other_person",
                violation_error_message="答复人不能是登记人",
            ),
        ]


def answered_whole(name: str, **open_: Any) -> models.CheckConstraint:
    """An answer has its outcome, its reason and whoever gave it; none of them stands before (`open_`: nor do these)."""
    none = Q(outcome="", answered_by=None, answered_on=None, answer="", **open_)
    return models.CheckConstraint(
        condition=none | (~Q(outcome="") & ~Q(answer="") & Q(answered_by__isnull=False, answered_on__isnull=False)),
        name=name,
        violation_error_message="答复须有结论、理由和答复人",
    )


class Objection(Raised):
    """Of one score or of all of a result, and which points followed."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="objections", verbose_name="评定")
    score = models.ForeignKey(
        Score, models.PROTECT, null=True, blank=True, related_name="objections", verbose_name="评分项"
    )
    points_before = points("原得分", null=True, blank=True)
    points = points("改为", null=True, blank=True)

    objects = OfEvaluationQuerySet.as_manager()
    about = ("evaluation", "score")
    view_permission = "evaluations.view"
    scope_path = "evaluation__party_organization__path"

    class Meta:
        verbose_name = "异议"
        verbose_name_plural = "异议"
        constraints = [
            *Raised.Meta.constraints,
            answered_whole("objection_answered", points=None),
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
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} 异议"


class AwardObjectionQuerySet(ScopedQuerySet):
    """Seen where the awards are given, and by whoever entered it: nobody else is told who turned to them."""

    def reached_by(self, scope: Scope) -> Self:
        return self.filter(scope.path_filter(self.model.scope_path) | Q(entered_by=scope.user_id))


class AwardObjection(Raised):
    """Of somebody on the list of a 评选表彰 that is public."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="objections", verbose_name="推荐")

    objects = AwardObjectionQuerySet.as_manager()
    about = ("proposal",)
    view_permission = "evaluations.view"
    scope_path = "proposal__commendation__node__path"

    class Meta:
        verbose_name = "公示名单异议"
        verbose_name_plural = "公示名单异议"
        constraints = [*Raised.Meta.constraints, answered_whole("award_objection_answered")]

    def __str__(self) -> str:
        return f"{self.proposal} 异议"
