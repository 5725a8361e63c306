"""The app's name in the interface; Django's own rights are not written."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Users, roles, sign-in."""

    name = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        """Rights are given by roles alone: nobody reads four rows for each model, which every migration would look up."""
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
