"""The app's name in the interface."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles, sign-in."""

    name = "accounts"
    verbose_name = "账号"
