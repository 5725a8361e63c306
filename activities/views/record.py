"""A record to read, print, copy and take back; the list of them; what hangs on them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from activities.filters import RecordFilters
from activities.models import ActivityRecord, Attachment, Kind
from activities.queries.checks import checked
from activities.queries.reviews import others, verdicts_of
from activities.rules.appraisal import year_of_meeting
from activities.services import records, reviews
from activities.wording import as_text, minutes
from core.listing import Column, ListPage, Order
from core.pages import PageRequest, PermissionMixin, to_change
from core.refusals import Refusal, as_sentence
from core.scope import may_change
from core.views.kept import KeptFilePage

LONGEST_NOTE = 300


def record_of(pk: int, request: PageRequest) -> ActivityRecord:
    """The record that was handed in, within the scope, with its parts."""
    return get_object_or_404(ActivityRecord.objects.within(request.scope).filed().with_parts(), pk=pk)


class RecordPage(PermissionMixin, View):
    """会议记录. A constant number of queries."""

    permission = P.ACTIVITIES_VIEW

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        record = record_of(pk, request)
        may_file, final = may_change(record, request.scope), reviews.is_final(record)
        accepted, waits = (
            record.status == one for one in (ActivityRecord.Status.ACCEPTED, ActivityRecord.Status.SUBMITTED)
        )
        today = timezone.localdate()
        by_others = others(ActivityRecord.objects.filter(pk=pk), request.user, on=today).exists()
        context = {
            "title": str(record),
            "record": record,
            "lines": minutes(record),
            "text": as_text(record),
            "attachments": record.attachments.all(),
            "verdicts": verdicts_of(record),
            "found": checked([record], request.scope, on=today)[record.pk],
            "may_mend": may_file and not final and record.status == ActivityRecord.Status.RETURNED,
            "may_publish": accepted and may_change(record, request.scope, P.ACTIVITIES_REVIEW) and by_others,
            "published": record.experiences.filter(withdrawn_on=None).first() if accepted else None,
            "may_withdraw": may_file and waits and not final and not by_others,
            "may_note": may_file and final,
            "appraised": may_file
            and record.kind == Kind.APPRAISAL
            and record.held_on
            and year_of_meeting(record.held_on),
        }
        return render(request, "activities/record.html", context)

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """撤回: it is a draft again, and open in its form. Or a 更正说明 beside what is changed no more."""
        record = to_change(ActivityRecord.objects.all(), request.scope, pk)
        try:
            if request.POST.get("do") == "note":
                text = request.POST.get("text", "")[:LONGEST_NOTE]
                reviews.add_note(by=request.user, record=record, text=text, at=timezone.now())
                messages.success(request, "更正说明已登记，列在记录后面。")
                return redirect("record", record.pk)
            records.withdraw(by=request.user, record=record, on=timezone.localdate())
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return redirect("record", record.pk) if record.status != "DRAFT" else redirect("records")
        messages.success(request, "已撤回，修改后请重新提交。")
        return redirect("record_form", record.party_organization_id, record.draft_key)


class AttachmentFile(KeptFilePage):
    """What hangs on a record, or a rule's document."""

    permission = P.ACTIVITIES_VIEW
    model: Any = Attachment


class RecordList(ListPage):
    """What was held and handed in, the newest first."""

    title = "活动记录"
    permission = P.ACTIVITIES_VIEW
    export_permission = P.REGISTRY_EXPORT
    filters = RecordFilters
    unit = "份"
    empty = "没有符合条件的活动记录。在“本支部”填报并提交后显示。"
    columns = (
        Column("主题（议题）", "topic", kind="name", link=lambda row: reverse("record", args=[row.pk])),
        Column("活动日期", "held_on", kind="date", order="newest"),
        Column("类型", lambda row: row.get_kind_display()),
        Column("党支部", "party_organization"),
        Column("实到/应到", lambda row: f"{row.present}/{row.expected}", kind="date"),
        Column("状态", lambda row: row.get_status_display()),
    )
    orders = (Order("newest", ("-held_on", "-pk")),)

    def records(self) -> QuerySet:
        return ActivityRecord.objects.within(self.request.scope).filed().select_related("party_organization")
