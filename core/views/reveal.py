"""A masked value on a page: the button, the question why, the value for a minute, the mask again."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.masking import mask
from core.pages import PageRequest
from core.reveal import NotShown, OnlySeen, ReasonMissing, find_masked, reveal

SHOWN_SECONDS = 60


def reveal_field(request: HttpRequest, model: str, pk: int, field: str) -> HttpResponse:
    """GET: the mask, and with `?ask` the question why. POST: the value, which hides itself after a minute."""
    asked: PageRequest = request  # type: ignore[assignment]
    context: dict[str, object] = {"ask": "ask" in request.GET, "seconds": SHOWN_SECONDS}
    try:
        record = find_masked(model=model, pk=pk, field=field, scope=asked.scope)
        context |= {"url": request.path, "masked": mask(getattr(record, field))}
        context["label"] = record._meta.get_field(field).verbose_name  # type: ignore[union-attr]
        if request.method == "POST":
            reason = request.POST.get("reason", "")
            context["value"] = reveal(record=record, field=field, reason=reason, by=asked.user, scope=asked.scope)
    except OnlySeen as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except NotShown as refusal:
        raise Http404(str(refusal)) from refusal
    except ReasonMissing as refusal:
        context |= {"ask": True, "error": str(refusal)}
    part = bool(request.headers.get("HX-Request"))
    return render(request, "core/masked.html" if part else "core/masked_page.html", context)
