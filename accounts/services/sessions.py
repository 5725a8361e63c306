"""The sessions of a person: few at a time, seen by their owner, ended with what they stand on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Authenticator, SignIn, TrustedDevice, User


def open_sessions(user: User, *, at: datetime) -> list[SignIn]:
    """Those that may still be used, the newest first, each with when it was last used (`seen_at`)."""
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    found = []
    for one in _not_ended(user).filter(began_at__gt=at - timedelta(hours=settings.SESSION_HOURS)):
        held = SessionStore(one.key).load()
        seen = datetime.fromtimestamp(held.get("seen", one.began_at.timestamp()), timezone.get_current_timezone())
        if held and seen >= at - idle:
            one.seen_at = seen  # type: ignore[attr-defined]
            found.append(one)
    return found


def make_room(user: User, *, at: datetime) -> list[SignIn]:
    """End the oldest sessions beyond SESSIONS_AT_ONCE less one, before another begins; returns them. The user is locked."""
    beyond = open_sessions(user, at=at)[settings.SESSIONS_AT_ONCE - 1 :]
    _end(beyond, f"同一账号最多 {settings.SESSIONS_AT_ONCE} 处同时登录，您又在别处登录", at)
    return beyond


def end_sessions(user: User, *, why: str, at: datetime, keep: str = "") -> int:
    """End all sessions of the user but the one to keep, by its key; returns how many."""
    return _end([one for one in _not_ended(user) if one.key != keep], why, at)


def end_session(user: User, *, pk: int, why: str, at: datetime) -> int:
    """End one of the user's sessions; none when there is no such."""
    return _end(list(_not_ended(user).filter(pk=pk)), why, at)


def end_sessions_of_phones(phones: QuerySet[TrustedDevice], *, at: datetime) -> int:
    """End what runs on phones that are trusted no more."""
    return _end(list(SignIn.objects.filter(phone__in=list(phones), ended_at=None)), "信任的手机已撤销", at)


@transaction.atomic
def change_key(before: str | None, now: str | None) -> None:
    """The session goes on under a new key after a new password, which ends the others."""
    for own in SignIn.objects.filter(key=before or "", ended_at=None):
        own.key = now or ""
        own.save(update_fields=["key"])
        end_sessions(own.user, why="口令已修改", at=timezone.now(), keep=own.key)


def why_ended(key: str) -> str:
    """Why the session with the key was ended by something else than its owner's leaving; empty otherwise."""
    return SignIn.objects.filter(key=key).exclude(why="").values_list("why", flat=True).first() or ""


def clear_ended(*, at: datetime) -> None:
    """Forget sessions that ended, and keys of authenticators that nobody confirmed in them."""
    over = SignIn.objects.filter(began_at__lt=at - timedelta(hours=settings.SESSION_HOURS))
    over.delete()
    Authenticator.objects.filter(confirmed=False).delete()
    SessionStore.clear_expired()


def _not_ended(user: User) -> QuerySet[SignIn]:
    return SignIn.objects.filter(user=user, ended_at=None).order_by("-began_at", "-pk")


def _end(sign_ins: list[SignIn], why: str, at: datetime) -> int:
    for one in sign_ins:
        SessionStore(one.key).delete()
    return SignIn.objects.filter(pk__in=[one.pk for one in sign_ins]).update(ended_at=at, why=why)
