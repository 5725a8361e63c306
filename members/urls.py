"""Addresses of who runs a Party organization."""

from django.urls import path

from members.views.account_batches import BatchList, BatchPage, WantedPage
from members.views.posts import PassOnPage

urlpatterns = [
    path("accounts/batches/", BatchList.as_view(), name="account_batches"),
    path("accounts/batches/<int:pk>/", BatchPage.as_view(), name="account_batch"),
    path("people/wanted/", WantedPage.as_view(), name="accounts_wanted"),
    path("posts/<int:pk>/pass-on/", PassOnPage.as_view(), name="post_pass_on"),
]
