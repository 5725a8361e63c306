"""Who runs a Party organization: its posts, its groups, its terms (rules §6)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField, PeriodDateField
from core.periods import Period, PeriodQuerySet
from core.scope import ScopedQuerySet
from members.models.members import Member
from orgs.models import PartyOrganization


class OfPartyOrganization(models.Model):
    """A row of a Party organization: seen with it, changed by whoever keeps its members."""

    view_permission = "registry.view"
    change_permission = "members.change"
    scope_path = "party_organization__path"

    class Meta:
        abstract = True


class Post(OfPartyOrganization, Period):
    """班子职务: who serves in which post of a Party organization from a day until a day. One sent from above may be a member
    of another one, or not be on our rolls at all: then there is a name alone."""

    class Kind(models.TextChoices):
        SECRETARY = "SECRETARY", "书记"
        DEPUTY = "DEPUTY", "副书记"
        ORGANIZATION = "ORGANIZATION", "组织委员"
        PUBLICITY = "PUBLICITY", "宣传委员"
        DISCIPLINE = "DISCIPLINE", "纪检委员"
        MEMBER = "MEMBER", "委员"

    class Source(models.TextChoices):
        """Where the Opinion says that they come from (二-5)."""

        MANAGEMENT = "MANAGEMENT", "本单位管理层"
        STAFF = "STAFF", "本单位职工"
        SENT = "SENT", "上级选派"

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="posts", verbose_name="党组织"
    )
    post = models.CharField("职务", max_length=12, choices=Kind)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name="党员")
    name = models.CharField("姓名", max_length=60, blank=True)  # the member's, where there is one
    source = models.CharField("来源", max_length=10, choices=Source)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )  # it has the secretary's role at the branch for as long as the post is held
    since = PeriodDateField("任职日期")
    until = PeriodDateField("免职日期", null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "班子职务"
        verbose_name_plural = "班子职务"
        indexes = [models.Index(fields=["party_organization", "post"], name="post_party_organization")]
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["party_organization"],
                condition=Q(post="SECRETARY", until=None),
                name="post_one_secretary",
                violation_error_message="该党组织已有在任书记",
            ),
            models.UniqueConstraint(
                fields=["party_organization", "member", "post"],
                condition=Q(until=None),
                name="post_once",
                violation_error_message="该党员已担任这个党组织的这项职务",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="post_has_a_holder", violation_error_message="请选择党员，或填写姓名"
            ),
            models.CheckConstraint(
                condition=Q(user=None) | Q(post__in=["SECRETARY", "DEPUTY"]),
                name="post_account_of_a_leader",
                violation_error_message="只有书记、副书记的职务带有账号",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.name}"


LEADING = (Post.Kind.SECRETARY, Post.Kind.DEPUTY)  # what a post with an account may be


class PartyGroup(OfPartyOrganization, Period):
    """党小组 of a Party organization; its members name it (`Member.party_group`)."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="groups", verbose_name="党组织"
    )
    name = models.CharField("名称", max_length=60)
    head = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="组长")
    since = PeriodDateField("成立日期")
    until = PeriodDateField("撤销日期", null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "党小组"
        verbose_name_plural = "党小组"
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["party_organization", "name"],
                condition=Q(until=None),
                name="party_group_once",
                violation_error_message="该党组织已有同名的党小组",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Term(OfPartyOrganization):
    """任期 of the body that was elected on a day. The newest one of a Party organization counts: its end is that of the Party
    organization (`PartyOrganization.term_ends_on`)."""

    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="terms", verbose_name="党组织"
    )
    elected_on = EventDateField("换届日期")
    ends_on = DeadlineField("届满日期")
    entitled = models.PositiveSmallIntegerField("应到会有选举权人数", null=True, blank=True)
    present = models.PositiveSmallIntegerField("实到会有选举权人数", null=True, blank=True)
    result = models.CharField("选举结果", max_length=500, blank=True)
    approval_no = models.CharField("批复文号", max_length=60, blank=True)
    extended_to = DeadlineField("延期至", null=True, blank=True)
    extension_reason = models.CharField("延期原因和批准文号", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "任期"
        verbose_name_plural = "任期"
        constraints = [
            models.UniqueConstraint(
                fields=["party_organization", "elected_on"],
                name="term_once",
                violation_error_message="该党组织这一天的换届已经登记",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("elected_on")),
                name="term_ends_after_election",
                violation_error_message="届满日期须在换届日期之后",
            ),
            models.CheckConstraint(
                condition=Q(present=None) | Q(entitled__isnull=False, present__lte=F("entitled")),
                name="term_present_of_entitled",
                violation_error_message="实到会人数不能多于应到会人数",
            ),
            models.CheckConstraint(
                condition=Q(extended_to=None) | Q(extended_to__gt=F("ends_on")),
                name="term_extended_beyond_its_end",
                violation_error_message="延期后的日期须在届满日期之后",
            ),
            models.CheckConstraint(
                condition=Q(extended_to=None) | ~Q(extension_reason=""),
                name="term_extended_with_a_reason",
                violation_error_message="延期须写明原因和批准文号",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.elected_on} 换届"

    @property
    def until(self) -> date:
        """The day of its end, with the extension."""
        return self.extended_to or self.ends_on
