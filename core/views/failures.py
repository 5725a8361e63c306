"""The page of a request that failed: out of order (500), or by something that passes (503, `core.outages`)."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.outages import Trouble, trouble_of

SAFE = ("GET", "HEAD")
# seconds; so long a page that only reads waits itself
COME_BACK = {Trouble.BUSY: 60, Trouble.CROWD: 5, Trouble.AWAY: 5, Trouble.FULL: 60}
SECRET = ("password", "one_time")  # in the names of fields that no page repeats


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """Say what happened, that nothing was saved, and when to try again; what was typed can be sent once more."""
    trouble = trouble_of(sys.exc_info()[1])
    return render(request, "500.html", status=500) if trouble is None else unavailable(request, trouble)


def unavailable(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    reads = request.method in SAFE
    context = {
        "trouble": trouble.name,
        "title": trouble.value,
        "reads": reads,
        "seconds": COME_BACK[trouble],
        "typed": None if reads else typed(request),
        "without_file": bool(not reads and request.FILES),
        "address": request.get_full_path(),
    }
    answer = render(request, "503.html", context, status=503)
    answer.headers["Retry-After"] = str(COME_BACK[trouble])
    return answer


def goes_on_without_file(request: HttpRequest) -> bool:
    """Whether the page that was asked for keeps what was typed when a file beside it cannot be kept."""
    view = request.resolver_match.func if request.resolver_match else None
    return bool(getattr(getattr(view, "view_class", None), "goes_on_without_file", False))


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, field by field; nothing when it holds a password or a file, which no page can give back. Where the text
    is worth keeping alone, it comes back as a draft."""
    given = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    withheld = request.FILES or request.META.get("ningju.no_room")
    if withheld and goes_on_without_file(request):
        given.pop("submit", None)  # not handed in without what should go with it
        given["draft"], withheld = ["1"], False
    if withheld or any(secret in name for name in given for secret in SECRET):
        return []
    return [(name, str(value)) for name, values in given.items() for value in values]
