"""Changes for the ticked rows of a list: what is wanted, what it will do, done.

Three pages, each a POST with the ids of the rows: the form; the preview, made by the same function that the service uses;
the result. More than `AT_ONCE` rows are changed in the background.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.id_sets import among
from core.jobs import enqueue
from core.masking import struck
from core.pages import number
from core.plans import Plan
from core.refusals import Refusal
from core.scope import Scope

if TYPE_CHECKING:
    from core.admin.modeladmin import ScopedModelAdmin

AT_ONCE = 2_000
MOST = 100_000
NAMES = 200  # on one page of a preview
TICKED, ALL, IDS = "ticked", "all", "ids"


class BulkForm(forms.Form):
    """What a bulk action asks for; subclasses add fields. Choices come from the scope."""

    reason = forms.CharField(label="原因或依据", max_length=200, help_text="写入每条记录的历史")

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean_reason(self) -> str:
        """It is kept with the act, the job and the records, as masked as in the trail."""
        return struck(self.cleaned_data["reason"])


@dataclass(frozen=True)
class BulkAction:
    """Something that can be done with many rows at once.

    `plan(form, rows, on)` tells what would happen, `apply(form, ids, by, on, progress)` does it and returns what it did;
    both use the same rule. `job` is the kind of job that does it in the background.
    """

    code: str
    title: str
    permission: str
    form: type[BulkForm]
    plan: Callable[[BulkForm, QuerySet, date], Plan]
    apply: Callable[..., Plan]
    job: str = ""


def bulk_view(admin: ScopedModelAdmin, request: HttpRequest, code: str) -> HttpResponse:
    """One of the three pages, by what was posted."""
    action = next((found for found in admin.bulk_actions if found.code == code), None)
    if action is None:
        raise Http404("没有这项操作")
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if not scope.may(action.permission):
        raise PermissionDenied("您的角色不能办理这项操作")
    back = _back_url(admin, request)
    if request.method != "POST":
        return HttpResponseRedirect(back)
    rows = admin.model._default_manager.changeable(scope, action.permission)
    ids = _ids(admin, request, rows)
    if not ids and admin.get_queryset(request).filter(pk__in=_numbers(request)).exists():
        raise PermissionDenied("勾选的记录不归您的党组织管理，可以查看，不能修改；请联系管理它们的党组织。")
    if not ids:
        messages.warning(request, "请先勾选要办理的记录。")
        return HttpResponseRedirect(back)
    if len(ids) > MOST:
        messages.error(request, f"选中的超过 {MOST:,} 条，请先用筛选缩小范围。")
        return HttpResponseRedirect(back)
    stage = request.POST.get("stage", "")
    form = action.form(request.POST if stage else None, scope=scope)
    context = {
        "title": action.title,
        "action": action,
        "model_admin": admin,
        "form": form,
        "count": len(ids),
        "ids": ",".join(map(str, ids)),
        "back": back,
    }
    if stage and form.is_valid():
        try:
            if stage == "apply":
                return _apply(admin, request, action, form, ids, back)
            plan = action.plan(form, rows.filter(pk__in=among(ids)), timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            context |= {
                "plan": plan,
                "background": len(ids) > AT_ONCE,
                **_named(admin, plan, number(request.POST.get("page")) or 0),
            }
            return render(request, "admin/bulk_preview.html", context)
    return render(request, "admin/bulk_form.html", context)


def _apply(
    admin: ScopedModelAdmin, request: HttpRequest, action: BulkAction, form: BulkForm, ids: list[int], back: str
) -> HttpResponse:
    if len(ids) > AT_ONCE and action.job:
        data = {name: form.data.get(name) for name in form.fields} | {"reason": form.cleaned_data["reason"]}
        job = enqueue(
            kind=action.job,
            arguments={"action": action.code, "ids": ids, "data": data},
            by=request.user,  # type: ignore[arg-type]
        )
        return HttpResponseRedirect(reverse("job", args=[job.pk]))
    done = action.apply(form, ids, request.user, timezone.localdate())
    parts = [f"已修改 {len(done.changing):,} {admin.unit}"] if done.changing else []
    parts += [f"{done.left_count:,} {admin.unit}没有改"] if done.left_count else []
    messages.success(request, f"{action.title}：{'，'.join(parts)}。")
    if done.act:  # the page of what was done, where it is taken back
        back = f"{reverse('bulk_act', args=[done.act])}?{urlencode({'next': back})}"
    return HttpResponseRedirect(back)


def _ids(admin: ScopedModelAdmin, request: HttpRequest, rows: QuerySet) -> list[int]:
    """The ids meant, narrowed to the scope: posted on from page to page, ticked, or all that the list's filters find."""
    wanted = _numbers(request)
    if request.POST.get(ALL) and not request.POST.get(IDS):
        filters = admin.filters(request.GET, queryset=admin.listed(request), request=request)
        found = filters.qs if filters.is_valid() else admin.listed(request).none()
        wanted = list(found.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    return sorted(rows.filter(pk__in=among(wanted[: MOST + 1])).values_list("pk", flat=True))


def _numbers(request: HttpRequest) -> list[int]:
    """What was posted on from page to page, or ticked."""
    posted = request.POST.get(IDS)
    found = [number(part) for part in (posted.split(",") if posted else request.POST.getlist(TICKED))]
    if None in found:
        raise BadRequest("编号应为数字")
    return [pk for pk in found if pk is not None]


def _named(admin: ScopedModelAdmin, plan: Plan, page: int) -> dict[str, Any]:
    """One page of the names, under what becomes of them: those in doubt first, then by group, then those left."""
    groups = [
        *(("doubt", f"请核对：{why}", ids) for why, ids in plan.doubts.items()),
        *(("change", title, ids) for title, ids in plan.groups.items()),
        *(("left", f"不改：{why}", ids) for why, ids in plan.left.items()),
    ]
    total = sum(len(ids) for _, _, ids in groups)
    page = min(page, max(0, (total - 1) // NAMES))
    shown, start, stop = [], page * NAMES, (page + 1) * NAMES
    passed = 0
    for kind, title, ids in groups:
        part = ids[max(0, start - passed) : max(0, stop - passed)]
        passed += len(ids)
        if part:
            shown.append((kind, title, len(ids), part))
    names = admin.model._default_manager.in_bulk([pk for *_, ids in shown for pk in ids])
    return {
        "counts": [(kind, title, len(ids)) for kind, title, ids in groups if ids],
        "shown": [(kind, title, number, [names[pk] for pk in part]) for kind, title, number, part in shown],
        "page": page,
        "pages": (total + NAMES - 1) // NAMES,
        "before": page - 1 if page else None,
        "after": page + 1 if stop < total else None,
    }


def _back_url(admin: ScopedModelAdmin, request: HttpRequest) -> str:
    """To the record that the action was called from, else to the list with its filters."""
    if (key := number(request.GET.get("record"))) is not None:
        record = admin.get_queryset(request).filter(pk=key).first()
        if record and (url := admin.record_url(record)):
            return url
    url = admin.url_of("changelist")
    query = request.GET.urlencode()
    return f"{url}?{query}" if query else url
