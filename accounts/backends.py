"""Sign-in by password. No superuser shortcut: a signed-in user without an appointment may do nothing."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User, plain_name
from core.crypto import blind_index


class PasswordBackend(BaseBackend):
    """Checks sign-in name and password of an open account; a one-time password works until it expires."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the user, or None; the hash is computed for unknown names too, so that time tells nothing."""
        try:
            user = User.objects.get_by_natural_key(plain_name(username or ""))
        except User.DoesNotExist:
            User().set_password(password)
            return None
        expired = user.code_expires_at is not None and user.code_expires_at <= timezone.now()
        return user if user.check_password(password or "") and user.is_active and not expired else None

    def get_user(self, user_id: int) -> User | None:
        """Return the open account of a session."""
        return User.objects.filter(pk=user_id, is_active=True).defer("phone", "email").order_by().first()


def lockout_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """What failures are counted under: the name as it is looked up, as a keyed digest. People type passwords and numbers
    into the field for the name, and these are kept nowhere."""
    given = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return counted_name(given)


def counted_name(username: str) -> str:
    """The digest under which the failures of a sign-in name are counted."""
    return blind_index(plain_name(username).lower())


def lockout_parameters(request: HttpRequest, credentials: dict[str, Any] | None) -> list[Any]:
    """What is locked: a name at an address, so that nobody locks out a street office or a colleague elsewhere; and the
    whole address once it failed with AXES_SPRAYED_NAMES names, since one password is being tried on everybody."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    failed = AccessAttempt.objects.filter(ip_address=request.META.get("REMOTE_ADDR"), attempt_time__gt=since)
    sprayed = failed.values("username").distinct().count() >= settings.AXES_SPRAYED_NAMES
    return ["ip_address"] if sprayed else [["username", "ip_address"]]
