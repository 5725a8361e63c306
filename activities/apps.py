"""The app's name in the interface."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """Records of activities, what is due each month, plans, contributions."""

    name = "activities"
    verbose_name = "组织生活"
