"""Payments of a branch that do not come from the grid: a list, of which a person decides what is doubtful; 大额党费."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from core.months import YearMonth
from core.pages import PageRequest, number
from core.parameters import values_on
from core.refusals import Refusal, as_sentence
from dues.forms import GiftForm, HowForm
from dues.lists import MOST_LINES
from dues.payments_list import PaidLine, read_payments
from dues.queries.grid import newest
from dues.rules.amounts import ZERO, yuan
from dues.rules.words import read_month, read_yuan
from dues.services.collection import Cell, How, collect, receive_gift
from dues.views.assess import MemberPage, OfBranch, uploaded


class GiftPage(MemberPage):
    """大额党费 is received here and goes up whole."""

    template_name, back = "dues/gift.html", "dues_grid"
    form_class = GiftForm

    def get_initial(self) -> dict[str, Any]:
        return {"paid_on": timezone.localdate(), "seen": newest(self.branch)}

    def act(self, data: dict[str, Any]) -> str:
        how = How(*[data.pop(name) for name in How._fields])
        entry = receive_gift(by=self.request.user, how=how, at=timezone.now(), on=timezone.localdate(), **data)
        return f"已登记大额党费 {yuan(entry.amount)} 元（台账第 {entry.number} 号），请随后全部上缴。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        least = values_on(timezone.localdate())["dues.gift_from"]
        return super().get_context_data(title="登记大额党费", least=least, **more)


class PaymentList(OfBranch, View):
    """Upload, look, book. Nothing of the list is kept between: the page that is looked at holds it."""

    request: PageRequest

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        return self._page(None)

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """The list with what is doubtful, or the booking of what was ticked."""
        try:
            if "book" in request.POST:
                messages.success(request, self._book())
                return redirect("dues_grid", self.branch.pk)
            return self._page(self._read())
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            return self._page(self._given_back() if "book" in request.POST else None)

    def _read(self) -> Sequence[PaidLine]:
        today = timezone.localdate()
        month = read_month(self.request.POST.get("month"), year=today.year) or YearMonth.of(today)
        path, name = uploaded(self.request)
        found = read_payments(path, name=name, branch=self.branch, month=month)
        if not found:
            raise Refusal(f"“{name}”里没有交纳记录，请核对文件")
        return found

    def _book(self) -> str:
        typed, how, today = self.request.POST, HowForm(self.request.POST).how(), timezone.localdate()
        cells: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
        for row in typed.getlist("take")[:MOST_LINES]:
            try:
                member, amount = number(typed.get(f"member-{row}")), read_yuan(typed.get(f"amount-{row}"))
                month = read_month(typed.get(f"month-{row}"), year=today.year)
            except Refusal as refusal:
                raise Refusal(f"第 {row[:6]} 行：{refusal}") from refusal
            if not member or not amount or not month:
                raise Refusal(f"第 {row[:6]} 行请选择党员、月份，填写金额，或者不勾选")
            cells[member, month.first_day] += amount
        entry = collect(
            by=self.request.user, cells=[Cell(*key, amount) for key, amount in cells.items()], how=how,
            party_organization=self.branch, seen=number(typed.get("seen")) or 0, more=bool(typed.get("more")),
            at=timezone.now(), on=today,
        )  # fmt: skip
        return f"已按名单登记 {len(cells)} 笔 {yuan(entry.amount)} 元（台账第 {entry.number} 号）。"

    def _given_back(self) -> Sequence[PaidLine]:
        """The lines as they were looked at, ticked and typed; what was doubtful stays so."""
        typed, members = self.request.POST, {one.pk: one for one in self.members}
        found, year, taken = [], timezone.localdate().year, set(typed.getlist("take"))
        for row in typed.getlist("row")[:MOST_LINES]:
            chosen = members.get(number(typed.get(f"member-{row}")) or 0)
            line = PaidLine(number(row) or 0, typed.get(f"name-{row}", "")[:60], members=[chosen] if chosen else ())
            line.taken, line.typed = row in taken, typed.get(f"amount-{row}", "")[:20]
            try:
                line.month, line.amount = read_month(typed.get(f"month-{row}"), year=year), read_yuan(line.typed)
            except Refusal as refusal:
                line.wrong = as_sentence(refusal)
            line.doubts += [typed[f"doubt-{row}"][:300]] if typed.get(f"doubt-{row}") else []
            found.append(line)
        return found

    def _page(self, lines: Sequence[PaidLine] | None) -> HttpResponse:
        today = timezone.localdate()
        typed = self.request.POST if "book" in self.request.POST else {}
        context = {
            "title": "按名单登记交纳",
            "branch": self.branch,
            "lines": lines,
            "doubtful": sum(bool(one.doubts) for one in lines or ()),
            "people": self.members if lines else (),
            "month": YearMonth.of(today),
            "seen": typed.get("seen") or newest(self.branch),
            "more": typed.get("more"),
            "form": HowForm(typed or None, initial={"paid_on": today}),
            "total": sum((one.amount or Decimal(0) for one in lines or () if not one.doubts), ZERO),
        }
        return render(self.request, "dues/payments.html", context)
