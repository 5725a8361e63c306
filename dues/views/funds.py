"""/branch/<pk>/funds/: the ledger of a Party organization's activity money, what waits to be booked, and the year as members are
told it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from accounts.permissions import Permission as P
from core import attachments
from core.months import YearMonth
from core.pages import FormPage, PageRequest, PermissionMixin, numbers, to_attach
from core.refusals import Refusal, as_sentence
from core.views.kept import KeptFilePage
from dues.forms import DiscussionForm, IncomeForm, SpendingForm, SpentForm
from dues.ledger_book import ledger_book
from dues.models import Book, Closing, Entry, Income, Publication, Refund, Spending, Voucher
from dues.queries.books import has_begun, standing
from dues.queries.funds import figures_of
from dues.rules.uses import ALLOWED, FORBIDDEN
from dues.services import funds, ledger
from dues.services.publication import publish
from orgs.models import PartyOrganization

SHOWN = 50


def fund_seen(request: PageRequest, pk: int) -> PartyOrganization:
    """A Party organization whose money the reader may look at; 404 for any other."""
    rows: Any = PartyOrganization.objects.filter(
        kind__in=[one for one in PartyOrganization.Kind if one != "department"]
    )
    rows = rows.within(request.scope.having(P.DUES_VIEW))
    return get_object_or_404(rows.select_related("parent"), pk=pk)


class OfFundPage(PermissionMixin):
    """A page of one Party organization's money."""

    permission = P.DUES_VIEW
    request: Any
    kwargs: Any

    @cached_property
    def node(self) -> PartyOrganization:
        return fund_seen(self.request, self.kwargs["pk"])

    @property
    def book(self) -> Book:
        """The one in the address; of a branch else its activity money."""
        asked = self.request.GET.get("book")
        return Book(asked) if asked in Book.values else Book.FUND if self.node.is_branch else Book.DUES

    def own(self, permission: P) -> bool:
        """Whether the reader does this work for this Party organization."""
        return bool(self.request.scope.having(permission).holds_path(self.node.path))


# what an entry books, by its relation, and the page of it: with its papers, and where it is countered
BOOKED = {"income": "income", "spending": "spending", "refund_received": "refund", "refund_paid": "refund"}


def page_of(entry: Entry) -> str:
    """The page of what an entry books, or counters; empty where there is none."""
    booked: Any = entry.counter_of or entry
    found = ((page, getattr(booked, name, None)) for name, page in BOOKED.items())
    return next((reverse(page, args=[row.pk]) for page, row in found if row), "")


class FundPage(OfFundPage, TemplateView):
    """Balance, ledger, what waits. A constant number of queries."""

    template_name = "dues/funds.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        node, book = self.node, self.book
        entries = Entry.objects.filter(party_organization=node, book=book)
        spendings = Spending.objects.filter(party_organization=node)
        incomes = Income.objects.filter(party_organization=node)
        refunds = Refund.objects.filter(party_organization=node)
        joined = [*BOOKED, *(f"counter_of__{name}" for name in BOOKED)]
        shown: list[Any] = list(entries.select_related("entered_by", *joined).order_by("-number")[:SHOWN])
        for one in shown:
            one.page = page_of(one)
        return super().get_context_data(
            title="活动经费" if book == Book.FUND else "党费台账", node=node, book=book, entries=shown,
            balance=standing(node.pk, book).balance,
            total=entries.count(), shown=SHOWN,
            refunds=refunds.waiting().order_by("-pk"),
            incomes=incomes.filter(state=Income.State.ENTERED).order_by("-pk"),
            spendings=spendings.filter(state__in=funds.OPEN[Spending]).order_by("-pk"),
            closing=Closing.objects.filter(party_organization=node, book=book).order_by("-through").first(),
            published=Publication.objects.filter(party_organization=node).order_by("-year"),
            may_apply=node.is_branch and self.own(P.DUES_APPLY), may_enter=self._enters(),
            may_close=self.own(funds.books(node)), last_month=str(YearMonth.of(timezone.localdate()).plus(-1)),
            year=timezone.localdate().year, **more,
        )  # fmt: skip

    def _enters(self) -> bool:
        """A committee enters what its book of dues begins with, until it has begun."""
        mine = self.own(funds.enters(self.node))
        return mine and (self.node.is_branch or not has_begun(self.node.pk, Book.DUES))

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """结账 by whoever keeps the book."""
        told: dict[str, Any] = {"by": request.user, "at": timezone.now(), "on": timezone.localdate()}
        if not self.own(funds.books(self.node)):
            raise PermissionDenied(
                f"{self.node}的台账由登记台账的人结账；请联系党费管理员，党委、工委的请联系审核人员。"
            )
        try:
            month = YearMonth.parse(request.POST.get("month", ""))
            ledger.close(party_organization=self.node, book=self.book, month=month, **told)
            messages.success(request, f"已结账至 {month.last_day}，以前的日期不能再登记。")
        except (Refusal, ValueError) as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(f"{request.path}?book={self.book}")


class LedgerBook(OfFundPage, View):
    def get(self, request: PageRequest, pk: int) -> FileResponse:
        book = self.book
        file = ledger_book(self.node, book, by=request.user, at=timezone.localtime())
        name = f"{self.node} {book.label}台账 {timezone.localdate()}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name)


class BeginPage(OfFundPage, FormPage):
    """Something is entered for the own Party organization; its page comes next."""

    permission = P.DUES_APPLY
    template_name = "dues/fund_form.html"
    title, note, button = "", "", "提交"

    @cached_property
    def node(self) -> PartyOrganization:
        found: PartyOrganization = to_attach(
            PartyOrganization.objects.all(), self.request.scope, self.kwargs["pk"], to=Refund
        )
        return found

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        told = {"title": self.title, "note": self.note, "button": self.button, "node": self.node}
        return super().get_context_data(**told | more)


class NewIncome(BeginPage):
    """Income of a branch; of a committee the dues that it holds before the first line of its book."""

    permission = P.DUES_VIEW
    form_class = IncomeForm
    title, note = "登记收入", "返还的党费和留成党费补助由上级拨付、确认后自动入账，不在这里登记。"
    button = "登记，下一步上传依据"

    @cached_property
    def node(self) -> PartyOrganization:
        found = fund_seen(self.request, self.kwargs["pk"])
        if not self.request.scope.having(funds.enters(found)).holds_path(found.path):
            raise PermissionDenied(f"{found}的收入由它的书记登记，党委、工委的由审核人员登记；您可以查看，不能登记。")
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sources": funds.sources_of(self.node)}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        told = (
            {} if self.node.is_branch else {"title": "登记期初党费结存", "note": "开始使用时账上结存的党费，登记一次。"}
        )
        return super().get_context_data(**told | more)

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        row = funds.enter_income(by=self.request.user, party_organization=self.node, on=timezone.localdate(), **data)
        messages.success(self.request, "已登记，请上传依据，由另一人确认入账。")
        return HttpResponseRedirect(reverse("income", args=[row.pk]))


class NewSpending(BeginPage):
    form_class = SpendingForm
    title, note = "申请使用经费", "提出后由支部集体讨论决定；使用后上传凭证，由党费管理员列支。"
    template_name = "dues/spending_new.html"

    def act(self, data: dict[str, Any]) -> HttpResponseBase:
        row = funds.ask_spending(by=self.request.user, party_organization=self.node, on=timezone.localdate(), **data)
        messages.success(self.request, "已提出，请支部集体讨论。")
        return HttpResponseRedirect(reverse("spending", args=[row.pk]))

    def field_of(self, refusal: Exception) -> str | None:
        return "use" if "不能用于" in str(refusal) else "asked" if "余额" in str(refusal) else None

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        balance = standing(self.node.pk, Book.FUND).balance
        return super().get_context_data(allowed=ALLOWED, forbidden=FORBIDDEN, balance=balance, **more)


class _RowPage(OfFundPage, FormPage):
    """An income or a spending: what it says, its papers, and the next step."""

    permission = P.DUES_VIEW
    model: Any

    @cached_property
    def row(self) -> Any:
        rows = self.model.objects.within(self.request.scope).select_related("party_organization", "entry__countered_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def node(self) -> PartyOrganization:
        found: PartyOrganization = self.row.party_organization
        return found

    @property
    def told(self) -> dict[str, Any]:
        return {"by": self.request.user, "on": timezone.localdate()}

    def get_success_url(self) -> str:
        return self.request.path

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A paper comes or goes, or something goes back; what has a form of its own is `act`'s."""
        assert self.row, "404 before anything else"
        try:
            match request.POST.get("do"):
                case "attach":
                    self._attach(request)
                case "detach":
                    rows = Voucher.objects.filter(pk__in=numbers([request.POST.get("voucher", "")]))
                    found = get_object_or_404(rows.within(request.scope))
                    funds.detach(voucher=found, **self.told)
                    messages.success(request, "已删除。")
                case "counter":
                    reason = request.POST.get("reason", "")[:150]
                    funds.counter(row=self.row, reason=reason, at=timezone.now(), **self.told)
                    messages.success(request, "已冲正，台账增加一笔相反的记录。")
                case "return":
                    self.send_back(request.POST.get("reason", "")[:200])
                    messages.success(request, "已退回。")
                case _:
                    return super().post(request, *args, **kwargs)
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
            if request.POST.get("reason"):  # nothing that was typed is lost
                form = self.get_form_class()()
                return self.render_to_response(self.get_context_data(form=form, refused=request.POST))
        return HttpResponseRedirect(request.path)

    def _attach(self, request: PageRequest) -> None:
        if request.META.get("ningju.too_large"):
            raise Refusal("文件超过上限，没有上传；请压缩后再上传")
        if not (sent := request.FILES.getlist("file")):
            raise Refusal("请先选择照片或文件")
        for file in sent:
            funds.attach(to=self.row, data=file.read(), name=str(file.name), at=timezone.now(), **self.told)
        messages.success(request, f"已上传 {len(sent)} 个文件。")

    def send_back(self, reason: str) -> None:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row = self.row
        return super().get_context_data(
            title=str(row), row=row, node=self.node, vouchers=row.vouchers.select_related("added_by").order_by("pk"),
            open=row.state in funds.OPEN[type(row)], most=funds.MOST, largest=attachments.LARGEST >> 20,
            may_enter=self.own(funds.enters(self.node)), may_book=self.own(funds.books(self.node)), **more,
        )  # fmt: skip


class IncomePage(_RowPage):
    model, template_name, form_class = Income, "dues/income.html", forms.Form

    def act(self, data: dict[str, Any]) -> str:
        funds.book_income(income=self.row, at=timezone.now(), **self.told)
        return "已确认入账。"

    def send_back(self, reason: str) -> None:
        funds.drop_income(income=self.row, reason=reason, **self.told)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """With the bound of what the unit may deduct (组通字〔2014〕42号), where the payroll is known."""
        return super().get_context_data(bound=funds.deductible(self.row, on=timezone.localdate()), **more)


class SpendingPage(_RowPage):
    model, template_name = Spending, "dues/spending.html"

    def get_form_class(self) -> type[forms.Form]:
        return SpentForm if self.row.state == Spending.State.DISCUSSED else DiscussionForm

    def act(self, data: dict[str, Any]) -> str:
        if self.row.state == Spending.State.DISCUSSED:
            funds.spend(spending=self.row, at=timezone.now(), **data, **self.told)
            return "已列支，记入台账。"
        funds.discuss(spending=self.row, **data, **self.told)
        return "讨论记录已确认，可以使用。"

    def send_back(self, reason: str) -> None:
        funds.return_spending(spending=self.row, reason=reason, **self.told)


class VoucherFile(KeptFilePage):
    permission = P.DUES_VIEW
    model: Any = Voucher


class YearPage(OfFundPage, TemplateView):
    """年度公开: to print and to hang up; until it is published, what it would say."""

    template_name = "dues/year.html"

    @property
    def year(self) -> int:
        year: int = self.kwargs["year"]
        if not 2000 <= year <= timezone.localdate().year:
            raise Http404("没有这个年度的经费收支")
        return year

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        node, year = self.node, self.year
        published = (
            Publication.objects.filter(party_organization=node, year=year).select_related("published_by").first()
        )
        figures = published.figures if published else figures_of(node.pk, year=year)
        until = Entry.objects.filter(party_organization=node, book=Book.FUND, day__year__lte=year)
        entries = until.filter(day__year=year)
        over = year < timezone.localdate().year
        told = {
            "title": f"{year} 年度经费收支", "node": node, "published": published, "figures": figures,
            "entries": entries.order_by("number"), "before_year": year - 1, "today": timezone.localdate(),
            "may_publish": not published and over and self.own(P.DUES_APPLY) and until.exists(),
        }  # fmt: skip
        return super().get_context_data(**more | told)

    def post(self, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        to_attach(PartyOrganization.objects.all(), request.scope, self.node.pk, to=Refund)
        try:
            told: dict[str, Any] = {"at": timezone.now(), "on": timezone.localdate()}
            publish(by=request.user, party_organization=self.node, year=self.year, **told)
            messages.success(request, f"{self.year} 年度经费收支已公开。")
        except Refusal as refusal:
            messages.error(request, as_sentence(refusal))
        return HttpResponseRedirect(request.path)
