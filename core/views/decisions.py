"""What a clerk decides after an import: conflicts, missing records, and taking the batch back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.importing import decisions, jobs
from core.importing.identity import held_back
from core.importing.queries import rows_of
from core.importing.wording import Teller
from core.listing.paging import paged
from core.models import ImportBatch, Job
from core.pages import PageRequest, number, numbers, way_back
from core.refusals import Refusal, as_sentence
from core.sources import Ending, sources
from core.views.imports import BatchView, head, is_active, step_of, working

Status = ImportBatch.Status
PAGE = 50


class DecidingPage(BatchView):
    """A list of a batch whose lines wait for a decision."""

    template_name: str
    statuses: tuple[Status, ...] = (Status.APPLIED,)

    def found(self, batch: ImportBatch) -> QuerySet:
        raise NotImplementedError

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        batch = self.batch()
        if batch.status not in self.statuses or is_active(batch):
            return redirect("import", pk)
        return render(request, self.template_name, self.context(batch))

    def context(self, batch: ImportBatch) -> dict[str, Any]:
        return {**head(self.request, batch, step_of(batch)), **paged(self.request, self.found(batch), size=PAGE)}


class ConflictsPage(DecidingPage):
    """Values that another source is the authority for: keep ours or take theirs, each by itself."""

    template_name = "core/imports/conflicts.html"

    def found(self, batch: ImportBatch) -> QuerySet:
        """The batch's rows, or the one that the address names."""
        rows, one = rows_of(batch, "conflicts"), number(self.request.GET.get("row"))
        return rows if one is None else rows.filter(pk=one)

    def context(self, batch: ImportBatch) -> dict[str, Any]:
        context = {
            **super().context(batch),
            "single": self.request.GET.get("row", ""),
            "back": way_back(self.request, ""),
        }
        return {**context, "lines": Teller(batch).lines(context["page"].rows)}

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        batch = self.batch()
        try:
            settled = decisions.settle(
                batch=batch,
                picked=_pairs(request.POST.getlist("picked")),
                take=request.POST.get("do") == "take",
                by=request.user,
                scope=request.scope,
                on=timezone.localdate(),
            )
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        else:
            word = "采用名单的值" if request.POST.get("do") == "take" else "保留本系统的值"
            if settled.done:
                messages.success(request, f"已{word}：{settled.done:,} 处。")
            if settled.stale:
                messages.warning(request, f"{settled.stale:,} 处在此期间已被他人修改，没有处理，请按现在的值重新选择。")
        return redirect(way_back(request, reverse("import-conflicts", args=[pk])))


class IdentityPage(DecidingPage):
    """Rows held back since they look like another record: the uploader says which of them mean the same, one or all."""

    template_name = "core/imports/identity.html"
    statuses = (Status.STAGED, Status.APPLIED)

    def found(self, batch: ImportBatch) -> QuerySet:
        return held_back(batch)

    def context(self, batch: ImportBatch) -> dict[str, Any]:
        context = super().context(batch)
        mine = batch.created_by_id == self.request.user.pk
        return {**context, "lines": Teller(batch).lines(context["page"].rows), "mine": mine}

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Compare the ticked ones, or all; or leave the ticked ones out."""
        batch, everything = self.batch(), request.POST.get("do") == "all"
        picked = numbers(request.POST.getlist("picked"))
        if not (picked or everything):
            messages.error(request, "请先勾选要确认的行。")
            return redirect("import-identity", pk)
        try:
            chosen = {"picked": None if everything else picked, "other": request.POST.get("do") == "other"}
            jobs.start(jobs.SAME, batch=batch, by=request.user, **chosen)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("import", pk)


class MissingPage(DecidingPage):
    """Records that the list no longer holds: nothing happens to them unless the clerk says so."""

    template_name = "core/imports/missing.html"

    def found(self, batch: ImportBatch) -> QuerySet:
        return batch.missing.all()

    def context(self, batch: ImportBatch) -> dict[str, Any]:
        context = super().context(batch)
        return {**context, "lines": Teller(batch).absent(context["page"].rows), "endings": self._endings(batch)}

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Say first what an ending would do; do it when that is confirmed."""
        batch = self.batch()
        ending = next((one for one in self._endings(batch) if one.code == request.POST.get("ending")), None)
        if ending is None:
            raise PermissionDenied("您的角色不能修改这些登记。")
        picked = numbers(request.POST.getlist("picked"))
        try:
            if request.POST.get("do") != "confirm":
                plan = decisions.plan_ending(batch=batch, ending=ending, picked=picked, scope=request.scope)
                lines = Teller(batch).absent(list(batch.missing.filter(pk__in=picked).order_by("pk")))
                context = {**head(request, batch, 5), "ending": ending, "plan": plan, "lines": lines}
                return render(request, "core/imports/ending.html", context)
            ended = decisions.end(
                batch=batch, ending=ending, picked=picked, by=request.user, scope=request.scope, on=timezone.localdate()
            )
            message = f"已标记为“{ending.name}”：{ended:,} 家。" if ended else f"没有能标记为“{ending.name}”的单位。"
            messages.success(request, message)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("import-missing", pk)

    def _endings(self, batch: ImportBatch) -> list[Ending]:
        return [one for one in sources[batch.source].endings if self.request.scope.may(one.permission)]


class UndoPage(BatchView):
    """Take a batch back: first what that restores and what it cannot, then the button."""

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        batch = self.batch()
        if is_active(batch):
            return working(request, batch)
        if batch.status != Status.APPLIED:
            return redirect("import", pk)
        job = batch.job
        foreseen = job.result if job and job.kind == jobs.FORESEE and job.status == Job.Status.DONE else None
        left = [(label, self._columns(batch, columns)) for _, label, columns in (foreseen or {}).get("shown", ())]
        return render(
            request, "core/imports/undo.html", {**head(request, batch, 5), "foreseen": foreseen, "left": left}
        )

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Look first, or undo what was looked at."""
        batch = self.batch()
        step = jobs.UNDO if request.POST.get("do") == "undo" else jobs.FORESEE
        try:
            jobs.start(step, batch=batch, by=request.user)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("import" if step == jobs.UNDO else "import-undo", pk)

    @staticmethod
    def _columns(batch: ImportBatch, columns: list[str]) -> str:
        labels = Teller(batch).labels
        return "、".join(labels.get(column, column) for column in columns) or "整条登记"


def _pairs(texts: list[str]) -> list[tuple[int, str]]:
    """`row:column` as the form sends it."""
    parts = [text.partition(":") for text in texts]
    return [(key, column) for row, _, column in parts if (key := number(row)) is not None]
