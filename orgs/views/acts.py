"""What was done with many organizations at once: the list, and each with the way back."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.admin.bulk import AT_ONCE
from core.history import lines
from core.jobs import enqueue
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.filters import search_filter
from core.listing.paging import paged
from core.models import AuditEntry
from core.pages import PageRequest, PermissionMixin, way_back
from core.refusals import Refusal, as_sentence
from orgs.bulk_actions import UNDO
from orgs.models import BulkAct
from orgs.services.acts import undo


class ActFilters(ListFilters):
    q = search_filter("办理内容")

    def search(self, found: QuerySet, name: str, value: str) -> QuerySet:
        """The words stand in what was done."""
        return found.filter(title__contains=value)


class ActList(ListPage):
    """All bulk changes of the scope, the newest first."""

    permission = P.REGISTRY_CHANGE
    export_permission = ""
    rows = BulkAct.objects.select_related("done_by")
    title = "批量修改记录"
    filters = ActFilters
    unit = "次"
    empty = "还没有批量修改过。在“单位”里勾选单位，可以一次修改许多家。"
    orders = (Order("newest", ("-id",)),)
    columns = (
        Column("办理", "title", kind="name", link=lambda act: reverse("bulk_act", args=[act.pk])),
        Column("已修改（家）", "changed", kind="number"),
        Column("原因或依据", "reason", kind="words"),
        Column("办理人", "done_by.name"),
        Column("时间", "done_at", kind="date", order="newest"),
        Column("撤销", "undone_at", kind="date"),
    )


class ActPage(PermissionMixin, View):
    """One bulk change: what it did to whom, and the button that takes it back."""

    permission = P.REGISTRY_CHANGE

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        rows = BulkAct.objects.within(request.scope).select_related("done_by", "undone_by")
        act = get_object_or_404(rows, pk=pk)
        back = way_back(request, reverse("admin:orgs_organization_changelist"))
        paging = paged(request, AuditEntry.objects.filter(batch_id=act.batch), size=ActList.page_size)
        context = {"act": act, "back": back, "lines": lines(paging["page"].rows), **paging}
        return render(request, "orgs/bulk_act.html", context)

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Take it back, a long one in the background."""
        act = get_object_or_404(BulkAct.objects.changeable(request.scope), pk=pk)
        if act.changed > AT_ONCE:
            job = enqueue(kind=UNDO, arguments={"act": act.pk}, by=request.user)
            return HttpResponseRedirect(reverse("job", args=[job.pk]))
        try:
            done = undo(act=act, by=request.user, scope=request.scope, on=timezone.localdate(), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        else:
            messages.success(request, f"已撤销：恢复 {done.restored:,} 家。")
        return HttpResponseRedirect(request.path)
