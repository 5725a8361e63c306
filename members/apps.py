"""The app's name in the interface."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Members and roster."""

    name = "members"
    verbose_name = "党员"
