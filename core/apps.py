"""Loads what the apps put into the registries."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

REGISTRY_FILES = (
    "parameters",
    "indicators",
    "due",
    "panels",
    "sources",
    "jobs",
    "importing.jobs",
    "navigation",
    "audit_words",
    "nightly",
)


class CoreConfig(AppConfig):
    """Shared machinery: scope, import road, jobs, audit, encrypted fields, parameters, months, Excel safety."""

    name = "core"
    verbose_name = "系统"

    def ready(self) -> None:
        """Read every app's registry files."""
        autodiscover_modules(*REGISTRY_FILES)
