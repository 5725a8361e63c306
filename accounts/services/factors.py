"""What proves a person besides the password: the one-time code of an app, and a phone that is trusted for 90 days."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Authenticator, SignIn, TrustedDevice, User
from accounts.services.accounts import refuse_own
from accounts.services.sessions import end_sessions, end_sessions_of_phones
from core import audit


def authenticator_of(user: User) -> Authenticator | None:
    """The user's confirmed authenticator, if there is one."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


@transaction.atomic
def begin_enrolment(*, user: User, begun: int | None = None) -> Authenticator:
    """A new authenticator to confirm, or the one that this session began, so that a reload changes nothing.

    Whoever has the password alone must not see the key that its owner is about to confirm: each session has its own.
    """
    own = Authenticator.objects.filter(user=user, confirmed=False, pk=begun).first()
    return own or Authenticator.objects.create(user=user, confirmed=False, name="动态口令")


@transaction.atomic
def check_code(*, user: User, code: str) -> Authenticator | None:
    """The user's authenticator when it shows the code; None when the code is wrong or used, or comes too soon."""
    device = _locked(user).filter(confirmed=True).first()
    return device if device is not None and _right(device, code) else None


@transaction.atomic
def confirm_enrolment(*, user: User, begun: int | None, code: str, old_code: str = "") -> Authenticator | None:
    """Take the authenticator that this session began, when it shows the code. In the place of another one only when that
    shows the old code. None when a code is wrong."""
    found = list(_locked(user))
    new = next((device for device in found if not device.confirmed and device.pk == begun), None)
    old = next((device for device in found if device.confirmed), None)
    if new is None or not _right(new, code) or (old is not None and not _right(old, old_code)):
        return None
    Authenticator.objects.filter(user=user).exclude(pk=new.pk).delete()
    new.confirmed = True
    new.save(update_fields=["confirmed"])
    audit.record(by=user, action="accounts.factor_change" if old else "accounts.factor_add", target=user)
    return new


def _locked(user: User) -> QuerySet[Authenticator]:
    """The user's authenticators; two sessions that confirm one at once meet at the user."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return Authenticator.objects.select_for_update(no_key=True).filter(user=user)


def _right(device: Authenticator, code: str) -> bool:
    """Whether the authenticator shows the code; a wrong one is written down, one that comes too soon is not looked at."""
    allowed, _ = device.verify_is_allowed()
    right = allowed and device.verify_token(code.replace(" ", ""))
    if allowed and not right:
        audit.record(by=device.user, action="accounts.code_failed", target=device.user)
    return right


@transaction.atomic
def reset_authenticator(*, user: User, by: User | None, reason: str) -> None:
    """Forget a lost authenticator: the user enrols a new one at the next sign-in."""
    refuse_own(user, by)
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user, why="动态口令已由管理员重置", at=timezone.now())
    audit.record(by=by, action="accounts.factor_reset", target=user, reason=reason)


@transaction.atomic
def trust_phone(*, user: User, name: str, key: str = "", at: datetime | None = None) -> str:
    """Trust the phone in the user's hand, on which the session with the key runs; returns the secret that it keeps, of
    which only a digest stays here."""
    at, secret = at or timezone.now(), secrets.token_urlsafe(32)
    phone = TrustedDevice.objects.create(
        user=user,
        digest=_digest(secret),
        name=name,
        trusted_at=at,
        expires_at=at + timedelta(days=settings.TRUSTED_PHONE_DAYS),
    )
    SignIn.objects.filter(user=user, key=key).update(phone=phone)
    audit.record(by=user, action="accounts.phone_trust", target=user, reason=name, at=at)
    return secret


def trusted_phones(user: User) -> QuerySet[TrustedDevice]:
    """Those that may still be used, the newest first."""
    found = user.trusted_devices.filter(revoked_at=None, expires_at__gt=timezone.now())
    return found.order_by("-trusted_at")


def phone_with(secret: str, *, at: datetime) -> TrustedDevice | None:
    """The trusted phone that keeps the secret: neither expired nor revoked, its owner's account open."""
    phones = TrustedDevice.objects.filter(revoked_at=None, expires_at__gt=at, user__is_active=True)
    return phones.select_related("user").filter(digest=_digest(secret)).first()


@transaction.atomic
def revoke_phones(*, user: User, by: User, reason: str = "", at: datetime | None = None) -> int:
    """Trust none of the user's phones any more and end what runs on them; returns how many were trusted."""
    at = at or timezone.now()
    end_sessions_of_phones(user.trusted_devices.filter(revoked_at=None), at=at)
    revoked = user.trusted_devices.filter(revoked_at=None).update(revoked_at=at)
    if revoked:
        audit.record(by=by, action="accounts.phone_revoke", target=user, reason=reason, at=at)
    return revoked


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
