"""The list page as a view: filter, order, page, keep a filter, export."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.views import View

from core.listing.columns import Column, reached_by
from core.listing.exporting import export_list
from core.listing.filters import ListFilters
from core.listing.paging import Order, address_with, paged, turned, without_place
from core.listing.services import forget_filter, save_filter
from core.models import ImportBatch, SavedFilter
from core.pages import PageRequest, PermissionMixin, number
from core.refusals import Refusal, as_sentence
from core.scope import narrowed
from core.sources import sources

ORDERED = {"ascending": "升序", "descending": "降序"}


class ListPage(PermissionMixin, View):
    """A list that a subclass declares in a few lines; its address holds filters, order and place.

    Subclasses give the attributes below, or `records()` where the rows hang on the request. Of these the page shows what
    is within the request's scope. htmx asks for the results alone; without script the page does the same.
    """

    title: str  # the heading, and the name of the workbook
    rows: Any  # the manager or queryset of what is listed
    columns: Sequence[Column]
    filters: type[ListFilters]
    orders: Sequence[Order]
    empty = "没有符合条件的记录。"
    unit = "条"
    page_size = 50
    reads: Sequence[str] = ()  # fields behind the columns of the screen: a row has more, which only the workbook has
    template_name = "core/list.html"
    results_template_name = "core/list_results.html"
    export_permission: str  # empty: the list is not exported
    personal = False  # the workbook holds personal data
    reveal_permission = ""  # who may have personal values whole in it
    returning_source = ""  # the source by which the workbook comes back edited
    request: PageRequest

    def records(self) -> QuerySet:
        """All rows before the scope and filters."""
        return self.rows.all()

    def prepare(self, rows: list[Any]) -> None:
        """Add to the rows of one page (or one stretch of the export) what takes queries of its own."""

    def summed(self, found: QuerySet) -> int | Decimal | None:
        """What the rows add up to, where the list stands behind a sum."""
        return None

    def row_head(self, row: Any) -> str:
        """The cell that stands before all columns, where there is one."""
        return ""

    def bind(self, records: QuerySet) -> ListFilters:
        return self.filters(self.request.GET, queryset=records, request=self.request)

    def clear_url(self) -> str:
        return self.request.path

    def extra(self) -> dict[str, Any]:
        """More context for a subclass's template."""
        return {}

    def get_columns(self) -> Sequence[Column]:
        """The columns; a subclass may choose them by the request."""
        return self.columns

    def get(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or only its results when htmx asks for them."""
        filters, found = self._found()
        order, descending = self._order()
        keys = order.spelled(descending=descending)
        rows = found.only(*self.reads) if self.reads else found
        paging = paged(request, rows, keys, size=self.page_size)
        page = paging["page"]
        self.prepare(page.rows)
        columns = [column for column in self.get_columns() if column.screen]
        reached = reached_by(request.scope, columns, page.rows)
        drawn = [
            (row, SafeString(self.row_head(row) + "".join(one.drawn(row, reached) for one in columns)))
            for row in page.rows
        ]
        context = {
            "view": self,
            "title": self.title,
            "filters": filters,
            "sum": self.summed(found),
            "sorted": self._sorted(),
            "headers": [(column, *self._order_link(column)) for column in columns],
            "rows": drawn,
            "body": SafeString("".join(f"<tr>{cells}</tr>\n" for _, cells in drawn)),
            **paging,
            "may_export": self._may_export(),
            "may_reveal": bool(self.reveal_permission) and self.request.scope.may(self.reveal_permission),
            "return_url": self._return_url(),
            **self.extra(),
        }
        partial = request.headers.get("HX-Target") == "results" and "HX-History-Restore-Request" not in request.headers
        if not partial:
            saved = SavedFilter.objects.within(request.scope)
            context["saved"] = saved.filter(page=request.path).order_by("name")
        response = render(request, self.results_template_name if partial else self.template_name, context)
        patch_vary_headers(response, ["HX-Target"])
        return response

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep or forget a filter, or export; a refusal is said above the list."""
        self.records()  # of a record out of sight: 404, whatever is asked
        try:
            match request.POST.get("do"):
                case "save":
                    save_filter(
                        user=request.user,
                        page=request.path,
                        name=request.POST.get("name", "").strip(),
                        query=without_place(request).urlencode(),
                    )
                    messages.success(request, "已存为常用筛选。")
                case "forget":
                    if (kept := number(request.POST.get("filter"))) is None:
                        raise BadRequest("编号应为数字")
                    forget_filter(user=request.user, filter_id=kept)
                case "export":
                    return self.export(request.POST.get("reason", "").strip())
                case _:
                    raise BadRequest("没有这项操作")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(self.url())

    def export(self, reason: str) -> FileResponse:
        """The workbook of the filtered list. Raises Refusal."""
        if not self._may_export():
            raise PermissionDenied("您的角色不能导出这份清单。")
        # who has several duties takes out only what those reach that allow it
        self.request.scope = self.request.scope.having(self.export_permission)
        order, descending = self._order()
        now = timezone.localtime()
        workbook = export_list(
            title=self.title,
            found=self._found()[1].order_by(*order.spelled(descending=descending)),
            columns=[column for column in self.get_columns() if column.export],
            prepare=self.prepare,
            personal=self.personal,
            note="（含完整的证件号码和电话）" if self.reveals else "",
            by=self.request.user,
            reason=reason,
            at=now,
        )
        return FileResponse(workbook, as_attachment=True, filename=f"{self.title} {now:%Y-%m-%d}.xlsx")

    def url(self, **changed: str) -> str:
        return address_with(self.request, **changed)

    def _found(self) -> tuple[ListFilters, QuerySet]:
        records = narrowed(self.records(), self.request.scope)
        filters = self.bind(records)
        return filters, filters.qs if filters.is_valid() else records.none()

    @property
    def reveals(self) -> bool:
        """Whether an export is asked for in which personal values are whole, by somebody who may."""
        asked = self.request.method == "POST" and bool(self.request.POST.get("whole"))
        return asked and bool(self.reveal_permission) and self.request.scope.may(self.reveal_permission)

    def _return_url(self) -> str:
        """Where an edited workbook comes back, for those who may bring it."""
        source = sources[self.returning_source] if self.returning_source else None
        may = (
            source and self.request.scope.may(source.permission) and self.request.scope.may(ImportBatch.view_permission)
        )
        return f"{reverse('import-new')}?source={self.returning_source}" if may else ""

    def _may_export(self) -> bool:
        return bool(self.export_permission) and self.request.scope.may(self.export_permission)

    def _order(self) -> tuple[Order, bool]:
        asked = self.request.GET.get("sort", "")
        for order in self.orders:
            if asked in (order.code, turned(order.code)):
                return order, asked.startswith("-")
        return self.orders[0], False

    def _sorted(self) -> str:
        order, turned_round = self._order()
        for column in self.get_columns():
            if column.screen and column.order.lstrip("-") == order.code:
                return f"{column.header}{ORDERED[self._order_link(column)[1]]}"
        return order.name + ("倒序" if turned_round else "")

    def _order_link(self, column: Column) -> tuple[str, str]:
        """The address behind a header and the direction its values stand in now: '', 'ascending' or 'descending'."""
        if not column.order:
            return "", ""
        order, turned_round = self._order()
        code = column.order.lstrip("-")
        if code != order.code:
            return self.url(sort=code), ""
        keys = order.spelled(descending=turned_round)
        falls = keys[0].startswith("-") != column.order.startswith("-")
        return self.url(sort=code if turned_round else turned(code)), "descending" if falls else "ascending"
