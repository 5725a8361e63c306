"""账号批量申请: accounts that a street asks for, for those who serve at its branches, and what became of each."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.permissions import Permission as P
from accounts.roles import ROLE_CHOICES, ROLES
from core.fields import person
from core.scope import Scope, ScopedQuerySet
from orgs.models import PartyOrganization


class AccountBatchQuerySet(ScopedQuerySet):
    def seen_by(self, scope: Scope) -> Self:
        """All of them for whoever gives rights; else those of the own place, for whoever asks."""
        if scope.may(P.APPOINTMENTS_CHANGE):
            return self.all()
        asks = scope.having(P.CODES_ISSUE)
        return self.filter(asks.path_filter("node__path")) if asks.grants else self.none()

    def changed_by(self, scope: Scope) -> Self:
        """All of them for whoever gives rights: they wait for him wherever they come from."""
        return self.all()

    def waiting(self) -> Self:
        return self.filter(answered_by=None)


class AccountBatch(models.Model):
    """What was asked for at once, by whom; the security administrator answers (rules §10)."""

    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="申请党组织")
    asked_by = person("申请人", missing=False)
    asked_at = models.DateTimeField("申请时间")
    answered_by = person("确认人")
    answered_at = models.DateTimeField("确认时间", null=True, blank=True)
    reason = models.CharField("未同意的原因", max_length=100, blank=True)

    objects = AccountBatchQuerySet.as_manager()
    change_permission = P.APPOINTMENTS_CHANGE
    scope_path = "node__path"

    class Meta:
        verbose_name = "账号批量申请"
        verbose_name_plural = "账号批量申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None)
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answered_by=models.F("asked_by")),
                name="account_batch_answered_by_another",
                violation_error_message="确认人和确认时间须一并填写，确认人不能是申请人",
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.asked_at:%Y-%m-%d}"


class WantedAccount(models.Model):
    """One person of a batch: as what, where, in which account. Without one, one is opened when the batch is confirmed."""

    class State(models.TextChoices):
        WAITING = "WAITING", "待确认"
        GIVEN = "GIVEN", "已授权"
        REFUSED = "REFUSED", "未同意"

    batch = models.ForeignKey(AccountBatch, models.CASCADE, related_name="wanted", verbose_name="账号批量申请")
    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    role = models.CharField("角色", max_length=12, choices=ROLE_CHOICES)
    name = models.CharField("姓名", max_length=60)
    source = models.CharField("来源", max_length=12)  # of `members.services.wanted.sources`
    key = models.BigIntegerField("来源记录")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    state = models.CharField("办理结果", max_length=8, choices=State, default=State.WAITING)

    scope_path = "batch__node__path"  # seen with its batch

    class Meta:
        verbose_name = "申请的账号"
        verbose_name_plural = "申请的账号"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "key"],
                condition=Q(state="WAITING"),
                name="wanted_account_once",
                violation_error_message="这个人的账号已经申请，请等安全管理员确认",
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {ROLES[self.role].name} {self.name}"
