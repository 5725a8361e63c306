"""The admin with our own site, and the checks of the settings."""

from django.contrib.admin.apps import AdminConfig

from config import checks  # noqa: F401  (registers itself)


class NingjuAdminConfig(AdminConfig):
    """Uses the scoped admin site of `core.admin`."""

    default_site = "core.admin.NingjuAdminSite"
