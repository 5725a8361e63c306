"""Addresses of refunds and funds, which `dues.urls` takes in."""

from django.urls import path

from dues.views.funds import (
    FundPage,
    IncomePage,
    LedgerBook,
    NewIncome,
    NewSpending,
    SpendingPage,
    VoucherFile,
    YearPage,
)
from dues.views.refunds import AskPage, RefundNotice, RefundPage, RefundQueue

urlpatterns = [
    path("dues/refunds/", RefundQueue.as_view(), name="refunds"),
    path("dues/refunds/<int:pk>/", RefundPage.as_view(), name="refund"),
    path("dues/refunds/<int:pk>/notice/", RefundNotice.as_view(), name="refund_notice"),
    path("dues/incomes/<int:pk>/", IncomePage.as_view(), name="income"),
    path("dues/spendings/<int:pk>/", SpendingPage.as_view(), name="spending"),
    path("dues/vouchers/<int:pk>/", VoucherFile.as_view(), name="voucher"),
    path("branch/<int:pk>/funds/", FundPage.as_view(), name="funds"),
    path("branch/<int:pk>/funds/book/", LedgerBook.as_view(), name="ledger_book"),
    path("branch/<int:pk>/funds/income/", NewIncome.as_view(), name="income_new"),
    path("branch/<int:pk>/funds/spending/", NewSpending.as_view(), name="spending_new"),
    path("branch/<int:pk>/funds/refund/", AskPage.as_view(), name="refund_new"),
    path("branch/<int:pk>/funds/<int:year>/", YearPage.as_view(), name="fund_year"),
]
