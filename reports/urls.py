"""Addresses of the pages for leaders and department staff."""

from django.urls import path
from django.views.generic import RedirectView

from reports.views.books import BookFile, BooksPage
from reports.views.changes import ChangesPage
from reports.views.checks import CheckPage, ChecksPage
from reports.views.cross import CrossPage
from reports.views.dashboard import DashboardPage
from reports.views.due import DuePage
from reports.views.figures import FiguresPage
from reports.views.months import MonthsPage
from reports.views.nodes import NodesPage
from reports.views.start import StartPage
from reports.views.units import UnitsPage
from reports.views.worklists import WorklistPage

urlpatterns = [
    path("dashboard/", DashboardPage.as_view(), name="dashboard"),
    path("dashboard/cross/", CrossPage.as_view(), name="cross"),
    path("months/", MonthsPage.as_view(), name="months"),
    path("figures/", FiguresPage.as_view(), name="figures"),
    path("nodes/", NodesPage.as_view(), name="nodes"),
    path("units/", UnitsPage.as_view(), name="units"),
    path("changes/", ChangesPage.as_view(), name="changes"),
    path("due/", DuePage.as_view(), name="due"),
    path("checks/", ChecksPage.as_view(), name="checks"),
    path("checks/<slug:code>/", CheckPage.as_view(), name="check"),
    path("worklists/", RedirectView.as_view(url="/worklists/party-organization/"), name="worklists"),
    path("worklists/<slug:code>/", WorklistPage.as_view(), name="worklist"),
    path("worklists/<slug:code>/books/all.zip", BookFile.as_view(), name="book-all"),
    path("worklists/<slug:code>/books/<int:pk>.xlsx", BookFile.as_view(), name="book"),
    path("worklists/<slug:code>/books/", BooksPage.as_view(), name="books"),
    path("worklists/<slug:code>/start/", StartPage.as_view(), name="worklist-start"),
]
