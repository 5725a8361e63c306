"""Addresses of dues and of the money of branches."""

from django.urls import path

from dues.views.arrears import ArrearsList
from dues.views.assess import AssessList, AssessPage, ReliefPage
from dues.views.branches import DuesBranches, DuesHome
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
from dues.views.grid import GridPage, PrintPage
from dues.views.hand_ups import HandUps
from dues.views.payments import GiftPage, PaymentList
from dues.views.refunds import AskPage, RefundNotice, RefundPage, RefundQueue
from dues.views.reliefs import Reliefs

urlpatterns = [
    path("branch/<int:pk>/dues/", GridPage.as_view(), name="dues_grid"),
    path("branch/<int:pk>/dues/print/", PrintPage.as_view(), name="dues_print"),
    path("branch/<int:pk>/dues/assess/", AssessPage.as_view(), name="dues_assess"),
    path("branch/<int:pk>/dues/assess/list/", AssessList.as_view(), name="dues_assess_list"),
    path("branch/<int:pk>/dues/relief/", ReliefPage.as_view(), name="dues_relief"),
    path("branch/<int:pk>/dues/gift/", GiftPage.as_view(), name="dues_gift"),
    path("branch/<int:pk>/dues/payments/", PaymentList.as_view(), name="dues_payments"),
    path("dues/", DuesHome.as_view(), name="dues"),
    path("dues/branches/", DuesBranches.as_view(), name="dues_branches"),
    path("dues/arrears/", ArrearsList.as_view(), name="dues_arrears"),
    path("dues/reliefs/", Reliefs.as_view(), name="dues_reliefs"),
    path("dues/hand-ups/", HandUps.as_view(), name="dues_hand_ups"),
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
