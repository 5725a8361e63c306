"""Addresses of instructors' work."""

from django.urls import path

from instructors.views import AssignmentList, LogVisit, OwnVisits

urlpatterns = [
    path("visits/", OwnVisits.as_view(), name="visits"),
    path("visits/overdue/", AssignmentList.as_view(), name="visits_overdue"),
    path("visits/<int:pk>/", LogVisit.as_view(), name="visit_log"),
]
