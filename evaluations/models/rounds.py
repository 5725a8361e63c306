"""评定批次: who is evaluated of which time, what each got at each stage and why, what was objected, and what came of it
(rules §15). Once a round is final, nothing of it changes: the database refuses."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField, PeriodDateField
from core.models import KeptFile
from core.scope import Scope, ScopedQuerySet, subtree
from evaluations.models.rubrics import Rubric, RubricCriterion, points
from evaluations.rules.facts import Span
from members.models import Member
from orgs.models import PartyOrganization
from orgs.models.party import steps

BONUS_MOST = 100


def person(name: str) -> models.ForeignKey:
    """Who did something; nobody yet, or the system."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=name
    )


class RoundQuerySet(ScopedQuerySet):
    """Whoever stands below its node takes part in it, and so may know of it; it is led from its node."""

    def reached_by(self, scope: Scope) -> Self:
        found = self.filter(scope.path_filter("node__path"))
        return found | self.filter(node__in=scope_nodes_above(scope))

    def standing(self) -> Self:
        """Those in which something is still to be done."""
        return self.filter(state__in=(Round.State.OPEN, Round.State.NOTICE))


def scope_nodes_above(scope: Scope) -> models.QuerySet[PartyOrganization]:
    """Those that stand above the nodes of a scope."""
    return PartyOrganization.objects.filter(pk__in={pk for grant in scope.grants for pk in steps(grant.path)})


class Round(models.Model):
    """A year or half a year of which branches, or members, below a node are evaluated."""

    class Subject(models.TextChoices):
        BRANCH = "BRANCH", "党支部"
        MEMBER = "MEMBER", "党员"

    class State(models.TextChoices):
        PREPARED = "PREPARED", "准备中"
        OPEN = "OPEN", "评定中"
        NOTICE = "NOTICE", "公示中"
        FINAL = "FINAL", "已确定"

    name = models.CharField("名称", max_length=60)
    subject = models.CharField("评定对象", max_length=6, choices=Subject, default=Subject.BRANCH)
    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="rounds", verbose_name="组织评定的党组织")
    first_day = PeriodDateField("评定期间第一天")
    last_day = PeriodDateField("评定期间最后一天")
    self_until = DeadlineField("自评截止日期")
    street_until = DeadlineField("街道复核截止日期")
    department_until = DeadlineField("组织部门审定截止日期")
    state = models.CharField("状态", max_length=8, choices=State, default=State.PREPARED)
    opened_on = EventDateField("开始日期", null=True, blank=True)
    notice_on = EventDateField("公示日期", null=True, blank=True)
    notice_until = DeadlineField("公示截止日期", null=True, blank=True)
    final_on = EventDateField("确定日期", null=True, blank=True)
    final_by = person("确定人")

    objects = RoundQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.decide"
    scope_path = "node__path"
    given_from_above = True

    class Meta:
        verbose_name = "评定批次"
        verbose_name_plural = "评定批次"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "subject", "first_day", "last_day"],
                name="round_once",
                violation_error_message="这一期间已有同类评定批次",
            ),
            models.CheckConstraint(
                condition=Q(
                    last_day__gt=F("first_day"), self_until__gt=F("last_day"), street_until__gt=F("self_until"),
                    department_until__gt=F("street_until"),
                ),
                name="round_timetable",
                violation_error_message="自评、街道复核、组织部门审定的截止日期依次向后，都在评定期间以后",
            ),
            models.CheckConstraint(
                condition=Q(state="PREPARED", opened_on=None, notice_on=None, notice_until=None, final_on=None)
                | Q(state="OPEN", opened_on__isnull=False, notice_on=None, notice_until=None, final_on=None)
                | Q(state="NOTICE", opened_on__isnull=False, notice_until__gt=F("notice_on"), final_on=None)
                | Q(state="FINAL", opened_on__isnull=False, final_on__gt=F("notice_until"), final_by__isnull=False),
                name="round_days",
                violation_error_message="状态与日期不符",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> Span:
        return Span(self.first_day, self.last_day)

    @property
    def of_members(self) -> bool:
        return self.subject == self.Subject.MEMBER

    @property
    def final(self) -> bool:
        return self.state == self.State.FINAL


class EvaluationQuerySet(ScopedQuerySet):
    def published(self) -> Self:
        """Those of which name, unit and result are public."""
        return self.filter(round__state__in=(Round.State.NOTICE, Round.State.FINAL))

    def below(self, node: PartyOrganization) -> Self:
        return self.filter(subtree(node.path, "party_organization__path"))

    def late(self, on: Any) -> Self:
        """Those whose stage should be over."""
        late = {Stage.SELF: "self_until", Stage.STREET: "street_until", Stage.DEPARTMENT: "department_until"}
        found = Q(pk__in=[])
        for stage, until in late.items():
            found |= Q(stage=stage, **{f"round__{until}__lt": on})
        return self.filter(found, round__state=Round.State.OPEN)


class Stage(models.TextChoices):
    """Where an evaluation waits."""

    SELF = "SELF", "待自评"
    STREET = "STREET", "待街道复核"
    DEPARTMENT = "DEPARTMENT", "待组织部门审定"
    REVIEWED = "REVIEWED", "已审定"


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

    objects = EvaluationQuerySet.as_manager()
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
                condition=(Q(stage="REVIEWED") & Q(total__isnull=False)) | (~Q(stage="REVIEWED") & Q(total=None)),
                name="evaluation_reviewed",
                violation_error_message="审定以后才有总分",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.round}"


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

    objects = ScopedQuerySet.as_manager()
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

    objects = ScopedQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "evaluation__party_organization__path"

    class Meta:
        verbose_name = "加减分和一票否决"
        verbose_name_plural = "加减分和一票否决"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="VETO", points=0) | (~Q(kind="VETO") & Q(points__gt=0, points__lte=BONUS_MOST)),
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

    objects = ScopedQuerySet.as_manager()
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

    objects = ScopedQuerySet.as_manager()
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
