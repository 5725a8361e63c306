"""Addresses of evaluations."""

from django.urls import path

from evaluations.views.rubrics import RubricEdit, RubricPage, Rubrics
from evaluations.views.trial import Trial

urlpatterns = [
    path("rubrics/", Rubrics.as_view(), name="rubrics"),
    path("rubrics/<int:pk>/", RubricPage.as_view(), name="rubric"),
    path("rubrics/<int:pk>/edit/", RubricEdit.as_view(), name="rubric_edit"),
    path("rubrics/<int:pk>/try/", Trial.as_view(), name="rubric_try"),
]
