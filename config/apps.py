"""The admin with our own site, and the checks of the settings."""

from django.contrib.admin.apps import SimpleAdminConfig

from config import checks  # noqa: F401  (registers itself)


class NingjuAdminConfig(SimpleAdminConfig):
    """Uses the scoped admin site of `core.admin`, which shows what our apps register: `core.registries.discover` reads them."""

    default_site = "core.admin.NingjuAdminSite"
