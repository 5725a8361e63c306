"""Addresses of the record pages."""

from django.urls import path

from orgs.views.duplicates import MergePage, UnmergeView
from orgs.views.organization import OrganizationPage
from orgs.views.party import PartyChangePage, PartyPage

urlpatterns = [
    path("organizations/<int:pk>/", OrganizationPage.as_view(), name="organization"),
    path("organizations/<int:pk>/merge/<int:other>/", MergePage.as_view(), name="organization_merge"),
    path("organizations/<int:pk>/unmerge/", UnmergeView.as_view(), name="organization_unmerge"),
    path("party/<int:pk>/", PartyPage.as_view(), name="party"),
    path("party/<int:pk>/<slug:change>/", PartyChangePage.as_view(), name="party_change"),
]
