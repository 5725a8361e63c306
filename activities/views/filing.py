"""The page on which a record is filled in. Every button posts all of it: what was typed is kept as a draft first, so nothing is
lost whatever is refused; the script does the same beside the typing."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import View

from accounts.permissions import Permission as P
from activities.forms import TOPICS, RecordForm
from activities.models import ActivityRecord, Attendance, Experience, Kind, Obligation, Plan
from activities.models.months import ANY
from activities.queries.home import newest_reason
from activities.rules.appraisal import year_of_meeting
from activities.rules.checks import Finding
from activities.services import files, records
from activities.typed import (
    STAMP,
    People,
    Typed,
    beginning,
    decisions_of,
    decisions_sent,
    initial_of,
    kept,
    of_record,
    people_of,
    votes_of,
    with_appraisal,
    with_experience,
    with_last,
)
from activities.views.branch import branch_of, served
from core import attachments
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin, number
from core.refusals import Refusal, as_sentence
from members.models import PartyGroup
from orgs.models import PartyOrganization

DECIDING = frozenset({Kind.CONGRESS, Kind.COMMITTEE, Kind.ELECTION, Kind.APPRAISAL})  # whose decisions are voted on
LEFT_OUT = {"ningju.too_large": "文件超过上限，没有上传；请压缩后再上传", "ningju.no_room": attachments.NO_ROOM}
ASKS = "请填写"
# the group of the page at which a check's sentence stands
PLACES = {"A1": "when", "A2": "people", "A3": "people", "A4": "decisions", "A5": "people", "A6": "when"}


class FilingPage(PermissionMixin, View):
    """A record that was begun, came back, or is new: its key stands in the address, so that the same page is the same record.

    What was typed is kept even when there is no room for a file beside it.
    """

    goes_on_without_file = True

    permission = P.ACTIVITIES_FILE
    request: PageRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.today: date = timezone.localdate()

    @cached_property
    def branch(self) -> PartyOrganization:
        return branch_of(self.request.scope, self.kwargs["pk"])

    @property
    def key(self) -> UUID:
        key: UUID = self.kwargs["key"]
        return key

    @cached_property
    def record(self) -> ActivityRecord | None:
        rows = ActivityRecord.objects.changeable(self.request.scope).filter(party_organization=self.branch)
        return rows.filter(draft_key=self.key).first()

    @cached_property
    def duty(self) -> Obligation | None:
        """What the address says is to be done."""
        rows = Obligation.objects.filter(party_organization=self.branch).select_related("group")
        return rows.filter(pk=number(self.request.GET.get("duty")) or 0).first()

    @cached_property
    def groups(self) -> list[PartyGroup]:
        return list(PartyGroup.objects.on(self.today).filter(party_organization=self.branch).order_by("pk"))

    def get(self, request: PageRequest, pk: int, key: UUID) -> HttpResponse:
        if self.branch and self.record and not self.record.open:
            return redirect("record", self.record.pk)
        kind = self._kind()
        if request.headers.get("HX-Target") == "people":  # another day or group
            shown = {"people": self._people(kept(request.GET), kind), "reasons": Attendance.Reason.choices}
            return render(request, "activities/people.html", shown)
        return self._page(self._typed(), kind)

    def post(self, request: PageRequest, pk: int, key: UUID) -> HttpResponseBase:
        kind, typed = self._kind(), kept(request.POST)
        if self.branch and "submit" in request.POST and not request.FILES and not self._left_out():
            return self._hand_in(typed, kind)
        if "copy" in request.POST:
            typed = with_last(typed, self.branch, kind=kind)
        try:
            record = self._keep(typed, kind)
        except Refusal as refusal:
            if isinstance(refusal, records.TypedElsewhere) and not self.scripted:
                return self._refused(refusal, typed, kind)
            return self._answer([as_sentence(refusal)], None, typed, kind)
        refused = self._attach(record) + self._detach(record)
        if "submit" in request.POST and not refused:
            return self._hand_in(typed, kind)
        return self._answer(refused, record, typed, kind)

    def _kind(self) -> str:
        """The kind that was asked for, else the draft's, else that of the duty."""
        asked = self.request.POST.get("switch") or self.request.POST.get("kind") or self.request.GET.get("kind", "")
        if self.record and "switch" not in self.request.POST:
            return self.record.kind
        if asked not in Kind.values and self.duty:
            asked = Kind.THEME_DAY if self.duty.kind == ANY else self.duty.kind
        return asked if asked in Kind.values else Kind.THEME_DAY.value

    def _typed(self) -> Typed:
        """The draft or the record; of a new one today, its duty's group, and the plan of this month."""
        if self.record:
            return of_record(self.record)
        kind, month, duty = self._kind(), YearMonth.of(self.today), self.duty
        plans = Plan.objects.filter(party_organization=self.branch, kind=kind, cancelled_on=None)
        plan = plans.filter(planned_on__range=(month.first_day, self.today)).order_by("-planned_on").first()
        # of a duty that is over nobody but the secretary knows the day
        over = duty and duty.ends_on < self.today
        day, group = (None if over else self.today), (duty.group if duty else None)
        typed = beginning(
            kind=kind, on=self.today, day=day, group=group, groups=self.groups, plan=None if over else plan
        )
        if kind == Kind.APPRAISAL:
            year = number(self.request.GET.get("appraisal")) or year_of_meeting(self.today)
            typed = with_appraisal(typed, self.branch, year=year)
        learned = self._learned(self.request.GET.get("experience"))
        return with_experience(typed, learned) if learned and not learned.withdrawn_on else typed

    def _learned(self, key: str | None) -> Experience | None:
        """The experience that a record is marked with."""
        known = number(key)
        return Experience.objects.for_branch(self.branch).filter(pk=known).first() if known else None

    @property
    def scripted(self) -> bool:
        """Whether the script asks, which goes on with the page that it has."""
        return self.request.headers.get("Accept") == "application/json"

    @property
    def known(self) -> set[str]:
        """The stamps of what the page saw of the draft."""
        return {self.request.POST.get(STAMP, ""), *self.request.POST.get("known", "").split()}

    def _keep(self, typed: Typed, kind: str) -> ActivityRecord:
        return records.save_draft(
            by=self.request.user, party_organization=self.branch, kind=kind, draft_key=self.key,
            typed=dict(typed.lists()), at=timezone.now(), known=self.known,
        )  # fmt: skip

    def _hand_in(self, typed: Typed, kind: str) -> HttpResponseBase:
        """Hand the record in; whatever is refused, what was typed stays as a draft."""
        form = self._form(typed, kind, check=True)
        decisions = decisions_sent(typed)
        found: list[Finding] = []
        if form.is_valid() and decisions.is_valid():
            values = form.values()
            people = self._people(typed, kind)
            try:
                record = records.submit(
                    by=self.request.user, party_organization=self.branch, kind=kind, draft_key=self.key, values=values,
                    seats=people.seats(), votes=votes_of(decisions), topics=form.cleaned_data["topics"], on=self.today,
                    known=self.known,
                )  # fmt: skip
            except records.Unfinished as unfinished:
                found = [one for one in unfinished.findings if not _put_at_fields(form, one.sentence)]
            except records.TypedElsewhere as refusal:
                return self._refused(refusal, typed, kind)
            except Refusal as refusal:
                sentence = as_sentence(refusal)
                if not _put_at_fields(form, sentence):
                    form.add_error(None, sentence)
            else:
                messages.success(self.request, f"“{record}”已提交，等待街道审核。")
                return redirect("record", record.pk)
        try:
            self._keep(typed, kind)
        except Refusal as refusal:
            form.add_error(None, as_sentence(refusal))
        self.__dict__.pop("record", None)
        return self._page(typed, kind, form=form, decisions=decisions, found=found)

    def _refused(self, refusal: Refusal, typed: Typed, kind: str) -> HttpResponse:
        """The page with what was typed here; sent again from it, it takes the place of what another device saved."""
        self.__dict__.pop("record", None)
        form = self._form(typed, kind, check=True)
        form.add_error(None, f"{refusal}：再次保存或提交，用本页的内容；重新打开本页，用另一台的内容。")
        return self._page(typed, kind, form=form, decisions=decisions_sent(typed))

    def _attach(self, record: ActivityRecord) -> list[str]:
        """Keep what was uploaded; what was refused, in words."""
        refused = self._left_out()
        taken_on = _day(self.request.POST.get("taken_on", ""))
        for file in self.request.FILES.getlist("files"):
            try:
                files.attach(
                    by=self.request.user,
                    record=record,
                    data=file.read(),
                    name=str(file.name),
                    on=self.today,
                    taken_on=taken_on,
                )
            except Refusal as refusal:
                refused.append(f"“{file.name}”：{as_sentence(refusal)}")
        return refused

    def _left_out(self) -> list[str]:
        """Why a file was not even received (`core.uploads`)."""
        return [sentence for sign, sentence in LEFT_OUT.items() if self.request.META.get(sign)]

    def _detach(self, record: ActivityRecord) -> list[str]:
        wanted = number(self.request.POST.get("remove"))
        if wanted and (attachment := record.attachments.filter(pk=wanted).first()):
            try:
                files.remove_attachment(by=self.request.user, attachment=attachment)
            except Refusal as refusal:
                return [as_sentence(refusal)]
        return []

    def _answer(self, refused: list[str], record: ActivityRecord | None, typed: Typed, kind: str) -> HttpResponseBase:
        """The script gets what was kept and what was not; anybody else the page again, at the group of the button."""
        if self.scripted:
            answer: dict[str, Any] = {"refused": refused}
            if record and record.typed_at:
                shown = {"attachments": record.attachments.order_by("pk"), "branch": self.branch, "key": self.key}
                at = timezone.localtime(record.typed_at)
                answer |= {"saved": record.typed_at.isoformat(), "at": f"{at:%H:%M}"}
                answer["files"] = render_to_string("activities/files.html", shown, self.request)
            return JsonResponse(answer, status=200 if record else 409)
        for sentence in refused:
            messages.error(self.request, sentence)
        if record is None:
            return redirect("branch_of", self.branch.pk)
        if "draft" in self.request.POST:
            messages.success(self.request, "草稿已保存。")
        group = {"copy": "when", "more": "decisions", "upload": "images", "remove": "images"}
        place = next((f"#{group[name]}" for name in group if name in self.request.POST), "")
        return redirect(reverse("record_form", args=[self.branch.pk, self.key]) + place)

    def _form(self, typed: Typed, kind: str, *, check: bool = False) -> RecordForm:
        groups = PartyGroup.objects.filter(pk__in=[group.pk for group in self.groups])
        told: dict[str, Any] = {"data": typed} if check else {"initial": initial_of(typed)}
        days = [self.today, _day(typed.get("held_on", "")) or self.today]
        return RecordForm(kind=kind, branch=self.branch, groups=groups, days=days, **told)

    def _people(self, typed: Typed, kind: str) -> People:
        group = next((one for one in self.groups if str(one.pk) == typed.get("group")), None)
        day = _day(typed.get("held_on", "")) or self.today
        return people_of(typed, self.branch, kind=kind, day=day, group=group)

    def _page(
        self,
        typed: Typed,
        kind: str,
        *,
        form: RecordForm | None = None,
        decisions: BaseFormSet | None = None,
        found: list[Finding] | None = None,
    ) -> HttpResponse:
        record = self.record
        form = form or self._form(typed, kind)
        label = Kind(kind).label
        context = {
            "title": f"填报{label}",
            "label": label,
            "kind": kind,
            "kinds": Kind.choices,
            "branch": self.branch,
            "key": self.key,
            "stamp": typed.get(STAMP, ""),
            "known": records.stamp_of(record) if record else "",
            "record": record,
            "duty": self.duty,
            "form": form,
            "decisions": decisions or decisions_of(typed),
            "deciding": kind in DECIDING,
            "learned": self._learned(typed.get("adopted_from")),
            "people": self._people(typed, kind),
            "reasons": Attendance.Reason.choices,
            "topics": [(box, TOPICS[str(box.data["value"])]) for box in form["topics"]],
            "attachments": record.attachments.order_by("pk") if record else [],
            "most": files.MOST,
            "largest": attachments.LARGEST >> 20,
            "found": [(one, PLACES.get(one.code, "when")) for one in found or []],
            "why_returned": newest_reason(record.reviews.all()) if record and record.status == "RETURNED" else "",
            "stands_in": self.branch.pk not in served(self.request.scope),
        }
        return render(self.request, "activities/filing.html", context)


def _put_at_fields(form: RecordForm, sentence: str) -> bool:
    """Put what a check says at the fields that it names: each of those that are to be filled in, else the first."""
    labels = {name: str(field.label) for name, field in form.fields.items() if field.label}
    named = sorted((sentence.find(label), name) for name, label in labels.items() if label in sentence)
    if not sentence.startswith(ASKS):
        named = named[:1]
    for _, name in named:
        form.add_error(name, f"{ASKS}{labels[name]}" if sentence.startswith(ASKS) else sentence)
    return bool(named)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
