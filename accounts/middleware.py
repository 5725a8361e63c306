"""What stands between a session and the pages: its limits, and the steps of signing in that are still missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from accounts.roles import ROLES, Role
from accounts.services.sessions import why_ended
from accounts.services.sign_in import note_sign_out
from core.middleware import address_in

GetResponse = Callable[[HttpRequest], HttpResponse]
TOUCH_SECONDS = 60  # how exactly the last use of a session is kept: spares a write with every request


def roles_of(request: HttpRequest) -> list[Role]:
    """The roles that the signed-in user holds today, as the scope has them."""
    return [ROLES[grant.role] for grant in request.scope.grants]  # type: ignore[attr-defined]


def go(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that htmx follows with the whole page instead of putting the page into a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def go_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back to the page that was asked for; say why when somebody else ended the session."""
    if why := why_ended(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
        messages.warning(request, f"{why}，本次登录已结束。不是您本人登录的，请立即修改口令并告诉管理员。")
    wanted = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else "/"
    return go(request, redirect_to_login(wanted, resolve_url(settings.LOGIN_URL)).url)


class SessionLimitsMiddleware:
    """Ends sessions that were idle for SESSION_IDLE_MINUTES or are older than SESSION_HOURS (rules §8).

    A view with the attribute `is_poll` (progress of a job) asks by itself and does not count as use.
    """

    now: Callable[[], datetime] = staticmethod(timezone.now)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = self.now().timestamp(), request.session
            began, seen = session.setdefault("began", now), session.setdefault("seen", now)
            idle = now - seen > timedelta(minutes=settings.SESSION_IDLE_MINUTES).total_seconds()
            if idle or now - began > timedelta(hours=settings.SESSION_HOURS).total_seconds():
                key = session.session_key or ""
                note_sign_out(user=request.user, key=key, reason="长时间未操作" if idle else "超过最长使用时间")
                logout(request)
                messages.info(
                    request, "您已较长时间没有操作，请重新登录" if idle else "本次登录已到最长时间，请重新登录"
                )
                return go_to_sign_in(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Count the request as use of the session."""
        now = self.now().timestamp()
        polls = getattr(view, "is_poll", False)
        if request.user.is_authenticated and not polls and now - request.session["seen"] >= TOUCH_SECONDS:
            request.session["seen"] = now


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every page asks for a sign-in unless its view says otherwise (`login_not_required`)."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        return go_to_sign_in(request)


class SignInStepsMiddleware:
    """Lets nobody on before the second factor, a fresh password and, for administrators, an allowed address."""

    now: Callable[[], datetime] = staticmethod(timezone.now)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; the steps are asked for once the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send to the next missing step."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        roles = roles_of(request)
        if settings.ADMIN_ADDRESSES and any(role.administrator for role in roles):
            networks = [ip_network(network) for network in settings.ADMIN_ADDRESSES]
            if not address_in(request.META["REMOTE_ADDR"], networks):
                raise PermissionDenied("管理员账号不能从这个网络地址使用")
        page = request.resolver_match.url_name  # type: ignore[union-attr]
        if page not in ("second_factor", "logout") and needs_second_factor(request, roles):
            return go(request, resolve_url("second_factor"))
        if page not in ("second_factor", "logout", "password") and needs_new_password(request, self.now()):
            return go(request, resolve_url("password"))
        return None


def needs_second_factor(request: HttpRequest, roles: list[Role]) -> bool:
    """Whether a role of the user asks for a one-time code that this session has not given."""
    asked = settings.TWO_FACTOR and any(role.two_factor for role in roles)
    verified = getattr(request.user, "is_verified", None)  # missing in the request that signs in
    return asked and not (verified is not None and verified())


def needs_new_password(request: HttpRequest, now: datetime) -> bool:
    """Whether the password is a first one or too old."""
    user = request.user
    changed = user.password_changed_at or user.created_at  # type: ignore[union-attr]
    return user.must_change_password or changed < now - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)  # type: ignore[union-attr]
