"""评定: what each branch or member of a round got at each stage and why, and what came of it (rules §15)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import person
from core.models import KeptFile
from core.scope import Scope, ScopedQuerySet
from evaluations.models.rounds import Round, deadline
from evaluations.models.rubrics import MOST, Rubric, RubricCriterion, points
from evaluations.rules.rounds import LABELS
from members.models import Member
from members.rules.separation import Acted, Person
from orgs.models import PartyOrganization

YEARS = 2  # a result older than the year before last tells of nobody any more


class Stage(models.TextChoices):
    SELF = "SELF", "待自评"
    STREET = "STREET", "待街道复核"
    DEPARTMENT = "DEPARTMENT", "待组织部门审定"
    REVIEWED = "REVIEWED", "已审定"


class Exempt(models.TextChoices):
    """Members who keep no score (特殊党员)."""

    AGE = "AGE", "年满 70 周岁"
    FRAIL = "FRAIL", "年老体弱或长期患病"


class OfEvaluationQuerySet(ScopedQuerySet):
    """What belongs to an evaluation is seen with it; of a member by those alone who may see members there."""

    def reached_by(self, scope: Scope) -> Self:
        rows, members = super().reached_by(scope), scope.having("members.view")
        if members.grants == scope.grants:
            return rows
        of = self.model.scope_path.removesuffix("party_organization__path")
        return rows.filter(Q(**{f"{of}member": None}) | members.path_filter(self.model.scope_path))


class EvaluationQuerySet(OfEvaluationQuerySet):
    def late(self, on: date) -> Self:
        """Those whose stage should be over."""
        found = Q(pk__in=[])
        for stage in LABELS:
            found |= Q(stage=stage, **{f"round__{deadline(stage)}__lt": on})
        return self.filter(found, round__state=Round.State.OPEN)

    def counted(self, scope: Scope) -> Self:
        """Results that a scope may read as numbers, once their round is final."""
        granted = scope.having("evaluations.results")
        return self.filter(
            granted.path_filter("party_organization__path"), round__state=Round.State.FINAL
        ).as_narrowed()

    def newest_final(self, of: str, on: date) -> Self:
        """Of each branch, or member (`of` is the column that says whose it is), the newest result that was final by a day."""
        final = Evaluation.objects.filter(
            round__state=Round.State.FINAL, round__final_on__lte=on, round__last_day__year__gte=on.year - YEARS,
            member__isnull=of != "member",
        )  # fmt: skip
        later = final.filter(**{of: models.OuterRef(of)}, round__last_day__gt=models.OuterRef("round__last_day"))
        return self.filter(~models.Exists(later), pk__in=final.values("pk"))


class Evaluation(models.Model):
    """One branch or member in a round: where it waits, who took which step, the sum at each, and what came of it. Name and unit
    are those of the time that is evaluated."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="evaluations", verbose_name="评定批次")
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="evaluations", verbose_name="党组织"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="evaluations", verbose_name="党员"
    )
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="evaluations", verbose_name="评分办法")
    name = models.CharField("名称", max_length=200)
    unit = models.CharField("单位", max_length=200, blank=True)
    stage = models.CharField("进度", max_length=10, choices=Stage, default=Stage.SELF)
    self_by, self_on = person("自评人"), EventDateField("自评日期", null=True, blank=True)
    street_by, street_on = person("街道复核人"), EventDateField("街道复核日期", null=True, blank=True)
    department_by, department_on = person("审定人"), EventDateField("审定日期", null=True, blank=True)
    self_total = points("自评总分", null=True, blank=True)
    street_total = points("街道复核总分", null=True, blank=True)
    department_total = points("审定总分", null=True, blank=True)
    total = points("总分", null=True, blank=True)
    grade = models.CharField("等次", max_length=8, blank=True)
    five_good = models.BooleanField("五个好", default=False)
    short_of = models.JSONField("未达到“五个好”的原因", default=list, blank=True)
    by_dimension = models.JSONField("各方面得分", null=True, blank=True)  # by their codes, as "17.65"
    lifts = models.JSONField("补足就能达到“五个好”的评分项", null=True, blank=True)  # their codes, and what each misses
    exempt = models.CharField("不评分的原因", max_length=5, choices=Exempt, blank=True)
    chosen = models.BooleanField("支部党员大会评定为“五个好”", null=True, blank=True)
    chosen_reason = models.CharField("支部党员大会没有评定的原因", max_length=200, blank=True)

    objects = EvaluationQuerySet.as_manager()
    derived = frozenset({"by_dimension", "lifts"})
    view_permission = "evaluations.view"
    change_permission = "evaluations.score"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "评定"
        verbose_name_plural = "评定"
        indexes = [models.Index(fields=["round", "stage", "id"], name="evaluation_stage")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "party_organization"],
                condition=Q(member=None),
                name="evaluation_of_branch_once",
                violation_error_message="这个党支部已在批次中",
            ),
            models.UniqueConstraint(
                fields=["round", "member"],
                name="evaluation_of_member_once",
                violation_error_message="这名党员已在批次中",
            ),
            models.CheckConstraint(
                condition=(Q(stage="REVIEWED") & Q(total__isnull=False, exempt=""))
                | (Q(stage="REVIEWED", total=None) & ~Q(exempt=""))
                | (~Q(stage="REVIEWED") & Q(total=None, exempt="")),
                name="evaluation_reviewed",
                violation_error_message="审定以后才有总分，不评分的没有",
            ),
            models.CheckConstraint(
                condition=~Q(chosen=False) | ~Q(chosen_reason=""),
                name="evaluation_not_chosen",
                violation_error_message="达到分数线而没有评定为“五个好”的，请写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.round}"

    @property
    def waits(self) -> str:
        """Where it waits, in words."""
        return "不评分" if self.exempt else stage_names(of_members=bool(self.member_id))[self.stage]

    def act_of(self, stage: str) -> str:
        """What is done at a stage, in words."""
        return "支部评定" if self.member_id and stage == Stage.SELF else LABELS.get(stage, "")

    def whom(self) -> list[Acted]:
        """The member whom it is about: nobody reviews himself."""
        return [Acted("被评定", Person(0, self.name))] if self.member_id else []


def stage_names(*, of_members: bool) -> dict[str, str]:
    """What it is called to wait at each stage: a member is scored by the branch."""
    return dict(Stage.choices) | ({Stage.SELF: "待支部评定"} if of_members else {})


class Score(models.Model):
    """A criterion of an evaluation: the fact with what proves it, as it was when the round was opened, and what each stage gave.
    What follows from a fact is given by nobody."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="scores", verbose_name="评定")
    criterion = models.ForeignKey(RubricCriterion, models.PROTECT, related_name="+", verbose_name="评分项")
    fact = models.JSONField("记录反映的情况", default=dict, blank=True)
    auto = points("自动得分", null=True, blank=True)
    excluded = models.CharField("不适用的原因", max_length=200, blank=True)
    self_points = points("自评", null=True, blank=True)
    self_text = models.CharField("自评说明", max_length=300, blank=True)
    street_points = points("街道复核", null=True, blank=True)
    street_reason = models.CharField("街道复核理由", max_length=300, blank=True)
    department_points = points("审定", null=True, blank=True)
    department_reason = models.CharField("审定理由", max_length=300, blank=True)
    final = points("最后得分", null=True, blank=True)

    objects = OfEvaluationQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.score"
    scope_path = "evaluation__party_organization__path"

    class Meta:
        verbose_name = "得分"
        verbose_name_plural = "得分"
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "criterion"], name="score_once", violation_error_message="这一项已有得分"
            ),
            models.CheckConstraint(
                condition=Q(street_points=None)
                | Q(self_points=None)
                | Q(street_points=F("self_points"))
                | ~Q(street_reason=""),
                name="score_street_reason",
                violation_error_message="街道复核与自评不同的，请写明理由",
            ),
            models.CheckConstraint(
                condition=Q(department_points=None)
                | Q(department_points=F("street_points"))
                | ~Q(department_reason=""),
                name="score_department_reason",
                violation_error_message="审定与街道复核不同的，请写明理由",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} {self.criterion.code}"


class Extra(models.Model):
    """加分、扣分、一票否决, with what it rests on; `by` nobody where the records say so."""

    class Kind(models.TextChoices):
        BONUS = "BONUS", "加分"
        PENALTY = "PENALTY", "扣分"
        VETO = "VETO", "一票否决"

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="extras", verbose_name="评定")
    kind = models.CharField("类型", max_length=7, choices=Kind)
    code = models.CharField("编号", max_length=12)
    points = points("分值", default=0, validators=[MinValueValidator(0)])
    what = models.CharField("事项", max_length=200)
    text = models.CharField("依据", max_length=300)
    added_by = person("登记人")
    added_on = EventDateField("登记日期")

    objects = OfEvaluationQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "evaluation__party_organization__path"

    class Meta:
        verbose_name = "加减分和一票否决"
        verbose_name_plural = "加减分和一票否决"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="VETO", points=0) | (~Q(kind="VETO") & Q(points__gt=0, points__lte=MOST)),
                name="extra_points",
                violation_error_message="加分、扣分大于 0，一票否决不计分",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation} {self.get_kind_display()}：{self.what}"


class Evidence(KeptFile):
    """佐证: a file that the branch hangs on a score of its own. The file is kept encrypted below DATA_DIR."""

    score = models.ForeignKey(Score, models.PROTECT, related_name="evidence", verbose_name="得分")
    added_by = person("上传人")
    added_at = models.DateTimeField("上传时间")

    objects = OfEvaluationQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.score"
    scope_path = "score__evaluation__party_organization__path"

    class Meta:
        verbose_name = "佐证"
        verbose_name_plural = "佐证"
        constraints = [
            models.UniqueConstraint(
                fields=["score", "sha256"], name="evidence_once", violation_error_message="这个文件已上传"
            ),
        ]
