"""The user: one person, one account. Rights come from appointments (`orgs.models.Appointment`), never from here."""

from __future__ import annotations

import time
import unicodedata
from base64 import b32encode
from binascii import unhexlify
from typing import Any, Self
from urllib.parse import quote, urlencode

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from accounts.permissions import Permission
from core.days import EventDateField
from core.fields import EncryptedTextField
from core.scope import Scope, ScopedQuerySet

ISSUER = "凝聚"  # what the app on the phone calls this system
SEES_ACCOUNTS = (Permission.ACCOUNTS_CHANGE, Permission.APPOINTMENTS_CHANGE, Permission.AUDIT_VIEW)


def plain_name(typed: str) -> str:
    """A sign-in name as it is looked up: full-width letters made plain, no spaces around."""
    return unicodedata.normalize("NFKC", typed).strip()


class UserQuerySet(ScopedQuerySet):
    def seen_by(self, scope: Scope) -> Self:
        """All of them for whoever opens, appoints or audits, else one's own."""
        if any(scope.may(permission) for permission in SEES_ACCOUNTS):
            return self.all()
        return self.filter(pk=scope.user_id)

    def changed_by(self, scope: Scope) -> Self:
        """All accounts: they hang on no node."""
        return self.all()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Finds users by what they type; accounts are opened by `accounts.services`."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by sign-in name, whatever its case. Letters that merely look alike (ı, K) are no others' capitals."""
        name = username or ""
        return self.get(username__iexact=name) if name.isascii() else self.get(username=name)


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]
    username = models.CharField(
        "登录名", max_length=40, unique=True, error_messages={"unique": "这个登录名已被使用，请换一个"}
    )
    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=120, blank=True)
    phone = EncryptedTextField("联系电话", blank=True)
    email = EncryptedTextField("电子邮箱", blank=True)
    reminded_on = EventDateField("最近提醒", null=True, blank=True)  # by mail, of what is due
    is_active = models.BooleanField("启用", default=True)
    closed_on = EventDateField("停用日期", null=True, blank=True)
    must_change_password = models.BooleanField("须修改初始口令", default=True)
    password_changed_at = models.DateTimeField("口令修改时间", null=True, blank=True)
    code_expires_at = models.DateTimeField(
        "一次性口令失效时间", null=True, blank=True
    )  # set while the password is a code
    last_seen_at = models.DateTimeField("最近使用", null=True, blank=True)
    created_at = models.DateTimeField("开设时间", auto_now_add=True)

    objects = UserManager()
    change_permission = reveal_permission = Permission.ACCOUNTS_CHANGE
    derived = frozenset(
        {"last_seen_at", "last_login", "reminded_on"}
    )  # the newest sign-in has an entry, a mail is no act
    secret = frozenset({"password"})

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"

    @property
    def is_staff(self) -> bool:
        """The back office asks the scope, not the user; this only satisfies Django's interface."""
        return self.is_active

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """No right hangs on the user: the admin asks the request's scope."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """No right hangs on the user: the admin asks the request's scope."""
        return False


class FormerPassword(models.Model):
    """The hash of a password that the user had: the last ones may not come back (rules §8)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords", verbose_name="用户")
    password = models.CharField("口令摘要", max_length=128)
    until = models.DateTimeField("停用时间")

    class Meta:
        verbose_name = "用过的口令"
        verbose_name_plural = "用过的口令"

    def __str__(self) -> str:
        return f"{self.user} 至 {self.until:%Y-%m-%d}"


class TrustedDevice(models.Model):
    """A secretary's or instructor's own phone: for 90 days it continues without the password (rules §10).

    The phone keeps a secret; here is only its digest. The user's street can revoke it at any time.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="trusted_devices", verbose_name="用户")
    digest = models.CharField("凭据摘要", max_length=64, unique=True)
    name = models.CharField("设备", max_length=60)
    trusted_at = models.DateTimeField("信任时间")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("最近使用", null=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "信任的手机"
        verbose_name_plural = "信任的手机"

    def __str__(self) -> str:
        return f"{self.user} {self.name}"


class AccountRequestQuerySet(ScopedQuerySet):
    def seen_by(self, scope: Scope) -> Self:
        """All of them for administrators who ask or answer; nobody else has to do with them."""
        sees = scope.may(Permission.ACCOUNTS_CHANGE) or scope.may(Permission.ACCOUNTS_CONFIRM)
        return self.all() if sees else self.none()

    def changed_by(self, scope: Scope) -> Self:
        """All of them: who answers which is for the service to say, since it hangs on no place."""
        return self.all()

    def waiting(self) -> Self:
        """Those that nobody has answered."""
        return self.filter(decision="waiting")


class AccountRequest(models.Model):
    """What a system administrator wants done with an administrator's account: an administrator of another duty says.

    Whoever gets at another's password or second factor could become the other (rules §10).
    """

    class Act(models.TextChoices):
        """What gives one the account of another, or takes it away."""

        RESET = "reset", "重置口令"
        FACTOR = "factor", "重置动态口令"
        REOPEN = "reopen", "启用账号"
        CLOSE = "close", "停用账号"
        RENAME = "rename", "更改姓名"

    class Decision(models.TextChoices):
        WAITING = "waiting", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未同意"

    account = models.ForeignKey(User, models.PROTECT, related_name="requests", verbose_name="账号")
    act = models.CharField("事项", max_length=10, choices=Act)
    name = models.CharField("新姓名", max_length=60, blank=True)  # of a change of the name
    reason = models.CharField("原因", max_length=100)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    decision = models.CharField("办理结果", max_length=10, choices=Decision, default=Decision.WAITING)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    answered_at = models.DateTimeField("确认时间", null=True, blank=True)
    told_at = models.DateTimeField("告知本人时间", null=True, blank=True)

    objects = AccountRequestQuerySet.as_manager()
    change_permission = Permission.ACCOUNTS_CONFIRM
    derived = frozenset({"told_at"})

    class Meta:
        verbose_name = "管理员账号办理申请"
        verbose_name_plural = "管理员账号办理申请"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(decision="waiting"),
                name="account_request_one_waiting",
                violation_error_message="这个账号已有一项申请等待确认，请先请另一职责的管理员办理",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="waiting", answered_by=None, answered_at=None)
                | ~models.Q(decision="waiting") & models.Q(answered_by__isnull=False, answered_at__isnull=False),
                name="account_request_answer_is_whole",
                violation_error_message="办理结果、确认人和确认时间须一并填写",
            ),
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("account"))
                & (models.Q(answered_by=None) | ~models.Q(answered_by=models.F("asked_by")))
                & (~models.Q(decision="confirmed") | ~models.Q(answered_by=models.F("account"))),
                name="account_request_by_two_others",
                violation_error_message="申请人、确认人和账号本人须是不同的人",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}：{self.account}"


class SignIn(models.Model):
    """A session of a person from the sign-in on, so that its owner sees it and whoever must can end it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins", verbose_name="用户")
    key = models.CharField("会话", max_length=40, unique=True)
    device = models.CharField("设备", max_length=60)
    address = models.CharField("来源地址", max_length=45, blank=True)
    phone = models.ForeignKey(
        TrustedDevice, models.SET_NULL, null=True, blank=True, related_name="sign_ins", verbose_name="信任的手机"
    )
    began_at = models.DateTimeField("登录时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    why = models.CharField("结束原因", max_length=100, blank=True)

    class Meta:
        verbose_name = "登录会话"
        verbose_name_plural = "登录会话"

    def __str__(self) -> str:
        return f"{self.user} {self.device}"


class Authenticator(ThrottlingMixin, Device):
    """The app on the user's phone that shows one-time codes (TOTP, RFC 6238). Its key is kept encrypted, which the
    ready-made device of django-otp does not do; a code works once, wrong ones must wait longer and longer."""

    PERIOD = 30  # seconds that a code lives
    TOLERANCE = 1  # periods that the phone's clock may be off
    MOST_DOUBLINGS = 10  # whoever knows the password must not lock its owner out for days: 9 minutes at most

    user = models.ForeignKey(User, models.CASCADE, related_name="authenticators", verbose_name="用户")
    key = EncryptedTextField("密钥", default=random_hex)
    last_t = models.BigIntegerField("最近使用的时段", default=-1)

    class Meta:
        verbose_name = "动态口令"
        verbose_name_plural = "动态口令"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(confirmed=True),
                name="authenticator_one_confirmed",
                violation_error_message="该用户已设置动态口令",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} 的动态口令"

    @property
    def readable_key(self) -> str:
        """The key in groups of four, to type where no camera is at hand."""
        text = b32encode(unhexlify(self.key)).decode()
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def address(self) -> str:
        """What the picture says to the app (the otpauth scheme)."""
        query = urlencode({"secret": self.readable_key.replace(" ", ""), "issuer": ISSUER})
        return f"otpauth://totp/{quote(f'{ISSUER}:{self.user.username}')}?{query}"

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code; doubles with each."""
        return 1

    def throttle_increment(self, commit: bool = True) -> None:
        """Count a wrong code, up to the longest wait."""
        self.throttling_failure_count: int = min(self.throttling_failure_count, self.MOST_DOUBLINGS - 1)
        super().throttle_increment(commit=commit)

    def verify_token(self, token: str) -> bool:
        """Tell whether the code is right and fresh; call it inside a transaction with the row locked."""
        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        totp = TOTP(unhexlify(self.key), self.PERIOD)
        totp.time = time.time()
        right = token.isascii() and token.isdecimal() and totp.verify(int(token), self.TOLERANCE, self.last_t + 1)
        if right:
            self.last_t = totp.t()
            self.throttle_reset(commit=False)
            self.save()
        else:
            self.throttle_increment()
        return right
