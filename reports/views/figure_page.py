"""What the pages of figures share: the month and the place that an address asks for, and the table as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.forms import HiddenInput, Select
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views import View

from accounts.permissions import Permission
from core.audit import record_export
from core.listing.choices import Choices
from core.pages import PageRequest, PermissionMixin
from core.workbooks.writing import write_rows
from orgs.figures import NONE, Figures, Narrow, Tree
from orgs.filters import region_choices
from reports.filters import NARROW_WORDS, narrow_of
from reports.models import ClosedMonth
from reports.naming import place
from reports.queries.moments import Moment, closed_months, moment_of


class AtMoment:
    """`month=` is a closed month, else it is now; the other words of the address narrow."""

    request: Any

    @cached_property
    def closed(self) -> list[ClosedMonth]:
        return closed_months()

    @cached_property
    def moment(self) -> Moment:
        found = moment_of(self.request.GET.get("month", ""), self.closed, timezone.localdate())
        if found is None:
            raise Http404
        return found

    @property
    def narrow(self) -> Narrow:
        return narrow_of(self.request.GET)


class FigureTable(NamedTuple):
    """What a workbook holds; `about` is the line below its title."""

    title: str
    sheet: str
    about: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Any]]


class FigurePage(AtMoment, PermissionMixin, View):
    """Figures of a place at a moment, on the screen and as a workbook."""

    permission = Permission.FIGURES_VIEW
    template_name: str
    everywhere = "全部"
    chosen: tuple[str, ...] = ("region", "month")  # by the form of the page, which keeps all other words of the address

    @cached_property
    def narrow(self) -> Narrow:  # type: ignore[override]
        """An area may be typed by its name."""
        narrow = narrow_of(self.request.GET)
        if not narrow.region or narrow.region == NONE or narrow.region.isdecimal():
            return narrow
        scope = self.request.scope
        regions = Choices(region_choices(scope, tree=self.moment.tree(scope)))
        key = regions.key(narrow.region)
        return replace(narrow, region="" if regions.searched and key not in regions.names else key)

    @cached_property
    def figures(self) -> Figures:
        return self.moment.figures(self.request.scope)

    @property
    def tree(self) -> Tree:
        return self.figures.tree

    @property
    def place(self) -> str:
        return place(self.request.scope, self.narrow, self.tree)

    @cached_property
    def regions(self) -> list[tuple[str, str]]:
        return region_choices(self.request.scope, self.narrow.region, self.tree)

    def shown(self) -> dict[str, Any]:
        """What the template needs besides place, month and areas."""
        raise NotImplementedError

    def table(self) -> FigureTable:
        raise NotImplementedError

    def get(self, request: PageRequest) -> HttpResponse:
        shown = self.shown()
        frame = {
            "moment": self.moment,
            "place": self.place,
            "narrow": self.narrow,
            "choices": self._choices(),
            "months": self.closed,
            "may_export": request.scope.may(Permission.REGISTRY_EXPORT),
        }
        return render(request, self.template_name, frame | shown)

    def _choices(self) -> SafeString:
        regions, asked = Choices([("", self.everywhere), *self.regions]), self.request.GET
        live = Moment(timezone.localdate()) if self.moment.closed else self.moment
        signed = {True: "冻结", False: "冻结，未签发"}
        months = [(one.month, f"{one.month}（{signed[bool(one.signed_at)]}）") for one in self.closed]
        kept = [name for name in (*NARROW_WORDS, "by", "rows") if asked.get(name) and name not in self.chosen]
        return SafeString(
            regions.widget("范围").render("region", self.narrow.region or asked.get("region", ""))
            + Select({"aria-label": "截至"}, [("", live.label), *months]).render("month", self.moment.month)
            + "".join(HiddenInput().render(name, asked[name]) for name in kept)
        )

    def post(self, request: PageRequest) -> HttpResponseBase:
        if not request.scope.may(Permission.REGISTRY_EXPORT):
            raise PermissionDenied("您的角色不能导出。")
        title, sheet, about, headers, rows = self.table()
        target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
        written = write_rows(target, sheet=sheet, headers=headers, rows=rows, leading=(title, about))
        record_export(by=request.user, what=title, rows=written)
        target.seek(0)
        return FileResponse(target, as_attachment=True, filename=f"{title} {self.moment.on:%Y-%m-%d}.xlsx")
