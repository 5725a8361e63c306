"""一街一簿: the level above hands out, the street fetches its own and returns it, and both see how far it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission
from core.days import AnyDay, not_over_yet
from core.pages import PageRequest, PermissionMixin
from core.refusals import Refusal, as_sentence
from core.scope import may_change
from reports.models import StreetBook
from reports.services import books
from reports.worklists import Worklist, worklists

EARLIER = 50  # books that were replaced, on the page


class HandOutForm(forms.Form):
    due_on = AnyDay(label="交回期限", required=False, error_messages={"invalid": "交回期限不是日期，请重新选择"})

    def clean_due_on(self) -> date | None:
        return not_over_yet("交回期限", self.cleaned_data["due_on"])


def worklist_of(code: str) -> Worklist:
    if code not in worklists:
        raise Http404
    return worklists[code]


class BooksPage(PermissionMixin, View):
    """The newest book of each committee, how far it is, and what whoever looks may do with it."""

    permission = Permission.FIGURES_VIEW

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        return self._page(request, worklist_of(code))

    def post(self, request: PageRequest, code: str) -> HttpResponseBase:
        """Look at what handing out would do, do it, or take back the chosen files."""
        worklist = worklist_of(code)
        if not request.scope.may(StreetBook.change_permission):
            raise PermissionDenied
        match request.POST.get("do"):
            case "plan" | "hand-out":
                return self._hand_out(request, worklist)
            case "return":
                return self._take_back(request, worklist)
        raise BadRequest("没有这项操作")

    def _hand_out(self, request: PageRequest, worklist: Worklist) -> HttpResponse:
        form, today = HandOutForm(request.POST), timezone.localdate()
        if not form.is_valid():
            return self._page(request, worklist, form=form)
        planned = books.plan(scope=request.scope, worklist=worklist, on=today)
        if request.POST["do"] == "plan" and planned.issues:
            context = {"worklist": worklist, "form": form, "plan": planned}
            return render(request, "reports/books_plan.html", context)
        try:
            done = books.hand_out(
                by=request.user,
                scope=request.scope,
                worklist=worklist,
                due_on=form.cleaned_data["due_on"],
                on=today,
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        else:
            messages.success(request, f"已发出 {len(done)} 簿。各街道在本页下载、填写、交回；也可以打包下载后转发。")
        return HttpResponseRedirect(request.path)

    def _take_back(self, request: PageRequest, worklist: Worklist) -> HttpResponse:
        files = request.FILES.getlist("files")
        if not files:
            messages.error(request, "请先选择交回的工作簿。")
            return HttpResponseRedirect(request.path)
        results: list[tuple[str, books.Returned | None, str]] = []
        for file in files:
            try:
                done = books.take_back(
                    by=request.user,
                    scope=request.scope,
                    worklist=worklist,
                    path=Path(file.temporary_file_path()),  # type: ignore[attr-defined]
                    name=str(file.name),
                    at=timezone.now(),
                )
                results.append((str(file.name), done, ""))
            except Refusal as refusal:
                results.append((str(file.name), None, str(refusal)))
        return self._page(request, worklist, results=results)

    def _page(self, request: PageRequest, worklist: Worklist, **more: Any) -> HttpResponse:
        scope, today = request.scope, timezone.localdate()
        mine = StreetBook.objects.within(scope).select_related("committee", "handed_out_by")
        newest = list(mine.newest(worklist.code).order_by("committee__path"))
        newest.sort(key=lambda book: not book.is_open)  # what is still to come stands on top
        earlier = mine.filter(worklist=worklist.code).exclude(pk__in=[book.pk for book in newest]).order_by("-pk")
        recipients = books.recipients(scope=scope, worklist=worklist)
        own = [book for book in newest if book.committee_id in scope.measured_nodes]
        context = {
            "worklist": worklist,
            "books": newest,
            "earlier": earlier[:EARLIER],
            "missing": [book for book in newest if book.is_open],
            "own": own[0] if len(newest) == len(own) == 1 else None,
            "form": HandOutForm(),
            "may_issue": bool(recipients.issues),
            "held": recipients.held,
            "may_return": any(may_change(book, scope) for book in newest),
            "may_fetch": scope.may(Permission.REGISTRY_EXPORT),
            "today": today,
            **more,
        }
        return render(request, "reports/books.html", context)


class BookFile(PermissionMixin, View):
    """下载: the workbook of one book, as often as it is wanted; without a number all that are open, in a zip."""

    permission = Permission.REGISTRY_EXPORT

    def get(self, request: PageRequest, code: str, pk: int = 0) -> FileResponse:
        """The file. A book outside the scope is not there."""
        worklist, today = worklist_of(code), timezone.localdate()
        mine = StreetBook.objects.within(request.scope).filter(worklist=code).select_related("committee")
        asked: dict[str, Any] = {"by": request.user, "scope": request.scope, "worklist": worklist, "on": today}
        if pk:
            book = get_object_or_404(mine, pk=pk)
            name = f"{book.committee.name} {worklist.title} {today:%Y-%m-%d}.xlsx"
            return FileResponse(books.fetch(book=book, **asked), as_attachment=True, filename=name)
        found = list(mine.newest(code).order_by("committee__path"))
        name = f"一街一簿 {worklist.title} {today:%Y-%m-%d}.zip"
        return FileResponse(books.pack(books=found, **asked), as_attachment=True, filename=name)
