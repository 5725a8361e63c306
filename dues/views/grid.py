"""/branch/<pk>/dues/: the treasurer's year of a branch. The phone shows one month; everything works without script."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from core.formats import number as spoken
from core.months import YearMonth
from core.pages import PageRequest, PermissionMixin, number, to_change
from core.refusals import Refusal, as_sentence
from dues.forms import HowForm
from dues.models import Book, Payment
from dues.queries.books import standing
from dues.queries.branches import branch_seen, may_collect
from dues.queries.grid import GridRow, columns, grid, months_of, newest, receipts
from dues.rules.amounts import ZERO, yuan
from dues.rules.words import read_month, read_yuan
from dues.services.collection import Cell, collect, correct
from orgs.models import PartyOrganization

FIELD = re.compile(r"pay-(\d{1,18})-(\d{4}-\d{2})", re.ASCII)
YEARS_BACK = 5


class WrongCells(Refusal):
    """What stands in these cells is no amount."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"有 {len(names)} 格不是大于 0 的金额，已标出，请写成 50 或 50.00（元）；没有登记")
        self.names = names


class GridPage(PermissionMixin, View):
    """A constant number of queries, whatever the size of the city."""

    permission = P.DUES_VIEW
    template_name = "dues/grid.html"
    request: PageRequest
    kwargs: dict[str, Any]

    @cached_property
    def branch(self) -> PartyOrganization:
        return branch_seen(self.request.scope, self.kwargs["pk"])

    @cached_property
    def month(self) -> YearMonth:
        """The month in the address, else the one that runs."""
        today = YearMonth.of(timezone.localdate())
        try:
            asked = YearMonth.parse(self.request.GET.get("month", ""))
        except ValueError:
            return today
        return asked if self.shown(asked.year) else today

    @staticmethod
    def shown(year: int) -> int:
        """The year where it has a grid, else 0."""
        now = timezone.localdate().year
        return year if now - YEARS_BACK <= year <= now + 1 else 0

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        return self.page({})

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Book what was typed, all that is open in the month, or a correction; what is refused is given back."""
        if not may_collect(request.scope, self.branch) or self.branch.dissolved_on:
            raise PermissionDenied("党费由本支部的党费管理员登记，您可以查看，不能登记。")
        try:
            messages.success(request, self._done())
        except WrongCells as refusal:
            messages.error(request, as_sentence(refusal))
            return self.page(request.POST, refusal.names)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return self.page(request.POST)
        return redirect(f"{reverse('dues_grid', args=[self.branch.pk])}?month={self.month}")

    def page(self, typed: Mapping[str, str], wrong: Collection[str] = ()) -> HttpResponse:
        rows = grid(self.branch, year=self.month.year)
        for row in rows:
            for cell in row.cells:
                cell.typed = typed.get(cell.name, "")
        now = timezone.localdate().replace(day=1)
        feet, chosen = columns(rows, self.month.year), self.month.first_day
        came = receipts(self.branch, chosen)
        context = {
            "title": f"{self.branch.name} {self.month.year} 年党费",
            "branch": self.branch,
            "rows": rows,
            "feet": feet,
            "foot": next(one for one in feet if one.month == chosen),
            "total": sum((one.here for one in feet), ZERO),
            "months": months_of(self.month.year),
            "month": self.month,
            "chosen": chosen,
            "before": self.shown(self.month.year - 1),
            "after": self.shown(self.month.year + 1),
            "receipts": came,
            "received": sum((one.amount for one in came), ZERO),
            "missing": sum(not one.payer.assessments and not one.left for one in rows)
            if chosen.year == now.year
            else 0,
            "stale": sum(one.payer.is_stale(chosen) for one in rows if not one.left) if chosen == now else 0,
            "balance": standing(self.branch.pk, Book.DUES).balance,
            "collects": may_collect(self.request.scope, self.branch) and not self.branch.dissolved_on,
            "seen": typed.get("seen") or newest(self.branch),
            "form": HowForm(typed or None, initial={"paid_on": timezone.localdate()}),
            "more": bool(typed.get("more")),
            "wrong": wrong,
            "refused": {"correct": number(typed.get("correct")), "reason": typed.get("reason", "")},
        }
        return render(self.request, self.template_name, context)

    def _done(self) -> str:
        told: dict[str, Any] = {"by": self.request.user, "at": timezone.now(), "on": timezone.localdate()}
        if wrong := number(self.request.POST.get("correct")):
            payment = to_change(Payment.objects.filter(party_organization=self.branch), self.request.scope, wrong)
            correct(payment=payment, reason=self.request.POST.get("reason", "")[:150], **told)
            return f"已更正：{payment}。请重新登记正确的交纳。"
        cells = self._all() if "all" in self.request.POST else self._typed()
        entry = collect(
            party_organization=self.branch, cells=cells, how=HowForm(self.request.POST).how(),
            seen=number(self.request.POST.get("seen")) or 0, more=bool(self.request.POST.get("more")), **told,
        )  # fmt: skip
        return f"已登记 {len({cell.member for cell in cells})} 人 {yuan(entry.amount)} 元（台账第 {spoken(entry.number)} 号）。"

    def _typed(self) -> list[Cell]:
        found, wrong = [], []
        for name, text in self.request.POST.items():
            if not (of := FIELD.fullmatch(name)):
                continue
            try:
                amount = read_yuan(str(text))
            except Refusal:
                amount = ZERO
            if amount:
                month = read_month(of[2], year=self.month.year) or self.month
                found.append(Cell(int(of[1]), month.first_day, amount))
            elif amount is not None:
                wrong.append(name)
        if wrong:
            raise WrongCells(wrong)
        return found

    def _all(self) -> list[Cell]:
        """本月全部已交: what is open in the month, of everybody."""
        rows: Sequence[GridRow] = grid(self.branch, year=self.month.year)
        chosen = self.month.first_day
        found = [
            Cell(one.member, one.month, one.open)
            for row in rows
            for one in row.cells
            if one.month == chosen and one.open
        ]
        if not found:
            raise Refusal(f"{self.month} 没有待交的党费：都已交清，或者还没有核定")
        return found


class PrintPage(GridPage):
    """党费收缴清单 of a month on A4, with room for signatures."""

    template_name = "dues/print.html"

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        return self.http_method_not_allowed(request)
