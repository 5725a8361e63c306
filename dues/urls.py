"""Addresses of dues and of the money of branches."""

from django.urls import include, path

from dues.views.arrears import ArrearsList
from dues.views.assess import AssessList, AssessPage, ReliefPage
from dues.views.branches import DuesBranches, DuesHome
from dues.views.grid import GridPage, PrintPage
from dues.views.hand_ups import HandUps
from dues.views.payments import GiftPage, PaymentList
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
    path("", include("dues.money_urls")),
]
