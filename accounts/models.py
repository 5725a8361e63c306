"""The user: one person, one account. Rights come from appointments (`orgs.models.Appointment`), never from here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from core.fields import EncryptedTextField


class UserManager(BaseUserManager["User"]):
    """Makes users; there is no superuser."""

    def create_user(self, username: str, password: str | None = None, **values: Any) -> User:
        """Create an account with a password that must be changed at the first sign-in unless said otherwise."""
        user = self.model(username=username, **values)
        user.set_password(password)
        user.password_changed_at = timezone.now()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by sign-in name, whatever its case."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """An account of one person."""

    username = models.CharField(
        "登录名", max_length=40, unique=True, error_messages={"unique": "这个登录名已被使用,请换一个"}
    )
    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=120, blank=True)
    phone = EncryptedTextField("联系电话", blank=True)
    is_active = models.BooleanField("启用", default=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    must_change_password = models.BooleanField("须修改初始口令", default=True)
    password_changed_at = models.DateTimeField("口令修改时间", null=True, blank=True)
    last_seen_at = models.DateTimeField("最近使用", null=True, blank=True)
    created_at = models.DateTimeField("开设时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return f"{self.name}({self.username})"

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

    def idle_since(self, moment: datetime) -> bool:
        """Tell whether the account was last used (or made) before the moment."""
        return (self.last_seen_at or self.created_at) < moment
