"""The app's name in the interface."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Dashboard, worklists, frozen months."""

    name = "reports"
    verbose_name = "看板与报表"
