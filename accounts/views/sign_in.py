"""Signing in and out, the second factor, the own password, and what each role may do."""

from __future__ import annotations

from typing import Any

import qrcode
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as remember_factor
from qrcode.image.svg import SvgPathImage

from accounts.forms import CodeForm, NewPasswordForm, SignInForm
from accounts.middleware import roles_of
from accounts.models import Authenticator
from accounts.permissions import Permission
from accounts.roles import ROLES
from accounts.services import factors
from accounts.services.sign_in import note_failure, note_sign_in, note_sign_out

PHONE_COOKIE = "ningju_phone"
BACKEND = "accounts.backends.PasswordBackend"


class SignInView(LoginView):
    """The sign-in page; a phone that is trusted continues with one tap."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer to continue to the owner of a trusted phone."""
        secret = self.request.COOKIES.get(PHONE_COOKIE, "")
        phone = factors.phone_with(secret, at=timezone.now()) if secret else None
        return super().get_context_data(phone=phone, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """Sign in, say when it was last, and trust the phone when that is asked for."""
        user = form.get_user()
        before = user.last_seen_at
        response = super().form_valid(form)
        note_sign_in(user=user)
        if before:
            messages.info(self.request, f"上次登录:{timezone.localtime(before):%Y-%m-%d %H:%M}")
        if form.cleaned_data["trust"]:
            self._trust(response)
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """Write the failure down; after five of them django-axes puts its own answer in the place of this one."""
        locked = getattr(self.request, "axes_locked_out", False)
        note_failure(username=form.data.get("username", "").strip(), locked=locked)
        return super().form_invalid(form)

    def _trust(self, response: HttpResponse) -> None:
        if not may_trust_phone(self.request):
            messages.warning(self.request, "只有书记、指导员可以信任手机,您每次都须输入口令")
            return
        name = "手机" if "Mobile" in self.request.headers.get("User-Agent", "") else "电脑"
        secret = factors.trust_phone(user=self.request.user, name=name)  # type: ignore[arg-type]
        response.set_cookie(
            PHONE_COOKIE,
            secret,
            max_age=settings.TRUSTED_PHONE_DAYS * 86_400,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def may_trust_phone(request: HttpRequest) -> bool:
    """Whether every role of the signed-in user allows a trusted phone."""
    roles = roles_of(request)
    return bool(roles) and all(role.trusted_phone for role in roles)


@login_not_required
@require_POST
def continue_on_phone(request: HttpRequest) -> HttpResponse:
    """Sign in by the secret of a trusted phone; its owner's roles must still allow that."""
    phone = factors.phone_with(request.COOKIES.get(PHONE_COOKIE, ""), at=timezone.now())
    if phone is None or request.user.is_authenticated:
        return redirect("front")
    login(request, phone.user, backend=BACKEND)
    if not may_trust_phone(request):
        request.session.flush()
        messages.warning(request, "您的角色已变化,请输入口令登录")
        return redirect("login")
    note_sign_in(user=phone.user, phone=phone)
    return redirect("front")


class SignOutView(LogoutView):
    """Ends the session, and the trust in the phone that it ran on."""

    @method_decorator(require_POST)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write down who leaves; nothing of what they saw stays in the browser."""
        if request.user.is_authenticated:
            note_sign_out(user=request.user)
            phone = factors.phone_with(request.COOKIES.get(PHONE_COOKIE, ""), at=timezone.now())
            if phone is not None and phone.user == request.user:
                factors.revoke_phones(user=phone.user, by=phone.user, reason="退出登录")
        response = super().dispatch(request, *args, **kwargs)
        response.delete_cookie(PHONE_COOKIE)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordView(PasswordChangeView):
    """The own password; the first one and an old one lead here by themselves."""

    template_name = "accounts/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("front")

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:  # type: ignore[override]
        """Change it and go on."""
        messages.success(self.request, "口令已修改")
        return super().form_valid(form)


def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code; without an authenticator show the picture that sets one up."""
    user = request.user
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = factors.confirm_code(user=user, code=form.cleaned_data["code"])  # type: ignore[arg-type]
        if device is not None:
            remember_factor(request, device)
            request.session.cycle_key()
            return redirect("front")
        form.add_error("code", "动态口令不正确或已用过,请等下一组数字出现后再输入")
    device = factors.authenticator_of(user)  # type: ignore[arg-type]
    new = factors.begin_enrolment(user=user) if device is None else None  # type: ignore[arg-type]
    context = {"form": form, "picture": picture(new) if new else None, "key": new.readable_key if new else ""}
    return render(request, "accounts/second_factor.html", context)


def picture(device: Authenticator) -> SafeString:
    """The address of the new authenticator as a QR code: inline SVG, which a strict policy lets through."""
    image = qrcode.make(device.address, image_factory=SvgPathImage, box_size=8)
    return mark_safe(image.to_string(encoding="unicode"))


def front(request: HttpRequest) -> HttpResponse:
    """Send everybody to the page where their day begins."""
    roles = roles_of(request)
    if not roles:
        return render(request, "accounts/nothing.html")
    return redirect(roles[0].home)


def roles(request: HttpRequest) -> HttpResponse:
    """Each role's sentence and what it may do: the same text that decides."""
    allowed = [(role, [p.label for p in Permission if p in role.permissions]) for role in ROLES.values()]
    return render(request, "accounts/roles.html", {"roles": allowed, "held": {r.code for r in roles_of(request)}})


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None) -> HttpResponse:
    """The answer of django-axes after five failures with one name from one address."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "accounts/locked.html", {"minutes": minutes}, status=429)
