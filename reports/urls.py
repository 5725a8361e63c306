"""Addresses of the pages for leaders and department staff."""

from django.urls import path
from django.views.generic import RedirectView

from reports.views.start import StartPage
from reports.views.worklists import WorklistPage

urlpatterns = [
    path("worklists/", RedirectView.as_view(url="/worklists/party-organization/"), name="worklists"),
    path("worklists/<slug:code>/", WorklistPage.as_view(), name="worklist"),
    path("worklists/<slug:code>/start/", StartPage.as_view(), name="worklist-start"),
]
