"""/me/: the own account: where one is signed in, which phones are trusted, the second factor."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.services import factors, sessions
from core.pages import PageRequest, number


class OwnAccount(View):
    """Shows it; ends a session elsewhere, or the trust in the own phones."""

    def get(self, request: PageRequest) -> HttpResponse:
        now = timezone.now()
        context = {
            "sessions": sessions.open_sessions(request.user, at=now),
            "own_key": request.session.session_key,
            "most": settings.SESSIONS_AT_ONCE,
            "phones": factors.trusted_phones(request.user),
            "factor": factors.authenticator_of(request.user),
        }
        return render(request, "accounts/own.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        match request.POST.get("do"):
            case "phones":
                factors.revoke_phones(user=request.user, by=request.user, reason="本人撤销")
                messages.success(request, "已撤销信任的手机。")
            case "end" if (pk := number(request.POST.get("session"))) is not None:
                sessions.end_session(request.user, pk=pk, why="您在别处结束了这次登录", at=timezone.now())
                messages.success(request, "已结束那次登录。")
            case _:
                raise BadRequest("没有这项操作")
        return redirect("own_account")
