"""评选表彰 (Opinion 三-3, 三-4): how many each committee may propose, who was proposed and what became of it; 荣誉: what Party
organizations, units and persons were honoured with (rules §15)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField
from core.fields import YearField, person
from core.scope import Scope, ScopedQuerySet
from evaluations.choices import Award
from instructors.models import Instructor
from members.models import Member
from orgs.models import Organization, PartyOrganization
from orgs.models.party import FromAboveQuerySet


class FromAbove(FromAboveQuerySet):
    """A committee below takes part: it names what it takes part in."""

    def attachable(self, scope: Scope, to: type[models.Model]) -> Self:
        return self.seen_by(scope.having(to.change_permission))  # type: ignore[attr-defined]


class Commendation(models.Model):
    """评选表彰: held by a committee; proposals are made, decided, public for a while, and then honoured."""

    name = models.CharField("名称", max_length=60)
    node = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="commendations", verbose_name="组织评选的党组织"
    )
    year = YearField("年度")
    propose_until = DeadlineField("推荐截止日期")
    notice_on = EventDateField("公示日期", null=True, blank=True)
    notice_until = DeadlineField("公示截止日期", null=True, blank=True)
    named_on = EventDateField("表彰日期", null=True, blank=True)
    named_by = person("表彰办理人")
    document = models.CharField("表彰文号", max_length=60, blank=True)

    objects = FromAbove.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.decide"
    scope_path = "node__path"

    class Meta:
        verbose_name = "评选表彰"
        verbose_name_plural = "评选表彰"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "name", "year"],
                name="commendation_once",
                violation_error_message="这一年的这次评选已登记",
            ),
            models.CheckConstraint(
                condition=(Q(notice_until=None) | Q(notice_until__gt=F("notice_on")))
                & (Q(named_on=None) | ~Q(document="") & (Q(notice_until=None) | Q(named_on__gt=F("notice_until")))),
                name="commendation_days",
                violation_error_message="先公示，期满以后表彰，并写明文号",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        return "已表彰" if self.named_on else "公示中" if self.notice_on else "推荐中"


class Quota(models.Model):
    """推荐名额: so many of one award a Party organization, with all below it, may propose."""

    commendation = models.ForeignKey(Commendation, models.PROTECT, related_name="quotas", verbose_name="评选表彰")
    award = models.CharField("奖项", max_length=10, choices=Award)
    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="推荐的党组织")
    number = models.PositiveSmallIntegerField("名额")

    objects = FromAboveQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.decide"
    scope_path = "commendation__node__path"

    class Meta:
        verbose_name = "推荐名额"
        verbose_name_plural = "推荐名额"
        constraints = [
            models.UniqueConstraint(
                fields=["commendation", "award", "node"],
                name="quota_once",
                violation_error_message="这个党组织的这项名额已登记，请直接修改",
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.get_award_display()}"


WHOM = "五个好党员填写；优秀党务工作者在本市名册上的也填写"


class OfWhom(models.Model):
    """Somebody who is proposed or was honoured: a Party organization itself, or a person or unit there."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="%(class)ss", verbose_name="党组织",
        help_text="党组织本身，或党员、党务工作者所在的，派出指导员、管理业主单位的党组织",
    )  # fmt: skip
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="党员", help_text=WHOM
    )
    instructor = models.ForeignKey(
        Instructor, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="指导员",
        help_text="优秀党建工作指导员填写",
    )  # fmt: skip
    unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="单位",
        help_text="热心党务工作业主填写其单位",
    )  # fmt: skip
    name = models.CharField(
        "姓名（名称）",
        max_length=120,
        blank=True,
        help_text="业主、不在名册上的党务工作者填写；其他的不填，按登记的名称",
    )

    class Meta:
        abstract = True


class ProposalQuerySet(ScopedQuerySet):
    """Seen with its Party organization, and by the branch that applied for it."""

    def reached_by(self, scope: Scope) -> Self:
        return self.filter(scope.path_filter(self.model.scope_path) | scope.path_filter("branch__path"))


class Proposal(OfWhom):
    """推荐: entered by a committee, or by a branch (申报) and gone on with by a committee; decided by another person above. `checks`
    is what the registers said when it was decided."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", "待推荐"
        RETURNED = "RETURNED", "已退回"
        PROPOSED = "PROPOSED", "待审定"
        AGREED = "AGREED", "同意"
        REFUSED = "REFUSED", "不同意"
        WITHDRAWN = "WITHDRAWN", "已撤回"
        NAMED = "NAMED", "已表彰"

    commendation = models.ForeignKey(Commendation, models.PROTECT, related_name="proposals", verbose_name="评选表彰")
    award = models.CharField("奖项", max_length=10, choices=Award)
    why = models.CharField("主要事迹", max_length=500)
    branch = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="申报的党支部",
    )
    applied_by, applied_on = person("申报人"), EventDateField("申报日期", null=True, blank=True)
    returned_why = models.CharField("退回原因", max_length=300, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.PROPOSED)
    proposed_by, proposed_on = person("推荐人"), EventDateField("推荐日期", null=True, blank=True)
    decided_by, decided_on = person("审定人"), EventDateField("审定日期", null=True, blank=True)
    answer = models.CharField("审定意见", max_length=300, blank=True)
    checks = models.JSONField("核对情况", default=list, blank=True)

    objects = ProposalQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "推荐"
        verbose_name_plural = "推荐"
        indexes = [models.Index(fields=["commendation", "award", "state"], name="proposal_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(award="PARTY", member=None, instructor=None, unit=None)
                | Q(award="MEMBER", member__isnull=False, instructor=None, unit=None)
                | Q(award="INSTRUCTOR", member=None, instructor__isnull=False, unit=None)
                | Q(award="OWNER", member=None, instructor=None, unit__isnull=False)
                | Q(award="WORKER", instructor=None, unit=None),
                name="proposal_of_one",
                violation_error_message="五个好党员请选择党员，指导员请选择指导员，业主请选择单位；其他的不填这几项",
            ),
            models.UniqueConstraint(
                fields=["commendation", "award", "member"],
                condition=~Q(state__in=["RETURNED", "REFUSED", "WITHDRAWN"]),
                name="proposal_of_member_once",
                violation_error_message="这次评选已申报或推荐这名党员",
            ),
            models.UniqueConstraint(
                fields=["commendation", "award", "party_organization", "name"],
                condition=Q(member=None) & ~Q(state__in=["RETURNED", "REFUSED", "WITHDRAWN"]),
                name="proposal_once",
                violation_error_message="这次评选已申报或推荐同一个对象",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["APPLIED", "RETURNED", "PROPOSED", "WITHDRAWN"], decided_by=None)
                | Q(state__in=["AGREED", "REFUSED", "NAMED"], decided_by__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
                name="proposal_decided_by_another",
                violation_error_message="审定人不能是推荐人",
            ),
            models.CheckConstraint(
                condition=(Q(applied_by=None) | Q(proposed_by=None) | ~Q(applied_by=F("proposed_by")))
                & (~Q(state__in=["APPLIED", "RETURNED"]) | Q(branch__isnull=False, proposed_by=None)),
                name="proposal_applied_by_another",
                violation_error_message="推荐人不能是申报人",
            ),
            models.CheckConstraint(
                condition=~Q(state="RETURNED") | ~Q(returned_why=""),
                name="proposal_returned_with_reason",
                violation_error_message="退回请写明原因",
            ),
            models.CheckConstraint(
                condition=~Q(state="REFUSED") | ~Q(answer=""),
                name="proposal_refused_with_reason",
                violation_error_message="不同意请写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_award_display()}：{self.name}"

    @property
    def open(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def of_branch(self) -> bool:
        """Whether it is with the branch that applied, or waits for the committee above it."""
        return self.state in (self.State.APPLIED, self.State.RETURNED)

    @property
    def undecided(self) -> bool:
        return self.open or self.of_branch


class HonourQuerySet(ScopedQuerySet):
    """Seen and kept where whoever was honoured stands today: with the member, or the unit, else with the Party organization."""

    def reached_by(self, scope: Scope) -> Self:
        if scope.whole:
            return self.all()
        return self.filter(
            scope.path_filter("party_organization__path") & Q(member=None, unit=None)
            | scope.path_filter("member__party_organization__path") & Q(member__isnull=False)
            | Q(member=None, unit__managed_by__in=scope.unit_managers)
        )

    def changed_by(self, scope: Scope) -> Self:
        return self.reached_by(scope)


class Honour(OfWhom):
    """荣誉: what was given to whom; from a 评选表彰 of this system, or entered from older documents."""

    class Level(models.TextChoices):
        NATION = "NATION", "国家级"
        PROVINCE = "PROVINCE", "省级"
        CITY = "CITY", "市级"
        COUNTY = "COUNTY", "县级"
        STREET = "STREET", "街道（乡镇）级"
        OTHER = "OTHER", "其他"

    title = models.CharField("称号", max_length=60)
    level = models.CharField("级别", max_length=8, choices=Level)
    given_by = models.CharField("授予单位", max_length=120)
    document = models.CharField("文号", max_length=60, blank=True)
    awarded_on = EventDateField("授予日期")
    proposal = models.OneToOneField(
        Proposal, models.PROTECT, null=True, blank=True, related_name="honour", editable=False, verbose_name="推荐"
    )
    withdrawn_on = EventDateField("撤销日期", null=True, blank=True)
    withdrawn_why = models.CharField("撤销原因", max_length=200, blank=True)

    objects = HonourQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.review"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "荣誉"
        verbose_name_plural = "荣誉"
        indexes = [models.Index(fields=["party_organization", "awarded_on"], name="honour_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, instructor=None) | Q(member=None, unit=None) | Q(instructor=None, unit=None),
                name="honour_of_one",
                violation_error_message="党员、指导员、单位只填一项",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("awarded_on")) & ~Q(withdrawn_why=""),
                name="honour_withdrawn_with_reason",
                violation_error_message="撤销荣誉请写明原因，撤销日期不能早于授予日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}：{self.name}"
