"""/imports/: the import road in the browser. Each page calls one service or starts one job."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views import View

from core.audit import record_export
from core.forms import UploadForm
from core.importing import jobs, services
from core.importing.identity import held_back
from core.importing.queries import KINDS, batches, rows_of, sought
from core.importing.reports import error_workbook
from core.importing.sheets import Table
from core.importing.wording import Teller
from core.jobs import kind_name, progress_of
from core.listing.paging import paged
from core.masking import struck
from core.models import ImportBatch, Job
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from core.reveal import ReasonMissing
from core.sources import sources
from core.workers import what_waits

Status = ImportBatch.Status
STEPS = ("选择文件", "对应列", "预览", "写入", "结果")
ROWS = 50  # on a page of the preview


class BatchView(PermissionMixin, View):
    """A page about one batch within the scope."""

    permission = ImportBatch.view_permission
    request: PageRequest
    kwargs: dict[str, Any]

    def batch(self) -> ImportBatch:
        return batch_within(self.request, self.kwargs["pk"])


def batch_within(request: PageRequest, pk: int) -> ImportBatch:
    """The batch with its people and last job; 404 outside the scope."""
    known = batches(request.scope).select_related("job__created_by", "created_by", "undone_by")
    return get_object_or_404(known, pk=pk)


def steps_at(step: int) -> list[tuple[int, str, bool]]:
    return [(number, name, number == step) for number, name in enumerate(STEPS, start=1)]


def head(request: PageRequest, batch: ImportBatch, step: int) -> dict[str, Any]:
    """What the top of every page of a batch shows."""
    source = sources[batch.source]
    extents = dict(source.extents(request.scope)) if batch.extent else {}
    return {
        "batch": batch,
        "source": source,
        "extent": extents.get(batch.extent, batch.extent),
        "steps": steps_at(step),
        "failure": batch.job.error if batch.job and batch.job.status == Job.Status.FAILED else "",
    }


def dropped(batch: ImportBatch) -> list[str]:
    """The unmapped columns that look like somebody's numbers, in words: they are not kept."""
    found = []
    for name in batch.sheets:
        where = f"“{name}”" if len(batch.sheets) > 1 else ""
        for column in Table.from_json(name, batch.columns[name]).columns:
            if column.kind:
                found.append(f"{where}第 {column.letter} 列“{struck(column.header)}”像{column.kind}")
    return found


def is_active(batch: ImportBatch) -> bool:
    return batch.job is not None and batch.job.status in jobs.ACTIVE


class UploadPage(PermissionMixin, View):
    """① choose the file and say what it is."""

    permission = ImportBatch.view_permission
    request: PageRequest

    def get(self, request: PageRequest) -> HttpResponse:
        return self._page(self._form())

    def post(self, request: PageRequest) -> HttpResponse:
        """Take the file in and go on; what is wrong with it is said on the form."""
        form = self._form(request.POST, request.FILES, too_large=bool(request.META.get("ningju.too_large")))
        if form.is_valid():
            try:
                batch = self._receive(form.cleaned_data)
            except Refusal as refusal:
                form.add_error("file", str(refusal))
            else:
                url = resolve_url("import", batch.pk)
                return HttpResponse(status=204, headers={"HX-Redirect": url}) if self._is_part() else redirect(url)
        return self._page(form)

    @transaction.atomic
    def _receive(self, given: dict[str, Any]) -> ImportBatch:
        file: TemporaryUploadedFile = given["file"]
        batch = services.receive(
            Path(file.temporary_file_path()),
            name=file.name or "",
            source=given["source"],
            by=self.request.user,
            as_of=given["as_of"],
            extent=given["extent"],
        )
        jobs.start(jobs.LOOK, batch=batch, by=self.request.user)
        return batch

    def _form(self, *args: Any, too_large: bool = False) -> UploadForm:
        today = timezone.localdate()
        initial = {"source": self.request.GET.get("source")}
        return UploadForm(*args, scope=self.request.scope, today=today, too_large=too_large, initial=initial)

    def _page(self, form: UploadForm) -> HttpResponse:
        template = "core/imports/upload_form.html" if self._is_part() else "core/imports/upload.html"
        return render(self.request, template, {"form": form, "steps": steps_at(1)})

    def _is_part(self) -> bool:
        return self.request.headers.get("HX-Target") == "upload"


class BatchPage(BatchView):
    """Where a batch stands: at work, ③ preview or ⑤ result, with its rows below."""

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        """The page, or only its rows when htmx asks for them."""
        batch = self.batch()
        if is_active(batch):
            return working(request, batch)
        if batch.status in (Status.UPLOADED, Status.MAPPED):
            if batch.heads:
                return redirect("import-columns", pk)
            return render(request, "core/imports/unreadable.html", head(request, batch, 1))
        if request.headers.get("HX-Target") == "rows":
            response = render(request, "core/imports/rows.html", self._rows(batch))
        else:
            response = render(request, "core/imports/batch.html", self._context(batch))
        patch_vary_headers(response, ["HX-Target"])
        return response

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """④ confirm: put the writing into the queue, once however often it is clicked."""
        batch = self.batch()
        try:
            jobs.start(jobs.APPLY, batch=batch, by=request.user)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return redirect("import", pk)

    def _context(self, batch: ImportBatch) -> dict[str, Any]:
        counts = batch.counts
        open_conflicts = rows_of(batch, "conflicts").count() if counts.get("conflicts") else 0
        undone = batch.job.result if batch.job and batch.job.kind == jobs.UNDO else {}
        return {
            **head(self.request, batch, step_of(batch)),
            **self._rows(batch),
            "staged": batch.status == Status.STAGED,
            "applied": batch.status == Status.APPLIED,
            "expired": batch.status == Status.EXPIRED,
            "undone": undone,
            "counts": counts,
            "writes": counts.get("new", 0) + counts.get("changed", 0),
            "open_conflicts": open_conflicts,
            "held_back": held_back(batch).count() if counts.get("errors") else 0,
            "open_missing": batch.missing.count() if counts.get("missing") else 0,
            "dropped": dropped(batch),
            "mine": batch.created_by_id == self.request.user.pk,
            "has_problems": bool(counts.get("errors") or counts.get("warnings")),
        }

    def _rows(self, batch: ImportBatch) -> dict[str, Any]:
        kind, text = self.request.GET.get("show", ""), self.request.GET.get("q", "")
        teller = Teller(batch)
        found: QuerySet = batch.missing.all() if kind == "missing" else rows_of(batch, kind if kind in KINDS else "")
        if kind != "missing":
            found = sought(found, text)
        paging = paged(self.request, found, size=ROWS)
        rows = paging["page"].rows
        tabs = [(k.code, k.name, batch.counts.get(k.count, 0)) for k in KINDS.values()]
        tabs.append(("missing", "名单里没有的", batch.counts.get("missing", 0)))
        return {
            "batch": batch,
            "lines": teller.absent(rows) if kind == "missing" else teller.lines(rows),
            "many_sheets": len(batch.sheets) > 1,
            "kind": kind,
            "text": text,
            "tabs": [("", "全部", batch.counts.get("rows", 0)), *(tab for tab in tabs if tab[2] or tab[0] == kind)],
            **paging,
        }


def working(request: PageRequest, batch: ImportBatch) -> HttpResponse:
    context = {**head(request, batch, step_of(batch)), **progress(batch)}
    return render(request, "core/imports/working.html", context)


def step_of(batch: ImportBatch) -> int:
    """Which of the five steps the batch is at."""
    if is_active(batch) and batch.job is not None:
        return {jobs.LOOK: 2, jobs.CHECK: 3, jobs.APPLY: 4}.get(batch.job.kind, 5)
    return {Status.UPLOADED: 2, Status.MAPPED: 2, Status.STAGED: 3}.get(Status(batch.status), 5)


def progress(batch: ImportBatch) -> dict[str, Any]:
    """How far the batch's job is, in words."""
    job = batch.job
    assert job is not None
    ahead = Job.objects.filter(status__in=jobs.ACTIVE, pk__lt=job.pk).count() if job.status == Job.Status.QUEUED else 0
    far = progress_of(job)
    return {
        "batch": batch,
        "doing": kind_name(job.kind),
        "queued": job.status == Job.Status.QUEUED,
        "ahead": ahead,
        "waits": what_waits(job.pk),
        "far": far,
        "seconds_left": far.seconds_left(now=time.time()),
    }


def show_progress(request: PageRequest, pk: int) -> HttpResponse:
    """The part of the page that moves; when the job has ended it sends the browser on."""
    if not request.scope.may(ImportBatch.view_permission):
        return HttpResponse(status=403)
    batch = batch_within(request, pk)
    if is_active(batch):
        return render(request, "core/imports/progress.html", progress(batch))
    to_undo = batch.job is not None and batch.job.kind == jobs.FORESEE
    return HttpResponse(status=204, headers={"HX-Redirect": resolve_url("import-undo" if to_undo else "import", pk)})


show_progress.is_poll = True  # type: ignore[attr-defined]  # it asks by itself: no use of the session


class ErrorWorkbook(BatchView):
    """The clerk's own rows with problems, each with what is wrong beside it."""

    def get(self, request: PageRequest, pk: int) -> HttpResponse | FileResponse:
        """The workbook; noted in the audit trail, since it holds the list's own data. Before the check there is none."""
        batch = self.batch()
        if not batch.sheets:
            return redirect("import", pk)
        target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
        error_workbook(batch, target)
        target.seek(0)
        record_export(by=request.user, what=f"问题数据 {batch}", rows=batch.counts.get("errors", 0))
        name = batch.file_name.rpartition(".")[0] or batch.file_name
        return FileResponse(target, as_attachment=True, filename=f"{name} 问题数据.xlsx")


class OriginalFile(BatchView):
    """The file as it was uploaded, never shown in the browser, and only with a reason."""

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        return self._page()

    def post(self, request: PageRequest, pk: int) -> HttpResponse | FileResponse:
        batch, reason = self.batch(), request.POST.get("reason", "")
        try:
            file = services.original(batch, by=request.user, reason=reason)
        except ReasonMissing as refusal:
            return self._page(reason=reason, error=str(refusal))
        except services.Gone as gone:
            messages.error(request, f"{gone}。")
            return redirect("import", pk)
        return FileResponse(file, as_attachment=True, filename=batch.file_name)

    def _page(self, **shown: str) -> HttpResponse:
        batch = self.batch()
        context = {**head(self.request, batch, step_of(batch)), **shown}
        return render(self.request, "core/imports/original.html", context)
