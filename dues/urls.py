"""Addresses of dues and of the money of branches."""

from django.urls import path

from dues.views.branches import DuesBranches, DuesHome

urlpatterns = [
    path("dues/", DuesHome.as_view(), name="dues"),
    path("dues/branches/", DuesBranches.as_view(), name="dues_branches"),
]
