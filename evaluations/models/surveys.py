"""满意度测评 of a branch by members and employees, without names (rules §15).

No row is an answer: each adds to sums, which stand from the beginning and are read once the survey is closed. A ticket says
whether it was used and nothing else. Whoever answers rewrites every ticket and every sum of the survey at once
(`evaluations.services.answers`), so that nothing that the database notes of a row tells one ticket from another.
"""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField
from core.fields import CodeDigestField, person
from core.models import KeptFile
from core.scope import ScopedQuerySet
from evaluations.models.evaluations import Evaluation
from evaluations.rules.surveys import GRADES, QUESTIONS


class SurveyQuerySet(ScopedQuerySet):
    def running(self) -> Self:
        return self.filter(closed_on=None)


class Survey(models.Model):
    """One of an evaluation: until when it takes answers, how many it takes to count, how many could answer, how many may. What
    came of it is told once it is closed."""

    evaluation = models.OneToOneField(Evaluation, models.PROTECT, related_name="survey", verbose_name="评定")
    opened_by, opened_on = person("组织人"), EventDateField("开始日期")
    until = DeadlineField("截止日期")
    people = models.PositiveIntegerField("党员和职工人数", validators=[MinValueValidator(1)])
    minimum = models.PositiveIntegerField("最少份数")
    slips = models.PositiveIntegerField("发放答卷码", default=0)
    closed_by, closed_on = person("结束人"), EventDateField("结束日期", null=True, blank=True)
    online = models.PositiveIntegerField("网上收回", null=True, blank=True)
    counted = models.PositiveIntegerField("计入份数", null=True, blank=True)  # nothing where they were too few
    satisfied = models.PositiveIntegerField("满意和基本满意", null=True, blank=True)

    objects = SurveyQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "evaluation__party_organization__path"

    class Meta:
        verbose_name = "满意度测评"
        verbose_name_plural = "满意度测评"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None, online=None, counted=None)
                | Q(closed_on__isnull=False, online__isnull=False),
                name="survey_closed",
                violation_error_message="结束以后才有结果",
            ),
            models.CheckConstraint(
                condition=Q(counted=None, satisfied=None)
                | Q(counted__gte=F("minimum"), satisfied__lte=F("counted"), satisfied__isnull=False),
                name="survey_enough",
                violation_error_message="达到最少份数才有结果",
            ),
            models.CheckConstraint(
                condition=Q(slips__lte=F("people")),
                name="survey_slips",
                violation_error_message="答卷码不多于党员和职工人数",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} 满意度测评"

    @property
    def running(self) -> bool:
        return self.closed_on is None


class SurveyTicket(models.Model):
    """The right to answer once. Neither when it was used nor by whom; gone when the survey is closed."""

    digest = CodeDigestField("答卷码摘要", max_length=64, primary_key=True)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="tickets", verbose_name="满意度测评")
    used = models.BooleanField("已用", default=False)

    class Meta:
        verbose_name = "答卷码"
        verbose_name_plural = "答卷码"

    def __str__(self) -> str:
        return "答卷码"


class SurveySum(models.Model):
    """How often a grade was given to a question online."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="sums", verbose_name="满意度测评")
    question = models.CharField("问题", max_length=8, choices=QUESTIONS)
    grade = models.CharField("评价", max_length=8, choices=GRADES)
    number = models.PositiveIntegerField("份数", default=0)

    class Meta:
        verbose_name = "测评票数"
        verbose_name_plural = "测评票数"
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "question", "grade"], name="survey_sum_once", violation_error_message="这一项已有"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_question_display()} {self.get_grade_display()}"


class SurveyPaper(KeptFile):
    """Answers on paper, counted by whoever entered them, with the sheets as a file."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="papers", verbose_name="满意度测评")
    sheets = models.PositiveIntegerField("纸质问卷份数", validators=[MinValueValidator(1)])
    counts = models.JSONField("票数")  # by question and grade
    added_by, added_on = person("录入人"), EventDateField("录入日期")

    objects = ScopedQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "survey__evaluation__party_organization__path"

    class Meta:
        verbose_name = "纸质问卷"
        verbose_name_plural = "纸质问卷"
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "sha256"], name="survey_paper_once", violation_error_message="这个文件已上传"
            ),
        ]
