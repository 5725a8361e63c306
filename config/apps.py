"""The admin with our own site."""

from django.contrib.admin.apps import AdminConfig


class NingjuAdminConfig(AdminConfig):
    """Uses the scoped admin site of `core.admin`."""

    default_site = "core.admin.NingjuAdminSite"
