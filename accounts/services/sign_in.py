"""What a sign-in leaves behind."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import AccountRequest, SignIn, TrustedDevice, User, plain_name
from accounts.services.sessions import make_room
from core import audit, writing
from core.audit_words import action_name
from core.models import AuditEntry

OPENING = ("accounts.reset", "accounts.factor_reset", "accounts.reopen")  # what opens an account to somebody else


@transaction.atomic
def note_sign_in(
    *, user: User, key: str, device: str, phone: TrustedDevice | None = None, at: datetime | None = None
) -> list[SignIn]:
    """Write down that the user is in, by password and one-time code or by a trusted phone; `key` is the session's.

    Returns the oldest sessions, which ended to make room.
    """
    at = at or timezone.now()
    user.last_seen_at = at
    writing.derive(User.objects.filter(pk=user.pk), last_seen_at=at)
    if phone is not None:
        phone.used_at = at
        phone.save(update_fields=["used_at"])
    ended = make_room(user, at=at)
    entry = audit.record(by=user, action="accounts.sign_in", target=user, reason="信任的手机" if phone else "", at=at)
    SignIn.objects.create(user=user, key=key, device=device, address=entry.address, phone=phone, began_at=at)
    return ended


@transaction.atomic
def tell_owner(*, user: User, since: datetime | None, at: datetime | None = None) -> list[str]:
    """What others did with the user's account since the last sign-in, and asked for: what is decided is told once, what
    waits at every sign-in."""
    confirmed = user.requests.filter(decision=AccountRequest.Decision.CONFIRMED)
    done = AuditEntry.objects.filter(model="accounts.user", object_id=str(user.pk), action__in=OPENING)
    messages = [
        f"{one.user_name}于 {timezone.localtime(one.at):%Y-%m-%d %H:%M} 对您的账号{action_name(one.action)}"
        f"（{one.reason}）。不是您本人要求的，请告诉管理员。"
        for one in done.filter(at__gt=since or user.created_at)
        .exclude(user__in=confirmed.values("answered_by"))
        .order_by("pk")
    ]
    for one in user.requests.filter(told_at=None).select_related("asked_by", "answered_by").order_by("asked_at"):
        when = f"{timezone.localtime(one.asked_at):%Y-%m-%d %H:%M}"
        answer = f"{one.answered_by.name}{one.get_decision_display()}" if one.answered_by else "尚未确认"
        messages.append(
            f"{one.asked_by.name}于 {when} 申请对您的账号{one.get_act_display()}（{one.reason}），{answer}。"
            "如有疑问，请告诉另一名管理员。"
        )
    answered = user.requests.filter(told_at=None).exclude(answered_by=None)
    writing.derive(answered, told_at=at or timezone.now())
    return messages


def note_sign_out(*, user: User, key: str = "", reason: str = "") -> None:
    """Write down that a session ended, by the user or by a limit."""
    SignIn.objects.filter(key=key, ended_at=None).update(ended_at=timezone.now())
    audit.record(by=user, action="accounts.sign_out", target=user, reason=reason)


def note_failure(*, username: str, locked: bool) -> None:
    """Write down a failed sign-in. An unknown name is not kept: people type their password into the wrong field."""
    user = User.objects.filter(username__iexact=plain_name(username)).first()
    label = str(user) if user else "不存在的登录名"
    action = "accounts.sign_in_locked" if locked else "accounts.sign_in_failed"
    audit.record_bounded(by=None, event=audit.Event(action, "accounts.user", str(user.pk) if user else "", label))


WRONG_PASSWORD = "accounts.password_failed"


def may_try_password(user: User) -> bool:
    """Whether the present password may be tried once more: no oftener than at the sign-in, for whoever comes upon an open
    session does not know it."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    if user.password_changed_at:
        since = max(since, user.password_changed_at)
    tried = AuditEntry.objects.filter(user=user, action=WRONG_PASSWORD, at__gt=since)
    return tried.count() < settings.AXES_FAILURE_LIMIT


def note_wrong_password(user: User) -> None:
    """Write down that somebody in a session of the user did not know the present password."""
    audit.record(by=user, action=WRONG_PASSWORD, target=user)
