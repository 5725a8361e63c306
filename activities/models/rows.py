"""What a branch enters once and keeps: 责任书, 责任区 and 先锋岗, yearly targets of members, its rules (Opinion 二-2, 二-5), what it
mends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.days import DeadlineField, EventDateField
from core.fields import KeptFileField, YearField
from core.periods import Period, PeriodQuerySet
from core.scope import ScopedQuerySet
from members.models import Member
from orgs.models import PartyOrganization

YEARS = (2000, 2100)


def of_a_year(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(year__range=YEARS), name=name, violation_error_message="年度请填写四位数，如 2026"
    )


class BranchRow(models.Model):
    """A row of a Party organization, entered by whoever files its records."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="%(class)ss", verbose_name="党组织"
    )

    view_permission = "activities.view"
    change_permission = "activities.file"
    scope_path = "party_organization__path"

    class Meta:
        abstract = True


class Pledge(BranchRow):
    """年度目标责任书: signed with a committee above, once a year."""

    year = YearField("年度")
    signed_with = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="+", verbose_name="签订的上级党组织"
    )
    signed_on = EventDateField("签订日期")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "年度目标责任书"
        verbose_name_plural = "年度目标责任书"
        constraints = [
            of_a_year("pledge_year"),
            models.UniqueConstraint(
                fields=["party_organization", "year"],
                name="pledge_once",
                violation_error_message="这一年的责任书已登记",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年度目标责任书"


class PledgeItem(BranchRow):
    """One thing that a 责任书 promises, and what became of it."""

    year = YearField("年度")
    what = models.CharField("责任事项", max_length=300)
    due_on = DeadlineField("完成期限")
    done_on = EventDateField("完成日期", null=True, blank=True)
    result = models.CharField("完成结果", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "责任书事项"
        verbose_name_plural = "责任书事项"
        indexes = [models.Index(fields=["due_on", "id"], name="pledge_item_open", condition=Q(done_on=None))]
        constraints = [
            of_a_year("pledge_item_year"),
            models.UniqueConstraint(
                fields=["party_organization", "year", "what"],
                name="pledge_item_once",
                violation_error_message="这一年已登记这项责任事项",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class RoleModelPost(BranchRow, Period):
    """党员责任区 or 先锋岗 that a member holds; several who hold the same one have a row each."""

    class Kind(models.TextChoices):
        AREA = "AREA", "党员责任区"
        POST = "POST", "党员先锋岗"

    kind = models.CharField("类型", max_length=4, choices=Kind)
    name = models.CharField("名称、位置", max_length=60)
    member = models.ForeignKey(Member, models.PROTECT, related_name="role_model_posts", verbose_name="党员")

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "党员责任区、先锋岗"
        verbose_name_plural = "党员责任区、先锋岗"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["member", "kind", "name"],
                condition=Q(until=None),
                name="role_model_post_once",
                violation_error_message="这名党员已承担这个责任区（先锋岗）",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}：{self.member}"


class DutyTarget(BranchRow):
    """设岗定责、目标管理: what a member is to reach in a year."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="targets", verbose_name="党员")
    year = YearField("年度")
    duty = models.CharField("岗位、职责", max_length=100)
    target = models.CharField("目标", max_length=300)
    result = models.CharField("完成结果", max_length=300, blank=True)
    done_on = EventDateField("完成日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "设岗定责、目标管理"
        verbose_name_plural = "设岗定责、目标管理"
        constraints = [
            of_a_year("duty_target_year"),
            models.UniqueConstraint(
                fields=["member", "year", "duty"],
                name="duty_target_once",
                violation_error_message="这名党员这一年已登记这个岗位的目标",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}：{self.duty}"


class Regulation(BranchRow):
    """制度 of a branch in one of the four groups that the Opinion asks for (二-5), with its document."""

    class Group(models.TextChoices):
        LIFE = "LIFE", "组织生活制度"
        MEMBERS = "MEMBERS", "党员教育管理制度"
        RESTRAINT = "RESTRAINT", "自我约束制度"
        MASSES = "MASSES", "党群共建制度"

    group = models.CharField("类别", max_length=9, choices=Group)
    title = models.CharField("名称", max_length=100)
    adopted_on = EventDateField("通过日期")
    repealed_on = EventDateField("废止日期", null=True, blank=True)
    document = models.CharField("文本", max_length=80, blank=True)  # the file's name
    content_type = models.CharField("格式", max_length=80, blank=True)
    file = KeptFileField("存放位置", max_length=80, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "制度"
        verbose_name_plural = "制度"
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "group", "title"],
                condition=Q(repealed_on=None),
                name="regulation_once",
                violation_error_message="这项制度已登记",
            ),
            models.CheckConstraint(
                condition=Q(repealed_on=None) | Q(repealed_on__gte=models.F("adopted_on")),
                name="regulation_repealed_after_adopted",
                violation_error_message="废止日期不能早于通过日期",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def name(self) -> str:
        """What its document is called when it is taken away."""
        return self.document


class Rectification(BranchRow):
    """整改: what the members of a branch found at their 组织生活会, and what becomes of it (支部条例)."""

    problem = models.CharField("问题", max_length=300)
    measure = models.CharField("整改措施", max_length=300)
    responsible = models.CharField("责任人", max_length=60)
    due_on = DeadlineField("整改期限")
    done_on = EventDateField("完成日期", null=True, blank=True)
    result = models.CharField("整改结果", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "整改事项"
        verbose_name_plural = "整改事项"
        indexes = [models.Index(fields=["due_on", "id"], name="rectification_open", condition=Q(done_on=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on=None) | ~Q(result=""),
                name="rectification_done_with_result",
                violation_error_message="填写完成日期的，请写明整改结果",
            )
        ]

    def __str__(self) -> str:
        return self.problem
