"""The app's name in the interface."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OrgsConfig(AppConfig):
    """Regions, the Party tree, organizations, facts, coverage."""

    name = "orgs"
    verbose_name = "两新组织与党组织"

    def ready(self) -> None:
        """Read what the apps above know of organizations and hang on them and on Party organizations."""
        autodiscover_modules("facts", "handover")
