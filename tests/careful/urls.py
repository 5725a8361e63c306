"""Addresses of lessons."""

from django.urls import path

from tests.careful.views import LessonList

urlpatterns = [path("lessons/", LessonList.as_view(), name="lessons")]
