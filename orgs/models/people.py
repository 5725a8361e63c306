"""Who an organization can be reached and helped through: mass organizations, democratic management, owner, liaison."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.days import DeadlineField, EventDateField
from core.fields import EncryptedTextField
from core.periods import Period, PeriodQuerySet
from core.scope import Scope
from orgs.models.organizations import Organization
from orgs.models.party import PartyOrganization


class OfOrganization(PeriodQuerySet):
    """Rows that belong to one organization are seen with it."""

    def reached_by(self, scope: Scope) -> OfOrganization:
        if scope.whole:
            return self.all()
        return self.filter(organization__in=Organization.objects.within(scope).values("pk"))


class OrganizationRow(models.Model):
    """A row with an `organization`: whoever sees that sees it, whoever manages that changes it."""

    objects = OfOrganization.as_manager()
    view_permission = "registry.view"
    scope_path = "organization__managed_by__path"
    change_permission = "registry.change"

    class Meta:
        abstract = True


class MassOrganization(OrganizationRow):
    """工会、共青团、妇联 of an organization; through it Party work can be done before there is a branch (Opinion 二-1)."""

    class Kind(models.TextChoices):
        UNION = "UNION", "工会"
        YOUTH = "YOUTH", "共青团"
        WOMEN = "WOMEN", "妇联"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="mass_organizations", verbose_name="两新组织"
    )
    kind = models.CharField("类型", max_length=5, choices=Kind)
    founded_on = EventDateField("成立日期", null=True, blank=True)
    term_ends_on = DeadlineField("届满日期", null=True, blank=True)
    head = models.CharField("负责人", max_length=60, blank=True)
    party_work_on = EventDateField("最近开展党的工作", null=True, blank=True)
    party_work = models.CharField("开展的工作", max_length=200, blank=True)
    closed_on = EventDateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "群团组织"
        verbose_name_plural = "群团组织"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                condition=Q(closed_on=None),
                name="mass_organization_once",
                violation_error_message="该单位已登记这一类群团组织",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_kind_display()}"


class Democracy(OrganizationRow):
    """民主管理: 职代会、厂务公开、信访接待、定期约谈 with its latest date (Opinion 二-3)."""

    class Kind(models.TextChoices):
        """Forms that the Opinion names."""

        CONGRESS = "CONGRESS", "职工代表大会"
        OPENNESS = "OPENNESS", "厂务公开"
        PETITION = "PETITION", "信访接待"
        TALK = "TALK", "定期约谈"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="democracy", verbose_name="两新组织")
    kind = models.CharField("形式", max_length=8, choices=Kind)
    held_on = EventDateField("日期")
    note = models.CharField("情况", max_length=200, blank=True)

    class Meta:
        verbose_name = "民主管理"
        verbose_name_plural = "民主管理"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"


class OwnerRecord(OrganizationRow):
    """出资人(负责人): attitude and support, the opinion given when honours or social posts are decided (Opinion 三-3)."""

    class Attitude(models.TextChoices):
        """How the owner sees Party work."""

        SUPPORTS = "SUPPORTS", "支持"
        NEUTRAL = "NEUTRAL", "一般"
        NOT_YET = "NOT_YET", "暂不理解"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="owner_records", verbose_name="两新组织"
    )
    name = models.CharField("姓名", max_length=60)
    phone = EncryptedTextField("联系电话", blank=True)
    attitude = models.CharField("态度", max_length=8, choices=Attitude, default=Attitude.NEUTRAL)
    support = models.CharField("支持情况", max_length=200, blank=True)
    social_posts = models.CharField("社会职务", max_length=200, blank=True)
    opinion = models.CharField("评先选优、安排职务时的意见", max_length=200, blank=True)
    opinion_on = EventDateField("意见日期", null=True, blank=True)
    recorded_on = EventDateField("登记日期")

    reveal_permission = "registry.change"

    class Meta:
        verbose_name = "出资人情况"
        verbose_name_plural = "出资人情况"

    def __str__(self) -> str:
        return self.name


class Liaison(OrganizationRow, Period):
    """党建工作联络员 of an organization without a Party organization; `contacted_on` is the evidence that it works."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="liaisons", verbose_name="两新组织")
    name = models.CharField("联络员", max_length=60)
    phone = EncryptedTextField("联系电话", blank=True)
    appointed_by = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="确定的党组织")
    contacted_on = EventDateField("最近联系", null=True, blank=True)

    reveal_permission = "registry.change"

    class Meta(Period.Meta):
        verbose_name = "联络员"
        verbose_name_plural = "联络员"

    def __str__(self) -> str:
        return self.name
