"""The app's name in the interface."""

from django.apps import AppConfig


class DuesConfig(AppConfig):
    """Dues: assessed, collected, handed up, returned; the money of branches."""

    name = "dues"
    verbose_name = "党费"
