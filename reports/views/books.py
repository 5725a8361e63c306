"""一街一簿: hand out, take back, and see who has not returned theirs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max, QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.days import AnyDay
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from core.scope import Scope
from reports.models import StreetBook
from reports.services.books import Returned, hand_out, take_back
from reports.worklists import Worklist, worklists


class HandOutForm(forms.Form):
    """Until when the books are to come back."""

    due_on = AnyDay(label="交回期限", required=False)


class BooksPage(PermissionMixin, View):
    """The newest book of each committee, whether it came back, and the two actions."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        """Who has returned theirs and who has not."""
        return self._page(request, self._worklist(code))

    def post(self, request: PageRequest, code: str) -> HttpResponseBase:
        """Hand out, or take back the chosen files."""
        worklist = self._worklist(code)
        if not request.scope.may(Permission.REGISTRY_CHANGE):
            raise PermissionDenied
        match request.POST.get("do"):
            case "hand-out":
                return self._hand_out(request, worklist)
            case "return":
                return self._take_back(request, worklist)
        raise BadRequest("没有这项操作")

    def _worklist(self, code: str) -> Worklist:
        if code not in worklists:
            raise Http404
        return worklists[code]

    def _hand_out(self, request: PageRequest, worklist: Worklist) -> HttpResponseBase:
        form = HandOutForm(request.POST)
        today = timezone.localdate()
        if not form.is_valid():
            messages.error(request, "交回期限不是日期,请重新选择。")
            return HttpResponseRedirect(request.path)
        try:
            archive = hand_out(
                by=request.user,
                scope=request.scope,
                worklist=worklist,
                due_on=form.cleaned_data["due_on"],
                on=today,
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return HttpResponseRedirect(request.path)
        return FileResponse(archive, as_attachment=True, filename=f"一街一簿 {worklist.title} {today:%Y-%m-%d}.zip")

    def _take_back(self, request: PageRequest, worklist: Worklist) -> HttpResponse:
        files = request.FILES.getlist("files")
        if not files:
            messages.error(request, "请先选择交回的工作簿。")
            return HttpResponseRedirect(request.path)
        results: list[tuple[str, Returned | None, str]] = []
        for file in files:
            try:
                results.append((str(file.name), _taken(request, worklist, file), ""))
            except Refusal as refusal:
                results.append((str(file.name), None, str(refusal)))
        return self._page(request, worklist, results=results)

    def _page(self, request: PageRequest, worklist: Worklist, **more: object) -> HttpResponse:
        books = newest_books(worklist, request.scope)
        context = {
            "worklist": worklist,
            "books": books,
            "missing": [book for book in books if book.returned_at is None],
            "form": HandOutForm(),
            "may_change": request.scope.may(Permission.REGISTRY_CHANGE),
            "today": timezone.localdate(),
            **more,
        }
        return render(request, "reports/books.html", context)


def newest_books(worklist: Worklist, scope: Scope) -> QuerySet[StreetBook]:
    """The last book that each committee of the scope got for the list, in the order of the tree."""
    mine = StreetBook.objects.within(scope).filter(worklist=worklist.code)
    last = mine.order_by().values("committee").annotate(last=Max("pk")).values("last")
    return mine.filter(pk__in=last).select_related("committee").order_by("committee__path")


def _taken(request: PageRequest, worklist: Worklist, file: UploadedFile) -> Returned:
    """Put the upload where the reader finds it, merge it, and remove it."""
    with tempfile.NamedTemporaryFile() as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        return take_back(
            by=request.user,
            scope=request.scope,
            worklist=worklist,
            path=Path(kept.name),
            name=str(file.name),
            at=timezone.now(),
        )
