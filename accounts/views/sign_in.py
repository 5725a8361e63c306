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

from accounts.forms import CodeForm, NewFactorForm, NewPasswordForm, SignInForm
from accounts.middleware import needs_second_factor, roles_of
from accounts.models import AccountRequest, Authenticator, TrustedDevice
from accounts.permissions import Permission
from accounts.roles import ROLES
from accounts.services import factors
from accounts.services.sessions import change_key
from accounts.services.sign_in import note_failure, note_sign_in, note_sign_out, tell_owner

PHONE_COOKIE = "ningju_phone"
BEGUN = "enrolment"  # in the session: the authenticator that it may confirm
WRONG_CODE = "动态口令不正确或已用过，请等下一组数字出现后再输入；连续输错的，须多等一会儿"
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
        """Sign in, and trust the phone when that is asked for. With a second factor the sign-in is not complete yet."""
        response = super().form_valid(form)
        if not needs_second_factor(self.request, roles_of(self.request)):
            complete(self.request)
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
            messages.warning(self.request, "只有书记、党费管理员、指导员可以信任手机，您每次都须输入口令")
            return
        name = device_of(self.request)
        key = self.request.session.session_key
        secret = factors.trust_phone(user=self.request.user, name=name, key=key)  # type: ignore[arg-type]
        response.set_cookie(
            PHONE_COOKIE,
            secret,
            max_age=settings.TRUSTED_PHONE_DAYS * 86_400,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def device_of(request: HttpRequest) -> str:
    """What the request was made on, in a word."""
    return "手机" if "Mobile" in request.headers.get("User-Agent", "") else "电脑"


def complete(request: HttpRequest, phone: TrustedDevice | None = None) -> None:
    """The sign-in is complete: write it down, and tell its owner what happened since the last one."""
    user: Any = request.user
    before, key = user.last_seen_at, request.session.session_key
    ended = note_sign_in(user=user, key=key, device=device_of(request), phone=phone)  # type: ignore[arg-type]
    if before:
        messages.info(request, f"上次登录：{timezone.localtime(before):%Y-%m-%d %H:%M}")
    for one in ended:
        began = f"{timezone.localtime(one.began_at):%Y-%m-%d %H:%M}"
        messages.warning(
            request,
            f"同一账号最多 {settings.SESSIONS_AT_ONCE} 处同时登录，{began} 在{one.device}（{one.address}）的登录已结束。",
        )
    for sentence in tell_owner(user=user, since=before):
        messages.warning(request, sentence)
    if any(Permission.ACCOUNTS_CONFIRM in role.permissions for role in roles_of(request)):
        waiting = AccountRequest.objects.waiting().exclude(account=user).count()
        if waiting:
            messages.warning(request, f"有 {waiting} 项对管理员账号的办理等您核实确认，见“账号办理确认”。")


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
        messages.warning(request, "您的角色已变化，请输入口令登录")
        return redirect("login")
    complete(request, phone)
    return redirect("front")


class SignOutView(LogoutView):
    """Ends the session, and the trust in the phone that it ran on."""

    @method_decorator(require_POST)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write down who leaves; nothing of what they saw stays in the browser."""
        if request.user.is_authenticated:
            note_sign_out(user=request.user, key=request.session.session_key or "")
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
        """Change it, end the other sessions and go on; this one has a new key from now on."""
        before = self.request.session.session_key
        response = super().form_valid(form)
        change_key(before, self.request.session.session_key)
        messages.success(self.request, "口令已修改，在别处的登录已结束。")
        return response


def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code; without an authenticator show the picture that sets one up."""
    if not needs_second_factor(request, roles_of(request)):
        return redirect("front")
    user: Any = request.user
    known, form = factors.authenticator_of(user), CodeForm(request.POST or None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        if known:
            device = factors.check_code(user=user, code=code)
        else:
            device = factors.confirm_enrolment(user=user, begun=request.session.get(BEGUN), code=code)
        if device is not None:
            request.session.pop(BEGUN, None)
            remember_factor(request, device)
            request.session.cycle_key()
            complete(request)
            return redirect("front")
        form.add_error("code", WRONG_CODE)
    return render(request, "accounts/second_factor.html", {"form": form} | ({} if known else enrolment(request)))


def new_factor(request: HttpRequest) -> HttpResponse:
    """Replace the own authenticator, which must still show a code; who lost it asks the system administrator."""
    user: Any = request.user
    if factors.authenticator_of(user) is None:
        return redirect("own_account")
    form = NewFactorForm(request.POST or None)
    if form.is_valid():
        device = factors.confirm_enrolment(user=user, begun=request.session.get(BEGUN), **form.cleaned_data)
        if device is not None:
            request.session.pop(BEGUN, None)
            remember_factor(request, device)
            messages.success(request, "动态口令已更换，请从手机上删去旧的。")
            return redirect("own_account")
        form.add_error(None, WRONG_CODE)
    return render(request, "accounts/second_factor.html", {"form": form, "replaces": True} | enrolment(request))


def enrolment(request: HttpRequest) -> dict[str, Any]:
    """The picture and the key of the authenticator that this session, and no other, may confirm."""
    user: Any = request.user
    device = factors.begin_enrolment(user=user, begun=request.session.get(BEGUN))
    request.session[BEGUN] = device.pk
    return {"picture": picture(device), "key": device.readable_key}


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
