"""What a sign-in leaves behind."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import TrustedDevice, User
from core import audit


@transaction.atomic
def note_sign_in(*, user: User, phone: TrustedDevice | None = None, at: datetime | None = None) -> None:
    """Write down that the user signed in, by password or by a trusted phone."""
    at = at or timezone.now()
    user.last_seen_at = at
    user.save(update_fields=["last_seen_at"])
    if phone is not None:
        phone.used_at = at
        phone.save(update_fields=["used_at"])
    audit.record(by=user, action="accounts.sign_in", target=user, reason="信任的手机" if phone else "", at=at)


def note_sign_out(*, user: User, reason: str = "") -> None:
    """Write down that a session ended, by the user or by a limit."""
    audit.record(by=user, action="accounts.sign_out", target=user, reason=reason)


def note_failure(*, username: str, locked: bool) -> None:
    """Write down a failed sign-in. An unknown name is not kept: people type their password into the wrong field."""
    user = User.objects.filter(username__iexact=username).first()
    label = str(user) if user else "不存在的登录名"
    audit.record_many(
        by=None,
        events=[
            audit.Event(
                "accounts.sign_in_locked" if locked else "accounts.sign_in_failed",
                "accounts.user",
                str(user.pk) if user else "",
                label,
            )
        ],
    )
