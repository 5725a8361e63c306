"""/survey/: whoever holds a code answers here, without an account.

The code is typed, or stands in the link behind a `#`, which browsers send nowhere; it comes by POST alone, so that no log of a
server on the way and no history holds it. The answer stays in no cache, and does not count as use of anybody's session.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from core.refusals import Refusal, as_sentence
from evaluations.rules.surveys import GRADES, LENGTH, QUESTIONS, typed
from evaluations.services import answers

WRONG, WITHIN = 20, 600  # codes that do not exist, from one address in so many seconds; kept in memory alone
TOO_OFTEN = "输错的次数太多，请十分钟以后再试"
PAGE = "evaluations/answer.html"


@login_not_required
@never_cache
@sensitive_post_parameters()
def answer_page(request: HttpRequest) -> HttpResponse:
    """The code, then the questions; what is refused stands on the page with all that was chosen."""
    if request.method != "POST":
        return render(request, PAGE)
    code, address = typed(request.POST.get("code", "")), request.META["REMOTE_ADDR"]
    if cache.get(_key(address), 0) >= WRONG:
        return render(request, PAGE, {"error": as_sentence(TOO_OFTEN)}, status=429)
    chosen = {name: request.POST.get(name, "") for name in QUESTIONS}
    shown: dict[str, Any] = {"code": code, "chosen": chosen}
    try:
        if len(code) != LENGTH:
            raise Refusal(f"答卷码是 {LENGTH} 位字母和数字，请核对后再填")
        shown["survey"] = answers.survey_of(code, on=timezone.localdate())
        if request.POST.get("do") == "answer":
            answers.answer(code=code, grades=chosen, on=timezone.localdate())
            return redirect("answered")
    except Refusal as refusal:
        shown["error"] = as_sentence(refusal)
        if isinstance(refusal, answers.UnknownCode):
            cache.add(_key(address), 0, WITHIN)
            cache.incr(_key(address))
    if "survey" in shown:
        shown["questions"] = [
            (name, text, [(grade, label, chosen[name] == grade) for grade, label in GRADES.items()])
            for name, text in QUESTIONS.items()
        ]
    return render(request, PAGE, shown)


@login_not_required
@never_cache
@require_safe
def answered(request: HttpRequest) -> HttpResponse:
    """Where an answer leads: loaded anew, it sends nothing again."""
    return render(request, "evaluations/answered.html")


for page in (answer_page, answered):
    page.is_poll = True  # type: ignore[attr-defined]  # no use of the session of whoever is signed in


def _key(address: str) -> str:
    return f"survey-wrong:{address}"
