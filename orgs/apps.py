"""The app's name in the interface."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """Regions, the Party tree, organizations, facts, coverage."""

    name = "orgs"
    verbose_name = "两新组织与党组织"
