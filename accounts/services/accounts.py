"""Opening and closing accounts, and the codes that let their owners in (DESIGN §4, domain §8.1)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from axes.utils import reset as forget_failures
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import FormerPassword, User
from accounts.services.sessions import end_sessions
from core import audit
from core.refusals import Refusal

CODE_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that are mistaken for each other
CODE_LENGTH = 12


class SignInNameTaken(Refusal):
    """Another account has the name."""


class OwnAccount(Refusal):
    """Nobody opens, closes or resets for themselves."""


class AccountClosed(Refusal):
    """The account is not in use."""


def new_code() -> str:
    """A one-time password that can be read out over the telephone."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def refuse_own(user: User, by: User | None) -> None:
    """Raise OwnAccount when somebody would act for themselves."""
    if by is not None and by.pk == user.pk:
        raise OwnAccount("不能办理自己的账号，请由另一名系统管理员办理")


@transaction.atomic
def open_account(
    *, by: User | None, username: str, name: str, unit: str = "", phone: str = "", at: datetime | None = None
) -> tuple[User, str]:
    """Open an account and give back its one-time password. The account may do nothing until somebody appoints it."""
    if User.objects.filter(username__iexact=username).exists():
        raise SignInNameTaken(f"登录名“{username}”已被使用,请换一个")
    user = User(username=username, name=name, unit=unit, phone=phone, password="!")
    user.full_clean()
    code = _set_code(user, at or timezone.now())
    fields = ("username", "name", "unit", "phone")
    audit.record(
        by=by, action="accounts.open", target=user, changes=audit.difference({}, audit.snapshot(user, fields)), at=at
    )
    return user, code


@transaction.atomic
def change_account(*, user: User, by: User, name: str, unit: str, phone: str = "") -> None:
    """Correct what the account says of its person; an empty phone number leaves the one that is known."""
    fields = ("name", "unit", "phone")
    before = audit.snapshot(user, fields)
    user.name, user.unit, user.phone = name, unit, phone or user.phone
    user.full_clean()
    user.save(update_fields=fields)
    changes = audit.difference(before, audit.snapshot(user, fields))
    if changes:
        audit.record(by=by, action="accounts.change", target=user, changes=changes)


@transaction.atomic
def close_account(*, user: User, by: User | None, reason: str, at: datetime | None = None) -> None:
    """Close an account and end its sessions. Accounts are never deleted."""
    refuse_own(user, by)
    at = at or timezone.now()
    user.is_active, user.closed_on = False, timezone.localdate(at)
    user.save(update_fields=["is_active", "closed_on"])
    user.trusted_devices.filter(revoked_at=None).update(revoked_at=at)
    end_sessions(user, why="账号已停用", at=at)
    audit.record(
        by=by, action="accounts.close", target=user, changes={"is_active": [True, False]}, reason=reason, at=at
    )


@transaction.atomic
def reopen_account(*, user: User, by: User | None, reason: str, at: datetime | None = None) -> str:
    """Open a closed account again, with a new one-time password."""
    refuse_own(user, by)
    user.is_active, user.closed_on = True, None
    code = _set_code(user, at or timezone.now())
    audit.record(
        by=by, action="accounts.reopen", target=user, changes={"is_active": [False, True]}, reason=reason, at=at
    )
    return code


@transaction.atomic
def reset_password(*, user: User, by: User | None, reason: str = "", at: datetime | None = None) -> str:
    """Replace a forgotten password by a one-time one. All sessions and trusted phones of the account end."""
    refuse_own(user, by)
    if not user.is_active:
        raise AccountClosed(f"{user.name}的账号已停用,请先启用")
    code = _set_code(user, at or timezone.now())
    audit.record(by=by, action="accounts.reset", target=user, reason=reason, at=at)
    return code


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime | None = None) -> None:
    """Take the user's own new password, which the validators have accepted; the old one may not come back soon."""
    at = at or timezone.now()
    _replace_password(user, password, at)
    user.must_change_password, user.code_expires_at = False, None
    user.save()
    audit.record(by=user, action="accounts.password", target=user, at=at)


@transaction.atomic
def close_unused(*, keep: Collection[int], at: datetime) -> int:
    """Close every account that nobody has used for ACCOUNT_UNUSED_DAYS, except the ids to keep; returns how many
    (domain §8.1)."""
    days = settings.ACCOUNT_UNUSED_DAYS
    last_use = Coalesce(F("last_seen_at"), F("created_at"))
    unused = User.objects.annotate(last_use=last_use).filter(is_active=True, last_use__lt=at - timedelta(days=days))
    users = list(unused.exclude(pk__in=keep))
    User.objects.filter(pk__in=[user.pk for user in users]).update(is_active=False, closed_on=timezone.localdate(at))
    changes = {"is_active": [True, False]}
    events = (
        audit.Event(
            "accounts.close", "accounts.user", str(user.pk), str(user), changes=changes, reason=f"{days} 天未使用"
        )
        for user in users
    )
    return audit.record_many(by=None, events=events, at=at)


def _set_code(user: User, at: datetime) -> str:
    code = new_code()
    _replace_password(user, code, at)
    user.must_change_password = True
    user.code_expires_at = at + timedelta(hours=settings.ONE_TIME_CODE_HOURS)
    user.save()
    end_sessions(user, why="口令已由管理员重置", at=at)
    forget_failures(username=user.username.lower())
    return code


def _replace_password(user: User, password: str, at: datetime) -> None:
    """Set the password, keep the hash of the one before, end the trust in phones."""
    if user.pk and user.code_expires_at is None and user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password, until=at)
        kept = user.former_passwords.order_by("-until", "-pk").values_list("pk", flat=True)
        user.former_passwords.exclude(pk__in=list(kept[: settings.PASSWORD_HISTORY])).delete()
    user.set_password(password)
    user.password_changed_at = at
    if user.pk:
        user.trusted_devices.filter(revoked_at=None).update(revoked_at=at)
