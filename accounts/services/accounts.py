"""Opening and closing accounts, and the codes that let their owners in (rules §10, §8)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.backends import counted_name
from accounts.models import FormerPassword, User
from accounts.services.sessions import end_sessions
from core import writing
from core.refusals import Refusal

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that are mistaken for each other
CODE_LENGTH = 12


def new_code() -> str:
    """A one-time password that can be read out over the telephone."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def refuse_own(user: User, by: User | None) -> None:
    """Nobody opens, closes or resets for themselves."""
    if by is not None and by.pk == user.pk:
        raise Refusal("不能办理自己的账号，请由另一名系统管理员办理")


@transaction.atomic
def open_account(
    *, by: User | None, username: str, name: str, unit: str = "", phone: str = "", email: str = "",
    at: datetime | None = None,
) -> tuple[User, str]:  # fmt: skip
    """Open an account and give back its one-time password. The account may do nothing until somebody appoints it."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refusal(f"登录名“{username}”已被使用，请换一个")
    at, code = at or timezone.now(), new_code()
    user = User(username=username, name=name, unit=unit, phone=phone, email=email, **_one_time(code, at))
    writing.add(by=by, record=user, action="accounts.open", path="", at=at)
    forget_failures(username=counted_name(user.username))
    return user, code


@transaction.atomic
def change_account(
    *, user: User, by: User, name: str, unit: str, phone: str = "", email: str = "", reason: str = ""
) -> None:
    """Correct what the account says of its person; an empty phone number or mail address leaves the one that is known. One's
    own name is refused, which the trail puts to what one does."""
    if name != user.name:
        refuse_own(user, by)
    values = {"name": name, "unit": unit, "phone": phone or user.phone, "email": email or user.email}
    writing.change(by=by, record=user, values=values, action="accounts.change", path="", reason=reason)


@transaction.atomic
def close_account(*, user: User, by: User | None, reason: str, at: datetime | None = None) -> None:
    """Close an account and end its sessions. Accounts are never deleted."""
    refuse_own(user, by)
    at = at or timezone.now()
    day = timezone.localdate(at)
    trail: Any = {"by": by, "action": "accounts.close", "path": "", "reason": reason, "at": at, "on": day}
    writing.change(record=user, values={"is_active": False, "closed_on": day}, **trail)
    user.trusted_devices.filter(revoked_at=None).update(revoked_at=at)
    end_sessions(user, why="账号已停用", at=at)


@transaction.atomic
def reopen_account(*, user: User, by: User | None, reason: str, at: datetime | None = None) -> str:
    """Open a closed account again, with a new one-time password."""
    refuse_own(user, by)
    trail: Any = {"by": by, "action": "accounts.reopen", "reason": reason, "at": at or timezone.now()}
    return _set_code(user, {"is_active": True, "closed_on": None}, **trail)


@transaction.atomic
def reset_password(*, user: User, by: User | None, reason: str = "", at: datetime | None = None) -> str:
    """Replace a forgotten password by a one-time one. All sessions and trusted phones of the account end."""
    refuse_own(user, by)
    if not user.is_active:
        raise Refusal(f"{user.name}的账号已停用，请先启用")
    return _set_code(user, {}, by=by, action="accounts.reset", reason=reason, at=at or timezone.now())


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime | None = None) -> None:
    """Take the user's own new password, which the validators have accepted; the old one may not come back soon."""
    at = at or timezone.now()
    _leave_password(user, at)
    values = {**_password(password, at), "must_change_password": False, "code_expires_at": None}
    writing.change(by=user, record=user, values=values, action="accounts.password", path="", at=at)


@transaction.atomic
def close_unused(*, keep: Collection[int], at: datetime) -> int:
    """Close every account that nobody has used for ACCOUNT_UNUSED_DAYS, except the ids to keep; returns how many
    (rules §8)."""
    days = settings.ACCOUNT_UNUSED_DAYS
    last_use = Coalesce(F("last_seen_at"), F("created_at"))
    unused = User.objects.annotate(last_use=last_use).filter(is_active=True, last_use__lt=at - timedelta(days=days))
    day = timezone.localdate(at)
    closed = writing.change_many(
        User.objects.filter(pk__in=list(unused.exclude(pk__in=keep).values_list("pk", flat=True))),
        {"is_active": False, "closed_on": day},
        by=None,
        action="accounts.close",
        reason=f"{days} 天未使用",
        on=day,
    )
    return len(closed)


def _set_code(user: User, values: dict[str, Any], *, by: User | None, action: str, reason: str, at: datetime) -> str:
    """Give the account a one-time password, and other values with it; its sessions and trusted phones end."""
    code = new_code()
    _leave_password(user, at)
    trail: Any = {"by": by, "action": action, "path": "", "reason": reason, "at": at}
    writing.change(record=user, values={**values, **_one_time(code, at)}, **trail)
    end_sessions(user, why="口令已由管理员重置", at=at)
    forget_failures(username=counted_name(user.username))
    return code


def _one_time(code: str, at: datetime) -> dict[str, Any]:
    """What an account holds whose password is a one-time code."""
    expires = at + timedelta(hours=settings.ONE_TIME_CODE_HOURS)
    return {**_password(code, at), "must_change_password": True, "code_expires_at": expires}


def _password(password: str, at: datetime) -> dict[str, Any]:
    return {"password": make_password(password), "password_changed_at": at}


def _leave_password(user: User, at: datetime) -> None:
    """Keep the hash of the password that goes, unless it was a code, and end the trust in phones."""
    if user.code_expires_at is None and user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password, until=at)
        kept = user.former_passwords.order_by("-until", "-pk").values_list("pk", flat=True)
        user.former_passwords.exclude(pk__in=list(kept[: settings.PASSWORD_HISTORY])).delete()
    user.trusted_devices.filter(revoked_at=None).update(revoked_at=at)
