"""/reviews/: what branches handed in, the first to fall due first, and one record beside what the automatic checks say of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.permissions import Permission as P
from activities.filters import ReviewFilters
from activities.models import ActivityRecord
from activities.queries.reviews import alike_of, checks_of, neighbours, others, reviewable, verdicts_of, with_returns
from activities.rules.checks import NAMES
from activities.services import reviews
from activities.wording import minutes
from core.formats import iso
from core.listing import Column, ListPage, Order
from core.listing.paging import without_place
from core.pages import FormPage, PageRequest, numbers
from core.refusals import Refusal
from core.rendering import drawn

Status = ActivityRecord.Status
MOST = 500  # records that are accepted at once
PHRASES = (  # what a record is returned with most often
    "会议内容过于简单，请补充发言要点和形成的意见",
    "到会人数与名册不符，请核对",
    "缺席原因不清楚，请核实",
    "内容与以前（或其他支部）的记录雷同，请据实填写",
    "决议没有责任人或完成时限，请补充",
    "主题与活动类型不符，请核对",
    "照片与本次活动不符，请更换",
)


def _branch_cell(row: Any, name: str) -> SafeString:
    filed_by = f"{row.entered_by.name}代填" if row.entered_by else ""
    return drawn('<a href="{}">{}</a><small>{}</small>', row.url, name, filed_by)


def _due_cell(row: Any, day: Any) -> SafeString:
    if row.status != Status.SUBMITTED:
        return drawn("<span>{}</span>", row.get_status_display())
    late = " 逾期" if day < row.today else " 今天" if day == row.today else ""
    return drawn('<span class="{}">{}{}</span>', "due" if late else "", iso(day), late)


def _flags_cell(row: Any, flags: str) -> SafeString:
    if not flags:
        return drawn('<span class="done">✓ 没有提示</span>')
    return drawn('<span class="late">⚠ {}</span>', "、".join(NAMES[code] for code in flags.split(",")))


def _tick_cell(row: Any, key: int) -> SafeString:
    if not row.tickable:
        return SafeString("")
    box = '<label class="tick"><input type="checkbox" name="record" value="{}" form="bulk" aria-label="选择{}"></label>'
    return drawn(box, key, f"{row.party_organization} {row}")


class ReviewQueue(ListPage):
    """What waits for the street, and what it returned. What no check speaks of is accepted several at once."""

    title = "审核活动记录"
    permission = P.ACTIVITIES_REVIEW
    export_permission = P.REGISTRY_EXPORT
    filters = ReviewFilters
    template_name = "activities/reviews.html"
    unit = "份"
    empty = "没有符合条件的记录。支部提交活动记录后，列在这里等待审核。"
    columns = (
        Column("选择", "pk", kind="pick", html=_tick_cell, export=False),
        Column("党支部", "party_organization", kind="name", html=_branch_cell),
        Column("活动", lambda row: f"{row} {row.topic}", kind="words"),
        Column("到会", lambda row: f"{row.present}/{row.expected}", kind="date"),
        Column("自动检查", "flags", html=_flags_cell),
        Column("退回次数", "returns", kind="number", order="returns"),
        Column("审核期限", "review_by", kind="date", html=_due_cell, order="due"),
    )
    orders = (Order("due", ("submitted_on",)), Order("returns", ("-returns",)))

    def records(self) -> QuerySet:
        return with_returns(reviewable(self.request.scope, on=timezone.localdate()))

    def prepare(self, rows: list[Any]) -> None:
        """Where each leads, with the filters of this page, and whether the reader may accept it here."""
        today, asked = timezone.localdate(), without_place(self.request).urlencode()
        clean = [row.pk for row in rows if row.status == Status.SUBMITTED and not row.flags]
        mine = others(ActivityRecord.objects.filter(pk__in=clean), self.request.user, on=today)
        tickable = set(mine.values_list("pk", flat=True))
        for row in rows:
            row.today, row.tickable = today, row.pk in tickable
            row.url = f"{reverse('review', args=[row.pk])}?{asked}"

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Accept what was ticked; of everything in the list that is clean, name it first."""
        do, today = request.POST.get("do"), timezone.localdate()
        if do not in ("accept", "accept_clean"):
            return super().post(request, *args, **kwargs)
        rows: Any = self._found()[1]
        rows = others(rows.waiting().clean(), request.user, on=today).order_by("submitted_on", "pk")
        if do == "accept_clean" and (named := list(rows[:MOST])):
            told = {"title": "通过没有提示的记录", "records": named, "back": self.url()}
            return render(request, "activities/accept.html", told)
        keys = list(rows.filter(pk__in=numbers(request.POST.getlist("record"))).values_list("pk", flat=True)[:MOST])
        done = reviews.accept_clean(by=request.user, records=keys, at=timezone.now(), on=today)
        if done:
            messages.success(request, f"已审核通过 {len(done)} 份没有提示的记录。")
        else:
            messages.error(request, "没有可以批量通过的记录：请先勾选没有提示、不是自己代填的记录。")
        return HttpResponseRedirect(self.url())

    def extra(self) -> dict[str, Any]:
        """How many wait, fall due today and are late, and how many came back."""
        today = timezone.localdate()
        waiting = Q(status=Status.SUBMITTED)
        counts = self.records().aggregate(
            waiting=Count("pk", filter=waiting),
            today=Count("pk", filter=waiting & Q(review_by=today)),
            late=Count("pk", filter=waiting & Q(review_by__lt=today)),
            returned=Count("pk", filter=Q(status=Status.RETURNED)),
            clean=Count("pk", filter=waiting & Q(flags="")),
        )
        return {"counts": counts}


class ReviewForm(forms.Form):
    """What is said of a record: the first of the buttons that was pressed, and why."""

    verdict = forms.ChoiceField(choices=[("accept", "通过"), ("return", "退回")], widget=forms.HiddenInput)
    phrase = forms.ChoiceField(
        label="退回原因（常用语）", choices=[("", "请选择"), *((one, one) for one in PHRASES)], required=False
    )
    reason = forms.CharField(label="补充说明", required=False, max_length=200, widget=forms.Textarea({"rows": 2}))


class ReviewPage(FormPage):
    """One record: its minutes on the left, the checks on the right, the most alike record below. Then comes the next one."""

    permission = P.ACTIVITIES_REVIEW
    template_name = "activities/review.html"
    form_class = ReviewForm

    @cached_property
    def record(self) -> ActivityRecord:
        rows = with_returns(reviewable(self.request.scope, on=timezone.localdate()))
        found: ActivityRecord = get_object_or_404(rows.with_parts(), pk=self.kwargs["pk"])
        return found

    @cached_property
    def around(self) -> tuple[int | None, int | None]:
        """The records before and after this one in the queue with the filters that it was opened with."""
        rows = with_returns(reviewable(self.request.scope, on=timezone.localdate()))
        filters = ReviewFilters(self.request.GET, queryset=rows, request=self.request)
        return neighbours(filters.qs if filters.is_valid() else rows.none(), self.record)

    def act(self, data: dict[str, Any]) -> str:
        told: Any = {
            "by": self.request.user,
            "record": self.record,
            "at": timezone.now(),
            "on": timezone.localdate(),
            "reason": "；".join(filter(None, [data["phrase"], data["reason"].strip()])),
        }
        self.success_url = self.page_of(self.around[1] or self.around[0])
        if data["verdict"] == "accept":
            if data["phrase"]:
                raise Refusal("选了退回的常用语：要退回的请点“退回”，要通过的请改为“请选择”")
            reviews.accept(**told)
            return f"已审核通过：{self.record.party_organization} {self.record}"
        reviews.send_back(**told)
        return f"已退回：{self.record.party_organization} {self.record}，支部现在就能看到原因"

    def field_of(self, refusal: Exception) -> str | None:
        return "phrase" if "常用语" in str(refusal) else "reason" if "原因" in str(refusal) else None

    def page_of(self, key: int | None) -> str:
        """The page of another record with the same filters, or the queue."""
        where = reverse("review", args=[key]) if key else reverse("reviews")
        asked = self.request.GET.urlencode()
        return f"{where}?{asked}" if asked else where

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        record, today = self.record, timezone.localdate()
        before, after = self.around
        waiting = record.status == Status.SUBMITTED
        by_others = others(ActivityRecord.objects.filter(pk=record.pk), self.request.user, on=today).exists()
        other, shared, shared_there = alike_of(record, self.request.scope)
        return super().get_context_data(
            title=f"审核：{record.party_organization}",
            record=record,
            lines=minutes(record),
            checks=checks_of(record, self.request.scope, on=today),
            duties=record.settled.order_by("due_on", "kind"),
            attachments=record.attachments.all(),
            verdicts=verdicts_of(record),
            may_review=waiting and by_others,
            own=waiting and not by_others,
            other=other,
            shared=shared,
            shared_there=shared_there,
            queue=self.page_of(None),
            before=self.page_of(before) if before else "",
            after=self.page_of(after) if after else "",
            **more,
        )
