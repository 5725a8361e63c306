"""The app's name in the interface."""

from django.apps import AppConfig


class InstructorsConfig(AppConfig):
    """Instructors, assignments, visits."""

    name = "instructors"
    verbose_name = "指导员"
