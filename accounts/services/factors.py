"""What proves a person besides the password: the one-time code of an app, and a phone that is trusted for 90 days."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Authenticator, TrustedDevice, User
from accounts.services.accounts import refuse_own
from core import audit


def authenticator_of(user: User) -> Authenticator | None:
    """The user's confirmed authenticator, if there is one."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


@transaction.atomic
def begin_enrolment(*, user: User) -> Authenticator:
    """The authenticator that the user is about to confirm; the same key until then, so that a reload changes nothing."""
    device, _ = Authenticator.objects.get_or_create(user=user, confirmed=False, defaults={"name": "动态口令"})
    return device


@transaction.atomic
def confirm_code(*, user: User, code: str) -> Authenticator | None:
    """Check a one-time code; the first right one confirms a new authenticator. None when it is wrong or used."""
    devices = Authenticator.objects.select_for_update(no_key=True).filter(user=user).order_by("-confirmed", "pk")
    device = devices.first()
    if device is None or not device.verify_token(code.replace(" ", "")):
        return None
    if not device.confirmed:
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        audit.record(by=user, action="accounts.factor_add", target=user)
    return device


@transaction.atomic
def reset_authenticator(*, user: User, by: User | None, reason: str) -> None:
    """Forget a lost authenticator: the user enrols a new one at the next sign-in. Raises OwnAccount."""
    refuse_own(user, by)
    Authenticator.objects.filter(user=user).delete()
    audit.record(by=by, action="accounts.factor_reset", target=user, reason=reason)


@transaction.atomic
def trust_phone(*, user: User, name: str, at: datetime | None = None) -> str:
    """Trust the phone in the user's hand; returns the secret that it keeps, of which only a digest stays here."""
    at, secret = at or timezone.now(), secrets.token_urlsafe(32)
    TrustedDevice.objects.create(
        user=user,
        digest=_digest(secret),
        name=name,
        trusted_at=at,
        expires_at=at + timedelta(days=settings.TRUSTED_PHONE_DAYS),
    )
    audit.record(by=user, action="accounts.phone_trust", target=user, reason=name, at=at)
    return secret


def phone_with(secret: str, *, at: datetime) -> TrustedDevice | None:
    """The trusted phone that keeps the secret: neither expired nor revoked, its owner's account open."""
    phones = TrustedDevice.objects.filter(revoked_at=None, expires_at__gt=at, user__is_active=True)
    return phones.select_related("user").filter(digest=_digest(secret)).first()


@transaction.atomic
def revoke_phones(*, user: User, by: User, reason: str = "", at: datetime | None = None) -> int:
    """Trust none of the user's phones any more; returns how many were trusted."""
    at = at or timezone.now()
    revoked = user.trusted_devices.filter(revoked_at=None).update(revoked_at=at)
    if revoked:
        audit.record(by=by, action="accounts.phone_revoke", target=user, reason=reason, at=at)
    return revoked


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
